"""A healthy market raises no alarm, however much or little of it is recorded; labels drawn at random locate nothing."""

import random

import pytest

from bothsides.diagnosis import CellVerdict, diagnose
from bothsides.metrics import Store, build_facts, read_store
from bothsides.simulate import demo_plan, healthy_plan, simulate
from tests.diagnosis.conftest import store_of

SEEDS = range(1, 7)
ORDERS_ONLY = (
    "listings",
    "events",
    "quotes",
    "order_lines",
    "fees",
    "refunds",
    "campaigns",
    "leads",
    "stage_changes",
    "opportunities",
    "touches",
    "spend",
)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_alarm_in_a_healthy_market(seed: int) -> None:
    drawn = simulate(healthy_plan(seed=seed))
    found = diagnose(store_of(drawn, without=("stage_changes", "touches", "opportunities", "leads")))
    assert found.findings == ()
    assert {cell.verdict for cell in found.cells} == {CellVerdict.BALANCED}
    assert found.flywheel.limiting is None
    assert "Nothing in this data calls for alarm." in found.verdict


def test_no_alarm_where_only_orders_are_recorded() -> None:
    assert diagnose(store_of(simulate(healthy_plan(seed=2)), without=ORDERS_ONLY)).findings == ()


def shuffled(store: Store, seed: int) -> Store:
    """The market with every account's region and channel, and every row's region, drawn at random."""
    regions, rng = ("North", "East", "South", "West"), random.Random(seed)
    for table in ("accounts", "orders", "events", "quotes", "listings", "spend"):
        salt = rng.randrange(1 << 30)
        store.engine.run(
            f"UPDATE {table} SET region = ($regions::VARCHAR[])[1 + (hash(rowid + $salt) % $count)::INTEGER]",
            {"regions": list(regions), "salt": salt, "count": len(regions)},
        )
    build_facts(store.engine, currency=store.currency)
    return read_store(store.engine)


def test_a_random_region_is_never_to_blame() -> None:
    """The demo's leak sits in one region; with regions drawn at random nothing may be located in one."""
    store = store_of(simulate(demo_plan(seed=3)), without=("stage_changes", "touches", "opportunities", "leads"))
    for seed in range(3):
        found = diagnose(shuffled(store, seed))
        located = [f.kind for f in found.findings if f.place.region is not None and f.kind != "fragile_cell"]
        assert located == []
