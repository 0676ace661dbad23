"""Opening the published warehouse for reading; building a new one beside it and publishing it by rename."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb

BUILDING = ".building"
SPILL = ".spill"
SPOOL = ".spool"
_NO_EXTENSIONS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


class WarehouseMissing(FileNotFoundError):  # noqa: N818 - reads as the fact
    """There is no published warehouse yet; the message says which command makes one."""


class WarehouseDamaged(ValueError):  # noqa: N818 - reads as the fact
    """What stands in the place of the warehouse is none, or cannot be read; the message says the way out."""


class DiskFull(OSError):  # noqa: N818 - reads as the fact
    """The disk had no room for the new warehouse; the published one is as it was."""

    def __str__(self) -> str:
        return str(self.strerror)


def open_reader(path: Path) -> duckdb.DuckDBPyConnection:
    """A locked read-only connection to the published warehouse: no files, no extensions, no settings.

    A reader keeps the file it opened, even when a newer one is published meanwhile; open another to see that. Use
    the connection itself, not its `cursor()`, which does not look into the warehouse. Raises WarehouseMissing, or
    WarehouseDamaged for what is no warehouse.
    """
    if not path.exists():
        raise WarehouseMissing(f"{path} does not exist: nothing was loaded yet; run: bothsides sync {path.parent}")
    if not path.is_file():
        raise _damaged(path, "it is not a file")
    with path.open("rb") as handle:
        if not handle.read(1):
            raise _damaged(path, "it is empty")
    # Connections to one path share one database within a process, and with it the file that was opened first. An
    # attached file is opened anew each time.
    con = duckdb.connect(config={**_NO_EXTENSIONS, "temp_directory": f"{path}.tmp"})
    try:
        _attach(con, path)
    except BaseException:
        con.close()
        raise
    return con


def _attach(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS warehouse (READ_ONLY)")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise _damaged(path, str(error).splitlines()[0]) from None
    for setting in (
        "USE warehouse",
        "SET TimeZone = 'UTC'",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        con.execute(setting)
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse'").fetchall()
    if not {"meta", "loads"} <= {name for (name,) in rows}:
        raise _damaged(path, "it is a DuckDB file of something else")


def _damaged(path: Path, why: str) -> WarehouseDamaged:
    return WarehouseDamaged(
        f"{path} cannot be read as a warehouse: {why}; run: bothsides sync {path.parent}, which puts it aside and "
        "builds the warehouse again from the files kept in raw"
    )


def put_aside(path: Path) -> Path:
    """Move a damaged warehouse out of the way, under a name that is free; returns where it is."""
    target = path.with_name(path.name + ".damaged")
    count = 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.damaged-{count}")
    path.rename(target)
    return target


@contextlib.contextmanager
def build(path: Path, *, fresh: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writable copy of the published file (`fresh`: an empty one), published when the block ends well.

    Any error leaves the published file as it was and removes the copy. Raises DiskFull when the disk has no room.
    """
    target = _building(path)
    leftovers(path)
    with full_disk_told(path.parent):
        try:
            if path.exists() and not fresh:
                shutil.copyfile(path, target)
            con = _connect(target)
            try:
                yield con
                con.execute("CHECKPOINT")
            finally:
                con.close()
            _publish(target, path)
        finally:
            leftovers(path)


@contextlib.contextmanager
def full_disk_told(folder: Path) -> Iterator[None]:
    """Turn whatever a full disk makes of the block into DiskFull, which says what to do."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, DiskFull) or not _is_disk_full(error):
            raise
        raise DiskFull(
            errno.ENOSPC,
            f"the disk that holds {folder} is full; the published warehouse is as it was. Free some space "
            "(the warehouse needs about twice its size while it is built) and run the sync again",
        ) from error


def leftovers(path: Path) -> bool:
    """Remove what a killed build left beside the warehouse; whether there was anything."""
    target = _building(path)
    found = False
    for name in (target, target.with_name(target.name + ".wal")):
        if name.exists():
            name.unlink()
            found = True
    shutil.rmtree(_spill(target), ignore_errors=True)
    shutil.rmtree(spool_dir(path), ignore_errors=True)
    return found


def spool_dir(path: Path) -> Path:
    """Where a build may write files of its own; removed with the build."""
    return path.with_name(path.name + BUILDING + SPOOL)


def fsync_directory(folder: Path) -> None:
    """Make a rename or a new name in the folder survive a power loss."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _building(path: Path) -> Path:
    return path.with_name(path.name + BUILDING)


def _spill(target: Path) -> Path:
    return target.with_name(target.name + SPILL)


def _connect(target: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(
        str(target),
        config={
            **_NO_EXTENSIONS,
            "memory_limit": f"{_memory_bytes() // 1_000_000}MB",
            "temp_directory": str(_spill(target)),
        },
    )
    con.execute("SET TimeZone = 'UTC'")
    return con


def _memory_bytes() -> int:
    """60 % of the machine's memory; what does not fit goes to the spill folder beside the build."""
    return int(0.6 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def _publish(target: Path, path: Path) -> None:
    with target.open("rb") as handle:
        os.fsync(handle.fileno())
    target.replace(path)
    fsync_directory(path.parent)


def _is_disk_full(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        text = str(seen)
        if isinstance(seen, duckdb.Error) and ("No space left" in text or "Disk quota exceeded" in text):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
