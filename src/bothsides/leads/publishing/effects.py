"""How far one more account of a side moves the other side of its cell, as far as trade by week tells."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.elasticity import SEED, Identification, OneMore, effects_of, one_more
from bothsides.diagnosis.panel import Panel, read_panel
from bothsides.leads.quality import CellFacts, ExtraFills, MarketFacts
from bothsides.leads.quality.facts import Grade
from bothsides.metrics import Store
from bothsides.schema import Side

_RECKONED = 1
"""Counted up where the same trade would give other effects, so that those of an earlier release are not kept."""

_GRADES: Mapping[Identification, Grade] = {
    Identification.RANDOMISED: "randomised",
    Identification.INSTRUMENTED: "instrumented",
    Identification.FIXED_EFFECTS: "fixed effects",
    Identification.CORRELATIONAL: "correlational",
    Identification.REFUSED: "refused",
}


def with_effects(store: Store, policy: DiagnosisPolicy, facts: MarketFacts, before: MarketFacts | None) -> MarketFacts:
    """The facts with what one more account brings the other side, by cell and in the market as a whole.

    Those of the publish `before` are taken where they were reckoned from the very same trade. A market that cannot be
    followed by week, or is too small for a number, has none.
    """
    panel = read_panel(store, policy=policy)
    if not isinstance(panel, Panel):
        return facts
    same = _hash(panel, policy)
    if before is not None and before.effects_of == same:
        return _again(facts, before)
    found = one_more(panel, effects_of(panel, policy), SEED)
    return replace(told(facts, found), effects_of=same)


def told(facts: MarketFacts, found: Iterable[OneMore]) -> MarketFacts:
    """The facts with what one more account of each side brings. A cell that the trade by week does not know has none:
    the market's stands in for it."""
    by_cell: dict[tuple[str, str] | None, list[ExtraFills]] = {}
    for one in found:
        where = None if one.where is None else (one.where[0] or "", one.where[1] or "")
        fills = ExtraFills(added=one.added, a_year=one.orders, low=one.low, high=one.high, grade=_GRADES[one.grade])
        by_cell.setdefault(where, []).append(fills)
    cells = tuple(
        replace(cell, extra_fills=tuple(by_cell.get((cell.category, cell.region), ()))) for cell in facts.cells
    )
    return replace(facts, whole=replace(facts.whole, extra_fills=tuple(by_cell.get(None, ()))), cells=cells)


def _again(facts: MarketFacts, before: MarketFacts) -> MarketFacts:
    known = {(cell.category, cell.region): cell.extra_fills for cell in before.cells}

    def kept(cell: CellFacts) -> CellFacts:
        return replace(cell, extra_fills=known.get((cell.category, cell.region), ()))

    whole = replace(facts.whole, extra_fills=before.whole.extra_fills)
    return replace(facts, whole=whole, cells=tuple(map(kept, facts.cells)), effects_of=before.effects_of)


def _hash(panel: Panel, policy: DiagnosisPolicy) -> str:
    """Of all that the effects are reckoned from: the trade by week, the policy, the way of reckoning."""
    told = hashlib.sha256(repr((_RECKONED, policy, panel.cells, panel.weeks, panel.assignment, panel.lots)).encode())
    for side in Side:
        of = panel.side(side)
        for array in (of.stock, of.joined, of.left, of.push):
            told.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
    told.update(np.ascontiguousarray(panel.orders, dtype=np.float64).tobytes())
    return told.hexdigest()[:16]
