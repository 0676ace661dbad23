"""A clock under everything that can happen to it, and planted mistakes that the same checks must find."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.leads.sla.clock_model import CALENDAR, ClockModel

from bothsides.leads.sla import clocks, evidence
from bothsides.leads.sla.clocks import Change, ClockState
from bothsides.leads.sla.evidence import Effect, Event, EventKind, Fact, Reading
from bothsides.leads.sla.policy import Clause


def run(examples: int, steps: int, *, model: type[ClockModel] = ClockModel, shrink: bool = True) -> None:
    phases = list(Phase) if shrink else [Phase.generate]
    run_state_machine_as_test(
        model,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_clock_under_jumps_of_time_late_events_holds_and_outages() -> None:
    run(200, 30)


def due_second_is_late(patch: pytest.MonkeyPatch) -> None:
    def in_time(found: Reading) -> bool:
        return found.done_at is not None and (found.hold_since is not None or found.done_at < found.due_at)

    patch.setattr(Reading, "in_time", property(in_time))


def breach_written_twice(patch: pytest.MonkeyPatch) -> None:
    once = clocks._History._breach

    def twice(history: clocks._History, reason: str) -> None:
        once(history, reason)
        once(history, reason)

    patch.setattr(clocks._History, "_breach", twice)


def wall_clock_for_working_time(patch: pytest.MonkeyPatch) -> None:
    def after(clause: Clause, start: int, seconds: int, calendar: object) -> int:
        return start + seconds

    patch.setattr(evidence, "after", after)
    patch.setattr(clocks, "counted_after", after)


def hold_counted_by_the_wall_clock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evidence, "span", lambda clause, start, end, calendar: max(end - start, 0))


def _without(patch: pytest.MonkeyPatch, changed: Callable[[Event, Fact | None], Fact | None]) -> None:
    true = clocks.fact_of
    patch.setattr(clocks, "fact_of", lambda clause, event: changed(event, true(clause, event)))


def hold_ignored(patch: pytest.MonkeyPatch) -> None:
    _without(patch, lambda event, fact: None if event.kind is EventKind.PAUSE else fact)


def losing_the_owner_ends_the_clock(patch: pytest.MonkeyPatch) -> None:
    def ended(event: Event, fact: Fact | None) -> Fact | None:
        lost = fact is not None and event.kind is EventKind.OWNER_LOST
        return Fact(fact.occurred_at, Effect.END, fact.event_id, "") if fact and lost else fact

    _without(patch, ended)


def time_of_arrival_for_time_of_touch(patch: pytest.MonkeyPatch) -> None:
    _without(patch, lambda event, fact: fact._replace(occurred_at=event.known_at) if fact else None)


def event_counted_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "with_fact", lambda facts, fact: tuple(sorted((*facts, fact))))


def breach_without_waiting_for_evidence(patch: pytest.MonkeyPatch) -> None:
    def at_once(history: clocks._History) -> None:
        if history.clock.state is ClockState.AT_RISK:
            history._breach("due")

    patch.setattr(clocks._History, "_breach_if_known", at_once)


def watermark_reaches_due_instead_of_passing_it(patch: pytest.MonkeyPatch) -> None:
    def early(history: clocks._History) -> None:
        clock = history.clock
        if clock.state is ClockState.AT_RISK and (clock.watermark or 0) >= (clock.due_at or 0):
            history._breach("complete")

    patch.setattr(clocks._History, "_breach_if_known", early)


def window_since_the_last_look(patch: pytest.MonkeyPatch) -> None:
    """What lies further back than a day is never looked at again."""
    true = clocks._History.catch_up

    def window(history: clocks._History) -> None:
        if history.now - history.clock.seen_until <= 86400:
            true(history)
        else:
            history.clock = dataclasses.replace(history.clock, seen_until=history.now)

    patch.setattr(clocks._History, "catch_up", window)


def steps_in_the_night(patch: pytest.MonkeyPatch) -> None:
    def at_any_hour(history: clocks._History, moment: int) -> None:
        clock = history.clock
        history.clock = dataclasses.replace(clock, steps_done=clock.steps_done + 1)
        act = clock.clause.ladder[clock.steps_done].act
        history._write(clocks.ChangeKind.STEP, moment, act=act, reason=f"step {clock.steps_done + 1}")

    patch.setattr(clocks._History, "_step", at_any_hour)


def reassigning_starts_anew(patch: pytest.MonkeyPatch) -> None:
    def anew(clock: clocks.Clock, event: Event, calendar: Any) -> tuple[clocks.Clock, tuple[Change, ...]]:
        if event.kind is EventKind.REASSIGNED and all(fact.event_id != event.event_id for fact in clock.facts):
            fresh = clocks.start(clock.clause, clock.subject, event.known_at, CALENDAR, version="v1")
            clock = dataclasses.replace(clock, started_at=fresh.started_at, due_at=fresh.due_at, warn_at=fresh.warn_at)
        return clocks.apply(clock, event, calendar)

    patch.setattr(ClockModel, "apply", staticmethod(anew))


def breach_never_taken_back(patch: pytest.MonkeyPatch) -> None:
    def deaf(clock: clocks.Clock, event: Event, calendar: Any) -> tuple[clocks.Clock, tuple[Change, ...]]:
        if clock.state is ClockState.BREACHED and event.kind is EventKind.TOUCH_OUT:
            return clock, ()
        return clocks.apply(clock, event, calendar)

    patch.setattr(ClockModel, "apply", staticmethod(deaf))


PLANTED = (
    due_second_is_late,
    breach_written_twice,
    wall_clock_for_working_time,
    hold_counted_by_the_wall_clock,
    hold_ignored,
    losing_the_owner_ends_the_clock,
    time_of_arrival_for_time_of_touch,
    event_counted_again,
    breach_without_waiting_for_evidence,
    watermark_reaches_due_instead_of_passing_it,
    window_since_the_last_look,
    steps_in_the_night,
    reassigning_starts_anew,
    breach_never_taken_back,
)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_same_checks_find_a_planted_mistake(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run(200, 30, shrink=False)
