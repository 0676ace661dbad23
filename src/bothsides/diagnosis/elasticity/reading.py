"""The whole reading: both directions at both margins, what pushes did, who retains whom, which side to fund."""

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bothsides.diagnosis.elasticity.effect import effect, explain
from bothsides.diagnosis.elasticity.feedback import feedback, without_feedback
from bothsides.diagnosis.elasticity.funding import Money, fund
from bothsides.diagnosis.elasticity.ground import Ground, ground
from bothsides.diagnosis.elasticity.projections import response
from bothsides.diagnosis.elasticity.records import (
    Effect,
    ElasticityReading,
    Identification,
    Judgement,
    Margin,
    RetentionDriver,
    beyond_chance,
    weakest,
)
from bothsides.diagnosis.elasticity.small_market import direction
from bothsides.diagnosis.panel import Panel
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.wording import counted, of_side, share
from bothsides.schema import Side

SEED = 20
"""Of every draw in a reading: the same panel gives the same reading."""
NO_MONEY: Money = {}
BY_EFFECTS = (Identification.FIXED_EFFECTS, Identification.CORRELATIONAL)


def elasticity(
    panel: Panel,
    *,
    money: Money = NO_MONEY,
    policy: DiagnosisPolicy | None = None,
    judgements: tuple[Judgement, ...] = (),
    retention_first: bool = False,
    seed: int = SEED,
) -> ElasticityReading:
    """How strongly each side draws and keeps the other, with what that rests on, and which side to fund.

    `money` says per side what an account costs and contributes. Below the policy's cells and weeks no number is given:
    small markets get directions instead. `retention_first` says that accounts leak: whom to fund is then second.
    """
    policy = policy or DiagnosisPolicy()
    grounds = {side: ground(panel, side) for side in Side}
    (cells, weeks), (first, last) = extent(panel), _ends(panel)
    small = is_small(panel, policy)
    effects = _no_numbers(cells, weeks, policy) if small else _effects(grounds, policy, seed)
    directions = tuple(direction(grounds[side], panel.side(side.other).left, seed) for side in Side) if small else ()
    found = (response(panel, pushed, side) for pushed in Side for side in Side) if not small else ()
    return ElasticityReading(
        sentence=_sentence(effects, cells, weeks),
        cells=cells,
        weeks=weeks,
        first_week=first,
        last_week=last,
        effects=effects,
        responses=tuple(r for r in found if r is not None),
        retention=retention_driver(effects),
        funding=fund(panel, effects, money, policy, seed, retention_first=retention_first),
        small=directions,
        judgements=judgements,
        notes=panel.notes,
    )


def effects_of(panel: Panel, policy: DiagnosisPolicy, seed: int = SEED) -> tuple[Effect, ...]:
    """The effects of the reading alone; none below the policy's cells and weeks."""
    return () if is_small(panel, policy) else _effects({side: ground(panel, side) for side in Side}, policy, seed)


def is_small(panel: Panel, policy: DiagnosisPolicy) -> bool:
    """Whether too few cells or weeks can be followed for a number."""
    cells, weeks = extent(panel)
    return cells < policy.elasticity_cells or weeks < policy.elasticity_weeks


def extent(panel: Panel) -> tuple[int, int]:
    """How many cells and weeks can teach something: both sides' stock known and somebody joined."""
    live = _live(panel)
    return int(live.any(1).sum()), int(live.any(0).sum())


def _ends(panel: Panel) -> tuple[date, date]:
    """The first and the last week that teach something; of the whole panel where none does."""
    weeks = np.flatnonzero(_live(panel).any(0))
    if not len(weeks):
        return panel.weeks[0], panel.weeks[-1]
    return panel.weeks[int(weeks[0])], panel.weeks[int(weeks[-1])]


def _live(panel: Panel) -> NDArray[np.bool_]:
    """Where a cell and week can teach something."""
    there = np.ones_like(panel.orders, bool)
    for side in Side:
        of = panel.side(side)
        there &= np.isfinite(of.stock) & np.isfinite(of.joined) & (of.stock > 0)
    came = sum((np.nan_to_num(panel.side(side).joined) for side in Side), np.zeros_like(panel.orders))
    found: NDArray[np.bool_] = there & ((came * there).sum(1) > 0)[:, None]
    return found


