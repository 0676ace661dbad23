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

_TRADE = """
CREATE OR REPLACE TEMP TABLE predict_trade_months AS
SELECT account, date_trunc('month', placed_on)::DATE AS month, count(*) FILTER (WHERE {bought}) AS orders,
       coalesce(sum(value), 0)::BIGINT AS value, min(placed_on) FILTER (WHERE {bought}) AS first_on,
       max(placed_on) FILTER (WHERE {bought}) AS last_on
FROM fact_order_parties WHERE side = '{side}' AND placed_on < DATE '{until}' GROUP BY 1, 2
"""

_COLUMNS = (
    "account",
    "since_last",
    "since_first",
    "months",
    "months_recent",
    "months_earlier",
    "months_year",
    "orders_recent",
    "orders_earlier",
    "value_year",
    "closed",
)

_HISTORY = """
SELECT account::BIGINT AS account, ($told - max(last_on))::BIGINT AS since_last,
       ($told - min(first_on))::BIGINT AS since_first, (count(*) FILTER (WHERE orders > 0))::BIGINT AS months,
       (count(*) FILTER (WHERE orders > 0 AND month >= $recent))::BIGINT AS months_recent,
       (count(*) FILTER (WHERE orders > 0 AND month >= $earlier AND month < $recent))::BIGINT AS months_earlier,
       (count(*) FILTER (WHERE orders > 0 AND month >= $year AND month < $earlier))::BIGINT AS months_year,
       coalesce(sum(orders) FILTER (WHERE month >= $recent), 0)::BIGINT AS orders_recent,
       coalesce(sum(orders) FILTER (WHERE month >= $earlier AND month < $recent), 0)::BIGINT AS orders_earlier,
       coalesce(sum(value) FILTER (WHERE month >= $year), 0)::BIGINT AS value_year,
       CASE WHEN max(last_on) <= max(closed_on) THEN 1 ELSE 0 END::BIGINT AS closed
FROM predict_trade_months
LEFT JOIN (SELECT account, max(closed_on) AS closed_on FROM dim_accounts WHERE closed_on < $cutoff GROUP BY account) c
USING (account)
WHERE month < $cutoff AND account % $stride = 0
GROUP BY account HAVING max(last_on) >= $gone ORDER BY 1
"""

_CAME_BACK = """
SELECT DISTINCT account::BIGINT AS account FROM predict_trade_months
WHERE month >= $cutoff AND month < $ends AND account % $stride = 0 AND orders > 0 ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeMonths:
    """One side's trade by account and month, up to a day; cut-offs are firsts of months."""

    engine: Engine
    side: Side
    unit: int
    accounts: int
    told: date
    """The day after the last known one: pauses are counted up to it."""
    notes: tuple[str, ...] = ()
    """What a reader must know of which orders count."""

    def cases(self, cutoff: date, months: int | None) -> Cases:
        """Accounts that traded in the 24 months before the cut-off, and who then did not in the months after it.

        Whoever was closed by then and has not ordered since has left, and is no case. With `months` None everything is
        scored and nothing came yet; else at most 20,000 accounts are taken.
        """
        stride = 1 if months is None else max(1, -(-self.accounts // MOST_CASES))
        days = {
            "cutoff": cutoff,
            "told": min(cutoff, self.told),
            "recent": add_months(cutoff, -RECENT),
            "earlier": add_months(cutoff, -EARLIER),
            "year": add_months(cutoff, -YEAR),
            "gone": add_months(cutoff, -GONE_AFTER_MONTHS),
            "stride": stride,
        }
        found = int_columns(self.engine, _HISTORY, _COLUMNS, days)
        read = {name: column[found["closed"] == 0] for name, column in found.items()}
        outcome = None
        if months is not None:
            after = {"cutoff": cutoff, "ends": add_months(cutoff, months), "stride": stride}
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


@contextmanager
def trade_months(store: Store, side: Side, until: date, *, told: date | None = None) -> Iterator[TradeMonths]:
    """One read of the side's orders before a day, from which every cut-off is then answered.

    `told` is the day after the last known one where that is before `until`.
    """
    with store.engine.aside() as engine:
        engine.run(_TRADE.format(side=side.value, until=until, bought=BOUGHT))
        row = engine.row("SELECT count(DISTINCT account) FROM predict_trade_months")
        unit = 10 ** minor_units(store.currency)
        yield TradeMonths(
            engine=engine,
            side=side,
            unit=unit,
            accounts=row[0] if row else 0,
            told=told or until,
            notes=uncounted(store, until).notes(COUNTED),
        )


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
