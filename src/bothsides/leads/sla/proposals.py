"""Proposed response times: what waiting costs in conversion per side, and how far that can be known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bothsides.leads.sla.commitment_terms import GRADES, ProposalTerms
from bothsides.leads.sla.hinge import WEAK, Hinge, columns, fit, resampled, strength
from bothsides.leads.wording import plural
from bothsides.metrics.interval import wilson
from bothsides.schema import Side

LEAST_MOVED = 200
"""Leads that a random hold or closed doors must have moved before they can tell anything."""
BY_LOT = "randomised"
"""The only grade that is a trial. The desk holds no lead back by lot: such records come from whoever ran one."""
UNLIKE = 0.1
"""Standardised difference of scores above which leads that arrive at closed doors are other leads (Austin 2009)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One decided lead, old enough that its like are decided: a loss is quick, a win is not.

    Hours are elapsed, from the lead's own act, as the lead waited them.

    `waited_hours` runs to the first touch, of a lead never touched to its close or return. `closed_hours` are those
    until the desk opened next, 0 for one that came in working hours. `held_hours` is a delay dealt by lot (0 for the
    comparison group), None for leads outside the lottery. `score` is the score at arrival, before anyone called.
    """

    lead_id: str
    side: Side
    won: bool
    waited_hours: float
    closed_hours: float
    score: float | None = None
    held_hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Conversion of the leads that waited from `over` up to `up_to` hours, with Wilson's 95 % interval."""

    over: float
    up_to: float
    n: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One way of telling what waiting costs. `slope` is share points of conversion per doubling beyond `bend` hours.

    Both with 95 % intervals over leads drawn anew; `lost` is the conversion lost at today's waiting. None of these
    where there is no fall to tell; `usable` is False where `words` say why not to believe it.
    """

    grade: str
    n: int
    usable: bool
    words: str
    bend: float | None = None
    bend_low: float | None = None
    bend_high: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    p_value: float | None = None
    lost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed response time of one side, or the reason why none is proposed.

    `hours` are elapsed hours as the lead waits them. `observational` says that nobody's wait was dealt by lot, so that
    leads which waited longer may be other leads, however they were compared. `naive` compares slow with fast leads as
    they came, which is wrong where hot leads are called first; it is shown so that nobody has to work it out again.
    """

    side: Side
    hours: float | None
    low: float | None
    high: float | None
    grade: str | None
    observational: bool
    refused: str | None
    words: str
    naive: Estimate
    estimates: tuple[Estimate, ...]
    curve: tuple[CurvePoint, ...]
    present_hours: float | None


def propose(
    terms: ProposalTerms, side: Side, leads: Sequence[Answered], *, present_hours: float | None = None
) -> Proposal:
    """The response time up to which waiting costs nothing that can be seen, by the best identification there is.

    Best first: randomised (delays dealt by lot), instrumented (arrival at closed doors moves the wait and, within score
    bands, nothing else), adjusted (within score bands, arrivals in working hours), correlational. Refused below the
    agreed grade, without a fall beyond chance, or where the bend may lie almost anywhere.
    """
    mine = [lead for lead in leads if lead.side is side]
    naive = _estimate("correlational", mine, terms, draws=terms.draws)
    estimates = _estimates(mine, terms)
    best = next((one for one in estimates if one.usable), None)
    refused = _refusal(mine, best, estimates, terms)
    hours = best.bend if best and not refused else None
    return Proposal(
        side=side,
        hours=hours,
        low=best.bend_low if best and hours else None,
        high=best.bend_high if best and hours else None,
        grade=best.grade if best else None,
        observational=best is None or best.grade != BY_LOT,
        refused=refused,
        words=_words(side, best, hours, refused, present_hours),
        naive=naive,
        estimates=estimates,
        curve=curve(mine, terms.hours),
        present_hours=present_hours,
    )


def curve(leads: Sequence[Answered], hours: Sequence[float]) -> tuple[CurvePoint, ...]:
    """Conversion by hours waited, as leads came: not what waiting does to a lead."""
    edges = [0.0, *sorted(hours), math.inf]
    points = []
    for over, up_to in pairwise(edges):
        band = [lead.won for lead in leads if over <= lead.waited_hours < up_to]
        if band:
            low, high = wilson(sum(band), len(band))
            points.append(
                CurvePoint(over=over, up_to=up_to, n=len(band), rate=sum(band) / len(band), low=low, high=high)
            )
    return tuple(points)


def _estimates(leads: Sequence[Answered], terms: ProposalTerms) -> tuple[Estimate, ...]:
    """Every way that the leads allow, the best grade first."""
    dealt = [lead for lead in leads if lead.held_hours is not None]
    scored = [lead for lead in leads if lead.score is not None]
    # A lead held by lot moves its wait beyond the closed doors: it would blur what the doors did.
    plain = [lead for lead in scored if not lead.held_hours]
    open_doors = [lead for lead in plain if lead.closed_hours == 0]
    found = []
    if sum(1 for lead in dealt if lead.held_hours) >= LEAST_MOVED:
        found.append(_estimate("randomised", dealt, terms, draws=terms.draws))
    if sum(1 for lead in plain if lead.closed_hours > 0) >= LEAST_MOVED and len(open_doors) >= LEAST_MOVED:
        found.append(_estimate("instrumented", plain, terms, draws=terms.draws))
    if len(open_doors) >= LEAST_MOVED:
        found.append(_estimate("adjusted", open_doors, terms, draws=terms.draws))
    return tuple(found)


