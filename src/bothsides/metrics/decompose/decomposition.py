"""Takes a change apart: who brought it on each side, and what volume, price, mix and exchange rates did."""

from dataclasses import dataclass, replace
from datetime import date

from bothsides.metrics.catalogue import metric as find_metric
from bothsides.metrics.cells import Reading, make_reading
from bothsides.metrics.decompose.accounts import by_accounts
from bothsides.metrics.decompose.change import Change
from bothsides.metrics.decompose.labels import by_factors
from bothsides.metrics.decompose.movements import NOW, Terms, movements
from bothsides.metrics.decompose.periods import Days, compared, compared_days
from bothsides.metrics.metric import Metric
from bothsides.metrics.query import Query
from bothsides.metrics.rates import read_rates
from bothsides.metrics.refusal import differs_by_party, dimensions_of, refusal
from bothsides.metrics.shapes.shape import run
from bothsides.metrics.store import Store
from bothsides.schema import Period, Side

DECOMPOSED = ("gmv", "net_revenue")
"""The totals whose change can be taken apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A question: which total, in which period, against which, on which side, with the mix over what.

    Without a period the last two whole months are compared, without `against` the period before. `same_days` cuts
    both to the days that have passed of an unfinished period. Raises ValueError for a total that is not decomposed,
    and for a dimension it cannot be split by.
    """

    metric: str
    period: Period | None = None
    against: Period | None = None
    side: Side | None = None
    dim: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    same_days: bool = False
    as_of: date | None = None

    def __post_init__(self) -> None:
        if self.metric not in DECOMPOSED:
            raise ValueError(f"the change of {self.metric!r} cannot be taken apart: only of {' or '.join(DECOMPOSED)}")
        if self.side and any(name == "side" for name, _ in self.where):
            raise ValueError("the side is named twice: as the side and as a filter")
        metric = find_metric(self.metric)
        if self.dim and self.dim not in (allowed := dimensions_of(metric)):
            raise ValueError(f"--by {self.dim!r} is not what {metric.id} can be split by: {' or '.join(allowed)}")
        if self.dim and not self.side and differs_by_party(metric, self.dim):
            raise ValueError(
                f"--by {self.dim} differs between the two parties: name one with --side {' or '.join(Side)}"
            )


def decompose(store: Store, asked: Comparison) -> Change:
    """The change in parts that sum to it, or why it cannot be taken apart.

    Raises ValueError for periods that cannot be compared.
    """
    metric = find_metric(asked.metric)
    reading = _reading(store, asked, asked.side)
    if reason := _refused(reading, metric):
        return _refusal(store, metric, asked, reason)
    known = reading.window(metric)
    base_period, period = compared(asked.period, asked.against, known)
    asked = replace(asked, period=period, against=base_period)
    if reason := _agreed(store, metric, (base_period, period)):
        return _refusal(store, metric, asked, reason)
    days = compared_days(base_period, period, known, same_days=asked.same_days)
    if isinstance(days, str):
        return _refusal(store, metric, asked, days)
    base, now = days
    reasons = (refusal(_reading(store, asked, asked.side, span), metric) for span in days)
    if reason := next(filter(None, reasons), None):
        return _refusal(store, metric, asked, reason)
    rates = _rates(reading, metric, base, now)
    if isinstance(rates, str):
        return _refusal(store, metric, asked, rates)
    terms = Terms(base=base, now=now, rates=rates)
    sides = [asked.side] if asked.side else list(Side)
    splits = [by_accounts(_reading(store, asked, side), metric, side, terms) for side in sides]
    behind = sum(split.accounts for split in splits)
    splits.append(by_factors(reading, metric, asked.side, asked.dim, terms, behind))
    return Change(
        metric=metric.id,
        definition=metric.definition,
        currency=store.currency,
        period=now.label,
        against=base.label,
        days=((base.first, base.last), (now.first, now.last)),
        splits=tuple(splits),
        notes=(_judged_by(asked, reading.known(metric).start),),
        as_of=known.as_of,
    )


def _judged_by(asked: Comparison, since: date) -> str:
    """By which orders an account is new, returned or gone."""
    if not asked.where:
        return f"New means no order before; orders are known from {since}."
    tests = " and ".join(f"{name} = {' or '.join(labels)}" for name, labels in asked.where)
    return (
        f"Only orders with {tests} are looked at: new means none of these before, gone none of these since; the account"
        f" may have ordered otherwise. Orders are known from {since}."
    )


def _reading(store: Store, asked: Comparison, side: Side | None, days: Days | None = None) -> Reading:
    of_side = (("side", (side.value,)),) if side else ()
    return make_reading(
        store,
        Query(
            metrics=(asked.metric,),
            dims=(asked.dim,) if asked.dim else (),
            where=(*asked.where, *of_side),
            as_of=asked.as_of,
            start=days.first if days else None,
            end=days.last if days else None,
        ),
    )


def _refused(reading: Reading, metric: Metric) -> str | None:
    """Whatever the periods; rows without an exchange rate matter only inside them."""
    if reading.store.sampled:
        return "orders are a declared sample: the other orders of its accounts may be outside it"
    return refusal(replace(reading, store=replace(reading.store, unpriced=())), metric)


def _agreed(store: Store, metric: Metric, periods: tuple[Period, Period]) -> str | None:
    """That one of the periods is answered by another formula than the house's: a period keeps what it began with."""
    for period in periods:
        for held in store.dictionary.held(metric.id):
            if held.covers(period.start) and (held.undefined or held.metric.formula != metric.formula):
                said = f"{metric.id} is defined by agreement in {period.label}"
                return f"{said}: only the house's definition can be taken apart"
    return None


def _refusal(store: Store, metric: Metric, asked: Comparison, reason: str) -> Change:
    return Change(
        metric=metric.id,
        definition=metric.definition,
        currency=store.currency,
        period=asked.period.label if asked.period else "",
        against=asked.against.label if asked.against else "",
        reason=reason,
    )


def _rates(reading: Reading, metric: Metric, base: Days, now: Days) -> dict[str, float] | str:
    """The base period's average rate of each other currency in the period, or which one has none."""
    moves = movements(reading, metric, None)
    rows = run(
        reading,
        f"""
        WITH {moves.relation}
        SELECT DISTINCT currency FROM moved
        WHERE {NOW} AND original <> 0 AND currency <> $reporting
        """,
        moves.parameters | Terms(base=base, now=now, rates={}).parameters | {"reporting": reading.store.currency},
    )
    currencies = sorted(currency for (currency,) in rows)
    rates = read_rates(reading.store, currencies)
    found: dict[str, float] = {}
    for currency in currencies:
        rate = rates.average(currency, base.first, base.last)
        if rate is None:
            return f"needs fx_rates: {currency} has no rate on {base.first}, so what its rate did cannot be told apart"
        found[currency] = rate
    return found
