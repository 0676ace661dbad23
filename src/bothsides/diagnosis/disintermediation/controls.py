"""What matched pairs make likely: alike in cadence, age and recency, at the same time, somewhere else."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Floats, Ints, summed
from bothsides.diagnosis.disintermediation.episodes import Episodes

LEAST_CONTROLS = 10
LEAST_SUPPLIERS = 3
"""A pair is judged by at least so many control pairs of so many suppliers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """Per episode: what its controls make likely, or not a number where it has too few.

    `after`, `orders` and `lately` are the pair's, as in its episode; `others` and `strays` are orders of its
    buyer with suppliers it did not know then, or never; `controls` is how many control pairs stand behind them.
    """

    after: Floats
    orders: Floats
    lately: Floats
    others: Floats
    strays: Floats
    controls: Floats

    @property
    def known(self) -> Flags:
        """Which episodes have controls."""
        return np.isfinite(self.after)


def matched_to(found: Episodes, own: Ints, alike: list[Ints]) -> Matched:
    """Every episode against those of other units (`own` codes the unit), in the narrowest of the given strata.

    `alike` holds one code per episode for each stratum, the narrowest first: only episodes of one code are compared.
    What comes after is in proportion to the episodes' weights within a stratum, whose cadences are nearly equal.
    Coarsened exact matching with the own unit left out; source: Iacus, King and Porro 2012, Political Analysis 20:1-24.
    """
    size = len(found)
    after, orders, lately, others, strays = (np.full(size, np.nan) for _ in range(5))
    controls = np.zeros(size)
    for code in alike:
        missing = ~np.isfinite(after)
        if not missing.any():
            break
        strata = Strata.of(code, own)
        pairs, suppliers = strata.outside(np.ones(size)), strata.others(found.supplier)
        enough = missing & (pairs >= LEAST_CONTROLS) & (suppliers >= LEAST_SUPPLIERS)
        part = found.weight / np.maximum(strata.outside(found.weight), 1e-9)
        after[enough] = (part * strata.outside(found.after))[enough]
        orders[enough] = (part * strata.outside(found.orders))[enough]
        lately[enough] = (part * strata.outside(found.lately))[enough]
        others[enough] = _in_step(strata, found.others_before, found.others_after)[enough]
        strays[enough] = _in_step(strata, found.strays_before, found.strays_after)[enough]
        controls[enough] = pairs[enough]
    return Matched(after=after, orders=orders, lately=lately, others=others, strays=strays, controls=controls)


def _in_step(strata: "Strata", before: Floats, after: Floats) -> Floats:
    """What came before, moved on as it did for the controls; as it was where these had none before."""
    base = strata.outside(before)
    moved: Floats = before * np.where(base > 0, strata.outside(after) / np.maximum(base, 1e-9), 1.0)
    return moved


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """Which stratum each episode stands in, and which part of it is of its own unit."""

    stratum: Ints
    part: Ints

    @classmethod
    def of(cls, code: Ints, own: Ints) -> "Strata":
        """Numbered from 0, gaps or none."""
        stratum = _numbered(code)
        part = _numbered(stratum * (int(own.max(initial=0)) + 1) + own)
        return cls(stratum=stratum, part=part)

    def outside(self, weights: Floats) -> Floats:
        """For every episode, the sum over its stratum without its own unit."""
        whole, mine = summed(self.stratum, weights, 0), summed(self.part, weights, 0)
        rest: Floats = np.maximum(whole[self.stratum] - mine[self.part], 0.0)
        return rest

    def others(self, supplier: Ints) -> Floats:
        """For every episode, how many suppliers its stratum has outside its own unit, counted once a unit."""
        most, size = int(supplier.max(initial=0)) + 1, len(supplier)
        each = np.zeros(size)
        each[np.unique(self.part * most + supplier, return_index=True)[1]] = 1.0
        return self.outside(each)


def _numbered(code: Ints) -> Ints:
    """The codes themselves where they are small, else their numbers: sorting a million of them costs more than gaps."""
    if not len(code) or int(code.max()) < 2 * len(code) + 100_000:
        return code
    numbers: Ints = np.unique(code, return_inverse=True)[1].reshape(-1)
    return numbers
