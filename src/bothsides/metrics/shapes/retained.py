"""Net and gross retention: what the accounts of a base year brought in the year after."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.interval import clustered_ratio, wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run_once, source
from bothsides.metrics.value import Basis, Status
from bothsides.schema.period import add_months

MOST_PERIODS = 12
"""Periods that are worked out by one reading of their years; each adds two columns to it."""


class _Followed(NamedTuple):
    """The accounts of one base year: how many, how many came back, and what they brought then and in the year after.

    Amounts with their squares, and the product of the two; `now` is the year after, capped where growth is left out.
    """

    last_month: date
    labels: Key
    accounts: int
    kept: int
    base: float
    base2: float
    now: float
    now2: float
    cross: float


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
        for one in self._followed(reading, metric, list(ends)):
            key: Key = (*((ends[one.last_month],) if reading.cut.grain else ()), *one.labels)
            found[key] = self._outcome(one)
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

    def _outcome(self, one: _Followed) -> Outcome:
        if self.kind == "logo":
            low, high = wilson(one.kept, one.accounts)
            return Outcome(value=one.kept / one.accounts, n=one.accounts, low=low, high=high, basis=Basis.WILSON)
        if one.base <= 0:
            reason = "the base amount is not positive"
            return Outcome(value=None, n=one.accounts, status=Status.NO_DENOMINATOR, reason=reason)
        value = one.now / one.base
        bounds = clustered_ratio(one.accounts, one.now, one.base, one.now2, one.base2, one.cross)
        if bounds is None:
            return Outcome(value=value, n=one.accounts, basis=Basis.NOT_COMPUTED)
        low = max(bounds[0], 0.0) if value >= 0 else bounds[0]
        high = min(bounds[1], 1.0) if self.kind == "gross" else bounds[1]
        return Outcome(value=value, n=one.accounts, low=low, high=high, basis=Basis.CLUSTER)

    def _ends(self, reading: Reading, metric: Metric) -> dict[date, date]:
        """The last month of each complete period, and the period's first day."""
        window = reading.window(metric)
        if reading.cut.grain is None:
            return {_last_whole_month(window.end): window.start}
        return {p.end.replace(day=1): p.start for p in reading.periods(window) if p.end <= window.end}

    def _followed(self, reading: Reading, metric: Metric, ends: list[date]) -> Iterator[_Followed]:
        """What the accounts of each period's base year brought in it and in the year after, by label.

        Accounts are the only groups and every year is a column: far cheaper than a group for each account and period.
        The three kinds ask the same of the rows.
        """
        data = source(reading, metric, "account_months", "month", dated=False)
        labels = [name for name in data.names if name != "period"]
        listed = "".join(f"{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        # Of GMV an account is in the base by its orders, of revenue by an amount, which may be a fee of its own.
        traded, belongs = ("AND orders > 0", "IS NOT NULL") if self.column == "value" else ("", "> 0")
        for at in range(0, len(ends), MOST_PERIODS):
            part = ends[at : at + MOST_PERIODS]
            followed = " UNION ALL ".join(
                f"SELECT {nth} AS nth, {listed} base_{nth} AS base, later_{nth} AS later,"
                f" least(coalesce(later_{nth}, 0), base_{nth}) AS capped FROM years WHERE base_{nth} {belongs}"
                for nth in range(len(part))
            )
            rows = run_once(
                reading,
                f"""
                WITH amounts AS (
                    SELECT {listed} account, month, coalesce({self.column}, 0)::DOUBLE AS amount FROM {data.relation}
                    WHERE {data.condition} AND month BETWEEN $from AND $to {traded}
                ),
                years AS (
                    SELECT {listed} account, {", ".join(self._years(nth, end) for nth, end in enumerate(part))}
                    FROM amounts GROUP BY {listed} account
                ),
                followed AS ({followed})
                SELECT nth, {listed} count(*), count(later), sum(base), sum(base * base),
                       coalesce(sum(later), 0), coalesce(sum(later * later), 0), coalesce(sum(base * later), 0),
                       sum(capped), sum(capped * capped), sum(base * capped)
                FROM followed GROUP BY {positions} ORDER BY {positions}
                """,
                data.parameters | {"from": add_months(min(part), 1 - 2 * self.months), "to": max(part)},
            )
            for nth, *cell, count, kept, base, base2, later, later2, cross, capped, capped2, capped_cross in rows:
                after = (capped, capped2, capped_cross) if self.kind == "gross" else (later, later2, cross)
                yield _Followed(part[nth], tuple(cell), count, kept, base, base2, *after)

    def _years(self, nth: int, end: date) -> str:
        """The two columns of a period: what an account brought in its base year, and in the one that ends with it."""
        parts = []
        for name, last in (("base", add_months(end, -self.months)), ("later", end)):
            months = f"month BETWEEN DATE '{add_months(last, 1 - self.months)}' AND DATE '{last}'"
            parts.append(f"sum(amount) FILTER ({months}) AS {name}_{nth}")
        return ", ".join(parts)


def _last_whole_month(day: date) -> date:
    """The first day of the last month that is over at the end of the day."""
    return add_months((day + timedelta(days=1)).replace(day=1), -1)
