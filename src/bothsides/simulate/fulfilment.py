"""What became of the orders: shipments with promise and arrival, and what the parties said of each other."""

from dataclasses import dataclass

import numpy as np

from bothsides.schema.tables.fulfilment import SHIPMENT_STATUSES
from bothsides.simulate.billing import Columns, supplier_key
from bothsides.simulate.draws import DAY, Bools, Floats, Ints, skewed_days, stream
from bothsides.simulate.trade import CANCELLED, COMPLETED, Orders, Society

CARRIERS = ("Nordfracht", "Parcelway", "Rheinspedition", "own fleet")
PENDING, SHIPPED, DELIVERED = (SHIPMENT_STATUSES.index(status) for status in ("pending", "shipped", "delivered"))


def supplier_quality(society: Society) -> Floats:
    """How well each supplier delivers: standard normal, higher is better; promise, completeness and stars follow it."""
    quality: Floats = stream(society.plan.seed, "quality").standard_normal(len(society.population.suppliers.cell))
    return quality


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parcels:
    """Shipments in the order of their orders; times are epoch seconds, -1 where it has not happened."""

    order: Ints
    promised: Ints
    shipped: Ints
    delivered: Ints
    quantity: Ints


def ship(society: Society, orders: Orders, lines: Columns) -> tuple[Columns, Bools]:
    """The shipments table in time order, and which orders arrived after the day promised.

    The last shipment of a completed order arrives when the order completes. Units are known where orders have lines.
    """
    facts, rng = society.plan.fulfilment, stream(society.plan.seed, "shipments")
    order = np.flatnonzero((orders.status != CANCELLED) & ~orders.test)
    n, placed = len(order), orders.placed[order]
    quality = supplier_quality(society)[orders.supplier[order]]
    promise = facts.promised_days * DAY * np.exp(0.25 * rng.standard_normal(n) + 0.2 * quality)
    promised = (placed + promise) // DAY * DAY + 17 * 3600
    done = orders.status[order] == COMPLETED
    arrived = np.where(done, orders.completed[order], -1)
    due = np.where(done, arrived - placed, skewed_days(rng, society.plan.trade.completion_days, n))
    sent = placed + (due * rng.uniform(0.3, 0.6, n)).astype(np.int64)
    late = done & (arrived // DAY > promised.astype(np.int64) // DAY)
    units = _units(lines, len(orders.buyer))[order]
    short = (units > 1) & (rng.random(n) < facts.short * np.exp(-0.5 * quality))
    shipped_units = np.where(short, units - 1 - (rng.random(n) * 0.5 * (units - 1)).astype(np.int64), units)
    parts = _parts(
        rng, society, order=order, promised=promised.astype(np.int64), sent=sent, arrived=arrived, units=shipped_units
    )
    slow = np.zeros(len(orders.buyer), bool)
    slow[order[late]] = True
    return _table(rng, society, parts), slow


def _units(lines: Columns, orders: int) -> Ints:
    """Units ordered per order; -1 where orders have no lines."""
    if not lines:
        return np.full(orders, -1)
    return np.bincount(lines["order_id"] - 1, weights=lines["quantity"], minlength=orders).astype(np.int64)


def _parts(
    rng: np.random.Generator, society: Society, *, order: Ints, promised: Ints, sent: Ints, arrived: Ints, units: Ints
) -> _Parcels:
    """One shipment per order, two for some: the first goes and arrives earlier."""
    split = (units != 1) & (rng.random(len(order)) < society.plan.fulfilment.split)
    first = np.where(units[split] > 0, 1 + (rng.random(split.sum()) * (units[split] - 1)).astype(np.int64), -1)
    early = sent[split]
    step = np.where(arrived[split] >= 0, arrived[split] - early, 4 * DAY)
    second = early + (step * rng.uniform(0.3, 0.7, len(step))).astype(np.int64)
    rest = units.copy()
    rest[split] = np.where(units[split] > 0, units[split] - first, -1)
    last = sent.copy()
    last[split] = second
    return _Parcels(
        order=np.concatenate([order, order[split]]),
        promised=np.concatenate([promised, promised[split]]),
        shipped=np.concatenate([last, early]),
        delivered=np.concatenate([arrived, np.where(arrived[split] >= 0, second, -1)]),
        quantity=np.concatenate([rest, first]),
    )


def _table(rng: np.random.Generator, society: Society, parts: _Parcels) -> Columns:
    left = parts.shipped < society.end
    arrived = left & (parts.delivered >= 0)
    rank = np.argsort(parts.shipped, kind="stable")
    status = np.where(arrived, DELIVERED, np.where(left, SHIPPED, PENDING)).astype(np.int8)
    columns: Columns = {
        "order_id": parts.order + 1,
        "status": status,
        "promised_at": parts.promised,
        "shipped_at": np.where(left, parts.shipped, -1),
        "delivered_at": np.where(arrived, parts.delivered, -1),
        "quantity": parts.quantity,
        "carrier": rng.integers(0, len(CARRIERS), len(rank)).astype(np.int8),
    }
    return {"shipment_id": np.arange(1, len(rank) + 1), **{name: values[rank] for name, values in columns.items()}}


def review(society: Society, orders: Orders, late: Bools) -> Columns:
    """The reviews table in time order: stars follow the supplier's quality and fall where the order came late."""
    facts, rng = society.plan.reviews, stream(society.plan.seed, "reviews")
    done = np.flatnonzero((orders.status == COMPLETED) & ~orders.test)
    quality = supplier_quality(society)
    of_supplier = done[rng.random(len(done)) < np.where(late[done], 1.3, 1.0) * facts.of_suppliers]
    of_buyer = done[rng.random(len(done)) < facts.of_buyers]
    order = np.concatenate([of_supplier, of_buyer])
    about_supplier = np.arange(len(order)) < len(of_supplier)
    rewarded = about_supplier & (rng.random(len(order)) < facts.incentivised)
    liked = np.where(about_supplier, 4.2 + 0.45 * quality[orders.supplier[order]] - 1.1 * late[order], 4.6)
    liked = liked + 0.6 * rewarded + 0.7 * rng.standard_normal(len(order))
    stars = np.clip(np.rint(liked), 1, 5).astype(np.int64)
    asked = rng.random(len(order)) < 0.6
    written = orders.completed[order] + skewed_days(rng, facts.days, len(order))
    known = np.flatnonzero(written < society.end)
    rank = known[np.argsort(written[known], kind="stable")]
    buyer, supplier = orders.buyer[order] + 1, supplier_key(society, orders.supplier[order])
    columns: Columns = {
        "order_id": order + 1,
        "reviewer_id": np.where(about_supplier, buyer, supplier),
        "reviewee_id": np.where(about_supplier, supplier, buyer),
        "reviewed_at": written,
        "rating": stars,
        "recommends": np.where(asked, (stars + rng.random(len(order)) > 3.9).astype(np.int64), -1).astype(np.int8),
        "is_incentivised": rewarded,
    }
    return {"review_id": np.arange(1, len(rank) + 1), **{name: values[rank] for name, values in columns.items()}}
