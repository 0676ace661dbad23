"""Ways held against a span of time that they had not seen: errors, factor, and which one is to be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bothsides.predict.model_card import Estimate
from bothsides.predict.repeat_buying import Numbers

DRAWS, LEAST_DRAWS = 200, 40
MOST_CELLS = 8_000_000
"""Accounts times draws held at once: large sides, whose intervals are narrow, are drawn less often."""
LOW, HIGH = 0.025, 0.975


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtested:
    """One way on the held-out span. Errors are per account, in what was forecast (occasions, or GMV in major units).

    `factor` is observed over predicted total: above 1 the way foretold too little. None where it foretold nothing.
    """

    id: str
    says: str
    is_model: bool
    mae: float
    rmse: float
    predicted: float
    observed: float
    factor: Estimate | None
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Accounts drawn with replacement, the same draws for every way, so that ways can be compared pair by pair."""

    counts: Numbers

    @classmethod
    def of(cls, n: int, *, draws: int = DRAWS, seed: int = 1) -> "Draws":
        """How often each of n accounts is in each draw. Raises ValueError for no account."""
        if n < 1:
            raise ValueError("no account to draw from")
        rng = np.random.default_rng(seed)
        draws = max(min(draws, MOST_CELLS // n), LEAST_DRAWS)
        return cls(counts=rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64))

    def mean(self, each: Numbers) -> Estimate:
        """The mean over accounts with its percentile interval."""
        drawn = np.einsum("di,i->d", self.counts, each) / len(each)
        low, high = np.quantile(drawn, (LOW, HIGH))
        return Estimate(value=float(each.mean()), low=float(low), high=float(high))

    def ratio(self, top: Numbers, bottom: Numbers) -> Estimate | None:
        """The ratio of two totals with its interval; None where the lower one is 0."""
        if not bottom.sum() > 0:
            return None
        over = np.einsum("di,i->d", self.counts, bottom)
        drawn = np.einsum("di,i->d", self.counts, top)[over > 0] / over[over > 0]
        low, high = np.quantile(drawn, (LOW, HIGH))
        return Estimate(value=float(top.sum() / bottom.sum()), low=float(low), high=float(high))


def backtested(
    way: tuple[str, str, bool], predicted: Numbers, observed: Numbers, draws: Draws, *, chosen: bool = False
) -> Backtested:
    """One way's errors; the way is given by id, words and whether it is a model."""
    error = predicted - observed
    name, says, is_model = way
    return Backtested(
        id=name,
        says=says,
        is_model=is_model,
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        predicted=float(predicted.sum()),
        observed=float(observed.sum()),
        factor=draws.ratio(observed, predicted),
        chosen=chosen,
    )


def better_by(one: Numbers, other: Numbers, observed: Numbers, draws: Draws, *, power: int = 2) -> Estimate:
    """Mean loss of one way less that of the other on the same accounts: below 0 the first is better.

    Squared error by default, since a value is a mean and squared error is least at the mean; `power` 1 for absolute.
    """
    return draws.mean(np.abs(one - observed) ** power - np.abs(other - observed) ** power)


def least(losses: Sequence[tuple[str, float]]) -> str:
    """The id with the least loss, the first of equals. Raises ValueError for none.

    >>> least([("a", 2.0), ("b", 1.0), ("c", 1.0)])
    'b'
    """
    if not losses:
        raise ValueError("no way to choose from")
    return min(losses, key=lambda pair: pair[1])[0]
