"""Movements of recurring revenue sum to its change in any history, and nothing that is not sold is zero."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bothsides.metrics import METRICS, Query, Status, ask
from bothsides.schema import Grain
from bothsides.schema.tables.subscriptions import PLAN_MONTHS
from tests.metrics.conftest import build_market

FIRST = date(2024, 1, 1)
UNTIL = date(2025, 3, 31)
MOVEMENTS = ("mrr_new", "mrr_expansion", "mrr_contraction", "mrr_churned", "mrr_reactivated")
_DAYS = st.integers(0, 400).map(lambda days: FIRST + timedelta(days=days))
_LATER = st.one_of(st.none(), _DAYS)


def _plans() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Plans as a careless billing system might hold them: overlapping, ended before they began, rests without end."""
    return st.lists(
        st.fixed_dictionaries(
            {
                "account_id": st.sampled_from(["s1", "s2", "b1"]),
                "started_at": _DAYS,
                "trial_ends_at": _LATER,
                "paused_at": _LATER,
                "resumed_at": _LATER,
                "ended_at": _LATER,
                "amount": st.integers(0, 100_000),
                "interval": st.sampled_from(sorted(PLAN_MONTHS)),
            }
        ),
        min_size=1,
        max_size=8,
    )


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(_plans())
def test_the_five_movements_sum_to_the_change_of_mrr(plans: list[dict[str, Any]]) -> None:
    accounts = [{"account_id": name, "side": {"s": "supplier", "b": "buyer"}[name[0]]} for name in ("s1", "s2", "b1")]
    store = build_market(accounts=accounts, subscriptions=plans, known_until=UNTIL)
    found = ask(store, Query(metrics=("mrr", "mrr_change", *MOVEMENTS), grain=Grain.MONTH, by_side=True))
    held: dict[Any, dict[str, float]] = {}
    for value in found:
        assert value.value is not None
        held.setdefault((value.side, value.period), {})[value.metric] = value.value
    before: dict[str | None, float] = {}
    for (side, _), cell in sorted(held.items()):
        change = cell["mrr"] - before.get(side, 0.0)
        assert round(cell["mrr_change"], 2) == round(change, 2)
        assert round(sum(cell[name] for name in MOVEMENTS), 2) == round(change, 2)
        before[side] = cell["mrr"]


FAMILIES = {
    "traffic": "visits",
    "fulfilment": "shipments",
    "reviews": "reviews",
    "subscriptions": "subscriptions",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_table_that_was_never_fed_is_named_and_nothing_is_zero(family: str) -> None:
    orders = [{"buyer_id": "b1", "supplier_id": "s1", "placed_at": FIRST, "amount": 100}]
    store = build_market(orders=orders, known_until=UNTIL)
    names = tuple(metric.id for metric in METRICS.values() if metric.family == family)
    assert len(names) > 8
    for value in ask(store, Query(metrics=names)):
        assert value.status is Status.UNAVAILABLE
        assert value.value is None
        assert FAMILIES[family] in (value.reason or "")
