"""How many of the accounts named must order again before it can be called an effect of what was done."""

from collections.abc import Sequence

import numpy as np
from scipy.special import xlog1py, xlogy

from bothsides.predict.logistic import Floats

ONCE_IN = 20
"""Without action the bar is reached less often than once in so many times."""

SHARES = 1024
"""How many shares that may be the true one are tried: the widest gap is a sixth of a percentage point."""


def foretold_to_order(stops: Sequence[float], *, said: float, came: float) -> tuple[float, ...]:
    """Each account's chance to order if nothing is done, 0 to 1.

    Its chance of stopping is set to what came of such accounts before: `came` stopped where `said` were foretold.

    >>> foretold_to_order([0.5, 0.8], said=10, came=9)
    (0.55, 0.28)
    """
    level = came / said if said > 0 else 1.0
    return tuple(round(1 - min(1.0, max(0.0, stop * level)), 12) for stop in stops)


def bar(stops: Sequence[float], *, n: int, said: float, came: int) -> int | None:
    """The least number of accounts ordering that comes less than once in twenty times if nothing is done.

    From each account's own chance of stopping, taken as independent once the level is given. The level is not known
    exactly: of `n` such accounts before `came` stopped where `said` were foretold, and every share that may lie
    behind that counts by how well it fits. None where even all of them ordering would not tell, or none came before.

    Source: the beta-binomial predictive with the prior of Jeffreys 1946, Proc. R. Soc. A 186:453-461, which is even
    over the angle whose squared sine is the share; how well it covers: Brown, Cai and DasGupta 2001, Stat. Sci. 16:101.

    >>> bar([0.7] * 20, n=10_000, said=7_000, came=7_000), bar([0.7] * 20, n=10, said=7, came=7)
    (10, 13)
    >>> bar([0.5, 0.5], n=10_000, said=5_000, came=5_000) is None
    True
    """
    if n <= 0 or said <= 0:
        return None
    share, weight = _shares(n, came)
    exactly = np.zeros((len(share), len(stops) + 1))
    exactly[:, 0] = 1.0
    for stop in stops:
        leaves = np.minimum(1.0, stop * share * n / said)[:, None]
        orders = np.roll(exactly, 1, axis=1) * (1 - leaves)
        exactly = exactly * leaves + orders
    at_least = np.cumsum((weight @ exactly)[::-1])[::-1]
    enough = np.flatnonzero(at_least < 1 / ONCE_IN)
    return int(enough[0]) if len(enough) else None


def _shares(n: int, came: int) -> tuple[Floats, Floats]:
    """Shares that may lie behind `came` of `n`, and how much each weighs; the weights add up to 1."""
    share = np.sin((np.arange(SHARES) + 0.5) * np.pi / (2 * SHARES)) ** 2
    fit = xlogy(came, share) + xlog1py(n - came, -share)
    weight = np.exp(fit - fit.max())
    return share, weight / weight.sum()
