"""Learns a challenger from the desk's history: what may be learned, what it says, whether it tells anything at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bothsides.leads.models.history import BEFORE_THE_DESK, Gathered
from bothsides.leads.models.policy import ModelsPolicy
from bothsides.leads.models.record import Bands, Model
from bothsides.leads.score import CompiledCard
from bothsides.leads.wording import plural, was
from bothsides.metrics.interval import wilson
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints, auc
from bothsides.predict.model_card import Estimate, ModelVerdict
from bothsides.predict.scorecard.card import Card
from bothsides.predict.scorecard.fitting import Fitting, History, NothingTells
from bothsides.predict.scorecard.leaks import Refused, honest, refused
from bothsides.predict.scorecard.maturity import LEAST_WON, maturity, settled
from bothsides.predict.scorecard.scoring import scores
from bothsides.predict.scorecard.treatment import WonByTreatment, refit_treated
from bothsides.predict.scorecard.trial import snapshot
from bothsides.predict.validation import CHANCE_Z, enough, ordered
from bothsides.schema import Side
from bothsides.schema.instant import DAY, Instant

ENOUGH_FOR_SHARES = 100
"""Leads decided by the desk from which the size of its bands is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What came of learning. `model` is None where nothing may be used; `reason` says why."""

    side: Side
    model: Model | None
    verdict: ModelVerdict
    reason: str
    n: int
    won: int
    """Leads with a known outcome, and how many were won."""
    ranking: Estimate | None
    """How well the card ranks the later leads (area under the curve), with the wide interval."""
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]
    by_treatment: tuple[WonByTreatment, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grown:
    """Leads old enough that their outcome is known, with how they were treated."""

    history: History
    treatment: tuple[str, ...]
    in_holdout: Bools
    scored_by: tuple[frozenset[str], ...]
    notes: tuple[str, ...]

    def at(self, rows: Ints) -> "Grown":
        """These of the leads."""
        return replace(
            self,
            history=self.history.at(rows),
            treatment=tuple(self.treatment[i] for i in rows),
            in_holdout=self.in_holdout[rows],
            scored_by=tuple(self.scored_by[i] for i in rows),
        )


def grown(gathered: Gathered, policy: ModelsPolicy, now: Instant) -> Grown | str:
    """The leads that may be learned from; where there are too few, why none is."""
    won = int(gathered.history.won.sum())
    if won < LEAST_WON:
        return f"{won:,} of {plural(len(gathered.ids), 'lead')} {was(won)} won so far; {LEAST_WON} are needed"
    within = None if policy.closes_within_days is None else int(policy.closes_within_days * DAY)
    found = maturity(gathered.history.decided_at, gathered.won_at, now, within=within)
    kept = np.flatnonzero(found.usable)
    return Grown(
        history=settled(gathered.history, found),
        treatment=tuple(gathered.treatment[i] for i in kept),
        in_holdout=gathered.in_holdout[kept],
        scored_by=tuple(gathered.scored_by[i] for i in kept),
        notes=found.notes,
    )


def learn(gathered: Gathered, policy: ModelsPolicy, champion: CompiledCard, *, now: Instant, by: str) -> Learned:
    """A card from the earlier leads of the side, with the points both teams signed as a prior.

    The later leads say whether it tells anything; the comparison with the card in force is the trial's. Leads were
    treated by their band, so the card is fitted within bands: what a band's treatment did stays off the card.
    """
    ready = grown(gathered, policy, now)
    if isinstance(ready, str):
        return _too_little(gathered, ready)
    boundary = _boundary(ready.history, policy.learned_share)
    early = ready.history.at(ready.history.decided_at < boundary)
    late = ready.history.at(ready.history.decided_at >= boundary)
    if policy.counts == "beside":
        early = replace(early, agreed=None)
    found = refused(early.leads, early.won, still_open=gathered.still_open, protected=policy.protected)
    nothing = Learned(
        side=gathered.side,
        model=None,
        verdict=ModelVerdict.TOO_LITTLE,
        reason="",
        n=ready.history.leads.n,
        won=int(ready.history.won.sum()),
        ranking=None,
        refused=found,
        notes=ready.notes,
        by_treatment=by_treatment(ready),
    )
    if lacking := enough(early.won, late.won):
        return replace(nothing, verdict=lacking.verdict, reason=lacking.reason)
    bands = [t for t, at in zip(ready.treatment, ready.history.decided_at, strict=True) if at < boundary]
    known = replace(early, leads=honest(early.leads, found))
    try:
        card = _card(known, bands, gathered.side, policy, now)
    except NothingTells as said:
        return replace(nothing, verdict=ModelVerdict.NO_SIGNAL, reason=str(said))
    ranking = auc(card.chances(scores(card, late.scored())), late.won).estimate(z=CHANCE_Z)
    on_later = f"on {late.leads.n:,} later leads {ordered(ranking.value)}"
    if ranking.above <= 0.5:
        reason = f"it ranks no better than chance: {on_later}"
        return replace(nothing, verdict=ModelVerdict.NO_SIGNAL, reason=reason, ranking=ranking)
    model = Model(
        card=card,
        counts=policy.counts,
        bands=_bands(champion, card, ready, policy),
        agreed_card=champion.version,
        snapshot=snapshot(early),
        learned_on=f"{early.leads.n:,} leads{_within(len(set(bands)))}",
        notes=ready.notes,
        refused=found,
        by_treatment=nothing.by_treatment,
        fitted_at=now,
        fitted_by=by,
    )
    return replace(nothing, model=model, verdict=ModelVerdict.USABLE, reason=on_later, ranking=ranking)


def _card(known: History, bands: Sequence[str], side: Side, policy: ModelsPolicy, now: Instant) -> Card:
    """Within the bands: nobody is put into one at random, so that no holdout shows leads that no score treated."""
    fitting = Fitting(most_fields=policy.most_fields, directions=policy.directions)
    none = np.zeros(known.leads.n, dtype=bool)
    return refit_treated(known, bands, none, side, effective_from=now, policy=fitting).card


def _within(treatments: int) -> str:
    """On what it was learned, and why not on a holdout."""
    return f" within {treatments} treatments, as no lead was put into a band at random" if treatments > 1 else ""


def _too_little(gathered: Gathered, reason: str) -> Learned:
    return Learned(
        side=gathered.side,
        model=None,
        verdict=ModelVerdict.TOO_LITTLE,
        reason=reason,
        n=len(gathered.ids),
        won=int(gathered.history.won.sum()),
        ranking=None,
        refused=(),
        notes=(),
        by_treatment=(),
    )


def by_treatment(ready: Grown) -> tuple[WonByTreatment, ...]:
    """The won rate of each band as it was first given, those whose owner was drawn at random apart."""
    found = []
    for name in sorted(set(ready.treatment)):
        of_band = np.array([one == name for one in ready.treatment], dtype=bool)
        for drawn in (False, True):
            rows = of_band & (ready.in_holdout == drawn)
            n, came = int(rows.sum()), int(ready.history.won[rows].sum())
            if n:
                low, high = wilson(came, n)
                rate = Estimate(value=came / n, low=low, high=high)
                found.append(WonByTreatment(treatment=name, in_holdout=drawn, n=n, won=came, rate=rate))
    return tuple(found)


def _boundary(history: History, share: float) -> Instant:
    moments = np.sort(history.decided_at)
    return int(moments[min(int(share * len(moments)), len(moments) - 1)])


def _bands(champion: CompiledCard, card: Card, ready: Grown, policy: ModelsPolicy) -> Bands | None:
    """Bands that as many leads reach as under the signed points; `as_signed` and a grid keep those of the agreement.

    Counted on leads that the desk decided about: of those taken over nobody knows what they did. Where none of them
    reaches a band there is no share to keep.
    """
    by, desk = champion.card.thresholds, np.array([one != BEFORE_THE_DESK for one in ready.treatment], dtype=bool)
    history = ready.history.at(desk) if desk.sum() >= ENOUGH_FOR_SHARES else ready.history
    agreed = history.agreed
    if policy.thresholds == "as_signed" or by is None or agreed is None or not (agreed >= by.sales_from).any():
        return None
    new = scores(card, history.scored()).astype(np.float64)
    if policy.counts == "beside":
        new = new + agreed
    most, least = champion.card.most, champion.card.least
    sales = min(max(_from(new, float((agreed >= by.sales_from).mean())), least + 2), most)
    serve = min(max(_from(new, float((agreed >= by.self_serve_from).mean())), least + 1), sales - 1)
    return Bands(sales_from=sales, self_serve_from=serve, hysteresis=min(by.hysteresis, sales - serve - 1))


def _from(points: Floats, share: float) -> int:
    """The least whole points that no larger share of the leads reaches."""
    return next(start for start in range(int(points.max()) + 2) if float((points >= start).mean()) <= share)
