"""Trade between pairs in periods of 28 days, counted back from the last known day; one scan of the orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.diagnosis.concentration.ledger import Floats, Ints, summed
from bothsides.diagnosis.sorted_sums import in_order, runs, whole_columns
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import minor_units
from bothsides.warehouse.engine import Parameters

DAYS = 28
"""Four weeks: every period holds each weekday equally often."""
LOOKED_BACK = 39
"""Periods of history: three years."""

FOLLOWED_ORDERS = 2_000_000
"""Orders from which on one buyer in two, then one in three and so on is followed, with all it ordered: enough for every
cell, at a cost that does not grow with the market."""

Grid: TypeAlias = NDArray[np.float32]
"""Pairs, or accounts, x periods; period 0 is the latest, what is older than the last stands in the last."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairPeriods:
    """Pairs with enough orders to know each other, by period, and everybody's trade on the marketplace around them.

    `on` and `outside` are completed orders on the marketplace and those on record as placed outside it, pairs x
    periods; `order_value` is the pair's mean order on the marketplace, major units. `bought`, `sold` and `seen` are
    accounts x periods: a buyer's orders, a supplier's, and how often a buyer searched, viewed or asked.
    """

    buyer: Ints
    supplier: Ints
    category: Ints
    region: Ints
    on: Grid
    outside: Grid
    order_value: Floats
    bought: Grid
    sold: Grid
    seen: Grid
    categories: tuple[str, ...]
    regions: tuple[str, ...]
    whole: int
    """Periods that are known from their first day on."""
    one_in: int = 1
    """One buyer in so many is followed; of a market of two million orders or less every one."""


