"""How many of the accounts named must order again before it can be called an effect of what was done."""

from collections.abc import Sequence

import numpy as np

ONCE_IN = 20
"""Without action the bar is reached less often than once in so many times."""


def foretold_to_order(stops: Sequence[float], *, said: float, came: float) -> tuple[float, ...]:
    """Each account's chance to order if nothing is done, 0 to 1.

    Its chance of stopping is set to what came of such accounts before: `came` stopped where `said` were foretold.

    >>> foretold_to_order([0.5, 0.8], said=10, came=9)
    (0.55, 0.28)
    """
    level = came / said if said > 0 else 1.0
    return tuple(round(1 - min(1.0, max(0.0, stop * level)), 12) for stop in stops)


def bar(orders: Sequence[float]) -> int | None:
    """The least number of accounts ordering that chance alone reaches less than once in twenty times.

    From each account's own chance to order, taken as independent. None where even all of them ordering would not tell.

    >>> bar([0.3] * 20), bar([0.5, 0.5])
    (10, None)
    """
    exactly = np.array([1.0])
    for chance in orders:
        exactly = np.convolve(exactly, [1 - chance, chance])
    at_least = np.cumsum(exactly[::-1])[::-1]
    enough = np.flatnonzero(at_least < 1 / ONCE_IN)
    return int(enough[0]) if len(enough) else None
