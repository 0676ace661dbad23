"""What every loss of one ledger is held against: who trades how much with whom, and what the cells stand on."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Floats, Ints, Trades, marked, summed
from bothsides.diagnosis.concentration.shares import ranked
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.sorted_sums import in_order, runs
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footing:
    """A ledger's accounts and cells, numbered once.

    By side the accounts that traded, largest first, and the total of every account; by cell its orders; by side the
    cell of each account that traded there, and by trade which of these is its own.
    """

    trades: Trades
    largest: dict[Side, Ints]
    totals: dict[Side, Floats]
    orders: Floats
    cell_of: dict[Side, Ints]
    place: dict[Side, Ints]

    @classmethod
    def of(cls, trades: Trades) -> "Footing":
        """Number the accounts of every cell."""
        cell, cell_of, place = trades.cell, dict[Side, Ints](), dict[Side, Ints]()
        for side in Side:
            key, order = in_order(cell * trades.accounts + trades.party(side))
            begins = runs(key)
            cell_of[side], place[side] = key[begins] // trades.accounts, np.empty_like(key)
            place[side][order] = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(key)))
        return cls(
            trades=trades,
            largest={side: ranked(trades, side)[0] for side in Side},
            totals={side: trades.sums(side) for side in Side},
            orders=summed(cell, trades.orders.astype(np.float64), int(cell.max(initial=0)) + 1),
            cell_of=cell_of,
            place=place,
        )

    def trades_of(self, side: Side, accounts: Ints | list[int]) -> Ints:
        """The places of these accounts' trades, in order."""
        return np.flatnonzero(marked(accounts, self.trades.accounts)[self.trades.party(side)])

    def newly_hanging(self, lost: Ints, policy: DiagnosisPolicy) -> Flags:
        """The cells that hang on one account without the lost trades, though they did not with them."""
        touched = marked(self.trades.cell[lost], len(self.orders))
        there = np.flatnonzero(touched[self.trades.cell])
        stay = there[~marked(lost, len(self.trades))[there]]
        return self._hanging(stay, policy) & ~self._hanging(there, policy)

    def _hanging(self, kept: Ints, policy: DiagnosisPolicy) -> Flags:
        """The cells in which one account of a side holds `fragile_share` of these trades and more than equal ones."""
        cells, amount = len(self.orders), self.trades.amount[kept]
        total, hangs = summed(self.trades.cell[kept], amount, cells), np.zeros(cells, bool)
        for side in Side:
            cell, place = self.cell_of[side], self.place[side][kept]
            held, there = summed(place, amount, len(cell)), marked(place, len(cell))
            largest = np.zeros(cells)
            np.maximum.at(largest, cell, held)
            equal = policy.over_equal / np.maximum(np.bincount(cell[there], minlength=cells), 1)
            hangs |= (total > 0) & (largest >= np.maximum(policy.fragile_share, np.minimum(1.0, equal)) * total)
        return hangs
