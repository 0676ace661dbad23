"""Markets of a few cells: no number, but which way one side seems to work on the other, and how far to believe it."""

from collections.abc import Callable

import numpy as np
from scipy import stats

from bothsides.diagnosis.elasticity.checks import LEAD_WEEKS, mean_ahead
from bothsides.diagnosis.elasticity.ground import Ground, at_work, staying
from bothsides.diagnosis.elasticity.records import Direction
from bothsides.diagnosis.elasticity.within import known, two_way
from bothsides.diagnosis.panel import Assignment, Floats
from bothsides.diagnosis.wording import counted, of_side, share

BELIEVED = 0.1
"""Chance under which a direction is named."""
NO_LOT = 0.05
"""Chance under which pushes that went where joiners came anyway are taken for no lot."""
SHUFFLES = 999
LEAST_WEEKS = 10
"""Weeks with both sides in a cell below which its ranks say nothing."""
LEAST_CELLS = 3
ROUNDING = 1e-9
"""Ranges below this are what taking effects out leaves of numbers that never change."""


def direction(of: Ground, left: Floats, seed: int) -> Direction:
    """How more of the other side went with joiners of this one, cell by cell; with pushes by lot, against other lots.

    By ranks within cells after the market's common weeks are taken out: in how many cells the two moved the same way,
    and how often as many would by chance. `left` are the driver's leavers, which tell how long a push is at work.
    """
    refused = ""
    if of.assignment is Assignment.RANDOMISED and len(of.driver_push) > 2:
        led = _chance(of, _ahead(of, left), seed)[0]
        if led > NO_LOT:
            return _by_lot(of, left, seed)
        refused = (
            f"Pushes for {of_side(of.side.other)} are declared as dealt by lot, but went where {of_side(of.side)} came "
            f"more or less often before them (so much by chance in {share(led)} of deals): they count as chosen. "
        )
    signs = _signs(of)
    up, live = int((signs > 0).sum()), int((signs != 0).sum())
    most = max(up, live - up)
    chance = float(min(1.0, 2 * stats.binom.sf(most - 1, live, 0.5))) if live else 1.0
    points = (1 if up > live - up else -1) if chance <= BELIEVED else 0
    return Direction(
        side=of.side,
        points=points,
        cells_for=up,
        cells=live,
        chance=chance,
        by_lot=False,
        sentence=f"{refused}{_said(of, up, live, chance, points)}",
    )


def _signs(of: Ground) -> Floats:
    """Per cell the sign of the rank correlation of joiners with the other side's stock, weeks' effects taken out."""
    rate = np.sqrt(of.joined + 0.375)
    there = known(rate, of.driver, np.where(of.stock > 0, of.stock, np.nan))
    rest = two_way(there).residual(np.stack([rate, of.driver]))
    found = np.zeros(len(rate))
    for cell, at in enumerate(there > 0):
        if at.sum() >= LEAST_WEEKS and (np.ptp(rest[:, cell, at], axis=1) > ROUNDING).all():
            found[cell] = np.sign(stats.spearmanr(rest[0, cell, at], rest[1, cell, at]).statistic)
    return found


def _by_lot(of: Ground, left: Floats, seed: int) -> Direction:
    """Randomisation test (Fisher 1935): the pushes dealt anew as they were dealt, against what was seen."""
    chance, seen = _chance(of, _statistic(of, left), seed)
    points = int(np.sign(seen)) if chance <= BELIEVED else 0
    cells = int((known(of.joined).sum(1) > 0).sum())
    who, other = of_side(of.side), of_side(of.side.other)
    return Direction(
        side=of.side,
        points=points,
        cells_for=0,
        cells=cells,
        chance=chance,
        by_lot=True,
        sentence=(
            f"After pushes for {other}, dealt by lot, {'more' if seen > 0 else 'fewer'} {who} joined; another deal of "
            f"the same lot would show as much in {share(chance)} of cases"
            f"{'' if points else ', so no direction is claimed'}."
        ),
    )


def _chance(of: Ground, statistic: Callable[[Floats], float], seed: int) -> tuple[float, float]:
    """How often another deal of the lot gives as much, and what the deal that was run gives."""
    seen, rng = statistic(of.driver_push), np.random.Generator(np.random.PCG64(seed))
    drawn = np.array([statistic(dealt_anew(of, rng)) for _ in range(SHUFFLES)])
    return float((1 + (np.abs(drawn) >= abs(seen) - 1e-12).sum()) / (1 + SHUFFLES)), seen


def dealt_anew(of: Ground, rng: np.random.Generator) -> Floats:
    """The pushes under another deal: within each lot that is on record whole, else whole schedules among all cells."""
    if not of.lots:
        return of.driver_push[rng.permutation(len(of.driver_push))]
    dealt = of.driver_push.copy()
    for lot in of.lots:
        cells, weeks = np.array(lot.cells), slice(lot.first, lot.last + 1)
        dealt[cells, weeks] = dealt[rng.permutation(cells), weeks]
    return dealt


def _ahead(of: Ground, left: Floats) -> Callable[[Floats], float]:
    """How joiners go with the pushes of the weeks to come, beside those at work: nothing, where a lot was dealt."""
    rate = np.sqrt(of.joined + 0.375)
    there = known(rate, mean_ahead(of.driver_push, LEAD_WEEKS))
    way, stay = two_way(there), staying(left, of.driver_stock)
    rest = way.residual(rate)

    def of_deal(push: Floats) -> float:
        both = way.residual(np.stack([mean_ahead(push, LEAD_WEEKS), at_work(push, stay)]))
        coming, working = both
        size = float((working**2).sum())
        coming = coming - (float((coming * working).sum()) / size if size > ROUNDING else 0.0) * working
        spread = float(np.sqrt((coming**2).sum()))
        return float((rest * coming).sum()) / spread if spread > ROUNDING else 0.0

    return of_deal


def _statistic(of: Ground, left: Floats) -> Callable[[Floats], float]:
    """How joiners, weeks' and cells' effects taken out, go with the pushes at work under a deal of the lot."""
    rate = np.sqrt(of.joined + 0.375)
    there = known(rate)
    rest, stay = two_way(there).residual(rate), staying(left, of.driver_stock)

    def of_deal(push: Floats) -> float:
        return float((rest * at_work(push, stay)).sum())

    return of_deal


def _said(of: Ground, up: int, live: int, chance: float, points: int) -> str:
    who, other = of_side(of.side), of_side(of.side.other)
    most, word = max(up, live - up), "more" if up >= live - up else "fewer"
    if live < LEAST_CELLS:
        return (
            f"{counted(live, 'cell')} can be compared, too few for a direction of how {other} move {who}; give "
            "orders a category or a region."
        )
    told = (
        f"In {most} of {counted(live, 'cell')} {word} {who} joined when there were more {other} than usual; by chance "
        f"alone that agreement comes {share(chance)} of the time"
    )
    if not points:
        return f"{told}, so no direction is claimed."
    return f"{told}. That is a direction, not a size, and a boom of the cell itself would look the same."
