"""A fall of the latest months that the twelve-month figure hides, and the month since which."""

from collections.abc import Sequence
from datetime import date

from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Spans
from bothsides.diagnosis.wording import share
from bothsides.metrics import Store
from bothsides.schema.period import add_months

QUARTER = 3
YEAR = 12


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
