"""Judged on time not seen: the split, the guard against features that know the future, and the verdict."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.metrics import Better
from bothsides.predict.cases import Signal
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, auc
from bothsides.predict.model_card import Band, Comparison, Estimate, ModelVerdict
from bothsides.schema.period import add_months

SLACK_DAYS = 3
"""A month counts as whole when at most so many days of it are missing at the end of what is known."""

HISTORY_MONTHS = 6
"""Months that must be known before a cut-off: features of an account look back about so far."""

FOLDS = 4
"""Cut-offs learned from, each with its own outcomes: more data, and no season learned alone."""

LEAST_CASES = 50
LEAST_OUTCOMES = 20
"""Cases of the rarer outcome, in what is learned from and in what is judged, below which a model says nothing."""

SIGNAL_Z = 2.5758293035489004
"""The 99.5 % quantile of the normal distribution: a model is taken for better than its rule where it is not about once
in two hundred times, since every look at a market asks several models on two sides."""

CHANCE_Z = 3.090232306167813
"""The 99.9 % quantile: a ranking that is chance passes for a signal once in a thousand times."""

LEAST_RATIO, MOST_RATIO = 0.67, 1.5
"""Came over predicted: outside these a model is shown as not calibrated."""

MOST_ERROR = 0.1
"""Mean distance between probability and share, beyond what chance alone shows, above which it is not calibrated."""

ALONE = 0.9
APART = 0.2
"""A feature that alone ranks the outcomes this well, and by so much better than the middle one of the others, was
probably written after the outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSplit:
    """Cut-offs, oldest first: `train` with outcomes that end by the `test` cut-off, whose own end by `now`.

    `final` are those that the model in use learns from: the latest whose outcomes are known.
    """

    train: tuple[date, ...]
    test: date
    now: date
    told: date
    """The day after the last known one, where the last days of the month before `now` are not known; else `now`."""
    final: tuple[date, ...]
    horizon: int
    """Months."""

    def matured(self, cutoffs: tuple[date, ...], end: date) -> tuple[date, ...]:
        """Those of the cut-offs whose whole horizon is known by a day."""
        return tuple(day for day in cutoffs if add_months(day, self.horizon) <= end)

    @property
    def test_span(self) -> tuple[date, date]:
        """First and last day of the outcomes judged."""
        return self.test, self.told - timedelta(days=1)


def after_last_month(last: date) -> date:
    """The day after the last whole month, where rows are known until `last`.

    >>> after_last_month(date(2014, 6, 28)), after_last_month(date(2014, 6, 20))
    (datetime.date(2014, 7, 1), datetime.date(2014, 6, 1))
    """
    month, following = last.replace(day=1), add_months(last.replace(day=1), 1)
    return following if (following - last).days - 1 <= SLACK_DAYS else month


def time_split(first: date, last: date, *, horizon: int, step: int) -> TimeSplit | None:
    """The split of a history known from one day to another, in months; None where it is too short for one cut-off.

    >>> split = time_split(date(2012, 4, 1), date(2014, 6, 30), horizon=3, step=3)
    >>> [day.isoformat() for day in (*split.train, split.test, split.now)]
    ['2013-04-01', '2013-07-01', '2013-10-01', '2014-01-01', '2014-04-01', '2014-07-01']
    """
    now = after_last_month(last)
    test = add_months(now, -horizon)
    begin = first.replace(day=1) if first.day == 1 else add_months(first.replace(day=1), 1)
    earliest = add_months(begin, HISTORY_MONTHS)

    def before(day: date) -> tuple[date, ...]:
        found = (add_months(day, -step * fold) for fold in range(FOLDS, 0, -1))
        return tuple(cutoff for cutoff in found if cutoff >= earliest)

    train = before(test)
    told = min(now, last + timedelta(days=1))
    if not train:
        return None
    return TimeSplit(train=train, test=test, now=now, told=told, final=before(now), horizon=horizon)


def knowing_the_future(features: Floats, outcome: Bools, signals: tuple[Signal, ...]) -> tuple[str, ...]:
    """Undated features that alone tell the outcomes so much better than the others that they were written after them.

    Such a column lifted one public lead score from 0.88 to 0.98; no algorithm moves it by more than a hundredth.
    """
    if all(signal.dated for signal in signals):
        return ()
    alone = np.array([_strength(features[:, i], outcome) for i in range(features.shape[1])])
    if len(alone) < 2:
        return ()
    middle = [float(np.median(np.delete(alone, i))) for i in range(len(alone))]
    pairs = zip(signals, alone, middle, strict=True)
    return tuple(s.name for s, own, others in pairs if not s.dated and own >= ALONE and own - others >= APART)


def _strength(feature: Floats, outcome: Bools) -> float:
    """How well the feature ranks the outcomes, in whichever direction."""
    value = auc(feature, outcome).value
    return max(value, 1 - value)


