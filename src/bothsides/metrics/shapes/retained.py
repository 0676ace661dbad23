"""Net and gross retention: what the accounts of a base year brought in the year after."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.interval import clustered_ratio, wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status
from bothsides.schema.period import add_months


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained(Shape):
    """The accounts of the 12 months that ended 12 months before the period's end, followed through the last 12.

    On GMV an account is in the base with any completed order, a credit note included; on revenue and subscriptions
    with a positive amount.
    `net`: their amount in the last 12 months over their base amount, expansion inside, new accounts outside.
    `gross`: the same with each account capped at its base, so at most 100 %. `logo`: the share that ordered again.
    An account that returns after a gap inside the last 12 months counts; one not in the base never does.
    Source: metric dictionary rows 42 and 44; intervals by account-clustered delta method, Wilson for logos.
    """

    column: Literal["value", "earned", "subscription"]
    kind: Literal["net", "gross", "logo"]
    months: int = 12

    @property
    def reads(self) -> tuple[Read, ...]:
        """Account months."""
        return (("account_months", "month"),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("account_months", self.column),)

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return True

    def covers(self, reading: Reading, metric: Metric) -> Window:
        """The base months and those that follow, whatever first day was asked for."""
        window = reading.window(metric)
        last_month = _last_whole_month(window.end)
        end = add_months(last_month, 1) - timedelta(days=1)
        return replace(window, start=add_months(last_month, 1 - 2 * self.months), end=end)

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - it reads one fact
        """From the first base month on."""
        window = reading.window(metric)
        first = min(self._ends(reading, metric), default=window.start)
        return replace(window, start=min(window.start, add_months(first, 1 - 2 * self.months)))

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Retention per period end, side and label; periods that are not over or lack history say so."""
        ends = self._ends(reading, metric)
        found: dict[Key, Outcome] = {}
        for last_month, *labels, count, kept, base, now, base2, now2, cross in self._rows(reading, metric, list(ends)):
            key: Key = (*((ends[last_month],) if reading.cut.grain else ()), *labels)
            found[key] = self._outcome(int(count), int(kept), base, now, (now2, base2, cross))
        waiting = self._waiting(reading, metric)
        for key in (*reading.keys(metric, iter(())), *found):
            start = key[0] if reading.cut.grain else None
            if start in waiting:
                n = found[key].n if key in found else 0
                found[key] = Outcome(value=None, n=n, status=Status.IMMATURE, reason=waiting[start])
        return found

    def _waiting(self, reading: Reading, metric: Metric) -> dict[date | str | None, str]:
        """Why a period, by its first day, cannot be answered; None stands for the cell without a period."""
        window = reading.window(metric)
        first = reading.known(metric).start
        ends: dict[date | None, date] = {p.start: p.end for p in reading.periods(window)}
        if not ends:
            ends[None] = self.covers(reading, metric).end
        waiting: dict[date | str | None, str] = {}
        for start, end in ends.items():
            base = add_months(end.replace(day=1), 1 - 2 * self.months)
            if end > window.end:
                waiting[start] = f"compares whole periods: known until {window.end}, the period ends {end}"
            elif base < first:
                waiting[start] = f"needs {2 * self.months} months of history from {base}; known from {first}"
        return waiting

    def _outcome(self, count: int, kept: int, base: float, now: float, squares: tuple[float, float, float]) -> Outcome:
        if self.kind == "logo":
            low, high = wilson(kept, count)
            return Outcome(value=kept / count, n=count, low=low, high=high, basis=Basis.WILSON)
        if base <= 0:
            return Outcome(value=None, n=count, status=Status.NO_DENOMINATOR, reason="the base amount is not positive")
        value = now / base
        now2, base2, cross = squares
        bounds = clustered_ratio(count, now, base, now2, base2, cross)
        if bounds is None:
            return Outcome(value=value, n=count, basis=Basis.NOT_COMPUTED)
        low = max(bounds[0], 0.0) if value >= 0 else bounds[0]
        high = min(bounds[1], 1.0) if self.kind == "gross" else bounds[1]
        return Outcome(value=value, n=count, low=low, high=high, basis=Basis.CLUSTER)

    def _ends(self, reading: Reading, metric: Metric) -> dict[date, date]:
        """The last month of each complete period, and the period's first day."""
        window = reading.window(metric)
        if reading.cut.grain is None:
            return {_last_whole_month(window.end): window.start}
        return {p.end.replace(day=1): p.start for p in reading.periods(window) if p.end <= window.end}

    def _rows(self, reading: Reading, metric: Metric, ends: list[date]) -> list[tuple[Any, ...]]:
        data = source(reading, metric, "account_months", "month", dated=False)
        labels = [name for name in data.names if name != "period"]
        listed = "".join(f"{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        belongs = "base_orders > 0" if self.column == "value" else "base > 0"
        kept = "least(later, base)" if self.kind == "gross" else "later"
        before = f"month <= e.last_month - INTERVAL {self.months} MONTH"
        after = f"month > e.last_month - INTERVAL {self.months} MONTH"
        return run(
            reading,
            f"""
            WITH ends AS (SELECT unnest($ends::DATE[]) AS last_month),
            followed AS (
                SELECT e.last_month, {listed} account,
                       coalesce(sum({self.column}) FILTER ({before}), 0)::DOUBLE AS base,
                       coalesce(sum({self.column}) FILTER ({after}), 0)::DOUBLE AS later,
                       coalesce(sum(orders) FILTER ({before}), 0) AS base_orders,
                       coalesce(sum(orders) FILTER ({after}), 0) AS later_orders
                FROM ends e JOIN {data.relation} m
                  ON m.month > e.last_month - INTERVAL {2 * self.months} MONTH AND m.month <= e.last_month
                WHERE {data.condition}
                GROUP BY e.last_month, {listed} account
            ),
            based AS (SELECT *, {kept} AS now FROM followed WHERE {belongs})
            SELECT last_month, {listed} count(*), count(*) FILTER (later_orders > 0), sum(base), sum(now),
                   sum(base * base), sum(now * now), sum(base * now)
            FROM based GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters | {"ends": ends},
        )


def _last_whole_month(day: date) -> date:
    """The first day of the last month that is over at the end of the day."""
    return add_months((day + timedelta(days=1)).replace(day=1), -1)
