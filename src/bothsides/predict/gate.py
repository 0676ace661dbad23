"""Whether a challenger may replace the model in use: on the same later cases, better beyond chance, never worse."""

import math
from dataclasses import dataclass

import numpy as np

from bothsides.predict.calibration import BANDS
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Figure, auc, brier

DRAWS = 200
SEED = 1875
LEAST_OUTCOMES = 10
"""Cases of the rarer outcome below which nothing is promoted: ranking them is luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The decision, and in words each condition that the challenger failed."""

    promoted: bool
    failed: tuple[str, ...]


def gate(outcome: Bools, champion: Floats, challenger: Floats) -> Gate:
    """Promote where the challenger ranks better (paired DeLong, one-sided 2.5 %), no worse in Brier and calibration.

    At one-sided 5 % an equal challenger whose errors are its own passed in 7 of 100 samples, Brier notwithstanding.

    Probabilities of both for the same cases, later than any either learned from. "Brier not worse" is the difference
    itself, "calibration not worse" that a paired bootstrap does not put its error above the champion's.
    Raises ValueError where the three differ in length.
    """
    if not len(outcome) == len(champion) == len(challenger):
        raise ValueError(f"{len(outcome)} outcomes, {len(champion)} and {len(challenger)} probabilities: one a case")
    rarer = int(min(outcome.sum(), (~outcome).sum()))
    if rarer < LEAST_OUTCOMES:
        return Gate(promoted=False, failed=(f"only {rarer} cases of the rarer outcome, {LEAST_OUTCOMES} are needed",))
    failed = []
    if auc(challenger, outcome).estimate().above <= 0.5:
        failed.append("it ranks no better than chance")
    if not _beyond(auc(challenger, outcome) - auc(champion, outcome)):
        failed.append("it does not rank better beyond chance")
    if brier(challenger, outcome).value > brier(champion, outcome).value:
        failed.append("its squared error is larger")
    if _worse_calibrated(outcome, champion, challenger):
        failed.append("its probabilities are further off")
    return Gate(promoted=not failed, failed=tuple(failed))


def _beyond(gap: Figure) -> bool:
    low = gap.estimate().low
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
