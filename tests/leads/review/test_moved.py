"""A look back that leaves out what did not move says what a look at everything says."""

from tests.leads.desk.conftest import Desk, at
from tests.leads.review.conftest import call, rejected

from bothsides.leads.review.judging import history_at, judged
from bothsides.leads.review.months import month_named
from bothsides.leads.review.moved import _with_merged, moved_since


def test_only_what_moved_since_is_read_and_the_month_is_the_same(desk: Desk) -> None:
    old = [
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}").lead_id
        for n in range(6)
    ]
    desk.now += 600
    for n, lead in enumerate(old):
        owner = desk.row(lead)["owner"]
        desk.record(call(lead, desk.now, name=f"t{n}"), rejected(desk, lead, owner, reason="competitor"))
    desk.until(at("06-02T09:00"))
    new = desk.take_one(company="Late Ltd", email="joe@late.example", name="Joe Late").lead_id
    desk.until(at("06-09T09:00"))
    since = at("06-01T00:00")
    with desk.logbook.reading() as book:
        moved = moved_since(book, since)
        whole = history_at(book, desk.agreed, desk.now)
        some = history_at(book, desk.agreed, desk.now, since=since)
        june = month_named("2026-06")
        assert judged(book, desk.agreed, some, june) == judged(book, desk.agreed, whole, june)
    assert moved is not None
    assert new in moved
    assert not moved & set(old)
    assert set(some.lives) == {new}
    assert some.last_seq == whole.last_seq
    assert len(whole.lives) == 7


def test_who_runs_on_is_read_though_nothing_was_written_and_a_young_desk_is_read_whole(desk: Desk) -> None:
    desk.take_one()
    with desk.logbook.reading() as book:
        assert moved_since(book, desk.now + 86400 * 400) is None, "its one lead has clocks that run"


def test_leads_that_were_ever_one_come_together() -> None:
    pairs = [("a", "b"), ("c", "d"), ("b", "e")]
    assert _with_merged({"e", "x"}, pairs) == {"a", "b", "e", "x"}
    assert _with_merged(set(), pairs) == set()
