"""Each doubt about an open opportunity, worked by hand, and the money that hangs on it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bothsides.leads.teams.pipeline_audit import Doubt, Open, audit, totals
from bothsides.leads.teams.reasons import PipelineTerms
from bothsides.schema import Side

TODAY = date(2026, 5, 15)
TERMS = PipelineTerms()


def deal(n=1, **changes):
    """One that nobody has to ask about."""
    usual = {
        "opportunity_id": f"deal-{n}",
        "side": Side.BUYER,
        "owner": "ada",
        "stage": "proposal",
        "opened_on": TODAY - timedelta(days=40),
        "last_activity_on": TODAY - timedelta(days=3),
        "next_step": "Send contract",
        "next_step_on": TODAY + timedelta(days=2),
        "close_dates": (TODAY + timedelta(days=20),),
        "amounts": (10_000.0,),
        "people": 2,
        "probability": 0.5,
    }
    return Open(**usual | changes)


def doubts(**changes):
    return {doubt: words for one in audit(TERMS, [deal(**changes)], today=TODAY) for doubt, words in one.doubts}


def days(*offsets):
    return tuple(TODAY + timedelta(days=n) for n in offsets)


def test_a_sound_deal_is_left_alone():
    assert audit(TERMS, [deal()], today=TODAY) == ()


def test_each_doubt_is_seen_alone():
    assert doubts(close_dates=days(-4)) == {Doubt.PAST_DUE: "was to close on 2026-05-11, 4 days ago"}
    assert doubts(last_activity_on=TODAY - timedelta(days=15)) == {
        Doubt.STALE: "no activity for 15 days; 14 are agreed in proposal"
    }
    assert doubts(last_activity_on=None)[Doubt.STALE].startswith("never any activity for 40 days")
    assert doubts(next_step=" ") == {Doubt.NO_NEXT_STEP: "no next step is written down"}
    assert doubts(next_step_on=TODAY - timedelta(days=1)) == {Doubt.NO_NEXT_STEP: "its next step was due on 2026-05-14"}
    assert doubts(people=1) == {Doubt.SINGLE_THREADED: "1 of 2 people of the customer are in touch"}
    assert doubts(amounts=(10_000.0, 12_000.0, 5_000.0)) == {Doubt.AMOUNT_CHANGED: "amount changed by -50 % in 2 steps"}


def test_one_is_told_as_one():
    assert doubts(close_dates=days(-1)) == {Doubt.PAST_DUE: "was to close on 2026-05-14, 1 day ago"}
    assert doubts(close_dates=days(-20, 20))[Doubt.SLIPPING] == "close date put off 1 time, 40 days altogether"
    assert doubts(amounts=(10_000.0, 5_000.0)) == {Doubt.AMOUNT_CHANGED: "amount changed by -50 % in 1 step"}


def test_slipping_is_twice_or_far():
    assert doubts(close_dates=days(1, 8, 15)) == {Doubt.SLIPPING: "close date put off 2 times, 14 days altogether"}
    assert Doubt.SLIPPING in doubts(close_dates=days(1, 31))
    assert doubts(close_dates=days(1, 30)) == {}
    assert doubts(close_dates=days(30, 10, 20)) == {}


def test_what_is_unknown_is_no_fault():
    assert doubts(people=None, close_dates=(), amounts=(), probability=None) == {}


def test_limits_may_differ_by_stage():
    terms = PipelineTerms(stale_days_of={"legal": 30})
    quiet = deal(last_activity_on=TODAY - timedelta(days=25), stage="legal")
    assert audit(terms, [quiet], today=TODAY) == ()


def test_money_at_risk_orders_the_list_and_adds_up_by_side_and_owner():
    deals = [
        deal(1, next_step=None),
        deal(2, people=1, amounts=(100_000.0,), probability=0.2),
        deal(3),
        deal(4, side=Side.SUPPLIER, next_step=None, probability=None),
        deal(5, owner=None, close_dates=days(-1)),
    ]
    rows = audit(TERMS, deals, today=TODAY)
    assert [(row.opportunity_id, row.at_risk) for row in rows] == [
        ("deal-2", 20_000),
        ("deal-1", 5_000),
        ("deal-5", 5_000),
        ("deal-4", None),
    ]
    buyers, suppliers = totals(deals, rows, by_owner=False)
    assert (buyers.open, buyers.doubtful, buyers.pipeline, buyers.at_risk) == (4, 3, 35_000, 30_000)
    assert (suppliers.doubtful, suppliers.unvalued, suppliers.at_risk) == (1, 1, 0)
    assert [(one.side, one.owner) for one in totals(deals, rows, by_owner=True)] == [
        (Side.BUYER, "ada"),
        (Side.BUYER, "nobody"),
        (Side.SUPPLIER, "ada"),
    ]


@given(st.lists(st.integers(0, 60), max_size=5), st.integers(0, 40), st.integers(0, 3))
def test_totals_never_hold_more_at_risk_than_there_is(offsets, quiet, people):
    one = deal(close_dates=days(*offsets), last_activity_on=TODAY - timedelta(days=quiet), people=people)
    (total,) = totals([one], audit(TERMS, [one], today=TODAY), by_owner=False)
    assert 0 <= total.at_risk <= total.pipeline
    assert (total.doubtful == 1) == bool(total.by_doubt)