def _effects(grounds: Mapping[Side, Ground], policy: DiagnosisPolicy, seed: int) -> tuple[Effect, ...]:
    explained = {side: explain(grounds[side]) for side in Side}
    effects = [
        effect(grounds[side], margin, explained[side], explained[side.other], policy, seed)
        for margin in Margin
        for side in Side
    ]
    if not any(e.grade in BY_EFFECTS for e in effects):
        return tuple(effects)
    biases = feedback(grounds, explained, seed)
    return tuple(without_feedback(e, biases[e.side, e.margin]) if e.grade in BY_EFFECTS else e for e in effects)


def _no_numbers(cells: int, weeks: int, policy: DiagnosisPolicy) -> tuple[Effect, ...]:
    reason = (
        f"{counted(cells, 'cell')} x {counted(weeks, 'week')} can be followed; a number needs at least "
        f"{policy.elasticity_cells} x {policy.elasticity_weeks}"
    )
    return tuple(
        Effect(side=side, margin=margin, grade=Identification.REFUSED, why="", reason=reason, cells=cells, weeks=weeks)
        for margin in Margin
        for side in Side
    )


def retention_driver(effects: tuple[Effect, ...]) -> RetentionDriver | None:
    """Which side's stock lowers the other's chance to leave more, per 1 %; None where an effect has no number."""
    kept = {e.side.other: e for e in effects if e.margin is Margin.RETENTION and e.value is not None}
    if len(kept) < len(Side):
        return None
    gain = {side: (-float(e.value or 0.0), float(e.error or 0.0)) for side, e in kept.items()}
    stronger = max(Side, key=lambda side: gain[side][0])
    (a, ea), (b, eb) = gain[stronger], gain[stronger.other]
    noise = float(np.hypot(ea, eb))
    sure = float(stats.norm.cdf((a - b) / noise)) if noise > 0 else 1.0
    works = float(stats.norm.sf(a / ea)) <= 0.05 if ea > 0 else a > 0
    who, other = of_side(stronger), of_side(stronger.other)
    if not works:
        return RetentionDriver(
            side=None, probability=sure, sentence="Neither side is seen to keep the other from leaving."
        )
    if sure < 0.9:
        return RetentionDriver(
            side=None,
            probability=sure,
            sentence=f"Which side keeps the other cannot be told: {who} more, with a probability of {share(sure)}.",
        )
    return RetentionDriver(
        side=stronger,
        probability=sure,
        sentence=f"{who.capitalize()} keep {other}: 1 % more {who} lowers the weekly chance that a "
        f"{stronger.other.value} leaves by {a:.2f} %, more than the other way round (probability {share(sure)})"
        f"{_only(weakest([e.grade for e in kept.values()]))}.",
    )


def _only(grade: Identification) -> str:
    """What a comparison of effects rests on, where that is no trial."""
    if grade is Identification.CORRELATIONAL:
        return ", as far as a correlation tells: booms of single cells look the same"
    return ", as far as fixed effects tell" if grade is Identification.FIXED_EFFECTS else ""


def _sentence(effects: tuple[Effect, ...], cells: int, weeks: int) -> str:
    inflow = [e for e in effects if e.margin is Margin.INFLOW and e.value is not None]
    if not inflow:
        return f"No elasticity can be given from {counted(cells, 'cell')} over {counted(weeks, 'week')}."
    return " ".join(_told(e) for e in inflow)


def _told(of: Effect) -> str:
    """One direction in a sentence: the number where it is beyond chance, else that nothing is seen."""
    who, other, bounds = of_side(of.side), of_side(of.driver), of.interval
    assert bounds is not None
    reach = f"{bounds.low:.2f} to {bounds.high:.2f}"
    if not beyond_chance(of):
        return f"Whether more {other} bring more {who} is open: {of.value:.2f} % per 1 %, but {reach} is possible."
    brings = "brings" if (of.value or 0.0) > 0 and of.grade is not Identification.CORRELATIONAL else "goes with"
    return f"1 % more {other} {brings} {of.value:+.2f} % joining {who} ({reach}; {of.grade})."
