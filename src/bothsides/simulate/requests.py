"""Requests for quotation and suppliers' replies: which were awarded and became orders, which found no supplier."""

from dataclasses import dataclass

import numpy as np

from bothsides.simulate.billing import Columns, supplier_key
from bothsides.simulate.draws import DAY, WEEK, Array, CellOrder, CellPicks, Floats, Ints, moments, stream
from bothsides.simulate.trade import Conditions, Orders, Society, curiosity, pick_suppliers, supply_picks

QUOTE_KINDS = ("request", "reply")
QUOTE_STATUSES = ("open", "closed", "awarded", "cancelled", "unsuccessful", "replied")
OPEN, CLOSED, AWARDED, CANCELLED, UNSUCCESSFUL, REPLIED = range(6)
PURPOSES = ("framework agreement", "one-off order", "monthly supply", "spare parts", "new site")
HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Requests:
    """Requests in no order yet; `order` and `winner` are -1 where none came of it."""

    buyer: Ints
    requested: Ints
    awarded: Ints
    order: Ints
    winner: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """The quotes table, and for each order the request it came from (-1 for none)."""

    table: Columns
    request_of_order: Ints


def quote(society: Society, at: Conditions, orders: Orders) -> Quotes:
    """Requests behind orders, requests without one, and the replies to both."""
    rng = stream(society.plan.seed, "quotes")
    by_cell = CellOrder.of(society.population.suppliers.cell, society.plan.cells)
    requests = _merged(_won(rng, society, orders), _lost(rng, society, at))
    request, supplier = _replies(rng, society, at, by_cell, requests)
    return _table(rng, society, orders, requests, request=request, supplier=supplier)


