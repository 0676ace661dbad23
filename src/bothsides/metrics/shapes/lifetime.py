"""Lifetime value: what an account earned the marketplace, month of age by month of age."""

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.interval import Z
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.contribution import HALF, credited
from bothsides.metrics.shapes.shape import Shape, run, source
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
        own = credited("earned", self.buyer_share) if self.credit == "half" else "earned * 2"
        data = source(reading, metric, "accounts", "first_order_on")
        worth = (
            f"amount * power({1 + self.discount!r}, age * {-MONTH_DAYS / YEAR_DAYS!r})" if self.discount else "amount"
        )
        same = "".join(f" AND r.{name} IS NOT DISTINCT FROM e.{name}" for name in data.names)
        rows = run(
            reading,
            f"""
            WITH cohort AS (
                SELECT {data.keys} account, first_order_on,
                       least({self.horizon}, ($as_of - first_order_on + 1) // {MONTH_DAYS}) AS lived
                FROM {data.relation} WHERE {data.condition}
            ),
            paid AS (
                SELECT account, placed_on AS paid_on, {own} AS earned FROM fact_order_parties
                UNION ALL
                SELECT account, charged_on, amount FROM fact_fee_parties WHERE NOT on_order
            ),
            earned AS (
                SELECT {"".join(f"c.{n}, " for n in data.names)} c.account, c.lived,
                       (p.paid_on - c.first_order_on) // {MONTH_DAYS} AS age, sum(p.earned)::DOUBLE AS amount
                FROM cohort c JOIN paid p USING (account)
                WHERE p.paid_on BETWEEN c.first_order_on AND $as_of
                  AND (p.paid_on - c.first_order_on) // {MONTH_DAYS} < c.lived
                GROUP BY ALL
            ),
            worths AS (SELECT {data.prefix} account, lived, age, {worth} AS worth FROM earned),
            alive AS (SELECT {data.prefix} lived, count(*) AS accounts FROM cohort GROUP BY ALL),
            totals AS (SELECT {data.prefix} age, sum(worth) AS total FROM worths GROUP BY ALL),
            at_risk AS (
                SELECT {"".join(f"l.{n}, " for n in data.names)} a.age, sum(l.accounts)::DOUBLE AS accounts
                FROM (SELECT DISTINCT age FROM totals) a JOIN alive l ON l.lived > a.age
                GROUP BY ALL HAVING sum(l.accounts) >= {LEAST_AT_RISK}
            ),
            influences AS (
                SELECT {"".join(f"e.{n}, " for n in data.names)} e.account, e.lived, sum(e.worth / r.accounts) AS part
                FROM worths e JOIN at_risk r ON r.age = e.age{same} GROUP BY ALL
            ),
            spreads AS (
                SELECT {data.prefix} lived, count(*) AS earning, avg(part) AS mean, var_pop(part) AS variance
                FROM influences GROUP BY ALL
            )
            SELECT {data.prefix} 'lived' AS told, lived AS months, accounts, NULL::DOUBLE, NULL::DOUBLE FROM alive
            UNION ALL
            SELECT {data.prefix} 'earned', age, NULL::BIGINT, total, NULL::DOUBLE FROM totals
            UNION ALL
            SELECT {data.prefix} 'spread', lived, earning, mean, variance FROM spreads
            """,
            data.parameters | {"as_of": reading.window(metric).as_of},
        )
        tables: dict[Key, LifeTable] = defaultdict(LifeTable)
        for *labels, told, months, accounts, amount, variance in rows:
            table = tables[tuple(labels)]
            if told == "lived":
                table.lived[months] = accounts
            elif told == "earned":
                table.totals[months] = amount
            else:
                table.spreads[months] = accounts, amount, variance
        return tables


class LifeTable:
    """One cell's accounts by months lived through, and what they earned at each age."""

    def __init__(self) -> None:
        self.lived: dict[int, int] = defaultdict(int)
        self.totals: dict[int, float] = {}
        """What all of them earned, by month of age."""
        self.spreads: dict[int, tuple[int, float, float]] = {}
        """Of those that earned, by months lived through: how many, mean and variance of their influence's own part."""

    def at_risk(self, horizon: int) -> list[int]:
        """How many accounts have lived through each month of age, while they are enough."""
        lived = [sum(n for months, n in self.lived.items() if months > age) for age in range(horizon)]
        return [n for n in lived if n >= LEAST_AT_RISK]

    def means(self, horizon: int) -> list[float]:
        """What an account brought on average in each month of age."""
        at_risk = self.at_risk(horizon)
        return [self.totals.get(age, 0.0) / n for age, n in enumerate(at_risk)]

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
            earning, mean, own = self.spreads.get(months, (0, 0.0, 0.0))
            variance += earning * (own + (mean - due) ** 2) + (everybody - earning) * due**2
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