def _estimate(grade: str, leads: Sequence[Answered], terms: ProposalTerms, *, draws: int) -> Estimate:
    n = len(leads)
    if n < LEAST_MOVED:
        return Estimate(grade=grade, n=n, usable=False, words=f"{plural(n, 'lead')}; {LEAST_MOVED} are needed")
    instrument = {
        "randomised": [lead.held_hours or 0.0 for lead in leads],
        "instrumented": [lead.closed_hours for lead in leads],
    }.get(grade)
    alike = []
    if grade != "correlational" and all(lead.score is not None for lead in leads):
        alike.append([lead.score or 0.0 for lead in leads])
    if grade == "randomised":
        alike.append([lead.closed_hours for lead in leads])
    data = columns(
        [lead.won for lead in leads],
        [lead.waited_hours for lead in leads],
        terms.hours,
        alike=alike,
        instrument=instrument,
    )
    seen = fit(data)
    if grade == "instrumented" and (why := _unlike(leads)):
        return Estimate(grade=grade, n=n, usable=False, words=why)
    if (moves := strength(data)) < WEAK:
        words = f"it moves the waiting too little (F {moves:.1f}; {WEAK:g} is needed)"
        return Estimate(grade=grade, n=n, usable=False, words=words)
    if seen is None:
        return Estimate(grade=grade, n=n, usable=True, words="conversion does not fall with waiting", p_value=1.0)
    return _told(grade, n, seen, [one for one in resampled(data, draws) if one is not None])


def _told(grade: str, n: int, seen: Hinge, again: Sequence[Hinge]) -> Estimate:
    def span(numbers: Sequence[float]) -> tuple[float, float]:
        low, high = np.quantile(numbers, [0.025, 0.975], method="closest_observation")
        return float(low), float(high)

    bends, slopes = [one.bend for one in again] or [seen.bend], [one.slope for one in again] or [seen.slope]
    bend, slope = span(bends), span(slopes)
    return Estimate(
        grade=grade,
        n=n,
        usable=True,
        words=f"beyond {seen.bend:g} h each doubling of the wait {_brings(grade, -100 * seen.slope)}",
        bend=seen.bend,
        bend_low=min(bend[0], seen.bend),
        bend_high=max(bend[1], seen.bend),
        slope=seen.slope,
        slope_low=min(slope[0], seen.slope),
        slope_high=max(slope[1], seen.slope),
        p_value=seen.p_value,
        lost=seen.lost,
    )


def _unlike(leads: Sequence[Answered]) -> str:
    """Why arrival at closed doors is no instrument: such leads score otherwise. Empty where they do not."""
    scores = np.array([lead.score for lead in leads], dtype=float)
    late = np.array([lead.closed_hours > 0 for lead in leads])
    spread = float(scores.std())
    if spread == 0:
        return ""
    gap = float(scores[late].mean() - scores[~late].mean()) / spread
    if abs(gap) <= UNLIKE:
        return ""
    return (
        f"leads that arrive at closed doors score otherwise ({gap:+.2f} standard deviations), so they are other leads"
    )


def _refusal(
    leads: Sequence[Answered], best: Estimate | None, estimates: Sequence[Estimate], terms: ProposalTerms
) -> str | None:
    if len(leads) < terms.least_leads:
        return f"{plural(len(leads), 'lead')} old enough to tell; {terms.least_leads:,} are needed"
    if best is None:
        why = "; ".join(f"{one.grade}: {one.words}" for one in estimates)
        return "nothing tells waiting from the heat of a lead" + (f" ({why})" if why else "")
    if GRADES.index(best.grade) > GRADES.index(terms.least_grade):
        return (
            f"only {best.grade}: who is called first may differ within score bands as well;"
            f" the agreement asks for {terms.least_grade}"
        )
    if best.p_value is None or best.p_value > terms.alpha or best.bend is None:
        return "no fall of conversion with waiting beyond chance, so no response time is better than another"
    if best.bend_low is not None and best.bend_high is not None and best.bend_high > terms.widest * best.bend_low:
        return f"the bend may lie anywhere from {best.bend_low:g} to {best.bend_high:g} h"
    return None


def _words(
    side: Side, best: Estimate | None, hours: float | None, refused: str | None, present_hours: float | None
) -> str:
    if refused or best is None or hours is None:
        return f"no response time proposed for {side} leads: {refused}"
    lost = f"; today's waiting {_brings(best.grade, 100 * best.lost)}" if best.lost is not None else ""
    now = f" instead of {present_hours:g} h" if present_hours and present_hours != hours else ""
    return (
        f"touch {side} leads within {hours:g} h{now} ({best.bend_low:g} to {best.bend_high:g} h, {best.grade}): "
        f"{best.words}{lost}{'' if best.grade == BY_LOT else '; observational, no wait was dealt by lot'}"
    )


def _brings(grade: str, points: float) -> str:
    """What waiting does, or what it goes with where only the wait was looked at and nothing moved it."""
    moved = grade in (BY_LOT, "instrumented")
    return f"{'costs' if moved else 'goes with'} {points:.1f} points {'of' if moved else 'less'} conversion"
