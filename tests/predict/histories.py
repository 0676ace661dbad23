"""Accounts drawn from the models' own assumptions, and a small published record for checks by hand."""

import numpy as np
import numpy.typing as npt

from bothsides.predict.maximum_likelihood import Histories

Numbers = npt.NDArray[np.float64]


def left_after(
    rng: np.random.Generator, n: int, *, r: float, alpha: float, s: float, beta: float
) -> tuple[Numbers, Numbers]:
    """Buying rates and times of leaving of Pareto/NBD accounts."""
    return rng.gamma(r, 1 / alpha, n), rng.exponential(1 / rng.gamma(s, 1 / beta, n))


def watched(
    rng: np.random.Generator, rates: Numbers, stays: Numbers, *, age: float, ahead: float
) -> tuple[Histories, Numbers]:
    """What is seen of such accounts over `age`, and how often each buys in the time ahead."""
    n = len(rates)
    bought = rng.poisson(rates * np.minimum(stays, age))
    last = np.where(bought > 0, np.minimum(stays, age) * rng.random(n) ** (1 / np.maximum(bought, 1)), 0.0)
    later = rng.poisson(rates * np.clip(stays - age, 0, ahead)).astype(np.float64)
    return Histories(frequency=bought.astype(np.float64), recency=last, age=np.full(n, age)), later


def some(*rows: tuple[float, float, float]) -> Histories:
    """Histories written out: frequency, recency, age."""
    x, tx, age = np.array(rows, np.float64).T
    return Histories(frequency=x, recency=tx, age=age)
