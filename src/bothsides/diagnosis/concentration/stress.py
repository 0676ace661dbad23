"""What would be left if the largest accounts left: GMV, requests that are filled, cells, and who follows them."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.concentration.footing import Footing
from bothsides.diagnosis.concentration.ledger import Flags, Ints, Ledger, Trades, marked, summed
from bothsides.diagnosis.concentration.replies import Replies
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
    footing: Footing | None = None,
) -> Stress:
    """The k largest accounts of the side leave and take their orders with them.

    Nobody knows what their partners would do. Those who already trade with another account of the side in the same
    category are assumed to move the policy's share of these orders to it; the others' orders are lost. `footing` is
    the trades' own, for several losses of one ledger.
    """
    policy, trades = policy or DiagnosisPolicy(), ledger.trades
    footing = footing or Footing.of(trades)
    leaving = [int(account) for account in footing.largest[side][:k]]
    lost = footing.trades_of(side, leaving)
    total = ledger.total or 1.0
    partners = np.flatnonzero(marked(trades.party(side.other)[lost], trades.accounts))
    theirs = footing.trades_of(side.other, partners)
    stay = theirs[~marked(leaving, trades.accounts)[trades.party(side)[theirs]]]
    gone, movable = float(trades.amount[lost].sum()), _movable(trades, side, lost, stay)
    as_assumed, worst, best = ((gone - part * movable) / total for part in policy.recapture_range)
    follow = followers(footing, lost, side, policy)
    weak = weakened(footing, lost, policy)
    with_others = marked(trades.party(side.other)[stay], trades.accounts)
    return Stress(
        side=side,
        k=k,
        names=tuple(ledger.names.get(account, "") for account in leaving),
        gmv_lost_share=gone / total if ledger.total else 0.0,
        counterparties_left_alone=len(partners) - int(with_others.sum()),
        gmv_movable_share=movable / total,
        gmv_lost_after=(as_assumed, worst, best),
        gmv_lost_with_followers=follow.lost / total,
        followers=follow.accounts,
        cells_undecided=weak.undecided,
        cells_fragile=weak.fragile,
        fill=None if replies is None or side is Side.BUYER else fill_without(replies, leaving),
    )


def _movable(trades: Trades, side: Side, lost: Ints, stay: Ints) -> float:
    """Value of the lost trade whose partner buys, or sells, in the same category with somebody who stays.

    `lost` are places of trades, `stay` those of the partners' other trades.
    """
    first, again = (
        trades.party(side.other)[places] * (len(trades.categories) + 1) + trades.category[places]
        for places in (lost, stay)
    )
    return float(trades.amount[lost[np.isin(first, again)]].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Who else leaves when an account that loses nearly all its trade leaves too; `lost` counts the first as well."""

    lost: float
    accounts: int


def followers(footing: Footing, lost: Ints, side: Side, policy: DiagnosisPolicy) -> Following:
    """Round by round, accounts of either side leave that have lost `dependent_share` of their trade.

    Only accounts that lost something since they were last looked at are looked at again.
    """
    trades, left = footing.trades, 0
    gone = marked(lost, len(trades))
    out = {each: np.zeros(trades.accounts, bool) for each in Side}
    out[side][trades.party(side)[lost]] = True
    touched = {each: marked(trades.party(each)[lost], trades.accounts) for each in Side}
    for _ in range(MOST_ROUNDS):
        for each in Side:
            leaves = _lost_most(footing, each, gone, touched[each] & ~out[each], policy)
            touched[each][:] = False
            left += len(leaves)
            out[each][leaves] = True
            following = footing.trades_of(each, leaves)
            following = following[~gone[following]]
            gone[following] = True
            for other in Side:
                touched[other][trades.party(other)[following]] = True
        if not any(flags.any() for flags in touched.values()):
            break
    return Following(lost=float(trades.amount[gone].sum()), accounts=left)


def _lost_most(footing: Footing, side: Side, gone: Flags, asked: Flags, policy: DiagnosisPolicy) -> Ints:
    """Which of the accounts asked about have lost so much of their trade that they depended on it."""
    if not asked.any():
        return np.zeros(0, np.int64)
    trades, whole = footing.trades, footing.totals[side]
    places = np.flatnonzero(asked[trades.party(side)] & gone)
    taken = summed(trades.party(side)[places], trades.amount[places], trades.accounts)
    leaves: Ints = np.flatnonzero(asked & (whole > 0) & (taken >= policy.dependent_share * whole))
    return leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakened:
    """Cells by what the loss makes of them."""

    undecided: int
    fragile: int


def weakened(footing: Footing, lost: Ints, policy: DiagnosisPolicy) -> Weakened:
    """Cells left with too few orders for a verdict, and cells that would newly hang on one account of a side."""
    orders = footing.trades.orders[lost].astype(np.float64)
    left = footing.orders - summed(footing.trades.cell[lost], orders, len(footing.orders))
    judged, stays = footing.orders >= policy.least_n, left >= policy.least_n
    newly = stays & footing.newly_hanging(lost, policy)
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
