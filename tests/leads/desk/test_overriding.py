"""A person's band beside the scorecard's."""

import pytest
from tests.leads.desk.conftest import Desk, at

from bothsides.leads.desk.happenings import Did, Moved
from bothsides.leads.desk.overriding import lift, override
from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.score import Band
from bothsides.schema.stage import LeadStage


def put(desk: Desk, lead: str, band: Band, until: str = "04-10T09:00") -> LeadNow:
    with desk.logbook.writing() as book:
        return override(
            book, desk.agreed, lead, band, who="ana.ruiz", why="met at the fair", until=at(until), now=desk.now
        )


def test_a_cold_lead_goes_to_sales_by_a_persons_word_and_the_card_goes_on_beside_it(desk: Desk) -> None:
    lead = desk.take_one(events=["email_opened"]).lead_id
    stands = put(desk, lead, Band.SALES)
    row = desk.row(lead)
    assert (row["band"], row["stage"]) == ("sales", "mql")
    assert row["owner"] == stands.owner is not None
    scored = [line for line in desk.history(lead) if line.kind == "scored"][-1]
    assert (scored.data["band"], scored.data["machine"]) == ("sales", "nurture")
    line = next(line for line in desk.history(lead) if line.kind == "overridden")
    assert (line.actor, line.reason, line.data["to"]) == ("ana.ruiz", "met at the fair", "sales")


def test_it_ends_by_itself_at_its_moment_and_not_before(desk: Desk) -> None:
    lead = desk.take_one(events=["email_opened"]).lead_id
    put(desk, lead, Band.SELF_SERVE)
    desk.until(at("04-10T08:59"))
    assert desk.row(lead)["band"] == "self_serve"
    desk.until(at("04-10T09:00"))
    assert desk.row(lead)["band"] == "nurture"
    assert desk.rows("SELECT count(*) FROM timers WHERE purpose = 'override'") == [(0,)]


def test_what_the_lead_does_meanwhile_does_not_move_it_out_of_the_persons_band(desk: Desk) -> None:
    lead = desk.take_one(events=["email_opened"]).lead_id
    put(desk, lead, Band.NURTURE)
    desk.record(
        *(Did(lead_id=lead, event=name, occurred_at=desk.now) for name in ("demo_requested", "quote_requested"))
    )
    row = desk.row(lead)
    assert (row["band"], row["owner"], row["queue"]) == ("nurture", None, "nurture")
    with desk.logbook.writing() as book:
        lift(book, desk.agreed, lead, who="ana.ruiz", why="they called", now=desk.now)
    row = desk.row(lead)
    assert row["band"] == "sales"
    assert row["owner"] is not None


def test_a_lead_that_somebody_has_stays_with_them(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    owner = desk.row(lead)["owner"]
    put(desk, lead, Band.NURTURE)
    assert (desk.row(lead)["owner"], desk.row(lead)["band"]) == (owner, "nurture")


def test_a_later_word_stands_in_place_of_an_earlier_one_and_all_is_history(desk: Desk) -> None:
    lead = desk.take_one(events=["email_opened"]).lead_id
    put(desk, lead, Band.SELF_SERVE, until="04-05T09:00")
    put(desk, lead, Band.NURTURE, until="04-20T09:00")
    desk.until(at("04-06T09:00"))
    (told,) = desk.rows("SELECT override FROM leads WHERE lead_id = ?", lead)[0]
    assert '"band":"nurture"' in told
    assert desk.kinds(lead).count("overridden") == 2
    assert desk.folds_alike()


def test_what_cannot_be_set_is_refused_in_words(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    with pytest.raises(ValueError, match="must be after it begins"):
        put(desk, lead, Band.SALES, until="03-01T09:00")
    with pytest.raises(ValueError, match="both must be given"), desk.logbook.writing() as book:
        override(book, desk.agreed, lead, Band.SALES, who="ana", why=" ", until=at("04-10T09:00"), now=desk.now)
    with pytest.raises(LookupError, match="'nobody' never came in"):
        put(desk, "nobody", Band.SALES)
    with pytest.raises(ValueError, match="no override holds"), desk.logbook.writing() as book:
        lift(book, desk.agreed, lead, who="ana", why="x", now=desk.now)


def test_a_lead_that_waits_for_sales_leaves_the_queue_by_a_persons_word_and_comes_back_when_that_ends(
    desk: Desk,
) -> None:
    with desk.logbook.writing() as book:
        for member in desk.agreed.routing.members:
            book.insert("members", [{"member": member, "open_leads": 0, "absent": 1}])
    lead = desk.take_one().lead_id
    waits = desk.row(lead)["queue"]
    assert (desk.row(lead)["stage"], desk.row(lead)["owner"]) == ("mql", None)
    put(desk, lead, Band.NURTURE)
    row = desk.row(lead)
    assert (row["stage"], row["queue"], row["band"], row["recycles"]) == ("lead", "nurture", "nurture", 0)
    desk.now += 60
    with desk.logbook.writing() as book:
        lift(book, desk.agreed, lead, who="ana.ruiz", why="they called", now=desk.now)
    assert (desk.row(lead)["stage"], desk.row(lead)["queue"]) == ("mql", waits)


def test_a_lead_that_was_taken_back_to_the_leads_begins_a_round_of_its_own(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.now += 60
    back = Moved(lead_id=lead, stage=LeadStage.LEAD, occurred_at=desk.now, by="x", reason="wrong team")
    desk.record(back, Did(lead_id=lead, event="email_opened", occurred_at=desk.now))
    assert desk.row(lead)["owner"] is not None
    clocks = desk.rows("SELECT status FROM clocks WHERE subject = ? AND kind = 'first_touch' ORDER BY started_at", lead)
    assert [status for (status,) in clocks] == ["cancelled", "running"]
    assert desk.folds_alike()