def _won(rng: np.random.Generator, society: Society, orders: Orders) -> _Requests:
    order = np.flatnonzero(orders.from_request & ~orders.test)
    buyer, winner, placed = orders.buyer[order], orders.supplier[order], orders.placed[order]
    wished = placed - np.ceil(6 * DAY * np.exp(0.6 * rng.standard_normal(len(order)))).astype(np.int64)
    earliest = np.maximum(society.population.buyers.signed_up[buyer], society.population.suppliers.live[winner]) + HOUR
    requested = np.minimum(np.maximum(wished, earliest), placed - 2 * HOUR)
    lead = np.minimum(rng.integers(HOUR // 2, 20 * HOUR, len(order)), (placed - requested) // 5)
    return _Requests(buyer=buyer, requested=requested, awarded=placed - lead, order=order, winner=winner)


def _lost(rng: np.random.Generator, society: Society, at: Conditions) -> _Requests:
    facts, plan = society.plan.demand, society.plan
    by_cell = CellOrder.of(society.population.buyers.cell, plan.cells)
    expected = at.scale * at.intent * at.cart * facts.rfq_share * (1 / facts.fill_rate - at.served * at.response)
    cells, buyers, times = np.arange(plan.cells), [], []
    for week in range(plan.weeks):
        lookers = by_cell.weigh(curiosity(society, week))
        cell = np.repeat(cells, rng.poisson(expected[week] * lookers.has_any(cells, cells + 1)))
        buyers.append(lookers.pick(rng, cell, cell + 1))
        times.append(rng.permutation(moments(rng, society.epoch + week * WEEK, len(cell))))
    buyer, blank = np.concatenate(buyers), np.full(sum(map(len, buyers)), -1)
    return _Requests(buyer=buyer, requested=np.concatenate(times), awarded=blank, order=blank, winner=blank)


def _merged(won: _Requests, lost: _Requests) -> _Requests:
    rank = np.argsort(np.concatenate([won.requested, lost.requested]), kind="stable")

    def both(name: str) -> Array:
        values: Array = np.concatenate([getattr(won, name), getattr(lost, name)])[rank]
        return values

    return _Requests(
        buyer=both("buyer"),
        requested=both("requested"),
        awarded=both("awarded"),
        order=both("order"),
        winner=both("winner"),
    )


def _replies(
    rng: np.random.Generator, society: Society, at: Conditions, by_cell: CellOrder, requests: _Requests
) -> tuple[Ints, Ints]:
    """Request index and supplier of each reply, winners included, each supplier at most once per request."""
    week = np.clip((requests.requested - society.epoch) // WEEK, 0, society.plan.weeks - 1)
    edges = np.searchsorted(week, np.arange(society.plan.weeks + 1))
    of_request, of_supplier = [np.flatnonzero(requests.winner >= 0)], [requests.winner[requests.winner >= 0]]
    for index in range(society.plan.weeks):
        asked = np.arange(edges[index], edges[index + 1])
        picks = supply_picks(society, by_cell, index)
        cell = society.population.buyers.cell[requests.buyer[asked]].astype(np.int64)
        count = rng.poisson(_mean_replies(society, picks, cell, at.served[index], requests.winner[asked] >= 0))
        of_request.append(np.repeat(asked, count))
        of_supplier.append(pick_suppliers(rng, society, picks, np.repeat(cell, count), 0.8))
    request, supplier = np.concatenate(of_request), np.concatenate(of_supplier)
    pair = request * len(society.population.suppliers.cell) + supplier
    first = np.unique(pair, return_index=True)[1]
    return request[first], supplier[first]


def _mean_replies(society: Society, picks: CellPicks, cell: Ints, served: Floats, won: Ints) -> Floats:
    regions, facts = len(society.plan.regions), society.plan.demand
    reachable = picks.has_any(cell // regions * regions, (cell // regions + 1) * regions)
    mean: Floats = np.where(won, facts.replies - 1, 0.6 * facts.replies) * served[cell] * reachable
    return mean


def _table(
    rng: np.random.Generator, society: Society, orders: Orders, requests: _Requests, *, request: Ints, supplier: Ints
) -> Quotes:
    asked = _request_rows(rng, society, orders, requests)
    replied = _reply_rows(rng, society, orders, requests, request=request, supplier=supplier)
    replied = {name: values[replied["requested_at"] < society.end] for name, values in replied.items()}
    count = len(requests.buyer)
    rank = np.argsort(np.concatenate([asked["requested_at"], replied["requested_at"]]), kind="stable")
    key = np.empty(len(rank), np.int64)
    key[rank] = np.arange(1, len(rank) + 1)
    replied["request_id"] = key[replied["request_id"]]
    table: Columns = {name: np.concatenate([asked[name], replied[name]])[rank] for name in asked}
    request_of_order = np.full(len(orders.buyer), -1)
    known = requests.order >= 0
    request_of_order[requests.order[known]] = key[:count][known]
    return Quotes(table={"quote_id": np.arange(1, len(rank) + 1), **table}, request_of_order=request_of_order)


def _request_rows(rng: np.random.Generator, society: Society, orders: Orders, requests: _Requests) -> Columns:
    n, won = len(requests.buyer), requests.order >= 0
    cell = society.population.buyers.cell[requests.buyer]
    due = requests.requested + rng.integers(7, 22, n) * DAY
    ended = rng.choice([CLOSED, UNSUCCESSFUL, CANCELLED], n, p=(0.55, 0.3, 0.15))
    category = society.cells.category[cell]
    return {
        "kind": np.zeros(n, np.int8),
        "request_id": np.full(n, -1),
        "buyer_id": requests.buyer + 1,
        "supplier_id": np.where(won, supplier_key(society, requests.winner), -1),
        "requested_at": requests.requested,
        "due_at": due,
        "awarded_at": requests.awarded,
        "status": np.where(won, AWARDED, np.where(due >= society.end, OPEN, ended)).astype(np.int8),
        "category": category.astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
        "title": (category * len(PURPOSES) + rng.integers(0, len(PURPOSES), n)).astype(np.int16),
        "order_id": np.where(won, requests.order + 1, -1),
        "amount": np.where(won, orders.amount[requests.order], -1),
        "currency": society.buyers.second_currency[requests.buyer].astype(np.int8),
    }


def _reply_rows(
    rng: np.random.Generator, society: Society, orders: Orders, requests: _Requests, *, request: Ints, supplier: Ints
) -> Columns:
    n = len(request)
    delay = np.clip(9 * HOUR * np.exp(1.1 * rng.standard_normal(n)), 300, 12 * DAY).astype(np.int64)
    asked, awarded, order = requests.requested[request], requests.awarded[request], requests.order[request]
    delay = np.where(awarded >= 0, np.minimum(delay, (awarded - asked) * 9 // 10), delay)
    buyer = requests.buyer[request]
    cell = society.population.buyers.cell[buyer]
    ordinary = np.array(society.plan.order_values)[society.cells.category[cell]] * 100
    offered = np.where(order >= 0, orders.amount[order], ordinary) * np.exp(0.1 * rng.standard_normal(n))
    winning = supplier == requests.winner[request]
    return {
        "kind": np.ones(n, np.int8),
        "request_id": request,
        "buyer_id": buyer + 1,
        "supplier_id": supplier_key(society, supplier),
        "requested_at": asked + delay,
        "due_at": np.full(n, -1),
        "awarded_at": np.full(n, -1),
        "status": np.full(n, REPLIED, np.int8),
        "category": society.cells.category[cell].astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
        "title": np.full(n, -1, np.int16),
        "order_id": np.full(n, -1),
        "amount": np.where(winning, orders.amount[order], np.rint(offered)).astype(np.int64),
        "currency": society.buyers.second_currency[buyer].astype(np.int8),
    }
