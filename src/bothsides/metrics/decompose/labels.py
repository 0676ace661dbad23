"""A change by volume, price and mix over a dimension, read label by label."""

from dataclasses import dataclass
from fractions import Fraction

from bothsides.metrics.cells import Reading
from bothsides.metrics.decompose.change import Part, Split, share
from bothsides.metrics.decompose.factors import Cell, effects
from bothsides.metrics.decompose.movements import NOW, THEN, Movements, Terms, movements
from bothsides.metrics.decompose.rounding import allocate
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes.shape import run
from bothsides.schema import Side

_BESIDE = {"own fee": "other fees", "returned fee": "returned fees"}
"""Revenue that is not priced per order: subscriptions and the like, fees given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label's orders with their amount, what stands beside them, and what exchange rates did."""

    cell: Cell
    beside: dict[str, Fraction]
    currency: Fraction
    then: int
    now: int


def by_factors(
    reading: Reading, metric: Metric, side: Side | None, dim: str | None, terms: Terms, accounts: int
) -> Split:
    """The change by volume and price, and over a dimension also by mix; fees beside orders and rates stand apart."""
    moves = movements(reading, metric, dim)
    labels = _labels(reading, moves, terms)
    names = ["volume", "price", *(("mix",) if dim else ())]
    names += _BESIDE.values() if metric.id == "net_revenue" else ()
    names += ("currency",) if terms.rates else ()
    then = round(Fraction(sum(one.then for one in labels.values()), moves.halves))
    change = round(Fraction(sum(one.now - one.then for one in labels.values()), moves.halves))
    whole = _whole(labels, names, moves.halves, change)
    orders = (sum(o.cell.orders_then for o in labels.values()), sum(o.cell.orders_now for o in labels.values()))
    parts = (
        Part(part=name, side=side, amount=amount, accounts=accounts, orders=orders, share=share(amount, change))
        for i, name in enumerate(names)
        for amount in (sum(row[i] for row in whole.values()),)
    )
    cells = (
        Part(
            part=name,
            side=side,
            label=label,
            amount=amount,
            orders=(labels[label].cell.orders_then, labels[label].cell.orders_now),
            share=share(amount, change),
        )
        for label, row in whole.items()
        for name, amount in zip(names, row, strict=True)
    )
    return Split(
        way="factors",
        side=side,
        dim=dim,
        base=then,
        now=then + change,
        accounts=accounts,
        parts=tuple(parts),
        cells=tuple(cells) if dim else (),
    )


def _whole(labels: dict[str | None, Label], names: list[str], halves: int, change: int) -> dict[str | None, list[int]]:
    """Each label's parts in whole minor units: per label they sum to its change, the labels' changes to the whole."""
    factors = effects({label: one.cell for label, one in labels.items()})
    changes = allocate([Fraction(one.now - one.then, halves) for one in labels.values()], change)
    rated = [one.currency / halves for one in labels.values()]
    currencies = allocate(rated, round(sum(rated, Fraction(0))))
    whole: dict[str | None, list[int]] = {}
    for (label, one), total, currency in zip(labels.items(), changes, currencies, strict=True):
        found = {"volume": factors[label].volume, "price": factors[label].price, "mix": factors[label].mix}
        found |= {_BESIDE[kind]: amount for kind, amount in one.beside.items()}
        exact = [found.get(name, Fraction(0)) / halves for name in names if name != "currency"]
        whole[label] = [*allocate(exact, total - currency), *((currency,) if "currency" in names else ())]
    return whole


def _labels(reading: Reading, moves: Movements, terms: Terms) -> dict[str | None, Label]:
    rows = run(
        reading,
        f"""
        WITH {moves.relation}
        SELECT label, kind, currency, coalesce(sum(orders) FILTER (WHERE {THEN}), 0),
               coalesce(sum(orders) FILTER (WHERE {NOW}), 0), coalesce(sum(amount) FILTER (WHERE {THEN}), 0),
               coalesce(sum(amount) FILTER (WHERE {NOW}), 0), coalesce(sum(original) FILTER (WHERE {NOW}), 0)
        FROM moved WHERE {THEN} OR {NOW} GROUP BY label, kind, currency ORDER BY label, kind, currency
        """,
        moves.parameters | terms.parameters,
    )
    found: dict[str | None, dict[str, _Kind]] = {}
    for label, kind, currency, *figures in rows:
        orders_then, orders_now, then, now, original = map(int, figures)
        one = found.setdefault(label, {}).setdefault(kind, _Kind())
        one.orders_then += orders_then
        one.orders_now += orders_now
        one.then += then
        one.now += now
        one.constant += terms.constant(currency, now, original)
    return {label: _label(kinds) for label, kinds in found.items()}


@dataclass(slots=True, kw_only=True)
class _Kind:
    """One label's movements of one kind; `constant` is `now` at the base period's rates."""

    orders_then: int = 0
    orders_now: int = 0
    then: int = 0
    now: int = 0
    constant: Fraction = Fraction(0)


def _label(kinds: dict[str, _Kind]) -> Label:
    """Fees of a label in a period without an order of it are charged on orders of other days: they stand beside."""
    ordered = kinds.get("order", _Kind())
    beside = {kind: one.constant - one.then for kind, one in kinds.items() if kind != "order"}
    late = (Fraction(0) if ordered.orders_now else ordered.constant) - (0 if ordered.orders_then else ordered.then)
    if late:
        beside["own fee"] = beside.get("own fee", Fraction(0)) + late
    return Label(
        cell=Cell(
            orders_then=ordered.orders_then,
            orders_now=ordered.orders_now,
            then=ordered.then if ordered.orders_then else 0,
            now=ordered.constant if ordered.orders_now else Fraction(0),
        ),
        beside=beside,
        currency=sum((one.now - one.constant for one in kinds.values()), Fraction(0)),
        then=sum(one.then for one in kinds.values()),
        now=sum(one.now for one in kinds.values()),
    )
