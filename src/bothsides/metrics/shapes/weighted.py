"""What the open pipeline is worth: amounts times the chance to win them, stale deals left out."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.shapes.spans import spans
from bothsides.metrics.value import Basis, Status

STALE_DAYS = 180
"""An opportunity open for longer than this is aged out of the qualified pipeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedPipeline(Shape):
    """Amounts open on the period's last known day, each times its chance.

    `history`: the share won of all deals of its side closed by that day. `declared`: the chance that the deal carries,
    as it is known now; deals without one are left out.
    Source: metric dictionary row 63.
    """

    chance: Literal["history", "declared"]

    @property
    def reads(self) -> tuple[Read, ...]:
        """Opportunities."""
        return (("opportunities", "opened_on"),)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        return (("opportunities", "amount"),)

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - it reads one fact
        """What was opened before, as long as it is not stale."""
        window = reading.window(metric)
        return replace(window, start=window.start - timedelta(days=STALE_DAYS))

    @property
    def nothing(self) -> Outcome:
        """Nothing open is nothing, not unknown."""
        return Outcome(value=0, n=0)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The weighted amount in every cell."""
        data = source(reading, metric, "opportunities", "opened_on", dated=False)
        labels = [name for name in data.names if name != "period"]
        listed = "".join(f"o.{name}, " for name in labels)
        positions = ", ".join(str(i + 1) for i in range(len(labels) + 1))
        worth = "o.amount * r.chance" if self.chance == "history" else "o.expected"
        cut = spans(reading, metric)
        rows = run(
            reading,
            f"""
            WITH chances AS (
                SELECT spans.span, f.side, avg(CASE WHEN f.status = 'won' THEN 1.0 ELSE 0.0 END) AS chance
                FROM {cut.values} JOIN fact_opportunities f ON f.closed_on <= spans.last_day
                GROUP BY spans.span, f.side
            )
            SELECT spans.span, {listed} CAST(sum({worth}) AS DOUBLE), count({worth}), count(*)
            FROM {cut.values}
            JOIN (SELECT * FROM {data.relation} WHERE {data.condition}) o
              ON o.opened_on <= spans.last_day AND (o.closed_on IS NULL OR o.closed_on > spans.last_day)
             AND (o.status = 'open' OR o.closed_on IS NOT NULL)
             AND spans.last_day - o.opened_on <= {STALE_DAYS}
            LEFT JOIN chances r ON r.span = spans.span AND r.side = o.side
            GROUP BY {positions} ORDER BY {positions}
            """,
            data.parameters,
        )
        found: dict[Key, Outcome] = {
            cut.key(span, tuple(keys)): self._outcome(value, weighed, n) for span, *keys, value, weighed, n in rows
        }
        for key in reading.keys(metric, iter(found)):
            found.setdefault(key, self.nothing)
        return found

    def _outcome(self, value: float | None, weighed: int, n: int) -> Outcome:
        if self.chance == "history" and weighed < n:
            reason = "no deal has been closed yet, so there is no chance to go by"
            return Outcome(value=None, n=n, status=Status.NO_DENOMINATOR, reason=reason)
        return Outcome(value=value or 0, n=weighed, basis=Basis.NOT_COMPUTED)
