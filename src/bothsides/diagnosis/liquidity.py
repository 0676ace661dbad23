"""The verdict on every cell: which side is short, whether it stalled, whether it hangs on one account."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bothsides.diagnosis.cells import Cell, Cells, Where
from bothsides.diagnosis.concentration import heavy
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.picture import LiquidityCell
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.typical import Standing, Usual, standings
from bothsides.diagnosis.wording import count, counted, share
from bothsides.metrics import Basis, Unit, Value
from bothsides.predict.comparison import believed, tail
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A cell with its standing, its verdict and the sentence that gives the reason."""

    standing: Standing
    verdict: CellVerdict
    why: str
    settled: bool = True
    """False where the verdict rests on orders alone."""

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.standing.cell


def judge(found: Cells, policy: DiagnosisPolicy, *, suspected: frozenset[Where] = frozenset()) -> tuple[Judged, ...]:
    """A verdict per cell. Claims are tested together, so that many cells do not make one false alarm likely.

    `suspected` are cells that a longer window has found sick: what they show in a shorter one is tested by itself, at
    the level of support, since the question was settled before it was looked at (a gatekeeper: Maurer, Hothorn and
    Lehmacher 1995).
    """
    stands = standings(found, least_n=policy.least_n)
    comparable = len(stands) >= policy.least_cells and not found.blind

    def held(p_values: list[float]) -> list[bool]:
        alone = [s.cell.where in suspected and p <= policy.supporting_p for s, p in zip(stands, p_values, strict=True)]
        return [a or b for a, b in zip(believed(p_values, policy.alarm_rate), alone, strict=True)]

    scarce = held([_tail(s.balance, -1) for s in stands])
    unserved = held([min(_tail(s.search, +1), _tail(s.fill, +1)) for s in stands])
    idle = held([_missing_buyers(s, policy) for s in stands])
    low = held([_both_low(s) for s in stands])
    judged = []
    for i, stand in enumerate(stands):
        claims = _Claims(scarce=scarce[i], unserved=unserved[i], idle=idle[i], low=low[i])
        judged.append(_verdict(stand, found, claims if comparable else _Claims(), policy))
    return tuple(judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claims:
    """Which claims about a cell stand after allowing for how many were made."""

    scarce: bool = False
    """Fewer suppliers per buyer than usual."""
    unserved: bool = False
    """Searches or requests come about less often than usual."""
    idle: bool = False
    """Fewer buyers than usual."""
    low: bool = False
    """Less of both sides than usual."""


def _tail(usual: Usual | None, sign: int) -> float:
    """p-value that the number is below the usual (+1) or above it (-1); 1 where nothing is known."""
    return 1.0 if usual is None else tail(-sign * usual.score)


def _both_low(stand: Standing) -> float:
    """p-value that the two sides together are below what the cell's category and region usually have."""
    if stand.buyers is None or stand.suppliers is None:
        return 1.0
    return tail(-(stand.buyers.score + stand.suppliers.score) / math.sqrt(2))


def _missing_buyers(stand: Standing, policy: DiagnosisPolicy) -> float:
    """p-value that buyers are missing: against what the cell's category and region usually have, or, where a supplier
    has a third of the usual buyers or fewer, against the balance of all cells.

    Of a category of four cells two sick ones make what it usually has (a median breaks down at half), so that a cell
    beside a stalled one hides there; it does not hide from the whole market's balance.
    """
    own = _tail(stand.buyers or stand.balance, +1)
    if stand.buyers is None or stand.balance is None:
        return own
    hidden = stand.balance.factor <= 1 / policy.short_factor_on_orders
    hidden &= stand.buyers.factor <= policy.stalled_side_share
    return min(own, _tail(stand.balance, +1)) if hidden else own


def _verdict(stand: Standing, found: Cells, claims: _Claims, policy: DiagnosisPolicy) -> Judged:
    seen = cell_has_demand(stand)
    if claims.low and _stalled(stand, policy):
        return Judged(standing=stand, verdict=CellVerdict.STALLED, why=_why_stalled(stand))
    if _supply_short(stand, claims, policy):
        return Judged(standing=stand, verdict=CellVerdict.SUPPLY_SHORT, why=_why_supply(stand), settled=seen)
    if _demand_short(stand, claims, policy):
        return Judged(standing=stand, verdict=CellVerdict.DEMAND_SHORT, why=_why_demand(stand), settled=seen)
    if side := fragile_side(stand.cell, found, policy):
        return Judged(standing=stand, verdict=CellVerdict.FRAGILE, why=_why_fragile(stand.cell, side))
    if found.unseen or _too_little(stand, policy):
        return Judged(standing=stand, verdict=CellVerdict.UNKNOWN, why=_why_unknown(stand.cell, unseen=found.unseen))
    return Judged(standing=stand, verdict=CellVerdict.BALANCED, why=_why_balanced(stand))


def _supply_short(stand: Standing, claims: _Claims, policy: DiagnosisPolicy) -> bool:
    """Demand that goes unserved beyond chance where suppliers are scarce; by orders alone, scarcity beyond chance."""
    if stand.balance is None:
        return False
    scarcity = min(_tail(stand.balance, -1), _tail(stand.suppliers, +1))
    if scarcity > policy.supporting_p:
        return False
    if not cell_has_demand(stand):
        return claims.scarce and stand.balance.factor >= policy.short_factor_on_orders
    return claims.unserved and _poor(stand, policy) and stand.balance.factor >= policy.short_factor


def _demand_short(stand: Standing, claims: _Claims, policy: DiagnosisPolicy) -> bool:
    """Buyers missing beyond chance where suppliers wait for them, however those who come are served."""
    if stand.balance is None or not claims.idle or _tail(stand.balance, +1) > policy.supporting_p:
        return False
    least = policy.short_factor if cell_has_demand(stand) else policy.short_factor_on_orders
    return stand.balance.factor <= 1 / least


def cell_has_demand(stand: Standing) -> bool:
    """Whether searches or requests say what buyers wanted there."""
    return stand.search is not None or stand.fill is not None


def _poor(stand: Standing, policy: DiagnosisPolicy) -> bool:
    """Whether searches or requests come about materially less often than usual."""
    return any(u is not None and u.factor <= 1 - policy.material_shortfall for u in (stand.search, stand.fill))


def _stalled(stand: Standing, policy: DiagnosisPolicy) -> bool:
    """Both sides small, and together so: of a side of few accounts one more or less must not decide."""
    if stand.buyers is None or stand.suppliers is None:
        return False
    factors = stand.buyers.factor, stand.suppliers.factor
    return math.sqrt(factors[0] * factors[1]) <= policy.stalled_share and max(factors) <= policy.stalled_side_share


def _too_little(stand: Standing, policy: DiagnosisPolicy) -> bool:
    cell = stand.cell
    return cell.orders < policy.least_n and cell.searches.asked + cell.requests.asked < policy.least_n


def fragile_side(cell: Cell, found: Cells, policy: DiagnosisPolicy) -> Side | None:
    """The side on which one account holds the cell, if the cell is big enough to matter."""
    if cell.orders < policy.least_n or cell.gmv < policy.fragile_cell_gmv_share * found.gmv:
        return None
    active = {Side.BUYER: cell.active_buyers, Side.SUPPLIER: cell.active_suppliers}
    held = [
        (part, side)
        for side, (_, part) in cell.top.items()
        if heavy(part, active[side], 1, policy.fragile_share, policy) and not _of_one(found, side)
    ]
    return max(held)[1] if held else None


def _of_one(found: Cells, side: Side) -> bool:
    """Whether one account is the whole side everywhere: a shop hangs on itself by nature."""
    return len({cell.top[side] for cell in found.cells if side in cell.top and cell.top[side][1] > 0}) == 1 and all(
        cell.top[side][1] == 1 for cell in found.cells if side in cell.top
    )


def _service(stand: Standing) -> str:
    """How often what was looked or asked for came about, beside the usual."""
    parts = []
    if stand.search is not None:
        parts.append(
            f"{share(stand.cell.searches.rate or 0)} of searches led to an order, {share(stand.search.usual)}"
            " in a usual cell"
        )
    if stand.fill is not None:
        parts.append(
            f"{share(stand.cell.requests.rate or 0)} of requests were filled, {share(stand.fill.usual)} usually"
        )
    return "; ".join(parts) or "neither searches nor requests are recorded, so this rests on orders alone"


def _ratio(stand: Standing) -> str:
    cell, usual = stand.cell, stand.balance.usual if stand.balance else 0.0
    return (
        f"{counted(cell.buyers, 'buyer')} for {counted(cell.suppliers, 'supplier')}; a usual cell has "
        f"{usual:.1f} buyers per supplier"
    )


def _why_supply(stand: Standing) -> str:
    return f"{_ratio(stand)}. {_sentence(_service(stand))}"


def _why_demand(stand: Standing) -> str:
    usual = f"; its category and region would have {count(stand.buyers.usual)} buyers" if stand.buyers else ""
    return f"{_ratio(stand)}{usual}. {_sentence(_service(stand))}"


def _why_stalled(stand: Standing) -> str:
    cell = stand.cell
    buyers = stand.buyers.usual if stand.buyers else 0
    suppliers = stand.suppliers.usual if stand.suppliers else 0
    here = f"{counted(cell.buyers, 'buyer')} and {counted(cell.suppliers, 'supplier')}"
    return (
        f"{here}, where its category and region would have {count(buyers)} and {count(suppliers)}: neither side has a "
        f"reason to come first. {_sentence(_service(stand))}"
    )


def _why_fragile(cell: Cell, side: Side) -> str:
    return f"One {side} carries {share(cell.top[side][1])} of the cell's GMV."


def _why_unknown(cell: Cell, *, unseen: bool) -> str:
    if unseen:
        return (
            f"{counted(cell.active_buyers, 'buyer')} bought from {counted(cell.active_suppliers, 'supplier')}; orders "
            "alone do not show which side is short."
        )
    asked = f"{counted(cell.searches.asked, 'search')} and {counted(cell.requests.asked, 'request')}"
    return f"Only {counted(cell.orders, 'order')}, {asked}."


def _why_balanced(stand: Standing) -> str:
    if stand.balance is None:
        return "Nothing to compare with."
    apart = stand.balance.gap
    if abs(apart) < math.log(1.25):
        beside = "about the usual balance"
    else:
        beside = f"{'more' if apart > 0 else 'fewer'} buyers per supplier than usual, but not beyond chance and harm"
    poorly = any(u is not None and u.factor <= 0.75 for u in (stand.search, stand.fill))
    other = " Fewer are served than usual, but not for lack of suppliers." if poorly else ""
    return f"{_ratio(stand)}: {beside}. {_sentence(_service(stand))}{other}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def pictures(judged: tuple[Judged, ...], currency: str) -> tuple[LiquidityCell, ...]:
    """The cells as the map shows them."""
    return tuple(
        LiquidityCell(
            category=j.cell.category,
            region=j.cell.region,
            verdict=j.verdict,
            why=j.why,
            gmv=j.cell.gmv,
            values=cell_values(j.cell, currency),
        )
        for j in judged
    )


def cell_values(cell: Cell, currency: str) -> dict[str, Value]:
    """The cell's numbers by metric id, those that its data can feed."""
    place, counted_here = _labels(cell), cell_readings(cell)
    values = [
        figure("gmv", cell.gmv, Unit.MONEY, n=cell.orders, currency=currency, place=place),
        figure("orders", cell.orders, Unit.COUNT, n=cell.orders, place=place),
        figure("active_buyers", cell.active_buyers, Unit.COUNT, n=cell.active_buyers, place=place),
        figure("active_suppliers", cell.active_suppliers, Unit.COUNT, n=cell.active_suppliers, place=place),
        counted_here.pop("cell_buyers"),
        counted_here.pop("cell_suppliers"),
        _ratio_value("buyer_to_seller_ratio", cell.active_buyers, cell.active_suppliers, place),
        counted_here.pop("buyers_per_supplier"),
        _ratio_value("matching_efficiency", cell.orders, math.sqrt(cell.active_buyers * cell.active_suppliers), place),
    ]
    if cell.requests.asked:
        values.append(rate("fill_rate", cell.requests.met, cell.requests.asked, place=place))
    if cell.searches.asked:
        values.append(rate("search_to_order", cell.searches.met, cell.searches.asked, place=place))
    if cell.zero_results[1]:
        values.append(rate("zero_result_rate", *cell.zero_results, place=place))
    return {value.metric: value for value in values} | counted_here


def cell_readings(cell: Cell, *, period: str | None = None) -> dict[str, Value]:
    """What the diagnosis counts of a cell beside the dictionary: its two sides and its largest accounts."""
    place = _labels(cell)
    values = [
        figure("cell_buyers", cell.buyers, Unit.COUNT, n=cell.buyers, period=period, place=place),
        figure("cell_suppliers", cell.suppliers, Unit.COUNT, n=cell.suppliers, period=period, place=place),
        _ratio_value("buyers_per_supplier", cell.buyers, cell.suppliers, place, period=period),
    ]
    for side, (_, part) in sorted(cell.top.items()):
        values.append(figure(f"top_{side.value}_share", part, Unit.RATE, n=cell.orders, period=period, place=place))
    return {value.metric: value for value in values}


def _labels(cell: Cell) -> dict[str, str | None]:
    """The dimensions that split the market, with the cell's labels."""
    return {name: label for name, label in zip(("category", "region"), cell.where, strict=True) if label is not None}


def _ratio_value(
    name: str, top: float, bottom: float, place: Mapping[str, str | None], *, period: str | None = None
) -> Value:
    return figure(
        name,
        top / bottom if bottom else None,
        Unit.RATIO if name != "matching_efficiency" else Unit.INDEX,
        n=int(bottom),
        basis=Basis.NOT_COMPUTED,
        reason=None if bottom else "the denominator is zero",
        period=period,
        place=place,
    )
