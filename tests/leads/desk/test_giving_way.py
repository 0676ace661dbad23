"""Who holds leads before turns, as everybody does, makes nobody wait in a circle."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.leads.desk.conftest import Desk
from tests.leads.desk.test_merging import BY, merge, stranger

from bothsides.leads.desk.merging import undo_merge
from bothsides.leads.desk.standing import leads_by_id
from bothsides.leads.desk.taking import take
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


def _after(held: threading.Event, desk: Desk, work: Callable[[Book], object]) -> None:
    """The work in a transaction of its own, once the other one holds something."""
    held.wait(10)
    with desk.logbook.writing() as book:
        work(book)


def at_once(*works: Callable[[], object]) -> None:
    with ThreadPoolExecutor(max_workers=len(works)) as workers:
        for done in [workers.submit(work) for work in works]:
            done.result(timeout=30)


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

    at_once(first, lambda: _after(holds, desk, work))


def colleague(desk: Desk, lead: str, n: int) -> str:
    """Somebody else of the same company, whose lead is held before this one."""
    for m in range(20):
        other = desk.take_one(name=f"Zoe Nr{n}{m}", email=f"zoe{n}{m}@harlandpumps.example").lead_id
        if other < lead:
            return other
    raise AssertionError("none of twenty comes before it")


def of_one_company(desk: Desk) -> tuple[str, str]:
    """Two leads of colleagues, in the order in which they are held."""
    lead = desk.take_one().lead_id
    return colleague(desk, lead, 1), lead


def undoing_by_rule(desk: Desk, later: str) -> Callable[[Book], object]:
    """A merge by a rule is taken back: whoever may be of the absorbed lead's company is looked at."""
    assert desk.take_one().outcome == "merged"
    ((key,),) = desk.rows("SELECT key FROM entries WHERE kind = 'leads_merged' AND subject = ?", later)
    return lambda book: undo_merge(book, desk.agreed, key, now=desk.now, **BY)


def taking(desk: Desk, later: str) -> Callable[[Book], object]:
    """A known lead comes again in one list with a new one of its company."""
    again, fresh = desk.lead(id="L1"), desk.lead(name="Ada Oak", email="ada@harlandpumps.example")
    assert again.lead_id == later
    return lambda book: take(book, desk.agreed, [again, fresh], now=desk.now)


@pytest.mark.parametrize("working", [undoing_by_rule, taking])
def test_leads_of_one_company_are_held_in_one_order(
    desk: Desk, working: Callable[[Desk, str], Callable[[Book], object]]
) -> None:
    earlier, later = of_one_company(desk)
    work = working(desk, later)
    holds = threading.Event()

    def first() -> None:
        with desk.logbook.writing() as book:
            leads_by_id(book, [earlier])
            holds.set()
            threading.Event().wait(0.5)
            leads_by_id(book, [later])

    at_once(first, lambda: _after(holds, desk, work))
