"""What an account's trade looked like before a cut-off: ten features of recency and rate, and whether it came back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np

from bothsides.metrics import Store
from bothsides.predict.cases import Cases, Signal
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints
from bothsides.predict.purchase import BOUGHT, COUNTED, closed_note, uncounted
from bothsides.predict.reading import int_columns
from bothsides.schema import Side, minor_units
from bothsides.schema.period import add_months
from bothsides.warehouse import Engine

GONE_AFTER_MONTHS = 24
"""An account without an order for so long has left; asking whether it will leave would make every model look good."""

MOST_CASES = 20_000
"""Accounts a cut-off learned from and judged on: beyond it a fixed one in so many is taken."""

RECENT, EARLIER, YEAR = 3, 6, 12
"""Months back that the rates look, up to the cut-off."""

LATELY_MONTHS = RECENT
"""An account with an order in so many months still trades: it can be kept. One silent for longer must be won back."""

DAYS_PER_MONTH = 30.4375

CHURN_SIGNALS = (
    Signal(name="recency", says="days since its last order", direction=1),
    Signal(name="hiatus", says="this pause against its usual one", direction=1),
    Signal(name="tenure", says="days since its first order"),
    Signal(name="active_recent", says="months with an order, last 3 months", direction=-1),
    Signal(name="active_earlier", says="months with an order, 4 to 6 months ago", direction=-1),
    Signal(name="active_year", says="months with an order, 7 to 12 months ago", direction=-1),
    Signal(name="active_share", says="share of its months with an order", direction=-1),
    Signal(name="orders_recent", says="orders in the last 3 months", direction=-1),
    Signal(name="orders_trend", says="orders, last 3 months against the 3 before", direction=-1),
    Signal(name="value_year", says="value traded in the last 12 months", direction=-1),
)

WORD = 62
"""Months that one whole number holds, a bit each."""

_ORDERS = f"""
SELECT {{side}} AS account, placed_on AS on_day, value, CASE WHEN {BOUGHT} THEN 1 ELSE 0 END AS orders,
       CASE WHEN {BOUGHT} THEN placed_on END AS first_on, CASE WHEN {BOUGHT} THEN placed_on END AS last_on
FROM fact_orders
"""

_MONTHS = """
SELECT account, date_trunc('month', on_day)::DATE AS on_day, coalesce(sum(value), 0)::BIGINT AS value,
       sum(orders)::BIGINT AS orders, min(first_on) AS first_on, max(last_on) AS last_on
FROM ({orders}) orders WHERE on_day < DATE '{until}' AND account % {stride} = 0 GROUP BY 1, 2
"""

_COLUMNS = (
    "account",
    "since_last",
    "since_first",
    "orders_recent",
    "orders_earlier",
    "value_year",
    "closed",
)

_HISTORY = """
WITH histories AS (
    SELECT account, max(last_on) AS last_on, min(first_on) AS first_on, {months},
           coalesce(sum(orders) FILTER (WHERE on_day >= $recent), 0)::BIGINT AS orders_recent,
           coalesce(sum(orders) FILTER (WHERE on_day >= $earlier AND on_day < $recent), 0)::BIGINT AS orders_earlier,
           coalesce(sum(value) FILTER (WHERE on_day >= $year), 0)::BIGINT AS value_year
    FROM {trade} trade WHERE on_day < $cutoff GROUP BY account HAVING max(last_on) >= $gone
)
SELECT account::BIGINT AS account, ($told - last_on)::BIGINT AS since_last, ($told - first_on)::BIGINT AS since_first,
       {words}, orders_recent, orders_earlier, value_year,
       CASE WHEN last_on <= closed_on THEN 1 ELSE 0 END::BIGINT AS closed
