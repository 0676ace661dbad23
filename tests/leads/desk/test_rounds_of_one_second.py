"""A lead may go back and ask again within one second: each round with sales has promises of its own."""

from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.happenings import Did, Happening, Judged, Moved, tell
from bothsides.leads.sla.clocks import clock_id
from bothsides.schema.instant import DAY
from bothsides.schema.stage import LeadStage


def told(desk: Desk, *happenings: Happening) -> None:
    with desk.logbook.writing() as book:
        found = tell(book, desk.agreed, happenings, now=desk.now)
    assert found == ["recorded"] * len(happenings)


def sent_back(desk: Desk, lead: str, before: int = 0) -> Judged:
    return Judged(
        lead_id=lead, verdict="rejected", reason="no_budget", by="x", occurred_at=desk.now - before
    )  # fmt: skip


def asks(desk: Desk, lead: str, event: str, before: int = 0) -> Did:
    return Did(lead_id=lead, event=event, occurred_at=desk.now - before)


def states(desk: Desk, lead: str) -> list[str]:
    return [state for (state,) in desk.rows("SELECT status FROM clocks WHERE subject = ? AND kind = 'attempts'", lead)]


def test_a_lead_that_is_sent_back_and_asks_again_in_the_second_it_was_given_has_two_rounds(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    assert desk.rows("SELECT 1 FROM clocks WHERE clock_id = ?", clock_id("attempts", lead, str(desk.now)))
    told(desk, sent_back(desk, lead), asks(desk, lead, "demo_requested"))
    row = desk.row(lead)
    assert row["stage"] == "mql"
    assert row["owner"] is not None
    assert sorted(states(desk, lead)) == ["cancelled", "running"]
    assert desk.folds_alike()


def test_three_rounds_of_one_second_are_three(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    lost = Moved(
        lead_id=lead, stage=LeadStage.CLOSED_LOST, occurred_at=desk.now, by="x", reason="price", objections=("none",)
    )
    told(desk, sent_back(desk, lead), asks(desk, lead, "demo_requested"), lost, asks(desk, lead, "quote_requested"))
    assert sorted(states(desk, lead)) == ["cancelled", "cancelled", "running"]
    assert desk.row(lead)["recycles"] == 1
    assert desk.folds_alike()


def test_a_lead_sent_again_in_the_second_it_was_turned_away_loses_no_other_lead_of_the_file(desk: Desk) -> None:
    lead = desk.take_one(events=["demo_requested"]).lead_id
    told(desk, sent_back(desk, lead))
    other = desk.lead(company="Zonk", name="Zed Zonk", email="z@zonk.example")
    desk.take(other, desk.lead(id="L1", events=["quote_requested"]))
    assert desk.row(other.lead_id)["stage"] == "mql"
    assert sorted(states(desk, lead)) == ["cancelled", "running"]


def test_rounds_that_begin_in_seconds_of_their_own_are_named_by_them(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    told(desk, sent_back(desk, lead))
    desk.now += DAY
    told(desk, asks(desk, lead, "demo_requested"))
    assert desk.rows("SELECT 1 FROM clocks WHERE clock_id = ?", clock_id("attempts", lead, str(desk.now)))


def test_the_second_round_of_a_lost_lead_asks_for_a_touch_of_its_own(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    told(
        desk,
        Moved(
            lead_id=lead, stage=LeadStage.CLOSED_LOST, occurred_at=desk.now, by="x", reason="price",
            objections=("none",),
        ),
    )  # fmt: skip
    desk.now += 10 * DAY
    told(desk, asks(desk, lead, "demo_requested"))
    (since,) = desk.rows(
        "SELECT state FROM clocks WHERE subject = ? AND kind = 'attempts' AND status = 'running'", lead
    )
    assert f'"acted_at":{desk.now}' in since[0].replace(" ", "")
