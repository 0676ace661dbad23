"""A diagnosis as of a day is the one that would have been made on that day."""

from datetime import date

from bothsides.diagnosis import diagnose
from tests.metrics.conftest import build_market
from tests.metrics.late_market import LAST, Maker, stood


def test_a_diagnosis_of_an_earlier_day_knows_nothing_of_what_came_after_it() -> None:
    """The market has a refund, a reply, an award and a review after the day for many a row before it."""
    tables, on = Maker(2).tables, date(2024, 7, 19)
    now, then = build_market(known_until=LAST, **tables), build_market(known_until=on, **stood(tables, on))
    assert diagnose(now, as_of=on) == diagnose(then, as_of=on)
