"""What is told again is known, also where whoever tells has a clock that is ahead of the desk's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.happenings import Happening, Outcome, Reached, tell
from bothsides.leads.desk.unfit import Unfit
from bothsides.leads.intake import Lead, Refused, Source, read_lead
from bothsides.schema.instant import Instant
from bothsides.web.told import KINDS, read_told


def moment(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def told(desk: Desk, kind: str, said: Mapping[str, Any]) -> Outcome:
    """What becomes of a record at the API, as it stands now."""
    one: Happening | Refused = read_told(said, KINDS[kind], workspace="acme", now=desk.now, ahead=300)
    assert not isinstance(one, Refused), one
    with desk.logbook.writing() as book:
        (outcome,) = tell(book, desk.agreed, [one], now=desk.now)
    return outcome


def test_what_a_clock_that_is_ahead_tells_again_is_known(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    before, moved = desk.kinds(lead), moment(desk.now + 120)
    records = {
        "touches": {"lead_id": lead, "kind": "call", "direction": "out"},
        "events": {"lead_id": lead, "event": "catalog_viewed"},
        "verdicts": {"lead_id": lead, "verdict": "accepted", "by": "x"},
        "stages": {"lead_id": lead, "stage": "opportunity", "by": "x"},
        "reached": {"subject": lead, "what": "handed_over"},
    }
    for kind, said in records.items():
        assert told(desk, kind, {**said, "occurred_at": moved}) == "recorded"
    since = desk.kinds(lead)
    assert len(since) > len(before) + 4
    for later in (10, 60, 200):
        desk.now += later
        for kind, said in records.items():
            assert told(desk, kind, {**said, "occurred_at": moved}) == "known"
    assert desk.kinds(lead) == since


def test_what_a_clock_that_is_ahead_tells_counts_at_once(desk: Desk) -> None:
    lead = desk.take_one(events=["email_opened"], deal_size=900).lead_id
    assert desk.row(lead)["owner"] is None
    start = desk.now
    for name in ("demo_requested", "quote_requested"):
        assert told(desk, "events", {"lead_id": lead, "event": name, "occurred_at": moment(start + 120)}) == "recorded"
    row = desk.row(lead)
    assert row["owner"] is not None, row
    assert told(desk, "touches", {
        "lead_id": lead, "kind": "call", "direction": "out", "occurred_at": moment(start + 120),
    }) == "recorded"  # fmt: skip
    assert desk.row(lead)["first_touch_at"] == start
    assert told(desk, "verdicts", {
        "lead_id": lead, "verdict": "rejected", "reason": "no_budget", "by": "x", "occurred_at": moment(start + 120),
    }) == "recorded"  # fmt: skip
    assert desk.rows("SELECT recycled_at FROM leads WHERE lead_id = ?", lead) == [(start,)]
    assert desk.folds_alike()


def test_an_amount_that_differs_is_not_lost_unsaid_where_a_clock_is_ahead(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    record = {"lead_id": lead, "event": "listing_added", "amount": 3, "occurred_at": moment(desk.now + 120)}
    assert told(desk, "events", record) == "recorded"
    desk.now += 10
    assert isinstance(told(desk, "events", record | {"amount": 5}), Unfit)


def test_a_record_sent_again_brings_no_event_twice_where_its_senders_clock_is_ahead(desk: Desk) -> None:
    did = [{"event": "demo_requested", "occurred_at": moment(desk.now + 120)}]
    raw = {"id": "7", "side": "buyer", "company": "Ahead Ltd", "email": "a@ahead.example", "events": did}

    def sent() -> str:
        read = read_lead(raw, Source(name="fair"), workspace="acme", now=desk.now, ahead=300)
        assert isinstance(read, Lead)
        (taken,) = desk.take(read)
        return taken.outcome

    assert sent() == "new"
    desk.now += 10
    assert sent() == "known"
    desk.now += 300
    assert sent() == "known"
    assert desk.rows("SELECT event FROM events") == [("demo_requested",)]


def says(desk: Desk, lead: str, verdict: str, before: int = 0) -> None:
    record = {"lead_id": lead, "verdict": verdict, "by": "x", "occurred_at": moment(desk.now - before)}
    assert told(desk, "verdicts", record | ({} if verdict == "accepted" else {"reason": "no_budget"})) == "recorded"


def test_a_verdict_told_late_stands_in_the_history_and_changes_nothing(desk: Desk) -> None:
    sent_back, accepted, lost = (desk.take_one(company=f"C{n}", email=f"a@c{n}.example").lead_id for n in range(3))
    desk.now += 3600
    says(desk, sent_back, "recycled")
    says(desk, accepted, "accepted")
    close = {"stage": "closed_lost", "reason": "price", "objections": ["none"], "by": "x"}
    assert told(desk, "stages", {**close, "lead_id": lost, "occurred_at": moment(desk.now)}) == "recorded"
    desk.now += 60
    stood = {lead: desk.row(lead) for lead in (sent_back, accepted, lost)}
    assert [row["disposition"] for row in stood.values()] == ["recycled", "accepted", "lost"]
    says(desk, sent_back, "accepted", before=600)
    says(desk, accepted, "rejected", before=600)
    says(desk, lost, "accepted")
    assert {lead: desk.row(lead) for lead in stood} == stood
    assert [desk.kinds(lead).count("feedback") for lead in stood] == [2, 2, 2]
    says(desk, accepted, "rejected")
    assert desk.row(accepted)["disposition"] == "rejected"
    assert desk.row(accepted)["owner"] is None
    assert desk.folds_alike()


SALE = {
    "stage": "closed_won", "by": "x", "reason": "price", "objections": ["none"], "amount": 100_000, "note": "as said",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "first", "other", "reason"),
    [
        ("stages", SALE, {"amount": 999}, "amount: 999, but closed_won of the same second is known with 100000;"),
        ("stages", SALE, {"reason": "range_of_suppliers"}, "reason: 'range_of_suppliers', but closed_won of the same"),
        ("stages", SALE, {"reason": "nonsense"}, "reason: 'nonsense', but closed_won of the same second is known with"),
        ("stages", SALE, {"note": ""}, "note: nothing, but closed_won of the same second is known with 'as said'"),
        ("stages", {"stage": "opportunity", "by": "x", "amount": 0}, {"amount": None}, "amount: nothing, but opport"),
        ("verdicts", {"verdict": "rejected", "reason": "no_budget", "by": "x"}, {"reason": "bad_timing"},
         "reason: 'bad_timing', but rejected of the same second is known with 'no_budget'; tell a correction with"),
        ("touches", {"touch_id": "c1", "kind": "call", "direction": "out"}, {"direction": "in"},
         "direction: 'in', but touch 'c1' is known with 'out'; give another touch a name of its own"),
        ("touches", {"touch_id": "c1", "kind": "call", "direction": "out"}, {"kind": "email"},
         "kind: 'email', but touch 'c1' is known with 'call'"),
    ],
)  # fmt: skip
def test_other_words_on_what_is_known_are_refused_with_both(
    desk: Desk, kind: str, first: dict[str, Any], other: dict[str, Any], reason: str
) -> None:
    lead = desk.take_one().lead_id
    record = {"lead_id": lead, "occurred_at": moment(desk.now), **first}
    assert told(desk, kind, record) == "recorded"
    lines, row = desk.kinds(lead), desk.row(lead)
    refused = told(desk, kind, record | other)
    assert isinstance(refused, Unfit)
    assert refused.reasons[0].startswith(reason)
    assert told(desk, kind, record) == "known"
    assert told(desk, kind, record | {"by": "somebody else"}) == "known"
    assert (desk.kinds(lead), desk.row(lead)) == (lines, row)


def test_other_words_in_one_batch_and_on_what_was_reached_are_refused_too(desk: Desk) -> None:
    asked = Reached(
        subject="rfq-1", what="rfq_sent", occurred_at=desk.now, fields={"side": "buyer", "deal_size": 900}, owner="s7"
    )
    with desk.logbook.writing() as book:
        first, again, other, fields = tell(
            book,
            desk.agreed,
            [asked, asked, replace(asked, owner="s8"), replace(asked, fields={"side": "buyer"})],
            now=desk.now,
        )
    assert (first, again) == ("recorded", "known")
    assert other == Unfit(
        ("owner: 's8', but rfq_sent of the same second is known with 's7'; tell a correction with a moment of its own",)
    )
    assert isinstance(fields, Unfit)
    assert fields.reasons[0].startswith("fields: {'side': 'buyer'}, but rfq_sent of the same second is known with {")
