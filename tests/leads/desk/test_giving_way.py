"""Who holds leads before turns, as everybody does, makes nobody wait in a circle."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.leads.desk.conftest import Desk
from tests.leads.desk.test_merging import BY, merge, stranger

from bothsides.leads.desk.merging import undo_merge
from bothsides.leads.desk.standing import leads_by_id
from bothsides.leads.desk.turns import read_turns
from bothsides.leads.hygiene import MERGED_INTO, Fix
from bothsides.leads.upkeep.fixes import make
from bothsides.logbook import Book


def fixing(desk: Desk) -> tuple[str, Callable[[Book], object]]:
    """Two merges by fixes; the lead that the second one needs."""
    one, two, three, four = (stranger(desk, n) for n in range(4))
    fixes = [
        Fix(record_id=gone, check="duplicate", field=MERGED_INTO, before=None, after=into, why="one person", who="ana")
        for into, gone in ((one, two), (three, four))
    ]
    return four, lambda book: make(book, desk.agreed, fixes, who="ana", now=desk.now)


def undoing(desk: Desk) -> tuple[str, Callable[[Book], object]]:
    """The first of two merges into one lead is taken back; the lead of the second."""
    one, two, three = (stranger(desk, n) for n in range(3))
    first, _ = merge(desk, one, two), merge(desk, one, three)
    return three, lambda book: undo_merge(book, desk.agreed, first, now=desk.now, **BY)


@pytest.mark.parametrize("working", [fixing, undoing])
def test_leads_are_held_before_turns(
    desk: Desk, working: Callable[[Desk], tuple[str, Callable[[Book], object]]]
) -> None:
    lead, work = working(desk)
    holds = threading.Event()

    def first() -> None:
        with desk.logbook.writing() as book:
            leads_by_id(book, [lead])
            holds.set()
            threading.Event().wait(0.4)
            read_turns(book, desk.agreed, desk.now)

    def second() -> None:
        holds.wait(10)
        with desk.logbook.writing() as book:
            work(book)

    with ThreadPoolExecutor(max_workers=2) as workers:
        for done in [workers.submit(first), workers.submit(second)]:
            done.result(timeout=30)
