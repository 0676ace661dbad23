"""Merges are found by the indexes that hold nothing but merges."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from tests.leads.desk.conftest import Desk
from tests.leads.desk.test_taking import account, publish_accounts

from bothsides.leads.desk.merges import made, merge_named
from bothsides.leads.desk.merging import merge_leads
from bothsides.leads.desk.reviewing import link_accounts, undo
from bothsides.leads.review.moved import moved_since
from bothsides.leads.upkeep.provenance import origins
from bothsides.logbook import Book

Asked = list[tuple[str, tuple[object, ...]]]
BY = {"who": "ana.ruiz", "why": "one company"}


@contextmanager
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Every query asked of a logbook meanwhile."""
    asked: Asked = []
    answer: Callable[..., list[tuple[Any, ...]]] = Book.all

    def listening(book: Book, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        asked.append((statement, parameters))
        return answer(book, statement, *parameters)

    with monkeypatch.context() as patched:
        patched.setattr(Book, "all", listening)
        yield asked


def plans(desk: Desk, asked: Asked, words: Sequence[str]) -> dict[str, str]:
    """By statement in which one of the words stands, how the database goes about it."""
    found = {}
    with desk.logbook.writing() as book:
        if book.dialect == "postgresql":
            book.run("SET LOCAL enable_seqscan = off")
            book.run("ANALYZE entries")
        for statement, parameters in asked:
            if any(word in statement for word in words):
                way = "EXPLAIN" if book.dialect == "postgresql" else "EXPLAIN QUERY PLAN"
                found[statement] = "\n".join(str(row[-1]) for row in book.all(f"{way} {statement}", *parameters))
    return found


def merged(desk: Desk) -> tuple[str, str, str]:
    """Forty leads, of which one went into another: the key of that, the lead that stayed, and the one that went."""
    leads = [
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}").lead_id
        for n in range(40)
    ]
    with desk.logbook.writing() as book:
        key, kept = merge_leads(book, desk.agreed, leads[0], leads[1], now=desk.now, **BY)
    assert kept.lead_id == leads[0]
    return key, leads[0], leads[1]


def test_merges_are_listed_and_told_apart_without_reading_the_journal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _, gone = merged(desk)
    with heard(monkeypatch) as asked, desk.logbook.reading() as book:
        assert [one.key for one in made(book, by_rule=False, limit=10)] == [key]
        assert merge_named(book, gone) == key
        moved_since(book, desk.now)
    ways = plans(desk, asked, ("ORDER BY e.seq DESC", "SELECT subject, data FROM entries WHERE kind"))
    assert len(ways) == 2
    for statement, way in ways.items():
        assert "entries_of_merges" in way, (statement, way)


def test_accounts_are_linked_without_reading_the_journal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    merged(desk)
    publish_accounts(desk, account("A1", company="One Ltd"), account("A2", company="Two Ltd"))
    with heard(monkeypatch) as asked, desk.logbook.writing() as book:
        link_accounts(book, "A1", "A2", now=desk.now, **BY)
    ways = plans(desk, asked, ("count(*) FROM entries",))
    assert len(ways) == 1
    for statement, way in ways.items():
        assert "entries_of_merges" in way, (statement, way)


def test_a_merge_is_taken_back_and_values_are_traced_without_reading_every_lead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, kept, gone = merged(desk)
    with heard(monkeypatch) as asked, desk.logbook.writing() as book:
        origins(book, [kept])
        undo(book, desk.agreed, key, now=desk.now, **BY)
    assert desk.row(gone)["merged_into"] is None
    ways = plans(desk, asked, ("WHERE merged_into",))
    assert len(ways) == 3
    for statement, way in ways.items():
        assert "leads_merged_into" in way, (statement, way)
