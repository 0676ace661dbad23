"""What both teams signed about points: `agreement/scoring.toml`, one scorecard per side and version."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from bothsides.agreement import checked
from bothsides.agreement.conditions import When, read_tests
from bothsides.agreement.numbers import Length
from bothsides.schema import Side

MONTH_DAYS = 30
"""Days of the month over which `loses_a_month` is counted."""

OUTCOMES = frozenset(("stage", "band", "grade", "score", "points", "priority", "probability", "owner"))
"""Fields that say how far a lead has come or what was decided about it: in a score they would count progress twice."""


class Band(StrEnum):
    """What happens to a lead next, the warmest first."""

    SALES = "sales"
    SELF_SERVE = "self_serve"
    NURTURE = "nurture"


def share_lost(share: float) -> float:
    """A share above 0 and at most 1, such as 0.5 for half of the points each month."""
    if not 0 < share <= 1:
        raise ValueError("must be a share above 0 and at most 1, such as 0.5 for half of the points each month")
    return share


def whole_times(number: int) -> int:
    """A whole number from 1 to 1000."""
    if not 1 <= number <= 1000:
        raise ValueError("must be a whole number from 1 to 1000")
    return number


def some_points(points: int) -> int:
    """Whole points from -1000 to 1000."""
    if not -1000 <= points <= 1000:
        raise ValueError("must be whole points from -1000 to 1000")
    return points


def least_times(events: dict[str, int]) -> dict[str, int]:
    """How often each event must have happened, such as { quote_requested = 1 }."""
    for name, times in events.items():
        if not 1 <= times <= 1000:
            raise ValueError(f"{name} = {times}: must be a whole number from 1 to 1000")
    return events


Points = Annotated[int, checked(some_points)]
Times = Annotated[int, checked(whole_times)]
Needed = Annotated[dict[str, int], checked(least_times)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Points for what a lead is (`when`), for what it did (`event`, `events`), or for both together."""

    code: str
    says: str
    """The reason in words, as it is shown beside the points."""
    points: Points
    when: When = field(default_factory=dict)
    event: str | None = None
    """The one event that earns the points."""
    least_amount: float | None = None
    """The event counts from this amount on, such as listings added at once."""
    events: Needed = field(default_factory=dict)
    """Events that must all have happened, with how often each. The set is as old as the oldest event it needs, the
    newest of each kind counted first."""
    without: tuple[str, ...] = ()
    """Events that must never have happened."""
    instead_of: tuple[str, ...] = ()
    """Codes of rules of the same group that this one stands for: the larger counts, this one or those together."""

    repeatable: bool = False
    """Whether the event earns its points again; else once, at its latest time."""
    most_times: Times | None = None
    cool_down_days: Length | None = None
    """Events within so many days after one that counted do not count."""

    loses_a_month: Annotated[float, checked(share_lost)] | None = None
    """Linear decay: the share of the points lost each 30 days, so 10 points at 0.5 are 5 after one month, 0 after 2."""
    half_life_days: Length | None = None
    within_days: Length | None = None
    """A time frame without decay: all of the points, then none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rules under one cap, so that ten page views do not outweigh one request for a demo."""

    id: str
    most: Points | None = None
    least: Points | None = None
    rule: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hot:
    """A sign that does not wait for points: sales at once, or a visit by another team."""

    code: str
    says: str
    when: When = field(default_factory=dict)
    events: Needed = field(default_factory=dict)
    without: tuple[str, ...] = ()
    within_days: Length | None = None
    does: Literal["sales", "customer_success_touch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Bands by the whole score; below `self_serve_from` is nurture."""

    sales_from: int
    self_serve_from: int
    hysteresis: int = 0
    """A band once reached is kept until the score has fallen so many points below its threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Bands by fit (A to C) and engagement (1 to 3); what stands in neither list is nurture."""

    a_from: int
    b_from: int
    one_from: int
    two_from: int
    hysteresis: int = 0
    sales: tuple[str, ...]
    self_serve: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Points of a range of numbers (above `above`, up to `up_to`), of texts, of what is unknown, or of all else."""

    points: Points
    above: float | None = None
    up_to: float | None = None
    levels: tuple[str, ...] = ()
    missing: bool = False
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedField:
    """One field of a card fitted from won and lost leads."""

    field: str
    says: str
    bin: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Points fitted from history, and the two numbers of Platt that turn their sum into a chance of winning.

    A field named `agreed_points` is given the sum of the hand rules: the teams' points as one field among others.
    """

    version: str
    counts: Literal["instead", "beside"] = "instead"
    """`instead`: the score is the fitted sum, the hand rules are shown beside it; `beside`: the score is both."""
    slope: float
    intercept: float
    field: tuple[FittedField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A scorecard of one side: fit and engagement in groups with caps, bands, and signs that do not wait."""

    id: str
    side: Side
    status: Literal["live", "shadow", "draft"] = "live"
    """Live cards decide; shadow cards are scored beside them; drafts are only read for mistakes."""
    fit: tuple[Group, ...] = ()
    fit_most: Points | None = None
    engagement: tuple[Group, ...] = ()
    engagement_most: Points | None = None
    least: Points = 0
    most: Points = 100
    thresholds: Thresholds | None = None
    grid: Grid | None = None
    hot: tuple[Hot, ...] = ()
    fitted: Fitted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringPolicy:
    """All scorecards of an agreement."""

    card: tuple[Card, ...]


def problems(policy: ScoringPolicy) -> tuple[str, ...]:
    """What no single key shows: doubled codes, two decays on one rule, outcomes used as reasons, bands without a way.

    Each starts with the card and the rule.
    """
    return tuple(_of_policy(policy))


def _of_policy(policy: ScoringPolicy) -> Iterator[str]:
    ids = [card.id for card in policy.card]
    for card_id in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"card {card_id}: stands twice; a version is never reused, give each its own id"
    for side in Side:
        live = [card.id for card in policy.card if card.side is side and card.status == "live"]
        if len(live) > 1:
            yield f"{side}: {', '.join(live)} are all live; one card a side decides, the others are shadow or draft"
    for card in policy.card:
        for problem in _of_card(card):
            yield f"card {card.id}: {problem}"


def _of_card(card: Card) -> Iterator[str]:
    groups = (*card.fit, *card.engagement)
    names = [rule.code for group in groups for rule in group.rule] + [hot.code for hot in card.hot]
    for code in sorted({name for name in names if names.count(name) > 1}):
        yield f"{code}: two rules have this code, so the log could not tell them apart"
    group_ids = [group.id for group in groups]
    for name in sorted({name for name in group_ids if group_ids.count(name) > 1}):
        yield f"group {name}: stands twice"
    if not groups and card.fitted is None:
        yield "has no rules: write [[card.fit]], [[card.engagement]] or [card.fitted]"
    if card.least >= card.most:
        yield f"least = {card.least} must be below most = {card.most}"
    yield from _of_bands(card)
    for group in groups:
        if group.id in ("fit", "engagement", "score", "agreed_points"):
            yield f"group {group.id}: is the name of the whole of it; give the group another id"
        if group.most is not None and group.least is not None and group.least > group.most:
            yield f"group {group.id}: least = {group.least} is above most = {group.most}"
        for rule in group.rule:
            for problem in _of_rule(rule, group, in_fit=group in card.fit):
                yield f"{rule.code}: {problem}"
    for hot in card.hot:
        if not hot.when and not hot.events:
            yield f"{hot.code}: has neither when nor events, so every lead would be hot"
        yield from (f"{hot.code}: {problem}" for problem in _outcomes(read_tests(hot.when).names))
    if card.fitted is not None:
        yield from _of_fitted(card.fitted)


def _of_bands(card: Card) -> Iterator[str]:
    if (card.thresholds is None) == (card.grid is None):
        yield "needs either [card.thresholds] or [card.grid], exactly one, to say which score leads to which band"
    if (by := card.thresholds) is not None:
        if not card.least <= by.self_serve_from < by.sales_from <= card.most:
            yield (
                f"thresholds: self_serve_from = {by.self_serve_from} must be below sales_from = {by.sales_from}, "
                f"both within {card.least} to {card.most}"
            )
        if not 0 <= by.hysteresis < by.sales_from - by.self_serve_from:
            yield f"thresholds: hysteresis = {by.hysteresis} must be 0 or more, less than the width of the middle band"
    if (grid := card.grid) is not None:
        if grid.b_from >= grid.a_from or grid.two_from >= grid.one_from:
            yield "grid: a_from must be above b_from, and one_from above two_from"
        if grid.hysteresis < 0:
            yield f"grid: hysteresis = {grid.hysteresis} must be 0 or more"
        known = {letter + digit for letter in "ABC" for digit in "123"}
        for grade in (*grid.sales, *grid.self_serve):
            if grade not in known:
                yield f"grid: {grade!r} is no grade; allowed: {', '.join(sorted(known))}"
        for grade in sorted({*grid.sales} & {*grid.self_serve}):
            yield f"grid: {grade} stands in two bands"


def _of_rule(rule: Rule, group: Group, *, in_fit: bool) -> Iterator[str]:
    yield from _outcomes(read_tests(rule.when).names)
    if rule.event is not None and rule.events:
        yield "has both event and events; write the one event into events"
    acts = rule.event is not None or bool(rule.events)
    decays = [name for name in ("loses_a_month", "half_life_days", "within_days") if getattr(rule, name) is not None]
    if len(decays) > 1:
        yield f"has {' and '.join(decays)}; points either decay or hold for a time frame, not both"
    if not acts and not rule.when:
        yield "has neither when nor event, so every lead would get it"
    if in_fit and (decays or acts or rule.without):
        yield "stands under fit, which is what a lead is and does not age; move it to engagement"
    if not in_fit and not acts:
        yield "stands under engagement, which is what a lead did; it needs an event, or move it to fit"
    if rule.event is None and (rule.repeatable or rule.cool_down_days is not None or rule.least_amount is not None):
        yield "repeatable, cool_down_days and least_amount need a single event"
    if rule.most_times is not None and not rule.repeatable:
        yield "most_times needs repeatable = true"
    yield from _of_parts(rule, group)


def _of_parts(rule: Rule, group: Group) -> Iterator[str]:
    if not rule.instead_of:
        return
    codes = [other.code for other in group.rule]
    if rule.points <= 0:
        yield "stands for other rules, so its points must be above 0"
    for part in rule.instead_of:
        if part not in codes or part == rule.code:
            yield f"instead_of {part!r}: must be another rule of group {group.id}: {', '.join(codes)}"
        elif codes.index(part) > codes.index(rule.code):
            yield f"instead_of {part!r}: must stand below the rules it stands for"
        elif sum(part in other.instead_of for other in group.rule) > 1:
            yield f"instead_of {part!r}: another rule stands for it already; a part belongs to one whole"


def _outcomes(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if name in OUTCOMES:
            yield f"tests {name}, which says how far the lead came or what was decided, not how good it is"


def _of_fitted(fitted: Fitted) -> Iterator[str]:
    yield from (f"fitted: {problem}" for problem in _outcomes(tuple(item.field for item in fitted.field)))
    if not fitted.field:
        yield "fitted: has no field"
    if fitted.counts == "beside" and any(item.field == "agreed_points" for item in fitted.field):
        yield "fitted: counts beside the hand rules and has agreed_points, so the teams' points would count twice"
    for item in fitted.field:
        for one in item.bin:
            is_range = one.above is not None or one.up_to is not None
            if [is_range, bool(one.levels), one.missing, one.other].count(True) != 1:
                yield f"fitted.{item.field}: a bin is a range, levels, missing or other, exactly one of them"
        ranges = any(one.above is not None or one.up_to is not None for one in item.bin)
        if ranges and any(one.levels or one.other for one in item.bin):
            yield f"fitted.{item.field}: has ranges of numbers and texts; a field is one or the other"
        for kind in ("missing", "other"):
            if sum(bool(getattr(one, kind)) for one in item.bin) > 1:
                yield f"fitted.{item.field}: two bins for {kind}"
