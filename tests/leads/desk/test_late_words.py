"""Verdicts and stages that come to light late: what was before stays before, and nothing that ended is still owed."""

from typing import Any

import pytest
from tests.leads.desk.conftest import Desk, at, call, won

from bothsides.leads.desk.happenings import Did, Happening, Judged, Moved, Outcome, tell
from bothsides.leads.desk.telling import trace_words
from bothsides.leads.desk.unfit import Unfit
from bothsides.logbook import Kind
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.schema.stage import LeadStage

OF_THE_ROUND = ("first_touch", "attempts", "disposition")


def told(desk: Desk, one: Happening) -> Outcome:
    with desk.logbook.writing() as book:
        (outcome,) = tell(book, desk.agreed, [one], now=desk.now)
    return outcome


def verdict(lead: str, moment: Instant, said: Any = "rejected") -> Judged:
    reason = "" if said == "accepted" else "no_budget"
    return Judged(lead_id=lead, verdict=said, reason=reason, by="tom.hadley", occurred_at=moment)


def stage(lead: str, moment: Instant, entered: LeadStage, amount: int | None = None) -> Moved:
    return Moved(lead_id=lead, stage=entered, occurred_at=moment, by="tom.hadley", amount=amount)


def lost(lead: str, moment: Instant) -> Moved:
    return Moved(
        lead_id=lead, stage=LeadStage.CLOSED_LOST, occurred_at=moment, by="tom.hadley", reason="price",
        objections=("none",),
    )  # fmt: skip


def recycled(lead: str, moment: Instant) -> Moved:
    return stage(lead, moment, LeadStage.RECYCLED)


def opportunity(lead: str, moment: Instant) -> Moved:
    return stage(lead, moment, LeadStage.OPPORTUNITY)


def running(desk: Desk, lead: str) -> list[str]:
    kinds = "SELECT kind FROM clocks WHERE subject = ? AND status IN ('running', 'at_risk', 'paused') ORDER BY kind"
    return [kind for (kind,) in desk.rows(kinds, lead) if kind in OF_THE_ROUND]


def in_its_second_round(desk: Desk) -> str:
    """A lead that decayed in April, and asked for a quote on the 21st."""
    lead = desk.take_one().lead_id
    desk.until(at("04-20T09:00"))
    assert desk.row(lead)["stage"] == "recycled"
    desk.now = at("04-21T10:00")
    assert told(desk, Did(lead_id=lead, event="quote_requested", occurred_at=desk.now)) == "recorded"
    assert desk.row(lead)["owner"] is not None
    desk.now += HOUR
    return lead


@pytest.mark.parametrize("word", [verdict, recycled, lost, opportunity])
def test_a_word_on_an_earlier_round_is_history_and_the_present_one_goes_on(desk: Desk, word: Any) -> None:
    lead = in_its_second_round(desk)
    stood = desk.row(lead)
    assert told(desk, word(lead, at("04-10T10:00"))) == "recorded"
    assert desk.row(lead) == stood
    assert running(desk, lead) == ["attempts", "disposition", "first_touch"]
    assert told(desk, word(lead, at("04-10T10:00"))) == "known"
    assert desk.folds_alike()


