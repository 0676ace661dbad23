"""What would be left if the largest accounts left: GMV, requests that are filled, cells, and who follows them."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Ledger, Trades, summed
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
) -> Stress:
    """The k largest accounts of the side leave and take their orders with them.

    Nobody knows what their partners would do. Those who already trade with another account of the side in the same
    category are assumed to move the policy's share of these orders to it; the others' orders are lost.
    """
    policy, trades = policy or DiagnosisPolicy(), ledger.trades
    leaving = [int(account) for account in ranked(trades, side)[0][:k]]
    lost = np.isin(trades.party(side), leaving)
    total = ledger.total or 1.0
    gone, movable = float(trades.amount[lost].sum()), _movable(trades, side, lost)
    as_assumed, worst, best = ((gone - part * movable) / total for part in policy.recapture_range)
    follow = followers(trades, lost, side, policy)
    weak = weakened(trades, lost, policy)
    return Stress(
        side=side,
        k=k,
        names=tuple(ledger.names.get(account, "") for account in leaving),
        gmv_lost_share=gone / total if ledger.total else 0.0,
        counterparties_left_alone=len(
            np.setdiff1d(trades.party(side.other)[lost], trades.party(side.other)[~lost], assume_unique=False)
        ),
        gmv_movable_share=movable / total,
        gmv_lost_after=(as_assumed, worst, best),
        gmv_lost_with_followers=follow.lost / total,
        followers=follow.accounts,
        cells_undecided=weak.undecided,
        cells_fragile=weak.fragile,
        fill=None if replies is None or side is Side.BUYER else fill_without(replies, leaving),
    )


def _movable(trades: Trades, side: Side, lost: Flags) -> float:
    """Value of the lost trade whose partner buys, or sells, in the same category with somebody who stays."""
    partner = trades.party(side.other) * (len(trades.categories) + 1) + trades.category
    return float(trades.amount[lost & np.isin(partner, np.unique(partner[~lost]))].sum())


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


def weakened(trades: Trades, lost: Flags, policy: DiagnosisPolicy) -> Weakened:
    """Cells left with too few orders for a verdict, and cells that would newly hang on one account of a side."""
    cells = int(trades.cell.max(initial=0)) + 1
    before = np.bincount(trades.cell, weights=trades.orders, minlength=cells)
    after = np.bincount(trades.cell, weights=np.where(lost, 0, trades.orders), minlength=cells)
    judged, stays = before >= policy.least_n, after >= policy.least_n
    newly = stays & hanging_cells(trades.only(~lost), cells, policy) & ~hanging_cells(trades, cells, policy)
    return Weakened(undecided=int((judged & ~stays).sum()), fragile=int(newly.sum()))


def hanging_cells(trades: Trades, cells: int, policy: DiagnosisPolicy) -> Flags:
    """The cells in which one account of a side holds `fragile_share` of the GMV, more than few equal ones would."""
    hangs = np.zeros(cells, bool)
    total = summed(trades.cell, trades.amount, cells)
    for side in Side:
        keys, place = np.unique(trades.cell * trades.accounts + trades.party(side), return_inverse=True)
        held = summed(place, trades.amount, len(keys))
        cell = keys // trades.accounts
        largest = np.zeros(cells)
        np.maximum.at(largest, cell, held)
        equal = policy.over_equal / np.maximum(np.bincount(cell, minlength=cells), 1)
        least = np.maximum(policy.fragile_share, np.minimum(1.0, equal))
        hangs |= (total > 0) & (largest >= least * total)
    return hangs


def fill_without(replies: Replies, leaving: list[int]) -> Fill:
    """The fill rate with these suppliers' replies gone; requests that others answered may still be filled by them."""
    mute = np.isin(replies.supplier, leaving)
    answered = np.bincount(replies.request, minlength=len(replies.filled)) > 0
    heard = np.bincount(replies.request[~mute], minlength=len(replies.filled)) > 0
    won_by_lost = np.isin(replies.winner, leaving)
    only_lost = replies.filled & answered & ~heard
    return Fill(
        requests=len(replies.filled),
        now=float(replies.filled.mean()),
        low=float((replies.filled & ~only_lost & ~won_by_lost).mean()),
        high=float((replies.filled & ~only_lost & ~(won_by_lost & ~heard)).mean()),
        only_theirs=int((answered & ~heard).sum()),
    )
