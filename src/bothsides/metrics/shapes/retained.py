"""Net and gross retention: what the accounts of a base year brought in the year after."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.facts import FACTS
from bothsides.metrics.interval import clustered_ratio, wilson
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status
from bothsides.schema import Grain
from bothsides.schema.period import add_months

_MONTHLY = (Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.FISCAL_YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained(Shape):
    """Accounts with a positive amount in the 12 months that ended 12 months before the period's end, followed.

    `net`: their amount in the last 12 months over their base amount, expansion inside, new accounts outside.
    `gross`: the same with each account capped at its base, so at most 100 %. `logo`: the share that came back.
    An account that returns after a gap inside the last 12 months counts; one not in the base never does.
    Source: metric dictionary rows 42 and 44; intervals by account-clustered delta method, Wilson for logos.
    """

    column: Literal["value", "earned", "subscription"]
    kind: Literal["net", "gross", "logo"]
    months: int = 12

    @property
    def facts(self) -> tuple[str, ...]:
        """Account months."""
        return ("account_months",)

    def refusal(self, reading: Reading) -> str | None:
        """Windows are whole months."""
        if reading.cut.grain is not None and reading.cut.grain not in _MONTHLY:
            return f"compares whole months: split by {', '.join(g.value for g in _MONTHLY)}"
        return None

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Retention per period end, side and label."""
        ends = self._ends(reading, metric)
        if not ends:
            return {}
        known = reading.store.known(FACTS["account_months"])
        first = known[0].replace(day=1) if known else None
        found: dict[Key, Outcome] = {}
        for last_month, *labels, count, kept, base, now, base2, now2, cross in self._rows(reading, metric, list(ends)):
            key: Key = (*((ends[last_month],) if reading.cut.grain else ()), *labels)
            outcome = self._outcome(int(count), int(kept), base, now, (now2, base2, cross))
            start = add_months(last_month, 1 - 2 * self.months)
            if first is not None and start < first:
                outcome = Outcome(
                    value=None,
                    n=outcome.n,
                    status=Status.IMMATURE,
                    reason=f"needs {2 * self.months} months of history from {start}; known from {first}",
                )
            found[key] = outcome
        return found

    def _outcome(self, count: int, kept: int, base: float, now: float, squares: tuple[float, float, float]) -> Outcome:
        if not base:
            return Outcome(
                value=None, n=0, status=Status.NO_DENOMINATOR, reason="no account had a positive base amount"
            )
        if self.kind == "logo":
            low, high = wilson(kept, count)
            return Outcome(value=kept / count, n=count, low=low, high=high, basis=Basis.WILSON)
        now2, base2, cross = squares
        bound = clustered_ratio(count, now, base, now2, base2, cross)
        if bound is None:
            return Outcome(value=now / base, n=count, basis=Basis.NOT_COMPUTED)
        return Outcome(value=now / base, n=count, low=max(bound[0], 0.0), high=bound[1], basis=Basis.CLUSTER)

    def _ends(self, reading: Reading, metric: Metric) -> dict[date, date]:
        """The last month of each complete period, and the period's first day."""
        window = reading.window(metric)
        if reading.cut.grain is None:
            following = add_months(window.end.replace(day=1), 1)
            whole = (following - window.end).days == 1
            return {add_months(following, -1 if whole else -2): window.start}
        return {p.end.replace(day=1): p.start for p in reading.periods(window) if p.end <= window.as_of}

    def _rows(self, reading: Reading, metric: Metric, ends: list[date]) -> list[tuple[Any, ...]]:
        data = source(reading, metric, "account_months", "month", dated=False)
        labels = [name for name in data.names if name != "period"]
        listed = "".join(f"{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        kept = {"gross": "least(now, base)"}.get(self.kind, "now")
        return run(
            reading,
            f"""
            WITH ends AS (SELECT unnest($ends::DATE[]) AS last_month),
            followed AS (
                SELECT e.last_month, {listed} account,
                       coalesce(sum({self.column}) FILTER (
                           month <= e.last_month - INTERVAL {self.months} MONTH), 0)::DOUBLE AS base,
                       coalesce(sum({self.column}) FILTER (
                           month > e.last_month - INTERVAL {self.months} MONTH), 0)::DOUBLE AS later,
                       coalesce(sum(orders) FILTER (
                           month > e.last_month - INTERVAL {self.months} MONTH), 0) AS later_orders
                FROM ends e JOIN {data.relation} m
                  ON m.month > e.last_month - INTERVAL {2 * self.months} MONTH AND m.month <= e.last_month
                WHERE {data.condition}
                GROUP BY e.last_month, {listed} account
            ),
            based AS (
                SELECT *, {kept.replace("now", "later")} AS now FROM followed WHERE base > 0
            )
            SELECT last_month, {listed} count(*), count(*) FILTER (later_orders > 0 OR later > 0), sum(base), sum(now),
                   sum(base * base), sum(now * now), sum(base * now)
            FROM based GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters | {"ends": ends},
        )
