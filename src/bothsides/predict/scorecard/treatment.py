"""Refitting on leads whose treatment the old score decided: a lead that was called is won more often for the call.

Fitted as they are, such outcomes teach the new card what the old one believed. Leads that a random holdout treated
without looking at the score do not; where there are too few of them, the treatments stand in the fit beside the fields
and stay off the card.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bothsides.metrics.interval import wilson
from bothsides.predict.measures import Bools, Ints
from bothsides.predict.model_card import Estimate
from bothsides.predict.scorecard.card import Card
from bothsides.predict.scorecard.fitting import Fitting, History, fit_card
from bothsides.schema import Side
from bothsides.schema.instant import Instant

ENOUGH_IN_HOLDOUT = 150
"""Leads of the rarer outcome in the holdout from which it is learned from alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WonByTreatment:
    """Leads of one treatment, by whether the score or the holdout chose it; `rate` with Wilson's 95 % interval."""

    treatment: str
    in_holdout: bool
    n: int
    won: int
    rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedRefit:
    """The card, on what it was learned, and the won rate by treatment, which is always to be shown beside it."""

    card: Card
    learned_on: str
    by_treatment: tuple[WonByTreatment, ...]


def refit_treated(
    history: History,
    treatment: Sequence[str],
    in_holdout: Bools,
    side: Side,
    *,
    effective_from: Instant,
    policy: Fitting | None = None,
) -> TreatedRefit:
    """A card that does not learn the treatment: on the holdout where it is large enough, else within treatments.

    `treatment` is each lead's band or route as it was given. The level of a card within treatments is that of the mix
    of treatments in the history. Raises ValueError where lengths differ, or fit_card does.
    """
    if not history.leads.n == len(treatment) == len(in_holdout):
        raise ValueError(
            f"{history.leads.n} leads, {len(treatment)} treatments, {len(in_holdout)} holdout marks: one a lead"
        )
    names = sorted(set(treatment))
    places = np.array([names.index(one) for one in treatment], dtype=np.int64)
    table = _by_treatment(names, places, in_holdout, history.won)
    held = history.won[in_holdout]
    if len(held) and min(held.sum(), (~held).sum()) >= ENOUGH_IN_HOLDOUT:
        chosen = replace(history.at(in_holdout), strata=None)
        learned_on = f"{len(held):,} leads of the random holdout"
    else:
        chosen = replace(history, strata=places if len(names) > 1 else None)
        learned_on = f"{history.leads.n:,} leads within {len(names)} treatments; the holdout has {len(held):,}"
    card = fit_card(chosen, side, effective_from=effective_from, policy=policy)
    return TreatedRefit(card=card, learned_on=learned_on, by_treatment=table)


def _by_treatment(names: Sequence[str], places: Ints, in_holdout: Bools, won: Bools) -> tuple[WonByTreatment, ...]:
    found = []
    for place, name in enumerate(names):
        for holdout in (False, True):
            rows = (places == place) & (in_holdout == holdout)
            n, came = int(rows.sum()), int(won[rows].sum())
            if n:
                low, high = wilson(came, n)
                rate = Estimate(value=came / n, low=low, high=high)
                found.append(WonByTreatment(treatment=name, in_holdout=holdout, n=n, won=came, rate=rate))
    return tuple(found)
