"""Orders from which no panel by week can be told, though there are enough of them: one account, or no days."""

from bothsides.diagnosis.span import Span
from bothsides.diagnosis.wording import share
from bothsides.metrics import Store
from bothsides.schema import Side

SAME_DAY = 0.9
"""Share of orders on one day of the month from which dates stand for months; by chance it is about a thirtieth."""
LEAST_MONTHS = 3
"""Months of orders below which one day of the month may hold them all by chance."""


def one_account(store: Store, known: Span) -> str:
    """Why a side of at most one account moves nobody, without a full stop; empty where both have more."""
    row = store.engine.row(
        "SELECT count(DISTINCT buyer), count(DISTINCT supplier) FROM fact_orders WHERE placed_on <= $end",
        {"end": known.end},
    )
    counts = dict(zip((Side.BUYER, Side.SUPPLIER), row or (0, 0), strict=True))
    for side, accounts in counts.items():
        if accounts < 2:
            has = f"one {side.value}" if accounts else f"no {side.value}"
            return f"the market has {has}: what more or fewer {side.value}s do to the other side cannot be seen in it"
    return ""


def no_weeks(store: Store, known: Span) -> str:
    """Why orders cannot be followed by week: their dates stand for whole months; empty where they do not."""
    row = store.engine.row(
        """
        WITH dated AS (
            SELECT day(placed_on) AS day, count(*) AS orders, count(*) FILTER (placed_on = last_day(placed_on)) AS ends
            FROM fact_orders WHERE placed_on <= $end GROUP BY 1
        ),
        months AS (SELECT count(DISTINCT date_trunc('month', placed_on)) AS n FROM fact_orders WHERE placed_on <= $end)
        SELECT greatest(max(orders), sum(ends)) / sum(orders), arg_max(day, orders), max(orders) >= sum(ends),
               any_value(months.n)
        FROM dated, months
        """,
        {"end": known.end},
    )
    if row is None or row[0] is None or row[3] < LEAST_MONTHS or row[0] < SAME_DAY:
        return ""
    dated = ("the first" if row[1] == 1 else f"day {row[1]}") if row[2] else "the last day"
    return (
        f"{share(float(row[0]))} of orders are dated {dated} of a month: dates stand for whole months, and who came "
        "and went cannot be told by week"
    )
