"""Clocks of the SLA: at risk, breached, reversed, on hold, caught up after an outage; the defects of peers."""

import dataclasses
import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bothsides.leads.sla.clocks import (
    Change,
    ChangeKind,
    Clock,
    ClockState,
    apply,
    clock_id,
    next_look,
    speed,
    start,
    started,
    timers,
)
from bothsides.leads.sla.evidence import Event, EventKind, tick, watermark
from bothsides.leads.sla.policy import Act, Clause, ClockKind, Counted, Party, Step
from bothsides.leads.sla.stored import as_state, from_state
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
    ladder=(
        Step(act=Act.REMIND_OWNER, in_working_hours_only=True),
        Step(act=Act.NOTIFY_MANAGER, after_hours=4, in_working_hours_only=True),
        Step(act=Act.REASSIGN, after_hours=8),
        Step(act=Act.BACK_TO_MARKETING, after_hours=16),
    ),
)
_numbers = itertools.count()


def at(text: str, zone: str = "UTC") -> int:
    return instant(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo(zone)))


def event(kind: EventKind, occurred: str, detail: str = "", *, known: str = "", automated: bool = False) -> Event:
    return Event(
        event_id=f"e{next(_numbers)}",
        kind=kind,
        occurred_at=at(occurred),
        known_at=at(known or occurred),
        detail=detail,
        automated=automated,
    )


def touch(occurred: str, known: str = "") -> Event:
    return event(EventKind.TOUCH_OUT, occurred, known=known)


def through(clock: Clock, *events: Event) -> tuple[Clock, list[Change]]:
    changes: list[Change] = []
    for each in events:
        clock, new = apply(clock, each, CALENDAR)
        changes += new
    return clock, changes


def kinds(changes: list[Change]) -> list[str]:
    return [change.reason if change.kind is ChangeKind.STEP else change.kind.value for change in changes]


FRIDAY = start(CLAUSE, "lead", at("07-24 16:00"), CALENDAR, owner="ana")
"""Due on Monday 27 July at 12:00; warns at 11:00."""


def test_it_begins_with_its_two_moments_and_its_first_line() -> None:
    assert FRIDAY.state is ClockState.RUNNING
    assert timers(FRIDAY) == (("warn", at("07-27 11:00")), ("due", at("07-27 12:00")))
    assert next_look(FRIDAY) == at("07-27 11:00")
    first = started(FRIDAY)
    assert (first.kind, first.key, first.due_at) == (ChangeKind.STARTED, f"{FRIDAY.clock_id}:0", at("07-27 12:00"))


def test_a_touch_in_time_meets_it_the_due_second_included() -> None:
    for moment in ("07-25 10:00", "07-27 12:00"):
        clock, changes = through(FRIDAY, touch(moment))
        assert clock.state is ClockState.MET
        assert kinds(changes)[-1] == "met"
        assert "at_risk" not in kinds(changes)
        assert timers(clock) == ()


def test_at_risk_at_the_due_time_and_breached_only_when_no_proof_can_come() -> None:
    clock, changes = through(FRIDAY, tick(at("07-27 11:00")), tick(at("07-27 12:00")))
    assert clock.state is ClockState.AT_RISK
    assert kinds(changes) == ["warned", "at_risk", "step 1"]
    assert dict(timers(clock))["breach"] == at("07-28 12:00")
    clock, changes = through(clock, watermark(at("07-27 12:00"), at("07-27 12:30")))
    assert changes == [], "complete up to the due time, the due second itself may still be missing"
    clock, changes = through(clock, watermark(at("07-27 12:01"), at("07-27 13:00")))
    assert clock.state is ClockState.BREACHED
    (breach,) = changes
    assert (breach.occurred_at, breach.noticed_at) == (at("07-27 12:00"), at("07-27 13:00"))
    assert "complete" in breach.reason


def test_without_a_watermark_it_is_breached_when_the_grace_ends() -> None:
    clock, changes = through(FRIDAY, tick(at("07-28 11:59")))
    assert clock.state is ClockState.AT_RISK
    clock, changes = through(clock, tick(at("07-28 12:00")))
    assert clock.state is ClockState.BREACHED
    assert "grace" in changes[0].reason


