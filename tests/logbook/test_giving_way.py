"""A transaction that must give way is made again, and what it wrote stands once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bothsides.logbook import AlreadyWritten, Book, Entry, Kind, Logbook, kept
from bothsides.logbook.giving_way import ATTEMPTS

FIRST, OTHER = 11, 12


def line(key: str) -> Entry:
    return Entry(kind=Kind.REACHED, subject="order-1", at=1, data={"what": "reply"}, key=key)


def test_two_that_wait_for_each_other_both_get_done(logbook: Logbook) -> None:
    both, tries = threading.Barrier(2, timeout=10), {"a": 0, "b": 0}

    def work(name: str, locks: tuple[int, int], book: Book) -> str:
        tries[name] += 1
        book.hold(locks[0])
        if tries[name] == 1 and logbook.dialect == "postgresql":
            both.wait()
        book.hold(locks[1])
        book.post([line(name)], now=1)
        return name

    with ThreadPoolExecutor(max_workers=2) as workers:
        works = [
            workers.submit(kept, logbook, lambda book, n=name, of=locks: work(n, of, book))
            for name, locks in (("a", (FIRST, OTHER)), ("b", (OTHER, FIRST)))
        ]
        assert [done.result(timeout=30) for done in works] == ["a", "b"]
    assert sum(tries.values()) == (3 if logbook.dialect == "postgresql" else 2)
    with logbook.reading() as book:
        assert [one.key for one in sorted(book.history("order-1"), key=lambda one: str(one.key))] == ["a", "b"]


def test_what_another_wrote_in_between_is_known_at_the_next_attempt(logbook: Logbook) -> None:
    tries = 0

    def work(book: Book) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise AlreadyWritten("another wrote the line")
        return tries

    assert kept(logbook, work) == 2


def test_what_always_gives_way_and_what_is_wrong_are_raised(logbook: Logbook) -> None:
    tries = 0

    def work(book: Book) -> None:
        nonlocal tries
        tries += 1
        book.post([line("once"), line("once")], now=1)

    with pytest.raises(AlreadyWritten):
        kept(logbook, work)
    assert tries == ATTEMPTS

    def wrong(book: Book) -> None:
        nonlocal tries
        tries += 1
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept(logbook, wrong)
    assert tries == ATTEMPTS + 1
