"""Whatever is recorded or missing, a diagnosis is made or refused with its reason; it never breaks."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from bothsides.diagnosis import diagnose
from bothsides.metrics import Store

FIRST = date(2024, 2, 29)
Rows = list[dict[str, Any]]


def accounts(rng: random.Random, day: Callable[[], date], place: Callable[[], dict[str, str | None]]) -> Rows:
    """Ten accounts a side; signup and going live are known of some."""
    return [
        {
            "account_id": f"{letter}{i}",
            "side": side,
            "channel": rng.choice([None, "fair", "referral"]),
            "signed_up_at": rng.choice([None, day()]),
            "live_at": rng.choice([None, day()]) if side == "supplier" else None,
            **place(),
        }
        for letter, side in (("b", "buyer"), ("s", "supplier"))
        for i in range(10)
    ]


def drawn(seed: int) -> tuple[dict[str, Rows], int]:
    """Tables with gaps in every column that may have one, over 0 to 900 days."""
    rng = random.Random(seed)
    orders, days = rng.choice([1, 3, 40, 200]), rng.choice([0, 5, 40, 200, 900])

    def day() -> date:
        return FIRST + timedelta(days=rng.randint(0, days))

    def buyer() -> str:
        return f"b{rng.randint(0, 9)}"

    def supplier() -> str:
        return f"s{rng.randint(0, 6)}"

    def place() -> dict[str, str | None]:
        return {"category": rng.choice([None, "x", "y"]), "region": rng.choice([None, "N", "S"])}

    tables: dict[str, Callable[[], dict[str, Any]]] = {
        "events": lambda: {
            "account_id": rng.choice([None, buyer()]),
            "name": rng.choice(["search", "supplier_view", "cart_add"]),
            "occurred_at": day(),
            "results": rng.choice([None, 0, 3]),
            **place(),
        },
        "quotes": lambda: {
            "kind": "request",
            "buyer_id": rng.choice([None, buyer()]),
            "requested_at": day(),
            "status": rng.choice(["open", "awarded", "closed", "cancelled"]),
            **place(),
        },
        "listings": lambda: {"supplier_id": supplier(), "listed_at": day(), **place()},
        "fees": lambda: {"account_id": supplier(), "kind": "subscription", "charged_at": day(), "amount": 500},
        "spend": lambda: {
            "side": rng.choice([None, "buyer", "supplier"]),
            "spent_at": day(),
            "amount": rng.choice([0, 5_000]),
            "channel": rng.choice([None, "fair"]),
            **place(),
        },
    }
    made: dict[str, Rows] = {
        "orders": [
            {
                "buyer_id": buyer(),
                "supplier_id": supplier(),
                "placed_at": day(),
                "amount": rng.choice([0, -500, 1_000, 99_999]),
                "status": rng.choice(["completed", "completed", "completed", "cancelled"]),
                **place(),
            }
            for _ in range(orders)
        ],
        "accounts": accounts(rng, day, place),
    }
    for name, row in tables.items():
        if rng.random() < 0.5:
            made[name] = [row() for _ in range(rng.randint(1, 60))]
    return made, days


@pytest.mark.parametrize("seed", range(10))
def test_any_market_is_diagnosed_or_refused_with_a_reason(market: Callable[..., Store], seed: int) -> None:
    tables, days = drawn(seed)
    store = market(**tables)
    for as_of in (None, FIRST + timedelta(days=days // 2)):
        if as_of is not None and as_of < min(row["placed_at"] for row in tables["orders"]):
            with pytest.raises(ValueError, match="nothing to diagnose"):
                diagnose(store, as_of=as_of)
            continue
        found = diagnose(store, as_of=as_of)
        assert found.verdict
        assert [f.rank for f in found.findings] == list(range(1, len(found.findings) + 1))
        assert all(edge.reason for edge in found.flywheel.edges if edge.rate is None)