def test_a_watermark_from_the_future_counts_as_now() -> None:
    clock, _ = through(FRIDAY, watermark(at("08-30 00:00"), at("07-27 09:00")), tick(at("07-27 12:30")))
    assert clock.state is ClockState.AT_RISK


def test_proof_that_comes_late_takes_the_breach_back_once() -> None:
    clock, _ = through(FRIDAY, tick(at("07-29 09:00")))
    assert clock.state is ClockState.BREACHED
    proof = touch("07-27 10:00", known="07-30 09:00")
    clock, changes = through(clock, proof, proof, tick(at("08-10 09:00")))
    assert kinds(changes) == ["reversed", "met"]
    assert changes[0].occurred_at == at("07-27 12:00")
    assert (clock.state, clock.reversed_at, clock.breaches) == (ClockState.MET, at("07-30 09:00"), 1)


def test_a_late_touch_stops_the_ladder_and_says_by_how_much_it_failed() -> None:
    clock, changes = through(FRIDAY, tick(at("07-27 12:00")), touch("07-28 10:00"), tick(at("08-10 09:00")))
    assert kinds(changes) == ["warned", "at_risk", "step 1", "done_late", "breached"]
    assert clock.failed_by == 6 * HOUR, "5 h of Monday and 1 h of Tuesday"
    assert clock.state is ClockState.BREACHED


def test_an_earlier_touch_that_comes_to_light_later_still_counts() -> None:
    clock, _ = through(FRIDAY, touch("07-28 10:00"), touch("07-27 09:30", known="07-28 11:00"))
    assert clock.state is ClockState.MET
    assert clock.done_at == at("07-27 09:30")


def test_after_seven_days_without_a_look_each_moment_is_written_once_and_in_order() -> None:
    clock, changes = through(FRIDAY, tick(at("08-03 13:00")), tick(at("08-03 13:00")), tick(at("08-04 13:00")))
    assert kinds(changes) == ["warned", "at_risk", "step 1", "step 2", "breached", "step 3", "step 4"]
    assert [change.occurred_at for change in changes] == [
        at("07-27 11:00"),
        at("07-27 12:00"),
        at("07-27 12:00"),
        at("07-27 16:00"),
        at("07-27 12:00"),
        at("07-28 12:00"),
        at("07-29 12:00"),
    ]
    assert {change.noticed_at for change in changes} == {at("08-03 13:00")}
    looked_often = FRIDAY
    for hour in range(11 * 24):
        looked_often, _ = apply(looked_often, tick(at("07-24 17:00") + hour * HOUR), CALENDAR)
    assert dataclasses.replace(looked_often, seen_until=0, breached_at=0) == dataclasses.replace(
        clock, seen_until=0, breached_at=0
    )


def test_hold_clears_the_due_time_and_adds_business_seconds_on_resume() -> None:
    clock, changes = through(FRIDAY, event(EventKind.PAUSE, "07-24 16:30", "waiting for the buyer"))
    assert (clock.state, clock.due_at, timers(clock)) == (ClockState.PAUSED, None, ())
    clock, changes = through(clock, tick(at("07-27 14:00")), event(EventKind.RESUME, "07-27 14:00"))
    assert kinds(changes) == ["resumed"]
    assert clock.held_seconds == int(5.5 * HOUR), "half an hour of Friday, five hours of Monday"
    assert clock.due_at == at("07-28 09:30")
    assert clock.warn_at == at("07-27 16:30")


def test_other_reasons_do_not_hold_and_a_hold_after_the_due_time_excuses_nothing() -> None:
    clock, changes = through(FRIDAY, event(EventKind.PAUSE, "07-24 16:30", "holiday of the owner"))
    assert (clock.state, changes) == (ClockState.RUNNING, [])
    clock, _ = through(FRIDAY, event(EventKind.PAUSE, "07-27 12:00", "waiting for the buyer"))
    assert clock.state is ClockState.AT_RISK


