"""Prices and commissions change when the tariff says so, and orders respond by its elasticities."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.simulate import Market, healthy_plan, simulate
from bothsides.simulate.market import settle
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.response import conversion_factors
from bothsides.simulate.tariff import PriceChange, TakeRateChange, Tariff
from bothsides.simulate.trade import conditions

DEARER = PriceChange(category="Packaging", week=60, factor=1.25)
HIGHER_FEE = TakeRateChange(category="Electrical", week=60, factor=1.5)


def plan(**changes: object) -> MarketPlan:
    tariff = Tariff(prices=(DEARER,), take_rates=(HIGHER_FEE,), price_response=-1.2, take_rate_response=-0.5)
    return replace(healthy_plan(seed=8), **{"tariff": tariff, **changes})  # type: ignore[arg-type] # fields by keyword


@pytest.fixture(scope="module")
def changed() -> Market:
    return simulate(plan())


def in_week(market: Market, seconds: np.ndarray) -> np.ndarray:
    first = np.datetime64(market.plan.start, "s").astype(np.int64)
    return (seconds - first) // (7 * 86_400)


@pytest.mark.parametrize(("category", "factor", "response"), [("Packaging", 1.25, -1.2), ("Electrical", 1.5, -0.5)])
def test_conversion_answers_by_the_elasticity_from_its_week_on(category: str, factor: float, response: float) -> None:
    society = settle(plan())
    at, cell = conditions(society), society.cells.category == society.plan.categories.index(category)
    assert (at.response[:60] == 1).all()
    assert np.log(at.response[60:, cell]) == pytest.approx(response * np.log(factor))
    assert (at.response[:, society.cells.category == 0] == 1).all()


def test_fewer_orders_at_higher_values(changed: Market) -> None:
    orders = changed.tables["orders"]
    late, here = in_week(changed, orders["placed_at"]) >= 60, orders["category"] == 1
    dearer = np.log(orders["amount"][late & here]).mean() - np.log(orders["amount"][~late & here]).mean()
    elsewhere = orders["category"] == 0
    other = np.log(orders["amount"][late & elsewhere]).mean() - np.log(orders["amount"][~late & elsewhere]).mean()
    assert dearer - other == pytest.approx(np.log(1.25), abs=0.08)
    before = simulate(healthy_plan(seed=8)).tables["orders"]
    then = (in_week(changed, before["placed_at"]) >= 60) & (before["category"] == 1)
    assert (late & here).sum() / then.sum() == pytest.approx(1.25**-1.2, rel=0.12)


def test_commissions_are_charged_at_the_rate_of_the_week(changed: Market) -> None:
    orders, fees = changed.tables["orders"], changed.tables["fees"]
    commission = fees["kind"] == 0
    order = fees["order_id"][commission] - 1
    late, here = in_week(changed, orders["placed_at"][order]) >= 60, orders["category"][order] == 2
    share = fees["amount"][commission] / orders["amount"][order]
    assert share[late & here] == pytest.approx(0.135, abs=0.001)
    assert share[~late & here] == pytest.approx(0.09, abs=0.001)


def test_without_changes_nothing_responds() -> None:
    society = settle(healthy_plan(seed=8))
    assert (conversion_factors(society.plan, society.cells) == 1).all()


def test_a_change_after_the_end_or_in_an_unknown_category_is_refused() -> None:
    with pytest.raises(ValueError, match="week 400"):
        plan(tariff=Tariff(prices=(PriceChange(category="Packaging", week=400, factor=1.1),)))
    with pytest.raises(ValueError, match="Ham"):
        plan(tariff=Tariff(take_rates=(TakeRateChange(category="Ham", week=4, factor=1.1),)))
    with pytest.raises(ValueError, match="factor 0"):
        PriceChange(category="Packaging", week=4, factor=0)
    with pytest.raises(ValueError, match="factor -1"):
        TakeRateChange(category="Packaging", week=4, factor=-1)
