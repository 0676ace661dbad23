"""Intervals for shares and ratios, 95 % unless told."""

import math

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


def wilson(successes: float, trials: float, *, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share, each bound from 0 to 1; `z` is the normal quantile of its level.

    Source: Wilson 1927, JASA 22:209-212. Raises ValueError where successes exceed trials or trials are not positive.

    >>> low, high = wilson(5, 10)
    >>> round(low, 4), round(high, 4)
    (0.2366, 0.7634)
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"wilson({successes}, {trials}): needs 0 <= successes <= trials and trials > 0")
    share = successes / trials
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    centre = share + z * z / (2 * trials)
    scale = 1 + z * z / trials
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return (low if successes else 0.0), (high if successes < trials else 1.0)


def clustered_ratio(
    n: int, top: float, bottom: float, top_squares: float, bottom_squares: float, products: float
) -> tuple[float, float] | None:
    """Delta-method interval of sum(x)/sum(y) over n independent accounts, from sums, squares and products.

    Source: Cochran 1977, Sampling Techniques, section 6.4. None for fewer than two accounts or a zero denominator.

    >>> clustered_ratio(4, 10, 20, 30, 120, 60)
    (0.5, 0.5)
    """
    if n < 2 or bottom == 0:
        return None
    ratio = top / bottom
    residual = max(0.0, top_squares - 2 * ratio * products + ratio * ratio * bottom_squares)
    spread = Z * math.sqrt(n / (n - 1) * residual) / abs(bottom)
    return ratio - spread, ratio + spread