FROM histories
LEFT JOIN (SELECT account, max(closed_on) AS closed_on FROM dim_accounts WHERE closed_on < $cutoff GROUP BY account) c
USING (account) ORDER BY 1
"""

_CAME_BACK = """
SELECT DISTINCT account::BIGINT AS account FROM predict_trade_months
WHERE on_day >= $cutoff AND on_day < $ends AND orders > 0 ORDER BY 1
"""


def _words(cutoff: date, first: date) -> dict[str, str]:
    """SQL by column: the months before the cut-off with an order, a bit each, the latest the first of the first word.

    An account's months are counted so without a row for each of them: in a third of the time.
    """
    last = cutoff.year * 12 + cutoff.month - 1
    back = f"({last} - year(on_day) * 12 - month(on_day))"
    months = last - first.year * 12 - first.month + 1
    return {
        f"months_{begin}": f"bit_or(CASE WHEN orders > 0 AND {back} BETWEEN {begin} AND {begin + WORD - 1}"
        f" THEN 1::BIGINT << ({back} - {begin})::INTEGER ELSE 0 END)::BIGINT"
        for begin in range(0, max(months, 1), WORD)
    }


def _counted(words: list[Ints]) -> dict[str, Ints]:
    """Months with an order: in all, and in the stretches up to the cut-off that the features look at."""
    stretches = {"months_recent": (0, RECENT), "months_earlier": (RECENT, EARLIER), "months_year": (EARLIER, YEAR)}
    counted = {name: words[0] & ((1 << end) - (1 << begin)) for name, (begin, end) in stretches.items()}
    ones = {name: np.bitwise_count(bits).astype(np.int64) for name, bits in counted.items()}
    return {"months": np.sum([np.bitwise_count(word) for word in words], axis=0, dtype=np.int64), **ones}


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeMonths:
    """One side's trade up to a day; cut-offs are firsts of months.

    Of the accounts that a cut-off learns from it is kept by month; the rest is read once, where all are scored.
    """

    engine: Engine
    side: Side
    unit: int
    accounts: int
    first: date
    """The day of the side's first order."""
    told: date
    """The day after the last known one: pauses are counted up to it."""
    notes: tuple[str, ...] = ()
    """What a reader must know of which orders count."""

    @property
    def stride(self) -> int:
        """One account in so many is learned from and judged on, at most 20,000."""
        return _stride(self.accounts)

    def cases(self, cutoff: date, months: int | None) -> Cases:
        """Accounts that traded in the 24 months before the cut-off, and who then did not in the months after it.

        Whoever was closed by then and has not ordered since has left, and is no case. With `months` None everything is
        scored and nothing came yet.
        """
        stride = 1 if months is None else self.stride
        found = self._histories(cutoff, everyone=stride < self.stride)
        read = {name: column[found["closed"] == 0] for name, column in found.items()}
        outcome = None
        if months is not None:
            after = {"cutoff": cutoff, "ends": add_months(cutoff, months)}
            back = int_columns(self.engine, _CAME_BACK, ("account",), after)["account"]
            outcome = ~np.isin(read["account"], back)
        lived = np.clip(read["since_first"] / DAYS_PER_MONTH, 1.0, YEAR)
        return Cases(
            cutoff=cutoff,
            accounts=read["account"],
            features=churn_features(read),
            rule=read["since_last"].astype(np.float64),
            outcome=outcome,
            amounts=np.maximum(read["value_year"], 0) / self.unit / lived,
            stride=stride,
            notes=(*closed_note(int(found["closed"].sum())), *self.notes),
        )

    def _histories(self, cutoff: date, *, everyone: bool) -> dict[str, Ints]:
        """What each account had done by the cut-off: those of the months kept, or everyone from the orders."""
        words = _words(cutoff, self.first)
        statement = _HISTORY.format(
            trade=f"({_ORDERS.format(side=self.side.value)})" if everyone else "predict_trade_months",
            months=", ".join(f"{bits} AS {name}" for name, bits in words.items()),
            words=", ".join(words),
        )
        days = {
            "cutoff": cutoff,
            "told": min(cutoff, self.told),
            "recent": add_months(cutoff, -RECENT),
            "earlier": add_months(cutoff, -EARLIER),
            "year": add_months(cutoff, -YEAR),
            "gone": add_months(cutoff, -GONE_AFTER_MONTHS),
        }
        found = int_columns(self.engine, statement, (*_COLUMNS[:3], *words, *_COLUMNS[3:]), days)
        return {name: found[name] for name in _COLUMNS} | _counted([found[name] for name in words])


@contextmanager
def trade_months(store: Store, side: Side, until: date, *, told: date | None = None) -> Iterator[TradeMonths]:
    """The side's trade before a day, from which every cut-off is answered.

    `told` is the day after the last known one where that is before `until`.
    """
    row = store.engine.row(
        f"SELECT count(DISTINCT {side.value}), min(placed_on) FROM fact_orders WHERE placed_on < $until",
        {"until": until},
    )
    accounts, first = row or (0, None)
    months = _MONTHS.format(orders=_ORDERS.format(side=side.value), until=until, stride=_stride(accounts))
    with store.engine.keep("predict_trade_months", months):
        yield TradeMonths(
            engine=store.engine,
            side=side,
            unit=10 ** minor_units(store.currency),
            accounts=accounts,
            first=first or until,
            told=told or until,
            notes=uncounted(store, until).notes(COUNTED),
        )


def _stride(accounts: int) -> int:
    return max(1, -(-accounts // MOST_CASES))


def churn_features(read: dict[str, Ints]) -> Floats:
    """The features in the order of CHURN_SIGNALS, from counts of days, months, orders and minor units.

    Counts without a bound are taken as logarithms. An account with one month of trade has no usual pause: it gets the
    median one of those that have.
    """
    months, since_last, since_first = read["months"], read["since_last"], read["since_first"]
    pause = (since_first - since_last) / np.maximum(months - 1, 1)
    repeated = months > 1
    usual = np.where(repeated, pause, np.median(pause[repeated]) if repeated.any() else DAYS_PER_MONTH)
    recent, earlier = np.log1p(read["orders_recent"]), np.log1p(read["orders_earlier"])
    return np.column_stack(
        [
            np.log1p(since_last),
            np.log1p(since_last) - np.log1p(np.maximum(usual, 0)),
            np.log1p(since_first),
            read["months_recent"],
            read["months_earlier"],
            read["months_year"],
            months / np.maximum(since_first / DAYS_PER_MONTH, 1.0),
            recent,
            recent - earlier,
            np.log1p(np.maximum(read["value_year"], 0) / 100),
        ]
    ).astype(np.float64)


def ordered_lately(features: Floats) -> Bools:
    """Of cases with the features of CHURN_SIGNALS, those with an order in the last three months."""
    months = [signal.name for signal in CHURN_SIGNALS].index("active_recent")
    lately: Bools = features[:, months] > 0
    return lately
