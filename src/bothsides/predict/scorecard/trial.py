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
from bothsides.predict.scorecard.fitting import Fitting, History, NothingTells, agreed_card, fit_card
from bothsides.predict.scorecard.leaks import Refused, honest, refused
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What came of learning a new card: the card or None, its trial, and what is used where it did not pass.

    `refused` are the fields left out before anything was learned.
    """

    card: Card | None
    champion: Card
    trial: Trial | None
    verdict: ModelVerdict
    reason: str
    refused: tuple[Refused, ...]

    @property
    def passed(self) -> bool:
        """Whether the new card may be promoted."""
        return self.trial is not None and self.trial.passed


def challenge(
    history: History,
    side: Side,
    *,
    at: Instant,
    champion: Card | None = None,
    learned_share: float = 0.7,
    alpha: float = ALPHA,
    policy: Fitting | None = None,
    protected: Sequence[str] = (),
    signed_off: Iterable[str] = (),
    known_leaks: Sequence[Refused] = (),
) -> Challenge:
    """Learn a card from the earlier leads of one side and try it on the later ones against the champion.

    Without one the champion is the agreed points. Fields that leak, name the lead, hardly differ or are protected are
    left out and named; `known_leaks` adds what was found by write times or among open leads.
    Raises ValueError where there is neither champion nor agreed points.
    """
    moments = np.sort(history.decided_at)
    boundary = moments[min(int(learned_share * len(moments)), len(moments) - 1)]
    early, late = history.at(history.decided_at < boundary), history.at(history.decided_at >= boundary)
    found = refused(early.leads, early.won, protected=protected)
    named = {one.field for one in found}
    found = (*found, *(one for one in known_leaks if one.field not in named))
    used = champion or agreed_card(early, side, effective_from=at)
    lacking = enough(early.won, late.won)
    if lacking is not None:
        return Challenge(
            card=None, champion=used, trial=None, verdict=lacking.verdict, reason=lacking.reason, refused=found
        )
    try:
        card = fit_card(replace(early, leads=honest(early.leads, found)), side, effective_from=at, policy=policy)
    except NothingTells as nothing:
        verdict = ModelVerdict.NO_SIGNAL
        return Challenge(card=None, champion=used, trial=None, verdict=verdict, reason=str(nothing), refused=found)
    trial = tried(card, used, late, at=at, alpha=alpha, refusals=found, signed_off=signed_off)
    reason = "; ".join(trial.failed) or "it ranks better than what is in use, and its chances hold"
    return Challenge(card=card, champion=used, trial=trial, verdict=trial.verdict, reason=reason, refused=found)


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
    Raises ValueError where the cards are of two sides, a lead is not later than all that either learned from, or a card
    counts agreed points that the leads do not have.
    """
    if challenger.side is not champion.side:
        raise ValueError(f"a {challenger.side.value} card cannot be tried against a {champion.side.value} card")
    learned = max(challenger.learned_from[1], champion.learned_from[1])
    if later.leads.n and int(later.decided_at.min()) <= learned:
        raise ValueError(
            f"a lead of {int(later.decided_at.min())} is not later than {learned}, what a card learned from"
        )
    if later.agreed is None and AGREED in {*challenger.names, *champion.names}:
        raise ValueError(f"a card counts {AGREED}, which the later leads do not have")
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
