"""Known accounts as each load hands them over: only what differs is written, and the tables are those of the last."""

import itertools

import pytest

from bothsides.logbook import Logbook, PublishedParty, compared, publish
from bothsides.logbook.facts import PartyChanges
from bothsides.logbook.plain import sorted_text

ASH = PublishedParty(party_id="ash", data={"company": "Ash", "open_deals": 1}, keys=("domain:ash.example", "name:ash"))
BAY = PublishedParty(party_id="bay", data={"company": "Bay"}, keys=("name:bay",))
COLE = PublishedParty(party_id="cole", data={"company": "Cole"}, keys=("name:cole", "name:cole"))
BUSY = PublishedParty(party_id="ash", data={"company": "Ash", "open_deals": 2}, keys=ASH.keys)
MOVED = PublishedParty(party_id="ash", data=ASH.data, keys=("name:ash", "domain:ashes.example"))
LOADS = ((ASH, BAY), (BUSY, BAY), (MOVED, COLE), (), (ASH, BAY, COLE))

Rows = tuple[list[tuple[str, str]], list[tuple[str, str]]]


def hand_over(logbook: Logbook, load: int, parties: tuple[PublishedParty, ...], *, before: bool = False) -> None:
    changes = None
    if before:
        with logbook.reading() as book:
            changes = compared(book, parties)
    with logbook.writing() as book:
        publish(book, load_id=load, now=load, cells=(), parties=parties, watermarks={}, changes=changes)


def rows(logbook: Logbook) -> Rows:
    with logbook.reading() as book:
        return (
            sorted(book.all("SELECT party_id, data FROM parties")),
            sorted(book.all("SELECT party_id, identity_key FROM party_keys")),
        )


def whole(parties: tuple[PublishedParty, ...]) -> Rows:
    keys = {(party.party_id, key) for party in parties for key in party.keys}
    return sorted((party.party_id, sorted_text(party.data)) for party in parties), sorted(keys)


@pytest.mark.parametrize("before", [False, True])
def test_whatever_came_before_the_tables_are_those_of_the_last_load(logbook: Logbook, *, before: bool) -> None:
    walk = [0, *itertools.chain.from_iterable(itertools.permutations(range(len(LOADS)), 2))]
    for load, which in enumerate(walk, start=1):
        hand_over(logbook, load, LOADS[which], before=before)
        assert rows(logbook) == whole(LOADS[which]), (walk[load - 2], which)


def test_only_what_differs_is_written(logbook: Logbook) -> None:
    hand_over(logbook, 1, (ASH, BAY))
    with logbook.reading() as book:
        nothing = compared(book, (BAY, ASH))
        found = compared(book, (BUSY, COLE))
    assert nothing == PartyChanges(since=1, gone=(), put=(), keys_gone=(), keys_put=())
    assert set(found.gone) == {"ash", "bay"}
    assert [name for name, _ in found.put] == ["ash", "cole"]
    assert found.keys_gone == ("bay",)
    assert found.keys_put == (("name:cole", "cole"),)
    hand_over(logbook, 2, (BUSY, BAY))
    with logbook.reading() as book:
        assert dict(book.all("SELECT party_id, snapshot FROM parties")) == {"ash": 2, "bay": 1}


def test_what_was_compared_before_another_load_came_is_compared_again(logbook: Logbook) -> None:
    hand_over(logbook, 1, (ASH, BAY))
    with logbook.reading() as book:
        old = compared(book, (ASH, COLE))
    hand_over(logbook, 2, (MOVED,))
    with logbook.writing() as book:
        publish(book, load_id=3, now=3, cells=(), parties=(ASH, COLE), watermarks={}, changes=old)
    assert rows(logbook) == whole((ASH, COLE))
