"""What expected occasions are worth today, and how sure: discounted months, accounts drawn anew."""

import numpy as np

from bothsides.predict.backtest import HIGH, LOW, Draws
from bothsides.predict.model_card import Estimate
from bothsides.predict.repeat_buying import Numbers, RepeatBuying
from bothsides.predict.repeat_ways import Expecting, Learned, Model

WEEKS_PER_MONTH = 30.4375 / 7


def discounted(expecting: Expecting, seen: RepeatBuying, months: int, discount: float) -> Numbers:
    """Occasions of the months to come, each counted by what it is worth today, half a month into it.

    `discount` is the yearly rate; 0 gives the occasions themselves.
    """
    total, before = np.zeros(len(seen)), np.zeros(len(seen))
    for month in range(1, months + 1):
        by_then = expecting(seen, month * WEEKS_PER_MONTH)
        total += (by_then - before) * (1 + discount) ** (-(month - 0.5) / 12)
        before = by_then
    return total


def mean_worth(
    learned: Learned, now: RepeatBuying, price: Numbers, *, months: int, discount: float, seed: int
) -> tuple[Numbers, Estimate]:
    """Each account's value and the mean with its interval; `price` is what an occasion of each account brings.

    Accounts are drawn anew, and with them the parameters by one step each; what a change of a parameter does to every
    account's value is reckoned once, by central differences.
    """
    value = discounted(learned.expecting, now, months, discount) * price
    draws = Draws.of(len(now), seed=seed)
    if learned.fit is None:
        return value, draws.mean(value)
    model, spread, step = learned.fit.model, learned.fit.spread, 1e-3
    by = np.zeros((len(now), len(spread.theta)))
    for i in range(len(spread.theta)):
        nudge = step * np.eye(len(spread.theta))[i]
        high, low = (
            discounted(_of(model.moved(spread.theta + sign * nudge)), now, months, discount) for sign in (1, -1)
        )
        by[:, i] = (high - low) / (2 * step) * price
    means = []
    for counts in draws.counts:
        moved = learned.fit.resampled(counts) - spread.theta
        means.append(float(np.einsum("i,i", counts, value + np.einsum("ij,j->i", by, moved))) / len(now))
    ends = np.quantile(means, (LOW, HIGH))
    return value, Estimate(value=float(value.mean()), low=float(ends[0]), high=float(ends[1]))


def _of(model: Model) -> Expecting:
    return lambda seen, weeks: model.expected(seen.histories, weeks)


def new_worth(learned: Learned, price: Numbers, *, months: int, discount: float, seed: int) -> Estimate | None:
    """What an account brings from its first order on, that order included; None for a rule of thumb.

    Source: Fader, Hardie, Lee 2005, Journal of Marketing Research 42(4), with months instead of continuous time.
    """
    if learned.fit is None:
        return None
    model = learned.fit.model
    drawn = [
        _occasions_of_new(model.moved(learned.fit.resampled(counts)), months, discount)
        * float(np.einsum("i,i", counts, price))
        / len(price)
        for counts in Draws.of(len(price), seed=seed).counts
    ]
    ends = np.quantile(drawn, (LOW, HIGH))
    value = _occasions_of_new(model, months, discount) * float(price.mean())
    return Estimate(value=value, low=float(ends[0]), high=float(ends[1]))


def _occasions_of_new(model: Model, months: int, discount: float) -> float:
    ends = [model.expected_of_new(month * WEEKS_PER_MONTH) for month in range(months + 1)]
    later = ((ends[m] - ends[m - 1]) * (1 + discount) ** (-(m - 0.5) / 12) for m in range(1, months + 1))
    return 1.0 + float(sum(later))
