"""A verdict or a close needs an agreed code: without one nothing of the call is kept, and a batch sets it aside."""

import pytest
from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.codes import NotAgreed
from bothsides.leads.desk.happenings import Judged, Moved, tell
from bothsides.leads.desk.unfit import Unfit
from bothsides.schema.stage import LeadStage


def lost(desk: Desk, lead: str, reason: str, *objections: str, note: str = "") -> Moved:
    return Moved(
        lead_id=lead,
        stage=LeadStage.CLOSED_LOST,
        occurred_at=desk.now,
        by="tom.hadley",
        reason=reason,
        objections=objections,
        note=note,
    )


def test_a_verdict_without_an_agreed_code_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    before = desk.kinds(lead)
    with pytest.raises(NotAgreed, match=r"reject = 'did_not_like_it': must be one of bad_timing, competitor, no_auth"):
        desk.record(
            Judged(lead_id=lead, verdict="rejected", reason="did_not_like_it", by="x", occurred_at=desk.now),
        )
    assert desk.kinds(lead) == before
    with pytest.raises(ValueError, match="reject = ''"):
        desk.record(Judged(lead_id=lead, verdict="recycled", reason="", by="x", occurred_at=desk.now))


@pytest.mark.parametrize(
    ("reason", "objections", "note", "said"),
    [
        ("", ("none",), "", "loss = ''"),
        ("commission_too_high", ("none",), "", "must be one of missing_integration"),  # a supplier's reason
        ("price", (), "", "or only 'none'"),
        ("price", ("too blue",), "", "objection = 'too blue'"),
        ("other", ("none",), " ", "needs a sentence beside it"),
    ],
)
def test_a_close_needs_its_reason_and_a_word_on_objections(desk: Desk, reason, objections, note, said) -> None:
    lead = desk.take_one().lead_id
    with pytest.raises(NotAgreed, match=said):
        desk.record(lost(desk, lead, reason, *objections, note=note))
    assert desk.row(lead)["stage"] == "mql"
    assert desk.record(lost(desk, lead, "price", "payment_terms")) == 1


def test_a_batch_takes_the_rest_and_learns_what_may_stand(desk: Desk) -> None:
    lead, other = desk.take_one().lead_id, desk.take_one(email="kim@lathes.example", company="Lathes Ltd").lead_id
    with desk.logbook.writing() as book:
        good, bad = tell(
            book, desk.agreed, [lost(desk, lead, "price", "none"), lost(desk, other, "", "blue")], now=desk.now
        )
    assert good == "recorded"
    assert isinstance(bad, Unfit)
    assert [reason.partition(" must be")[0] for reason in bad.reasons] == ["reason: missing;", "objections: 'blue'"]
    assert [desk.row(one)["stage"] for one in (lead, other)] == ["closed_lost", "mql"]
