"""What the month puts on the agenda: once, with its pack; what was decided stands once."""

import pytest
from tests.leads.desk.conftest import Desk, at
from tests.leads.review.conftest import call, rejected

from bothsides.leads.review.agenda import call_review, decide, due_reviews, read_items
from bothsides.leads.review.months import first_month
from bothsides.leads.review.statement_book import read_statements
from bothsides.schema import Side


def look_back(desk: Desk, moment: int) -> list[str]:
    with desk.logbook.writing() as book:
        entries = due_reviews(book, desk.agreed, moment)
        book.post(entries, now=moment)
    return [line.subject for line in entries if line.kind == "agenda_opened"]


def waiting(desk: Desk) -> list[str]:
    with desk.logbook.reading() as book:
        return [one.item_id for one in read_items(book) if one.decision is None]


def test_a_month_short_of_leads_opens_one_meeting_a_clause(desk: Desk) -> None:
    desk.take_one()
    assert look_back(desk, at("04-02T06:00")) == [], "March had two days under the agreement; April just began"
    opened = look_back(desk, at("04-17T06:00"))
    assert opened == ["alignment/2026-04/buyer/qualified buyers", "alignment/2026-04/supplier/qualified suppliers"]
    assert look_back(desk, at("04-17T09:00")) == []
    assert look_back(desk, at("04-20T06:00")) == []
    with desk.logbook.reading() as book:
        meeting = read_items(book)[0]
    assert (meeting.kind, meeting.owner, meeting.state) == ("meeting", "VP Marketing", "open")
    assert meeting.due_at == at("04-21T23:00"), "three working days: the end of Tuesday in London"
    figures = {figure["name"]: figure["value"] for figure in meeting.content["figures"]}
    assert figures["delivered so far"] == 0.0, "its lead qualified in March"
    told = desk.rows("SELECT payload FROM outbox WHERE action = 'alignment_meeting'")
    assert len(told) == 2


def test_a_decision_is_written_down_once_with_who_and_why(desk: Desk) -> None:
    desk.take_one()
    item = look_back(desk, at("04-17T06:00"))[0]
    with desk.logbook.writing() as book:
        line = decide(book, item, words="two more webinars", by="ana", now=at("04-18T10:00"), owner="VP Marketing")
        book.post([line], now=at("04-18T10:00"))
    with desk.logbook.reading() as book:
        one = next(one for one in read_items(book) if one.item_id == item)
        assert one.state == "decided"
        assert one.decision is not None
        assert (one.decision["words"], one.decision["by"], one.decision["owner"]) == (
            "two more webinars",
            "ana",
            "VP Marketing",
        )
        with pytest.raises(ValueError, match="was decided already"):
            decide(book, item, words="three", by="ana", now=at("04-18T11:00"))
        with pytest.raises(LookupError, match="open are alignment/2026-04/supplier"):
            decide(book, "alignment/2026-05", words="x", by="ana", now=at("04-18T11:00"))
        other = waiting(desk)[0]
        with pytest.raises(ValueError, match="must say something"):
            decide(book, other, words=" ", by="ana", now=at("04-18T11:00"))
        with pytest.raises(ValueError, match="allowed: decided"):
            decide(book, other, words="x", by="ana", now=at("04-18T11:00"), state="waived")


