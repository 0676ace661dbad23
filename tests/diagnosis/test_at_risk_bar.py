"""The bar of success: above what comes by itself, and none where the accounts are too few."""

from math import comb
from pathlib import Path

import numpy as np
import pytest

from bothsides.diagnosis.at_risk_bar import bar, foretold_to_order

WELL_KNOWN = 100_000
"""Accounts before from which the chance is as good as exact."""


def binomial(n: int, k: int, chance: float) -> float:
    return comb(n, k) * chance**k * (1 - chance) ** (n - k)


@pytest.mark.parametrize(("n", "chance"), [(20, 0.3), (12, 0.5), (5, 0.1)])
def test_of_equal_chances_that_are_well_known_it_is_the_binomial_s(n: int, chance: float) -> None:
    def reached(least: int) -> float:
        return sum(binomial(n, k, chance) for k in range(least, n + 1))

    stopped = round((1 - chance) * WELL_KNOWN)
    least = bar([1 - chance] * n, n=WELL_KNOWN, said=stopped, came=stopped)
    assert least is not None
    assert reached(least) < 0.05 <= reached(least - 1)
    assert least > n * chance


@pytest.mark.parametrize("chance", [0.5, 0.6, 0.8])
@pytest.mark.parametrize("before", [10, 15, 30, 100])
def test_doing_nothing_reaches_it_about_once_in_twenty_times_however_few_told_the_chance(
    before: int, chance: float
) -> None:
    """Twenty named, the chance to stop told only by what came of so many before: 17.7 % of ten if taken as exact."""
    rng = np.random.default_rng(20)
    came = rng.binomial(before, chance, 40_000)
    ordering = rng.binomial(20, 1 - chance, 40_000)
    least = np.full(before + 1, 21)
    for k in np.unique(came).tolist():
        least[k] = bar([chance] * 20, n=before, said=chance * before, came=k) or 21
    assert (ordering >= least[came]).mean() < 0.06


@pytest.mark.parametrize("before", [10, 30, 100])
def test_it_is_the_predictive_of_draws_from_what_came_before(before: int) -> None:
    rng, stops, came = np.random.default_rng(3), np.linspace(0.5, 0.9, 20), int(0.6 * before)
    level = rng.beta(came + 0.5, before - came + 0.5, 100_000) * before / (0.7 * before)
    stopped = np.minimum(1.0, np.outer(level, stops))
    drawn = (rng.random(stopped.shape) >= stopped).sum(axis=1)
    least = bar(stops.tolist(), n=before, said=0.7 * before, came=came)
    assert least is not None
    assert (drawn >= least).mean() < 0.051
    assert (drawn >= least - 1).mean() > 0.049


def test_the_fewer_told_the_chance_the_higher_it_is() -> None:
    bars = [bar([0.6] * 20, n=n, said=0.6 * n, came=round(0.6 * n)) or 21 for n in (10, 30, 100, 1000)]
    assert bars == sorted(bars, reverse=True)
    assert bars[0] > bars[-1]


def test_the_guide_s_bars_are_these() -> None:
    hundred, ten = (bar([0.6] * 20, n=n, said=0.6 * n, came=round(0.6 * n)) for n in (100, 10))
    guide = " ".join((Path(__file__).parents[2] / "docs" / "predict.md").read_text(encoding="utf-8").split())
    told = f"{hundred} or more is the bar where 100 such accounts were judged, {ten} where 10 were"
    assert f"with 20 named of whom 12 would stop, {told}" in guide


def test_few_accounts_that_may_well_order_by_themselves_have_no_bar() -> None:
    assert bar([0.55] * 3, n=100, said=55, came=55) is None
    assert bar([], n=100, said=55, came=55) is None


def test_where_nobody_like_them_was_judged_there_is_no_bar() -> None:
    assert bar([0.6] * 20, n=0, said=0.0, came=0) is None


def test_the_chance_is_set_to_what_came_of_such_accounts_before() -> None:
    assert foretold_to_order([0.6], said=20.0, came=10) == (0.7,)
    assert foretold_to_order([0.6], said=0.0, came=0) == (0.4,)
    assert foretold_to_order([0.9], said=10.0, came=20) == (0.0,)
