"""Pairs that know each other well enough to trade without the marketplace, and what they no longer order on it."""

from dataclasses import dataclass, fields, replace

import numpy as np

from bothsides.simulate.cells import cells_of
from bothsides.simulate.draws import Bools, Ints, stream
from bothsides.simulate.planted import Disintermediation
from bothsides.simulate.trade import CANCELLED, Orders, Society


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """The orders that pairs placed with each other directly, in time order: no table holds them."""

    orders: Orders

    @property
    def pairs(self) -> Ints:
        """The pairs that left, one row each: buyer and supplier index."""
        found: Ints = np.unique(np.stack([self.orders.buyer, self.orders.supplier], axis=1), axis=0)
        return found


def go_direct(society: Society, orders: Orders) -> tuple[Orders, Departures]:
    """The orders that stay on the marketplace, and those of pairs that left it; all stay where nothing is planted."""
    problem = society.plan.problem(Disintermediation)
    gone = np.zeros(len(orders.buyer), bool) if problem is None else _gone(society, orders, problem)
    return (_kept(orders, ~gone) if gone.any() else orders), Departures(orders=_kept(orders, gone))


def _gone(society: Society, orders: Orders, problem: Disintermediation) -> Bools:
    """Orders after the pair's first `after_orders`, of the pairs that are drawn to leave."""
    pair, nth = _nth_of_pair(orders)
    chance = stream(society.plan.seed, "departures").random(int(pair.max(initial=-1)) + 1)
    anchored = (orders.buyer == society.buyers.anchor) | (orders.supplier == society.suppliers.anchor)
    here = cells_of(society.plan, problem.category, problem.region)[society.population.buyers.cell[orders.buyer]]
    leaving: Bools = here & ~anchored & (chance[pair] < problem.pair_share) & (nth >= problem.after_orders)
    return leaving & ~orders.test


def _nth_of_pair(orders: Orders) -> tuple[Ints, Ints]:
    """Per order its pair's number and how many orders, neither cancelled nor tests, the pair had before it."""
    key = orders.buyer.astype(np.int64) * (int(orders.supplier.max(initial=0)) + 1) + orders.supplier
    pair: Ints = np.unique(key, return_inverse=True)[1].reshape(-1)
    counts = ((orders.status != CANCELLED) & ~orders.test).astype(np.int64)
    rank = np.argsort(pair, kind="stable")
    running = np.cumsum(counts[rank]) - counts[rank]
    first = np.concatenate([[True], pair[rank][1:] != pair[rank][:-1]]) if len(rank) else np.zeros(0, bool)
    before = np.empty(len(rank), np.int64)
    before[rank] = running - np.maximum.accumulate(np.where(first, running, 0))
    return pair, before


def _kept(orders: Orders, keep: Bools) -> Orders:
    kept = {field.name: getattr(orders, field.name)[keep] for field in fields(Orders) if field.name != "first_of_week"}
    before = np.concatenate([[0], np.cumsum(keep)])
    return replace(orders, **kept, first_of_week=before[orders.first_of_week])
