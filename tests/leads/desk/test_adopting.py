"""Leads that another system closed are known with all they did, and nothing is decided about them."""

from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.adopting import ClosedLead, adopt
from bothsides.logbook import rebuild, standing


def test_closed_leads_come_with_their_events_and_end_and_start_nothing(desk: Desk) -> None:
    lead = desk.lead(events=["demo_requested", "quote_requested"])
    closed = ClosedLead(lead=lead, closed_at=desk.now - 60, won=True, reason="price", owner="tom.hadley")
    with desk.logbook.writing() as book:
        assert adopt(book, [closed, closed], now=desk.now) == 1
        assert adopt(book, [closed], now=desk.now) == 0
        before = standing(book)
        rebuild(book)
        assert standing(book) == before
    row = desk.row(lead.lead_id)
    assert (row["stage"], row["is_open"], row["owner"], row["score"]) == ("closed_won", 0, None, None)
    assert sorted(event for (event,) in desk.rows("SELECT event FROM events")) == ["demo_requested", "quote_requested"]
    assert desk.rows("SELECT count(*) FROM clocks") == [(0,)]
    assert desk.rows("SELECT count(*) FROM timers WHERE subject = ?", lead.lead_id) == [(0,)]


def test_a_new_lead_of_the_same_person_is_a_lead_of_its_own(desk: Desk) -> None:
    with desk.logbook.writing() as book:
        adopt(book, [ClosedLead(lead=desk.lead(), closed_at=desk.now - 60, won=False)], now=desk.now)
    assert desk.take_one().outcome == "new"
