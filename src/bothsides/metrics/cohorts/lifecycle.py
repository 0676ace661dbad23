"""Lifecycle: of a period's accounts, the new, the returning, those back from the dead, and those gone quiet."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import period_start
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Status
from bothsides.schema import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Shape):
    """Accounts by what they did in the period and the one before; active is an account with a completed order.

    `new`: active, never before. `returning`: active, and in the period before. `resurrected`: active, not in the period
    before, but earlier. `dormant`: active in the period before, not in this one. So the active are the new, the
    returning and the resurrected; and those active in the period before are the returning and the dormant.
    """

    state: Literal["new", "returning", "resurrected", "dormant"]

    @property
    def reads(self) -> tuple[Read, ...]:
        """Completed orders."""
        return (("orders", "placed_on"),)

    @property
    def histories(self) -> bool:
        """It follows accounts."""
        return True

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The count per period and side; without a period there is nothing to compare."""
        if reading.cut.grain is None:
            none = Outcome(
                value=None, n=0, status=Status.UNAVAILABLE, reason="compares periods: split by one, --by month"
            )
            return dict.fromkeys(reading.keys(metric, iter(())), none) or {self._total(reading): none}
        found = self._counted(reading, metric)
        for key in reading.keys(metric, iter(found)):
            found.setdefault(key, Outcome(value=0, n=0))
        known = reading.known(metric).start
        for key, outcome in found.items():
            start = key[0]
            assert isinstance(start, date)
            before = _before(reading, start)
            if before.end < known:
                found[key] = Outcome(
                    value=None,
                    n=0,
                    status=Status.UNAVAILABLE,
                    reason=f"known from {known}: nothing is known of the period before",
                )
            elif before.start < known:
                found[key] = outcome._replace(
                    status=Status.PARTIAL, reason=f"the period before is known from {known} only"
                )
        return found

    def _total(self, reading: Reading) -> Key:
        return tuple(None for _ in reading.cut.keys)

    def _counted(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        cut, window = reading.cut, reading.window(metric)
        assert cut.grain is not None
        starts = [p.start for p in reading.periods(window)]
        labels = [name for name in cut.keys if name != "period"]
        listed = "".join(f"f.{name}, " for name in labels)
        data = source(reading, metric, "accounts", "period", dated=False)
        # The period after one, by its first day: the last listed one has none and does not matter.
        following = ", ".join(f"(DATE '{_before(reading, start).start}', DATE '{start}')" for start in starts)
        condition = {
            "new": "p.earlier IS NULL",
            "returning": "p.earlier = n.before",
            "resurrected": "p.earlier < n.before",
            "dormant": "p.later IS NULL OR p.later > n.start",
        }[self.state]
        on = "n.before = p.period" if self.state == "dormant" else "n.start = p.period"
        rows = (
            run(
                reading,
                f"""
            WITH active AS (
                SELECT DISTINCT account, {period_start("placed_on", cut.grain, cut.fiscal_start)} AS period
                FROM fact_order_parties WHERE placed_on <= $last
            ),
            placed AS (
                SELECT account, period, lag(period) OVER own AS earlier, lead(period) OVER own AS later
                FROM active WINDOW own AS (PARTITION BY account ORDER BY period)
            )
            SELECT n.start, {listed} count(*)
            FROM placed p JOIN (VALUES {following}) AS n(before, start) ON {on}
            JOIN fact_accounts f ON f.account = p.account
            WHERE ({condition}) AND {data.condition} GROUP BY n.start, {listed.removesuffix(", ") or "n.start"}
            """,
                data.parameters | {"last": window.end},
            )
            if starts
            else []
        )
        return {(start, *cell): Outcome(value=count, n=count) for start, *cell, count in rows}


def _before(reading: Reading, start: date) -> Period:
    """The period before the one that starts on the day."""
    cut = reading.cut
    assert cut.grain is not None
    return Period.containing(date.fromordinal(start.toordinal() - 1), cut.grain, fiscal_start=cut.fiscal_start)
