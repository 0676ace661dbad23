"""The answer sheet's figures for planted problems are those of the rows."""

from typing import Any

import numpy as np
import pytest

from bothsides.simulate import Market, demo_plan, simulate


def measured(market: Market, kind: str) -> dict[str, Any]:
    return next(row["measured"] for row in market.truth.planted if row["kind"] == kind)


def test_cell_figures_are_a_recount(demo: Market) -> None:
    row = next(row for row in demo.truth.planted if row["kind"] == "SupplyShort")
    accounts, events = demo.tables["accounts"], demo.tables["events"]
    category, region = (
        demo.plan.categories.index(row["planted"]["category"]),
        demo.plan.regions.index(row["planted"]["region"]),
    )
    live = (accounts["live_at"] >= 0) & (accounts["closed_at"] < 0)
    here = (accounts["category"] == category) & (accounts["region"] == region)
    assert row["measured"]["live_suppliers"]["here"] == (live & here).sum()
    searches = (events["name"] == 1) & (events["category"] == category) & (events["region"] == region)
    assert row["measured"]["searches"]["here"] == searches.sum()


def test_concentration_names_the_account_and_its_share(demo: Market) -> None:
    figures = measured(demo, "SupplierConcentration")
    orders = demo.tables["orders"]
    key = int(figures["account_id"][1:]) + (demo.tables["accounts"]["side"] == 0).sum()
    mine = (orders["category"] == 0) & (orders["status"] == 1) & (orders["currency"] == 0) & ~orders["is_test"]
    share = orders["amount"][mine & (orders["supplier_id"] == key)].sum() / orders["amount"][mine].sum()
    assert figures["share_of_category_gmv"] == pytest.approx(share, abs=0.02)


def test_rates_and_costs_are_said_beside_the_ordinary_ones(demo: Market) -> None:
    steps = measured(demo, "OnboardingLeak")["step_rates"]
    assert min(steps, key=steps.__getitem__) == "catalogue"
    carts = measured(demo, "FirstOrderLeak")["cart_to_checkout"]
    assert min(carts, key=carts.__getitem__) == "North"
    cost = {
        name: value
        for name, value in measured(demo, "UnprofitableChannel")["cac_per_transacting_account"].items()
        if value
    }
    assert max(cost, key=cost.__getitem__) == "paid_social"
    assert "organic" not in cost
    ndr = measured(demo, "RetentionFall")["gmv_ndr_12_months"]
    assert ndr["buyer"] < 1
    assert np.isfinite(ndr["supplier"])


def test_a_share_of_nothing_is_empty() -> None:
    """In a market of a few hundred orders a category may have none that was completed."""
    figures = measured(simulate(demo_plan(seed=1, orders=500)), "BuyerConcentration")
    assert figures["account_id"] is not None
    assert figures["share_of_category_gmv"] is None
