"""What a lead is worth in money by the facts of a publish: made ready once for each, then asked lead by lead."""

from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.quality import CompiledQuality, Priority, compile_quality, priority
from bothsides.leads.quality.stored import market_facts
from bothsides.logbook import Book, cells_of
from bothsides.schema import minor_units

_KEPT = 8
"""Publishes that stay ready: a replay walks through many."""


def ready_worth(book: Book, agreed: Agreed, snapshot: int | None) -> None:
    """Makes the facts of that publish ready, unless they are; without an agreed quality or a publish there is nothing.

    Asked for by whoever begins a batch, so that considering a lead reads nothing.
    """
    if agreed.quality is None or snapshot is None or snapshot in agreed.qualities:
        return
    facts = market_facts(cells_of(book, snapshot), snapshot)
    while len(agreed.qualities) >= _KEPT:
        agreed.qualities.pop(next(iter(agreed.qualities)))
    agreed.qualities[snapshot] = None if facts is None else compile_quality(agreed.quality, facts)


def worth_of(
    agreed: Agreed, lead: LeadNow, snapshot: int | None, win_chance: float | None, *, band: str = ""
) -> Priority | None:
    """The lead's worth by the facts of that publish; None where they were not made ready. `band` is the one that it is
    in now, empty where its side has no card."""
    ready = None if snapshot is None else agreed.qualities.get(snapshot)
    if ready is None:
        return None
    get = lead.fields.get
    return priority(
        ready,
        side=lead.side,
        category=str(get("category") or ""),
        region=str(get("region") or ""),
        size=str(get("segment") or ""),
        band=band,
        win_chance=win_chance,
    )


def add_worth(facts: dict[str, Any], found: Priority, ready: CompiledQuality) -> None:
    """What conditions may test of it: `priority` in major units, `step`, and `cell_suppliers` where they are known."""
    facts["priority"] = found.money.minor / 10 ** minor_units(found.currency)
    facts["step"] = found.step
    cell = ready.market.cells.get((str(facts.get("category") or ""), str(facts.get("region") or "")))
    if cell is not None and cell.suppliers is not None:
        facts["cell_suppliers"] = cell.suppliers


def told_worth(found: Priority) -> dict[str, Any]:
    """Its part of the line of the score."""
    lines = [[line.says, None if line.money is None else line.money.minor] for line in found.lines]
    worth = {"own": found.own, "others": found.others, "currency": found.currency, "step": found.step, "lines": lines}
    return {"priority": found.money.minor, "worth": worth}
