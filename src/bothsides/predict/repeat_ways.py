"""The ways of saying how often accounts will buy: two models and the rules of thumb that they must beat."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bothsides.predict.maximum_likelihood import Fit
from bothsides.predict.mbg_nbd import MBGNBD, fit_mbg_nbd
from bothsides.predict.pareto_nbd import ParetoNBD, fit_pareto_nbd
from bothsides.predict.repeat_buying import Numbers, RepeatBuying

HIATUS_WEEKS = 13.0
"""Silent for longer counts as gone (Wubben and von Wangenheim 2008, Journal of Marketing 72(3), use such a rule)."""

LEAST_WEEKS = 4.0
"""A rate of an account younger than this would be reckoned from too short a time."""

Model = ParetoNBD | MBGNBD
Expecting = Callable[[RepeatBuying, float], Numbers]
"""Occasions of each account in so many weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way: its id, what it does in words, and how it learns. `is_model` tells models from rules of thumb."""

    id: str
    says: str
    fit: Callable[[RepeatBuying], "Learned"]
    is_model: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A way after it has seen the accounts; `model` and `spread` are None for a rule of thumb."""

    expecting: Expecting
    fit: Fit[ParetoNBD] | Fit[MBGNBD] | None = None

    @property
    def model(self) -> Model | None:
        """The fitted model, None for a rule of thumb."""
        return None if self.fit is None else self.fit.model


def _rate(seen: RepeatBuying, weeks: float) -> Numbers:
    return np.asarray(seen.frequency / np.maximum(seen.age, LEAST_WEEKS) * weeks)


def _hiatus(seen: RepeatBuying, weeks: float) -> Numbers:
    return np.where(seen.age - seen.recency <= HIATUS_WEEKS, _rate(seen, weeks), 0.0)


def _everyone_alike(seen: RepeatBuying) -> Learned:
    rate = float(seen.frequency.sum() / max(float(np.maximum(seen.age, LEAST_WEEKS).sum()), LEAST_WEEKS))
    return Learned(expecting=lambda then, weeks: np.full(len(then), rate * weeks))


def _repeat(tested_weeks: float) -> Expecting:
    return lambda seen, weeks: seen.recent * weeks / tested_weeks


MOST_LEARNED = 40_000
"""Accounts that four parameters are learned from at most: more would not move their third digit."""


def _thin(seen: RepeatBuying) -> int:
    return -(-len(seen) // MOST_LEARNED) or 1


def _pareto(seen: RepeatBuying) -> Learned:
    every = _thin(seen)
    fit = replace(fit_pareto_nbd(seen.histories.thinned(every)), every=every)
    return Learned(expecting=lambda then, weeks: fit.model.expected(then.histories, weeks), fit=fit)


def _mbg(seen: RepeatBuying) -> Learned:
    every = _thin(seen)
    fit = replace(fit_mbg_nbd(seen.histories.thinned(every)), every=every)
    return Learned(expecting=lambda then, weeks: fit.model.expected(then.histories, weeks), fit=fit)


PARETO = Way(id="pareto_nbd", says="Pareto/NBD", fit=_pareto, is_model=True)
ALIKE = Way(id="alike", says="everyone at the side's mean rate", fit=_everyone_alike)
"""What a way must beat to say anything of single accounts."""


def ways(tested_weeks: float) -> tuple[Way, ...]:
    """Every way; `tested_weeks` is the length of the span that a record's `recent` columns cover."""
    repeat = _repeat(tested_weeks)
    return (
        PARETO,
        Way(id="mbg_nbd", says="MBG/NBD", fit=_mbg, is_model=True),
        Way(
            id="hiatus",
            says=f"hiatus: silent for over {HIATUS_WEEKS:.0f} weeks is gone, the others go on at their rate",
            fit=lambda _: Learned(expecting=_hiatus),
        ),
        Way(id="rate", says="every account goes on at its rate", fit=lambda _: Learned(expecting=_rate)),
        Way(id="repeat", says="the last span is repeated", fit=lambda _: Learned(expecting=repeat)),
    )