def test_a_word_on_an_earlier_round_leaves_a_lead_in_the_queue_where_it_waits(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.now += HOUR
    assert told(desk, verdict(lead, desk.now, "recycled")) == "recorded"
    desk.now += DAY
    with desk.logbook.writing() as book:
        book.run("UPDATE members SET absent = 1")
        known = {member for (member,) in book.all("SELECT member FROM members")}
        others = [{"member": one, "open_leads": 0, "absent": 1} for one in desk.agreed.routing.members]
        book.insert("members", [one for one in others if one["member"] not in known])
    assert told(desk, Did(lead_id=lead, event="demo_requested", occurred_at=desk.now)) == "recorded"
    stood = desk.row(lead)
    assert (stood["stage"], stood["owner"]) == ("mql", None)
    desk.now += HOUR
    assert told(desk, verdict(lead, desk.now - DAY)) == "recorded"
    assert desk.row(lead) == stood


@pytest.mark.parametrize("word", [verdict, recycled, lost])
def test_a_word_dated_before_the_lead_came_in_leaves_none_of_its_clocks_running(desk: Desk, word: Any) -> None:
    lead = desk.take_one().lead_id
    assert told(desk, word(lead, desk.now - DAY)) == "recorded"
    assert desk.row(lead)["stage"] in ("recycled", "closed_lost")
    assert running(desk, lead) == []
    desk.until(desk.now + 20 * DAY)
    assert "breached" not in desk.kinds(lead)


def test_a_lead_accepted_in_the_minute_before_it_was_given_owes_no_verdict(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    assert told(desk, verdict(lead, desk.now - 60, "accepted")) == "recorded"
    assert desk.row(lead)["stage"] == "sales_qualified"
    assert running(desk, lead) == ["attempts", "first_touch"]


def test_a_verdict_older_than_the_owner_it_has_now_ends_that_owners_clocks_too(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    given, first = desk.now, desk.row(lead)["owner"]
    while desk.row(lead)["owner"] == first:
        desk.until(desk.now + HOUR)
    assert told(desk, verdict(lead, given + 60)) == "recorded"
    assert running(desk, lead) == []
    assert desk.row(lead)["owner"] is None


def test_a_stage_told_late_moves_no_lead_backwards(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    given = desk.now
    desk.now += DAY
    assert told(desk, opportunity(lead, given + 7200)) == "recorded"
    for earlier in (LeadStage.SALES_QUALIFIED, LeadStage.MQL, LeadStage.RECYCLED):
        assert told(desk, stage(lead, given + 3600, earlier)) == "recorded"
        assert desk.row(lead)["stage"] == "opportunity"
    assert desk.row(lead)["owner"] is not None
    assert told(desk, stage(lead, given + 7201, LeadStage.SALES_QUALIFIED)) == "recorded"
    assert desk.row(lead)["stage"] == "sales_qualified"
    assert desk.folds_alike()


def test_a_close_counts_whatever_was_told_before_it(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    given = desk.now
    desk.now += DAY
    assert told(desk, opportunity(lead, given + 7200)) == "recorded"
    assert told(desk, won(lead, "tom.hadley", given + 3600, amount=100_000)) == "recorded"
    assert (desk.row(lead)["stage"], running(desk, lead)) == ("closed_won", [])
    assert told(desk, lost(lead, given + 1800)) == "recorded"
    assert desk.row(lead)["stage"] == "closed_won"
    assert told(desk, lost(lead, given + 9000)) == "recorded"
    assert desk.row(lead)["stage"] == "closed_lost"


def test_an_opportunity_before_the_verdict_that_was_told_first_is_one(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    given = desk.now
    desk.now += DAY
    assert told(desk, verdict(lead, given + 7200, "accepted")) == "recorded"
    assert told(desk, stage(lead, given + 3600, LeadStage.MQL)) == "recorded"
    assert desk.row(lead)["stage"] == "sales_qualified"
    assert told(desk, opportunity(lead, given + 3600)) == "recorded"
    assert desk.row(lead)["stage"] == "opportunity"


def test_a_stage_of_an_earlier_owner_is_history_of_a_lead_that_nobody_has(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    given = desk.now
    desk.now += HOUR
    assert told(desk, verdict(lead, desk.now, "recycled")) == "recorded"
    desk.now += HOUR
    assert isinstance(told(desk, opportunity(lead, desk.now)), Unfit)
    assert told(desk, opportunity(lead, given + 60)) == "recorded"
    assert (desk.row(lead)["stage"], desk.row(lead)["owner"]) == ("recycled", None)


def amounts(desk: Desk, lead: str) -> list[int]:
    lines = [line.data for line in desk.history(lead) if line.kind is Kind.STAGE_CHANGED]
    return [data["amount"] for data in lines if data.get("amount") is not None]


def test_a_stage_told_again_with_another_amount_keeps_both(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.now += DAY
    for before, amount in ((HOUR, 1_000_000), (60, 5_000_000)):
        again = stage(lead, desk.now - before, LeadStage.OPPORTUNITY, amount)
        assert told(desk, again) == "recorded"
        assert told(desk, again) == "known"
    assert amounts(desk, lead) == [1_000_000, 5_000_000]
    assert told(desk, stage(lead, desk.now - 600, LeadStage.SALES_QUALIFIED)) == "recorded"
    assert desk.row(lead)["stage"] == "opportunity"
    assert desk.folds_alike()


@pytest.mark.parametrize("entered", [LeadStage.LEAD, LeadStage.RECYCLED])
def test_a_stage_of_nobodys_lead_told_again_is_one_line_and_known(desk: Desk, entered: LeadStage) -> None:
    lead = desk.take_one(events=["email_opened"], deal_size=900).lead_id
    if entered is LeadStage.RECYCLED:
        assert told(desk, stage(lead, desk.now - 60, entered)) == "recorded"
    stood = desk.row(lead)
    assert told(desk, stage(lead, desk.now, entered)) == "recorded"
    lines = desk.kinds(lead)
    assert told(desk, stage(lead, desk.now, entered)) == "known"
    assert desk.kinds(lead) == lines
    row = desk.row(lead)
    assert (row["stage"], row["recycles"], row["queue"]) == (stood["stage"], stood["recycles"], "marketing")
    assert desk.folds_alike()


def test_why_a_lead_went_somewhere_is_told_after_a_late_stage(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.now += HOUR
    assert told(desk, lost(lead, desk.now)) == "recorded"
    assert told(desk, opportunity(lead, desk.now - 60)) == "recorded"
    desk.now += DAY
    assert told(desk, Did(lead_id=lead, event="demo_requested", occurred_at=desk.now)) == "recorded"
    history = desk.history(lead)
    given = [line for line in history if line.kind is Kind.ASSIGNED][-1]
    assert "rule not ready for a person: band is sales, wanted nurture" in trace_words(given, history)


def test_a_round_after_a_late_word_ends_as_any_other(desk: Desk) -> None:
    lead = in_its_second_round(desk)
    assert told(desk, verdict(lead, at("04-10T10:00"))) == "recorded"
    desk.record(call(lead, desk.now))
    assert told(desk, verdict(lead, desk.now)) == "recorded"
    assert (desk.row(lead)["owner"], desk.row(lead)["disposition"]) == (None, "rejected")
    assert running(desk, lead) == []
