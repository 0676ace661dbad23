"""A copy is the logbook as it was at one moment, whoever writes meanwhile, from either database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bothsides.logbook import Entry, Kind, Logbook, seal, standing
from bothsides.logbook.copying import CopyDiffers, checksum, copy
from bothsides.logbook.verifying import verify

COPIES = 3


def post(logbook: Logbook, number: int) -> None:
    """A lead with its stage, in one transaction, sealed with it."""
    lead = f"{number:032x}"
    data = {
        "side": "buyer",
        "source": "web",
        "fields": {"company": f"Nº {number}"},
        "keys": [f"mail:{number}@a.example"],
    }
    entries = [
        Entry(kind=Kind.LEAD_RECEIVED, subject=lead, at=number, data=data),
        Entry(kind=Kind.EVENT_SEEN, subject=lead, at=number, data={"event": "demo_requested", "amount": 1.5}),
        Entry(kind=Kind.STAGE_CHANGED, subject=lead, at=number, data={"stage": "mql"}),
    ]
    with logbook.writing() as book:
        book.post(entries, now=number)
        seal(book, now=number)


@contextmanager
def writer(logbook: Logbook) -> Iterator[None]:
    """Somebody who writes all the time."""
    stop = threading.Event()

    def work() -> None:
        number = 1000
        while not stop.is_set():
            post(logbook, number)
            number += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_copy_made_while_somebody_writes_is_whole(logbook: Logbook, tmp_path: Path) -> None:
    for number in range(20):
        post(logbook, number)
    seen = 0
    with writer(logbook):
        for number in range(COPIES):
            made = copy(logbook, tmp_path / f"copy{number}.sqlite")
            assert made.lines >= seen
            seen = made.lines
            opened = Logbook.open(made.path)
            found = verify(opened, deep=True)
            assert found.is_whole, found
            assert (found.lines, found.lines % 3) == (made.lines, 0), "a transaction is in it whole or not at all"
            with opened.reading() as book, logbook.reading() as source:
                assert checksum(book) == made.checksum
                lines = "SELECT seq, kind, subject, at, data FROM entries WHERE seq <= ? ORDER BY seq"
                assert book.all(lines, made.last_seq) == source.all(lines, made.last_seq)
            opened.close()
    assert sorted(one.name for one in tmp_path.iterdir() if "copy" in one.name) == [
        f"copy{n}.sqlite" for n in range(COPIES)
    ]


def test_a_copy_is_a_logbook_that_goes_on(logbook: Logbook, tmp_path: Path) -> None:
    post(logbook, 1)
    made = copy(logbook, tmp_path / "copy.sqlite")
    opened = Logbook.open(made.path)
    assert opened.is_current
    with opened.reading() as book, logbook.reading() as source:
        assert standing(book) == standing(source)
        assert checksum(book) == checksum(source) == made.checksum
    post(opened, 2)
    with opened.reading() as book:
        assert [line.seq for line in book.since(0)] == [1, 2, 3, 4, 5, 6]
        assert checksum(book) != made.checksum
    opened.close()


def test_nothing_is_written_over_and_nothing_half_is_left(
    logbook: Logbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(logbook, 1)
    there = tmp_path / "there"
    there.mkdir()
    (there / "old.sqlite").write_text("mine")
    with pytest.raises(FileExistsError, match=r"old\.sqlite is there already"):
        copy(logbook, there / "old.sqlite")
    with pytest.raises(FileNotFoundError, match="is no folder"):
        copy(logbook, there / "nowhere" / "new.sqlite")
    monkeypatch.setattr("bothsides.logbook.copying._read_again", lambda part: "0" * 64)
    with pytest.raises(CopyDiffers, match="the copy reads 000000000000"):
        copy(logbook, there / "new.sqlite")
    assert [(one.name, one.read_text()) for one in there.iterdir()] == [("old.sqlite", "mine")]
