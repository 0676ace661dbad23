"""Keeping a card right as the market moves: refits on a rolling window, and its level corrected in between."""

from dataclasses import dataclass

import numpy as np

from bothsides.predict.calibration import recalibration
from bothsides.predict.drift import MOVED, base_rate_moved, moved
from bothsides.predict.logistic import Floats, sigmoid
from bothsides.predict.measures import Ints
from bothsides.predict.scorecard.card import Card
from bothsides.predict.scorecard.fitting import Fitting, History, fit_card, levelled
from bothsides.predict.scorecard.scoring import places, scores
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """How a card is kept: learned from the latest `window` leads every `refit_every`, its level from the latest
    `level_on` every `level_every`. Counts of leads with a known outcome.
    """

    window: int = 4000
    refit_every: int = 1000
    level_on: int = 500
    level_every: int = 100


def corrected(card: Card, latest: History) -> Card:
    """The card with the level at which it expects as many as were won of the latest leads; points stay as they are."""
    logits = card.logits(scores(card, latest.scored()))
    return card.moved(levelled(logits, latest.won))


def drifted(card: Card, latest: History) -> tuple[str, ...]:
    """What has moved since the card was fitted, in words: the share won, and each field's spread over its bins.

    Any of it is a reason to refit; none is one to keep the card as it is.
    """
    notes = []
    won, n = int(latest.won.sum()), latest.leads.n
    if base_rate_moved(card.won, card.n, won, n):
        notes.append(f"{won / max(1, n):.3f} are won now, {card.won / card.n:.3f} of those learned from")
    leads = latest.scored()
    for field in card.fields:
        now = np.bincount(places(field, leads), minlength=len(field.points)).astype(np.float64)
        index = moved(np.asarray(field.seen, dtype=np.float64), now)
        if index > MOVED:
            notes.append(f"{field.name} spreads otherwise than when learned (stability index {index:.2f})")
    return tuple(notes)


def walked(
    history: History,
    side: Side,
    start: int,
    *,
    upkeep: Upkeep | None = None,
    policy: Fitting | None = None,
    known_at: Ints | None = None,
) -> Floats:
    """P(won) of each lead from position `start` on, given as it came: nothing later is looked at.

    The history is in order of time. An outcome may be learned from once `known_at` has passed, by default as soon as
    the next lead comes. Raises ValueError where the leads are not in order.
    """
    upkeep = upkeep or Upkeep()
    if (np.diff(history.decided_at) < 0).any():
        raise ValueError("the leads of a walk must be in order of their decisions")
    known = history.decided_at if known_at is None else known_at
    chances = np.empty(history.leads.n - start)
    for first in range(start, history.leads.n, upkeep.refit_every):
        last = min(history.leads.n, first + upkeep.refit_every)
        card = fit_card(
            history.at(_latest(history, known, first, upkeep.window)),
            side,
            effective_from=int(history.decided_at[first]),
            policy=policy,
        )
        logits = card.logits(scores(card, history.scored()))
        for turn in range(first, last, upkeep.level_every):
            end = min(last, turn + upkeep.level_every)
            seen = _latest(history, known, turn, upkeep.level_on)
            shift = recalibration(logits[seen], history.won[seen], slope=False).shift
            chances[turn - start : end - start] = sigmoid(logits[turn:end] + shift)
    return chances


def _latest(history: History, known: Ints, position: int, most: int) -> Ints:
    """The places of the latest leads before a position whose outcome is known by then."""
    rows = np.flatnonzero(known[:position] <= history.decided_at[position])
    return rows[-most:]
