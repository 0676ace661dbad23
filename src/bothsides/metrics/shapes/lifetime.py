"""Lifetime value: what an account earned the marketplace, month of age by month of age."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.interval import Z
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.contribution import HALF, credited
from bothsides.metrics.shapes.shape import Shape, run_once, source, worked
from bothsides.metrics.value import Basis, Status

MONTH_DAYS = 30
"""An age month is 30 days from the first order, so that every month of age is equally long."""

YEAR_DAYS = 365.25

LEAST_AT_RISK = 10
"""An age month is used while at least this many accounts have lived through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeValue(Shape):
    """Sum over months of age of the mean net revenue per account, among accounts that have lived through that month.

    Revenue of an order, less fees returned, is credited half to its buyer and half to its supplier; fees of an
    account's own, such as subscriptions, count from its first order on. Survival is inside: an account that left
    brings zero. Nothing is extrapolated: when fewer than `horizon` months can be seen the value covers those and is
    `immature`. Before variable cost. The interval follows from each account's influence.
    `buyer_share` is the buyer's share of it where people agreed on another split, the supplier's the rest.
    With `credit` full the revenue of an order counts whole on both sides, so the sides must never be added up;
    `discount` is the yearly rate at which later months count less.
    Source: metric dictionary row 40; life-table estimator as in Fader and Hardie 2009 (discrete, non-parametric).
    """

    horizon: int = 24
    credit: Literal["half", "full"] = "half"
    discount: float = 0.0
    buyer_share: float = HALF

    @property
    def reads(self) -> tuple[Read, ...]:
        """Accounts by first order, and their orders."""
        return (("accounts", "first_order_on"), ("orders", "placed_on"))

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("orders", "earned"), ("fees", "amount"))

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return True

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - all that is earned
        """What the accounts earned since, up to the last known day."""
        window = reading.window(metric)
        return replace(window, end=window.as_of)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Lifetime value per cohort cell."""
        return {key: table.outcome(self.horizon) for key, table in self.tables(reading, metric).items()}

    def tables(self, reading: Reading, metric: Metric) -> dict[Key, "LifeTable"]:
        """The life table of every cohort cell."""
        data, ages = source(reading, metric, "accounts", "first_order_on"), range(self.horizon)
        labels = "".join(f"c.{name}, " for name in data.names)
        same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM w.{name}" for name in data.names) or "TRUE"
        rows = run_once(
            reading,
            f"""
            WITH cohort AS (
                SELECT {data.keys} account,
                       least({self.horizon}, ($as_of - first_order_on + 1) // {MONTH_DAYS}) AS lived
                FROM {data.relation} WHERE {data.condition}
            ),
            at_risk AS (
                SELECT {data.prefix} {", ".join(_AT_RISK.format(age=age) for age in ages)} FROM cohort {data.by}
            ),
            worths AS (
                SELECT {labels} c.lived, {", ".join(f"{self._worth(age)} AS worth_{age}" for age in ages)}
                FROM cohort c LEFT JOIN {worked(reading, self._earned_by_age())} e USING (account)
            ),
            influences AS (
                SELECT w.*, {" + ".join(f"coalesce(worth_{age} / at_risk_{age}, 0)" for age in ages)} AS part
                FROM worths w JOIN at_risk r ON {same}
            )
            SELECT {data.prefix} lived, count(*), avg(part), var_pop(part),
                   {", ".join(f"sum(worth_{age})" for age in ages)}
            FROM influences GROUP BY {data.prefix} lived
            """,
            data.parameters | {"as_of": reading.window(metric).as_of},
        )
        tables: dict[Key, LifeTable] = defaultdict(LifeTable)
        for row in rows:
            labels_end = len(data.names)
            months, accounts, mean, variance, *totals = row[labels_end:]
            tables[tuple(row[:labels_end])].add(months, accounts, mean, variance, totals)
        return tables

    def _worth(self, age: int) -> str:
        """What an account earned in a month of age that it has lived through, as it counts."""
        discount = f" * power({1 + self.discount!r}, {age} * {-MONTH_DAYS / YEAR_DAYS!r})" if self.discount else ""
        return f"CASE WHEN c.lived > {age} THEN e.earned_{age}{discount} END"

    def _earned_by_age(self) -> str:
        """One row an account, one column a month of age: the same whatever the cells and the as-of date are.

        Every cut of the accounts then adds up columns, which costs a tenth of reading the orders again.
        """
        own = credited("earned", self.buyer_share) if self.credit == "half" else "earned * 2"
        ages = (
            f"CAST(sum(CASE WHEN age = {age} THEN earned END) AS DOUBLE) AS earned_{age}" for age in range(self.horizon)
        )
        return f"""
            SELECT account, {", ".join(ages)}
            FROM (
                SELECT a.account, p.earned, (p.paid_on - a.first_order_on) // {MONTH_DAYS} AS age
                FROM fact_accounts a JOIN (
                    SELECT account, placed_on AS paid_on, {own} AS earned FROM fact_order_parties
                    UNION ALL
                    SELECT account, charged_on, amount FROM fact_fee_parties WHERE NOT on_order
                ) AS p USING (account)
                WHERE p.paid_on >= a.first_order_on
            ) AS aged
            GROUP BY account
        """


_AT_RISK = f"""
CASE WHEN count(*) FILTER (lived > {{age}}) >= {LEAST_AT_RISK}
     THEN CAST(count(*) FILTER (lived > {{age}}) AS DOUBLE) END AS at_risk_{{age}}
"""


class LifeTable:
    """One cell's accounts by months lived through, and what they earned at each age."""

    def __init__(self) -> None:
        self.lived: dict[int, int] = defaultdict(int)
        self.totals: dict[int, float] = defaultdict(float)
        """What all of them earned, by month of age."""
        self.spreads: dict[int, tuple[float, float]] = {}
        """By months lived through: mean and variance of the own part of an account's influence."""

    def add(self, months: int, accounts: int, mean: float, variance: float, totals: Sequence[float | None]) -> None:
        """The accounts that have lived through so many months; `totals` are what they earned, by month of age."""
        self.lived[months] += accounts
        self.spreads[months] = mean, variance
        for age, total in enumerate(totals):
            self.totals[age] += total or 0.0

    def at_risk(self, horizon: int) -> list[int]:
        """How many accounts have lived through each month of age, while they are enough."""
        lived = [sum(n for months, n in self.lived.items() if months > age) for age in range(horizon)]
        return [n for n in lived if n >= LEAST_AT_RISK]

    def means(self, horizon: int) -> list[float]:
        """What an account brought on average in each month of age."""
        at_risk = self.at_risk(horizon)
        return [self.totals[age] / n for age, n in enumerate(at_risk)]

    def outcome(self, horizon: int) -> Outcome:
        """Mean by age summed; the influence of account i is the sum over its ages of (amount - mean) / at risk."""
        accounts = sum(self.lived.values())
        at_risk = self.at_risk(horizon)
        seen = len(at_risk)
        if seen == 0:
            return Outcome(
                value=None,
                n=accounts,
                status=Status.IMMATURE,
                reason=f"fewer than {LEAST_AT_RISK} accounts have lived through their first month",
            )
        means = self.means(horizon)
        expected = [0.0]
        for mean, n in zip(means, at_risk, strict=False):
            expected.append(expected[-1] + mean / n)
        variance = 0.0
        for months, everybody in self.lived.items():
            due = expected[min(months, seen)]
            mean, own = self.spreads[months]
            variance += everybody * (own + (mean - due) ** 2)
        value, spread = sum(means), Z * math.sqrt(variance)
        status = Status.OK if seen == horizon else Status.IMMATURE
        reason = None if seen == horizon else f"covers the {seen} months of age seen so far, of {horizon}"
        return Outcome(
            value=value,
            n=accounts,
            low=value - spread,
            high=value + spread,
            basis=Basis.CLUSTER,
            status=status,
            reason=reason,
        )
