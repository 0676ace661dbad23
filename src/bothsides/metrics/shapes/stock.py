"""Stocks at the end of a period: what was open then. A stock is not additive over time."""

from dataclasses import dataclass, replace
from datetime import date

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock(Shape):
    """Rows opened by the period's last known day and not closed by then: counted, counted per account, or summed.

    `where` is a condition of the declaration on columns of the fact.
    """

    fact: str
    opened: str
    closed: str
    total: str = "count(*)"
    where: str = "true"

    @property
    def reads(self) -> tuple[Read, ...]:
        """The one fact it reads."""
        return ((self.fact, self.opened),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return ((self.fact, "amount"),) if "amount" in self.total else ()

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - it reads one fact
        """What was opened on any day may still be open."""
        return replace(reading.window(metric), start=date.min)

    @property
    def nothing(self) -> Outcome:
        """Nothing open is nothing, not unknown."""
        return Outcome(value=0, n=0)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The stock in every cell."""
        window = reading.window(metric)
        periods = reading.periods(window)
        ends: dict[date, date] = {min(p.end, window.end): p.start for p in periods} or {window.end: window.end}
        data = source(reading, metric, self.fact, self.opened, dated=False)
        labels = [name for name in data.names if name != "period"]
        listed = "".join(f"{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        rows = run(
            reading,
            f"""
            WITH ends AS (SELECT unnest($ends::DATE[]) AS last_day)
            SELECT e.last_day, {listed} {self.total}, count(*)
            FROM ends e JOIN {data.relation} s
              ON s.{self.opened} <= e.last_day AND (s.{self.closed} IS NULL OR s.{self.closed} > e.last_day)
            WHERE {data.condition} AND {self.where} GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters | {"ends": list(ends)},
        )
        found: dict[Key, Outcome] = {
            (*((ends[last_day],) if reading.cut.grain else ()), *keys): Outcome(value=value or 0, n=n)
            for last_day, *keys, value, n in rows
        }
        for key in reading.keys(metric, iter(found)):
            found.setdefault(key, self.nothing)
        return found
