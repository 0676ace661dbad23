"""What an occasion of each account is worth: its own mean, drawn towards the side's where it rests on few."""

from dataclasses import dataclass

import numpy as np

from bothsides.predict.repeat_buying import Numbers, RepeatBuying


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanValue:
    """The side's mean per occasion and how many occasions of an account weigh as much as it; GMV in major units.

    `weight` is None where accounts do not differ beyond the chance of few orders: the side's mean stands for all.
    Source: Buhlmann and Straub 1970, credibility; as good on CDNOW as the gamma-gamma model of spend.
    """

    mean: float
    weight: float | None

    def of(self, seen: RepeatBuying) -> Numbers:
        """Each account's expected GMV per occasion."""
        if self.weight is None:
            return np.full(len(seen), self.mean)
        own = _occasions(seen) / (_occasions(seen) + self.weight)
        return own * seen.value + (1 - own) * self.mean


def fit_mean_value(seen: RepeatBuying) -> MeanValue:
    """How far accounts differ, from the spread within and between them. Raises ValueError without an account."""
    if not len(seen):
        raise ValueError("no account: nothing to learn a mean value from")
    n = _occasions(seen)
    total, spare = float(n.sum()), float(n.sum() - len(seen))
    if spare < 1:
        return MeanValue(mean=float(seen.value.mean()), weight=None)
    pooled = float((n * seen.value).sum() / total)
    within = float(seen.squares.sum()) / spare
    effective = total - float((n**2).sum()) / total
    between = (
        (float((n * (seen.value - pooled) ** 2).sum()) - (len(seen) - 1) * within) / effective if effective else 0.0
    )
    if between <= 0:
        return MeanValue(mean=pooled, weight=None)
    weight = within / between
    own = n / (n + weight)
    return MeanValue(mean=float((own * seen.value).sum() / own.sum()), weight=weight)


def _occasions(seen: RepeatBuying) -> Numbers:
    return seen.frequency + 1
