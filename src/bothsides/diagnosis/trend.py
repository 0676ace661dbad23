"""A fall of the latest months that the twelve-month figure hides, and the month since which."""

from collections.abc import Sequence
from datetime import date

from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Spans
from bothsides.diagnosis.wording import money, share
from bothsides.metrics import Store
from bothsides.schema import minor_units
from bothsides.schema.period import add_months

QUARTER = 3
YEAR = 12


LEAST_TURN = 0.01
"""Smaller moves from one quarter to the next are level."""


def recent_turn(store: Store, covered: Spans) -> str:
    """One clause where GMV of the last three months moved against the year's change; else empty."""
    window = covered.window
    if window.whole_months < YEAR:
        return ""
    amount = "value * weight" if store.sampled else "value"
    last = window.end.replace(day=1)
    starts = {
        "quarter": add_months(last, 1 - QUARTER),
        "earlier": add_months(last, 1 - 2 * QUARTER),
        "year": add_months(last, 1 - YEAR),
        "first": add_months(last, 1 - 2 * YEAR),
    }
    if (covered.known.start - starts["first"]).days > 10:
        return ""
    row = store.engine.row(
        f"SELECT coalesce(sum({amount}) FILTER (placed_on >= $quarter), 0)::DOUBLE,"
        f" coalesce(sum({amount}) FILTER (placed_on >= $earlier AND placed_on < $quarter), 0)::DOUBLE,"
        f" coalesce(sum({amount}) FILTER (placed_on >= $year), 0)::DOUBLE,"
        f" coalesce(sum({amount}) FILTER (placed_on < $year), 0)::DOUBLE"
        " FROM fact_orders WHERE placed_on BETWEEN $first AND $end",
        starts | {"end": window.end},
    )
    if row is None:
        return ""
    quarter, earlier, year, before = (amount / 10 ** minor_units(store.currency) for amount in row)
    return turn((earlier, quarter), (before, year), store.currency)


def turn(quarters: tuple[float, float], years: tuple[float, float], currency: str) -> str:
    """The clause from two quarters' amounts and two years', major units, the earlier first.

    >>> turn((62.2e6, 60.8e6), (32e6, 184e6), "GBP")
    'but its last three months brought GBP 60.8 m, the three before GBP 62.2 m'
    >>> turn((60.8e6, 62.2e6), (32e6, 184e6), "GBP")
    ''
    """
    if min(*quarters, *years) <= 0:
        return ""
    recent, yearly = quarters[1] / quarters[0] - 1, years[1] / years[0] - 1
    if min(abs(recent), abs(yearly)) < LEAST_TURN or recent * yearly > 0:
        return ""
    before, now = (money(amount, currency) for amount in quarters)
    return f"but its last three months brought {now}, the three before {before}"


def recent_fall(store: Store, covered: Spans, policy: DiagnosisPolicy) -> str:
    """One clause where GMV of the last three months of the window fell below its year beyond season; else empty.

    Needs twelve months; declared samples are weighted.
    """
    window = covered.window
    if window.whole_months < YEAR:
        return ""
    amount = "value * weight" if store.sampled else "value"
    first = add_months(window.start.replace(day=1), -YEAR)
    rows = store.engine.rows(
        f"SELECT date_trunc('month', placed_on)::DATE, coalesce(sum({amount}), 0)::DOUBLE, count(*) FROM fact_orders"
        " WHERE placed_on BETWEEN $first AND $last GROUP BY 1",
        {"first": first, "last": window.end},
    )
    seen = {month: (total, orders) for month, total, orders in rows}
    last = window.end.replace(day=1)
    months = [add_months(last, i + 1 - YEAR) for i in range(YEAR)]
    if sum(seen.get(month, (0.0, 0))[1] for month in months) < policy.least_n:
        return ""
    now = [seen.get(month, (0.0, 0))[0] for month in months]
    reaches = (covered.known.start - first).days <= 10
    before = [seen.get(add_months(month, -YEAR), (0.0, 0))[0] for month in months] if reaches else None
    return fall(months, now, before, policy.recent_fall)


def fall(months: Sequence[date], now: Sequence[float], before: Sequence[float] | None, least: float) -> str:
    """The clause from a year of monthly amounts and, where known, the year before.

    A fall counts when the last quarter is more than `least` below the year's average, and, where the year before is
    known, also below the same quarter of it: a season repeats itself.

    >>> year = [date(2025, m, 1) for m in range(1, 13)]
    >>> fall(year, [100.0] * 7 + [50.0] * 5, [100.0] * 12, 0.2)
    'GMV has halved since August 2025 (its last three months are 50 % below the same months a year before)'
    >>> fall(year, [100.0] * 7 + [50.0] * 5, [100.0] * 7 + [50.0] * 5, 0.2)
    ''
    """
    average, quarter = sum(now) / len(now), sum(now[-QUARTER:]) / QUARTER
    if average <= 0 or quarter >= (1 - least) * average:
        return ""
    season = sum(before[-QUARTER:]) / QUARTER if before else None
    if season is not None and season > 0 and quarter >= (1 - least) * season:
        return ""
    split = _break(now)
    level, earlier = sum(now[split:]) / (len(now) - split), sum(now[:split]) / split
    if level >= (1 - least) * earlier:
        return ""
    lost = 1 - level / earlier
    what = "GMV has halved" if 0.45 <= lost <= 0.55 else f"GMV has fallen by {share(lost)}"
    beside = (
        f" (its last three months are {share(1 - quarter / season)} below the same months a year before)"
        if season
        else " (seasons may play a part: the year before is not known)"
    )
    return f"{what} since {months[split]:%B %Y}{beside}"


def _break(now: Sequence[float]) -> int:
    """The month from which two levels describe the year best (least squares), with a quarter on either side."""

    def spread(part: Sequence[float]) -> float:
        mean = sum(part) / len(part)
        return sum((amount - mean) ** 2 for amount in part)

    return min(range(QUARTER, len(now) - QUARTER + 1), key=lambda i: spread(now[:i]) + spread(now[i:]))
