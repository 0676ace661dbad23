"""From won and lost leads to a card: bins, ridge regression with the agreed points, selection, whole points, level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bothsides.predict.calibration import ENOUGH_FOR_SLOPE, recalibration
from bothsides.predict.logistic import Floats, Logistic, fit_logistic, sigmoid
from bothsides.predict.measures import Bools, Ints, log_loss
from bothsides.predict.scorecard.binning import Binned, cut, rising, with_points
from bothsides.predict.scorecard.card import AGREED, TOTAL, Card, CardField, ScoreBand
from bothsides.predict.scorecard.columns import Leads, Numbers
from bothsides.predict.scorecard.scoring import scores
from bothsides.schema import Side
from bothsides.schema.instant import Instant

FOLDS = 4
"""Parts of the leads learned from: selection and level are judged on the part that a fit has not seen."""

SELECT_FROM = 150
"""Leads of the rarer outcome from which fields are selected; with fewer that would be luck: all enter, shrunk, and the
strongest stay. On one public history of leads that is worth .03 of ranking at 50 leads, and nothing at 500."""

BAND = 10
LEAST_OUTCOMES = 5
"""Cases of the rarer outcome below which nothing is fitted."""

Strata = NDArray[np.int64]


class NothingTells(ValueError):  # noqa: N818 - reads as the fact
    """No field tells apart what was won from what was lost, so there is nothing to put on a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """How a card is fitted: `ridge` penalises a bin's squared weight, `agreed_ridge` that of the agreed points.

    `most_fields` counts without the agreed points. `directions` names fields that may only give more points as they
    rise (1) or as they fall (-1).
    """

    most_fields: int = 12
    ridge: float = 4.0
    agreed_ridge: float = 0.5
    directions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Leads whose outcome is known, with what was known at the decision, oldest first or not.

    `decided_at` is the moment up to which the fields were known. `agreed` are the points that both teams gave by hand.
    `strata` numbers from 0 the treatments that leads had, where the old score decided over it (see treatment.py).
    """

    leads: Leads
    won: Bools
    decided_at: Ints
    agreed: Floats | None = None
    strata: Strata | None = None

    def __post_init__(self) -> None:
        others = [len(x) for x in (self.decided_at, self.agreed, self.strata) if x is not None]
        if {self.leads.n, len(self.won), *others} != {self.leads.n}:
            raise ValueError(f"{self.leads.n} leads, {len(self.won)} outcomes and {others} further entries: one a lead")
        if self.agreed is not None and not np.isfinite(self.agreed).all():
            raise ValueError("agreed points must be numbers; a lead without any has 0")

    def at(self, rows: Ints | Bools) -> "History":
        """Some of the leads."""
        return History(
            leads=self.leads.at(rows),
            won=self.won[rows],
            decided_at=self.decided_at[rows],
            agreed=None if self.agreed is None else self.agreed[rows],
            strata=None if self.strata is None else self.strata[rows],
        )

    def scored(self) -> Leads:
        """The leads with the agreed points as a field, as a card with them needs."""
        return self.leads if self.agreed is None else with_agreed(self.leads, self.agreed)


def with_agreed(leads: Leads, agreed: Floats) -> Leads:
    """Leads with the agreed points among their fields."""
    return leads.with_field(AGREED, Numbers(values=agreed.astype(np.float64)))


def fit_card(
    history: History, side: Side, *, effective_from: Instant, policy: Fitting | None = None, keep: Sequence[str] = ()
) -> Card:
    """A card of whole points from leads that were won and lost.

    Bins of the history, then a ridge logistic regression over them with the agreed points as one feature that is hardly
    penalised; fields enter one by one while that lowers the log-loss on parts not learned from (`keep` names them where
    they are settled). Every field is moved to a minimum of 0, all to a total of 100. Source: Siddiqi 2006, Credit Risk
    Scorecards, chapters 5 and 6; level and slope by Platt 1999 on parts not learned from.
    Raises ValueError where there are too few of an outcome or no field tells anything.
    """
    policy = policy or Fitting()
    rarer = int(min(history.won.sum(), (~history.won).sum()))
    if rarer < LEAST_OUTCOMES:
        raise ValueError(f"only {rarer} leads of the rarer outcome; {LEAST_OUTCOMES} are needed to fit a card")
    cuts = _cuts(history)
    names = [name for name in (keep or _selected(history, cuts, policy)) if name in cuts]
    if AGREED in cuts:
        names = [AGREED, *(name for name in names if name != AGREED)]
    if not names:
        raise NothingTells("no field tells apart what was won from what was lost: there is nothing to put on a card")
    used = [cuts[name] for name in names]
    fit = _fit(history, used, policy, np.ones(history.leads.n, dtype=bool))
    weights = _bin_weights(history, used, fit, policy)
    stretch = _stretch(history, used, policy)
    fields, per_point = _whole(used, weights)
    return _card(history, side, fields, stretch * per_point, effective_from)


def agreed_card(history: History, side: Side, *, effective_from: Instant) -> Card:
    """The points that both teams agreed on, as a card: the same order, with the level that history gives them.

    This is the champion until a fitted card has passed. Where more points went with fewer wins the order is kept and
    every lead has the same chance. Raises ValueError where the history has no agreed points, or they never differ.
    """
    if history.agreed is None:
        raise ValueError("the history has no agreed points")
    binned = cut(AGREED, history.scored(), history.won)
    if binned is None:
        raise ValueError("the agreed points are the same for all but a few leads")
    fields, _ = _whole([binned], [_mean_points(history.agreed, binned)])
    given = np.asarray(fields[0].points, dtype=np.float64)[binned.place]
    fit = fit_logistic(given[:, None], history.won, ridge=0.0, directions=[1])
    return _card(history, side, fields, float(fit.weights[0] / fit.scale[0]), effective_from)


def _mean_points(agreed: Floats, binned: Binned) -> Floats:
    """The mean of the agreed points in each bin; in a bin that nobody is in, that of all."""
    seen = np.array(binned.field.seen, dtype=np.float64)
    total = np.bincount(binned.place, weights=agreed, minlength=binned.bins)
    found: Floats = np.where(seen > 0, total / np.maximum(seen, 1.0), agreed.mean())
    return found


def _cuts(history: History) -> dict[str, Binned]:
    leads = history.scored()
    found = {name: cut(name, leads, history.won) for name in sorted(leads.columns)}
    return {name: binned for name, binned in found.items() if binned is not None}


def _design(history: History, used: Sequence[Binned], policy: Fitting) -> tuple[Floats, Floats]:
    """Features, and the penalty of each in its own unit: agreed points as one line, other fields bin by bin."""
    blocks, penalties = [], []
    for binned in used:
        if binned.field.name == AGREED and history.agreed is not None:
            blocks.append(history.agreed[:, None])
            penalties.append(np.array([0.0]))
        else:
            blocks.append(binned.indicators())
            penalties.append(np.full(binned.bins, policy.ridge))
    if history.strata is not None:
        blocks.append((history.strata[:, None] == np.arange(1, int(history.strata.max()) + 1)).astype(np.float64))
        penalties.append(np.full(blocks[-1].shape[1], 1e-3))
    return np.hstack(blocks), np.concatenate(penalties)


def _fit(history: History, used: Sequence[Binned], policy: Fitting, rows: Bools) -> Logistic:
    design, penalty = _design(history, used, policy)
    features = design[rows]
    spread = features.std(axis=0)
    # The regression penalises weights of standardised features; a bin's weight is penalised in its own unit.
    ridge = penalty / np.where(spread > 0, spread, 1.0) ** 2
    directions = [0] * features.shape[1]
    if used and used[0].field.name == AGREED:
        ridge[0], directions[0] = policy.agreed_ridge, 1
    return fit_logistic(features, history.won[rows], ridge=ridge, directions=directions)


def _bin_weights(history: History, used: Sequence[Binned], fit: Logistic, policy: Fitting) -> list[Floats]:
    """The logits that each bin of each field adds."""
    weights, found, start = fit.weights / fit.scale, [], 0
    for binned in used:
        seen = np.array(binned.field.seen, dtype=np.float64)
        if binned.field.name == AGREED and history.agreed is not None:
            own, start = weights[start] * _mean_points(history.agreed, binned), start + 1
        else:
            own, start = weights[start : start + binned.bins].copy(), start + binned.bins
        direction = policy.directions.get(binned.field.name, 0)
        if direction and binned.field.edges is not None:
            own[:-1] = rising(own[:-1], seen[:-1], direction)
        found.append(own)
    return found


def _folds(won: Bools) -> Ints:
    """The part of each lead: won and lost spread evenly over the parts, and the same on every run."""
    parts: Ints = np.where(won, np.cumsum(won), np.cumsum(~won)) % FOLDS
    return parts


def _selected(history: History, cuts: Mapping[str, Binned], policy: Fitting) -> list[str]:
    """Fields in the order in which each lowers the log-loss most on parts not learned from, until none does.

    A candidate is tried beside the logits of those already in, which is quick; whoever wins is fitted with them anew.
    """
    if min(history.won.sum(), (~history.won).sum()) < SELECT_FROM:
        return _strongest(history, cuts, policy)
    parts = _folds(history.won)
    held = [cuts[AGREED]] if AGREED in cuts else []
    logits = _logits(history, held, policy, parts)
    best = _loss(history.won, logits)
    names: list[str] = []
    rest = [name for name in cuts if name != AGREED]
    while rest and len(names) < policy.most_fields:
        tried = {
            name: _loss(history.won, logits + _beside(cuts[name], history.won, logits, parts, policy)) for name in rest
        }
        name = min(rest, key=lambda one: (tried[one], one))
        if tried[name] >= best:
            break
        held.append(cuts[name])
        logits = _logits(history, held, policy, parts)
        reached = _loss(history.won, logits)
        if reached >= best:
            break
        best = reached
        names.append(name)
        rest.remove(name)
    return names


def _strongest(history: History, cuts: Mapping[str, Binned], policy: Fitting) -> list[str]:
    """The fields whose bins move the leads' logits most where all are fitted together."""
    used = sorted(cuts.values(), key=lambda binned: (binned.field.name != AGREED, binned.field.name))
    if not used:
        return []
    fit = _fit(history, used, policy, np.ones(history.leads.n, dtype=bool))
    weights = _bin_weights(history, used, fit, policy)
    spread = {b.field.name: float(own[b.place].std()) for b, own in zip(used, weights, strict=True)}
    order = sorted(spread, key=lambda name: (-spread[name], name))
    return [name for name in order if name != AGREED][: policy.most_fields]


