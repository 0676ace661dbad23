"""What stands in for what: the size in the cell, the cell, the market, and at last what was agreed; each says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bothsides.leads.quality.facts import CellFacts, Counted, ExtraFills, Grade, MarketFacts
from bothsides.leads.quality.policy import QualityPolicy
from bothsides.leads.quality.shrinking import Prior, prior
from bothsides.schema import Side, minor_units

MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A number and what it rests on."""

    value: float
    basis: str
    assumed: bool = False
    """Whether it was taken from the agreement, because neither the cell nor the market tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The facts of a publish with what every cell is drawn towards."""

    facts: MarketFacts
    cells: Mapping[tuple[str, str], CellFacts]
    fill: Prior | None
    """None where the market's fill rate is not known."""
    first: Mapping[Side, Prior]


def market(policy: QualityPolicy, facts: MarketFacts) -> Market:
    """The market with its priors."""
    first = {}
    for side in Side:
        whole = _counted(facts.whole, side, "")
        if whole is not None and whole.of:
            first[side] = _prior(policy, [_counted(cell, side, "") for cell in facts.cells], whole)
    filled = facts.whole.filled
    return Market(
        facts=facts,
        cells={(cell.category, cell.region): cell for cell in facts.cells},
        fill=_prior(policy, [cell.filled for cell in facts.cells], filled)
        if filled is not None and filled.of
        else None,
        first=first,
    )


def _prior(policy: QualityPolicy, cells: list[Counted | None], whole: Counted) -> Prior:
    known = [cell for cell in cells if cell is not None]
    return prior(known, whole, weight=policy.cell_counts_as, least_cells=policy.least_cells)


def rates(policy: QualityPolicy, of: Market, cell: CellFacts, side: Side, size: str) -> tuple[Known, Known, Known]:
    """The cell's fill rate, the chance of a first order within 90 days, and a year's own contribution (minor units)."""
    fill = _fill(policy, of, cell)
    return fill, _first_order(policy, of, cell, side, size, fill), _own(policy, of, cell, side, size)


def _fill(policy: QualityPolicy, of: Market, cell: CellFacts) -> Known:
    if of.fill is None:
        if cell.filled is None or not cell.filled.of:
            agreed = policy.fallback.fill_rate
            return Known(value=agreed, basis=f"fill rate not known, {agreed:.0%} as agreed", assumed=True)
        rate = Prior(rate=policy.fallback.fill_rate, weight=policy.cell_counts_as, measured=False).of(cell.filled)
        return Known(value=rate, basis=f"{_cases(cell.filled)} in {cell.name}, drawn to the agreed rate")
    if cell.filled is None:
        return Known(value=of.fill.rate, basis=f"fill rate of the whole market, none known of {cell.name}")
    return Known(value=of.fill.of(cell.filled), basis=f"{_cases(cell.filled)} in {cell.name}, drawn to the market's")


def _first_order(policy: QualityPolicy, of: Market, cell: CellFacts, side: Side, size: str, fill: Known) -> Known:
    """The cell's own cases on top of what a new cell starts from: for buyers the market's rate times how well the cell
    fills requests against the market; where no first orders are known at all, the fill rate itself."""
    whole = of.first.get(side)
    if whole is not None and side is Side.BUYER and of.fill is not None and of.fill.rate > 0:
        start = min(1.0, whole.rate * fill.value / of.fill.rate)
        fills = f"{cell.name} fills {fill.value:.1%} of requests against {of.fill.rate:.1%}"
        basis = f"the market's {whole.rate:.1%}, times {fills}"
    elif whole is not None:
        start, basis = whole.rate, f"the market's {whole.rate:.1%}"
    elif side is Side.BUYER and not fill.assumed:
        start, basis = fill.value, f"not known, the fill rate stands in ({fill.basis})"
    else:
        start = policy.fallback.first_order_within_90_days
        basis = f"not known, {start:.0%} as agreed"
    assumed = basis.endswith("as agreed")
    weight = whole.weight if whole is not None else policy.cell_counts_as
    for counted, where in ((_counted(cell, side, ""), cell.name), (_sized(cell, side, size), f"{size} of {cell.name}")):
        if counted is not None and counted.of:
            start = Prior(rate=start, weight=weight, measured=False).of(counted)
            basis, assumed = f"{_cases(counted)} in {where}, drawn to {basis}", False
    return Known(value=start, basis=basis, assumed=assumed)


