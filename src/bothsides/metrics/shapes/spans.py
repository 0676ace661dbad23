"""The periods of a reading as rows of a statement, for shapes that look at each period as a whole."""

from dataclasses import dataclass
from datetime import date

from bothsides.metrics.cells import Key, Reading
from bothsides.metrics.metric import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """`VALUES` of (period, first_day, last_day): each period as far as it is known; one span where none is asked."""

    values: str
    has_period: bool

    def key(self, start: date, labels: Key) -> Key:
        """The cell's key for a row that begins with its span's period."""
        return (start, *labels) if self.has_period else labels


def spans(reading: Reading, metric: Metric) -> Spans:
    """The periods that the metric's window touches. Dates come from the calendar, so they may stand as literals."""
    window = reading.window(metric)
    periods = reading.periods(window)
    rows = [(p.start, max(p.start, window.start), min(p.end, window.end)) for p in periods]
    rows = rows or [(window.start, window.start, window.end)]
    listed = ", ".join(f"(DATE '{p}', DATE '{first}', DATE '{last}')" for p, first, last in rows)
    return Spans(values=f"(VALUES {listed}) AS spans(span, first_day, last_day)", has_period=bool(periods))
