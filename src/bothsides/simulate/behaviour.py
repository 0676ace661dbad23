"""What buyers do before they order, and when they do not: sessions of visit, search, supplier view, cart, checkout."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bothsides.simulate.billing import Columns, supplier_key
from bothsides.simulate.departures import Departures
from bothsides.simulate.draws import WEEK, CellOrder, CellPicks, Floats, Ints, moments, stream
from bothsides.simulate.planted import Disintermediation
from bothsides.simulate.trade import (
    Conditions,
    Orders,
    Society,
    curiosity,
    pick_suppliers,
    supply_picks,
)

EVENT_NAMES = ("visit", "search", "supplier_view", "cart_add", "cart_abandon", "checkout")
_STEPS = np.array(
    [
        [0, -1, -1, -1, -1],
        [0, 1, -1, -1, -1],
        [0, 1, 2, -1, -1],
        [0, 1, 2, 3, 4],
        [0, 1, 2, 3, 5],
    ],
    np.int8,
)
_LENGTHS = np.array([1, 2, 3, 5, 5])
BOUNCED, AFTER_SEARCH, AFTER_VIEW, ABANDONED, ORDERED = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sessions:
    """One week's sessions: how far each went, who (-1 anonymous), where, which supplier, results of its search."""

    kind: Ints
    buyer: Ints
    cell: Ints
    supplier: Ints
    results: Ints
    began: Ints


def expected_events(society: Society, at: Conditions) -> float:
    """Events the whole plan would leave if every session were kept."""
    lost = _lost_sessions(society, at).sum(axis=(1, 2)) @ np.array([2.0, 3.0, 5.0])
    ordered = float(at.expected_orders.sum()) * (1 - society.plan.demand.rfq_share)
    return ordered * (5.0 + 0.4) + float(lost)


def session_share(society: Society, at: Conditions) -> float:
    """Share of sessions kept so that events stay under the plan's cap."""
    cap = society.plan.events_per_order
    return 1.0 if cap is None else min(1.0, cap * society.plan.orders / expected_events(society, at))


def behave(society: Society, at: Conditions, orders: Orders, departures: Departures) -> Columns:
    """The events table: whole sessions, in time order of their beginning within each week."""
    parts = list(_weeks(society, at, orders, departures, session_share(society, at)))
    events: Columns = {}
    for name in list(parts[0]):
        events[name] = np.concatenate([part.pop(name) for part in parts])
    return {"event_id": np.arange(1, len(events["name"]) + 1), **events}


def _weeks(society: Society, at: Conditions, orders: Orders, departures: Departures, share: float) -> Iterator[Columns]:
    rng, apart = stream(society.plan.seed, "events"), stream(society.plan.seed, "looking up")
    lost = _lost_sessions(society, at) * share
    suppliers_by_cell = CellOrder.of(society.population.suppliers.cell, society.plan.cells)
    buyers_by_cell = CellOrder.of(society.population.buyers.cell, society.plan.cells)
    serial = 0
    for week in range(society.plan.weeks):
        picks = supply_picks(society, suppliers_by_cell, week)
        sessions = _join(
            _converting(rng, society, orders, week, share),
            _failing(rng, society, at, picks, buyers_by_cell=buyers_by_cell, week=week, expected=lost[:, week]),
        )
        if len(departures.orders.buyer):
            sessions = _join(sessions, _looking_up(apart, society, departures, week, share))
        yield _events(rng, society, sessions, serial)
        serial += len(sessions.kind)


def _lost_sessions(society: Society, at: Conditions) -> Floats:
    """Expected sessions without an order: [after search, after view, abandoned cart], week, cell."""
    facts, plan = society.plan.demand, society.plan
    intended = at.scale * at.intent * (1 - facts.rfq_share)
    view, cart = facts.search_to_view * at.served, facts.view_to_cart
    order = facts.cart_to_order * at.cart * at.response
    sessions = intended / (facts.search_to_view * facts.view_to_cart * facts.cart_to_order)
    lost: Floats = np.stack([sessions * (1 - view), sessions * view * (1 - cart), sessions * view * cart * (1 - order)])
    if lost.shape[1:] != (plan.weeks, plan.cells):
        raise ValueError(f"conditions cover {lost.shape[1:]} weeks x cells, the plan {plan.weeks} x {plan.cells}")
    return lost


def _converting(rng: np.random.Generator, society: Society, orders: Orders, week: int, share: float) -> _Sessions:
    part = orders.week(week)
    kept = ~orders.from_request[part] & ~orders.test[part] & (rng.random(part.stop - part.start) < share)
    buyer, supplier = orders.buyer[part][kept], orders.supplier[part][kept]
    cell = society.population.buyers.cell[buyer].astype(np.int64)
    return _Sessions(
        kind=np.full(len(buyer), ORDERED, np.int8),
        buyer=buyer,
        cell=cell,
        supplier=supplier,
        results=_results(rng, society, cell, week) + 1,
        began=orders.placed[part][kept] - rng.integers(1200, 5400, len(buyer)),
    )


