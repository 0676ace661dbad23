"""Tests of what an effect assumes: nothing that lies ahead explains today, and no shock of a cell moves both sides."""

import numpy as np
from scipy import stats

from bothsides.diagnosis.elasticity.ground import Ground
from bothsides.diagnosis.elasticity.moments import beside
from bothsides.diagnosis.elasticity.records import Check
from bothsides.diagnosis.panel import Floats

LEAD_WEEKS = 8
ALPHA = 0.01
"""Level of each check, two-sided: several are made, and one false alarm costs a grade."""
NEAR_WEEKS = 2
"""A shock that reaches the two sides at most this many weeks apart still counts as one."""


def lead_of_pushes(of: Ground, elasticity: float, counted: Floats, exposure: Floats | None = None) -> Check:
    """Pushes of the next weeks must not explain today's count beyond what the stock of today does by the elasticity.

    Where they do, pushes were sent to cells that were moving anyway: the lot is no lot.
    """
    ahead = mean_ahead(of.driver_push, LEAD_WEEKS)
    score = beside(ahead, elasticity, counted, of.driver, of.pushed, of.controls, exposure)
    limit = beyond_chance_from(score.clusters)
    passed = abs(score.t) <= limit
    said = "do not explain" if passed else "explain"
    says = f"Pushes of the next {LEAD_WEEKS} weeks {said} what happens before them ({sized(score.t, limit)})."
    if score.t == 0:
        says = "No weeks before the pushes are known: whether they followed the market cannot be tested."
    return Check(id="push_leads", passed=passed, t=score.t, limit=limit, says=says)


def ahead_of_joiners(mine: Floats, other: Floats) -> Check:
    """What will come unexplained on the other side over the next weeks must not explain what is unexplained today.

    Residuals of both sides' models, so that what today's joiners themselves draw in later is not held against them.
    """
    t = clustered_t(_products(mine, other, range(1, LEAD_WEEKS + 1)))
    limit, live = _limit(mine, other)
    passed = abs(t) <= limit
    said = "does not go" if passed else "goes"
    return Check(
        id="joiner_leads",
        passed=passed,
        t=t,
        limit=limit,
        says=f"Who joins the other side unexpectedly in the {LEAD_WEEKS} weeks to come {said} with what happens before "
        f"({sized(t, limit)}, over {live} cells).",
    )


def moving_together(mine: Floats, other: Floats) -> Check:
    """Whether what the models leave unexplained moves together within cells on the two sides.

    Shocks that hit all cells are taken out by week effects; what is left of independent sides multiplies to 0. A sum
    of products beyond chance, by cells as clusters, shows shocks of single cells.
    """
    t = clustered_t(_products(mine, other, range(-NEAR_WEEKS, NEAR_WEEKS + 1)))
    limit, live = _limit(mine, other)
    passed = abs(t) <= limit
    said = "do not move" if passed else "move"
    return Check(
        id="cell_shocks",
        passed=passed,
        t=t,
        limit=limit,
        says=f"What is left unexplained on the two sides of a cell: they {said} together beyond chance "
        f"({sized(t, limit)}, over {live} cells).",
    )


def _products(mine: Floats, other: Floats, leads: range) -> Floats:
    """Per cell: the sum of products of one side's residual with the other's so many weeks later."""
    weeks, each = mine.shape[1], np.zeros(len(mine))
    for lead in leads:
        if abs(lead) < weeks:
            now = mine[:, max(0, -lead) : weeks - max(0, lead)]
            then = other[:, max(0, lead) : weeks + min(0, lead)]
            each += (now * then).sum(1)
    return each


def _limit(mine: Floats, other: Floats) -> tuple[float, int]:
    """From which t on a sum over cells is beyond chance, and the cells that spoke."""
    live = int((mine.any(1) & other.any(1)).sum())
    return beyond_chance_from(live), live


def beyond_chance_from(clusters: int) -> float:
    """The t, either way, that chance passes in one of a hundred markets with so many cells.

    >>> round(beyond_chance_from(40), 1), round(beyond_chance_from(11), 1)
    (2.7, 3.2)
    """
    return float(stats.t.ppf(1 - ALPHA / 2, max(1, clusters - 1)))


def sized(t: float, limit: float) -> str:
    """A t in words, with the line against which it is judged."""
    return f"{abs(t):.1f} times its own error; chance ends at {limit:.1f}"


def clustered_t(each: Floats) -> float:
    """A sum over clusters against its own spread."""
    spread = float(np.sqrt((each**2).sum()))
    return float(each.sum()) / spread if spread > 0 else 0.0


def mean_ahead(values: Floats, weeks: int) -> Floats:
    """Mean of the next weeks, not counting this one; NaN where so many do not follow."""
    found = np.full_like(values, np.nan)
    total = np.concatenate([np.zeros((len(values), 1)), values.cumsum(1)], axis=1)
    last = values.shape[1] - weeks
    if last > 0:
        found[:, :last] = (total[:, weeks + 1 : weeks + 1 + last] - total[:, 1 : 1 + last]) / weeks
    return found
