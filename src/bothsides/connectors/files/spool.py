"""The spool: accepted records as strict UTF-8 CSV, every field quoted, with the physical line as first column."""

from collections.abc import Iterable, Sequence
from pathlib import Path

LINE_COLUMN = "_line"
"""Name of the spool column that holds the physical line, where the file has no column of that name."""


def spool_row(line: int, fields: Iterable[str]) -> bytes:
    r"""One record as spool text.

    >>> spool_row(2, ["a", 'say "hi" twice'])
    b'"2","a","say ""hi"" twice"\n'
    """
    quoted = ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    return f'"{line}",{quoted}\n'.encode()


def write_spool(target: Path, line_column: str, columns: Sequence[str], rows: Iterable[bytes]) -> None:
    """Stream rows of spool text under a header into `target`; nothing is left there when it fails."""
    names = ",".join('"' + name.replace('"', '""') + '"' for name in (line_column, *columns))
    try:
        with target.open("wb") as sink:
            sink.write(f"{names}\n".encode())
            for block in rows:
                sink.write(block)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
