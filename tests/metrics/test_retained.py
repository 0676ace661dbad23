"""Retention of every month against a plain loop over accounts, over more periods than one statement takes."""

from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.metrics import Query, Value, ask
from bothsides.metrics.shapes.retained import MOST_PERIODS
from bothsides.schema import Grain
from bothsides.schema.period import add_months
from tests.metrics.conftest import Rows, build_market

FIRST = date(2021, 1, 1)
MONTHS = 24 + MOST_PERIODS + 3
METRICS = ("ndr_gmv", "grr_gmv", "logo_retention", "ndr_net_revenue")
Amounts = dict[str, dict[int, tuple[int, int]]]
"""By buyer and month: what it bought, minor units, and the fees on that."""


def drawn() -> tuple[Amounts, Rows, Rows]:
    """Fifty buyers in two regions, each with orders in some months; a few are credit notes."""
    rng = np.random.default_rng(11)
    amounts: Amounts = {}
    orders: Rows = []
    fees: Rows = []
    for i in range(50):
        months = [m for m in range(MONTHS) if rng.random() < 0.15 + 0.01 * (i % 10)]
        amounts[f"b{i}"] = {}
        for month in months:
            value, fee = int(rng.integers(-20, 200)) * 100, int(rng.integers(0, 20)) * 100
            amounts[f"b{i}"][month] = (value, fee)
            on = add_months(FIRST, month) + timedelta(days=int(rng.integers(0, 27)))
            name = f"{i}-{month}"
            orders.append(
                {"order_id": name, "buyer_id": f"b{i}", "supplier_id": "s1", "placed_at": on, "amount": value}
                | {"region": "north" if month % 2 else "south"}
            )
            fees.append({"order_id": name, "charged_at": on, "amount": fee})
    return amounts, orders, fees


def expected(amounts: Amounts, last: int) -> dict[str, tuple[float, int]]:
    """Each metric at the end of a month, with the accounts it follows."""
    base, later = ({name: _between(own, first) for name, own in amounts.items()} for first in (last - 23, last - 11))
    traded = [name for name in amounts if base[name]]
    earning = [name for name in amounts if sum(fee for _, fee in base[name]) > 0]
    then, now = ({name: sum(v for v, _ in part[name]) for name in amounts} for part in (base, later))
    gmv, revenue = sum(then[n] for n in traded), sum(fee for n in earning for _, fee in base[n])
    return {
        "ndr_gmv": (sum(now[n] for n in traded) / gmv, len(traded)),
        "grr_gmv": (sum(min(now[n], then[n]) for n in traded) / gmv, len(traded)),
        "logo_retention": (sum(bool(later[n]) for n in traded) / len(traded), len(traded)),
        "ndr_net_revenue": (sum(fee for n in earning for _, fee in later[n]) / revenue, len(earning)),
    }


def _between(own: dict[int, tuple[int, int]], first: int) -> list[tuple[int, int]]:
    return [both for month, both in own.items() if first <= month < first + 12]


@pytest.mark.parametrize("grain", [Grain.MONTH, Grain.QUARTER])
def test_every_period_is_as_counted_by_hand(grain: Grain) -> None:
    amounts, orders, fees = drawn()
    known = add_months(FIRST, MONTHS) - timedelta(days=1)
    store = build_market(known_until=known, orders=orders, fees=fees)
    found = ask(store, Query(metrics=METRICS, grain=grain, where=(("side", ("buyer",)),)))
    shown = {(v.metric, v.period): v for v in found}
    size = 1 if grain is Grain.MONTH else 3
    ends = [m for m in range(23, MONTHS) if (m + 1) % size == 0]
    assert len(ends) > (MOST_PERIODS if grain is Grain.MONTH else 3)
    for last in ends:
        day = add_months(FIRST, last)
        label = f"{day:%Y-%m}" if grain is Grain.MONTH else f"{day.year}-Q{(day.month + 2) // 3}"
        for metric, (value, n) in expected(amounts, last).items():
            one = shown[metric, label]
            assert (one.value, one.n) == (pytest.approx(value), n), (metric, label)


def test_by_label_accounts_are_followed_within_it() -> None:
    amounts, orders, fees = drawn()
    known = add_months(FIRST, MONTHS) - timedelta(days=1)
    store = build_market(known_until=known, orders=orders, fees=fees)
    found = ask(store, Query(metrics=("ndr_gmv",), dims=("region",), where=(("side", ("buyer",)),)))
    for region, odd in (("north", 1), ("south", 0)):
        own = {name: {m: both for m, both in held.items() if m % 2 == odd} for name, held in amounts.items()}
        (one,) = (v for v in found if v.dim("region") == region)
        assert (one.value, one.n) == (pytest.approx(expected(own, MONTHS - 1)["ndr_gmv"][0]), _based(own)), region
    assert all(isinstance(v, Value) and v.low is not None for v in found)


def _based(amounts: Amounts) -> int:
    return sum(bool(_between(own, MONTHS - 24)) for own in amounts.values())
