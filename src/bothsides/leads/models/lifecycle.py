"""Fits, tries, promotes and rolls back a side's card; every step is a line of the logbook."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.models.history import Gathered, gather
from bothsides.leads.models.in_force import signed_card
from bothsides.leads.models.learning import Grown, Learned, by_treatment, grown, learn
from bothsides.leads.models.policy import AGREED_NAME
from bothsides.leads.models.record import MODELS, Acts, Model, acts_of, models_of, moved
from bothsides.leads.models.shadowing import BATCH, look_again, open_leads, score_beside
from bothsides.leads.score import CompiledCard, compiled
from bothsides.logbook import Book, Logbook
from bothsides.predict.scorecard.binning import cut
from bothsides.predict.scorecard.card import AGREED, Card
from bothsides.predict.scorecard.fitting import History, agreed_card
from bothsides.predict.scorecard.leaks import Finding, Refused, refused
from bothsides.predict.scorecard.promotion import (
    PromotionPolicy,
    alpha_for,
    promoted,
    recorded,
    rolled_back,
    shadowed,
)
from bothsides.predict.scorecard.treatment import WonByTreatment
from bothsides.predict.scorecard.trial import Trial, tried
from bothsides.schema import Side
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A trial; `as_they_came` of its leads were scored by the challenger when they came, the others from the history.

    `by_treatment` is the won rate of its leads by the band that the card in force gave them: whom that card sent to
    sales was won more often for it, which speaks for the card in force and not for the challenger.
    """

    trial: Trial
    as_they_came: int
    by_treatment: tuple[WonByTreatment, ...]
    alpha_left: float
    """What the looks of this year have left after this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A card took another's place. `leads` are scored anew by the next tick."""

    side: Side
    now_in_force: str
    before: str
    leads: int


def agreed_points(agreed: Agreed, side: Side) -> CompiledCard:
    """The signed card of the side without any fitted points. Raises LookupError where it has none, and ValueError where
    `scoring.toml` holds fitted points of its own."""
    card = signed_card(agreed.scoring, side)
    if card.fitted is not None:
        raise ValueError(
            f"card {card.id} has fitted points in scoring.toml; the logbook keeps fitted cards: take [card.fitted] out"
        )
    return compiled(card)


def fit(logbook: Logbook, agreed: Agreed, side: Side, *, now: Instant, by: str) -> Learned:
    """Learns a challenger and, where it tells anything, lets it score every lead in the shadow of the card in force.

    An earlier challenger of the side is retired. Nothing is decided by it. Nobody waits while it learns: only its role,
    and then the scores of some open leads at a time, are written in transactions.
    """
    with logbook.reading() as book:
        points = agreed_points(agreed, side)
        found = learn(_gathered(book, agreed, side), agreed.models, points, now=now, by=by)
    if found.model is None:
        return found
    with logbook.writing() as book:
        book.hold(MODELS)
        standing = acts_of(book, side).standing
        if standing.shadow == found.model.version:
            return found
        act = shadowed(standing, found.model.version, at=now, by=by)
        line = moved(
            found.model,
            "shadow",
            act,
            agreed_card=points.version,
            policy=agreed.versions["scoring"],
            retires=() if standing.shadow is None else (standing.shadow,),
            key=f"scorecard:{side.value}:{found.model.version}",
        )
        book.post([line], now=now)
        ids = open_leads(book, side)
    for start in range(0, len(ids), BATCH):
        with logbook.writing() as book:
            score_beside(book, agreed, side, found.model, ids[start : start + BATCH], now=now)
    return found


def trial(
    logbook: Logbook, agreed: Agreed, side: Side, *, now: Instant, by: str, signed_off: Collection[str] = ()
) -> Tried:
    """One look: the challenger against the card in force, on leads later than either learned from.

    Its cost in the year's share is written down whether it is passed or not. `signed_off` are fields whose direction
    may turn round. Raises ValueError where no card runs in the shadow, the year's looks are used up, no later leads
    have an outcome yet, or cards were moved meanwhile.
    """
    with logbook.reading() as book:
        acts, held = acts_of(book, side), models_of(book, side)
        standing = acts.standing
        if standing.shadow is None:
            raise ValueError(f"no card of {side.value}s runs in the shadow: bothsides score fit {side.value} makes one")
        alpha = alpha_for(acts.acts, side, at=now, policy=_promotion(agreed))
        gathered = _gathered(book, agreed, side)
    challenger = held[standing.shadow][1]
    ready = grown(gathered, agreed.models, now)
    if isinstance(ready, str):
        raise ValueError(f"nothing to try the card on: {ready}")
    champion = held[standing.in_use][1].card if standing.in_use in held else _agreed_card(ready, challenger, side, now)
    later = _later(ready, challenger.card, champion)
    found = tried(
        challenger.card,
        champion,
        later.history,
        at=now,
        alpha=alpha,
        refusals=_refusals(ready.history, gathered, agreed, challenger),
        signed_off=signed_off,
    )
    # Its level is that of the history; what is in force are the signed points, whatever their level.
    found = replace(found, champion=standing.in_use)
    line = moved(
        challenger,
        "shadow",
        recorded(found, by=by),
        agreed_card=agreed_points(agreed, side).version,
        policy=agreed.versions["scoring"],
    )
    with logbook.writing() as book:
        book.hold(MODELS)
        if acts_of(book, side).acts != acts.acts:
            raise ValueError(f"cards of {side.value}s were moved or tried meanwhile: try again")
        book.post([line], now=now)
    return Tried(
        trial=found,
        as_they_came=sum(standing.shadow in scored for scored in later.scored_by),
        by_treatment=by_treatment(later),
        alpha_left=_left(acts, found, agreed),
    )