def _looking_up(
    rng: np.random.Generator, society: Society, departures: Departures, week: int, share: float
) -> _Sessions:
    """Buyers who look up the supplier they order from directly, and leave after its page."""
    problem, orders = society.plan.problem(Disintermediation), departures.orders
    part = orders.week(week)
    looked = rng.random(part.stop - part.start) < share * (problem.looking_share if problem else 0.0)
    buyer = orders.buyer[part][looked]
    cell = society.population.buyers.cell[buyer].astype(np.int64)
    return _Sessions(
        kind=np.full(len(buyer), AFTER_VIEW, np.int8),
        buyer=buyer,
        cell=cell,
        supplier=orders.supplier[part][looked],
        results=_results(rng, society, cell, week) + 1,
        began=orders.placed[part][looked] - rng.integers(1200, 5400, len(buyer)),
    )


def _results(rng: np.random.Generator, society: Society, cell: Ints, week: int) -> Ints:
    results: Ints = rng.poisson(1.5 * society.population.supplier_stock[week][cell])
    return results


def _failing(
    rng: np.random.Generator,
    society: Society,
    at: Conditions,
    picks: CellPicks,
    *,
    buyers_by_cell: CellOrder,
    week: int,
    expected: Floats,
) -> _Sessions:
    cells = np.arange(society.plan.cells)
    lookers = buyers_by_cell.weigh(curiosity(society, week))
    possible = lookers.has_any(cells, cells + 1)
    drawn = [np.repeat(cells, rng.poisson(expected[stage] * possible)) for stage in range(3)]
    cell = np.concatenate(drawn)
    kind = np.repeat([AFTER_SEARCH, AFTER_VIEW, ABANDONED], [len(part) for part in drawn]).astype(np.int8)
    regions = len(society.plan.regions)
    reachable = picks.has_any(cell // regions * regions, (cell // regions + 1) * regions)
    kind[~reachable] = AFTER_SEARCH
    supplier = np.full(len(cell), -1)
    viewed = kind > AFTER_SEARCH
    supplier[viewed] = pick_suppliers(rng, society, picks, cell[viewed], society.plan.demand.local_share)
    results = _results(rng, society, cell, week) + viewed
    unserved = (kind == AFTER_SEARCH) & (rng.random(len(cell)) < 0.7 * (1 - at.served[week][cell]))
    results[unserved] = 0
    bounced = rng.poisson(0.2 * len(cell))
    kind = np.concatenate([kind, np.full(bounced, BOUNCED, np.int8)])
    blank = np.full(bounced, -1)
    return _Sessions(
        kind=kind,
        buyer=np.concatenate([lookers.pick(rng, cell, cell + 1), blank]),
        cell=np.concatenate([cell, blank]),
        supplier=np.concatenate([supplier, blank]),
        results=np.concatenate([results, blank]),
        began=rng.permutation(moments(rng, society.epoch + week * WEEK, len(kind))),
    )


def _join(one: _Sessions, other: _Sessions) -> _Sessions:
    began = np.concatenate([one.began, other.began])
    rank = np.argsort(began, kind="stable")

    def merged(first: Ints, second: Ints) -> Ints:
        both: Ints = np.concatenate([first, second])[rank]
        return both

    return _Sessions(
        kind=merged(one.kind, other.kind),
        buyer=merged(one.buyer, other.buyer),
        cell=merged(one.cell, other.cell),
        supplier=merged(one.supplier, other.supplier),
        results=merged(one.results, other.results),
        began=began[rank],
    )


def _events(rng: np.random.Generator, society: Society, sessions: _Sessions, serial: int) -> Columns:
    length = _LENGTHS[sessions.kind]
    session = np.repeat(np.arange(len(length)), length)
    position = np.arange(len(session)) - np.repeat(np.cumsum(length) - length, length)
    name = _STEPS[sessions.kind[session], position]
    pause = rng.integers(20, 240, len(length))[session]
    regions = len(society.plan.regions)
    cell = np.where(position > 0, sessions.cell[session], -1)
    supplier = np.where(position >= 2, sessions.supplier[session], -1)
    return {
        "account_id": np.where(sessions.buyer >= 0, sessions.buyer + 1, -1)[session].astype(np.int32),
        "session_id": (session + serial + 1).astype(np.int32),
        "name": name,
        "occurred_at": sessions.began[session] + position * pause,
        "category": np.where(cell >= 0, cell // regions, -1).astype(np.int8),
        "region": np.where(cell >= 0, cell % regions, -1).astype(np.int8),
        "supplier_id": np.where(supplier >= 0, supplier_key(society, supplier), -1).astype(np.int32),
        "results": np.where(name == 1, sessions.results[session], -1).astype(np.int32),
    }
