"""Who depends on whom: each account's trade over its partners, and the clusters that hang on one account."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Floats, Ints, Ledger, Trades, by_pair, summed
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.hanging import Cluster, Dependence, Tie
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.sorted_sums import runs
from bothsides.metrics import Unit, Value
from bothsides.metrics.shapes.dependence import FEW_ORDERS
from bothsides.schema import Side

MOST_CLUSTERS, MOST_TIES = 10, 20
LEAST_CLUSTER = 3
"""Fewer dependents than this are no cluster."""
NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partners:
    """One side's accounts with at least two orders and a trade above zero, and how it is spread over partners.

    `largest` is each account's largest partner, `share` its part of the account's trade, `amount` and `orders` what
    the two traded, `spread` the sum of squared shares over all partners (1: a single partner).
    """

    account: Ints
    largest: Ints
    share: Floats
    amount: Floats
    orders: Floats
    spread: Floats


def partners(trades: Trades, side: Side) -> Partners:
    """Each account of the side against its partners; partners that credits put below zero have no share."""
    size, known = trades.accounts, by_pair(trades, side)
    account, orders, amount = known.account, known.orders, np.maximum(known.amount, 0.0)
    whole, placed = summed(account, amount, size), summed(account, orders, size)
    # Pairs stand by account, then partner: the first of the largest is the one with the smallest number.
    begins = runs(account)
    most = np.maximum.reduceat(amount, begins)
    largest = np.flatnonzero(amount == np.repeat(most, np.diff(begins, append=len(amount))))
    top = largest[runs(account[largest])]
    top = top[(placed[account[top]] >= FEW_ORDERS) & (whole[account[top]] > 0)]
    squares = summed(account, amount**2, size)
    mine = account[top]
    return Partners(
        account=mine,
        largest=known.partner[top],
        share=amount[top] / whole[mine],
        amount=amount[top],
        orders=orders[top],
        spread=squares[mine] / whole[mine] ** 2,
    )


def dependence(ledger: Ledger, policy: DiagnosisPolicy) -> tuple[Dependence, ...]:
    """Both sides' dependence on single partners; none for a side without an account of two orders."""
    found = {side: partners(ledger.trades, side) for side in Side}
    leans = leaning(found, ledger.trades.accounts, policy)
    return tuple(
        Dependence(
            side=side,
            accounts=len(found[side].account),
            values=_values(found[side], side, policy),
            clusters=_clusters(ledger, found[side], leans, side, policy),
        )
        for side in Side
        if len(found[side].account)
    )


def _values(found: Partners, side: Side, policy: DiagnosisPolicy) -> dict[str, Value]:
    n = len(found.account)
    values = (
        figure("largest_partner_share", float(np.median(found.share)), Unit.RATE, n=n, side=side.value),
        figure("equal_partners", float(np.median(1 / found.spread)), Unit.INDEX, n=n, side=side.value),
        rate("depends_on_one", int(_depends(found, policy).sum()), n, side=side.value),
    )
    return {value.metric: value for value in values}


def _depends(found: Partners, policy: DiagnosisPolicy) -> Flags:
    flags: Flags = found.share >= policy.dependent_share
    return flags


def leaning(found: dict[Side, Partners], size: int, policy: DiagnosisPolicy) -> Ints:
    """For every account the one it depends on, nobody for most: with more than half of its trade there is only one."""
    leans = np.full(size, NOBODY, np.int64)
    for side in Side:
        depends = _depends(found[side], policy)
        leans[found[side].account[depends]] = found[side].largest[depends]
    return leans


def hanging_on(leans: Ints, account: int) -> tuple[list[int], list[int]]:
    """The accounts that depend on one directly, and those that depend on these in turn, each once.

    >>> hanging_on(np.array([-1, 0, 0, 1, 3]), 0)
    ([1, 2], [3, 4])
    """
    direct = [int(a) for a in np.flatnonzero(leans == account)]
    seen, layer, indirect = {account, *direct}, direct, list[int]()
    while layer:
        further = [int(a) for a in np.flatnonzero(np.isin(leans, layer)) if int(a) not in seen]
        indirect += further
        seen.update(further)
        layer = further
    return direct, indirect


def _clusters(ledger: Ledger, found: Partners, leans: Ints, side: Side, policy: DiagnosisPolicy) -> tuple[Cluster, ...]:
    """The largest clusters of the side's accounts that hang on one account of the other side, by their trade."""
    depends = _depends(found, policy)
    hubs, counts = np.unique(found.largest[depends], return_counts=True)
    held = summed(found.largest[depends], found.amount[depends], ledger.trades.accounts)
    big = sorted(hubs[counts >= LEAST_CLUSTER].tolist(), key=lambda hub: (-held[hub], hub))[:MOST_CLUSTERS]
    return tuple(_cluster(ledger, found, leans, side, hub) for hub in big)


def _cluster(ledger: Ledger, found: Partners, leans: Ints, side: Side, hub: int) -> Cluster:
    trades = ledger.trades
    direct, indirect = hanging_on(leans, hub)
    members = [hub, *direct, *indirect]
    theirs = np.isin(trades.buyer, members) & np.isin(trades.supplier, members)
    gmv = float(trades.amount[theirs].sum())
    mine = np.flatnonzero(np.isin(found.account, direct))
    largest = mine[np.lexsort((found.account[mine], -found.amount[mine]))][:MOST_TIES]
    return Cluster(
        side=side.other,
        name=ledger.name(hub),
        direct=len(direct),
        indirect=len(indirect),
        gmv=gmv,
        gmv_share=gmv / ledger.total if ledger.total else 0.0,
        ties=tuple(
            Tie(
                name=ledger.name(int(found.account[i])),
                on=ledger.name(hub),
                share=float(found.share[i]),
                amount=float(found.amount[i]),
                orders=int(found.orders[i]),
            )
            for i in largest
        ),
    )
