"""Intervals of concentration cover the truth where it is known, and say nothing where they would not."""

import numpy as np
import pytest

from bothsides.metrics import Query, ask
from bothsides.metrics.resampling import (
    DRAWS,
    LEAST_DRAWS,
    MOST_AMOUNTS,
    Amounts,
    Figure,
    draws_for,
    gini,
    herfindahl,
    resampled_interval,
    top_share,
)
from tests.metrics.cases import order
from tests.metrics.conftest import build_market

FIGURES: dict[str, Figure] = {"hhi": herfindahl, "top 1": top_share(1), "top 10": top_share(10), "gini": gini}
MARKETS = 120


def pareto(generator: np.random.Generator, rows: int, accounts: int, tail: float) -> Amounts:
    return 1 + generator.pareto(tail, (rows, accounts))


@pytest.mark.parametrize("tail", [2.0, 1.3])
@pytest.mark.parametrize("name", FIGURES)
def test_interval_covers_the_figure_of_such_markets(name: str, tail: float) -> None:
    """150 accounts with Pareto amounts: the truth is the mean figure of 4,000 markets, 120 others have an interval."""
    figure = FIGURES[name]
    truth = figure(pareto(np.random.default_rng(1), 4_000, 150, tail)).mean()
    covered = naive = 0
    generator = np.random.default_rng(2)
    for amounts in pareto(generator, MARKETS, 150, tail):
        bounds = resampled_interval(amounts.tolist(), figure, LEAST_DRAWS)
        assert bounds is not None
        covered += bounds[0] <= truth <= bounds[1]
        low, high = np.quantile(figure(amounts[generator.integers(0, 150, (LEAST_DRAWS, 150))]), (0.025, 0.975))
        naive += low <= truth <= high
    assert covered / MARKETS >= 0.90
    if name in ("hhi", "top 1"):
        assert naive / MARKETS <= 0.70, "drawing from the accounts seen would have done"


def test_the_same_accounts_in_any_order_give_the_same_interval() -> None:
    amounts = pareto(np.random.default_rng(5), 1, 40, 1.5)[0].tolist()
    first = resampled_interval(amounts, gini)
    assert first is not None
    assert resampled_interval(amounts[::-1], gini) == first
    assert first[0] < gini(np.array([amounts]))[0] < first[1]


def test_no_interval_where_it_would_say_nothing() -> None:
    assert resampled_interval([5.0] * 9, gini) is None
    assert resampled_interval([9.0, 1.0, *([0.0] * 20)], gini) is None
    assert resampled_interval([5.0] * 20, gini, 0) is None
    assert resampled_interval([5.0] * 20, gini) == (0.0, 0.0)
    assert resampled_interval([30.0, 20.0, *([10.0] * 10), -115.0], herfindahl) is None


def test_too_many_accounts_are_not_resampled() -> None:
    assert draws_for(0) == draws_for(20) == DRAWS
    assert LEAST_DRAWS <= draws_for(MOST_AMOUNTS // 250) < DRAWS
    assert draws_for(MOST_AMOUNTS) == 0


def test_an_answer_without_intervals_resamples_nothing() -> None:
    store = build_market(orders=[order("b1", f"s{i}", "2024-01-01", 100 * (i + 1) ** 2) for i in range(15)])
    where = (("side", ("supplier",)),)
    (shown,) = ask(store, Query(metrics=("hhi",), where=where))
    (plain,) = ask(store, Query(metrics=("hhi",), where=where, intervals=False))
    assert shown.value == plain.value == pytest.approx(sum(i**4 for i in range(1, 16)) / 1240**2)
    assert shown.low is not None
    assert shown.high is not None
    assert shown.low < (shown.value or 0) < shown.high < 0.7
    assert (shown.basis.value, plain.basis.value, plain.low) == ("account bootstrap", "not computed", None)
