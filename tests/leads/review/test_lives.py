"""The ways of leads as the logbook tells them: up to a moment, merged ones as one, turns with how they ended."""

from dataclasses import replace

import pytest
from tests.leads.desk.conftest import Desk, at
from tests.leads.review.conftest import call, rejected, won

from bothsides.leads.desk.happenings import Judged, Moved
from bothsides.leads.review.judging import history_at
from bothsides.leads.review.lives import History
from bothsides.leads.review.records import answered, closings, given, handed, qualified_leads, worked
from bothsides.leads.review.results import clock_results
from bothsides.schema.stage import LeadStage


def history(desk: Desk, moment: int | None = None) -> History:
    with desk.logbook.reading() as book:
        return history_at(book, desk.agreed, desk.now if moment is None else moment)


def test_what_was_told_later_was_not_known_then(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    came = desk.now
    desk.now = at("03-31T15:00")
    desk.record(call(lead, at("03-31T10:00"), name="t1"))
    assert history(desk, came).lives[lead].touches == []
    assert history(desk, at("03-31T12:00")).lives[lead].touches == [], "it happened at ten and was told at three"
    assert history(desk).lives[lead].touches == [(at("03-31T10:00"), True)]


def test_a_machines_mail_is_no_attempt_and_an_answer_ends_them(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    first = desk.now + 3600
    desk.now = first + 90
    desk.record(
        call(lead, first - 60, name="m", automated=True),
        call(lead, first, name="t1"),
        call(lead, first + 60, name="t2"),
        call(lead, first + 60, name="t2-answer", direction="in"),
        call(lead, first + 90, name="t3"),
    )
    (one,) = qualified_leads(history(desk, desk.now), desk.agreed.commitments)
    assert (one.attempts, one.contacted_at) == (2, first + 60)
    assert (one.qualified_at, one.assigned_at) == (at("03-31T09:00"), at("03-31T09:00"))
    assert one.fields["country"] == "GB"


def test_a_stage_told_late_is_not_the_one_it_stands_in(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.now += 7200
    entered = Moved(lead_id=lead, stage=LeadStage.OPPORTUNITY, occurred_at=desk.now, by="x")
    desk.record(entered, replace(entered, stage=LeadStage.SALES_QUALIFIED, occurred_at=desk.now - 3600))
    life = history(desk).lives[lead]
    assert (life.stage, life.stage_since) == (LeadStage.OPPORTUNITY, desk.now)


def test_a_lead_that_came_again_counts_once(desk: Desk) -> None:
    first = desk.take_one().lead_id
    desk.now += 60
    again = desk.take_one(id="other").lead_id
    assert again != first
    found = history(desk)
    assert found.stands(again) is found.lives[first]
    assert [one.lead_id for one in qualified_leads(found, desk.agreed.commitments) if not one.withdrawn] == [first]
    assert [one.lead_id for one in handed(found.lives.values())] == [first]


def test_a_lead_taken_from_a_silent_owner_was_not_won_by_that_owner(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    owner = desk.row(lead)["owner"]
    desk.until(at("04-09T09:00"))
    life = history(desk).lives[lead]
    assert life.returned
    assert [(turn.owner, turn.end) for turn in life.turns][:1] == [(owner, "silent")]
    scores = given(history(desk), desk.agreed, [life], clock_results(history(desk), desk.agreed))
    assert [(one.rep, one.won) for one in scores][:1] == [(owner, False)]
    (one,) = worked([life])
    assert (one.returned_at, one.accepted, one.recovered) == (life.returned[-1], None, False)


def test_a_rejected_lead_is_lost_and_its_code_kept(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    owner = desk.row(lead)["owner"]
    desk.now += 3600
    desk.record(call(lead, desk.now, name="t1"), rejected(desk, lead, owner))
    (one,) = handed(history(desk).lives.values())
    assert (one.accepted, one.won, one.code, one.owner) == (False, False, "no_budget", owner)
    assert closings(history(desk).lives.values()) == ()
    (waited,) = answered(desk.agreed, history(desk).lives.values(), mature_before=desk.now + 1)
    assert (waited.won, waited.waited_hours, waited.closed_hours) == (False, 1.0, 0.0)


@pytest.mark.parametrize(("currency", "major"), [("GBP", 400.0), ("JPY", 40_000.0), ("KWD", 40.0)])
def test_a_deal_is_worth_what_its_currency_says(desk: Desk, currency: str, major: float) -> None:
    desk.agreed = replace(desk.agreed, currency=currency)
    lead = desk.take_one().lead_id
    owner = desk.row(lead)["owner"]
    desk.now += 3600
    desk.record(call(lead, desk.now, name="t1"), won(lead, owner, desk.now, amount=40_000))
    (one,) = closings(history(desk).lives.values())
    assert one.amount == major


def test_a_lead_that_never_was_one_counts_for_nobody(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.record(rejected(desk, lead, desk.row(lead)["owner"], reason="competitor"))
    (one,) = qualified_leads(history(desk), desk.agreed.commitments)
    assert not one.withdrawn, "a competitor's lead was one; only duplicates and tests are withdrawn"


def test_a_lead_of_which_was_written_as_of_a_moment_before_it_came_in_was_unknown_then(desk: Desk) -> None:
    lead, came = desk.take_one().lead_id, desk.now
    desk.now = came - 7200
    desk.record(
        call(lead, desk.now, name="t1"),
        Judged(lead_id=lead, verdict="accepted", reason="", by="ana.ruiz", occurred_at=desk.now),
    )
    assert history(desk, desk.now).lives == {}
    assert history(desk, came).lives[lead].touches == [(desk.now, True)]
