"""Facts of cells as the logbook keeps them, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from bothsides.leads.quality.facts import CellFacts, Counted, ExtraFills, MarketFacts
from bothsides.logbook import PublishedCell
from bothsides.schema import Money, Side

_CELL, _WHOLE = "cell", "market"


def published_cells(facts: MarketFacts) -> list[PublishedCell]:
    """The cells and the market as a whole, as plain values."""
    whole = PublishedCell(side=_WHOLE, category="", region="", data=_of_market(facts))
    cells = [PublishedCell(side=_CELL, category=c.category, region=c.region, data=_plain(c)) for c in facts.cells]
    return [whole, *cells]


def _of_market(facts: MarketFacts) -> dict[str, Any]:
    told = {**_plain(facts.whole), "currency": facts.currency}
    return {**told, "effects_of": facts.effects_of} if facts.effects_of else told


def market_facts(cells: Sequence[PublishedCell], snapshot: int) -> MarketFacts | None:
    """The market of a snapshot; None where it was handed over without one."""
    whole: CellFacts | None = None
    currency = effects_of = ""
    for cell in cells:
        if cell.side == _WHOLE:
            currency, effects_of = str(cell.data["currency"]), str(cell.data.get("effects_of", ""))
            whole = _facts(cell, snapshot, currency)
    if whole is None:
        return None
    found = [_facts(cell, snapshot, currency) for cell in cells if cell.side == _CELL]
    return MarketFacts(
        snapshot=str(snapshot), currency=currency, whole=whole, cells=tuple(found), effects_of=effects_of
    )


def _plain(cell: CellFacts) -> dict[str, Any]:
    per_order = cell.contribution_per_order
    told = {
        "suppliers": cell.suppliers,
        "buyers": cell.buyers,
        "filled": None if cell.filled is None else [cell.filled.came, cell.filled.of],
        "unmet_a_month": cell.unmet_a_month,
        "first_orders": [[side.value, size, one.came, one.of] for side, size, one in cell.first_orders],
        "contribution_per_order": None if per_order is None else per_order.minor,
        "own_contribution": [[side.value, size, money.minor] for side, size, money in cell.own_contribution],
        "extra_fills": [[one.added.value, one.a_year, one.low, one.high, one.grade] for one in cell.extra_fills],
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _facts(cell: PublishedCell, snapshot: int, currency: str) -> CellFacts:
    told: Mapping[str, Any] = cell.data
    filled, per_order = told.get("filled"), told.get("contribution_per_order")
    return CellFacts(
        category=cell.category,
        region=cell.region,
        snapshot=str(snapshot),
        suppliers=told.get("suppliers"),
        buyers=told.get("buyers"),
        filled=None if filled is None else Counted(came=filled[0], of=filled[1]),
        unmet_a_month=told.get("unmet_a_month"),
        first_orders=tuple(
            (Side(side), size, Counted(came=came, of=of)) for side, size, came, of in told.get("first_orders", ())
        ),
        contribution_per_order=None if per_order is None else Money(minor=per_order, currency=currency),
        own_contribution=tuple(
            (Side(side), size, Money(minor=minor, currency=currency))
            for side, size, minor in told.get("own_contribution", ())
        ),
        extra_fills=tuple(
            ExtraFills(added=Side(side), a_year=a_year, low=low, high=high, grade=grade)
            for side, a_year, low, high, grade in told.get("extra_fills", ())
        ),
    )
