"""Suppliers' plans as the billing system keeps them: one row per plan and price, rests in between, until they leave."""

import numpy as np

from bothsides.schema.tables.subscriptions import PLAN_MONTHS
from bothsides.simulate.billing import Columns, Members, supplier_key
from bothsides.simulate.draws import DAY, Ints, stream
from bothsides.simulate.trade import Society

INTERVALS = tuple(PLAN_MONTHS)
PLAN_NAMES = ("Start", "Plus", "Pro", "Enterprise", "Custom")


def plan_names(plans: int) -> tuple[str, ...]:
    """A name per price of the plan, cheapest first."""
    return tuple(PLAN_NAMES[i] if i < len(PLAN_NAMES) else f"Plan {i + 1}" for i in range(plans))


def subscribe(society: Society, members: Members) -> Columns:
    """The subscriptions table in time order. Every monthly subscription fee falls into one of its rows, at its price.

    A plan rests between two of its monthly charges: it is out of force at a month's end and due again on the 1st.
    """
    plan, suppliers = society.plan, society.population.suppliers
    rng = stream(plan.seed, "plan rests")
    who, top = members.supplier, len(plan.subscriptions) - 1
    live = suppliers.live[who]
    closed = np.where(suppliers.closed[who] >= 0, suppliers.closed[who], np.iinfo(np.int64).max)
    edges = [live, *(np.ceil(live + move).astype(np.int64) for move in members.upgrades[:, who]), closed]
    parts = []
    for moves in range(len(edges) - 1):
        tier = np.minimum(members.level[who] + moves, top)
        started = np.maximum(edges[moves], society.epoch)
        # The dearest plan has no next one: its row goes on to the end.
        ended = np.where(tier == top, closed, np.minimum(edges[moves + 1], closed))
        there = (started < ended) & (started < society.end)
        if moves:
            there &= np.minimum(members.level[who] + moves - 1, top) < tier
        parts.append(np.stack([who, tier, started, ended])[:, there])
    supplier, tier, started, ended = np.concatenate(parts, axis=1)
    rank = np.lexsort((supplier, started))
    supplier, tier, started, ended = supplier[rank], tier[rank], started[rank], ended[rank]
    paused, resumed = _rests(rng, society, started, ended)
    return {
        "subscription_id": np.arange(1, len(rank) + 1),
        "account_id": supplier_key(society, supplier),
        "plan": tier.astype(np.int8),
        "started_at": started,
        "paused_at": paused,
        "resumed_at": resumed,
        "ended_at": np.where(ended < society.end, ended, -1),
        "amount": np.rint(np.array(plan.subscriptions)[tier] * 100).astype(np.int64),
        "interval": np.zeros(len(rank), np.int8),
        "currency": np.zeros(len(rank), np.int8),
    }


def _rests(rng: np.random.Generator, society: Society, started: Ints, ended: Ints) -> tuple[Ints, Ints]:
    """When some plans rest: from the 6th of a month until the month is over; -1 for the others."""
    lasts = np.minimum(ended, society.end)
    within = (started + rng.random(len(started)) * (lasts - started)).astype("datetime64[s]").astype("datetime64[M]")
    begin = within.astype("datetime64[s]").astype(np.int64) + 5 * DAY
    again = (within + 1).astype("datetime64[s]").astype(np.int64)
    rests = (rng.random(len(started)) < society.plan.paused_share) & (begin > started) & (again < lasts)
    return np.where(rests, begin, -1), np.where(rests, again, -1)
