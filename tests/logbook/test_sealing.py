"""The seal: any change to a sealed line shows, and where."""

import pytest

from bothsides.logbook import Entry, Kind, Logbook, broken_seals, seal


def line(n: int) -> Entry:
    data = {"verdict": "rejected", "n": n}
    return Entry(kind=Kind.FEEDBACK, subject=f"{n:032x}", at=n, data=data, actor="ana", reason="no budget", key=f"k{n}")


def test_an_untouched_journal_is_whole_and_nothing_new_needs_no_seal(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.post([line(n) for n in range(5)], now=10)
    with logbook.writing() as book:
        first = seal(book, now=11)
        assert first is not None
        assert first.entries == 5
        assert seal(book, now=12) is None
        assert broken_seals(book) == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET data = replace(data, 'rejected', 'rejectee') WHERE key = 'k3'",
        "UPDATE entries SET actor = 'bea' WHERE key = 'k3'",
        "UPDATE entries SET at = at + 1 WHERE key = 'k3'",
        "UPDATE entries SET written_at = written_at + 1 WHERE key = 'k3'",
        "UPDATE entries SET reason = '' WHERE key = 'k3'",
        "DELETE FROM entries WHERE key = 'k3'",
    ],
)
def test_a_changed_or_missing_line_breaks_the_seal_over_it_alone(logbook: Logbook, change: str) -> None:
    for start in (0, 3, 6):
        with logbook.writing() as book:
            book.post([line(n) for n in range(start, start + 3)], now=10)
        with logbook.writing() as book:
            assert seal(book, now=11) is not None
    with logbook.writing() as book:
        assert book.run(change) == 1
    with logbook.reading() as book:
        (broken,) = broken_seals(book)
    assert (broken.after_seq, broken.last_seq) == (3, 6)


def test_a_seal_replaced_by_another_breaks_those_after_it(logbook: Logbook) -> None:
    for start in (0, 3):
        with logbook.writing() as book:
            book.post([line(n) for n in range(start, start + 3)], now=10)
        with logbook.writing() as book:
            seal(book, now=11)
    with logbook.writing() as book:
        book.run("UPDATE seals SET hash = ? WHERE last_seq = 3", "0" * 64)
    with logbook.reading() as book:
        assert [broken.last_seq for broken in broken_seals(book)] == [3, 6]