def test_a_hold_that_comes_to_light_after_the_breach_takes_it_back_and_a_new_due_time_may_be_missed_again() -> None:
    clock, _ = through(FRIDAY, tick(at("07-29 09:00")))
    hold = event(EventKind.PAUSE, "07-27 10:00", "waiting for the buyer", known="07-29 10:00")
    clock, changes = through(clock, hold)
    assert kinds(changes) == ["reversed", "paused"]
    clock, changes = through(clock, event(EventKind.RESUME, "07-29 11:00"), tick(at("07-31 09:00")))
    assert [kind for kind in kinds(changes) if not kind.startswith("step")] == ["resumed", "at_risk", "breached"]
    assert clock.breaches == 2
    assert clock.breach_due == at("07-29 13:00")


def test_reassigning_keeps_the_clock_and_it_survives_the_loss_of_its_owner() -> None:
    """Odoo's timed rule never escalated leads that lost their owner after the deadline."""
    clock, changes = through(
        FRIDAY,
        event(EventKind.REASSIGNED, "07-27 09:00", "ben"),
        tick(at("07-27 11:30")),
        event(EventKind.OWNER_LOST, "07-27 11:45"),
        tick(at("07-27 12:00")),
    )
    assert clock.due_at == at("07-27 12:00")
    assert clock.owner is None
    assert changes[-1].act is Act.NOTIFY_MANAGER, "there is nobody to remind"
    clock, changes = through(FRIDAY, tick(at("07-27 13:00")), event(EventKind.OWNER_LOST, "07-27 14:00"))
    _, later = through(clock, tick(at("08-03 13:00")))
    assert kinds(later) == ["step 2", "breached", "step 3", "step 4"]


def test_what_became_due_between_two_looks_long_past_is_not_lost() -> None:
    """A window "since the last run" would pass over a due time that a resume moved behind the last look."""
    clock, _ = through(FRIDAY, event(EventKind.PAUSE, "07-27 10:00", "waiting for the buyer"), tick(at("07-31 09:00")))
    resumed = event(EventKind.RESUME, "07-27 11:00", known="07-31 09:30")
    _, changes = through(clock, resumed)
    assert kinds(changes) == ["resumed", "warned", "at_risk", "step 1", "step 2", "breached", "step 3", "step 4"]


def test_a_due_time_that_turns_out_to_have_been_earlier_moves_the_ladder_with_it() -> None:
    clock, _ = through(
        FRIDAY,
        event(EventKind.PAUSE, "07-27 10:00", "waiting for the buyer"),
        event(EventKind.RESUME, "07-27 15:00"),
        tick(at("07-28 09:00")),
    )
    assert (clock.state, clock.due_at, clock.step_at[1]) == (ClockState.AT_RISK, at("07-27 17:00"), at("07-28 13:00"))
    clock, changes = through(clock, event(EventKind.RESUME, "07-27 11:00", known="07-28 10:00"))
    assert (clock.due_at, clock.step_at[1]) == (at("07-27 13:00"), at("07-28 09:00"))
    assert kinds(changes) == ["resumed", "step 2"]


def test_nobody_is_called_at_midnight_or_at_the_weekend() -> None:
    late = start(CLAUSE, "lead", at("07-24 12:00"), CALENDAR, owner="ana")
    assert late.due_at == at("07-24 16:00")
    clock, changes = through(late, tick(at("07-25 00:00")))
    assert kinds(changes) == ["warned", "at_risk"], "looked at on Saturday at midnight"
    clock, changes = through(clock, tick(at("07-26 12:00")))
    assert [kind for kind in kinds(changes) if kind.startswith("step")] == []
    clock, changes = through(clock, tick(at("07-27 09:00")))
    assert kinds(changes)[:1] == ["step 1"]


def test_a_time_zone_does_not_fail_a_clock_at_once() -> None:
    calendar = working_time(dataclasses.replace(OFFICE, zone="Asia/Tokyo"), 2026, 2026)
    clock = start(CLAUSE, "lead", at("07-27 10:00", "Asia/Tokyo"), calendar)
    assert clock.due_at == at("07-27 14:00", "Asia/Tokyo")
    clock, changes = apply(clock, tick(at("07-27 12:59", "Asia/Tokyo")), calendar)
    assert changes == ()


