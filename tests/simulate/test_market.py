"""A simulated market fits the schema, holds together, and is the same bytes for the same plan."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.schema import TABLES, Kind
from bothsides.schema.tables.desk import DESK_TABLES
from bothsides.simulate import Market, MarketPlan, decode, demo_plan, simulate, write


def test_same_plan_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    one, again, other = (simulate(demo_plan(seed=seed, orders=3_000)) for seed in (3, 3, 4))
    for form in ("csv", "parquet"):
        first = write(one, tmp_path / form / "a", form=form)
        second = write(again, tmp_path / form / "b", form=form)
        third = write(other, tmp_path / form / "c", form=form)
        assert [path.name for path in first] == [path.name for path in second]
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
        assert all(
            path.read_bytes() != kin.read_bytes()
            for path, kin in zip(first, third, strict=True)
            if kin.stem != "campaigns"
        )


Decoded = dict[str, dict[str, np.ndarray]]


def decoded_tables(market: Market) -> Decoded:
    return {name: decode(market, name) for name in market.tables}


def assert_fits_the_schema(decoded: Decoded) -> None:
    for name, values in decoded.items():
        declared = TABLES[name]
        assert set(values) <= set(declared.column_names), name
        for column in declared.columns:
            blank = np.ma.getmaskarray(np.ma.asarray(values[column.name])) if column.name in values else None
            if column.required:
                assert blank is not None, (name, column.name)
                assert not blank.any(), (name, column.name)
            if column.kind is Kind.CHOICE and blank is not None:
                assert set(np.ma.asarray(values[column.name]).compressed()) <= set(column.allowed), (name, column.name)


def assert_keys_and_references_hold(decoded: Decoded) -> None:
    side = dict(zip(decoded["accounts"]["account_id"], decoded["accounts"]["side"], strict=True))
    for name, values in decoded.items():
        keys = values[TABLES[name].key]
        assert len(set(keys)) == len(keys), name
        for column in TABLES[name].columns:
            if column.references in decoded and column.name in values:
                found = set(np.ma.asarray(values[column.name]).compressed())
                assert found <= set(decoded[column.references][TABLES[column.references].key]), (name, column.name)
                if column.side:
                    assert {side[key] for key in found} <= {column.side.value}, (name, column.name)


def assert_parties_are_there(market: Market) -> None:
    """Every order falls between both parties' arrival and departure, and fees, refunds and lines follow it."""
    accounts, orders, fees = market.tables["accounts"], market.tables["orders"], market.tables["fees"]
    place = np.argsort(accounts["account_id"])
    for party, arrives in (("buyer_id", "signed_up_at"), ("supplier_id", "live_at")):
        row = place[np.searchsorted(accounts["account_id"], orders[party], sorter=place)]
        mine = ~accounts["is_internal"][row]
        assert (accounts[arrives][row] < orders["placed_at"])[mine].all(), party
        closed = accounts["closed_at"][row]
        assert ((closed < 0) | (closed > orders["placed_at"])).all(), party
    assert len(orders["order_id"]) == market.plan.orders
    assert ((orders["completed_at"] > orders["placed_at"]) == (orders["status"] == 1)).all()
    commission = fees["order_id"] > 0
    order = fees["order_id"][commission] - 1
    assert (orders["status"][order] == 1).all()
    assert orders["on_platform"][order].all()
    assert (fees["charged_at"][commission] == orders["completed_at"][order]).all()
    if "order_lines" in market.tables:
        lines = market.tables["order_lines"]
        summed = np.zeros(len(orders["order_id"]), np.int64)
        np.add.at(summed, lines["order_id"] - 1, lines["amount"])
        assert (summed == orders["amount"]).all()


def test_the_demo_fits_and_holds_together(demo: Market) -> None:
    assert set(demo.tables) == set(TABLES) - {"contacts", *(table.name for table in DESK_TABLES)}
    decoded = decoded_tables(demo)
    assert_fits_the_schema(decoded)
    assert_keys_and_references_hold(decoded)
    assert_parties_are_there(demo)


def small_plans() -> st.SearchStrategy[MarketPlan]:
    def shrink(
        seed: int, orders: int, weeks: int, categories: int, regions: int, even: bool, second: str | None
    ) -> MarketPlan:
        base = demo_plan(seed=seed, orders=1_000)
        return replace(
            base,
            orders=orders,
            weeks=weeks,
            categories=base.categories[:categories],
            regions=base.regions[:regions],
            order_values=base.order_values[:categories],
            take_rates=base.take_rates[:categories],
            even_arrivals=even,
            trade=replace(base.trade, second_currency=second, refunded=0.3),
            events_per_order=None if even else 1.5,
            planted=(),
        )

    return st.builds(
        shrink,
        st.integers(0, 2**32),
        st.integers(1, 300),
        st.integers(6, 60),
        st.integers(1, 6),
        st.integers(1, 4),
        st.booleans(),
        st.sampled_from(["USD", None]),
    )


@settings(max_examples=8, deadline=None, derandomize=True)
@given(small_plans())
def test_any_small_plan_fits_and_holds_together(plan: MarketPlan) -> None:
    market = simulate(plan)
    decoded = decoded_tables(market)
    assert_fits_the_schema(decoded)
    assert_keys_and_references_hold(decoded)
    assert_parties_are_there(market)


def test_a_form_that_is_not_known_is_refused(demo: Market, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="form 'xlsx' is not one of csv, parquet"):
        write(demo, tmp_path, form="xlsx")  # type: ignore[arg-type]
