"""Reasons in words: what counted, how many points, and the arithmetic of its decay."""

from dataclasses import dataclass

from bothsides.leads.score.compiled import Term
from bothsides.leads.score.lines import CapLine, FittedLine, Line
from bothsides.leads.score.policy import MONTH_DAYS
from bothsides.leads.score.worth import MILLION
from bothsides.schema.instant import DAY

SHOWN = 3
"""Occurrences whose arithmetic is written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of a score: over all lines the points sum to exactly the score."""

    code: str
    text: str
    points: int
    how: str = ""
    """The arithmetic where points are not simply those of the rule."""


def rule_reason(line: Line) -> Reason:
    """The reason of a rule that held."""
    rule = line.term.rule
    if line.replaced_by is not None:
        by = line.replaced_by.rule
        return Reason(code=rule.code, text=rule.says, points=0, how=f"counted within {by.code} ({by.says})")
    return Reason(code=rule.code, text=rule.says, points=line.points, how=_how(line))


def fitted_reason(line: FittedLine) -> Reason:
    """The reason of a field of the fitted card."""
    return Reason(code=f"fitted:{line.field}", text=f"{line.says}: {line.bin}", points=line.points)


def cap_reason(line: CapLine) -> Reason:
    """What a cap took off or a floor added."""
    kind, _, whose = line.code.partition(":")
    over = "the score" if whose == "score" else f"{whose} together"
    word = "at most" if kind == "cap" else "at least"
    return Reason(code=line.code, text=f"{over} {word} {line.limit}", points=line.points)


def _how(line: Line) -> str:
    term, ages = line.term, line.ages
    if not ages:
        return ""
    if term.within is not None:
        told = f"{_times(len(ages))}{_days(ages[-1])} ago, counts for {_days(term.within)}"
    elif term.lost_a_second or term.half_life is not None:
        told = _sum([_decayed(term, age) for age in ages]) + f" = {line.exact / MILLION:.2f}"
    elif len(ages) > 1:
        told = f"{len(ages)} times {term.rule.points}"
    else:
        return ""
    if line.points * MILLION == line.exact:
        return told
    return f"{told}, rounded to {line.points} so that all lines sum to the score"


def _decayed(term: Term, age: int) -> str:
    points = term.rule.points
    if term.half_life is not None:
        return f"{points} x 0.5^({_number(age)} / {_number(term.half_life)} days)"
    share = f"{100 * (term.rule.loses_a_month or 0):g} %"
    if abs(term.lost_a_second * age) >= abs(points) * MILLION:
        return f"{points} x 0 ({share} a month for {_days(age)})"
    return f"{points} x (1 - {share} x {_number(age)} / {MONTH_DAYS} days)"


def _sum(parts: list[str]) -> str:
    more = len(parts) - SHOWN
    return " + ".join(parts[-SHOWN:]) + (f" + {more} older" if more > 0 else "")


def _times(count: int) -> str:
    return f"{count} times, last " if count > 1 else ""


def _number(seconds: float) -> str:
    return f"{round(seconds / DAY, 1):g}"


def _days(seconds: int) -> str:
    days = _number(seconds)
    return f"{days} day" if days == "1" else f"{days} days"