def test_a_returned_lead_owes_nothing_more_but_a_missed_time_stays_missed() -> None:
    clock, changes = through(FRIDAY, event(EventKind.RETURNED, "07-27 10:00", "recycled"))
    assert (clock.state, kinds(changes), changes[0].reason) == (ClockState.CANCELLED, ["cancelled"], "recycled")
    clock, changes = through(FRIDAY, tick(at("07-27 12:00")), event(EventKind.RETURNED, "07-27 13:00", "recycled"))
    assert kinds(changes)[-1] == "ended_late"
    clock, changes = through(clock, tick(at("08-10 13:00")))
    assert kinds(changes) == ["breached"]
    assert clock.failed_by == HOUR


def test_every_message_has_a_clock_of_its_own() -> None:
    clause = dataclasses.replace(CLAUSE, name="answer", clock=ClockKind.ROLLING_RESPONSE)
    first, second = (
        start(clause, "lead", at(moment), CALENDAR, key=key)
        for key, moment in (("m1", "07-27 09:00"), ("m2", "07-27 10:00"))
    )
    assert first.clock_id != second.clock_id
    assert first.clock_id == clock_id("answer", "lead", "m1")
    answer = event(EventKind.REPLY, "07-27 09:30")
    assert through(first, answer)[0].state is ClockState.MET
    assert through(second, answer)[0].state is ClockState.RUNNING, "it answered the message before"


@pytest.mark.parametrize(
    ("kind", "told", "ends"),
    [
        (ClockKind.FIRST_TOUCH, (EventKind.ATTEMPT, ""), True),
        (ClockKind.FIRST_TOUCH, (EventKind.TOUCH_IN, ""), False),
        (ClockKind.ATTEMPTS, (EventKind.ATTEMPT, ""), False),
        (ClockKind.ATTEMPTS, (EventKind.TOUCH_IN, ""), True),
        (ClockKind.ROLLING_RESPONSE, (EventKind.REPLY, ""), True),
        (ClockKind.DISPOSITION, (EventKind.DISPOSITION, "rejected"), True),
        (ClockKind.DISPOSITION, (EventKind.TOUCH_OUT, ""), False),
        (ClockKind.HANDOVER, (EventKind.STAGE_REACHED, "handed_over"), True),
        (ClockKind.HANDOVER, (EventKind.STAGE_REACHED, "first_order"), False),
        (ClockKind.WELCOME_TOUCH, (EventKind.TOUCH_OUT, ""), True),
        (ClockKind.WELCOME_TOUCH, (EventKind.ATTEMPT, ""), False),
        (ClockKind.TIME_TO_FIRST, (EventKind.STAGE_REACHED, "first_listing"), True),
        (ClockKind.RFQ_REPLY, (EventKind.REPLY, ""), True),
        (ClockKind.LISTING_APPROVAL, (EventKind.STAGE_REACHED, "listing_rejected"), True),
        (ClockKind.FULFILMENT, (EventKind.STAGE_REACHED, "fulfilled"), True),
    ],
)
def test_what_ends_a_clock_of_each_kind(kind: ClockKind, told: tuple[EventKind, str], ends: bool) -> None:
    clause = dataclasses.replace(CLAUSE, clock=kind, attempts=3 if kind is ClockKind.ATTEMPTS else 0)
    clock = start(clause, "lead", at("07-27 09:00"), CALENDAR)
    clock, _ = through(clock, event(told[0], "07-27 10:00", told[1]))
    assert (clock.state is ClockState.MET) == ends


def test_the_agreed_number_of_attempts_is_counted_by_event() -> None:
    clause = dataclasses.replace(CLAUSE, clock=ClockKind.ATTEMPTS, attempts=3, hours=16)
    clock = start(clause, "lead", at("07-27 09:00"), CALENDAR)
    call = event(EventKind.ATTEMPT, "07-27 10:00")
    clock, _ = through(clock, call, call, call, event(EventKind.ATTEMPT, "07-27 11:00"))
    assert (clock.attempts, clock.state) == (2, ClockState.RUNNING)
    clock, _ = through(clock, event(EventKind.ATTEMPT, "07-28 11:00"))
    assert (clock.done_at, clock.state) == (at("07-28 11:00"), ClockState.MET)


