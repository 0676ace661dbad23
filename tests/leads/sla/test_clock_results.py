"""Clocks that really ran, as the month counts them."""

from datetime import UTC, datetime

from bothsides.leads.sla.clock_results import clock_result
from bothsides.leads.sla.clocks import apply, start
from bothsides.leads.sla.evidence import Event, EventKind, tick
from bothsides.leads.sla.policy import Clause, ClockKind, Party
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR, instant
from bothsides.schema.working_time import OFFICE, working_time

CALENDAR = working_time(OFFICE, 2026, 2026)
CLAUSE = Clause(
    name="first touch",
    clock=ClockKind.FIRST_TOUCH,
    hours=4,
    owed_by=Party.SALES,
    owed_to=Party.MARKETING,
    pause_when=("waiting for the buyer",),
    grace_hours=24,
)
MONDAY = instant(datetime(2026, 7, 27, 9, tzinfo=UTC))
CLOCK = start(CLAUSE, "lead", MONDAY, CALENDAR, owner="ana")


def happened(clock, kind, occurred, *, known=None, detail=""):
    event = Event(
        event_id=f"{kind}/{occurred}",
        kind=kind,
        occurred_at=occurred,
        known_at=known or occurred,
        detail=detail,
        automated=False,
    )
    return apply(clock, event, CALENDAR)[0]


def result(clock):
    return clock_result(clock, Side.BUYER, CALENDAR)


def test_a_touch_in_time_is_kept_and_counted_in_working_hours():
    seen = result(happened(CLOCK, EventKind.TOUCH_OUT, MONDAY + 2 * HOUR))
    assert (seen.lead_id, seen.owner, seen.clock) == ("lead", "ana", ClockKind.FIRST_TOUCH)
    assert seen.working_seconds == 2 * HOUR
    assert seen.kept_by(seen.due_at)
    assert not seen.broken_by(seen.due_at + DAY)


def test_a_breach_stands_until_late_proof_takes_it_back():
    close, later = CLOCK.due_at + 10 * DAY, CLOCK.due_at + 12 * DAY
    broken, _ = apply(CLOCK, tick(close - DAY), CALENDAR)
    assert result(broken).broken_by(close)
    assert not result(broken).kept_by(close)
    proved = result(happened(broken, EventKind.TOUCH_OUT, MONDAY + HOUR, known=later))
    assert proved.reversed_at == later
    assert proved.kept_by(later)
    late = result(happened(broken, EventKind.TOUCH_OUT, CLOCK.due_at + HOUR, known=later))
    assert late.broken_by(later)
    assert not late.kept_by(later)


def test_a_clock_on_hold_is_not_due():
    held = happened(CLOCK, EventKind.PAUSE, MONDAY + HOUR, detail="waiting for the buyer")
    assert result(held) is None


def test_what_was_kept_or_missed_is_that_of_who_had_it_then():
    touched = happened(CLOCK, EventKind.TOUCH_OUT, MONDAY + 2 * HOUR)
    passed_on = happened(touched, EventKind.REASSIGNED, MONDAY + 3 * DAY, detail="ben")
    assert result(passed_on).owner == "ana"

    missed, _ = apply(CLOCK, tick(CLOCK.due_at + 2 * DAY), CALENDAR)
    rescued = happened(missed, EventKind.REASSIGNED, CLOCK.due_at + 2 * DAY, detail="ben")
    rescued = happened(rescued, EventKind.TOUCH_OUT, CLOCK.due_at + 3 * DAY)
    assert result(rescued).owner == "ana"

    handed_over = happened(CLOCK, EventKind.REASSIGNED, MONDAY + HOUR, detail="ben")
    assert result(handed_over).owner == "ben"
