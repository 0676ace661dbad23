"""Retention: what cohorts still do, period of age by period of age."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.cohorts.declaration import ACTIVITIES, Retention
from bothsides.metrics.compile import Window
from bothsides.metrics.interval import clustered_ratio, wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source, without
from bothsides.metrics.value import Basis, Status
from bothsides.schema import Grain

LONGEST = {Grain.WEEK: 7, Grain.MONTH: 31, Grain.QUARTER: 92, Grain.YEAR: 366}


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Shape):
    """A declared retention. Retention is no funnel: a later period may be above an earlier one.

    Without the dimension `age` it is the last age that is followed. Intervals: Wilson for accounts, account-clustered
    delta for GMV.
    """

    retention: Retention

    @property
    def reads(self) -> tuple[Read, ...]:
        """The fact of the activity."""
        return (ACTIVITIES[self.retention.active][0],)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("orders", "value"),) if self.retention.measure == "gmv" else ()

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return self.retention.active == "order"

    def labels(self, dim: str) -> tuple[str, ...]:
        """The ages."""
        return tuple(map(self.retention.label_of, self.retention.slots)) if dim == "age" else ()

    def covers(self, reading: Reading, metric: Metric) -> Window:
        """The first days of the accounts that have lived through the last age that is shown."""
        window = reading.window(metric)
        if self.retention.maturity == "counted" or "age" in reading.cut.dims:
            return window
        period = self.retention.period
        days = period if isinstance(period, int) else LONGEST[period]
        last = max((slot[1] for slot in self._shown(reading)), default=0)
        return replace(window, end=min(window.end, window.as_of - timedelta(days=days * (last + 1) - 1)))

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - it reads one fact
        """What the cohorts did since, up to the last known day."""
        window = reading.window(metric)
        return replace(window, end=window.as_of)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Every age that is shown, in every cell with a cohort."""
        tables = self._tables(reading, metric)
        found: dict[Key, Outcome] = {}
        for cell, table in tables.items():
            for slot in self._shown(reading):
                place = self.retention.slots.index(slot)
                found[_key(reading, cell, self.retention.label_of(slot))] = self._outcome(
                    table, place, slot, whole=reading.cut.grain is not None
                )
        return found

    def _shown(self, reading: Reading) -> list[tuple[int, int]]:
        wanted = [values for name, values in reading.cut.where if name == "age"]
        if "age" not in reading.cut.dims and not wanted:
            return [self.retention.slots[-1]]
        return [s for s in self.retention.slots if all(self.retention.label_of(s) in values for values in wanted)]

    def _outcome(self, table: "_Table", place: int, slot: tuple[int, int], *, whole: bool) -> Outcome:
        """One age of one cohort; `whole` asks that all of the cohort has lived through it."""
        counted = self.retention.maturity == "counted"
        old = [lived for lived in table.members if counted or lived > slot[1]]
        members = sum(table.members[lived][0] for lived in old)
        everybody = sum(count for count, _, _ in table.members.values())
        if not members:
            reason = "none of them has lived through it yet"
            return Outcome(value=None, n=0, status=Status.IMMATURE, reason=reason)
        kept = [table.kept[lived, place] for lived in old if (lived, place) in table.kept]
        n, top, top2, cross = (sum(parts) for parts in zip((0, 0.0, 0.0, 0.0), *kept, strict=True))
        young = everybody - members
        status = Status.IMMATURE if whole and young else Status.OK
        why = f"{young} of {everybody} have not lived through it yet" if status is Status.IMMATURE else None
        if self.retention.measure == "accounts":
            share = Outcome(value=n / members, n=members, basis=Basis.WILSON, status=status, reason=why)
            below, above = wilson(n, members)
            return share._replace(low=below, high=above)
        base, base2 = (sum(table.members[lived][i] for lived in old) for i in (1, 2))
        if base <= 0:
            return Outcome(
                value=None, n=members, status=Status.NO_DENOMINATOR, reason="the GMV of period 0 is not positive"
            )
        ratio = Outcome(value=top / base, n=members, basis=Basis.NOT_COMPUTED, status=status, reason=why)
        bounds = clustered_ratio(members, top, base, top2, base2, cross)
        if bounds is None:
            return ratio
        return ratio._replace(low=max(bounds[0], 0.0) if top >= 0 else bounds[0], high=bounds[1], basis=Basis.CLUSTER)

    def _tables(self, reading: Reading, metric: Metric) -> dict[Key, "_Table"]:
        """Members by how many periods they have lived through, and what of them came back in each age."""
        data = source(without(reading, "age"), metric, "accounts", "born")
        statement, parameters = self._statement(data.keys, data.names, data.condition), data.parameters
        parameters = parameters | {"as_of": reading.window(metric).as_of}
        listed = data.prefix
        tables: dict[Key, _Table] = defaultdict(_Table)
        rows = run(
            reading,
            f"{statement} SELECT {listed} lived, count(*), sum(base), sum(base * base) FROM members"
            f" GROUP BY {listed} lived",
            parameters,
        )
        for *cell, lived, count, base, base2 in rows:
            tables[tuple(cell)].members[int(lived)] = (int(count), float(base or 0), float(base2 or 0))
        rows = run(
            reading,
            f"{statement} SELECT {listed} lived, slot, count(*), sum(amount), sum(amount * amount), sum(amount * base)"
            f" FROM kept GROUP BY {listed} lived, slot",
            parameters,
        )
        for *cell, lived, slot, count, top, top2, cross in rows:
            # Amounts are empty where no rate is known; a share of accounts does not need them.
            amounts = float(top or 0), float(top2 or 0), float(cross or 0)
            tables[tuple(cell)].kept[int(lived), int(slot)] = (int(count), *amounts)
        return tables

    def _statement(self, keys: str, names: tuple[str, ...], condition: str) -> str:
        """The cohort's members with their periods lived, and the amounts of those that came back by age."""
        one = self.retention
        listed = "".join(f"m.{name}, " for name in names)
        unit = "account"
        if one.count == "organizations":
            unit = (
                "CASE WHEN organization_id IS NULL THEN account"
                " ELSE min(account) OVER (PARTITION BY side, organization_id) END"
            )
        cohort = "" if one.kind == "first_time" else f", {_index('v.day', one.period)}"
        return f"""
            WITH units AS (SELECT account, {unit} AS unit FROM dim_accounts),
            activity AS (
                SELECT u.unit, a.day, CAST(sum(a.amount) AS DOUBLE PRECISION) AS amount
                FROM ({ACTIVITIES[one.active][1]}) a JOIN units u ON u.account = a.account
                WHERE a.day <= $as_of GROUP BY u.unit, a.day
            ),
            births AS (SELECT v.unit, min(v.day) AS born FROM activity v GROUP BY v.unit{cohort}),
            cohort AS (
                SELECT {keys} b.unit, b.born, CAST({self._age("b.born", "($as_of + 1)")} AS INTEGER) AS lived
                FROM births b JOIN fact_accounts f ON f.account = b.unit WHERE {condition}
            ),
            dated AS (
                SELECT {listed} m.unit, m.born, m.lived, v.amount,
                       CAST({self._age("m.born", "v.day")} AS INTEGER) AS age
                FROM cohort m JOIN activity v ON v.unit = m.unit AND v.day >= m.born
            ),
            aged AS (
                SELECT {listed} m.unit, m.born, m.lived, m.age, sum(m.amount) AS amount
                FROM dated m GROUP BY {listed} m.unit, m.born, m.lived, m.age
            ),
            members AS (
                SELECT {listed} m.unit, m.born, m.lived, coalesce(sum(b.amount), 0) AS base
                FROM cohort m LEFT JOIN aged b ON b.unit = m.unit AND b.born = m.born AND b.age = 0
                GROUP BY {listed} m.unit, m.born, m.lived
            ),
            kept AS (
                SELECT {listed} m.unit, m.born, m.lived, m.base, s.slot, sum(a.amount) AS amount
                FROM members m JOIN aged a ON a.unit = m.unit AND a.born = m.born
                JOIN (VALUES {self._slots()}) AS s(slot, first_age, last_age)
                  ON a.age >= s.first_age AND a.age <= s.last_age
                GROUP BY {listed} m.unit, m.born, m.lived, m.base, s.slot
            )
        """

    def _slots(self) -> str:
        """Slot, first and last age; an unbounded one has no last age."""
        later = self.retention.span == "unbounded"
        return ", ".join(
            f"({place}, {first}, {100_000 if later else last})"
            for place, (first, last) in enumerate(self.retention.slots)
        )

    def _age(self, born: str, day: str) -> str:
        """Whole periods from the first day to the other."""
        period = self.retention.period
        if isinstance(period, int):
            return f"floor(({day} - {born}) * 1.0 / {period})"
        return f"{_index(day, period)} - {_index(born, period)}"


def _index(day: str, period: int | Grain) -> str:
    """The running number of a calendar period. The first day of year 1 was a Monday."""
    match period:
        case Grain.WEEK:
            return f"floor(({day} - DATE '0001-01-01') * 1.0 / 7)"
        case Grain.MONTH:
            return f"(extract(year FROM {day}) * 12 + extract(month FROM {day}))"
        case Grain.QUARTER:
            return f"(extract(year FROM {day}) * 4 + extract(quarter FROM {day}))"
        case _:
            return f"extract(year FROM {day})"


class _Table:
    """One cell's cohort: members by periods lived (count, amount, squares) and, with the age, those who came back."""

    def __init__(self) -> None:
        self.members: dict[int, tuple[int, float, float]] = {}
        self.kept: dict[tuple[int, int], tuple[int, float, float, float]] = {}


def _key(reading: Reading, cell: Key, label: str) -> Key:
    if "age" not in reading.cut.keys:
        return cell
    at = reading.cut.keys.index("age")
    return (*cell[:at], label, *cell[at:])
