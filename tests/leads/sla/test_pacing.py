"""A month that will not be kept opens one meeting, with figures, leads, an owner and a day."""

from dataclasses import replace
from datetime import date

import pytest
from tests.leads.sla.promised import BUYERS, MAY, POLICY, START, WORKING, clock, day_of, lead

from bothsides.goals import Verdict
from bothsides.leads.sla.commitment_terms import Counting
from bothsides.leads.sla.pacing import MonthSoFar, decided, meetings, pace_of
from bothsides.schema.instant import DAY

AS_OF = date(2026, 5, 15)


def month(leads, clocks=(), as_of=AS_OF):
    now = START + as_of.day * DAY
    return MonthSoFar(period=MAY, as_of=as_of, now=now, working_days=WORKING, day_of=day_of, leads=leads, clocks=clocks)


def steady(n):
    """n leads over the first fifteen days, three attempts each, a third reached."""
    made = []
    for i in range(n):
        one = lead(i, qualified_at=START + i % 15 * DAY)
        reached = one.assigned_at + 60 if i % 3 == 0 else None
        made.append(replace(one, contacted_at=reached, attempts=1 if reached else 3))
    return made


def test_half_the_leads_by_mid_month_open_a_meeting_with_its_pack():
    (meeting,) = meetings(POLICY, month(steady(12)))
    assert (meeting.meeting_id, meeting.owner) == ("alignment/2026-05/buyer/qualified buyers", "VP Marketing")
    assert (meeting.opened_on, meeting.due_on) == (AS_OF, date(2026, 5, 20))
    assert "12 of 50 after 11 of 21 working days" in meeting.why
    figures = {figure.name: figure.value for figure in meeting.figures}
    assert figures["delivered so far"] == 12
    assert figures["ahead of or behind schedule"] == pytest.approx(12 - 50 * 11 / 21)
    assert figures["chance of delivering what is owed"] < 0.05
    assert figures["leads from webinar"] + figures["leads from search"] == 12
    assert {one.name: one.n for one in meeting.lists} == {
        "not tried as often as agreed": 0,
        "tried, not reached": 8,
        "delivered, least likely to be won": 12,
    }


def test_a_month_on_pace_and_an_early_one_open_none():
    assert meetings(POLICY, month(steady(28))) == ()
    assert meetings(POLICY, month([], as_of=date(2026, 5, 4))) == ()


def test_it_opens_once_and_the_decision_is_written_once():
    (meeting,) = meetings(POLICY, month(steady(12)))
    assert meetings(POLICY, month(steady(13)), opened={meeting.meeting_id}) == ()
    assert not meeting.overdue(date(2026, 5, 20))
    assert meeting.overdue(date(2026, 5, 21))
    done = decided(meeting, words="Webinar moved forward", owner="Mia", by="Ada", on=date(2026, 5, 19))
    assert not done.overdue(date(2026, 6, 1))
    with pytest.raises(ValueError, match="was decided on 2026-05-19"):
        decided(done, words="Again", owner="Mia", by="Ada", on=date(2026, 5, 20))
    with pytest.raises(ValueError, match="must say something"):
        decided(meeting, words=" ", owner="Mia", by="Ada", on=date(2026, 5, 20))


def test_leads_that_cannot_be_reached_open_one_although_their_number_is_right():
    unreached = [replace(one, contacted_at=None, attempts=3) for one in steady(28)]
    (meeting,) = meetings(POLICY, month(unreached))
    assert "0 % reached within 3 attempts" in meeting.why
    assert "behind" not in meeting.why


def test_clocks_broken_beyond_chance_open_one_for_sales():
    broken = [clock(n, met=n % 2 == 0) for n in range(14)]
    (meeting,) = meetings(POLICY, month(steady(28), clocks=broken))
    assert meeting.clause == "first touch of buyers"
    assert meeting.lists[0].n == 7


def test_the_pace_of_a_weighted_clause_is_of_its_weights():
    money = replace(BUYERS, counted=Counting.MONEY, leads=10_000)
    seen = pace_of(POLICY, money, month(steady(28)))
    assert seen.reached == 28 * 400
    assert seen.verdict is Verdict.REACHED
    assert seen.goal.kind == "amount"


def test_a_calendar_too_short_to_date_the_decision_is_refused():
    with pytest.raises(ValueError, match="3 are needed to date the decision"):
        meetings(POLICY, replace(month(steady(12)), working_days=[day for day in WORKING if day <= date(2026, 5, 18)]))
