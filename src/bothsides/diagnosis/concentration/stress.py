"""What would be left if the largest accounts left: GMV, requests that are filled, cells, and who follows them."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Ints, Ledger, Trades, summed
from bothsides.diagnosis.concentration.replies import Replies
from bothsides.diagnosis.concentration.shares import ranked
from bothsides.diagnosis.hanging import Fill
from bothsides.diagnosis.picture import Stress
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.schema import Side

STRESSED = (1, 5, 10)
MOST_ROUNDS = 20
"""Rounds of followers that are looked at; each one is smaller than the last."""


def stress(
    ledger: Ledger,
    side: Side,
    k: int,
    policy: DiagnosisPolicy | None = None,
    replies: Replies | None = None,
    footing: "Footing | None" = None,
) -> Stress:
    """The k largest accounts of the side leave and take their orders with them.

    Nobody knows what their partners would do. Those who already trade with another account of the side in the same
    category are assumed to move the policy's share of these orders to it; the others' orders are lost. `footing` is
    the trades' own, for several losses of one ledger.
    """
    policy, trades = policy or DiagnosisPolicy(), ledger.trades
    leaving = [int(account) for account in ranked(trades, side)[0][:k]]
    lost = _marked(leaving, trades.accounts)[trades.party(side)]
    total = ledger.total or 1.0
    gone, movable = float(trades.amount[lost].sum()), _movable(trades, side, lost)
    as_assumed, worst, best = ((gone - part * movable) / total for part in policy.recapture_range)
    follow = followers(trades, lost, side, policy)
    weak = weakened(footing or Footing.of(trades), lost, policy)
    touched, stay = trades.party(side.other)[lost], trades.party(side.other)[~lost]
    alone = _marked(touched, trades.accounts) & ~_marked(stay, trades.accounts)
    return Stress(
        side=side,
        k=k,
        names=tuple(ledger.names.get(account, "") for account in leaving),
        gmv_lost_share=gone / total if ledger.total else 0.0,
        counterparties_left_alone=int(alone.sum()),
        gmv_movable_share=movable / total,
        gmv_lost_after=(as_assumed, worst, best),
        gmv_lost_with_followers=follow.lost / total,
        followers=follow.accounts,
        cells_undecided=weak.undecided,
        cells_fragile=weak.fragile,
        fill=None if replies is None or side is Side.BUYER else fill_without(replies, leaving),
    )


def _marked(accounts: Ints | list[int], size: int) -> Flags:
    """A place per account, true for these."""
    flags = np.zeros(size, bool)
    flags[accounts] = True
    return flags


def _movable(trades: Trades, side: Side, lost: Flags) -> float:
    """Value of the lost trade whose partner buys, or sells, in the same category with somebody who stays."""
    partner = trades.party(side.other) * (len(trades.categories) + 1) + trades.category
    knows = _marked(partner[~lost], trades.accounts * (len(trades.categories) + 1))
    return float(trades.amount[lost & knows[partner]].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Who else leaves when an account that loses nearly all its trade leaves too; `lost` counts the first as well."""

    lost: float
    accounts: int


def followers(trades: Trades, lost: Flags, side: Side, policy: DiagnosisPolicy) -> Following:
    """Round by round, accounts of either side leave that have lost `dependent_share` of their trade."""
    gone, left = lost.copy(), 0
    whole = {each: trades.sums(each) for each in Side}
    out = {each: np.zeros(trades.accounts, bool) for each in Side}
    out[side][trades.party(side)[lost]] = True
    for _ in range(MOST_ROUNDS):
        before = int(gone.sum())
        for each in Side:
            taken = trades.sums(each, np.where(gone, trades.amount, 0.0))
            leaves = (whole[each] > 0) & (taken >= policy.dependent_share * whole[each]) & ~out[each]
            left += int(leaves.sum())
            out[each] |= leaves
            gone |= leaves[trades.party(each)]
        if int(gone.sum()) == before:
            break
    return Following(lost=float(trades.amount[gone].sum()), accounts=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakened:
    """Cells by what the loss makes of them."""

    undecided: int
    fragile: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footing:
    """A ledger's cells with their accounts, numbered once: by side, the cell of each and the number of each trade's."""

    trades: Trades
    cells: int
    cell_of: dict[Side, Ints]
    place: dict[Side, Ints]

    @classmethod
    def of(cls, trades: Trades) -> "Footing":
        """Number the accounts of every cell."""
        cell_of, place = {}, {}
        for side in Side:
            keys, inverse = np.unique(trades.cell * trades.accounts + trades.party(side), return_inverse=True)
            cell_of[side], place[side] = keys // trades.accounts, inverse.reshape(-1)
        return cls(trades=trades, cells=int(trades.cell.max(initial=0)) + 1, cell_of=cell_of, place=place)

    def hanging(self, stays: Flags, policy: DiagnosisPolicy) -> Flags:
        """The cells in which one account of a side holds `fragile_share` of what stays, more than equal ones would."""
        amount = np.where(stays, self.trades.amount, 0.0)
        total, hangs = summed(self.trades.cell, amount, self.cells), np.zeros(self.cells, bool)
        for side in Side:
            cell, size = self.cell_of[side], len(self.cell_of[side])
            held, there = summed(self.place[side], amount, size), _marked(self.place[side][stays], size)
            largest = np.zeros(self.cells)
            np.maximum.at(largest, cell, held)
            equal = policy.over_equal / np.maximum(np.bincount(cell[there], minlength=self.cells), 1)
            hangs |= (total > 0) & (largest >= np.maximum(policy.fragile_share, np.minimum(1.0, equal)) * total)
        return hangs


def weakened(footing: Footing, lost: Flags, policy: DiagnosisPolicy) -> Weakened:
    """Cells left with too few orders for a verdict, and cells that would newly hang on one account of a side."""
    trades, orders = footing.trades, footing.trades.orders.astype(np.float64)
    before = summed(trades.cell, orders, footing.cells)
    after = summed(trades.cell, np.where(lost, 0.0, orders), footing.cells)
    judged, stays = before >= policy.least_n, after >= policy.least_n
    newly = stays & footing.hanging(~lost, policy) & ~footing.hanging(np.ones(len(trades), bool), policy)
    return Weakened(undecided=int((judged & ~stays).sum()), fragile=int(newly.sum()))


def fill_without(replies: Replies, leaving: list[int]) -> Fill:
    """The fill rate with these suppliers' replies gone; requests that others answered may still be filled by them."""
    mute = np.isin(replies.supplier, leaving)
    answered = np.bincount(replies.request, minlength=len(replies.filled)) > 0
    heard = np.bincount(replies.request[~mute], minlength=len(replies.filled)) > 0
    won_by_lost = np.isin(replies.winner, leaving)
    may_have_won = (replies.winner == 0) & (np.bincount(replies.request[mute], minlength=len(replies.filled)) > 0)
    only_lost = replies.filled & answered & ~heard
    return Fill(
        requests=len(replies.filled),
        now=float(replies.filled.mean()),
        low=float((replies.filled & ~only_lost & ~won_by_lost & ~may_have_won).mean()),
        high=float((replies.filled & ~only_lost & ~(won_by_lost & ~heard)).mean()),
        only_theirs=int((answered & ~heard).sum()),
    )
