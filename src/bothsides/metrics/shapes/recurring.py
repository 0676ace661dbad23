"""Retention of monthly recurring revenue: what the accounts that paid on one day pay on a later one."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.interval import clustered_ratio, wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status
from bothsides.schema.period import add_months

Spans: TypeAlias = dict[date | None, tuple[date, date]]
"""First and last day of each period, by its first day; None stands for the cell without a period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringRetained(Shape):
    """The accounts with a running plan at the end of the base day, and what they pay at the end of the period.

    The base day is the last day of the month `months` earlier or, with None, the day before the period.
    `net`: their monthly amount now over then, new payers outside. `gross`: each account capped at what it paid then.
    `kept` and `lost`: the share of them that still pays, or no longer does.
    Source: metric dictionary rows 42, 44 and 45; intervals by account-clustered delta method, Wilson for shares.
    """

    kind: Literal["net", "gross", "kept", "lost"]
    months: int | None = 12

    @property
    def reads(self) -> tuple[Read, ...]:
        """Plans in force."""
        return (("subscriptions", "opened_on"),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("subscriptions", "amount"),)

    def covers(self, reading: Reading, metric: Metric) -> Window:
        """From the day after the base day to the last known day."""
        window = reading.window(metric)
        return replace(window, start=self._base(window.start, window.end) + timedelta(days=1))

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Retention per period end, side and label; periods that are not over or have no base yet say so."""
        window = reading.window(metric)
        spans: Spans = {p.start: (p.start, p.end) for p in reading.periods(window)}
        spans = spans or {None: (window.start, window.end)}
        waiting = self._waiting(reading, metric, spans)
        ready = {span: start for start, span in spans.items() if start not in waiting}
        found: dict[Key, Outcome] = {}
        for end, *labels, count, kept, then, now, then2, now2, cross in self._rows(reading, metric, list(ready)):
            start = next(start for (_, last), start in ready.items() if last == end)
            key: Key = (*((start,) if reading.cut.grain else ()), *labels)
            found[key] = self._outcome(count, kept, then, now, (now2, then2, cross))
        for key in reading.keys(metric, iter(())):
            start_on = key[0] if reading.cut.grain else None
            if start_on in waiting:
                found[key] = Outcome(value=None, n=0, status=Status.IMMATURE, reason=waiting[start_on])
        return found

    def _base(self, first: date, end: date) -> date:
        """The day at whose end the base is counted, for a period from `first` to `end`."""
        if self.months is None:
            return first - timedelta(days=1)
        return add_months(end.replace(day=1), 1 - self.months) - timedelta(days=1)

    def _waiting(self, reading: Reading, metric: Metric, spans: Spans) -> dict[date | str | None, str]:
        """Why a period, by its first day, cannot be answered."""
        known_end, since = reading.window(metric).end, reading.known(metric).start
        waiting: dict[date | str | None, str] = {}
        for start, (first, end) in spans.items():
            base = self._base(first, end)
            if end > known_end:
                waiting[start] = f"compares whole periods: known until {known_end}, the period ends {end}"
            elif base < since:
                waiting[start] = f"needs the plans of {base}; known from {since}"
        return waiting

    def _outcome(self, count: int, kept: int, then: float, now: float, squares: tuple[float, float, float]) -> Outcome:
        if self.kind in ("kept", "lost"):
            shown = kept if self.kind == "kept" else count - kept
            low, high = wilson(shown, count)
            return Outcome(value=shown / count, n=count, low=low, high=high, basis=Basis.WILSON)
        now2, then2, cross = squares
        bounds = clustered_ratio(count, now, then, now2, then2, cross)
        if bounds is None:
            return Outcome(value=now / then, n=count, basis=Basis.NOT_COMPUTED)
        high = min(bounds[1], 1.0) if self.kind == "gross" else bounds[1]
        return Outcome(value=now / then, n=count, low=max(bounds[0], 0.0), high=high, basis=Basis.CLUSTER)

    def _rows(self, reading: Reading, metric: Metric, spans: list[tuple[date, date]]) -> list[tuple[Any, ...]]:
        if not spans:
            return []
        data = source(reading, metric, "subscriptions", "opened_on", dated=False)
        labels = "".join(f"{name}, " for name in data.names if name != "period")
        positions = ", ".join(str(i + 1) for i in range(1 + sum(name != "period" for name in data.names)))
        now = "least(later, base)" if self.kind == "gross" else "later"
        days = ", ".join(f"(DATE '{self._base(first, end)}', DATE '{end}')" for first, end in spans)

        def held(day: str) -> str:
            running = f"opened_on <= {day} AND (closed_on IS NULL OR closed_on > {day})"
            return f"CAST(coalesce(sum(amount) FILTER (WHERE {running}), 0) AS DOUBLE)"

        return run(
            reading,
            f"""
            WITH spans AS (SELECT * FROM (VALUES {days}) AS v(base_on, end_on)),
            paying AS (
                SELECT p.end_on, {labels} account, {held("p.base_on")} AS base, {held("p.end_on")} AS later
                FROM spans p JOIN {data.relation} s
                  ON s.opened_on <= p.end_on AND (s.closed_on IS NULL OR s.closed_on > p.base_on)
                WHERE {data.condition} GROUP BY p.end_on, {labels} account
            ),
            followed AS (SELECT *, {now} AS now FROM paying WHERE base > 0)
            SELECT end_on, {labels} count(*), count(*) FILTER (WHERE later > 0), sum(base), sum(now),
                   sum(base * base), sum(now * now), sum(base * now)
            FROM followed GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters,
        )
