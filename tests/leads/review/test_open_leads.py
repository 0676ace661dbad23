"""Open deals as the pipeline audit sees them: what the workspace tells of a lead, and what it told before."""

from datetime import date

from tests.leads.desk.conftest import Desk, at
from tests.leads.review.conftest import call

from bothsides.leads.desk.happenings import Judged
from bothsides.leads.review.judging import history_at
from bothsides.leads.review.open_leads import audited, open_deals


def test_dates_put_off_and_the_next_step_come_from_the_leads_fields(desk: Desk) -> None:
    told = {"next_step": "offer", "next_step_on": "2026-04-03", "people_in_touch": 1, "deal_size": 12_000}
    lead = desk.take_one(id="L1", close_date="2026-04-10", **told).lead_id
    owner = desk.row(lead)["owner"]
    desk.now += 600
    accepted = Judged(lead_id=lead, verdict="accepted", reason="", by=owner, occurred_at=desk.now)
    desk.record(call(lead, desk.now, name="t1"), accepted)
    for moment, close in (("04-02T09:00", "2026-04-20"), ("04-04T09:00", "not known")):
        desk.now = at(moment)
        desk.take_one(id="L1", close_date=close, **told)
    with desk.logbook.reading() as book:
        history = history_at(book, desk.agreed, desk.now)
    (deal,) = open_deals(history, desk.agreed)
    assert deal.close_dates == (date(2026, 4, 10), date(2026, 4, 20)), "what is no day is no close date"
    assert (deal.next_step, deal.next_step_on, deal.people) == ("offer", date(2026, 4, 3), 1)
    assert deal.amounts == (12_000.0,)
    (found,), _, _ = audited(history, desk.agreed)
    assert "its next step was due on 2026-04-03" in [said for _, said in found.doubts]
