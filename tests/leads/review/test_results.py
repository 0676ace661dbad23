"""Whose a missed clock is: the team's always, a person's only where the time allowed was theirs."""

from dataclasses import replace
from datetime import date

import pytest
from tests.leads.desk.conftest import Desk, at

from bothsides.leads.review.judging import history_at
from bothsides.leads.review.results import clock_results
from bothsides.leads.sla.policy import ClockKind
from bothsides.logbook import Entry, Kind
from bothsides.schema.working_time import Calendar, Leave, working_time

OFFICE = {"monday to friday": ("09:00-12:30", "13:15-17:30")}


def first_touch(desk: Desk, moment: int):
    with desk.logbook.reading() as book:
        found = clock_results(history_at(book, desk.agreed, moment), desk.agreed)
    (one,) = [clock for clock in found if clock.clock is ClockKind.FIRST_TOUCH]
    return one


def test_a_breach_is_charged_to_whoever_had_the_lead_when_it_was_written(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    owner = desk.row(lead)["owner"]
    desk.until(at("04-09T09:00"))
    one = first_touch(desk, desk.now)
    assert one.breached_at is not None
    assert (one.owner, one.lead_id) == (owner, lead)
    assert one.broken_by(desk.now)


@pytest.mark.parametrize(("days", "blamed"), [((date(2026, 3, 31), date(2026, 4, 30)), False), (None, True)])
def test_leave_that_took_the_time_is_nobodys_breach(desk: Desk, days, blamed: bool) -> None:
    owner = desk.row(desk.take_one().lead_id)["owner"]
    desk.until(at("04-09T09:00"))
    office = Calendar(name="office", zone="Europe/London", week=OFFICE)
    leave = (Leave(who=owner, first_day=days[0], last_day=days[1]),) if days else ()
    hours = working_time(office, 2025, 2027, leave=leave)
    desk.agreed = replace(desk.agreed, calendars={**desk.agreed.calendars, owner: hours})
    one = first_touch(desk, desk.now)
    assert one.broken_by(desk.now), "the team's word was broken all the same"
    assert (one.owner == owner) is blamed


def test_a_reported_absence_excuses_the_person_too(desk: Desk) -> None:
    owner = desk.row(desk.take_one().lead_id)["owner"]
    line = Entry(kind=Kind.MEMBER_ABSENT, subject=owner, at=desk.now + 3600, data={"absent": True})
    with desk.logbook.writing() as book:
        book.post([line], now=desk.now + 3600)
    desk.until(at("04-09T09:00"))
    assert first_touch(desk, desk.now).owner is None