def _loss(won: Bools, logits: Floats) -> float:
    return log_loss(sigmoid(logits), won).value


def _logits(history: History, used: Sequence[Binned], policy: Fitting, parts: Ints) -> Floats:
    """The logits of each lead by a fit that has not seen its part."""
    logits = np.zeros(history.leads.n)
    design = _design(history, used, policy)[0] if used or history.strata is not None else None
    for part in range(FOLDS):
        seen = parts != part
        if design is None:
            rate = float(np.clip(history.won[seen].mean(), 0.001, 0.999))
            logits[~seen] = np.log(rate / (1 - rate))
        else:
            logits[~seen] = _fit(history, used, policy, seen).logits(design[~seen])
    return logits


def _beside(binned: Binned, won: Bools, logits: Floats, parts: Ints, policy: Fitting) -> Floats:
    """What a field's bins add to the logits of each lead, learned beside them on the other parts: bins are disjoint."""
    added = np.zeros(len(won))
    for part in range(FOLDS):
        seen = parts != part
        place, weights = binned.place[seen], np.zeros(binned.bins)
        for _ in range(3):
            chances = sigmoid(logits[seen] + weights[place])
            slope = np.bincount(place, weights=won[seen] - chances, minlength=binned.bins) - policy.ridge * weights
            curve = np.bincount(place, weights=chances * (1 - chances), minlength=binned.bins) + policy.ridge
            weights = weights + slope / curve
        added[~seen] = weights[binned.place[~seen]]
    return added


