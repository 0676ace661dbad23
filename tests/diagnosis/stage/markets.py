"""Small markets written out by rule: so many buyers and suppliers in each category, month after month."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.cells import read_cells
from bothsides.diagnosis.liquidity import judge
from bothsides.diagnosis.span import spans
from bothsides.diagnosis.stage.reading import StageReading
from bothsides.diagnosis.stage.stage import read_stage
from bothsides.metrics import Store
from bothsides.schema.period import add_months

Rows = list[dict[str, Any]]
START = date(2023, 1, 2)


def order(
    buyer: str, supplier: str, month: int, category: str, *, amount: float = 100.0, day: int = 5
) -> dict[str, Any]:
    """One completed order, `month` months after January 2023."""
    placed = add_months(START.replace(day=1), month) + timedelta(days=day - 1)
    return {
        "buyer_id": buyer,
        "supplier_id": supplier,
        "placed_at": placed,
        "status": "completed",
        "amount": int(amount * 100),
        "category": category,
        "region": "North",
    }


def monthly(
    months: int,
    *,
    buyers: int = 8,
    categories: tuple[str, ...] = ("Bolts", "Pumps"),
    suppliers: int = 3,
    amount: Callable[[int], float] = lambda month: 100.0,
) -> Iterator[dict[str, Any]]:
    """Every buyer orders in every category each month, from suppliers in turn."""
    for month in range(months):
        for category in categories:
            for i in range(buyers):
                supplier = f"{category}-supplier-{(i + month) % suppliers}"
                yield order(f"buyer-{i}", supplier, month, category, amount=amount(month), day=3 + i)


def accounts(orders: Rows, *, signed_up: date = START) -> Rows:
    """An account for every name in the orders, signed up before the first of them."""
    names = sorted({(side, str(row[f"{side}_id"])) for row in orders for side in ("buyer", "supplier")})
    return [{"account_id": name, "side": side, "name": name, "signed_up_at": signed_up} for side, name in names]


def stage_of(store: Store, *, leaving: frozenset[int] = frozenset(), **policy: object) -> StageReading:
    """The stage alone, without the rest of a diagnosis."""
    chosen = DiagnosisPolicy(**policy)  # type: ignore[arg-type]
    covered = spans(store, "orders", as_of=None, months=chosen.window_months, slack=chosen.complete_within_days)
    assert covered is not None
    found = None if store.sampled else read_cells(store, covered.window)
    return read_stage(store, covered, found, judge(found, chosen) if found else (), chosen, leaving=leaving)
