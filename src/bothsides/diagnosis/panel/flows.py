"""Who came and who went: the joiners and leavers of one side by cell and week, from orders and account dates."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from bothsides.diagnosis.panel.frame import CellWeek, Frame, monday, place
from bothsides.diagnosis.panel.panel import Floats
from bothsides.metrics import Store
from bothsides.metrics.facts.orders import LAPSE_DAYS
from bothsides.schema import Side

ENTRY = {Side.BUYER: "signed_up_on", Side.SUPPLIER: "live_on"}
"""The account's date that says since when it could trade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Accounts of one side that came and went, by cell and Monday; `entered` says whether any entry date is known."""

    came: dict[CellWeek, float]
    went: dict[CellWeek, float]
    entered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Stock at the week's start, joined and left within it, cells x weeks; NaN where not known."""

    stock: Floats
    joined: Floats
    left: Floats


def read_flows(store: Store, side: Side, split: tuple[bool, bool], end: date) -> Flows:
    """The side's joiners and leavers as far as the last known day tells, those before the first week included.

    An account's orders with no gap of more than LAPSE_DAYS are one stay. It begins with the first of them, or with the
    entry date where that is at most as long before; it ends in the week after the last of them, or in that of a
    closing within LAPSE_DAYS after it.
    """
    entry = ENTRY[side]
    week_after = f"{monday('t.placed_on')} + 7"
    came: dict[CellWeek, float] = {}
    went: dict[CellWeek, float] = {}
    for came_here, category, region, week, accounts in store.engine.rows(
        f"""
        WITH turns AS (
            SELECT {side.value} AS account, placed_on, {side.value}_is_first AS is_first,
                   {side.value}_is_first OR {side.value}_is_return AS begins,
                   coalesce({side.value}_lapsed_on <= $end, false) AS ends
            FROM fact_orders WHERE placed_on <= $end
            AND ({side.value}_is_first OR {side.value}_is_return OR {side.value}_lapsed_on <= $end)
        ),
        dated AS (
            SELECT {place(split, "h")}, t.begins, t.ends,
                   CASE WHEN t.is_first AND t.placed_on - d.{entry} BETWEEN 0 AND {LAPSE_DAYS} THEN d.{entry}
                        ELSE t.placed_on END AS came_on,
                   CASE WHEN d.closed_on BETWEEN t.placed_on AND t.placed_on + {LAPSE_DAYS}
                        THEN greatest({monday("d.closed_on")}, {week_after}) ELSE {week_after} END AS went_in
            FROM turns t JOIN fact_accounts h ON h.account = t.account JOIN dim_accounts d ON d.account = t.account
        )
        SELECT true, category, region, {monday("came_on")}, count(*) FROM dated WHERE begins GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT false, category, region, went_in, count(*) FROM dated WHERE ends GROUP BY 1, 2, 3, 4
        """,
        {"end": end},
    ):
        (came if came_here else went)[(category, region), week] = accounts
    known = store.engine.row(
        f"SELECT count({entry}) > 0 FROM dim_accounts WHERE side = $side",
        {"side": side.value},
    )
    return Flows(came=came, went=went, entered=known == (True,))


def stays(flows: Flows, frame: Frame, told: date | None) -> Stays:
    """The flows in the panel's frame, with the stock they add up to and NaN where they are not yet known.

    `told` is the first day from which first orders are known to be first; None where they are from the beginning.
    """
    joined, left = frame.grid(flows.came), frame.grid(flows.went)
    began = frame.before(flows.came) - frame.before(flows.went)
    stock = began[:, None] + np.cumsum(joined - left, axis=1) - (joined - left)
    mondays = np.array(frame.weeks, dtype="datetime64[D]")
    end, lapse = np.datetime64(frame.end), np.timedelta64(LAPSE_DAYS, "D")
    early = np.zeros(len(mondays), bool) if told is None else mondays < np.datetime64(told)
    # Whoever leaves in a week ordered last in the one before; whoever joins may first order LAPSE_DAYS later.
    undecided = np.asarray(mondays - np.timedelta64(1, "D") + lapse > end)
    unseen = np.asarray(mondays + np.timedelta64(6, "D") + lapse > end) & flows.entered
    unsettled = np.append(np.zeros(1, bool), (undecided | unseen)[:-1])
    left[:, early | undecided] = np.nan
    joined[:, early | unseen] = np.nan
    stock[:, early | unsettled] = np.nan
    return Stays(stock=stock, joined=joined, left=left)