def read_periods(store: Store, known: Span, least_orders: int) -> PairPeriods:
    """The pairs with at least so many completed orders by the last known day."""
    labels = {name: _labels(store, name, known.end) for name in ("category", "region")}
    one_in = _one_in(store, known.end)
    orders = _followed(store, known.end, one_in, labels)
    (buyer, supplier), pair, rows = _knowing(orders, least_orders)
    on, outside = (_by_period(pair, rows["period"], here, len(buyer)) for here in (rows["own"], 1 - rows["own"]))
    value = summed(pair, rows["amount"].astype(np.float64), len(buyer)) / 10 ** minor_units(store.currency)
    bought, sold = (
        _by_period(orders[side], orders["period"], orders["own"], int(orders[side].max(initial=-1)) + 1)
        for side in ("buyer", "supplier")
    )
    grids = _level(bought, sold, _seen(store, known.end, one_in))
    cell = _main_cell(pair, rows["category"] * (len(labels["region"]) + 1) + rows["region"], rows["own"], len(buyer))
    return PairPeriods(
        buyer=buyer,
        supplier=supplier,
        category=cell // (len(labels["region"]) + 1),
        region=cell % (len(labels["region"]) + 1),
        on=on,
        outside=outside,
        order_value=value / np.maximum(on.sum(axis=1), 1),
        bought=grids[0],
        sold=grids[1],
        seen=grids[2],
        categories=labels["category"],
        regions=labels["region"],
        whole=min(LOOKED_BACK, known.days // DAYS),
        one_in=one_in,
    )


def _one_in(store: Store, end: date) -> int:
    """How many buyers stand behind each that is followed. Account numbers follow ids, which say nothing of a buyer."""
    row = store.engine.row("SELECT count(*) FROM fact_orders WHERE placed_on <= $last", {"last": end})
    return 1 if row is None else max(1, -(-int(row[0]) // FOLLOWED_ORDERS))


def _labels(store: Store, name: str, end: date) -> tuple[str, ...]:
    found = store.engine.rows(
        f"SELECT DISTINCT {name} FROM fact_orders WHERE placed_on <= $last AND {name} IS NOT NULL ORDER BY 1",
        {"last": end},
    )
    return tuple(label for (label,) in found)


def _code(name: str) -> str:
    """SQL: a label's place among the parameter's, from 1; 0 for none."""
    return f"coalesce(array_position(${name}::VARCHAR[], {name}), 0)::BIGINT"


def _period(day: str) -> str:
    """SQL: periods back from the last known day, what is older in the last."""
    return f"least(floor((CAST($last AS DATE) - {day}) / {DAYS}.0)::BIGINT, {LOOKED_BACK - 1})"


def _followed(store: Store, end: date, one_in: int, labels: Mapping[str, Sequence[str]]) -> dict[str, Ints]:
    """The completed orders of the buyers followed, one by one; `own` is 1 on the marketplace, 0 outside it."""
    return _columns(
        store,
        f"""
        SELECT buyer::BIGINT AS buyer, supplier::BIGINT AS supplier, ({_period("placed_on")})::BIGINT AS period,
               {_code("category")} AS category, {_code("region")} AS region,
               CASE WHEN coalesce(on_platform, true) THEN 1 ELSE 0 END::BIGINT AS own,
               CASE WHEN coalesce(on_platform, true) THEN coalesce(value, 0) ELSE 0 END::BIGINT AS amount
        FROM fact_orders WHERE placed_on <= $last AND buyer % {one_in} = 0
        """,
        end,
        {name: list(known) for name, known in labels.items()},
    )


def _knowing(rows: dict[str, Ints], least_orders: int) -> tuple[tuple[Ints, Ints], Ints, dict[str, Ints]]:
    """Buyers and suppliers of the pairs with so many orders on the marketplace; their rows, and whose each of them is.

    Orders come one by one: sorting them as numbers costs less than an engine's groups and its join of them.
    """
    size = int(rows["supplier"].max(initial=0)) + 1
    keys, order = in_order(rows["buyer"] * size + rows["supplier"])
    begins = runs(keys)
    knows = np.add.reduceat(rows["own"][order], begins) >= least_orders if len(keys) else np.zeros(0, bool)
    times = np.diff(begins, append=len(keys))
    found, kept = keys[begins][knows], order[np.repeat(knows, times)]
    pair = np.repeat(np.arange(len(found)), times[knows])
    return (found // size, found % size), pair, {name: column[kept] for name, column in rows.items()}


def _main_cell(pair: Ints, cell: Ints, orders: Ints, pairs: int) -> Ints:
    """The cell in which each pair placed most orders, the first of equal ones."""
    keys, place = np.unique(pair * (int(cell.max(initial=0)) + 1) + cell, return_inverse=True)
    counts = np.bincount(place, weights=orders, minlength=len(keys))
    owner, where = keys // (int(cell.max(initial=0)) + 1), keys % (int(cell.max(initial=0)) + 1)
    order = np.lexsort((where, -counts, owner))
    first = np.ones(len(order), bool)
    first[1:] = owner[order][1:] != owner[order][:-1]
    main = np.zeros(pairs, np.int64)
    main[owner[order][first]] = where[order][first]
    return main


def _seen(store: Store, end: date, one_in: int) -> Grid:
    parts = []
    if not store.missing("events"):
        parts.append(
            f"""
            SELECT account, {_period("occurred_on")} AS period, count(*) AS number FROM fact_events
            WHERE side = 'buyer' AND account IS NOT NULL AND name <> 'visit' AND occurred_on BETWEEN $first AND $last
                AND account % {one_in} = 0
            GROUP BY 1, 2
            """
        )
    if not store.missing("requests"):
        parts.append(
            f"""
            SELECT account, {_period("requested_on")} AS period, count(*) AS number FROM fact_requests
            WHERE account IS NOT NULL AND requested_on BETWEEN $first AND $last
                AND account % {one_in} = 0
            GROUP BY 1, 2
            """
        )
    if not parts:
        return np.zeros((0, LOOKED_BACK), np.float32)
    union = " UNION ALL ".join(parts)
    return _grid(
        store,
        f"SELECT account::BIGINT AS account, period::BIGINT AS period, number::BIGINT AS number FROM ({union}) seen",
        end,
    )


def _grid(store: Store, statement: str, end: date) -> Grid:
    rows = _columns(store, statement, end)
    return _by_period(rows["account"], rows["period"], rows["number"], int(rows["account"].max(initial=-1)) + 1)


def _by_period(row: Ints, period: Ints, number: Ints, size: int) -> Grid:
    """The numbers added up by row and period; one flat place each, for numpy adds to these many times as fast."""
    flat = np.zeros(size * LOOKED_BACK, np.float32)
    np.add.at(flat, row * LOOKED_BACK + period, number.astype(np.float32))
    return flat.reshape(size, LOOKED_BACK)


def _level(*grids: Grid) -> list[Grid]:
    """The grids with as many accounts each."""
    most = max(len(grid) for grid in grids)
    return [np.vstack([grid, np.zeros((most - len(grid), LOOKED_BACK), np.float32)]) for grid in grids]


def _columns(store: Store, statement: str, end: date, labels: Parameters | None = None) -> dict[str, Ints]:
    """A statement's rows in whole columns."""
    days = {"last": end, "first": end - timedelta(days=DAYS * LOOKED_BACK - 1)}
    found = whole_columns(store.engine, statement, {**days, **(labels or {})})
    names = ("account", "period", "number", "buyer", "supplier", "category", "region", "own", "amount")
    return found or {name: np.zeros(0, np.int64) for name in names}
