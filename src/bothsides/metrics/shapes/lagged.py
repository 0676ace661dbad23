"""Acquisition cost with a lag: what was spent a median cycle earlier, over the accounts won now."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.spans import spans
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedCost(Shape):
    """Spend of the period moved back by the lag, per account whose first order falls in the period.

    The lag is the median of days from signup to first order of the accounts that have ordered, at most `longest` days;
    it is the same in every cell of the answer. A period whose spend would begin before spend is known is left out.
    Source: metric dictionary row 38, spend in t less the median cycle.
    """

    longest: int = 180

    @property
    def reads(self) -> tuple[Read, ...]:
        """Spend and accounts by first order."""
        return (("spend", "spent_on"), ("accounts", "first_order_on"))

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("spend", "amount"),)

    @property
    def histories(self) -> bool:
        """First orders may be outside a sample."""
        return True

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - only spend is money
        """The days moved back by the lag."""
        window, lag = reading.window(metric), timedelta(days=self._lag(reading, metric))
        return replace(window, start=window.start - lag, end=window.end - lag)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The cost per account in every cell with a new account or spend."""
        lag = self._lag(reading, metric)
        first_spent = reading.store.ranges["spend"][0]
        spend = source(reading, metric, "spend", "spent_on", dated=False)
        won = source(reading, metric, "accounts", "first_order_on", dated=False)
        labels = [name for name in spend.names if name != "period"]
        listed = "".join(f"x.{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        cut = spans(reading, metric)
        tops = run(
            reading,
            f"""
            SELECT spans.span, {listed} CAST(sum(x.amount) AS DOUBLE)
            FROM {cut.values} JOIN (SELECT * FROM {spend.relation} WHERE {spend.condition}) x
              ON x.spent_on BETWEEN spans.first_day - {lag} AND spans.last_day - {lag}
            GROUP BY {positions}
            """,
            spend.parameters,
        )
        bottoms = run(
            reading,
            f"""
            SELECT spans.span, {listed} spans.first_day - {lag} >= $since, count(*)
            FROM {cut.values} JOIN (SELECT * FROM {won.relation} WHERE {won.condition}) x
              ON x.first_order_on BETWEEN spans.first_day AND spans.last_day
            GROUP BY {positions}, spans.first_day
            """,
            won.parameters | {"since": first_spent},
        )
        spent: dict[Key, float] = {cut.key(span, tuple(keys)): amount for span, *keys, amount in tops}
        nobody = Outcome(
            value=None, n=0, status=Status.NO_DENOMINATOR, reason="the denominator is zero: nobody was won"
        )
        found: dict[Key, Outcome] = {key: nobody for key, amount in spent.items() if amount}
        for span, *keys, covered, accounts in bottoms:
            key = cut.key(span, tuple(keys))
            found[key] = _outcome(spent.get(key, 0.0) / accounts if covered else None, accounts, lag, first_spent)
        return found

    def _lag(self, reading: Reading, metric: Metric) -> int:
        side = "" if reading.query.side is None else f"AND side = '{reading.query.side.value}'"
        rows = run(
            reading,
            f"""
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days_to_first_order) FROM fact_accounts
            WHERE days_to_first_order >= 0 AND first_order_on <= $as_of {side}
            """,
            {"as_of": reading.window(metric).as_of},
        )
        return min(self.longest, round(rows[0][0] or 0))


def _outcome(cost: float | None, accounts: int, lag: int, first_spent: date) -> Outcome:
    if cost is None:
        first = first_spent + timedelta(days=lag)
        reason = f"needs spend {lag} days earlier: known from {first_spent}, so periods from {first} on"
        return Outcome(value=None, n=accounts, status=Status.IMMATURE, reason=reason)
    return Outcome(value=cost, n=accounts, basis=Basis.NOT_COMPUTED)
