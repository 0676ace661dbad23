"""Why deals are won and lost, in codes that must be given at close: for messages, supply and content."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from bothsides.leads.teams.reasons import NONE_RAISED, Kind, Means, Reason, ReasonsPolicy, Refused, check_codes
from bothsides.metrics.interval import wilson
from bothsides.schema import Side
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One deal at its close. `amount` in major units of the reporting currency, won or lost.

    `objections` are codes, or just "none" where nobody raised any; `questions` may be empty. `note` keeps the
    customer's own words. `category` and `region` are the lead's cell, None where unknown.
    """

    opportunity_id: str
    side: Side
    won: bool
    reasons: tuple[str, ...]
    objections: tuple[str, ...]
    questions: tuple[str, ...] = ()
    note: str = ""
    amount: float = 0.0
    owner: str
    closed_at: Instant
    category: str | None = None
    region: str | None = None
    segment: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonShare:
    """Share of the side's won (or lost) deals that name the code, Wilson's 95 % interval, and their amount."""

    side: Side
    kind: Kind
    code: str
    words: str
    means: Means
    count: int
    n: int
    share: float
    low: float
    high: float
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyGap:
    """Deals of a cell lost because the other side lacked something: `missing` is that other side."""

    category: str | None
    region: str | None
    missing: Side
    codes: tuple[str, ...]
    lost: int
    closed: int
    amount: float
    opportunities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What a message should say, or stop saying: a code with the deals and segments behind it."""

    side: Side
    kind: Kind
    code: str
    words: str
    count: int
    amount: float
    segments: tuple[tuple[str, int], ...]
    campaigns: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRequest:
    """An objection or question that keeps coming back, in customers' own words, and nothing answers yet."""

    side: Side
    kind: Kind
    code: str
    words: str
    deals: int
    owners: int
    lost_amount: float
    quotes: tuple[str, ...]


def coded_close(policy: ReasonsPolicy, closing: Closing) -> Closing | tuple[Refused, ...]:
    """The close, or everything that keeps it from being taken, each with what is allowed.

    A win needs a win reason, a loss a loss reason, and both a word on objections.
    """
    kind = Kind.WIN if closing.won else Kind.LOSS
    subject = closing.opportunity_id
    wrong: list[Refused] = []
    if not closing.reasons:
        wrong += check_codes(policy, kind, closing.side, [""], subject_id=subject)
    wrong += check_codes(policy, kind, closing.side, closing.reasons, subject_id=subject, note=closing.note)
    if closing.objections != (NONE_RAISED,):
        choices = sorted(policy.allowed(Kind.OBJECTION, closing.side))
        allowed = f"must be some of {', '.join(choices)}, or only {NONE_RAISED!r}"
        unknown = [code for code in closing.objections if code not in choices] if closing.objections else [""]
        wrong += [Refused(subject_id=subject, field=Kind.OBJECTION, value=code, allowed=allowed) for code in unknown]
    wrong += check_codes(policy, Kind.QUESTION, closing.side, closing.questions, subject_id=subject, note=closing.note)
    return tuple(wrong) or closing


def reason_mix(policy: ReasonsPolicy, closings: Iterable[Closing]) -> tuple[ReasonShare, ...]:
    """Reasons of wins and losses by side, the most frequent first; a deal may name several, so shares may exceed 1."""
    found = []
    all_closings = list(closings)
    for side in Side:
        for kind, won in ((Kind.WIN, True), (Kind.LOSS, False)):
            deals = [one for one in all_closings if one.side is side and one.won is won]
            named = _by_code(deals, lambda one: one.reasons)
            for code, group in sorted(named.items(), key=lambda item: (-len(item[1]), item[0])):
                reason = _reason(policy, kind, code)
                low, high = wilson(len(group), len(deals))
                found.append(
                    ReasonShare(
                        side=side,
                        kind=kind,
                        code=code,
                        words=reason.words,
                        means=reason.means,
                        count=len(group),
                        n=len(deals),
                        share=len(group) / len(deals),
                        low=low,
                        high=high,
                        amount=sum(one.amount for one in group),
                    )
                )
    return tuple(found)


def unknown_share(mix: Iterable[ReasonShare], side: Side) -> float | None:
    """Share of the side's losses whose reason nobody knows; None without losses."""
    losses = [one for one in mix if one.side is side and one.kind is Kind.LOSS]
    return sum(one.share for one in losses if one.means is Means.UNKNOWN) if losses else None


