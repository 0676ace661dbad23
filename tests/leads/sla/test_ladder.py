"""The ladder: when its steps are due, in which hours, and what they do where there is nobody to remind."""

import dataclasses
from datetime import UTC, datetime

from bothsides.leads.sla.ladder import act_of, postponed, step_due, step_moments
from bothsides.leads.sla.policy import Act, Clause, ClockKind, Counted, Party, Step
from bothsides.schema.instant import instant
from bothsides.schema.working_time import OFFICE, working_time

CALENDAR = working_time(OFFICE, 2026, 2026)
CLAUSE = Clause(
    name="x",
    clock=ClockKind.FIRST_TOUCH,
    hours=8,
    owed_by=Party.SALES,
    owed_to=Party.MARKETING,
    ladder=(
        Step(act=Act.REMIND_OWNER, in_working_hours_only=True),
        Step(act=Act.NOTIFY_MANAGER),
        Step(act=Act.REASSIGN, after_hours=2),
    ),
)


def at(text: str) -> int:
    return instant(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC))


def test_steps_wait_for_open_hours_and_for_the_one_above() -> None:
    friday_evening = at("07-24 17:00")
    assert step_moments(CLAUSE, friday_evening, CALENDAR) == (at("07-27 09:00"), at("07-27 09:00"), at("07-27 11:00"))


def test_delays_are_counted_as_the_clause_counts() -> None:
    by_the_wall = dataclasses.replace(CLAUSE, counted=Counted.WALL_CLOCK, ladder=CLAUSE.ladder[1:])
    assert step_moments(by_the_wall, at("07-25 12:00"), CALENDAR) == (at("07-25 12:00"), at("07-25 14:00"))


def test_putting_off_a_step_puts_off_those_below_it() -> None:
    assert postponed((10, 20, 30), 1, 25) == (10, 25, 30)
    assert postponed((10, 20, 30), 1, 35) == (10, 35, 35)


def test_what_takes_the_lead_away_waits_for_the_breach() -> None:
    assert step_due(CLAUSE, 2, 100, False, 500) == 500
    assert step_due(CLAUSE, 2, 100, True, 500) == 100
    assert step_due(CLAUSE, 1, 100, False, 500) == 100


def test_without_an_owner_the_manager_is_told() -> None:
    assert act_of(CLAUSE, 0, "ana") is Act.REMIND_OWNER
    assert act_of(CLAUSE, 0, None) is Act.NOTIFY_MANAGER
    assert act_of(CLAUSE, 2, None) is Act.REASSIGN
