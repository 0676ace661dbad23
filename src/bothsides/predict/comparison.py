"""Whether a place differs from the rest by more than luck, and how many such claims to believe."""

import math
from collections.abc import Sequence


def worse_than(successes: float, trials: float, other_successes: float, other_trials: float) -> float:
    """One-sided p-value that the first share is lower: pooled two-proportion z with Yates's correction.

    Source: Fleiss, Levin, Paik 2003, Statistical Methods for Rates and Proportions, section 3.2. 1.0 where either
    has no trials.

    >>> round(worse_than(10, 100, 30, 100), 4)
    0.0004
    """
    if trials <= 0 or other_trials <= 0:
        return 1.0
    pooled = (successes + other_successes) / (trials + other_trials)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / trials + 1 / other_trials))
    if spread == 0:
        return 1.0
    gap = other_successes / other_trials - successes / trials
    correction = 0.5 * (1 / trials + 1 / other_trials)
    return tail((gap - correction) / spread) if gap > correction else 1.0


def believed(p_values: Sequence[float], alarm_rate: float) -> list[bool]:
    """Which of the claims stand when at most `alarm_rate` of those that stand may be false.

    Source: Benjamini and Hochberg 1995, JRSS B 57:289-300.

    >>> believed([0.001, 0.2, 0.012, 0.9], 0.05)
    [True, False, True, False]
    """
    ranked = sorted(range(len(p_values)), key=lambda i: p_values[i])
    last = max((k for k, i in enumerate(ranked, 1) if p_values[i] <= alarm_rate * k / len(ranked)), default=0)
    chosen = set(ranked[:last])
    return [i in chosen for i in range(len(p_values))]


def median(numbers: Sequence[float]) -> float:
    """The middle number. Raises ValueError for none.

    >>> median([3.0, 1.0, 10.0])
    3.0
    """
    if not numbers:
        raise ValueError("median of no numbers")
    ranked = sorted(numbers)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def robust_spread(numbers: Sequence[float]) -> float:
    """Standard deviation as the median absolute deviation gives it, deaf to a few outliers.

    Source: Rousseeuw and Croux 1993, JASA 88:1273-1283.
    """
    centre = median(numbers)
    return 1.4826 * median([abs(number - centre) for number in numbers])


def tail(z: float) -> float:
    """One-sided normal p-value of a score.

    >>> round(tail(1.6449), 3)
    0.05
    """
    return 0.5 * math.erfc(z / math.sqrt(2))
