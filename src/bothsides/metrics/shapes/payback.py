"""Observed payback: the month of age in which a cohort has earned back what it cost to win."""

from dataclasses import dataclass, replace
from itertools import accumulate

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.contribution import HALF
from bothsides.metrics.shapes.lifetime import LifetimeValue
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedPayback(Shape):
    """The first month of age by which the mean account's net revenue covers the cohort's acquisition cost.

    The cost is the spend of the cell per account first active in it; the revenue is the life table's, credited half to
    each side, or as agreed. A cohort that has not paid back in what is seen of it has no month and says how far it got.
    Source: metric dictionary row 39, observed variant.
    """

    horizon: int = 36
    buyer_share: float = HALF

    @property
    def reads(self) -> tuple[Read, ...]:
        """Accounts by first order, their orders, and spend."""
        return (("accounts", "first_order_on"), ("orders", "placed_on"), ("spend", "spent_on"))

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("orders", "earned"), ("fees", "amount"), ("spend", "amount"))

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return True

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:
        """What was spent on the accounts, and what they earned since, up to the last known day."""
        window = reading.window(metric)
        return window if fact == "spend" else replace(window, end=window.as_of)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The month in every cell with new accounts or spend, and why there is none where one of them is missing."""
        data = source(reading, metric, "spend", "spent_on")
        positions = ", ".join(str(i + 1) for i in range(len(data.names)))
        rows = run(
            reading,
            f"""
            SELECT {data.keys} CAST(sum(amount) AS DOUBLE)
            FROM {data.relation} WHERE {data.condition} {f"GROUP BY {positions}" if positions else ""}
            """,
            data.parameters,
        )
        spent: dict[Key, float] = {tuple(labels): amount for *labels, amount in rows if amount}
        tables = LifetimeValue(horizon=self.horizon, buyer_share=self.buyer_share).tables(reading, metric)
        found: dict[Key, Outcome] = {}
        for key in dict.fromkeys((*tables, *spent)):
            n = sum(tables[key].lived.values()) if key in tables else 0
            if n and key in spent:
                found[key] = self._outcome(spent[key] / n, n, tables[key].means(self.horizon))
            else:
                missing = "nothing was spent that could be earned back" if n else "nobody was won"
                found[key] = Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason=missing)
        return found

    def _outcome(self, cost: float, n: int, means: list[float]) -> Outcome:
        earned = list(accumulate(means))
        month = next((i + 1 for i, total in enumerate(earned) if total >= cost), None)
        if month is not None:
            return Outcome(value=float(month), n=n, basis=Basis.NOT_COMPUTED)
        share = max(earned, default=0.0) / cost
        seen = (
            f"the horizon of {self.horizon} months" if len(means) == self.horizon else f"the {len(means)} months seen"
        )
        reason = f"not within {seen}: {share:.0%} earned back"
        return Outcome(value=None, n=n, status=Status.IMMATURE, reason=reason)
