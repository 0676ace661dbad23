"""The panel of a store: both sides of every cell by week, read from the facts."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.diagnosis.panel.flows import Flows, read_flows, stays
from bothsides.diagnosis.panel.frame import CellWeek, Frame, monday, named, place, splits, whole_weeks
from bothsides.diagnosis.panel.lacking import no_weeks, one_account
from bothsides.diagnosis.panel.panel import Panel, SidePanel
from bothsides.diagnosis.panel.pushes import Push, lots, notes, pushed, read_planned, read_pushes
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Spans, spans
from bothsides.metrics import Store
from bothsides.metrics.facts.orders import LAPSE_DAYS
from bothsides.metrics.hindsight import on_day
from bothsides.schema import Side, minor_units


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPanel:
    """Why a store gives no panel, as a sentence without its full stop."""

    reason: str


def read_panel(store: Store, *, as_of: date | None = None, policy: DiagnosisPolicy | None = None) -> Panel | NoPanel:
    """Stocks, joiners and leavers of both sides, orders, GMV and pushes by category x region and whole week.

    An account belongs to the cell of its own labels, else to that of its first order. It joins with its signup (a
    supplier by going live) where its first order follows within LAPSE_DAYS, else with that order: who signs up and
    never trades has not joined. It leaves in the week after the last order before a gap of more than LAPSE_DAYS, or in
    the week it closes if that comes sooner; an order after the gap is a return and joins again. In accounts,
    stock[t + 1] = stock[t] + joined[t] - left[t].

    NaN are: stock, joined and left in the first months of orders that older accounts may precede; who left in the
    last LAPSE_DAYS, as they may yet return, and stocks after that.
    """
    policy = policy or DiagnosisPolicy()
    with on_day(store, as_of) as then:
        if then.missing("orders"):
            return NoPanel(reason="orders are not loaded")
        if then.sampled:
            return NoPanel(reason="orders are a declared sample, in which accounts cannot be followed")
        covered = spans(then, "orders", as_of=as_of, months=policy.window_months, slack=policy.complete_within_days)
        if covered is None:
            return NoPanel(reason=f"no order is known by {as_of}")
        return _read(then, covered, foresight=as_of is None or as_of >= store.ranges["orders"][1])


def _read(store: Store, covered: Spans, *, foresight: bool) -> Panel | NoPanel:
    """As of a day gone by there is no telling which of the later pushes were planned then: none is told."""
    known, weeks, split = covered.known, whole_weeks(covered.known), splits(store, covered.window)
    if not any(split):
        return NoPanel(reason="the market is one cell: most orders carry neither a category nor a region")
    if not weeks:
        return NoPanel(reason=f"no whole week is known from {known.start} to {known.end}")
    if lacking := one_account(store, known) or no_weeks(store, known):
        return NoPanel(reason=lacking)
    flows = {side: read_flows(store, side, split, known.end) for side in Side}
    traded = _traded(store, split, weeks)
    seen = {*traded, *(at for of in flows.values() for at in (*of.came, *of.went))}
    frame = Frame(cells=named(split, {where for where, _ in seen}), weeks=weeks, split=split, end=known.end)
    pushes, told = read_pushes(store, known.end), store.newcomers(spend=False)
    planned = read_planned(store, known.end) if foresight else ()
    sides = {side: _side(side, frame, flows[side], pushes, told) for side in Side}
    if all(np.isnan(side.left).all() for side in sides.values()):
        return NoPanel(
            reason=f"orders from {known.start} to {known.end} are too short a history to tell who left: an account has "
            f"left when it does not order for {LAPSE_DAYS} days"
        )
    return Panel(
        cells=frame.cells,
        weeks=weeks,
        buyers=sides[Side.BUYER],
        suppliers=sides[Side.SUPPLIER],
        orders=frame.grid({at: orders for at, (orders, _) in traded.items()}),
        gmv=frame.grid({at: gmv for at, (_, gmv) in traded.items()}),
        assignment={side: pushed(pushes, side, frame)[1] for side in Side},
        lots={side: lots(pushes, side, frame) for side in Side},
        notes=notes(pushes, planned, frame),
    )


def _side(side: Side, frame: Frame, flows: Flows, pushes: tuple[Push, ...], told: date | None) -> SidePanel:
    found = stays(flows, frame, told)
    return SidePanel(
        stock=found.stock,
        joined=found.joined,
        left=found.left,
        push=pushed(pushes, side, frame)[0],
    )


def _traded(store: Store, split: tuple[bool, bool], weeks: tuple[date, ...]) -> dict[CellWeek, tuple[int, float]]:
    """Completed orders and their value, major units."""
    unit = 10 ** minor_units(store.currency)
    rows = store.engine.rows(
        f"""
        SELECT {place(split)}, {monday("placed_on")}, count(*), CAST(coalesce(sum(value), 0) AS DOUBLE)
        FROM fact_orders WHERE placed_on BETWEEN $first AND $last GROUP BY 1, 2, 3
        """,
        {"first": weeks[0], "last": weeks[-1] + timedelta(days=6)},
    )
    return {((c, r), week): (orders, value / unit) for c, r, week, orders, value in rows}