def changed_by_the_future(whole: Floats, truncated: Floats, signals: tuple[Signal, ...]) -> tuple[str, ...]:
    """Features whose values differ between all data and data that end at the cut-off: they looked past it.

    Raises ValueError where the cases themselves differ: who is a case must not depend on the future either.
    """
    if whole.shape != truncated.shape:
        raise ValueError(
            f"{len(truncated)} cases by the cut-off, {len(whole)} with what came after: they must be equal"
        )
    same = np.asarray(np.isclose(whole, truncated, rtol=1e-12, atol=1e-12)).all(axis=0)
    return tuple(signal.name for signal, equal in zip(signals, np.atleast_1d(same), strict=True) if not equal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict with the reason that a reader is given."""

    verdict: ModelVerdict
    reason: str


def enough(train: Bools, test: Bools) -> Verdict | None:
    """Too little data, with what is lacking; None where there is enough to judge."""
    for outcome, where in ((train, "learn from"), (test, "be judged on")):
        rarer = int(min(outcome.sum(), (~outcome).sum()))
        if len(outcome) < LEAST_CASES or rarer < LEAST_OUTCOMES:
            return Verdict(
                verdict=ModelVerdict.TOO_LITTLE,
                reason=f"{len(outcome):,} cases to {where}, it came true for {int(outcome.sum()):,} of them; "
                f"{LEAST_CASES} with at least {LEAST_OUTCOMES} of either outcome are needed",
            )
    return None


def adds_nothing(gaps: tuple[Comparison, ...]) -> bool:
    """Whether a model is beyond chance better than its rule in nothing, or worse in anything."""
    return not any(gap.wins for gap in gaps) or any(_loses(gap) for gap in gaps)


def decided(
    *, ranking: Estimate, ratio: Estimate, error: Estimate, reason: str, bands: tuple[Band, ...] = ()
) -> Verdict:
    """The verdict on a judged model; `ranking` is its AUC with the wide interval, `reason` why it is the one used.

    No signal: it ranks no better than chance. Not calibrated: it ranks, but too many or too few came for what was
    said, in all or in a band of those that were given about the same.
    """
    if ranking.above <= 0.5:
        return Verdict(
            verdict=ModelVerdict.NO_SIGNAL,
            reason=f"on time it had not seen it ranks no better than chance: {ordered(ranking.value)}",
        )
    level = came_of_100(ratio)
    if not LEAST_RATIO <= ratio.value <= MOST_RATIO:
        return Verdict(verdict=ModelVerdict.NOT_CALIBRATED, reason=f"{level}: {ONLY_ORDER}")
    if off := [band for band in bands if band.off]:
        worst = max(off, key=lambda band: abs(band.observed.value - band.predicted))
        many = f"in {len(off)} of {len(bands)} bands" if len(bands) > 1 else "in all"
        return Verdict(
            verdict=ModelVerdict.NOT_CALIBRATED,
            reason=f"its chances did not hold {many}: of {worst.n:,} given {worst.predicted:.0%}, it came true for "
            f"{worst.observed.value:.0%}. {level[:1].upper()}{level[1:]}: {ONLY_ORDER}",
        )
    if error.above > MOST_ERROR:
        return Verdict(
            verdict=ModelVerdict.NOT_CALIBRATED,
            reason=f"its chances were off by {100 * error.value:.0f} points on average: {ONLY_ORDER}",
        )
    return Verdict(verdict=ModelVerdict.USABLE, reason=f"{reason}; {level}")


ONLY_ORDER = "use the order of the list, not the chances"


def ordered(auc: float) -> str:
    """What an area under the curve says, in words.

    >>> ordered(0.8123)
    '81 of 100 pairs are put in the right order, by chance 50'
    """
    return f"{100 * auc:.0f} of 100 pairs are put in the right order, by chance 50"


def came_of_100(ratio: Estimate) -> str:
    """How many came for each hundred foretold, and whether that is off beyond chance.

    >>> came_of_100(Estimate(value=0.8, low=0.63, high=0.97))
    'for each 100 foretold 80 came, fewer than it said (63 to 97)'
    """
    came = f"for each 100 foretold {100 * ratio.value:.0f} came"
    if ratio.low is None or ratio.high is None or ratio.low <= 1 <= ratio.high:
        return came
    way = "fewer" if ratio.high < 1 else "more"
    return f"{came}, {way} than it said ({100 * ratio.low:.0f} to {100 * ratio.high:.0f})"


def _loses(gap: Comparison) -> bool:
    """Whether the model is worse than its rule beyond chance."""
    if gap.gap is None or gap.gap.low is None or gap.gap.high is None:
        return False
    return gap.gap.high < 0 if gap.better is Better.UP else gap.gap.low > 0
