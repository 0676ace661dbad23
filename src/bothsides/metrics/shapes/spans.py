"""The periods of a reading as rows of a statement, for shapes that look at each period as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bothsides.metrics.cells import Key, Reading
from bothsides.metrics.metric import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Rows of (period, first_day, last_day): each period as far as it is known; one span where none is asked."""

    rows: Sequence[tuple[date, date, date]]
    has_period: bool

    @property
    def values(self) -> str:
        """The rows as a relation of a statement. Dates come from the calendar, so they may stand as literals."""
        listed = ", ".join(f"(DATE '{p}', DATE '{first}', DATE '{last}')" for p, first, last in self.rows)
        return f"(VALUES {listed}) AS spans(span, first_day, last_day)"

    def batches(self, most: int) -> Iterator["Spans"]:
        """The same rows in order, at most so many at a time."""
        for start in range(0, len(self.rows), most):
            yield replace(self, rows=self.rows[start : start + most])

    def key(self, start: date, labels: Key) -> Key:
        """The cell's key for a row that begins with its span's period."""
        return (start, *labels) if self.has_period else labels


def spans(reading: Reading, metric: Metric) -> Spans:
    """The periods that the metric's window touches."""
    window = reading.window(metric)
    periods = reading.periods(window)
    rows = [(p.start, max(p.start, window.start), min(p.end, window.end)) for p in periods]
    return Spans(rows=rows or [(window.start, window.start, window.end)], has_period=bool(periods))
