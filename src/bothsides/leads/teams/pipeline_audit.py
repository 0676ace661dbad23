"""Which open opportunities deserve a question, why, and how much money hangs on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bothsides.leads.teams.reasons import PipelineTerms
from bothsides.leads.wording import plural
from bothsides.schema import Side


class Doubt(StrEnum):
    """What is wrong with an opportunity."""

    PAST_DUE = "past due"
    STALE = "stale"
    SLIPPING = "slipping"
    NO_NEXT_STEP = "no next step"
    SINGLE_THREADED = "single-threaded"
    AMOUNT_CHANGED = "amount changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An open opportunity with its history, dates as business days, amounts in major units of the reporting currency.

    `close_dates` and `amounts` are every value it had, first to last. `people` of the customer were in touch in the
    last 90 days. `probability` is that of its stage, or better its calibrated chance.
    """

    opportunity_id: str
    side: Side
    owner: str | None
    stage: str
    opened_on: date
    last_activity_on: date | None = None
    next_step: str | None = None
    next_step_on: date | None = None
    close_dates: tuple[date, ...] = ()
    amounts: tuple[float, ...] = ()
    people: int | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One opportunity with at least one doubt: each with its sentence; `at_risk` is amount times probability.

    `at_risk` is None where amount or probability are unknown, never 0.
    """

    opportunity_id: str
    side: Side
    owner: str | None
    stage: str
    doubts: tuple[tuple[Doubt, str], ...]
    amount: float | None
    at_risk: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTotal:
    """A side, or one owner's part of it: how many are open, how many in doubt, and money in both.

    Money is the weighted amount of those where it is known; `unvalued` are in doubt without it. `by_doubt` counts each.
    """

    side: Side
    owner: str | None
    open: int
    doubtful: int
    pipeline: float
    at_risk: float
    unvalued: int
    by_doubt: tuple[tuple[Doubt, int], ...]


def audit(terms: PipelineTerms, opportunities: Iterable[Open], *, today: date) -> tuple[Audited, ...]:
    """Every opportunity in doubt, the most money at risk first; those whose money is unknown come last."""
    found = []
    for one in opportunities:
        doubts = tuple(_doubts(terms, one, today))
        if doubts:
            found.append(
                Audited(
                    opportunity_id=one.opportunity_id,
                    side=one.side,
                    owner=one.owner,
                    stage=one.stage,
                    doubts=doubts,
                    amount=one.amounts[-1] if one.amounts else None,
                    at_risk=_weighted(one),
                )
            )
    return tuple(sorted(found, key=lambda one: (-(one.at_risk if one.at_risk is not None else -1), one.opportunity_id)))


def totals(opportunities: Sequence[Open], audited: Sequence[Audited], *, by_owner: bool) -> tuple[AuditTotal, ...]:
    """The audit added up by side, or by side and owner."""
    doubts = {one.opportunity_id: one for one in audited}
    groups: dict[tuple[Side, str | None], list[Open]] = defaultdict(list)
    for one in opportunities:
        groups[one.side, (one.owner or "nobody") if by_owner else None].append(one)
    found = []
    for (side, owner), group in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        doubtful = [doubts[one.opportunity_id] for one in group if one.opportunity_id in doubts]
        counts: dict[Doubt, int] = defaultdict(int)
        for row in doubtful:
            for doubt, _ in row.doubts:
                counts[doubt] += 1
        found.append(
            AuditTotal(
                side=side,
                owner=owner,
                open=len(group),
                doubtful=len(doubtful),
                pipeline=sum(_weighted(one) or 0.0 for one in group),
                at_risk=sum(row.at_risk or 0.0 for row in doubtful),
                unvalued=sum(1 for row in doubtful if row.at_risk is None),
                by_doubt=tuple((doubt, counts[doubt]) for doubt in Doubt if counts[doubt]),
            )
        )
    return tuple(found)


def _weighted(one: Open) -> float | None:
    if not one.amounts or one.probability is None:
        return None
    return one.amounts[-1] * one.probability


def _doubts(terms: PipelineTerms, one: Open, today: date) -> Iterable[tuple[Doubt, str]]:
    close = one.close_dates[-1] if one.close_dates else None
    if close is not None and close < today:
        yield Doubt.PAST_DUE, f"was to close on {close}, {plural((today - close).days, 'day')} ago"
    limit = terms.stale_days_of.get(one.stage, terms.stale_days)
    seen = one.last_activity_on or one.opened_on
    if (today - seen).days > limit:
        what = "no activity" if one.last_activity_on else "never any activity"
        yield Doubt.STALE, f"{what} for {plural((today - seen).days, 'day')}; {limit:g} are agreed in {one.stage}"
    moves = [(later - earlier).days for earlier, later in zip(one.close_dates[:-1], one.close_dates[1:], strict=True)]
    slips = [days for days in moves if days > 0]
    # What was pulled forward again is no slip: the whole way counts from the first date to the last.
    moved = (one.close_dates[-1] - one.close_dates[0]).days if moves else 0
    if len(slips) >= terms.slips or moved >= terms.slipped_days:
        yield Doubt.SLIPPING, f"close date put off {plural(len(slips), 'time')}, {plural(moved, 'day')} altogether"
    if not (one.next_step or "").strip():
        yield Doubt.NO_NEXT_STEP, "no next step is written down"
    elif one.next_step_on is not None and one.next_step_on < today:
        yield Doubt.NO_NEXT_STEP, f"its next step was due on {one.next_step_on}"
    amount = one.amounts[-1] if one.amounts else None
    if one.people is not None and one.people < terms.people and (amount or 0.0) >= terms.people_from_amount:
        yield Doubt.SINGLE_THREADED, f"{one.people} of {terms.people} people of the customer are in touch"
    if len(one.amounts) > 1 and one.amounts[0]:
        change = one.amounts[-1] / one.amounts[0] - 1
        if abs(change) >= terms.amount_change:
            steps = plural(len(one.amounts) - 1, "step")
            yield Doubt.AMOUNT_CHANGED, f"amount changed by {100 * change:+.0f} % in {steps}"
