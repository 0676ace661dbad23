"""Who suits whom: buyers order more readily from suppliers of their own country, by known odds."""

from dataclasses import dataclass

import numpy as np

from bothsides.simulate.draws import CellPicks, Ints

ROUNDS = 40
"""Candidates a buyer turns down before it takes one that does not suit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How much more likely a buyer's order goes to a supplier that suits it than to an equally attractive one.

    `log_odds` is the log of that ratio for a supplier of the buyer's country; 0 for no preference. It is the truth
    of a match model whose features know the pair's countries.
    """

    log_odds: float = 0.0

    def __post_init__(self) -> None:
        if self.log_odds < 0:
            raise ValueError(f"Fit: log_odds {self.log_odds} must be 0 or more")


NO_PREFERENCE = Fit()
"""Buyers do not mind where a supplier is."""


def suited(
    rng: np.random.Generator,
    fit: Fit,
    picks: CellPicks,
    *,
    first: Ints,
    last: Ints,
    buyer_country: Ints,
    supplier_country: Ints,
    found: Ints,
) -> Ints:
    """The picks, redrawn until they suit: a supplier that does not is kept with chance exp(-log_odds) a round.

    That is a draw by attraction times the odds (rejection sampling). `first` and `last` bound each buyer's cells.
    """
    if not fit.log_odds:
        return found
    chosen, open_rows = found.copy(), np.arange(len(found))
    for _ in range(ROUNDS):
        suits = supplier_country[chosen[open_rows]] == buyer_country[open_rows]
        again = ~suits & (rng.random(len(open_rows)) >= np.exp(-fit.log_odds))
        open_rows = open_rows[again]
        if not len(open_rows):
            break
        chosen[open_rows] = picks.pick(rng, first[open_rows], last[open_rows])
    return chosen
