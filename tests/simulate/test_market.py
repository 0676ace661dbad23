"""A simulated market fits the schema, holds together, and is the same bytes for the same plan."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bothsides.schema import TABLES, Kind
from bothsides.simulate import Market, decode, demo_plan, simulate, write


@pytest.fixture(scope="module")
def demo() -> Market:
    return simulate(demo_plan(seed=3, orders=4_000))


def test_same_plan_same_bytes_other_seed_other_bytes(tmp_path: Path, demo: Market) -> None:
    again = simulate(demo_plan(seed=3, orders=4_000))
    other = simulate(demo_plan(seed=4, orders=4_000))
    for form in ("csv", "parquet"):
        first = write(demo, tmp_path / form / "a", form=form)
        second = write(again, tmp_path / form / "b", form=form)
        third = write(other, tmp_path / form / "c", form=form)
        assert [path.name for path in first] == [path.name for path in second]
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
        assert (tmp_path / form / "a" / f"orders.{form}").read_bytes() != third[2].read_bytes()


def test_columns_are_declared_and_choices_allowed(demo: Market) -> None:
    for name in demo.tables:
        declared = TABLES[name]
        values = decode(demo, name)
        assert set(values) <= set(declared.column_names), name
        for column in declared.columns:
            if column.required:
                assert column.name in values, (name, column.name)
                assert not np.ma.getmaskarray(np.ma.asarray(values[column.name])).any(), (name, column.name)
            if column.kind is Kind.CHOICE and column.name in values:
                found = np.ma.asarray(values[column.name]).compressed()
                assert set(found) <= set(column.allowed), (name, column.name)


def test_keys_are_unique_and_references_resolve(demo: Market) -> None:
    decoded = {name: decode(demo, name) for name in demo.tables}
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


def test_orders_meet_the_plan_exactly(demo: Market) -> None:
    assert demo.truth.totals["rows"]["orders"] == 4_000


def test_a_plan_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="take_rates has 1 values for 6 categories"):
        replace(demo_plan(seed=1), take_rates=(0.1,))
    with pytest.raises(ValueError, match="no 2 decimals"):
        replace(demo_plan(seed=1), currency="JPY")
