"""One `[[funnel]]` table of agreement/funnels.toml: a way through steps with every choice written down."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from bothsides.agreement import checked
from bothsides.metrics.agreed.definition import known_id
from bothsides.metrics.agreed.mistake import FormulaError
from bothsides.metrics.agreed.parsing import parse_tests
from bothsides.metrics.funnels import Absent, Exclusion, Funnel, Step, metrics_of
from bothsides.metrics.funnels.declaration import (
    Attribution,
    Count,
    Denominator,
    Entry,
    Hold,
    Maturity,
    Order,
    Walker,
    Window,
)
from bothsides.metrics.metric import Metric
from bothsides.schema import Kind, Side

SOURCE = "agreement/funnels.toml"

TESTED = {
    "category": Kind.TEXT,
    "region": Kind.TEXT,
    "results": Kind.NUMBER,
    "completed": Kind.NUMBER,
    "amount": Kind.MONEY,
}
"""What a step may be tested on."""

_SPANS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def known_span(text: str) -> str:
    """A time such as "7 days", "48 hours", or "none". Raises ValueError for any other text.

    >>> known_span("7 days")
    '7 days'
    """
    if text != "none" and span(text) is None:
        raise ValueError('must be a time such as "7 days", "48 hours" or "30 minutes", or "none"')
    return text


def known_window(text: str) -> str:
    """A time, "none", or "per step". Raises ValueError for any other text."""
    return text if text == "per step" else known_span(text)


def span(text: str) -> timedelta | None:
    """The time that a text says, None where it says none.

    >>> span("48 hours"), span("none")
    (datetime.timedelta(days=2), None)
    """
    match = re.fullmatch(r"(\d{1,6}) (minute|hour|day)s?", text)
    return int(match[1]) * _SPANS[match[2]] if match else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenStep:
    """A step as people write it."""

    name: str
    source: str
    where: str
    within: Annotated[str, checked(known_span)]
    where_absent: Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenExclusion:
    """What drops an entry between two steps, as people write it."""

    source: str
    where: str
    after: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFunnel:
    """A funnel as people write it. Every choice is needed: each of them changes the numbers."""

    id: Annotated[str, checked(known_id)]
    label: str
    side: Literal["buyer", "supplier", "both"]
    walker: Walker
    steps: tuple[WrittenStep, ...]
    entry: Entry
    order: Order
    window: Annotated[str, checked(known_window)]
    exclusions: tuple[WrittenExclusion, ...]
    hold: Hold
    count: Count
    attribution: Attribution
    denominator: Denominator
    maturity: Maturity
    effective_from: date | None = None
    restate: bool = False


def where_mistakes(table: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with the tests of a funnel's steps and exclusions, as they were written."""
    mistakes = []
    for name in ("steps", "exclusions"):
        parts = table.get(name)
        for position, part in enumerate(parts if isinstance(parts, list) else ()):
            text = part.get("where") if isinstance(part, dict) else None
            try:
                parse_tests(text if isinstance(text, str) else "", TESTED, "a step")
            except FormulaError as error:
                mistakes += [(f"{name}[{position}].where", str(mistake)) for mistake in error.mistakes]
    return mistakes


def _window(text: str) -> Window:
    if text == "per step":
        return "per_step"
    found = span(text)
    return "none" if found is None else found


def make_funnel(written: WrittenFunnel) -> tuple[Metric, ...]:
    """The funnel's two metrics; its tests must have been found right. Raises ValueError naming every contradiction."""
    steps = tuple(
        Step(
            name=step.name,
            source=step.source,
            where=parse_tests(step.where, TESTED, "a step"),
            within=span(step.within),
            where_absent=step.where_absent,
        )
        for step in written.steps
    )
    exclusions = tuple(
        Exclusion(source=e.source, where=parse_tests(e.where, TESTED, "a step"), after=e.after, before=e.before)
        for e in written.exclusions
    )
    funnel = Funnel(
        id=written.id,
        label=written.label,
        side=None if written.side == "both" else Side(written.side),
        walker=written.walker,
        steps=steps,
        entry=written.entry,
        order=written.order,
        window=_window(written.window),
        exclusions=exclusions,
        hold=written.hold,
        count=written.count,
        attribution=written.attribution,
        denominator=written.denominator,
        maturity=written.maturity,
    )
    return tuple(replace(metric, source=SOURCE) for metric in metrics_of(funnel, row=0))