def promote(book: Book, agreed: Agreed, side: Side, *, now: Instant, by: str, signed_by: tuple[str, str]) -> Moved:
    """The challenger takes the place of the card in force, from the next tick on.

    Raises ValueError where there is none, it has not run in the shadow long enough, it has not passed its latest trial
    against the card in force and the points now signed, or not two people signed.
    """
    book.hold(MODELS)
    acts = acts_of(book, side)
    standing = acts.standing
    act = promoted(standing, at=now, by=by, signed_by=signed_by, policy=_promotion(agreed))
    points = agreed_points(agreed, side)
    if acts.tried_with != points.version:
        raise ValueError(
            f"the signed card of {side.value}s is {points.version} now, the trial was against {acts.tried_with}:"
            f" try again with bothsides score trial {side.value}"
        )
    held = models_of(book, side)
    retires = (standing.in_use,) if standing.in_use in held else ()
    line = moved(
        held[act.version][1],
        "champion",
        act,
        agreed_card=points.version,
        policy=agreed.versions["scoring"],
        retires=retires,
    )
    book.post([line], now=now)
    leads = look_again(book, side, now=now)
    return Moved(side=side, now_in_force=act.version, before=standing.in_use, leads=leads)


def rollback(book: Book, agreed: Agreed, side: Side, *, now: Instant, by: str, reason: str) -> Moved:
    """The card used before is used again, at once. Raises ValueError where there is none, or no reason is given."""
    book.hold(MODELS)
    standing = acts_of(book, side).standing
    act = rolled_back(standing, at=now, by=by, reason=reason)
    held = models_of(book, side)
    points = agreed_points(agreed, side)
    back_to_agreed = act.version == AGREED_NAME
    line = moved(
        held[standing.in_use if back_to_agreed else act.version][1],
        "retired" if back_to_agreed else "champion",
        act,
        agreed_card=points.version,
        policy=agreed.versions["scoring"],
        retires=() if back_to_agreed else (standing.in_use,),
    )
    book.post([line], now=now)
    leads = look_again(book, side, now=now)
    return Moved(side=side, now_in_force=act.version, before=standing.in_use, leads=leads)


def _gathered(book: Book, agreed: Agreed, side: Side) -> Gathered:
    return gather(book, side, agreed_points(agreed, side), left_out=agreed.models.left_out)


def _promotion(agreed: Agreed) -> PromotionPolicy:
    by = agreed.models
    return PromotionPolicy(yearly_alpha=by.yearly_alpha, looks_a_year=by.looks_a_year, shadow_days=int(by.shadow_days))


def _agreed_card(ready: Grown, challenger: Model, side: Side, now: Instant) -> Card:
    """The signed points as a card, with the level that the leads give them from which the challenger learned.

    Where they are the same for all but a few leads, the card gives every lead the same chance.
    """
    early = ready.history.at(ready.history.decided_at <= challenger.card.learned_from[1])
    if early.agreed is not None and cut(AGREED, early.scored(), early.won) is not None:
        return agreed_card(early, side, effective_from=now)
    rate = float(np.clip(early.won.mean(), 0.001, 0.999))
    return Card(
        side=side,
        fields=(),
        slope=0.0,
        shift=float(np.log(rate / (1 - rate))),
        bands=(),
        n=early.leads.n,
        won=int(early.won.sum()),
        learned_from=(int(early.decided_at.min()), int(early.decided_at.max())),
        effective_from=now,
    )


def _later(ready: Grown, challenger: Card, champion: Card) -> Grown:
    """Leads later than either card learned from."""
    learned = max(challenger.learned_from[1], champion.learned_from[1])
    rows = np.flatnonzero(ready.history.decided_at > learned)
    if not len(rows):
        raise ValueError("no lead that came after those learned from has a known outcome yet: try again later")
    return ready.at(rows)


def _refusals(known: History, gathered: Gathered, agreed: Agreed, challenger: Model) -> tuple[Refused, ...]:
    """What leaks or is protected by now, which the challenger must not use: looked at again on all that is known."""
    used = known.leads.only(name for name in challenger.card.names if name in known.leads.columns)
    found = refused(used, known.won, still_open=gathered.still_open, protected=agreed.models.protected)
    # A field may come to differ little; that is no reason against it.
    return tuple(one for one in found if one.finding in (Finding.LEAK, Finding.PROTECTED))


def _left(acts: Acts, latest: Trial, agreed: Agreed) -> float:
    year = latest.at - 365 * 86_400
    spent = [act.trial.alpha for act in acts.acts if act.trial is not None and year < act.at <= latest.at]
    return max(0.0, agreed.models.yearly_alpha - sum(spent) - latest.alpha)
