"""What each rep made of the leads given: speed, acceptance and wins against what those leads promised."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bothsides.leads.sla.scorecard import percentile
from bothsides.leads.teams.lead_quality import observed_over_expected
from bothsides.leads.wording import plural
from bothsides.predict.calibration import ENOUGH_FOR_SLOPE
from bothsides.predict.comparison import believed
from bothsides.predict.logistic import Floats, fit_logistic, sigmoid
from bothsides.schema import Side

ALARM = 0.05
"""Share of the reps called better or worse who may be called so by chance (Benjamini and Hochberg 1995)."""
LEAST_EXPECTED = 5.0
"""Expected wins, and expected losses, below which nothing is said of a rep's win rate."""
LEAST_RANDOM = 30
"""Decided leads from which a rep is compared, and of those dealt by lot from which these alone are judged."""
LEAST_REPS = 2
MIDDLE_REPS = 3
"""Reps from which the middle one sets the level; of two it is both together."""
MEDIAN = math.pi / 2
"""A median's variance over a mean's, for normal errors."""
FIRM = 0.01
"""Ridge that keeps the fit within reps from running away where a rep won or lost everything."""
SAME = 1e-9
"""Ratios this close share a rank: where luck explains all differences, everybody is first."""
STRATA = 5
"""Bands of the score within which speed and acceptance are compared."""


class Standing(StrEnum):
    """How a rep's wins compare with what the leads promised."""

    ABOVE = "above what the leads promised"
    AS_EXPECTED = "as the leads promised"
    BELOW = "below what the leads promised"
    TOO_FEW = "too few to say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A lead given to a rep. `win_chance` is the score's at assignment, before the rep did anything.

    `by_lot` marks leads of the random holdout inside a pool. Outcomes are None while open; `in_time` whether the first
    touch met its clock, `touch_hours` how long it took by the agreed calendar.
    """

    lead_id: str
    side: Side
    rep: str
    win_chance: float | None = None
    won: bool | None = None
    accepted: bool | None = None
    in_time: bool | None = None
    touch_hours: float | None = None
    by_lot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Observed over expected, with a 95 % interval; `expected` is what the same leads brought over all reps.

    None of the ratio where nothing was expected.
    """

    observed: int
    expected: float
    n: int
    ratio: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepScore:
    """One rep on one side. `raw_win_rate` is shown beside, because everybody knows it; it says more of the leads.

    `wins` is observed against the recalibrated chances of the rep's decided leads. `shrunk` pulls that ratio towards 1
    by as much as luck explains (empirical Bayes), and `rank` orders the reps by it, 1 the highest; `above_middle` is
    the chance that the rep is truly above the middle rep. `grade` says which leads the verdict rests on.
    """

    rep: str
    side: Side
    leads: int
    open: int
    mean_chance: float | None
    raw_win_rate: float | None
    wins: Against
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    above_middle: float
    rank: int
    standing: Standing
    grade: str
    by_lot: int
    accepted: Against
    in_time: Against
    median_hours: float | None
    p90_hours: float | None
    words: str


def rep_scorecards(given: Sequence[Given]) -> tuple[RepScore, ...]:
    """The reps of each side, the best shrunk ratio first.

    Chances are recalibrated over all reps of a side, so that the middle rep has 1. Where every rep with 30 decided
    leads has so many dealt by lot, only those are used: whoever picks the leads cannot favour anybody there. Else leads
    that are hotter than their score may still go to a favourite, and the grade says "adjusted".
    """
    found: list[RepScore] = []
    for side in Side:
        mine = [one for one in given if one.side is side]
        if mine:
            found += _of_side(side, mine)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wins:
    """A rep's decided leads: wins, what was expected of them, its variance by luck alone, and that of the level.

    `level_variance` is what not knowing the level of all reps exactly adds; taken as independent of the rep's own luck,
    which errs on the side of calling nobody.
    """

    won: int
    expected: float
    variance: float
    level_variance: float
    n: int


