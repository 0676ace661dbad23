"""A logbook of its own for replays: as the real one stood when the span began, and left so by every run."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bothsides.logbook import Book, Logbook, advance, rebuild
from bothsides.logbook.upgrading import upgrade
from bothsides.schema.instant import Instant

_LINE = (
    "seq",
    "kind",
    "subject",
    "at",
    "written_at",
    "data",
    "key",
    "actor",
    "reason",
    "policy",
    "snapshot",
    "reverses",
)
_FACTS = {
    "snapshots": ("snapshot", "load_id", "published_at", "watermarks"),
    "cell_facts": ("snapshot", "side", "category", "region", "data"),
}
_PARTIES = {"parties": ("party_id", "data", "snapshot"), "party_keys": ("identity_key", "party_id")}
_CHUNK = 10_000

Rows = list[Mapping[str, object]]


@contextmanager
def sandbox(source: Book, first_seq: int) -> Iterator[Logbook]:
    """A logbook with the lines up to that one and all facts; it goes when the caller is done."""
    with tempfile.TemporaryDirectory(prefix="bothsides-replay-") as folder:
        logbook = Logbook.open(Path(folder) / "replay.sqlite")
        try:
            upgrade(logbook)
            with logbook.writing() as book:
                _copy_lines(source, book, first_seq)
                for table, columns in _FACTS.items():
                    book.insert(table, _rows(source, table, columns))
                _known_then(source, book)
            yield logbook
        finally:
            logbook.close()


@contextmanager
def undone(logbook: Logbook) -> Iterator[Book]:
    """A transaction in which a whole run is made, and then taken back."""
    with logbook.engine.connect() as con:
        begun = con.begin()
        try:
            yield Book(con=con, dialect=logbook.dialect)
        finally:
            begun.rollback()


def party_rows(source: Book) -> list[tuple[str, Rows]]:
    """The known companies as they were published last, with their keys."""
    return [(table, _rows(source, table, columns)) for table, columns in _PARTIES.items()]


def _copy_lines(source: Book, book: Book, first_seq: int) -> None:
    seq = 0
    while rows := source.all(
        f"SELECT {', '.join(_LINE)} FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        seq,
        first_seq,
        _CHUNK,
    ):
        book.insert("entries", [dict(zip(_LINE, row, strict=True)) for row in rows])
        seq = rows[-1][0]
    rebuild(book)


def _known_then(source: Book, book: Book) -> None:
    """Companies and watermarks, where something was published before the span."""
    if book.one("SELECT 1 FROM entries WHERE kind = 'facts_published' LIMIT 1") is None:
        return
    for table, rows in party_rows(source):
        book.insert(table, rows)
    for source_name, reached in _watermarks(book):
        advance(book, source_name, reached)


def _watermarks(book: Book) -> list[tuple[str, Instant]]:
    return [
        (name, reached)
        for name, reached in book.all(
            "SELECT w.key, w.value FROM snapshots s, json_each(s.watermarks) w"
            " WHERE s.snapshot <= (SELECT max(json_extract(data, '$.snapshot')) FROM entries"
            " WHERE kind = 'facts_published')"
        )
    ]


def _rows(source: Book, table: str, columns: tuple[str, ...]) -> Rows:
    found = source.all(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {columns[0]}, {columns[1]}")
    return [dict(zip(columns, row, strict=True)) for row in found]
