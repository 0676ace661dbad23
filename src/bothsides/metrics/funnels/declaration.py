"""What a funnel is: every choice that changes its numbers, written down, none of them taken for granted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from bothsides.metrics.contradiction import refuse_contradictions
from bothsides.metrics.funnels.sources import SOURCES, carriers
from bothsides.metrics.measure import Test
from bothsides.schema import Side

Entry: TypeAlias = Literal["first_touch", "any_entry"]
Order: TypeAlias = Literal["ordered", "strict", "any"]
Hold: TypeAlias = Literal["none", "session", "quote", "counterparty", "category", "region"]
Count: TypeAlias = Literal["accounts", "leads", "visitors", "entries"]
Walker: TypeAlias = Literal["account", "lead", "visitor"]
Attribution: TypeAlias = Literal["first_touch", "last_touch", "per_step"]
Denominator: TypeAlias = Literal["entrants", "previous_step"]
Maturity: TypeAlias = Literal["left_out", "counted"]
Absent: TypeAlias = Literal["refuse", "leave_out"]
Window: TypeAlias = timedelta | Literal["per_step", "none"]

TESTED = ("category", "region", "results", "completed", "amount")
"""Columns a step may be tested on. `results` and `completed` (1 or 0) are whole numbers, `amount` minor units."""

LONGEST = timedelta(days=3650)
"""Longer windows are none."""

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what must happen, under which conditions, how soon after the step before.

    `within` is None where the funnel's window alone binds it. `where_absent` says what becomes of the funnel where the
    step's table was never fed: refused, or answered without the step, the others keeping their numbers. The first and
    the last step are never left out, nor any step in any order.
    """

    name: str
    source: str
    where: tuple[Test, ...]
    within: timedelta | None
    where_absent: Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What drops an entry when it happens after one step and before another, both numbered from 1.

    Where the later step is not reached, it drops the entry until the window closes.
    """

    source: str
    where: tuple[Test, ...]
    after: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """A way through steps, and how it is counted. No field has a default: each of them changes the numbers.

    `walker`: who walks: an account, a lead or a visitor; each is a stream of its own.
    `entry`: an account enters once, at its first ever first step, or at every first step it takes.
    `order`: `ordered`: the steps in this order, anything may come between. `strict`: nothing that the funnel's tables
    know of may come between. `any`: whichever step comes first enters, and step k is reached with k different steps;
    one row counts for one of them.
    `window`: from the entry to each step; or `per_step`, each step's `within` counted from the step before; or none.
    A step's `within` binds beside a global window too.
    `exclusions`: see Exclusion. `hold`: all steps of an entry share this property, which every source named must have;
    rows without it are not seen, and what comes between is judged among the rows that share it.
    `count`: walkers, once a cell, or entries. Every entry is judged by itself: one order may complete two of them.
    `attribution`: whose category and region an entry carries: its first step's, its last reached step's, or each
    step its own. Channel, segment and side are the walker's.
    `denominator`: every step over the entrants, or over the step before.
    `maturity`: entries whose window is still open are left out, or counted as they stand; their period is immature.
    """

    id: str
    label: str
    side: Side | None
    walker: Walker
    steps: tuple[Step, ...]
    entry: Entry
    order: Order
    window: Window
    exclusions: tuple[Exclusion, ...]
    hold: Hold
    count: Count
    attribution: Attribution
    denominator: Denominator
    maturity: Maturity

    def __post_init__(self) -> None:
        """Raises ContradictionError naming every contradiction."""
        refuse_contradictions(f"funnel {self.id!r}", _contradictions(self))

    @property
    def parts(self) -> tuple[Step | Exclusion, ...]:
        """Steps and exclusions: everything that names a source."""
        return (*self.steps, *self.exclusions)

    @property
    def days(self) -> int:
        """Whole days after its entry by which an entry's outcome is known; 0 without a window."""
        waits = [step.within for step in self.steps[1:] if step.within is not None]
        spans = [self.window] if isinstance(self.window, timedelta) else []
        if not spans and len(waits) == len(self.steps) - 1:
            spans = [sum(waits, timedelta())]
        return max((-(-span // timedelta(days=1)) for span in spans), default=0)

    def step_label(self, number: int) -> str:
        """The name of a step as values carry it: its number and its name."""
        if self.order == "any":
            return f"{number} of {len(self.steps)} steps"
        return f"{number} {self.steps[number - 1].name}"


def _contradictions(funnel: Funnel) -> Iterator[tuple[str, str]]:
    """What in the declaration contradicts itself: the key and what is wrong with it."""
    if len(funnel.steps) < 2:
        yield "steps", f"{len(funnel.steps)} steps: it needs at least 2"
    if funnel.count not in (f"{funnel.walker}s", "entries"):
        yield "count", f"a walker is the {funnel.walker}: count {funnel.walker}s or entries"
    if funnel.order == "any" and (funnel.window == "per_step" or any(step.within for step in funnel.steps)):
        yield "order", "'any' with a window per step: a step has no step before it, give one window"
    yield from _spans(funnel)
    yield from _left_out(funnel)
    if _is_of_accounts_alone(funnel):
        yield "hold", f"only accounts have the {funnel.hold}"
    there = [name for name, source in SOURCES.items() if funnel.walker in source.walkers]
    named: dict[str, tuple[Step | Exclusion, ...]] = {"steps": funnel.steps, "exclusions": funnel.exclusions}
    for name, parts in named.items():
        for place, part in enumerate(parts):
            if part.source not in there:
                said = f"{part.source!r} is no source of walker {funnel.walker}; it is one of {', '.join(there)}"
                yield f"{name}[{place}].source", said
            else:
                yield from _uncarried(part, funnel, f"{name}[{place}]")
            yield from ((f"{name}[{place}].where", said) for said in _misplaced(part))
    for place, exclusion in enumerate(funnel.exclusions):
        if not 1 <= exclusion.after < exclusion.before <= len(funnel.steps):
            said = f"between {exclusion.after} and {exclusion.before}: steps are 1 to {len(funnel.steps)}"
            yield f"exclusions[{place}].after", said


def _spans(funnel: Funnel) -> Iterator[tuple[str, str]]:
    """Windows that are none."""
    if funnel.steps and funnel.steps[0].within is not None:
        yield "steps[0].within", "the first step has no step before it: its within must be none"
    if funnel.window == "per_step" and (open_ := [step.name for step in funnel.steps[1:] if step.within is None]):
        yield "window", f"'per_step' but {', '.join(open_)} has no within"
    waits = [(f"steps[{place}].within", step.within) for place, step in enumerate(funnel.steps)]
    for key, span in (("window", funnel.window), *waits):
        if isinstance(span, timedelta) and not timedelta() < span <= LONGEST:
            yield key, f"a window of {span}: it must be more than nothing and at most {LONGEST.days} days"


def _left_out(funnel: Funnel) -> Iterator[tuple[str, str]]:
    """Steps that cannot be left out: without its first or last step it would be another funnel."""
    for place, step in enumerate(funnel.steps):
        if step.where_absent == "refuse":
            continue
        key = f"steps[{place}].where_absent"
        if funnel.order == "any":
            yield key, f"'leave_out' of {step.name}: in any order the number of steps is what is counted; take refuse"
        elif place in (0, len(funnel.steps) - 1):
            end = "last" if place else "first"
            yield key, f"'leave_out' of {step.name}, the {end} step: without it this is another funnel; take refuse"


def _is_of_accounts_alone(funnel: Funnel) -> bool:
    return funnel.walker != "account" and funnel.hold in ("session", "quote")


def _uncarried(part: Step | Exclusion, funnel: Funnel, place: str) -> Iterator[tuple[str, str]]:
    """Properties that are held or tested and that the source's rows never have."""
    asked = [(f"{place}.where", test.column) for test in part.where if test.column in TESTED]
    if funnel.hold != "none" and not _is_of_accounts_alone(funnel):
        asked.insert(0, ("hold", funnel.hold))
    for key, prop in dict.fromkeys(asked):
        having = carriers(prop, funnel.walker)
        if part.source not in having:
            yield key, f"{part.source} has no {prop}; these have: {', '.join(having)}"


def _misplaced(part: Step | Exclusion) -> Iterator[str]:
    """Tests that no row can be put to."""
    for test in part.where:
        if test.column not in TESTED:
            yield f"test on {test.column!r} is not one of {', '.join(TESTED)}"
        if test.operator not in OPERATORS:
            yield f"test {test.operator!r} is not one of {', '.join(OPERATORS)}"
        if test.column in ("category", "region") and test.operator not in ("=", "!=", "in"):
            yield f"{test.column} {test.operator} {test.value!r}: labels are compared by =, != or in"