def _of_side(side: Side, given: Sequence[Given]) -> list[RepScore]:
    reps = sorted({one.rep for one in given})
    decided = [one for one in given if one.won is not None and one.win_chance is not None]
    many = Counter(one.rep for one in decided)
    lots = Counter(one.rep for one in decided if one.by_lot)
    settled = [rep for rep in reps if many[rep] >= LEAST_RANDOM]
    by_lot = len(settled) >= LEAST_REPS and all(lots[rep] >= LEAST_RANDOM for rep in settled)
    judged = [one for one in decided if one.by_lot] if by_lot else decided
    wins = _wins(reps, judged)
    spread = between(list(wins.values()))
    p_values = [_p_value(wins[rep]) for rep in reps]
    enough = [min(wins[rep].expected, wins[rep].n - wins[rep].expected) >= LEAST_EXPECTED for rep in reps]
    stands = iter(believed([p for p, said in zip(p_values, enough, strict=True) if said], ALARM) if any(enough) else [])
    standing = {
        rep: _standing(wins[rep], next(stands)) if said else Standing.TOO_FEW
        for rep, said in zip(reps, enough, strict=True)
    }
    strata = _strata(given)
    rates = {
        "accepted": _rates([(strata[one.lead_id], one.accepted) for one in given]),
        "in_time": _rates([(strata[one.lead_id], one.in_time) for one in given]),
    }
    scores = [
        _score(
            side,
            [one for one in given if one.rep == rep],
            wins[rep],
            _shrunk(wins[rep], spread),
            standing[rep],
            "randomised" if by_lot else "adjusted",
            _against([(strata[one.lead_id], one.accepted) for one in given if one.rep == rep], rates["accepted"]),
            _against([(strata[one.lead_id], one.in_time) for one in given if one.rep == rep], rates["in_time"]),
        )
        for rep in reps
    ]
    ranked = sorted(scores, key=lambda score: (-score.shrunk, score.rep))
    return [
        replace(score, rank=1 + sum(1 for other in ranked if other.shrunk > score.shrunk + SAME)) for score in ranked
    ]


def _wins(reps: Sequence[str], judged: Sequence[Given]) -> dict[str, _Wins]:
    """Each rep's wins beside the chances of those leads, recalibrated to what all reps together won."""
    chances: Floats = np.array([one.win_chance for one in judged], dtype=float)
    won = np.array([bool(one.won) for one in judged], dtype=bool)
    if len(judged):
        chances = _recalibrated(chances, won, np.array([reps.index(one.rep) for one in judged]))
    found = {}
    luck = float((chances * (1 - chances)).sum())
    for rep in reps:
        mine = np.array([one.rep == rep for one in judged], dtype=bool)
        of_rep = chances[mine]
        own = float((of_rep * (1 - of_rep)).sum())
        found[rep] = _Wins(
            won=int(won[mine].sum()),
            expected=float(of_rep.sum()),
            variance=own,
            level_variance=MEDIAN * own * own / luck if luck else 0.0,
            n=int(mine.sum()),
        )
    return found


def _recalibrated(chances: Floats, won: NDArray[np.bool_], rep: NDArray[np.int_]) -> Floats:
    """Chances that mean what they say for the middle rep.

    The slope is found within reps: over all of them, a good rep on poor leads would pass for a score that is too steep,
    and the skill would be gone. The level then makes as many expected as were won.
    """
    clipped = np.clip(chances, 1e-4, 1 - 1e-4)
    logits: Floats = np.log(clipped / (1 - clipped))
    slope = 1.0
    if min(won.sum(), (~won).sum()) >= ENOUGH_FOR_SLOPE:
        dummies = (rep[:, None] == np.unique(rep)[None, 1:]).astype(float)
        fitted = fit_logistic(np.hstack([logits[:, None], dummies]), won, ridge=FIRM)
        within = float(fitted.weights[0] / fitted.scale[0])
        slope = within if within > 0 else 1.0
    many = [one for one in np.unique(rep) if (rep == one).sum() >= LEAST_RANDOM]
    levels = [_level(slope * logits[rep == one], won[rep == one]) for one in many]
    if len(levels) < MIDDLE_REPS:
        return sigmoid(slope * logits + _level(slope * logits, won))
    return sigmoid(slope * logits + float(np.median(levels)))


def _level(logits: Floats, won: NDArray[np.bool_]) -> float:
    """The shift at which as many are expected as were won, by halving; half a case where all went one way."""
    wanted = float(np.clip(won.sum(), 0.5, len(won) - 0.5))
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(logits + middle).sum() < wanted else (low, middle)
    return (low + high) / 2


def between(wins: Sequence[_Wins]) -> float:
    """Variance of the reps' true ratios beyond luck, from how far observed wins lie from expected ones; 0 or more.

    Source: method of moments, DerSimonian and Laird 1986, Controlled Clinical Trials 7:177-188, with weights of the
    expected wins' variance.
    """
    known = [one for one in wins if one.expected > 0 and one.variance > 0]
    if len(known) < LEAST_REPS:
        return 0.0
    weights = [one.expected**2 / one.variance for one in known]
    ratios = [one.won / one.expected for one in known]
    mean = sum(w * r for w, r in zip(weights, ratios, strict=True)) / sum(weights)
    q = sum(w * (r - mean) ** 2 for w, r in zip(weights, ratios, strict=True))
    scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
    return max(0.0, (q - (len(known) - 1)) / scale)