def test_an_automatic_message_is_no_touch_unless_the_clause_says_so() -> None:
    robot = event(EventKind.TOUCH_OUT, "07-27 09:00", automated=True)
    assert through(FRIDAY, robot)[0].state is ClockState.RUNNING
    lenient = start(dataclasses.replace(CLAUSE, automated_counts=True), "lead", at("07-24 16:00"), CALENDAR)
    assert through(lenient, robot)[0].state is ClockState.MET


def test_speed_to_lead_and_response_are_kept_apart() -> None:
    clock = start(CLAUSE, "lead", at("07-24 16:00"), CALENDAR, acted_at=at("07-24 14:00"))
    assert speed(clock, CALENDAR) is None
    clock, _ = through(clock, touch("07-27 10:00"))
    told = speed(clock, CALENDAR)
    assert told is not None
    assert told.speed_to_lead == told.routing_delay + told.response == 2 * DAY + 20 * HOUR
    assert (told.routing_delay, told.counted_response) == (2 * HOUR, 2 * HOUR)
    early = start(CLAUSE, "lead", at("07-24 16:00"), CALENDAR, acted_at=at("07-24 14:00"))
    early, _ = through(early, touch("07-24 15:00", known="07-24 16:30"))
    assert early.state is ClockState.MET, "touched before it was assigned"
    too_early, _ = through(FRIDAY, touch("07-24 12:00", known="07-24 16:30"))
    assert too_early.state is ClockState.RUNNING, "touched before its own action"


def test_a_suppliers_own_terms_hold_where_they_are_known() -> None:
    clause = dataclasses.replace(CLAUSE, clock=ClockKind.FULFILMENT, hours_from="fulfilment_hours")
    for own, hours in ((2, 2), (1.5, 1.5), (None, 4), ("soon", 4), (0, 4), (True, 4), (float("nan"), 4)):
        clock = start(clause, "order", at("07-27 09:00"), CALENDAR, fields={"fulfilment_hours": own})
        assert clock.due_at == at("07-27 09:00") + hours * HOUR
        assert from_state(as_state(clock), clause) == clock
    own_terms = start(clause, "order", at("07-27 09:00"), CALENDAR, fields={"fulfilment_hours": 2})
    held, _ = through(
        own_terms,
        event(EventKind.PAUSE, "07-27 10:00", "waiting for the buyer"),
        event(EventKind.RESUME, "07-27 11:00"),
    )
    assert (held.due_at, held.warn_at) == (at("07-27 12:00"), at("07-27 11:30"))


def test_an_event_needs_an_id() -> None:
    with pytest.raises(ValueError, match="has no event_id"):
        apply(FRIDAY, dataclasses.replace(touch("07-27 10:00"), event_id=""), CALENDAR)


def test_wall_clock_hours_run_through_the_night() -> None:
    clause = dataclasses.replace(CLAUSE, counted=Counted.WALL_CLOCK, hours=24)
    assert start(clause, "lead", at("07-24 16:00"), CALENDAR).due_at == at("07-25 16:00")


def test_it_keeps_the_terms_under_which_it_began_also_when_stored() -> None:
    clock = start(CLAUSE, "lead", at("07-24 16:00"), CALENDAR, policy="buyers", version="abc", owner="ana")
    clock, _ = through(clock, tick(at("08-03 13:00")))
    state = as_state(clock)
    assert from_state(state, CLAUSE) == clock
    assert (state["policy"], state["policy_version"], state["clause"]) == ("buyers", "abc", "first touch")
    with pytest.raises(ValueError, match="runs under clause 'first touch', not 'answer'"):
        from_state(state, dataclasses.replace(CLAUSE, name="answer"))


def test_the_subject_cannot_act_after_the_start() -> None:
    with pytest.raises(ValueError, match="is after its start"):
        start(CLAUSE, "lead", at("07-24 16:00"), CALENDAR, acted_at=at("07-24 17:00"))
