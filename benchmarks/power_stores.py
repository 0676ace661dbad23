"""What the desk writes, each as a writer that acknowledges and a check of what a restarted disk holds of it."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from power import as_user

from bothsides.delivery import file_sink
from bothsides.delivery.file_sink import FileSink
from bothsides.delivery.message import DELIVERED, Message
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.rounds import go_round
from bothsides.leads.desk.taking import take
from bothsides.leads.intake import Lead, Source, read_lead
from bothsides.logbook import Logbook, seal
from bothsides.logbook.upgrading import upgrade
from bothsides.logbook.verifying import verify
from bothsides.workspace import Settings, Workspace

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "desk-agreement"
NOW = 1_775_000_000
ROUND = 10
"""After so many leads the desk goes round and seals."""
PER_FILE = 25
"""Messages to a file of the sink; then it begins another."""
LOGBOOK = "logbook.sqlite"
_BIN = Path("/usr/lib/postgresql")


class Store(Protocol):
    """One kind of store on a disk whose power fails."""

    name: str

    def begin(self, disk: Path, aside: Path) -> None:
        """Make it on the disk; `aside` is a folder that has power."""

    def write(self, disk: Path, aside: Path) -> Iterator[int]:
        """Write on and on; yields how many things are acknowledged."""

    def end(self, disk: Path, aside: Path) -> None:
        """Nobody writes any more."""

    def check(self, disk: Path, aside: Path, acknowledged: int) -> tuple[int, str]:
        """How many acknowledged things are missing, and what is torn, empty where nothing is."""


@dataclass(slots=True, kw_only=True)
class SqliteLogbook:
    """The logbook in a file, under intake one by one and rounds of the desk."""

    name: str
    synchronous: str | None = None
    """What a careless hand sets; None leaves what the house sets."""

    def begin(self, disk: Path, aside: Path) -> None:
        """An empty one."""
        self._write_anew(Logbook.open(disk / LOGBOOK), aside)

    def _write_anew(self, logbook: Logbook, aside: Path) -> None:
        upgrade(logbook)
        _agreed(aside, logbook)
        logbook.close()

    def write(self, disk: Path, aside: Path) -> Iterator[int]:
        """Things that are acknowledged one by one."""
        logbook = Logbook.open(disk / LOGBOOK)
        if self.synchronous is not None:
            _careless(logbook.engine, self.synchronous)
        yield from at_the_desk(logbook, aside)

    def end(self, disk: Path, aside: Path) -> None:
        """Nothing is left running."""

    def check(self, disk: Path, aside: Path, acknowledged: int) -> tuple[int, str]:
        """What is missing, and what is torn."""
        try:
            return look_over(Logbook.open(disk / LOGBOOK), acknowledged)
        except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
            return acknowledged, str(error).splitlines()[0]


def _careless(engine: sa.Engine, synchronous: str) -> None:
    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA synchronous={synchronous}")


def _agreed(aside: Path, logbook: Logbook) -> Agreed:
    folder = aside / "acme"
    if not folder.exists():
        made = Workspace.create(folder, Settings(name="acme", currency="GBP", time_zone="Europe/London"))
        shutil.copytree(EXAMPLE, made.agreement_dir)
    return open_desk(Workspace.open(folder), logbook, now=NOW)


def at_the_desk(logbook: Logbook, aside: Path) -> Iterator[int]:
    """Leads one by one, each in a transaction, and rounds; each commit is acknowledged."""
    agreed = _agreed(aside, logbook)
    number = 0
    while True:
        number += 1
        with logbook.writing() as book:
            take(book, agreed, [_lead(number)], now=_moment(number))
        yield number
        if number % ROUND == 0:
            with logbook.writing() as book:
                go_round(book, agreed, now=_moment(number))
                seal(book, now=_moment(number))
            yield number


def _moment(number: int) -> int:
    return NOW + 600 * number


def _lead(number: int) -> Lead:
    raw: dict[str, Any] = {
        "id": f"L{number}",
        "side": "supplier" if number % 3 == 0 else "buyer",
        "company": f"Harland {number} Ltd",
        "email": f"joan@harland{number}.example",
        "country": "GB",
        "deal_size": 1000 * (number % 60),
        "employees": 120,
        "events": [
            {"event": name, "occurred_at": datetime.fromtimestamp(_moment(number) - 3600, UTC).isoformat()}
            for name in ("demo_requested", "quote_requested")[: number % 3]
        ],
    }
    read = read_lead(raw, Source(name="web-form"), workspace="acme", now=_moment(number), ahead=300)
    if not isinstance(read, Lead):
        raise TypeError(read)
    return read


def look_over(logbook: Logbook, acknowledged: int) -> tuple[int, str]:
    """Every lead that was acknowledged with every line of its transaction, every round, seals and folded tables."""
    try:
        with logbook.reading() as book:
            if book.dialect == "sqlite" and (said := book.all("PRAGMA integrity_check")) != [("ok",)]:
                return acknowledged, str(said[0][0])
            came = {lead for (lead,) in book.all("SELECT subject FROM entries WHERE kind = 'lead_received'")}
            scored = {lead for (lead,) in book.all("SELECT subject FROM entries WHERE kind = 'scored'")}
            merged = {lead for (lead,) in book.all("SELECT lead_id FROM leads WHERE merged_into IS NOT NULL")}
            rounds = book.all("SELECT count(*) FROM seals")[0][0]
        found = verify(logbook, deep=True)
    finally:
        logbook.close()
    torn = "" if found.is_whole else f"{found.broken[:2]} {found.unreadable[:3]} {found.differing} {found.unexplained}"
    if halves := came - scored - merged:
        torn += f" {len(halves)} leads without a score"
    lost = sum(_lead(number).lead_id not in came for number in range(1, acknowledged + 1))
    # the round after the last acknowledged lead may not have been acknowledged itself
    lost += max(0, (acknowledged - 1) // ROUND - rounds)
    return lost, torn


@dataclass(slots=True, kw_only=True)
class FileSinks:
    """The file sink of delivery, a new file every so often."""

    name: str
    way: str = "ours"
    """`ours`; `no folder sync`; `no sync`; `renamed, no folder sync`, the way of many exporters."""

    def begin(self, disk: Path, aside: Path) -> None:
        """An empty one."""
        (disk / "out").mkdir()

    def write(self, disk: Path, aside: Path) -> Iterator[int]:
        """Things that are acknowledged one by one."""
        send = self._send(disk / "out")
        number = 0
        while True:
            number += 1
            send(number)
            yield number

    def _send(self, folder: Path) -> Callable[[int], None]:
        if self.way == "renamed, no folder sync":
            return lambda number: _renamed(folder, number)
        if self.way != "ours":
            file_sink._sync_folder = lambda _: None
        if self.way == "no sync":
            file_sink.os = _NoSync()  # type: ignore[assignment]
        sinks: dict[str, FileSink] = {}

        def send(number: int) -> None:
            name = _file(number)
            sink = sinks.setdefault(name, FileSink(path=folder / name))
            if sink.send(_message(number), key=f"k{number}", now=NOW, timeout=1.0) != DELIVERED:
                raise RuntimeError(f"message {number} was not delivered")

        return send

    def end(self, disk: Path, aside: Path) -> None:
        """Nothing is left running."""

    def check(self, disk: Path, aside: Path, acknowledged: int) -> tuple[int, str]:
        """What is missing, and what is torn."""
        keys: list[str] = []
        torn = ""
        for path in sorted((disk / "out").iterdir()):
            if path.suffix == ".part":
                continue
            # whoever comes next completes the file as the sink does, then every line must be one
            FileSink(path=path).send(_message(0), key="after", now=NOW, timeout=1.0)
            for line in path.read_bytes().splitlines():
                try:
                    keys.append(json.loads(line)["key"])
                except (ValueError, KeyError):
                    torn = f"{path.name}: {line[:40]!r}"
        there = set(keys)
        if len(there - {"after"}) != len([key for key in keys if key != "after"]):
            torn += " a key stands twice"
        return sum(f"k{number}" not in there for number in range(1, acknowledged + 1)), torn


class _NoSync:
    """The module os without fsync."""

    def __getattr__(self, name: str) -> Any:
        return (lambda _: None) if name == "fsync" else getattr(os, name)


def _file(number: int) -> str:
    return f"messages-{number // PER_FILE:05d}.jsonl"


def _message(number: int) -> Message:
    data = {"lead": f"{number:032x}", "clause": "first_touch"}
    return Message(action="sla_breach", subject=f"lead-{number}", created_at=NOW, data=data, title="A clock was missed")


def _renamed(folder: Path, number: int) -> None:
    """A file of its own for each message: written aside, synced, renamed; the folder is left to the kernel."""
    part = folder / f"{number}.part"
    with part.open("wb") as file:
        file.write(json.dumps({"key": f"k{number}"}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.rename(folder / f"one-{number:06d}.jsonl")


@dataclass(slots=True, kw_only=True)
class PostgresLogbook:
    """The logbook in a cluster of PostgreSQL that lies on the disk."""

    name: str
    fsync: str = "on"
    settings: Sequence[str] = field(
        default=(
            "shared_buffers=32MB",
            "max_connections=20",
            "listen_addresses=''",
            "autovacuum=off",
            "max_wal_size=64MB",
        )
    )

    def begin(self, disk: Path, aside: Path) -> None:
        """An empty one."""
        shutil.chown(disk, "postgres", "postgres")
        data = disk / "data"
        words = ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-instructions"]
        as_user("postgres", _program("initdb"), *words, "--wal-segsize=4")
        self._start(data, aside / "live", self.fsync)
        logbook = _cluster(aside / "live")
        upgrade(logbook)
        _agreed(aside, logbook)
        logbook.close()

    def write(self, disk: Path, aside: Path) -> Iterator[int]:
        """Things that are acknowledged one by one."""
        yield from at_the_desk(_cluster(aside / "live"), aside)

    def end(self, disk: Path, aside: Path) -> None:
        """Nothing is left running."""
        self._stop(disk / "data")

    def check(self, disk: Path, aside: Path, acknowledged: int) -> tuple[int, str]:
        """What is missing, and what is torn."""
        data = disk / "data"
        (data / "postmaster.pid").unlink(missing_ok=True)  # of the server that runs on the other disk
        try:
            self._start(data, aside / "restarted", "off")
        except RuntimeError as error:
            return acknowledged, f"PostgreSQL does not start: {str(error)[-200:]}"
        try:
            return look_over(_cluster(aside / "restarted"), acknowledged)
        except sa.exc.DatabaseError as error:
            return acknowledged, str(error).splitlines()[0]
        finally:
            self._stop(data)

    def _start(self, data: Path, sockets: Path, fsync: str) -> None:
        sockets.mkdir(exist_ok=True, mode=0o777)
        sockets.chmod(0o777)
        options = [
            f"-c {setting}" for setting in (*self.settings, f"fsync={fsync}", f"unix_socket_directories={sockets}")
        ]
        log = sockets / "log"
        words = ["-D", data, "-w", "-t", "60", "-l", log, "-o", " ".join(options), "start"]
        try:
            as_user("postgres", _program("pg_ctl"), *words)
        except RuntimeError as error:
            raise RuntimeError(f"{error} {log.read_text(errors='replace')[-600:] if log.exists() else ''}") from error

    def _stop(self, data: Path) -> None:
        as_user("postgres", _program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop", allowed=(0, 1))


def _program(name: str) -> Path:
    found = sorted(_BIN.glob(f"*/bin/{name}"))
    if not found:
        raise FileNotFoundError(f"no {name} below {_BIN}")
    return found[-1]


def _cluster(sockets: Path) -> Logbook:
    return Logbook.open(f"postgresql://postgres@/postgres?host={sockets}")
