"""One `[[retention]]` table of agreement/funnels.toml: who comes back, with every choice written down."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, cast, get_args

from bothsides.agreement import checked
from bothsides.metrics.agreed.definition import known_id
from bothsides.metrics.cohorts import Retention, metric_of
from bothsides.metrics.cohorts.declaration import CALENDAR, Kind, Maturity, Measured, Span, Unit, Whole
from bothsides.metrics.metric import Metric
from bothsides.schema import Grain, Side

SOURCE = "agreement/funnels.toml"

RETENTION_ROW = 49
"""The dictionary's row of N-period retention."""


def known_period(text: str) -> str:
    """A number of days such as "30 days", or week, month, quarter, year. Raises ValueError for any other text."""
    if text not in CALENDAR and not _days(text):
        raise ValueError(f'must be a number of days such as "30 days", or one of {", ".join(CALENDAR)}')
    return text


def known_span(text: str) -> str:
    """Bounded, unbounded, or brackets of ages such as "1-3, 4-6". Raises ValueError for any other text.

    >>> known_span("1-3, 4-6")
    '1-3, 4-6'
    """
    if text not in ("bounded", "unbounded") and not re.fullmatch(r"\d{1,3}(-\d{1,3})?(, ?\d{1,3}(-\d{1,3})?)*", text):
        raise ValueError('must be bounded, unbounded, or brackets of ages such as "1-3, 4-6"')
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRetention:
    """A retention as people write it. Every choice is needed: each of them changes the numbers."""

    id: Annotated[str, checked(known_id)]
    label: str
    side: Literal["buyer", "supplier", "both"]
    kind: Kind
    active: str
    period: Annotated[str, checked(known_period)]
    ages: int
    span: Annotated[str, checked(known_span)]
    measure: Measured
    count: Unit
    maturity: Maturity
    effective_from: date | None = None
    restate: bool = False


def make_retention(written: WrittenRetention) -> tuple[Metric, ...]:
    """The retention's metric. Raises ValueError naming every contradiction."""
    retention = Retention(
        id=written.id,
        label=written.label,
        side=None if written.side == "both" else Side(written.side),
        kind=written.kind,
        active=written.active,
        period=_days(written.period) or Grain(written.period),
        ages=written.ages,
        span=_span(written.span),
        measure=written.measure,
        count=written.count,
        maturity=written.maturity,
    )
    return (metric_of(retention, row=RETENTION_ROW, source=SOURCE),)


def _days(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,4}) days?", text)
    return int(match[1]) if match else None


def _span(text: str) -> Span:
    for word in get_args(Whole):
        if text == word:
            return cast(Whole, word)
    ends = [bracket.strip().split("-") for bracket in text.split(",")]
    return tuple((int(pair[0]), int(pair[-1])) for pair in ends)
