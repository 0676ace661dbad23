"""The score of a lead at a moment: whole points, and lines that sum to exactly these points."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bothsides.agreement.conditions import Fields
from bothsides.leads.score.bands import Standing, banded, graded
from bothsides.leads.score.compiled import CompiledCard, HotSign, Term, Terms
from bothsides.leads.score.fitted import AGREED
from bothsides.leads.score.lines import CapLine, FittedLine, Line
from bothsides.leads.score.policy import Band
from bothsides.leads.score.reasons import Reason, cap_reason, fitted_reason, rule_reason
from bothsides.leads.score.worth import MILLION, Seen, Worth
from bothsides.schema.instant import Instant

Event: TypeAlias = tuple[str, Instant, float]
"""What a lead did, when, and how much of it (1 where nothing is counted)."""

HALF = MILLION // 2

_line = tuple.__new__
"""Makes a Line without its own constructor, which would be a fifth of the time of a score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points of one lead under one card at one moment, its band, and the lines behind them."""

    card: CompiledCard = field(repr=False)
    at: Instant
    points: int
    fit: int
    engagement: int
    fitted: int | None
    """Sum of the fitted fields; None where the card has none."""
    probability: float | None
    """Chance of winning as fitted, 0 to 1; None where the card has none."""
    uncapped: int
    """Points before the card's own cap and floor: sorts those that lie together at the cap."""
    grade: str | None
    """Letter of fit and digit of engagement, where the card has a grid."""
    earned: Band
    """The band by points or grade alone."""
    band: Band
    """The band with hot signs: sales at once where one of them says so."""
    hot: tuple[HotSign, ...]
    lines: tuple[Line, ...] = field(repr=False)
    caps: tuple[CapLine, ...] = field(repr=False)
    hand_caps: tuple[CapLine, ...] = field(repr=False)
    fitted_lines: tuple[FittedLine, ...] = field(repr=False)

    @property
    def version(self) -> str:
        """The card's id and digest."""
        return self.card.version

    @property
    def by_hand(self) -> bool:
        """Whether the hand rules count; where a fitted card counts instead, they are only shown."""
        fitted = self.card.card.fitted
        return fitted is None or fitted.counts == "beside"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason with whole points that sum to exactly `points`, in the order of the card."""
        hand = map(rule_reason, self.lines) if self.by_hand else ()
        return (*hand, *map(fitted_reason, self.fitted_lines), *map(cap_reason, self.caps))

    @property
    def hand_reasons(self) -> tuple[Reason, ...]:
        """The hand rules that held and their caps, where a fitted card counts instead of them; else `reasons`."""
        if self.by_hand:
            return self.reasons
        return (*map(rule_reason, self.lines), *map(cap_reason, self.hand_caps))

    @property
    def touches(self) -> tuple[str, ...]:
        """What hot signs ask of other teams, such as customer_success_touch."""
        return tuple(dict.fromkeys(sign.hot.does for sign in self.hot if sign.hot.does != "sales"))


def score(
    card: CompiledCard, fields: Fields, events: Iterable[Event], now: Instant, *, was: Standing | None = None
) -> Score:
    """The lead's score at `now`; events after it have not happened yet. The order of events does not matter.

    `was` is what the lead was banded as before: with hysteresis it keeps its band close below a threshold.
    Points of a group are summed exactly and rounded once, half up; its lines are rounded by largest remainder.
    """
    seen = _moments(card, events, now)
    lines: list[Line] = []
    caps: list[CapLine] = []
    whole = card.card
    fit = _part("fit", card.fit, whole.fit_most, fields, seen, now, lines, caps)
    engagement = _part("engagement", card.engagement, whole.engagement_most, fields, seen, now, lines, caps)
    uncapped = fit + engagement
    hand_caps: list[CapLine] = []
    fitted: int | None = None
    probability: float | None = None
    fitted_lines: tuple[FittedLine, ...] = ()
    if whole.fitted is not None:
        instead = whole.fitted.counts == "instead"
        if instead:
            hand_caps, caps = caps, []
        hand = _limited(uncapped, whole.least, whole.most, AGREED, hand_caps) if instead else 0
        fitted, fitted_lines = _fitted(card, fields, hand)
        probability = _sigmoid(whole.fitted.slope * fitted + whole.fitted.intercept)
        uncapped = fitted if instead else uncapped + fitted
    points = _limited(uncapped, whole.least, whole.most, "score", caps)
    hot = tuple([sign for sign in card.hot if _is_hot(sign, fields, seen, now)]) if card.hot else ()
    grade = None if whole.grid is None else graded(whole.grid, fit, engagement, None if was is None else was.grade)
    earned = banded(whole, points, grade, None if was is None else was.earned)
    at_once = any(sign.hot.does == "sales" for sign in hot)
    return Score(
        card=card,
        at=now,
        points=points,
        fit=fit,
        engagement=engagement,
        fitted=fitted,
        probability=probability,
        uncapped=uncapped,
        grade=grade,
        earned=earned,
        band=Band.SALES if at_once else earned,
        hot=hot,
        lines=tuple(lines),
        caps=tuple(caps),
        hand_caps=tuple(hand_caps),
        fitted_lines=fitted_lines,
    )


def _moments(card: CompiledCard, events: Iterable[Event], now: Instant) -> Seen:
    """The moments of each event that a rule listens to, oldest first."""
    seen: Seen = {}
    listened = card.listened
    for name, at, amount in events:
        if at <= now and name in listened:
            for least, key in listened[name]:
                if least is None or amount >= least:
                    if key in seen:
                        seen[key].append(at)
                    else:
                        seen[key] = [at]
    for times in seen.values():
        if len(times) > 1:
            times.sort()
    return seen


def _part(
    part: Literal["fit", "engagement"],
    groups: tuple[Terms, ...],
    most: int | None,
    fields: Fields,
    seen: Seen,
    now: Instant,
    lines: list[Line],
    caps: list[CapLine],
) -> int:
    total = 0
    for group in groups:
        found = [(term, worth) for term in group.terms if (worth := term.ask(fields, seen, now)) is not None]
        points = 0
        if group.plain:
            for term, (exact, ages) in found:
                whole = exact // MILLION
                points += whole
                lines.append(_line(Line, (part, group.id, term, exact, ages, whole, None)))
        else:
            replaced = _replaced(group, found) if group.wholes else {}
            points, rounded = _rounded(found, replaced)
            for (term, (exact, ages)), whole in zip(found, rounded, strict=True):
                lines.append(_line(Line, (part, group.id, term, exact, ages, whole, replaced.get(term.place))))
        if group.most is not None or group.least is not None:
            points = _limited(points, group.least, group.most, group.id, caps)
        total += points
    return _limited(total, None, most, part, caps) if most is not None else total


def _replaced(group: Terms, found: list[tuple[Term, Worth]]) -> dict[int, Term]:
    """By place, each rule that does not count and the rule that counts in its place: of a whole and its parts together
    the larger counts. So points never jump up while decay brings them down."""
    worth = {term.place: worth[0] for term, worth in found}
    held = [whole for whole in group.wholes if whole.place in worth]
    if not held:
        return {}
    if len(group.wholes) == 1:
        return _of_one(group, held[0], worth)
    branch = dict(worth)
    for whole in group.wholes:
        together = sum(branch.get(place, 0) for place in whole.parts)
        branch[whole.place] = max(worth.get(whole.place, together), together)
    replaced: dict[int, Term] = {}
    for whole in reversed(group.wholes):
        parts = [place for place in whole.parts if place in branch]
        by = replaced.get(whole.place)
        if by is None:
            if whole.place not in worth:
                continue
            if worth[whole.place] < sum(branch[place] for place in parts):
                replaced[whole.place] = _largest(group, parts, branch)
                continue
            by = whole
        for place in parts:
            replaced[place] = by
    return replaced


def _of_one(group: Terms, whole: Term, worth: dict[int, int]) -> dict[int, Term]:
    """The same where the group has a single whole, as most have."""
    parts = [place for place in whole.parts if place in worth]
    if worth[whole.place] >= sum([worth[place] for place in parts]):
        return dict.fromkeys(parts, whole)
    return {whole.place: _largest(group, parts, worth)}


def _largest(group: Terms, places: list[int], worth: dict[int, int]) -> Term:
    return group.terms[max(places, key=lambda place: (worth[place], -place))]


def _rounded(found: list[tuple[Term, Worth]], replaced: dict[int, Term]) -> tuple[int, list[int]]:
    """The group's points, rounded half up, and its lines' points, which sum to them: all lines are rounded down, then
    those with the largest remainders up by one."""
    counted = [0 if term.place in replaced else worth[0] for term, worth in found]
    lines = [exact // MILLION for exact in counted]
    points = (sum(counted) + HALF) // MILLION
    if left := points - sum(lines):
        remainders = [exact % MILLION for exact in counted]
        for _ in range(left):
            largest = remainders.index(max(remainders))
            remainders[largest] = -1
            lines[largest] += 1
    return points, lines


def _limited(points: int, least: int | None, most: int | None, name: str, caps: list[CapLine]) -> int:
    if most is not None and points > most:
        caps.append(CapLine(f"cap:{name}", most - points, most))
        return most
    if least is not None and points < least:
        caps.append(CapLine(f"floor:{name}", least - points, least))
        return least
    return points


def _is_hot(sign: HotSign, fields: Fields, seen: Seen, now: Instant) -> bool:
    for key, times in sign.needs:
        moments = seen.get(key)
        if moments is None or len(moments) < times:
            return False
        if sign.within is not None and now - moments[-times] > sign.within:
            return False
    if any(name in seen for name in sign.hot.without):
        return False
    return sign.holds is None or sign.holds(fields)


def _fitted(card: CompiledCard, fields: Fields, agreed: int) -> tuple[int, tuple[FittedLine, ...]]:
    lines = []
    total = 0
    for term in card.fitted:
        points, told = term.read(agreed if term.name == AGREED else fields.get(term.name))
        total += points
        if points:
            lines.append(FittedLine(term.name, term.says, told, points))
    return total, tuple(lines)


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
