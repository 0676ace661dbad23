"""What is left unread changes no figure."""

import pytest
from tests.leads.desk.conftest import Desk, at
from tests.leads.review.conftest import call, rejected, won

from bothsides.leads.desk.merging import merge_leads
from bothsides.leads.review import judging
from bothsides.leads.review.judging import (
    REP_DAYS,
    history_at,
    judged,
    judged_months,
    proposals,
    read_rep_scores,
    rep_scores,
)
from bothsides.leads.review.lives import OF_CLOCKS, OF_LEADS, History
from bothsides.leads.review.months import month_named
from bothsides.leads.review.open_leads import open_deals
from bothsides.leads.review.records import answered
from bothsides.schema.instant import DAY


def spring(desk: Desk) -> list[str]:
    """Twelve leads: won, rejected, corrected after the first answer, one merged, some never touched until they go."""
    leads = [
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}").lead_id
        for n in range(12)
    ]
    desk.now += 600
    for n, lead in enumerate(leads[:8]):
        owner = desk.row(lead)["owner"]
        desk.record(call(lead, desk.now, name=f"t{n}"))
        desk.now += 900
        answer = won(lead, owner, desk.now, amount=90_000) if n % 2 else rejected(desk, lead, owner)
        desk.record(answer)
    with desk.logbook.writing() as book:
        merge_leads(book, desk.agreed, leads[8], leads[9], now=desk.now, who="ana.ruiz", why="one company")
    desk.take_one(id="L2", company="Company 1 Ltd", email="ana@company1.example", name="Ana One", country="IE")
    desk.until(at("06-02T09:00"))
    return leads


def test_proposals_are_counted_from_leads_alone_and_are_those_of_the_whole_book(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spring(desk)
    read: list[History] = []
    whole_of = judging.history_at

    def listening(*args, **named) -> History:
        read.append(whole_of(*args, **named))
        return read[-1]

    with desk.logbook.reading() as book:
        whole = history_at(book, desk.agreed, desk.now)
        with monkeypatch.context() as patched:
            patched.setattr(judging, "history_at", listening)
            found = proposals(book, desk.agreed, desk.now)
        with monkeypatch.context() as patched:
            patched.setattr(judging, "history_at", lambda *_, **__: whole)
            assert proposals(book, desk.agreed, desk.now) == found
    (some,) = read
    counted = answered(desk.agreed, some.lives.values(), mature_before=desk.now)
    assert counted == answered(desk.agreed, whole.lives.values(), mature_before=desk.now)
    assert {one.won for one in counted} == {True, False}
    assert (some.clocks, some.absences) == ({}, {})
    assert whole.clocks


def test_open_deals_are_told_without_reading_clocks(desk: Desk) -> None:
    spring(desk)
    desk.record(call(desk.take_one(company="Late Ltd", email="joe@late.example").lead_id, desk.now, name="late"))
    with desk.logbook.reading() as book:
        whole = history_at(book, desk.agreed, desk.now)
        some = history_at(book, desk.agreed, desk.now, kinds=OF_LEADS)
    assert some.clocks == {}
    assert some.lives == whole.lives
    assert open_deals(some, desk.agreed) == open_deals(whole, desk.agreed)
    assert not OF_CLOCKS & OF_LEADS


def test_people_are_scored_from_the_last_half_year_and_what_came_before_is_not_read(desk: Desk) -> None:
    old = spring(desk)
    desk.until(desk.now + REP_DAYS * DAY)
    new = desk.take_one(company="Late Ltd", email="joe@late.example", name="Joe Late").lead_id
    owner = desk.row(new)["owner"]
    desk.now += 600
    desk.record(call(new, desk.now, name="late"), won(new, owner, desk.now, amount=50_000))
    with desk.logbook.reading() as book:
        whole = history_at(book, desk.agreed, desk.now)
        some = history_at(book, desk.agreed, desk.now, since=desk.now - REP_DAYS * DAY)
        scores = read_rep_scores(book, desk.agreed, desk.now)
    assert scores == rep_scores(whole, desk.agreed)
    assert [(one.rep, one.leads) for one in scores] == [(owner, 1)]
    assert set(old) <= set(whole.lives)
    assert not set(old[:8]) & set(some.lives), "their answers were given before"


def test_months_judged_together_are_judged_as_each_is_alone(desk: Desk) -> None:
    spring(desk)
    months = [month_named(label) for label in ("2026-03", "2026-04", "2026-05")]
    with desk.logbook.reading() as book:
        history = history_at(book, desk.agreed, desk.now)
        together = judged_months(book, desk.agreed, history, months)
        assert together == [judged(book, desk.agreed, history, month) for month in months]
        assert judged_months(book, desk.agreed, history, []) == []
    assert len({one.clocks for one in together}) > 1
