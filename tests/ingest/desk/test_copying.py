"""Rows made from the journal, in both databases: from any line on, and the same whichever way they are reached."""

from tests.leads.desk.conftest import Desk, desk

from bothsides.ingest.desk.copying import copy, sequence
from bothsides.leads.desk.happenings import Judged, Moved, Reached, Touched
from bothsides.schema.instant import HOUR
from bothsides.schema.stage import LeadStage

__all__ = ["desk"]


def worked(desk: Desk) -> list[str]:
    """A lead that is called and rejected, one that decays, and a supplier's answer to a request, which is late."""
    called = desk.take_one().lead_id
    left = desk.take_one(company="Rowe Foods", name="Ann Rowe", email="ann@rowefoods.example", category="pumps").lead_id
    asked = Reached(
        subject="rfq-1", what="rfq_sent", occurred_at=desk.now, fields={"side": "buyer"}, owner="supplier-7"
    )
    desk.record(asked)
    desk.until(desk.now + 2 * HOUR)
    desk.record(
        Touched(touch_id="t1", lead_id=called, kind="call", direction="out", occurred_at=desk.now, by="x"),
        Touched(touch_id="t2", lead_id=called, kind="email", direction="out", occurred_at=desk.now, automated=True),
        Judged(lead_id=called, verdict="rejected", reason="no_budget", by="x", occurred_at=desk.now),
    )
    desk.until(desk.now + 240 * HOUR)
    return [called, left]


def test_rows_say_what_happened(desk: Desk) -> None:
    called, left = worked(desk)
    with desk.logbook.reading() as book:
        found = copy(book, 0)
        assert found.last <= sequence(book)
    rows = found.rows
    assert {row["lead_id"]: row["category"] for row in rows["leads"]} == {called: None, left: "pumps"}
    assert sorted(row["automated"] for row in rows["touches"]) == ["false", "true"]
    assert [(row["verdict"], row["reason"]) for row in rows["lead_feedback"]] == [("rejected", "no_budget")]
    ends = {row["lead_id"]: row["ended_by"] for row in rows["assignments"]}
    assert (ends[called], ends[left]) == ("rejected", "decayed")
    (asked,) = [row for row in rows["sla_clocks"] if row["kind"] == "rfq_reply"]
    assert (asked["lead_id"], asked["subject"], asked["side"], asked["owed_by"], asked["owner"], asked["state"]) == (
        None, "rfq-1", "supplier", "supplier", "supplier-7", "breached"
    )  # fmt: skip
    first = {row["lead_id"]: row["state"] for row in rows["sla_clocks"] if row["kind"] == "first_touch"}
    assert first == {called: "met", left: "breached"}


def test_from_a_later_line_on_only_what_it_changed_is_copied(desk: Desk) -> None:
    called, left = worked(desk)
    with desk.logbook.reading() as book:
        whole = copy(book, 0)
        assert copy(book, whole.last).rows == {"leads": [], "sla_clocks": []}
    desk.record(Touched(touch_id="t3", lead_id=left, kind="call", direction="out", occurred_at=desk.now, by="x"))
    with desk.logbook.reading() as book:
        more = copy(book, whole.last)
        again = copy(book, 0)
    assert [row["lead_id"] for row in more.rows["touches"]] == [left]
    assert [row["lead_id"] for row in more.rows["leads"]] == [left]
    assert called not in {row["lead_id"] for row in more.rows["assignments"]}
    assert more.last == again.last
    assert [row for row in again.rows["touches"] if row["lead_id"] == left] == more.rows["touches"]


def test_a_stage_told_again_with_another_amount_was_entered_once(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    for amount in (1_000_000, 5_000_000):
        desk.now += HOUR
        desk.record(Moved(lead_id=lead, stage=LeadStage.OPPORTUNITY, occurred_at=desk.now, by="x", amount=amount))
    with desk.logbook.reading() as book:
        rows = copy(book, 0).rows["stage_changes"]
    assert [row["stage"] for row in rows] == ["mql", "opportunity"]
