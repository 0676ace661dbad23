"""MBG/NBD: accounts buy at random at their own rate and may leave after any purchase, the first one included.

Buying is Poisson with a rate drawn from Gamma(r, alpha); after each occasion an account leaves with its own chance,
drawn from Beta(a, b). Sources: Batislam, Denizel, Filiztekin 2007, International Journal of Research in Marketing
24(3); Hoppe and Wagner 2007, Marketing JRM 3. Times are in any one unit, rates per that unit.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, gammaln, polygamma

from bothsides.predict.maximum_likelihood import Fit, Histories, maximise

Numbers = npt.NDArray[np.float64]

PARAMETERS = ("r", "alpha", "a", "b")
PRECISION = 1e-13
MOST_TERMS = 5_000
SAFE = 30.0
"""Exponent beyond which the terms of the series grow so large that their sum is lost to rounding, or is no number."""
NODES = np.linspace(-16.0, 16.0, 161)
"""Where the chance to leave is looked at, in standard deviations of its logit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MBGNBD:
    """The four parameters, all above 0: r and alpha of the buying rate, a and b of the chance to leave.

    >>> round(MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614).expected_of_new(39.0), 2)
    1.18
    """

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        for name in PARAMETERS:
            if not getattr(self, name) > 0:
                raise ValueError(f"MBG/NBD {name} {getattr(self, name)} must be above 0")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names in order."""
        return PARAMETERS

    @classmethod
    def moved(cls, logs: Numbers) -> "MBGNBD":
        """The model with these log-parameters."""
        r, alpha, a, b = (float(x) for x in np.exp(logs))
        return cls(r=r, alpha=alpha, a=a, b=b)

    @property
    def vector(self) -> Numbers:
        """The parameters in order."""
        return np.array([self.r, self.alpha, self.a, self.b])

    def alive(self, seen: Histories) -> Numbers:
        """Chance that an account has not left by the end of its history, 0 to 1."""
        stayed, left = _parts(self.vector, seen)
        return np.asarray(np.exp(stayed - np.logaddexp(stayed, left)))

    def expected(self, seen: Histories, t: float) -> Numbers:
        """Occasions expected of each account in the next `t`, given its history."""
        chance_mass = self.a + self.b + seen.frequency
        return np.asarray(self.alive(seen) * chance_mass * self._coming(self.alpha + seen.age, chance_mass, t))

    def expected_of_new(self, t: float) -> float:
        """Repeat occasions expected of an account in the `t` after its first one, which it may leave after."""
        mass = np.array([self.a + self.b])
        staying = self.b / (self.a + self.b)
        # An account that stayed after its first occasion has b + 1 where others have b + x + 1, hence x = 0.
        return float((staying * mass * self._coming(np.array([self.alpha]), mass, t))[0])

    def _coming(self, rate: Numbers, mass: Numbers, t: float) -> Numbers:
        """(1 - (1 - z) ** (a - 1) F(a + b - r, a - 1; mass; z)) / (a - 1) with z = t / (rate + t).

        Euler's transformation of the published F(r + x, b + x + 1; a + b + x; z), whose terms stay small whatever x,
        with the factor a - 1 taken out so that a = 1 needs no special case.
        """
        z = t / (rate + t)
        power, upper = self.a - 1, self.a + self.b - self.r
        if np.max(np.maximum(-power * np.log1p(-z), -upper * z), initial=0.0) > SAFE:
            return self._integrated(rate, mass, t)
        span = -np.log1p(-z)
        first = span if abs(power) < 1e-9 else -np.expm1(-power * span) / power
        return np.asarray(first - np.exp(-power * span) * _series(upper, self.a, mass, z))

    def _integrated(self, rate: Numbers, mass: Numbers, t: float) -> Numbers:
        """The same as an integral over the chance to leave, for parameters so large that the series overflows.

        Trapezoids on the logit scale, where the density is a bell; it is scaled by its own sum.
        """
        bought, rest = self.r + mass - self.a - self.b, mass - self.a + 1
        centre = digamma(self.a) - digamma(rest)
        spread = np.sqrt(polygamma(1, self.a) + polygamma(1, rest))
        most = self.a * -np.log1p(np.exp(-centre)) - rest * np.log1p(np.exp(centre))
        total, weight = np.zeros(len(rate)), np.zeros(len(rate))
        for node in NODES:
            logit = centre + spread * node
            leaves = np.logaddexp(0.0, -logit)
            density = np.exp(-self.a * leaves - rest * np.logaddexp(0.0, logit) - most)
            chance = np.exp(-leaves)
            total += density * -np.expm1(-bought * np.log1p(chance * t / rate)) / chance
            weight += density
        return np.asarray(total / weight / mass)


def _series(upper: float, a: float, mass: Numbers, z: Numbers) -> Numbers:
    """Sum over n from 1 of (upper)_n (a)_(n-1) / ((mass)_n n!) z^n."""
    term = upper / mass * z
    total = term.copy()
    for n in range(1, MOST_TERMS):
        term = term * ((upper + n) * (a + n - 1) / ((mass + n) * (n + 1)) * z)
        total += term
        if np.max(np.abs(term), initial=0.0) < PRECISION:
            break
    return total


def fit_mbg_nbd(seen: Histories) -> Fit[MBGNBD]:
    """The parameters of greatest likelihood, from the histories of many accounts.

    Raises ValueError for fewer than two accounts or none with a repeat.
    """
    seen.check()
    pooled, which = seen.pooled()
    rate = max(float(np.sum(seen.frequency) / np.sum(seen.age)), 1e-9)
    starts = (np.log([0.7, 0.7 / rate, 0.7, 2.0]), np.log([1.5, 1.5 / rate, 0.3, 3.0]))
    found = maximise(lambda v: _score(v, pooled), which, starts, bound=_BOUND)
    return Fit(model=MBGNBD.moved(found.theta), likelihood=found.likelihood, spread=found)


_BOUND = math.log(1e6)
"""Parameters are looked for between a millionth and a million; a bound that is reached means: no such part."""


def _parts(vector: Numbers, seen: Histories) -> tuple[Numbers, Numbers]:
    """Logs of the likelihood's two parts, without its constant: stayed until the end; left after the last occasion."""
    r, alpha, a, b = (float(v) for v in vector)
    x = seen.frequency
    stayed = betaln(a, b + x + 1) - (r + x) * np.log(alpha + seen.age)
    left = betaln(a + 1, b + x) - (r + x) * np.log(alpha + seen.recency)
    return stayed, left


def _score(logs: Numbers, seen: Histories) -> tuple[Numbers, Numbers]:
    """Log-likelihood of each history, and its slope by each log-parameter."""
    r, alpha, a, b = np.exp(logs)
    x, age, last = seen.frequency, seen.age, seen.recency
    stayed, left = _parts(np.array([r, alpha, a, b]), seen)
    total = np.logaddexp(stayed, left)
    gone = np.exp(left - total)
    alive = 1 - gone
    likelihood = gammaln(r + x) - gammaln(r) + r * math.log(alpha) - betaln(a, b) + total
    known, since = np.log(alpha + age), np.log(alpha + last)
    by_r = digamma(r + x) - digamma(r) + math.log(alpha) - alive * known - gone * since
    by_alpha = r / alpha - (r + x) * (alive / (alpha + age) + gone / (alpha + last))
    whole, each = digamma(a + b), digamma(a + b + x + 1)
    by_a = alive * digamma(a) + gone * digamma(a + 1) - each - digamma(a) + whole
    by_b = alive * digamma(b + x + 1) + gone * digamma(b + x) - each - digamma(b) + whole
    return likelihood, np.stack([r * by_r, alpha * by_alpha, a * by_a, b * by_b], axis=1)
