"""Lifetime value against a plain loop and its interval against resampled accounts."""

from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.metrics import Query, ask
from tests.metrics.conftest import build_market

AS_OF = date(2024, 12, 31)
MONTHS = 24


def history(rng: np.random.Generator) -> list[list[tuple[int, int]]]:
    """Per account: (days since the as-of date's year began, fee) of each order, the first one first."""
    accounts = []
    for _ in range(160):
        start = int(rng.integers(0, 330))
        days = [start, *(start + int(d) for d in np.cumsum(rng.integers(5, 60, rng.poisson(3))))]
        accounts.append([(d, int(rng.lognormal(7, 0.7))) for d in days if d < 366])
    return accounts


def lifetime(accounts: list[list[tuple[int, int]]]) -> float:
    """Mean fee by month of age among accounts that lived through it, months with ten accounts or more."""
    total = 0.0
    for age in range(MONTHS):
        alive = [a for a in accounts if (365 - a[0][0] + 1) // 30 > age]
        if len(alive) < 10:
            break
        total += sum(fee for a in alive for d, fee in a if (d - a[0][0]) // 30 == age) / len(alive)
    return total / 2 / 100  # half to the side, in major units


def test_value_and_interval() -> None:
    rng = np.random.default_rng(3)
    accounts = history(rng)
    orders, fees = [], []
    for i, own in enumerate(accounts):
        for j, (day, fee) in enumerate(own):
            on = date(2024, 1, 1) + timedelta(days=day)
            orders.append(
                {"order_id": f"{i}-{j}", "buyer_id": f"b{i}", "supplier_id": "s1", "placed_at": on, "amount": 1}
            )
            fees.append({"order_id": f"{i}-{j}", "charged_at": on, "amount": fee})
    store = build_market(known_until=AS_OF, orders=orders, fees=fees)
    (found,) = ask(store, Query(metrics=("ltv",), where=(("side", ("buyer",)),)))
    assert found.value == pytest.approx(lifetime(accounts))
    assert found.n == 160
    assert found.low is not None
    assert found.high is not None
    draws = [lifetime([accounts[k] for k in rng.integers(0, 160, 160)]) for _ in range(400)]
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(float(np.std(draws)), rel=0.15)
