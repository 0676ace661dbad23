"""The SQL of a period's first day and the calendar's own agree on every day."""

from datetime import date

import duckdb
import pytest

from bothsides.metrics.compile import period_start
from bothsides.schema import Grain, Period


@pytest.mark.parametrize(
    ("grain", "fiscal_start"), [*((grain, 1) for grain in Grain), (Grain.FISCAL_YEAR, 4), (Grain.FISCAL_YEAR, 10)]
)
@pytest.mark.parametrize(("first", "last"), [("1968-12-20", "1971-01-10"), ("2019-12-20", "2027-01-10")])
def test_every_day_falls_into_its_period(grain: Grain, fiscal_start: int, first: str, last: str) -> None:
    with duckdb.connect() as con:
        days = con.execute(
            f"SELECT day::DATE AS day, {period_start('day::DATE', grain, fiscal_start)} "
            f"FROM generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY) t(day)"
        ).fetchall()
    assert len(days) > 700
    wrong = [row for row in days if row[1] != Period.containing(row[0], grain, fiscal_start=fiscal_start).start]
    assert wrong == []
    assert {type(start) for _, start in days} == {date}
