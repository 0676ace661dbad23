"""Whatever the bytes: no crash, no lost line; and the fast way says exactly what the careful way says."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_steps import NO_HINTS, numbered_rows, physical_lines, read, read_as_ingest

from bothsides.connectors import files
from bothsides.connectors.files import CountsDisagree, FileRefused, ReadHints

QUICK = settings(max_examples=150, deadline=None)

tokens = st.sampled_from(
    [
        b"a",
        b"1",
        b",",
        b",",
        b'"',
        b'"',
        b'""',
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\t",
        b";",
        b"\xc3\xa9",
        b"\xff",
        b"\0",
    ]
)
record_lines = st.sampled_from(
    [
        *(b"a,b", b'a,"b"', b'"a",b', b'"a ""q"" ",b', b"a,", b",b", b'"a,b",c', b"", b'a,""', b'a,"b""', b'"",""'),
        *(b'a,b"c"d', b'a,"b" c', b'a, "b"', b'"a"b,c"', b"a,b,", b"x,y ", b"x,y", b'"a', b'a"', b"\xc3\xa9,;"),
        *(b'a,"b"",c"', b'a,"""b"', b" "),
    ]
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def conserved(folder: Path, data: bytes, name: str, hints: ReadHints = NO_HINTS) -> None:
    try:
        table, found = read_as_ingest(folder, data, name, hints=hints)
    except FileRefused:
        return
    if not table.layout.encoding.startswith(("utf-16", "utf-32")):
        assert table.lines.physical == physical_lines(data)
    assert len(found) == table.records
    assert sum(reject.lines for reject in table.rejects) == table.lines.quarantined
    starts = [line for line, _ in found] + [reject.line for reject in table.rejects]
    assert len(set(starts)) == len(starts)
    assert all(1 <= line <= table.lines.physical for line in starts)


@QUICK
@given(data=st.binary(max_size=400))
def test_random_bytes(folder: Path, data: bytes) -> None:
    conserved(folder, data, "random.csv")


@QUICK
@given(pieces=st.lists(tokens, max_size=80))
def test_random_delimited_text(folder: Path, pieces: list[bytes]) -> None:
    conserved(folder, b"x,y\n" + b"".join(pieces), "text.csv", ReadHints(encoding="utf-8", delimiter=",", header=True))


@QUICK
@given(
    pieces=st.lists(st.one_of(tokens, st.sampled_from([b'{"a":1}', b'{"b":"x"}', b"{", b"}", b":", b"[]", b"null"])))
)
def test_random_json_lines(folder: Path, pieces: list[bytes]) -> None:
    conserved(folder, b'{"a": 0}\n' + b"".join(pieces), "text.jsonl")


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(record_lines, max_size=6), end=st.sampled_from([b"\n", b"\r\n"]), ended=st.booleans())
def test_the_fast_way_says_what_the_careful_way_says(folder: Path, lines: list[bytes], end: bytes, ended: bool) -> None:
    data = end.join([b"x,y", *lines]) + (end if ended else b"")
    hints = ReadHints(encoding="utf-8", delimiter=",", header=True)
    fast = read(folder, data, "same.csv", hints=hints)
    if not fast.fast:
        return
    try:
        quick = numbered_rows(fast)
    except (duckdb.Error, CountsDisagree):
        return
    careful = read(folder, data, "same.csv", hints=hints, force_slow=True)
    assert careful.rejects == ()
    assert quick == numbered_rows(careful)
    assert (fast.columns, fast.records, fast.lines) == (careful.columns, careful.records, careful.lines)


@QUICK
@given(names=st.lists(st.sampled_from(["x", "X", "", " ", "x_2", "column_2"]), min_size=1, max_size=6))
def test_column_names_are_made_unique(names: list[str]) -> None:
    columns = files.table.unique_columns(names)
    assert len({column.lower() for column in columns}) == len(names)
    assert all(column.strip() for column in columns)
