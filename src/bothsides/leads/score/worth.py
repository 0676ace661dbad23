"""What one rule is worth for one lead at one moment, as a function made once a rule: presence, tests, then age."""

from collections.abc import Callable
from typing import TypeAlias

from bothsides.agreement.conditions import Fields, Written, read_tests
from bothsides.leads.score.policy import MONTH_DAYS, Rule
from bothsides.schema.instant import DAY, Instant

MILLION = 1_000_000
"""Points are kept in whole millionths until they are rounded, so that the order of a sum never matters."""

Seen: TypeAlias = dict[str, list[Instant]]
"""Moments of each event, oldest first."""
Worth: TypeAlias = tuple[int, tuple[int, ...]]
"""Millionths of a point, and the age in seconds of each occurrence counted, oldest first."""
Ask: TypeAlias = Callable[[Fields, Seen, Instant], Worth | None]
"""What a rule is worth now; None where it does not hold."""
Holds: TypeAlias = Callable[[Fields], bool]
_Ages: TypeAlias = Callable[[Seen, Instant], tuple[int, ...] | None]
_Aged: TypeAlias = Callable[[tuple[int, ...]], Worth | None]


def needed(rule: Rule) -> tuple[tuple[str, int], ...]:
    """The keys of the events it needs, with how often; a least amount makes a key of its own."""
    if rule.event is None:
        return tuple(sorted(rule.events.items()))
    return ((rule.event if rule.least_amount is None else f"{rule.event} >= {rule.least_amount:g}", 1),)


def seconds(days: float | None) -> int | None:
    """Days as whole seconds."""
    return None if days is None else round(days * DAY)


def lost_a_second(rule: Rule) -> float:
    """Millionths of a point that linear decay takes a second, with the sign of the points; 0 without it."""
    return rule.points * MILLION * (rule.loses_a_month or 0.0) / (MONTH_DAYS * DAY)


def holds(when: dict[str, Written]) -> Holds | None:
    """The tests as one question, None where there are none; a single one, the most frequent, is asked directly."""
    if not when:
        return None
    tests = read_tests(when)
    if len(tests.checks) > 1:
        return tests.hold
    name, check, _ = tests.checks[0]
    return lambda fields: check(fields.get(name))


def asking(rule: Rule) -> Ask:
    """The rule as a function."""
    passes, needs, without = holds(rule.when), needed(rule), rule.without
    if not needs and not without:
        return _of_fields(rule.points * MILLION, passes)
    ages_of, aged = _ages(rule, needs), _aging(rule)

    def ask(fields: Fields, seen: Seen, now: Instant) -> Worth | None:
        ages = ages_of(seen, now)
        if ages is None or (passes is not None and not passes(fields)):
            return None
        if without and any(name in seen for name in without):
            return None
        return aged(ages)

    return ask


def _of_fields(full: int, passes: Holds | None) -> Ask:
    worth: Worth = (full, ())
    if passes is None:
        return lambda fields, seen, now: worth  # noqa: ARG005 - every rule is asked with the same three
    test = passes
    return lambda fields, seen, now: worth if test(fields) else None  # noqa: ARG005 - as above


def _ages(rule: Rule, needs: tuple[tuple[str, int], ...]) -> _Ages:
    """How long ago what it needs happened: of a set its oldest event, the newest of each kind counted first."""
    if len(needs) > 1 or rule.event is None:
        return lambda seen, now: _of_set(needs, seen, now)
    key, cool_down = needs[0][0], seconds(rule.cool_down_days)
    if not rule.repeatable and cool_down is None:
        return lambda seen, now: (now - seen[key][-1],) if key in seen else None
    most = (rule.most_times or MILLION) if rule.repeatable else 1

    def repeated(seen: Seen, now: Instant) -> tuple[int, ...] | None:
        moments = seen.get(key)
        if moments is None:
            return None
        counted = moments if cool_down is None else _spaced(moments, cool_down)
        return tuple([now - at for at in counted[-most:]])

    return repeated


def _of_set(needs: tuple[tuple[str, int], ...], seen: Seen, now: Instant) -> tuple[int, ...] | None:
    oldest = now
    for key, times in needs:
        moments = seen.get(key)
        if moments is None or len(moments) < times:
            return None
        oldest = min(oldest, moments[-times])
    return (now - oldest,)


def _spaced(moments: list[Instant], cool_down: int) -> list[Instant]:
    """Those that count: the first, then each that comes at least the cool-down after the last that counted."""
    counted = [moments[0]]
    for at in moments:
        if at - counted[-1] >= cool_down:
            counted.append(at)
    return counted


def _aging(rule: Rule) -> _Aged:
    full = rule.points * MILLION
    if rule.within_days is not None:
        frame = round(rule.within_days * DAY)
        return lambda ages: _framed(full, frame, ages)
    if rule.loses_a_month is not None:
        lost = lost_a_second(rule)
        return lambda ages: (sum([_not_past_zero(full - round(lost * age), full) for age in ages]), ages)
    if rule.half_life_days is not None:
        half_life = rule.half_life_days * DAY
        return lambda ages: (sum([round(full * 2.0 ** (-age / half_life)) for age in ages]), ages)
    return lambda ages: (full * max(len(ages), 1), ages)


def _framed(full: int, frame: int, ages: tuple[int, ...]) -> Worth | None:
    inside = ages if ages[0] <= frame else tuple([age for age in ages if age <= frame])
    return (full * len(inside), inside) if inside else None


def _not_past_zero(left: int, full: int) -> int:
    return left if (left > 0) == (full > 0) else 0
