"""A threshold in both stocks: fewer accounts of the other side do where there are more of the own one."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.panel import Floats
from bothsides.diagnosis.threshold.effects import profile, residuals, sweep
from bothsides.diagnosis.threshold.grid import MOST_LEVELS, levels_of, steps
from bothsides.diagnosis.threshold.hazard import Linear, fit_hazard
from bothsides.diagnosis.threshold.jump import chance, drops, scores
from bothsides.diagnosis.threshold.observations import Observations
from bothsides.diagnosis.threshold.smooth import log_stock

OWN_WEIGHTS = tuple(round(0.1 * tenth, 1) for tenth in range(9))
"""How much the own side counts in the index other^(1 - w) x own^w; 0 is a threshold in the other side alone."""

FINER = (-0.075, -0.05, -0.025, 0.0, 0.025, 0.05, 0.075)

FEW_LEVELS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much the own side's stock counts in the threshold's index, 0-1, with the range over resampled cells.

    `p` is the chance of so sharp a drop at any level of any such index where leaving changes gradually with both sides.
    """

    estimate: float
    low: float
    high: float
    p: float


def together(seen: Observations, rate: Linear) -> float:
    """How much the two stocks move together within cells, common weeks taken off: a correlation of their logs.

    Near 1 or -1 no frontier can be told: every week that has more of one side has more, or fewer, of the other.
    """
    weights = rate.effects.weights
    logs = np.stack([log_stock(seen.other), log_stock(seen.at_risk)], axis=2)
    rest = residuals(sweep(weights, np.empty((*weights.shape, 0))), logs)
    products = np.einsum("ct,ctk,ctj->kj", weights, rest, rest)
    scale = float(np.sqrt(products[0, 0] * products[1, 1]))
    return float(products[0, 1] / scale) if scale > 0 else 1.0


def weigh(seen: Observations, smooth: Floats, draws: Floats, rng: np.random.Generator) -> Weight:
    """The weight of the own side with which a step in the index explains most, and in each resample of the cells."""
    null = fit_hazard(seen, smooth)
    counts = np.vstack([np.ones(len(seen.left)), draws])
    best, said = [], []
    for own in OWN_WEIGHTS:
        at = _at(seen, own, FEW_LEVELS)
        best.append(drops(profile(null.effects, null.response, at, counts)).max(axis=1))
        said.append(scores(null, at))
    chosen = np.array(OWN_WEIGHTS)[np.stack(best).argmax(axis=0)]
    low, high = (float(end) for end in np.quantile(chosen[1:], [0.025, 0.975]))
    estimate = float(chosen[0])
    if low > 0:
        estimate = _refined(seen, null, estimate)
    return Weight(estimate=estimate, low=min(low, estimate), high=max(high, estimate), p=chance(np.hstack(said), rng))


def _refined(seen: Observations, null: Linear, coarse: float) -> float:
    """The weight between the coarse one's neighbours with which a step explains most: a cell-week on the wrong side of
    the line makes the drop look milder than it is."""
    finer = [round(coarse + part, 3) for part in FINER if 0 < coarse + part < 1]
    whole = np.ones((1, len(seen.left)))
    gains = [
        float(drops(profile(null.effects, null.response, _at(seen, own, MOST_LEVELS), whole)).max()) for own in finer
    ]
    return finer[int(np.argmax(gains))]


def _at(seen: Observations, own: float, most: int) -> Floats:
    values = index(seen, own)
    return steps(values, levels_of(values[seen.at_risk > 0], most))


def index(seen: Observations, own: float) -> Floats:
    """other^(1 - own) x own^own by cell and week, in accounts."""
    if own == 0:
        return seen.other
    values: Floats = np.exp((1 - own) * log_stock(seen.other) + own * log_stock(seen.at_risk))
    return values


def other_needed(level: float, own_weight: float, own_stock: Floats) -> Floats:
    """How many of the other side a cell needs to be across, given its own side's stock.

    >>> other_needed(100.0, 0.5, np.array([100.0, 400.0])).tolist()
    [100.0, 25.0]
    """
    needed: Floats = (level / np.maximum(own_stock, 0.5) ** own_weight) ** (1 / (1 - own_weight))
    return needed
