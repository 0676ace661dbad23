"""Who suits whom: a preference of known strength, and none where it is off."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.simulate import Market, healthy_plan, simulate
from bothsides.simulate.draws import CellOrder
from bothsides.simulate.fit import Fit, suited


def same_country(market: Market) -> float:
    orders, accounts = market.tables["orders"], market.tables["accounts"]
    country = accounts["country"]
    return float((country[orders["buyer_id"] - 1] == country[orders["supplier_id"] - 1]).mean())


@pytest.mark.parametrize("log_odds", [0.0, 0.7, 1.5])
def test_a_suiting_supplier_is_chosen_by_the_odds(log_odds: float) -> None:
    """Ten suppliers, four of the buyer's country, unequal in attraction."""
    rng, n = np.random.default_rng(1), 40_000
    attraction = np.array([1.0, 2.0, 0.5, 1.5, 1.0, 0.2, 3.0, 1.0, 1.0, 0.8])
    country = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    picks = CellOrder.of(np.zeros(10, np.int64), 1).weigh(attraction)
    first, last = np.zeros(n, np.int64), np.ones(n, np.int64)
    found = picks.pick(rng, first, last)
    chosen = suited(
        rng, Fit(log_odds=log_odds), picks, first=first, last=last, buyer_country=np.ones(n, np.int64),
        supplier_country=country, found=found,
    )  # fmt: skip
    weight = attraction * np.exp(log_odds * (country == 1))
    assert np.bincount(chosen, minlength=10) / n == pytest.approx(weight / weight.sum(), abs=0.01)


def test_orders_go_to_the_buyers_own_country_where_fit_is_planted() -> None:
    plan = healthy_plan(seed=4, orders=6_000)
    plain, fitting = simulate(plan), simulate(replace(plan, fit=Fit(log_odds=1.5)))
    assert same_country(plain) == pytest.approx(1 / 8, abs=0.05)
    assert same_country(fitting) > 0.25
    assert fitting.truth.parameters["fit"] == {"log_odds_same_country": 1.5}


def test_odds_below_even_are_refused() -> None:
    with pytest.raises(ValueError, match="log_odds -1"):
        Fit(log_odds=-1.0)
