"""The clocks of a lead that another was taken into and out of: they stand as if nobody had ever gone into it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from tests.leads.desk.conftest import Desk, at, call, won
from tests.leads.desk.test_hand_overs import silent_for
from tests.leads.desk.test_merging import merge, stranger, undo
from tests.leads.desk.test_parting import stands_as_rebuilt

from bothsides.leads.decay import compile_decay
from bothsides.leads.desk.draining import drain_pool, waiting_pools
from bothsides.leads.desk.happenings import Happening, Judged, Moved, Reached
from bothsides.schema.stage import LeadStage

Told = Callable[[str, int], Sequence[Happening]]
LATER = "asked to call later"


def moved(stage: LeadStage, *, reason: str = "") -> Told:
    objections = ("none",) if reason else ()
    return lambda lead, now: [
        Moved(lead_id=lead, stage=stage, occurred_at=now, by="x", reason=reason, objections=objections)
    ]


def judged(verdict: str, reason: str) -> Told:
    return lambda lead, now: [Judged(lead_id=lead, verdict=verdict, reason=reason, by="x", occurred_at=now)]


def held(*what: str) -> Told:
    return lambda lead, now: [
        Reached(subject=lead, what=one, detail=LATER, occurred_at=now + 600 * n) for n, one in enumerate(what)
    ]


def joined(desk: Desk) -> tuple[str, str, str]:
    """A lead whose promises ended when one of an older promise went into it, the key of that, and one left alone."""
    absorbed = stranger(desk, 1)
    desk.now += 60
    kept, alone = stranger(desk, 2), stranger(desk, 3)
    desk.now += 60
    return kept, merge(desk, kept, absorbed), alone


def clocks(desk: Desk, lead: str) -> list[tuple[str, str, bool]]:
    """Each promise of the lead, how it stands, and whether it is that of who has the lead now."""
    owner = desk.row(lead)["owner"]
    rows = desk.rows("SELECT clause, status, owner FROM clocks WHERE subject = ?", lead)
    return sorted((clause, status, who == owner) for clause, status, who in rows)


def breaches(desk: Desk, lead: str) -> int:
    return desk.kinds(lead).count("breached")


WAYS: dict[str, Told] = {
    "recycled": moved(LeadStage.RECYCLED),
    "lost": moved(LeadStage.CLOSED_LOST, reason="price"),
    "won": lambda lead, now: [won(lead, "x", now, amount=100)],
    "rejected": judged("rejected", "no_budget"),
    "recycled by its owner": judged("recycled", "bad_timing"),
    "lost yesterday": lambda lead, now: moved(LeadStage.CLOSED_LOST, reason="price")(lead, now - 86_400),
    "accepted yesterday": lambda lead, now: judged("accepted", "fits")(lead, now - 86_400),
    "accepted": judged("accepted", "fits"),
    "called": lambda lead, now: [call(lead, now, name=f"out-{lead}")],
    "called before they were one": lambda lead, now: [call(lead, now - 1830, name=f"out-{lead}")],
    "asked": lambda lead, now: [call(lead, now, name=f"in-{lead}", direction="in")],
    "held": held("pause"),
    "held and resumed": held("pause", "resume"),
}


@pytest.mark.parametrize("way", list(WAYS))
def test_what_was_told_of_the_kept_lead_meanwhile_is_told_to_its_own_promises(desk: Desk, way: str) -> None:
    kept, key, alone = joined(desk)
    desk.now += 1800
    for lead in (kept, alone):
        told = WAYS[way](lead, desk.now)
        desk.record(*told)
    desk.now += 1800
    undo(desk, key)
    assert clocks(desk, kept) == clocks(desk, alone)
    desk.until(desk.now + 20 * 86_400)
    assert clocks(desk, kept) == clocks(desk, alone)
    assert breaches(desk, kept) == breaches(desk, alone)
    assert stands_as_rebuilt(desk)


def test_a_lead_that_decayed_meanwhile_has_no_promise_that_runs_on(desk: Desk) -> None:
    kept, key, alone = joined(desk)
    desk.until(desk.now + 5 * 86_400)
    assert (desk.row(kept)["stage"], desk.row(kept)["owner"]) == ("recycled", None)
    undo(desk, key)
    assert clocks(desk, kept) == clocks(desk, alone)
    before = breaches(desk, kept)
    desk.until(desk.now + 20 * 86_400)
    assert breaches(desk, kept) == before
    assert stands_as_rebuilt(desk)


@pytest.mark.parametrize("then", ["reassign", "queue"])
@pytest.mark.parametrize(("silent_hours", "until"), [(2, "03-31T11:05"), (9, "04-01T10:30")])
def test_promises_that_passed_to_another_owner_meanwhile_are_theirs(
    desk: Desk, then: str, silent_hours: float, until: str
) -> None:
    desk.agreed = replace(desk.agreed, decay=compile_decay(silent_for(silent_hours, then=then)))
    kept, key, alone = joined(desk)
    first = desk.row(kept)["owner"]
    desk.until(at(until))
    with desk.logbook.writing() as book:
        for pool in waiting_pools(book, desk.agreed):
            drain_pool(book, desk.agreed, pool, now=desk.now)
    assert desk.row(kept)["owner"] not in (None, first)
    undo(desk, key)
    assert clocks(desk, kept) == clocks(desk, alone)
    assert {("verdict", "running", True), ("first_touch", "running", True)} <= set(clocks(desk, kept))
    assert stands_as_rebuilt(desk)


def test_a_lead_that_waits_for_another_owner_keeps_its_promises_for_them(desk: Desk) -> None:
    desk.agreed = replace(desk.agreed, decay=compile_decay(silent_for(2, then="queue")))
    kept, key, alone = joined(desk)
    desk.until(at("03-31T11:30"))
    assert (desk.row(kept)["owner"], desk.row(kept)["stage"]) == (None, "mql")
    undo(desk, key)
    assert clocks(desk, kept) == clocks(desk, alone)
    assert ("first_touch", "running", True) in clocks(desk, kept)
    assert stands_as_rebuilt(desk)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
@pytest.mark.parametrize("born", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1), (3, 1, 0, 2)])
def test_every_lead_has_its_own_promises_again_whichever_of_several_merges_goes_first(
    desk: Desk, born: tuple[int, ...], order: tuple[int, ...]
) -> None:
    ids = {}
    for n in born:
        ids[n] = stranger(desk, n, deal_size=60_000)
        desk.now += 60
    held = "SELECT clock_id, subject, kind, status, due_at FROM clocks ORDER BY clock_id"
    looked = "SELECT purpose, subject, due_at FROM timers WHERE purpose = 'clock' ORDER BY subject"
    before, timers = desk.rows(held), desk.rows(looked)
    keys = [merge(desk, ids[0], ids[n]) for n in (1, 2, 3)]
    left = [keys[n] for n in order]
    while left:
        try:
            undo(desk, left[0])
        except ValueError as error:
            later = str(error).rpartition("first undo ")[2]
            left.remove(later)
            left.insert(0, later)
        else:
            left.pop(0)
    assert (desk.rows(held), desk.rows(looked)) == (before, timers)