def _stretch(history: History, used: Sequence[Binned], policy: Fitting) -> float:
    """How much the logits of leads not learned from must be stretched to hold; not at all where too few tell."""
    if min(history.won.sum(), (~history.won).sum()) < ENOUGH_FOR_SLOPE:
        return 1.0
    return recalibration(_logits(history, used, policy, _folds(history.won)), history.won).slope


def _whole(used: Sequence[Binned], weights: Sequence[Floats]) -> tuple[tuple[CardField, ...], float]:
    """Fields with whole points that reach 100 in all, most telling first, and the logits of one point."""
    seen = [np.array(binned.field.seen) > 0 for binned in used]
    shifted = [own - own[known].min() for own, known in zip(weights, seen, strict=True)]
    most = np.array([own[known].max() for own, known in zip(shifted, seen, strict=True)])
    if most.sum() <= 0:
        raise NothingTells("no field tells apart what was won from what was lost: there is nothing to put on a card")
    per_point = float(most.sum()) / TOTAL
    tops = _rounded(most / per_point)
    fields = []
    for binned, own, top, highest in zip(used, shifted, tops, most, strict=True):
        if top:
            exact = np.clip(own, 0.0, highest) / highest * top
            fields.append(with_points(binned.field, tuple(int(point) for point in np.rint(exact))))
    return tuple(sorted(fields, key=lambda f: (-f.most, f.name))), per_point


def _rounded(exact: Floats) -> Ints:
    """Whole numbers with the same total: the largest remainders are rounded up."""
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: TOTAL - int(whole.sum())]] += 1
    return whole


def _card(history: History, side: Side, fields: tuple[CardField, ...], slope: float, effective_from: Instant) -> Card:
    """The card with its level, at which as many are expected as were won, and its bands."""
    bare = Card(
        side=side,
        fields=fields,
        slope=float(f"{slope:.10g}"),
        shift=0.0,
        bands=(),
        n=history.leads.n,
        won=int(history.won.sum()),
        learned_from=(int(history.decided_at.min()), int(history.decided_at.max())),
        effective_from=effective_from,
    )
    given = scores(bare, history.scored())
    card = bare.moved(levelled(bare.logits(given), history.won))
    return replace(card, bands=score_bands(card, given, history.won))


def levelled(logits: Floats, won: Bools) -> float:
    """The shift at which the logits expect as many as were won."""
    return recalibration(logits, won, slope=False).shift


def score_bands(card: Card, given: Ints, won: Bools) -> tuple[ScoreBand, ...]:
    """Ten points a band, the last from 90 to 100."""
    band = np.minimum(given // BAND, TOTAL // BAND - 1)
    expected = card.chances(given)
    found = []
    for place in range(TOTAL // BAND):
        rows = band == place
        n = int(rows.sum())
        low, high = place * BAND, TOTAL if place == TOTAL // BAND - 1 else place * BAND + BAND - 1
        # Of a band without leads the middle score says what is expected.
        mean = float(expected[rows].mean()) if n else card.chance((low + high) / 2)
        found.append(ScoreBand(low=low, high=high, n=n, won=int(won[rows].sum()), expected=float(f"{mean:.6g}")))
    return tuple(found)