def test_a_person_calls_a_review_of_a_side(desk: Desk) -> None:
    for n in range(3):
        lead = desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}").lead_id
        desk.now += 60
        desk.record(call(lead, desk.now, name=f"t{n}"), rejected(desk, lead, desk.row(lead)["owner"]))
    with desk.logbook.writing() as book:
        entries = call_review(book, desk.agreed, Side.BUYER, by="vp.sales", now=desk.now + 60, why="nobody buys")
        book.post(entries, now=desk.now + 60)
        with pytest.raises(ValueError, match="is open already"):
            call_review(book, desk.agreed, Side.BUYER, by="vp.sales", now=desk.now + 90)
        (one,) = read_items(book, kinds=("escalation",))
    assert one.content["why"] == "called by vp.sales; 3 of 3 leads answered in 14 days were rejected; nobody buys"
    assert (one.content["rejected"], one.content["unhandled"]) == (3, 3)
    assert [lead["code"] for lead in one.content["rejected_leads"]] == ["no_budget"] * 3
    assert [offer["proposal_id"] for offer in one.content["proposals"]] == ["attempts", "keep"]
    with desk.logbook.writing() as book:
        with pytest.raises(ValueError, match=r"allowed are \['attempts', 'keep'\]"):
            decide(book, one.item_id, words="raise the score", by="ana", now=desk.now + 99, chosen=["score"])
        line = decide(book, one.item_id, words="call them", by="ana", now=desk.now + 99, chosen=["attempts"])
        book.post([line], now=desk.now + 99)
        (one,) = read_items(book, kinds=("escalation",))
    assert one.decision is not None
    assert one.decision["chosen"] == ["attempts"]


def test_months_are_frozen_once_with_what_follows(desk: Desk) -> None:
    desk.take_one()
    opened = look_back(desk, at("05-04T06:00"))
    assert "consequence/2026-04/buyer/short of leads" in opened
    with desk.logbook.reading() as book:
        first = first_month(book, desk.agreed)
        told = read_statements(book)
    assert first is not None
    assert first.label == "2026-04"
    assert [one.period for one in told] == ["2026-04"]
    look_back(desk, at("06-02T06:00"))
    assert desk.rows("SELECT count(*) FROM entries WHERE kind = 'statement_frozen'") == [(2,)]


def test_late_proof_becomes_one_line_of_the_next_statement(desk: Desk) -> None:
    """The clock was missed in April by what was known; the call of April is told in May."""
    desk.now = at("04-28T08:00")
    lead = desk.take_one().lead_id
    desk.until(at("04-30T12:00"))
    look_back(desk, at("05-01T06:00"))
    desk.now = at("05-05T09:00")
    desk.record(call(lead, at("04-28T09:00"), name="late"))
    look_back(desk, at("06-01T06:00"))
    look_back(desk, at("07-01T06:00"))
    with desk.logbook.reading() as book:
        april, may, june = read_statements(book)
    told = {(line.clause, line.figure): line.value for line in april.lines}
    assert told["first touch of buyers in time", "breaches"] == 1
    changed = {(one.clause, one.figure): (one.told, one.value) for one in may.adjustments}
    assert changed["first touch of buyers in time", "breaches"] == (1, -1)
    assert changed["first touch of buyers in time", "delivered"] == (0, 1)
    assert [one for one in june.adjustments if one.clause.startswith("first touch")] == [], "told once"


def test_breaches_of_a_months_last_hours_follow_in_the_month_that_writes_them(desk: Desk) -> None:
    """Due on the last of April; the desk looks at them on the fourth of May, after April's close."""
    desk.now = at("04-29T14:00")
    for n in range(11):
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}")
    with desk.logbook.reading() as book:
        assert {due < at("04-30T23:00") for (due,) in book.all("SELECT due_at FROM clocks WHERE kind = 'first_touch'")}
    look_back(desk, at("05-01T06:00"))
    desk.until(at("05-04T09:00"))
    look_back(desk, at("06-01T06:00"))
    look_back(desk, at("07-01T06:00"))
    with desk.logbook.reading() as book:
        told = read_statements(book)
    follows = {one.period: [line.words for line in one.lines if line.clause == "slow sales (buyer)"] for one in told}
    assert {period: len(lines) for period, lines in follows.items()} == {"2026-04": 0, "2026-05": 1, "2026-06": 0}
    assert [one for one in told[1].adjustments if one.clause == "slow sales (buyer)"] == [], "it is told once"
    breaches = [one for one in told[1].adjustments if (one.period, one.figure) == ("2026-04", "breaches")]
    assert [one.value for one in breaches] == [11.0], "the clause stays April's"