def supply_gaps(policy: ReasonsPolicy, closings: Sequence[Closing]) -> tuple[SupplyGap, ...]:
    """Cells in which deals were lost for want of the other side, the most money first."""
    codes = {one.code for one in policy.loss if one.means is Means.SUPPLY_GAP}
    lost: dict[tuple[str | None, str | None, Side], list[Closing]] = defaultdict(list)
    closed: dict[tuple[str | None, str | None, Side], int] = defaultdict(int)
    for one in closings:
        cell = (one.category, one.region, one.side)
        closed[cell] += 1
        if not one.won and codes & set(one.reasons):
            lost[cell].append(one)
    gaps = [
        SupplyGap(
            category=cell[0],
            region=cell[1],
            missing=cell[2].other,
            codes=tuple(sorted({code for one in group for code in one.reasons if code in codes})),
            lost=len(group),
            closed=closed[cell],
            amount=sum(one.amount for one in group),
            opportunities=tuple(one.opportunity_id for one in group),
        )
        for cell, group in lost.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.amount, gap.category or "", gap.region or "", gap.missing)))


def themes(policy: ReasonsPolicy, closings: Sequence[Closing]) -> tuple[Theme, ...]:
    """Codes that are news for marketing's messages (`means = "message"`), by side, the most money first."""
    found = []
    for side in Side:
        for kind, won in ((Kind.WIN, True), (Kind.LOSS, False)):
            deals = [one for one in closings if one.side is side and one.won is won]
            for code, group in _by_code(deals, lambda one: one.reasons).items():
                reason = _reason(policy, kind, code)
                if reason.means is Means.MESSAGE:
                    found.append(
                        Theme(
                            side=side,
                            kind=kind,
                            code=code,
                            words=reason.words,
                            count=len(group),
                            amount=sum(one.amount for one in group),
                            segments=_counted(one.segment for one in group),
                            campaigns=_counted(one.campaign for one in group),
                        )
                    )
    return tuple(sorted(found, key=lambda theme: (-theme.amount, theme.side, theme.code)))


def content_requests(
    policy: ReasonsPolicy, closings: Sequence[Closing], *, answered: Collection[str] = (), quotes: int = 3
) -> tuple[ContentRequest, ...]:
    """Objections and questions that recur beyond one person and that no content answers yet (`answered` codes)."""
    terms = policy.feedback
    found = []
    for side in Side:
        deals = [one for one in closings if one.side is side]
        for kind, given in (
            (Kind.OBJECTION, lambda one: one.objections),
            (Kind.QUESTION, lambda one: one.questions),
        ):
            for code, group in _by_code(deals, given).items():
                owners = {one.owner for one in group}
                few = len(group) < terms.content_leads or len(owners) < terms.content_owners
                if few or code in answered or code == NONE_RAISED:
                    continue
                said = dict.fromkeys(
                    one.note.strip() for one in sorted(group, key=lambda one: -one.amount) if one.note.strip()
                )
                found.append(
                    ContentRequest(
                        side=side,
                        kind=kind,
                        code=code,
                        words=_reason(policy, kind, code).words,
                        deals=len(group),
                        owners=len(owners),
                        lost_amount=sum(one.amount for one in group if not one.won),
                        quotes=tuple(said)[:quotes],
                    )
                )
    return tuple(sorted(found, key=lambda one: (-one.lost_amount, -one.deals, one.code)))


def _by_code(deals: Iterable[Closing], given: Callable[[Closing], Sequence[str]]) -> dict[str, list[Closing]]:
    groups: dict[str, list[Closing]] = defaultdict(list)
    for one in deals:
        for code in dict.fromkeys(given(one)):
            groups[code].append(one)
    return groups


def _reason(policy: ReasonsPolicy, kind: Kind, code: str) -> Reason:
    """The agreed reason; one given under an earlier agreement stays readable by its code."""
    known = {one.code: one for one in policy.of(kind)}
    return known.get(code) or Reason(code=code, words=code.replace("_", " "), means=Means.UNKNOWN)


def _counted(names: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = defaultdict(int)
    for name in names:
        counts[name or "unknown"] += 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
