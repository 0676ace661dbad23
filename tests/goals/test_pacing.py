"""Pacing over working days: hand-worked shares, honest intervals, and silence when it is too early."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from bothsides.goals import Goal, GoalKind, PacingTerms, Verdict, pace, pace_rate
from bothsides.goals.prediction import LEVEL, counts_ahead

TERMS = PacingTerms()
MAY = [day for n in range(31) if (day := date(2026, 5, 1) + timedelta(days=n)).weekday() < 5]
"""21 working days: 1 May is a Friday."""


def goal(target=42.0, **changes):
    return Goal(**{"metric": "qualified_leads", "period": "2026-05", "target": target} | changes)


def steady(a_day, until):
    return dict.fromkeys([day for day in MAY if day <= until], a_day)


def test_shares_gap_and_projection_of_a_steady_month():
    as_of = date(2026, 5, 14)
    seen = pace(goal(), steady(2, as_of), working_days=MAY, as_of=as_of, terms=TERMS)
    assert (seen.days_passed, seen.days, seen.reached) == (10, 21, 20)
    assert seen.gap == pytest.approx(0)
    assert seen.projected == pytest.approx(20 + 20.5 / 10 * 11)
    assert seen.low < 42 < seen.high
    assert seen.verdict is Verdict.ON_PACE
    assert "20 of 42 after 10 of 21 working days" in seen.words


def test_half_the_pace_is_behind_and_double_is_ahead():
    as_of = date(2026, 5, 14)
    slow = pace(goal(), steady(1, as_of), working_days=MAY, as_of=as_of, terms=TERMS)
    quick = pace(goal(), steady(4, as_of), working_days=MAY, as_of=as_of, terms=TERMS)
    assert (slow.verdict, quick.verdict) == (Verdict.BEHIND, Verdict.AHEAD)
    assert slow.gap == pytest.approx(-10)
    assert slow.chance < 0.01 < 0.99 < quick.chance


def test_none_at_all_is_behind_not_unknown():
    seen = pace(goal(), {}, working_days=MAY, as_of=date(2026, 5, 20), terms=TERMS)
    assert seen.verdict is Verdict.BEHIND
    assert seen.chance < 1e-6


def test_too_early_says_so_and_foretells_nothing():
    seen = pace(goal(), steady(9, date(2026, 5, 6)), working_days=MAY, as_of=date(2026, 5, 6), terms=TERMS)
    assert seen.verdict is Verdict.TOO_EARLY
    assert seen.projected is None
    assert seen.chance is None
    assert "4 of 21 working days" in seen.reason


def test_the_end_of_the_period_is_a_fact():
    month = steady(2, date(2026, 5, 31))
    assert pace(goal(), month, working_days=MAY, as_of=date(2026, 6, 3), terms=TERMS).verdict is Verdict.REACHED
    late = pace(goal(43), month, working_days=MAY, as_of=date(2026, 6, 3), terms=TERMS)
    assert (late.verdict, late.low, late.high, late.chance) == (Verdict.MISSED, 42, 42, 0.0)


def test_what_should_stay_below_is_missed_once_it_is_above():
    losses = goal(10, better="down")
    as_of = date(2026, 5, 14)
    over = pace(losses, {date(2026, 5, 4): 11}, working_days=MAY, as_of=as_of, terms=TERMS)
    quick = pace(losses, {date(2026, 5, 4): 9, date(2026, 5, 11): 1}, working_days=MAY, as_of=as_of, terms=TERMS)
    calm = pace(losses, {date(2026, 5, 4): 1}, working_days=MAY, as_of=as_of, terms=TERMS)
    assert [over.verdict, quick.verdict, calm.verdict] == [Verdict.MISSED, Verdict.BEHIND, Verdict.AHEAD]


def test_what_comes_on_a_weekend_counts_and_the_future_does_not():
    saturday, as_of = date(2026, 5, 9), date(2026, 5, 14)
    seen = pace(goal(), {saturday: 5, date(2026, 5, 20): 7}, working_days=MAY, as_of=as_of, terms=TERMS)
    assert seen.reached == 5
    sunday = pace(goal(), {saturday: 5}, working_days=MAY, as_of=date(2026, 5, 10), terms=TERMS)
    assert (sunday.reached, sunday.days_passed) == (5, 6)


def test_amounts_and_rates():
    as_of = date(2026, 5, 14)
    money = goal(100_000, kind=GoalKind.AMOUNT, metric="gmv")
    seen = pace(money, {day: 5_000 + 100 * day.day for day in MAY}, working_days=MAY, as_of=as_of, terms=TERMS)
    assert seen.low < seen.projected < seen.high
    assert seen.projected == pytest.approx(seen.reached * 2.1)
    rate = goal(0.2, kind=GoalKind.RATE, metric="contact_rate")
    low = pace_rate(rate, 5, 100, working_days=MAY, as_of=as_of, terms=TERMS)
    fair = pace_rate(rate, 20, 100, working_days=MAY, as_of=as_of, terms=TERMS)
    assert (low.verdict, fair.verdict) == (Verdict.BEHIND, Verdict.ON_PACE)
    assert fair.low < 0.2 < fair.high
    none = pace_rate(rate, 0, 0, working_days=MAY, as_of=as_of, terms=TERMS)
    assert none.verdict is Verdict.TOO_EARLY
    assert "no case" in none.reason


def test_wrong_calls_say_what_is_allowed():
    with pytest.raises(ValueError, match="use pace_rate"):
        pace(goal(0.2, kind=GoalKind.RATE), {}, working_days=MAY, as_of=MAY[9], terms=TERMS)
    with pytest.raises(ValueError, match="use pace;"):
        pace_rate(goal(), 1, 2, working_days=MAY, as_of=MAY[9], terms=TERMS)
    with pytest.raises(ValueError, match="has no working day"):
        pace(goal(), {}, working_days=[], as_of=MAY[9], terms=TERMS)


@pytest.mark.parametrize("burst", [1, 4])
def test_the_interval_holds_the_end_as_often_as_it_says(burst):
    """Leads that come one by one, and leads that come in bunches of four."""
    draws = np.random.default_rng(7)
    held, months = 0, 600
    for _ in range(months):
        days = draws.poisson(3 / burst, 21) * burst
        by_day = dict(zip(MAY, days.tolist(), strict=True))
        seen = pace(goal(60), by_day, working_days=MAY, as_of=MAY[9], terms=TERMS)
        held += seen.low <= days.sum() <= seen.high
    assert LEVEL - 0.06 <= held / months <= 0.97


@given(st.lists(st.integers(0, 9), min_size=21, max_size=21), st.integers(5, 20), st.integers(1, 120))
def test_more_reached_never_lowers_the_chance(days, over, target):
    by_day = dict(zip(MAY, days, strict=True))
    as_of = MAY[over]
    seen = pace(goal(target), by_day, working_days=MAY, as_of=as_of, terms=TERMS)
    even = {day: amount + 1 for day, amount in by_day.items()}
    more = pace(goal(target), even, working_days=MAY, as_of=as_of, terms=TERMS)
    assert 0 <= seen.chance <= 1
    assert more.projected > seen.projected
    assert seen.low <= seen.high


def test_counts_foretold_are_those_of_the_poisson_and_gamma():
    """scipy's negative binomial with the same mean and variance."""
    ahead = counts_ahead([1, 3, 2, 2, 1, 3], 6)
    chance = 12.5 / (12.5 + 12.5 * 6 / 6)
    exact = nbinom(12.5, chance)
    assert ahead.mean == pytest.approx(exact.mean())
    assert ahead.quantile(0.05) == exact.ppf(0.05)
    assert ahead.quantile(0.95) == exact.ppf(0.95)
    assert ahead.at_least(15) == pytest.approx(exact.sf(14))
