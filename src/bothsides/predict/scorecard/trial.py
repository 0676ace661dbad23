"""A new card against the one in use, on leads later than either learned from; every objection in words."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bothsides.predict.gate import ALPHA, gate
from bothsides.predict.measures import auc
from bothsides.predict.model_card import Estimate, ModelVerdict
from bothsides.predict.scorecard.card import AGREED, Card
from bothsides.predict.scorecard.columns import Leads, Numbers
from bothsides.predict.scorecard.fitting import Fitting, History, fit_card
from bothsides.predict.scorecard.leaks import Refused
from bothsides.predict.scorecard.scoring import points, scores
from bothsides.predict.validation import CHANCE_Z, enough, ordered
from bothsides.schema import Side
from bothsides.schema.instant import Instant

TURNED_POINTS = 2.0
"""Spread of a field's points over the leads, on both cards, from which it counts as a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One look: who was tried against whom, on which data, what it may have erred by, and what came of it.

    `passed` allows promotion; it does not promote. `gap` is how much better the challenger ranks.
    """

    side: Side
    challenger: str
    champion: str
    at: Instant
    n: int
    won: int
    alpha: float
    snapshot: str
    verdict: ModelVerdict
    ranking: Estimate | None
    gap: Estimate | None
    passed: bool
    failed: tuple[str, ...]


def agreed_card(history: History, side: Side, *, effective_from: Instant) -> Card:
    """The points that both teams agreed on, as a card: the same order, with the level that history gives them.

    This is the champion until a fitted card has passed. Raises ValueError where the history has no agreed points.
    """
    if history.agreed is None:
        raise ValueError("the history has no agreed points")
    bare = replace(history, leads=Leads(n=history.leads.n, columns={}), strata=None)
    return fit_card(bare, side, effective_from=effective_from, policy=Fitting(agreed_ridge=0.0))


def tried(
    challenger: Card,
    champion: Card,
    later: History,
    *,
    at: Instant,
    alpha: float = ALPHA,
    refusals: Sequence[Refused] = (),
    signed_off: Iterable[str] = (),
) -> Trial:
    """The challenger's trial on later leads of its side.

    It fails where it ranks no better than chance ("no signal"), does not pass the gate, uses a field that was refused,
    or turns the direction of a reason round that nobody has signed off by the field's name.
    Raises ValueError where the cards are of two sides, or a lead is not later than all that either learned from.
    """
    if challenger.side is not champion.side:
        raise ValueError(f"a {challenger.side.value} card cannot be tried against a {champion.side.value} card")
    learned = max(challenger.learned_from[1], champion.learned_from[1])
    if later.leads.n and int(later.decided_at.min()) <= learned:
        raise ValueError(
            f"a lead of {int(later.decided_at.min())} is not later than {learned}, what a card learned from"
        )
    leads = later.scored()
    lacking = enough(later.won, later.won)
    verdict, ranking, gap = ModelVerdict.TOO_LITTLE, None, None
    failed: list[str] = []
    if lacking is not None:
        failed.append(lacking.reason)
    else:
        new, old = (card.chances(scores(card, leads)) for card in (challenger, champion))
        found = auc(new, later.won)
        ranking, signal = found.estimate(), found.estimate(z=CHANCE_Z).above > 0.5
        verdict = ModelVerdict.USABLE if signal else ModelVerdict.NO_SIGNAL
        if not signal:
            failed.append(f"no signal: {ordered(found.value)}")
        decision = gate(later.won, old, new, alpha=alpha)
        gap = decision.gap
        failed += decision.failed
    failed += _refused(challenger, refusals) + _turned(challenger, champion, leads, set(signed_off))
    return Trial(
        side=challenger.side,
        challenger=challenger.version,
        champion=champion.version,
        at=at,
        n=later.leads.n,
        won=int(later.won.sum()),
        alpha=alpha,
        snapshot=snapshot(later),
        verdict=verdict,
        ranking=ranking,
        gap=gap,
        passed=not failed,
        failed=tuple(failed),
    )


def _refused(card: Card, refusals: Sequence[Refused]) -> list[str]:
    used = set(card.names)
    return [f"it uses {one.field}, which is {one.finding.value}" for one in refusals if one.field in used]


def _turned(challenger: Card, champion: Card, leads: Leads, signed: set[str]) -> list[str]:
    """Reasons that pull the other way than on the card in use."""
    new, old = points(challenger, leads), points(champion, leads)
    found = []
    for name in new:
        if name not in old or name in signed or name == AGREED or not leads.n:
            continue
        ours, theirs = new[name].astype(np.float64), old[name].astype(np.float64)
        if min(ours.std(), theirs.std()) >= TURNED_POINTS and float(np.cov(ours, theirs)[0, 1]) < 0:
            found.append(f"{name} now counts the other way round; somebody must sign that off by name")
    return found


def snapshot(history: History) -> str:
    """Sixteen hex digits of the very data: fields, outcomes, moments. The same data has the same one."""
    digest = hashlib.sha256()
    for name, column in sorted(history.scored().columns.items()):
        digest.update(name.encode())
        if isinstance(column, Numbers):
            digest.update(np.ascontiguousarray(column.values).tobytes())
        else:
            digest.update("\0".join(column.levels).encode())
            digest.update(np.ascontiguousarray(column.codes).tobytes())
    digest.update(np.packbits(history.won).tobytes())
    digest.update(np.ascontiguousarray(history.decided_at, dtype=np.int64).tobytes())
    return digest.hexdigest()[:16]
