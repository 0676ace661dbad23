"""Whether a challenger may replace the model in use: on the same later cases, better beyond chance, never worse."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bothsides.predict.calibration import BANDS, calibration_error
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Figure, auc, brier
from bothsides.predict.model_card import Estimate

DRAWS = 200
SEED = 1875
LEAST_OUTCOMES = 10
"""Cases of the rarer outcome below which nothing is promoted: ranking them is luck."""

ALPHA = 0.025
"""How often one look may promote an equal challenger. At .05 one whose errors are its own passed in 7 of 100 simulated
samples of 200 cases and in 5 of 100 of public leads; squared error stops hardly any of those, it moves with ranking."""

CASES_FOR_ERROR, MOST_ERROR = 1000, 0.05
"""Cases from which the calibration error itself is held against a challenger; with 200 perfect probabilities are off by
so much in one sample of nine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The decision, and in words each condition that the challenger failed.

    `gap` is how much better the challenger ranks (area under the curve) with its 95 % interval, `alpha` what the look
    was allowed to err by.
    """

    promoted: bool
    failed: tuple[str, ...]
    alpha: float = ALPHA
    gap: Estimate | None = None


def gate(outcome: Bools, champion: Floats, challenger: Floats, *, alpha: float = ALPHA) -> Gate:
    """Promote where the challenger ranks better (paired DeLong, one-sided), and is no worse in Brier and calibration.

    Probabilities of both for the same cases, later than any either learned from. "Brier not worse" is the difference
    itself, "calibration not worse" that a paired bootstrap does not put its error above the champion's. Looks that
    repeat share what they may err by: `alpha` is this look's part (see scorecard/promotion.py).
    Raises ValueError where the three differ in length or alpha is no share.
    """
    if not len(outcome) == len(champion) == len(challenger):
        raise ValueError(f"{len(outcome)} outcomes, {len(champion)} and {len(challenger)} probabilities: one a case")
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha {alpha} must lie between 0 and 0.5")
    rarer = int(min(outcome.sum(), (~outcome).sum()))
    if rarer < LEAST_OUTCOMES:
        few = f"only {rarer} cases of the rarer outcome, {LEAST_OUTCOMES} are needed"
        return Gate(promoted=False, failed=(few,), alpha=alpha)
    failed = []
    ranking = auc(challenger, outcome)
    gap = ranking - auc(champion, outcome)
    if ranking.estimate().above <= 0.5:
        failed.append("it ranks no better than chance")
    if not _beyond(gap, alpha):
        failed.append("it does not rank better beyond chance")
    if brier(challenger, outcome).value > brier(champion, outcome).value:
        failed.append("its squared error is larger")
    if _worse_calibrated(outcome, champion, challenger):
        failed.append("its probabilities are further off")
    if len(outcome) >= CASES_FOR_ERROR and calibration_error(challenger, outcome).above > MOST_ERROR:
        failed.append(f"its probabilities are off by more than {MOST_ERROR:.0%} on average")
    return Gate(promoted=not failed, failed=tuple(failed), alpha=alpha, gap=gap.estimate())


def _beyond(gap: Figure, alpha: float) -> bool:
    low = gap.estimate(z=NormalDist().inv_cdf(1 - alpha)).low
    return low is not None and low > 0


def _worse_calibrated(outcome: Bools, champion: Floats, challenger: Floats) -> bool:
    """Whether in 95 of 100 redrawn samples the challenger's calibration error is the larger one."""
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(len(outcome), np.full(len(outcome), 1 / len(outcome)), size=DRAWS).astype(np.float64)
    gaps = _errors(outcome, challenger, drawn) - _errors(outcome, champion, drawn)
    return float((gaps > 0).mean()) >= 0.95


def _errors(outcome: Bools, chances: Floats, drawn: Floats) -> Floats:
    """The calibration error of each redrawn sample, over bands of equally many cases of the whole."""
    place = np.argsort(np.argsort(chances, kind="stable"), kind="stable")
    band = place * min(BANDS, max(1, math.isqrt(len(chances)) // 2)) // len(chances)
    member = (band[:, None] == np.arange(band.max() + 1)).astype(np.float64)
    gaps = drawn @ (member * (outcome - chances)[:, None])
    errors: Floats = np.abs(gaps).sum(axis=1) / len(outcome)
    return errors