def _shrunk(wins: _Wins, spread: float) -> tuple[float, float]:
    """The ratio pulled towards 1 and its standard error (normal, empirical Bayes)."""
    if wins.expected <= 0:
        return 1.0, math.sqrt(spread)
    luck = wins.variance / wins.expected**2
    part = spread / (spread + luck) if spread else 0.0
    return 1 + part * (wins.won / wins.expected - 1), math.sqrt(part * luck)


def _p_value(wins: _Wins) -> float:
    """Two-sided, by the normal with continuity: how often luck moves the wins this far from what was expected."""
    if wins.variance <= 0:
        return 1.0
    gap = max(0.0, abs(wins.won - wins.expected) - 0.5)
    return 2 * (1 - NormalDist().cdf(gap / math.sqrt(wins.variance + wins.level_variance)))


def _standing(wins: _Wins, stands: bool) -> Standing:
    if not stands:
        return Standing.AS_EXPECTED
    return Standing.ABOVE if wins.won > wins.expected else Standing.BELOW


def _strata(given: Sequence[Given]) -> dict[str, int]:
    """The score band of each lead; leads without a score are one band."""
    chances = sorted(one.win_chance for one in given if one.win_chance is not None)
    edges = [chances[len(chances) * k // STRATA] for k in range(1, STRATA)] if chances else []
    return {
        one.lead_id: -1 if one.win_chance is None else sum(1 for edge in edges if one.win_chance >= edge)
        for one in given
    }


def _rates(outcomes: Sequence[tuple[int, bool | None]]) -> dict[int, float]:
    """Share of yes over all reps, by score band."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for stratum, outcome in outcomes:
        if outcome is not None:
            counts[stratum][0] += outcome
            counts[stratum][1] += 1
    return {stratum: yes / n for stratum, (yes, n) in counts.items()}


def _against(outcomes: Sequence[tuple[int, bool | None]], rates: dict[int, float]) -> Against:
    """Indirect standardisation: what all reps would have reached on this rep's mix of leads.

    The interval is the normal one of a sum of unlike chances: nearly everything being in time leaves little to luck.
    """
    known = [(rates[stratum], outcome) for stratum, outcome in outcomes if outcome is not None]
    observed = sum(1 for _, outcome in known if outcome)
    expected = sum(rate for rate, _ in known)
    if expected <= 0:
        return Against(observed=observed, expected=expected, n=len(known), ratio=None, low=None, high=None)
    half = NormalDist().inv_cdf(0.975) * math.sqrt(sum(rate * (1 - rate) for rate, _ in known)) / expected
    ratio = observed / expected
    return Against(
        observed=observed, expected=expected, n=len(known), ratio=ratio, low=max(0.0, ratio - half), high=ratio + half
    )


def _score(
    side: Side,
    mine: Sequence[Given],
    wins: _Wins,
    shrunk: tuple[float, float],
    standing: Standing,
    grade: str,
    accepted: Against,
    in_time: Against,
) -> RepScore:
    decided = [one for one in mine if one.won is not None]
    chances = [one.win_chance for one in mine if one.win_chance is not None]
    hours = [one.touch_hours for one in mine if one.touch_hours is not None]
    middle, error = shrunk
    half = NormalDist().inv_cdf(0.975) * error
    ratio, low, high = observed_over_expected(wins.won, wins.expected) if wins.expected > 0 else (None, None, None)
    lots = sum(1 for one in decided if one.by_lot)
    return RepScore(
        rep=mine[0].rep,
        side=side,
        leads=len(mine),
        open=len(mine) - len(decided),
        mean_chance=sum(chances) / len(chances) if chances else None,
        raw_win_rate=sum(1 for one in decided if one.won) / len(decided) if decided else None,
        wins=Against(observed=wins.won, expected=wins.expected, n=wins.n, ratio=ratio, low=low, high=high),
        shrunk=middle,
        shrunk_low=max(0.0, middle - half),
        shrunk_high=middle + half,
        above_middle=1 - NormalDist(middle, error).cdf(1.0) if error > 0 else 0.5,
        rank=0,
        standing=standing,
        grade=grade,
        by_lot=lots,
        accepted=accepted,
        in_time=in_time,
        median_hours=percentile(hours, 0.5),
        p90_hours=percentile(hours, 0.9),
        words=_words(mine[0].rep, wins, standing, grade),
    )


def _words(rep: str, wins: _Wins, standing: Standing, grade: str) -> str:
    leads = plural(wins.n, "decided lead") + (" dealt by lot" if grade == "randomised" else "")
    text = f"{rep}: {plural(wins.won, 'win')} where {wins.expected:.1f} were to be expected of {leads}: {standing}"
    if standing is Standing.TOO_FEW:
        return f"{text} (at least {LEAST_EXPECTED:g} wins and losses must be expected)"
    return text
