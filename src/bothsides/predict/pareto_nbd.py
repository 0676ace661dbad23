"""Pareto/NBD: accounts buy at random at their own rate until, unseen, they leave at their own hazard.

Buying is Poisson with a rate drawn from Gamma(r, alpha), the time to leaving exponential with a hazard drawn from
Gamma(s, beta). Sources: Schmittlein, Morrison, Colombo 1987, Management Science 33(1); Fader and Hardie 2005, A note
on deriving the Pareto/NBD model. Times are in any one unit, rates per that unit.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from bothsides.predict.maximum_likelihood import Fit, Histories, maximise

Numbers = npt.NDArray[np.float64]

PARAMETERS = ("r", "alpha", "s", "beta")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
MASS = 25.0
"""Where the integrand has fallen to e^-25 of its start the integral ends; sixteen points then give eight digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoNBD:
    """The four parameters, all above 0: r and alpha of the buying rate, s and beta of the leaving hazard.

    >>> round(ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669).expected_of_new(39.0), 2)
    1.21
    """

    r: float
    alpha: float
    s: float
    beta: float

    def __post_init__(self) -> None:
        for name in PARAMETERS:
            if not getattr(self, name) > 0:
                raise ValueError(f"Pareto/NBD {name} {getattr(self, name)} must be above 0")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names in order."""
        return PARAMETERS

    @classmethod
    def moved(cls, logs: Numbers) -> "ParetoNBD":
        """The model with these log-parameters."""
        r, alpha, s, beta = (float(x) for x in np.exp(logs))
        return cls(r=r, alpha=alpha, s=s, beta=beta)

    @property
    def vector(self) -> Numbers:
        """The parameters in order."""
        return np.array([self.r, self.alpha, self.s, self.beta])

    def alive(self, seen: Histories) -> Numbers:
        """Chance that an account has not left by the end of its history, 0 to 1."""
        stayed, left, *_ = _parts(self.vector, seen)
        return np.asarray(np.exp(stayed - np.logaddexp(stayed, left)))

    def expected(self, seen: Histories, t: float) -> Numbers:
        """Occasions expected of each account in the next `t`, given its history."""
        rate = (self.r + seen.frequency) / (self.alpha + seen.age)
        return np.asarray(self.alive(seen) * rate * self._staying(self.beta + seen.age, t))

    def expected_of_new(self, t: float) -> float:
        """Repeat occasions expected of an account in the `t` after its first one."""
        return float(self.r / self.alpha * self._staying(np.array([self.beta]), t)[0])

    def _staying(self, beta: Numbers, t: float) -> Numbers:
        """Mean time that an account stays of the next `t`: the integral of (beta / (beta + u)) ** s."""
        span = np.log1p(t / beta)
        power = self.s - 1
        return beta * (span if abs(power) < 1e-9 else -np.expm1(-power * span) / power)


def fit_pareto_nbd(seen: Histories) -> Fit[ParetoNBD]:
    """The parameters of greatest likelihood, from the histories of many accounts.

    Raises ValueError for fewer than two accounts or none with a repeat.
    """
    seen.check()
    pooled, weights = seen.pooled()
    rate = max(float(np.sum(seen.frequency) / np.sum(seen.age)), 1e-9)
    span = float(np.mean(seen.age))
    starts = (
        np.log([0.7, 0.7 / rate, 0.7, span / 2]),
        np.log([1.5, 1.5 / rate, 0.3, 2 * span]),
    )
    found = maximise(lambda v: _score(v, pooled), weights, starts, bound=_BOUND)
    return Fit(model=ParetoNBD.moved(found.theta), likelihood=found.likelihood, spread=found)


_BOUND = math.log(1e6)
"""Parameters are looked for between a millionth and a million; a bound that is reached means: no such part."""


def _score(logs: Numbers, seen: Histories) -> tuple[Numbers, Numbers]:
    """Log-likelihood of each history, and its slope by each log-parameter."""
    r, alpha, s, beta = np.exp(logs)
    x = seen.frequency
    stayed, left, mean_a, mean_b, log_a, log_b = _parts(np.array([r, alpha, s, beta]), seen)
    total = np.logaddexp(stayed, left)
    gone = np.exp(left - total)
    alive = 1 - gone
    top, bottom = alpha + seen.age, beta + seen.age
    likelihood = gammaln(r + x) - gammaln(r) + r * math.log(alpha) + s * math.log(beta) + total
    by_r = digamma(r + x) - digamma(r) + math.log(alpha) - alive * np.log(top) - gone * log_a
    by_alpha = r / alpha - (r + x) * (alive / top + gone * mean_a)
    by_s = math.log(beta) + gone / s - alive * np.log(bottom) - gone * log_b
    by_beta = s / beta - alive * s / bottom - gone * (s + 1) * mean_b
    return likelihood, np.stack([r * by_r, alpha * by_alpha, s * by_s, beta * by_beta], axis=1)


def _parts(vector: Numbers, seen: Histories) -> tuple[Numbers, ...]:
    """Logs of the likelihood's two parts, without its constant, and four means over the time of leaving.

    The account stayed: (alpha + T)^-(r+x) (beta + T)^-s. It left at y after its last occasion: s times the integral of
    (alpha + y)^-(r+x) (beta + y)^-(s+1) from tx to T, taken over log(c + y), c the smaller of alpha and beta, as far as
    there is mass: smooth whatever the counts, so that a few Gauss-Legendre points suffice where the published
    hypergeometric function overflows. The means, weighted by the integrand, are of 1 / (alpha + y), 1 / (beta + y),
    log(alpha + y) and log(beta + y).
    """
    r, alpha, s, beta = (float(v) for v in vector)
    k, tx, age = r + seen.frequency, seen.recency, seen.age
    stayed = -k * np.log(alpha + age) - s * np.log(beta + age)
    least = min(alpha, beta)
    start = np.log(least + tx)
    reach = np.minimum((alpha + tx) * np.expm1(MASS / k), (beta + tx) * math.expm1(MASS / (s + 1)))
    width = np.log(least + np.minimum(age, tx + reach)) - start
    near = start[:, None] + width[:, None] * (NODES + 1) / 2
    y = np.exp(near) - least
    log_a, log_b = np.log(alpha + y), np.log(beta + y)
    height = near - k[:, None] * log_a - (s + 1) * log_b
    top = height.max(axis=1)
    weight = WEIGHTS / 2 * np.exp(height - top[:, None])
    mass = weight.sum(axis=1)
    with np.errstate(divide="ignore"):
        left = math.log(s) + top + np.log(width) + np.log(mass)
    mean = weight / mass[:, None]
    over = (1 / (alpha + y), 1 / (beta + y), log_a, log_b)
    return (stayed, left, *(np.einsum("ij,ij->i", mean, part) for part in over))
