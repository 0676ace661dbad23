"""Two scorecards on the same leads at the same moment: where they agree, before one takes the other's place."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bothsides.agreement.conditions import Fields
from bothsides.leads.score.change import Move, why_it_moved
from bothsides.leads.score.compiled import CompiledCard
from bothsides.leads.score.points import Event, Score, score
from bothsides.leads.score.policy import Band
from bothsides.schema.instant import Instant

SHOWN = 10
"""Leads that are named, those whose points differ most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """How many leads the champion puts into one band and the challenger into another, or the same."""

    champion: Band
    challenger: Band
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A lead on which the cards differ, and by which reasons."""

    lead_id: str
    champion: int
    challenger: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """How many scores lie at the floor or cap of their card, where points no longer tell leads apart; shares 0 to 1."""

    leads: int
    at_floor: float
    at_cap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Champion against challenger on the same leads."""

    champion: str
    challenger: str
    leads: int
    table: tuple[Crossing, ...]
    """All nine, champion's band first, the warmest first."""
    same_band: float | None
    """Share of leads in the same band; None without leads."""
    kappa: float | None
    """Agreement beyond what the bands' sizes alone would give (Cohen 1960); None where all are in one band."""
    stuck: tuple[Stuck, Stuck]
    """Of the champion, then of the challenger."""
    apart: tuple[Apart, ...]


def side_by_side(
    champion: CompiledCard,
    challenger: CompiledCard,
    leads: Iterable[tuple[str, Fields, Sequence[Event]]],
    now: Instant,
) -> Comparison:
    """Both cards on every lead (id, fields, events). Raises ValueError for cards of different sides."""
    if champion.side is not challenger.side:
        raise ValueError(f"{champion.version} scores {champion.side}s and {challenger.version} {challenger.side}s")
    pairs = [
        (lead_id, score(champion, fields, events, now), score(challenger, fields, events, now))
        for lead_id, fields, events in leads
    ]
    counted = Counter((old.band, new.band) for _, old, new in pairs)
    differ = sorted(pairs, key=lambda pair: (-abs(pair[1].points - pair[2].points), pair[0]))
    return Comparison(
        champion=champion.version,
        challenger=challenger.version,
        leads=len(pairs),
        table=tuple(Crossing(champion=a, challenger=b, leads=counted[a, b]) for a in Band for b in Band),
        same_band=sum(counted[band, band] for band in Band) / len(pairs) if pairs else None,
        kappa=_kappa(counted, len(pairs)),
        stuck=(stuck([old for _, old, _ in pairs]), stuck([new for _, _, new in pairs])),
        apart=tuple(
            Apart(lead_id=lead_id, champion=old.points, challenger=new.points, moves=why_it_moved(old, new))
            for lead_id, old, new in differ[:SHOWN]
            if old.points != new.points
        ),
    )


def stuck(scores: Sequence[Score]) -> Stuck:
    """The share of scores at the floor and at the cap of their card; 0 without scores."""
    n = len(scores)
    low = sum(one.points == one.card.card.least for one in scores)
    high = sum(one.points == one.card.card.most for one in scores)
    return Stuck(leads=n, at_floor=low / n if n else 0.0, at_cap=high / n if n else 0.0)


def _kappa(counted: Counter[tuple[Band, Band]], n: int) -> float | None:
    if not n:
        return None
    same = sum(counted[band, band] for band in Band) / n
    chance = sum(
        sum(counted[band, other] for other in Band) * sum(counted[other, band] for other in Band) for band in Band
    ) / (n * n)
    return None if chance == 1 else (same - chance) / (1 - chance)
