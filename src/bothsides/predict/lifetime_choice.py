"""Which way of reckoning lifetime value a held-out span speaks for, per side, and what it may be used for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bothsides.predict.backtest import Backtested, Draws, backtested, better_by, least
from bothsides.predict.mean_value import fit_mean_value
from bothsides.predict.model_card import Estimate, ModelVerdict
from bothsides.predict.repeat_buying import Held, Numbers, RepeatBuying, Truths
from bothsides.predict.repeat_ways import ALIKE, Way, ways

CALIBRATED = (0.67, 1.5)
"""A total outside this factor of the predicted one is not calibrated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The chosen way and the best rule of thumb; gaps are chosen minus rule, squared or absolute error per account."""

    way: Way
    rule: Way
    candidates: tuple[Backtested, ...]
    gap: Estimate
    absolute_gap: Estimate
    over_alike: Estimate
    money_factor: Estimate | None
    n: int

    def verdict(self) -> tuple[ModelVerdict, str]:
        """What the values may be used for, and why."""
        chosen = next(way for way in self.candidates if way.chosen)
        if self.over_alike.high is None or self.over_alike.high >= 0:
            return (
                ModelVerdict.NO_SIGNAL,
                "No way tells accounts apart better than the side's mean rate did: use the mean, rank nobody.",
            )
        if not all(_held(factor) for factor in (chosen.factor, self.money_factor)):
            return (
                ModelVerdict.NOT_CALIBRATED,
                f"On held-out months {self._level(chosen)}: use the order of the list; no amounts are given.",
            )
        if chosen.is_model:
            said = f"{chosen.says} came closer than the best rule of thumb ({self.rule.says}) on held-out months"
        else:
            said = f"No model came closer than the best rule of thumb beyond chance, so it is used: {chosen.says}"
        return ModelVerdict.USABLE, f"{said}. There {self._level(chosen)}."

    def _level(self, chosen: Backtested) -> str:
        """How much came of what was foretold, in order days and in money."""
        days, money = (_of_100(factor) for factor in (chosen.factor, self.money_factor))
        return f"for each 100 foretold {days} came in order days and {money} in GMV"


def _held(factor: Estimate | None) -> bool:
    """Whether a total was near enough to the foretold one."""
    return factor is not None and CALIBRATED[0] <= factor.value <= CALIBRATED[1]


def _of_100(factor: Estimate | None) -> str:
    return "more than none" if factor is None else f"{100 * factor.value:.0f}"


def judge(then: RepeatBuying, later: Held, weeks: float, *, seed: int, here: Truths | None = None) -> Judged:
    """Every way fitted on the record and held against what came in the weeks after it.

    All learn from every account and are judged on those `here`, by default all: of who was closed nothing is asked.
    """
    asked = np.ones(len(then), bool) if here is None else here
    came, draws = later.occasions[asked], Draws.of(int(asked.sum()), seed=seed)
    tried = [(way, way.fit(then).expecting(then, weeks)[asked]) for way in ways(weeks)]
    alike = ALIKE.fit(then.at(asked)).expecting(then.at(asked), weeks)
    way, expected, rule, thumb = _chosen(tried, came, draws)
    return Judged(
        way=way,
        rule=rule,
        candidates=tuple(
            backtested((w.id, w.says, w.is_model), e, came, draws, chosen=w.id == way.id) for w, e in tried
        ),
        gap=better_by(expected, thumb, came, draws),
        absolute_gap=better_by(expected, thumb, came, draws, power=1),
        over_alike=better_by(expected, alike, came, draws),
        money_factor=draws.ratio(later.value[asked], expected * fit_mean_value(then).of(then)[asked]),
        n=int(asked.sum()),
    )


def _chosen(tried: Sequence[tuple[Way, Numbers]], observed: Numbers, draws: Draws) -> tuple[Way, Numbers, Way, Numbers]:
    """The way to use and the best rule of thumb: a model is used only where it beats that rule beyond chance."""
    losses = {way.id: float(((expected - observed) ** 2).mean()) for way, expected in tried}
    by_id = {way.id: (way, expected) for way, expected in tried}
    rule = by_id[least([(way.id, losses[way.id]) for way, _ in tried if not way.is_model])]
    model = by_id[least([(way.id, losses[way.id]) for way, _ in tried if way.is_model])]
    gap = better_by(model[1], rule[1], observed, draws)
    best = model if gap.high is not None and gap.high < 0 else rule
    return (*best, *rule)
