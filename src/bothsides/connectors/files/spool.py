"""The spool: accepted records as strict UTF-8 CSV, every field quoted, with the physical line as first column."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

LINE_COLUMN = "_line"
"""Name of the spool column that holds the physical line, where the file has no column of that name."""


def spool_row(line: int, fields: Iterable[str]) -> bytes:
    r"""One record as spool text.

    >>> spool_row(2, ["a", 'say "hi" twice'])
    b'"2","a","say ""hi"" twice"\n'
    """
    quoted = ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    return f'"{line}",{quoted}\n'.encode()


@contextlib.contextmanager
def spooling(target: Path) -> Iterator[IO[bytes]]:
    """A new spool file to write; nothing is left of it when that fails, and a full disk is told with its path."""
    try:
        with target.open("wb") as sink:
            yield sink
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def write_spool(target: Path, line_column: str, columns: Sequence[str], rows: Iterable[bytes]) -> None:
    """Stream rows of spool text under a header into `target`."""
    names = ",".join('"' + name.replace('"', '""') + '"' for name in (line_column, *columns))
    with spooling(target) as sink:
        sink.write(f"{names}\n".encode())
        for block in rows:
            sink.write(block)
