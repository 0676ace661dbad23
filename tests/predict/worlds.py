"""Purchases of accounts whose way of buying and leaving is set, as plain arrays, without a store."""

from datetime import date, timedelta

import numpy as np

from bothsides.predict.repeat_buying import Purchases

START = date(2022, 1, 1)


def leaving_accounts(
    rng: np.random.Generator, n: int, *, days: int, rate: float = 0.08, stay_days: float = 200.0, value: float = 100.0
) -> Purchases:
    """Accounts that join over the first half, buy at their own rate and leave for good at their own day.

    `rate` is mean order days a day, `stay_days` the mean stay, `value` the mean GMV of an order day.
    """
    joined = rng.integers(0, days // 2, n)
    rates = rate * rng.gamma(2.0, 0.5, n)
    left = joined + rng.exponential(stay_days, n)
    worth = value * rng.lognormal(-0.125, 0.5, n)
    chances = rng.random((n, days))
    when = np.arange(days)
    buys = (chances < rates[:, None]) & (when >= joined[:, None]) & (when <= left[:, None])
    buys[np.arange(n), joined] = True
    who, day = np.nonzero(buys)
    return Purchases(
        who=who.astype(np.int64),
        when=day.astype(np.int64) + START.toordinal(),
        worth=worth[who] * rng.lognormal(-0.02, 0.2, len(who)),
    )


def last_day(days: int) -> date:
    """The last day of a world of so many days."""
    return START + timedelta(days=days - 1)
