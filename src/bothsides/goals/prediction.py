"""What is still to come in a period, given what came so far: counts, amounts and shares, with intervals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.9
"""How often the end lies within the interval."""
PRIOR_EVENTS = 0.5
"""Jeffreys' prior of a Poisson rate: half an event, so that none so far does not mean none ever."""
COUNTED_ONE_BY_ONE = 20_000
"""Above this mean a count is told from a normal distribution by less than its rounding."""
LEAST_DAYS = 5
"""Working days from which the scatter between days can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What the rest of a period brings: mean, spread (standard deviation), whether it is counted in whole events."""

    mean: float
    spread: float
    whole: bool = False

    def quantile(self, level: float) -> float:
        """The value that is not passed with this probability."""
        if not self.whole or self.mean > COUNTED_ONE_BY_ONE or self.mean <= 0:
            return NormalDist().inv_cdf(level) * self.spread + self.mean
        total = 0.0
        count = 0
        for chance in self._chances():
            total += chance
            if total >= level:
                break
            count += 1
        return float(count)

    def at_least(self, amount: float) -> float:
        """The probability that the rest brings this much or more."""
        if self.spread <= 0:
            return float(self.mean >= amount)
        if not self.whole or self.mean > COUNTED_ONE_BY_ONE:
            return 1 - NormalDist(self.mean, self.spread).cdf(amount - (0.5 if self.whole else 0))
        missing = max(0, math.ceil(amount))
        below = sum(chance for _, chance in zip(range(missing), self._chances(), strict=False))
        return min(1.0, max(0.0, 1 - below))

    def _chances(self) -> "Sequence[float]":
        """The negative binomial probabilities of 0, 1, 2 ... events with this mean and spread."""
        size = self.mean**2 / (self.spread**2 - self.mean)
        failing = self.mean / (self.mean + size)
        chances = []
        log = size * math.log1p(-failing)
        for count in range(int(self.mean + 12 * self.spread) + 30):
            chances.append(math.exp(log))
            log += math.log(failing) + math.log((size + count) / (count + 1))
        return chances


def counts_ahead(by_day: Sequence[float], days_left: int) -> Ahead:
    """Events still to come, from the events of each working day so far: Gamma-Poisson, wider where days scatter more.

    Source: the predictive distribution of a Poisson rate under Jeffreys' prior (Gelman and others 2013, Bayesian Data
    Analysis, section 2.6), its variance times the dispersion of the days where that is above 1 (quasi-Poisson).

    >>> counts_ahead([2, 2, 2, 2, 2], 5).mean
    10.5
    """
    days, came = len(by_day), sum(by_day)
    mean = (came + PRIOR_EVENTS) / days * days_left
    average = came / days
    scatter = 1.0
    if days >= LEAST_DAYS and average > 0:
        scatter = max(1.0, sum((count - average) ** 2 for count in by_day) / (days - 1) / average)
    return Ahead(mean=mean, spread=math.sqrt(scatter * mean * (1 + days_left / days)), whole=True)


def amounts_ahead(by_day: Sequence[float], days_left: int) -> Ahead:
    """Money still to come, from the money of each working day so far, days being independent and alike."""
    days = len(by_day)
    average = sum(by_day) / days
    variance = sum((amount - average) ** 2 for amount in by_day) / (days - 1) if days > 1 else 0.0
    return Ahead(mean=average * days_left, spread=math.sqrt(variance * days_left * (1 + days_left / days)))


def share_at_end(successes: float, trials: float, to_come: float) -> Ahead:
    """The share at the period's end, when `to_come` more cases join the `trials` so far.

    Source: the beta-binomial predictive distribution under Jeffreys' prior, by its mean and variance.
    """
    chance = (successes + 0.5) / (trials + 1)
    whole = trials + to_come
    variance = chance * (1 - chance) * to_come * (trials + to_come + 1) / (trials + 2)
    return Ahead(mean=(successes + chance * to_come) / whole, spread=math.sqrt(variance) / whole)
