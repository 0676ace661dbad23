"""What became of leads, group by group, against what their scores foretold: the data behind a quarrel over quality."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bothsides.metrics.interval import Z, wilson
from bothsides.schema import Side
from bothsides.schema.instant import Instant

CHANCE_BANDS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 1.0)
"""Edges of the chances within which promise and outcome are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A lead that marketing handed to sales, and what has become of it so far.

    `accepted` and `won` are None until sales said so. `win_chance` is the calibrated chance at handover, `attempts`
    those made of those agreed. `amount` in major units of the reporting currency.
    """

    lead_id: str
    side: Side
    handed_at: Instant
    source: str | None = None
    campaign: str | None = None
    band: str | None = None
    score: float | None = None
    win_chance: float | None = None
    owner: str | None = None
    accepted: bool | None = None
    code: str | None = None
    attempts: int = 0
    contacted: bool = False
    opportunity: bool = False
    won: bool | None = None
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """One group of leads. Rates with Wilson's 95 % intervals, each over those of whom it is known.

    `expected` wins are the sum of chances of the `decided` leads that have one, of which `won_scored` were won;
    `calibration` is won over expected with its interval: below 1 the scores promised too much.
    """

    by: str
    group: str
    n: int
    answered: int
    accepted: int
    accept_rate: float | None
    accept_low: float | None
    accept_high: float | None
    contacted: int
    opportunities: int
    decided: int
    won: int
    win_rate: float | None
    win_low: float | None
    win_high: float | None
    expected: float
    won_scored: int
    calibration: float | None
    calibration_low: float | None
    calibration_high: float | None


def quality_rows(leads: Sequence[Handed], *, mature_before: Instant) -> tuple[QualityRow, ...]:
    """All leads together, then by source, campaign (of leads that came by one), band, fifth of the score, chance."""
    fifths = _fifths([lead.score for lead in leads if lead.score is not None])
    groupings: tuple[tuple[str, Callable[[Handed], str]], ...] = (
        ("all", lambda _: "all"),
        ("source", lambda lead: lead.source or "unknown"),
        ("campaign", lambda lead: lead.campaign or ""),
        ("band", lambda lead: lead.band or "unknown"),
        ("score", lambda lead: _fifth(lead.score, fifths)),
        ("chance", lambda lead: _chance_band(lead.win_chance)),
    )
    rows = []
    for by, name in groupings:
        groups: dict[str, list[Handed]] = defaultdict(list)
        for lead in leads:
            if by != "campaign" or lead.campaign:
                groups[name(lead)].append(lead)
        rows += [quality_row(by, group, groups[group], mature_before=mature_before) for group in sorted(groups)]
    return tuple(rows)


def quality_row(by: str, group: str, leads: Sequence[Handed], *, mature_before: Instant) -> QualityRow:
    """The figures of one group. Wins and losses count of leads handed over before `mature_before` only.

    Among younger ones those decided are mostly lost, for a rejection is quick and a win is not.
    """
    answered = [lead for lead in leads if lead.accepted is not None]
    accepted = sum(1 for lead in answered if lead.accepted)
    decided = [lead for lead in leads if lead.won is not None and lead.handed_at < mature_before]
    won = sum(1 for lead in decided if lead.won)
    scored = [lead for lead in decided if lead.win_chance is not None]
    expected = sum(lead.win_chance or 0.0 for lead in scored)
    won_scored = sum(1 for lead in scored if lead.won)
    accept = wilson(accepted, len(answered)) if answered else (None, None)
    win = wilson(won, len(decided)) if decided else (None, None)
    calibration = observed_over_expected(won_scored, expected) if expected > 0 else (None, None, None)
    return QualityRow(
        by=by,
        group=group,
        n=len(leads),
        answered=len(answered),
        accepted=accepted,
        accept_rate=accepted / len(answered) if answered else None,
        accept_low=accept[0],
        accept_high=accept[1],
        contacted=sum(1 for lead in leads if lead.contacted),
        opportunities=sum(1 for lead in leads if lead.opportunity),
        decided=len(decided),
        won=won,
        win_rate=won / len(decided) if decided else None,
        win_low=win[0],
        win_high=win[1],
        expected=expected,
        won_scored=won_scored,
        calibration=calibration[0],
        calibration_low=calibration[1],
        calibration_high=calibration[2],
    )


def observed_over_expected(observed: int, expected: float) -> tuple[float, float, float]:
    """The ratio with its 95 % interval, the observed number taken as Poisson, which is wide for likely wins.

    Source: Byar's approximation, Breslow and Day 1987, Statistical Methods in Cancer Research II, section 2.3. Raises
    ValueError where nothing is expected.

    >>> [round(number, 2) for number in observed_over_expected(20, 10.0)]
    [2.0, 1.22, 3.09]
    """
    if not expected > 0:
        raise ValueError(f"observed_over_expected({observed}, {expected}): expected must be above 0")
    low = 0.0
    if observed:
        low = observed * (1 - 1 / (9 * observed) - Z / (3 * math.sqrt(observed))) ** 3
    up = observed + 1
    high = up * (1 - 1 / (9 * up) + Z / (3 * math.sqrt(up))) ** 3
    return observed / expected, max(0.0, low) / expected, high / expected


def _fifths(scores: Sequence[float]) -> tuple[float, ...]:
    ranked = sorted(scores)
    return tuple(ranked[len(ranked) * k // 5] for k in range(1, 5)) if len(ranked) >= 5 else ()


def _fifth(score: float | None, edges: Sequence[float]) -> str:
    if score is None:
        return "unknown"
    place = sum(1 for edge in edges if score >= edge)
    low = f"from {edges[place - 1]:g}" if place else ""
    high = f"below {edges[place]:g}" if place < len(edges) else ""
    return f"{place + 1}: {' '.join(part for part in (low, high) if part) or 'all'}"


def _chance_band(chance: float | None) -> str:
    if chance is None:
        return "unknown"
    place = max(k for k in range(len(CHANCE_BANDS) - 1) if chance >= CHANCE_BANDS[k])
    return f"{place + 1}: {100 * CHANCE_BANDS[place]:g} to {100 * CHANCE_BANDS[place + 1]:g} %"
