"""What suppliers list, and which listings orders were for."""

from dataclasses import dataclass

import numpy as np

from bothsides.simulate.billing import Columns, supplier_key
from bothsides.simulate.draws import DAY, Ints, stream
from bothsides.simulate.trade import Orders, Society

VARIANTS = ("standard", "heavy duty", "economy", "certified", "bulk pack", "custom size", "fast delivery", "recycled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """Listings sorted by supplier and time; each supplier's first goes live with it and stays while it does."""

    supplier: Ints
    listed: Ints
    closed: Ints
    table: Columns


def list_products(society: Society) -> Listings:
    """Each live supplier lists a few products over time; some are withdrawn, all when the supplier closes."""
    plan, people = society.plan, society.population.suppliers
    rng = stream(plan.seed, "listings")
    live = np.flatnonzero(people.live >= 0)
    count = 1 + rng.poisson(3.5, len(live))
    supplier = np.repeat(live, count)
    first = np.zeros(len(supplier), bool)
    first[np.cumsum(count) - count] = True
    listed = people.live[supplier] + np.where(first, 0, rng.exponential(90 * DAY, len(supplier))).astype(np.int64)
    leaves = np.where(people.closed[supplier] >= 0, people.closed[supplier], society.end)
    withdrawn = listed + rng.exponential(1500 * DAY, len(supplier)).astype(np.int64) + DAY
    closed = np.where(first, leaves, np.minimum(withdrawn, leaves))
    closed = np.where(closed >= society.end, -1, closed)
    kept = first | (listed < leaves)
    supplier, listed, closed = supplier[kept], listed[kept], closed[kept]
    rank = np.lexsort((listed, supplier))
    supplier, listed, closed = supplier[rank], listed[rank], closed[rank]
    return Listings(
        supplier=supplier, listed=listed, closed=closed, table=_table(rng, society, supplier, listed, closed)
    )


def _table(rng: np.random.Generator, society: Society, supplier: Ints, listed: Ints, closed: Ints) -> Columns:
    n = len(supplier)
    cell = society.population.suppliers.cell[supplier]
    category = society.cells.category[cell]
    price = np.array(society.plan.order_values)[category] * 0.2 * np.exp(0.6 * rng.standard_normal(n))
    return {
        "listing_id": np.arange(1, n + 1),
        "supplier_id": supplier_key(society, supplier),
        "title": (category * len(VARIANTS) + rng.integers(0, len(VARIANTS), n)).astype(np.int16),
        "category": category.astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
        "listed_at": listed,
        "closed_at": closed,
        "price": np.maximum(np.rint(price * 100), 1).astype(np.int64),
        "currency": np.zeros(n, np.int8),
    }


def order_lines(society: Society, orders: Orders, listings: Listings) -> Columns:
    """One or two lines per order, for listings its supplier had open then; line amounts sum to the order's."""
    rng = stream(society.plan.seed, "order lines")
    lines = 1 + (rng.random(len(orders.buyer)) < 0.3)
    order = np.repeat(np.arange(len(lines)), lines)
    second = np.concatenate([[False], order[1:] == order[:-1]])
    share = rng.uniform(0.2, 0.8, len(lines))
    minor = np.rint(orders.amount * np.where(lines == 2, share, 1.0)).astype(np.int64)
    supplier, placed = orders.supplier[order], orders.placed[order]
    start = np.searchsorted(listings.supplier, supplier)
    offset = listings.listed.min() - 1
    span = np.int64(max(listings.listed.max(), orders.placed.max()) - offset + 1)
    known = np.searchsorted(listings.supplier * span + (listings.listed - offset), supplier * span + (placed - offset))
    listing = start + (rng.random(len(order)) * np.maximum(known - start, 1)).astype(np.int64)
    gone = (listings.closed[listing] >= 0) & (listings.closed[listing] <= placed)
    listing[gone] = start[gone]
    cell = society.population.buyers.cell[orders.buyer[order]]
    return {
        "line_id": np.arange(1, len(order) + 1),
        "order_id": order + 1,
        "listing_id": listing + 1,
        "quantity": 1 + rng.poisson(8, len(order)),
        "amount": np.where(second, orders.amount[order] - minor[order], minor[order]),
        "currency": orders.second_currency[order].astype(np.int8),
        "category": society.cells.category[cell].astype(np.int8),
    }