def _own(policy: QualityPolicy, of: Market, cell: CellFacts, side: Side, size: str) -> Known:
    for facts, where in ((cell, cell.name), (of.facts.whole, "the whole market")):
        for band in dict.fromkeys((size, "")):
            for whose, sized, money in facts.own_contribution:
                if whose is side and sized == band:
                    of_size = f"{band} {side}s" if band else f"{side}s"
                    return Known(value=money.minor, basis=f"mean of {of_size} in {where}")
    agreed = policy.fallback.own_contribution
    return Known(value=_minor(agreed, of), basis=f"not known, {agreed:,.10g} a year as agreed", assumed=True)


def per_order(policy: QualityPolicy, of: Market, cell: CellFacts) -> Known:
    """Contribution of an order, in minor units."""
    for facts, where in ((cell, cell.name), (of.facts.whole, "the whole market")):
        if facts.contribution_per_order is not None:
            return Known(value=facts.contribution_per_order.minor, basis=f"mean order in {where}")
    agreed = policy.fallback.contribution_per_order
    return Known(value=_minor(agreed, of), basis=f"not known, {agreed:,.10g} as agreed", assumed=True)


def effect(policy: QualityPolicy, of: Market, cell: CellFacts, side: Side) -> Known:
    """Extra orders of the other side in a year by one more account of this side that comes to trade.

    A measured effect beyond chance counts by its grade, the cell's before the market's; one that takes orders away
    counts as none. Where none counts, a supplier is taken to fill what the agreement says of the cell's unfilled
    requests.
    """
    lacking = ""
    for found, where in _effects(of, cell, side):
        weight = _weight(policy, found.grade)
        told = f"{_orders(found)} a year, from how {side}s move {side.other}s and the size of {where} ({found.grade})"
        if weight and not found.is_open:
            fewer = "" if found.a_year > 0 else ", fewer count as none"
            return Known(value=max(0.0, found.a_year) * weight, basis=f"{told}, counted at {weight:.0%}{fewer}")
        lacking = lacking or (f"an effect is open: {told}" if found.is_open else f"{told}, counted at 0%")
    lacking = lacking or "no effect measured"
    if side is Side.SUPPLIER and cell.unmet_a_month is not None:
        most = policy.scarcity.unmet_one_supplier_fills_a_month
        filled = min(cell.unmet_a_month, most)
        told = f"{lacking}; {filled:g} of {cell.unmet_a_month:g} unfilled requests a month, {most:g} as agreed"
        return Known(value=filled * MONTHS, basis=told, assumed=True)
    return Known(value=0.0, basis=f"{lacking}, none is counted", assumed=True)


def _orders(found: ExtraFills) -> str:
    """The number with its range.

    >>> _orders(ExtraFills(added=Side.SUPPLIER, a_year=10.41, low=1.05, high=19.0, grade="fixed effects"))
    '10 (1.1 to 19)'
    """
    return f"{a_few(found.a_year)} ({a_few(found.low)} to {a_few(found.high)})"


def a_few(number: float) -> str:
    """Orders of a year as people read them.

    >>> a_few(0.137), a_few(7.28), a_few(1240.6)
    ('0.14', '7.3', '1,241')
    """
    return f"{number:,.0f}" if abs(number) >= 10 else f"{number:.2g}"


def _effects(of: Market, cell: CellFacts, side: Side) -> Iterator[tuple[ExtraFills, str]]:
    for facts, where in ((cell, cell.name), (of.facts.whole, "the whole market")):
        for found in facts.extra_fills:
            if found.added is side:
                yield found, where


def _weight(policy: QualityPolicy, grade: Grade) -> float:
    by = policy.counts
    return {
        "randomised": by.randomised,
        "instrumented": by.instrumented,
        "fixed effects": by.fixed_effects,
        "correlational": by.correlational,
        "refused": by.refused,
    }[grade]


def _counted(cell: CellFacts, side: Side, size: str) -> Counted | None:
    return next((counted for whose, band, counted in cell.first_orders if whose is side and band == size), None)


def _sized(cell: CellFacts, side: Side, size: str) -> Counted | None:
    return _counted(cell, side, size) if size else None


def _minor(amount: float, of: Market) -> float:
    return float(round(amount * 10 ** minor_units(of.facts.currency)))


def _cases(counted: Counted) -> str:
    return f"{counted.came:g} of {counted.of:g}"
