"""What cannot be taken as things stand is refused with every reason; what stands beside it in a batch is taken."""

from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.happenings import Did, Happening, Judged, Moved, Outcome, Reached, tell
from bothsides.leads.desk.overriding import override
from bothsides.leads.desk.unfit import Unfit
from bothsides.leads.score import Band
from bothsides.schema.instant import DAY
from bothsides.schema.stage import LeadStage


def told(desk: Desk, *happenings: Happening) -> list[Outcome]:
    with desk.logbook.writing() as book:
        return tell(book, desk.agreed, happenings, now=desk.now)


def why(desk: Desk, one: Happening) -> str:
    (outcome,) = told(desk, one)
    assert isinstance(outcome, Unfit), outcome
    return "; ".join(outcome.reasons)


def says(desk: Desk, lead: str, verdict, *, before: int = 0) -> Judged:
    reason = "" if verdict == "accepted" else "no_budget"
    return Judged(lead_id=lead, verdict=verdict, reason=reason, by="x", occurred_at=desk.now - before)


def enters(desk: Desk, lead: str, stage: LeadStage) -> Moved:
    return Moved(lead_id=lead, stage=stage, by="x", occurred_at=desk.now)


def in_the_queue(desk: Desk) -> str:
    """A lead that sales is to take, when everybody is away."""
    with desk.logbook.writing() as book:
        for member in desk.agreed.routing.members:
            book.insert("members", [{"member": member, "open_leads": 0, "absent": 1}])
    lead = desk.take_one().lead_id
    row = desk.row(lead)
    assert (row["stage"], row["owner"]) == ("mql", None), row
    return lead


def test_sales_says_nothing_of_a_lead_that_was_never_meant_for_it(desk: Desk) -> None:
    lead = desk.take_one(events=["email_opened"], deal_size=900).lead_id
    before = desk.kinds(lead), desk.row(lead)
    for verdict in ("accepted", "rejected", "recycled"):
        assert f"verdict: '{verdict}' is sales' to say of a lead that somebody has" in why(
            desk, says(desk, lead, verdict)
        )
    for stage in (LeadStage.MQL, LeadStage.SALES_QUALIFIED, LeadStage.OPPORTUNITY):
        assert f"bothsides leads override {lead[:8]} sales" in why(desk, enters(desk, lead, stage))
    assert (desk.kinds(lead), desk.row(lead)) == before
    with desk.logbook.writing() as book:
        override(book, desk.agreed, lead, Band.SALES, who="x", why="met", until=desk.now + DAY, now=desk.now)
    row = desk.row(lead)
    assert row["stage"] == "mql"
    assert row["owner"] is not None


def test_a_lead_in_sales_queue_is_accepted_by_nobody_and_may_be_turned_away(desk: Desk) -> None:
    lead = in_the_queue(desk)
    assert "it gets its owner when its turn comes" in why(desk, says(desk, lead, "accepted"))
    assert "opportunity" in why(desk, enters(desk, lead, LeadStage.OPPORTUNITY))
    assert told(desk, says(desk, lead, "rejected")) == ["recorded"]
    row = desk.row(lead)
    assert (row["stage"], row["queue"], row["recycles"], row["disposition"]) == (
        "recycled", "marketing", 1, "rejected",
    )  # fmt: skip


def test_a_verdict_told_late_of_an_earlier_owner_is_history_and_moves_nothing(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    said = says(desk, lead, "accepted")
    desk.now += 3600
    assert told(desk, says(desk, lead, "recycled")) == ["recorded"]
    desk.now += 3600
    assert "nobody has this one, it waits in marketing" in why(desk, says(desk, lead, "accepted"))
    assert told(desk, said) == ["recorded"]
    assert (desk.row(lead)["stage"], desk.row(lead)["owner"]) == ("recycled", None)


def test_each_is_judged_after_those_before_it(desk: Desk) -> None:
    lead = desk.take_one(events=["email_opened"]).lead_id
    asked = Did(lead_id=lead, event="demo_requested", occurred_at=desk.now)
    again = Did(lead_id=lead, event="demo_requested", occurred_at=desk.now, amount=2)
    first, second, third, *rest = told(
        desk, says(desk, lead, "accepted"), asked, asked, again, says(desk, lead, "accepted")
    )
    assert isinstance(first, Unfit)
    assert (second, third, rest[-1]) == ("recorded", "known", "recorded")
    assert isinstance(rest[0], Unfit)
    assert rest[0].reasons[0].startswith("amount: 2, but demo_requested of the same second is known with 1")
    assert desk.row(lead)["stage"] == "sales_qualified"


def test_an_event_that_came_with_its_lead_is_known(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    assert told(desk, Did(lead_id=lead, event="demo_requested", occurred_at=desk.now - 3600)) == ["known"]


def test_only_what_a_clock_waits_for_is_reached(desk: Desk) -> None:
    lead = desk.take_one().lead_id

    def reached(what: str, subject: str = "rfq-1", **more) -> Reached:
        return Reached(subject=subject, what=what, occurred_at=desk.now, **more)

    assert "what: 'listing_aproved' neither starts a clock nor ends one; must be one of first_listing" in why(
        desk, reached("listing_aproved", lead)
    )
    assert "detail: missing; no clause stands still for it; must be one of asked to call later" in why(
        desk, reached("pause", lead)
    )
    assert "subject: 'rfq-1' is no lead and no clock of it began" in why(desk, reached("reply"))
    assert "fields.side: 'byer' must be buyer or supplier" in why(desk, reached("rfq_sent", fields={"side": "byer"}))
    assert "fields.size: [1] must be a text" in why(desk, reached("rfq_sent", fields={"size": [1]}))
    assert "owner: " in why(desk, reached("handed_over", lead, owner="tom.hadley"))
    asked = reached("rfq_sent", fields={"side": "buyer"}, owner="supplier-7")
    assert told(desk, asked, reached("reply")) == ["recorded", "recorded"]
    assert desk.rows("SELECT kind, status, owner FROM clocks WHERE subject = 'rfq-1'") == [
        ("rfq_reply", "met", "supplier-7")
    ]
