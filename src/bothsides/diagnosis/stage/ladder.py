"""The stage by its rules: what is known decides, what is not known leaves stages open, what is close is a rival."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from bothsides.diagnosis.stage.policy import Condition, StagePolicy, conditions
from bothsides.diagnosis.stage.reading import Stage
from bothsides.metrics import Unit, Value

Rules = tuple[tuple[Stage, tuple[Condition, ...]], ...]

NEAR = {Unit.RATE: 0.05, Unit.MONTHS: 3.0, Unit.COUNT: 1.0}
"""How far from a bound a number without an interval is clear of it: five points, a quarter, one cell."""

NEAR_GROWTH = 0.1
"""The same for growth, which swings more from year to year than a share does: ten points."""

JUST = 1e-9

_ONLY_GROWS = ("months_of_trade",)
"""A market does not get younger: no rival follows from that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The nearest change of one reading that changes the stage; `distance` below 1 is too close to call."""

    stage: Stage
    test: Condition
    distance: float


def rules(policy: StagePolicy) -> Rules:
    """The stages with their tests, in the order in which they are asked; pre-fit asks nothing and comes last."""
    asked = {
        Stage.LATE: policy.late,
        Stage.GROWING: policy.growing,
        Stage.MATURE: policy.mature,
        Stage.EARLY: policy.early,
        Stage.PRE_FIT: {},
    }
    return tuple((stage, conditions(rule)) for stage, rule in asked.items())


def stage_of(numbers: Mapping[str, float], ladder: Rules) -> Stage:
    """The first stage whose tests all pass.

    >>> stage_of({"buyer_repeat": 0.1}, ((Stage.EARLY, conditions({"buyer_repeat": ">= 0.25"})), (Stage.PRE_FIT, ())))
    <Stage.PRE_FIT: 'pre-fit'>
    """
    return next(stage for stage, asked in ladder if all(test.passes(numbers[test.reading]) for test in asked))


def possible(values: Mapping[str, Value], ladder: Rules) -> tuple[Stage, ...]:
    """Every stage that what is known allows, whatever the unknown readings turn out to be."""
    known = _known(values)
    unknown = sorted({test.reading for _, asked in ladder for test in asked} - known.keys())
    choices = [_either_side(reading, ladder) for reading in unknown]
    found = {stage_of({**known, **dict(zip(unknown, picked, strict=True))}, ladder) for picked in product(*choices)}
    return tuple(stage for stage in Stage if stage in found)


def turns(values: Mapping[str, Value], ladder: Rules) -> tuple[Turn, ...]:
    """For each reading alone, the nearest change that gives another stage, nearest reading first.

    Needs every reading that can decide: call it where one stage is possible.
    """
    known = _known(values)
    filled = {test.reading: test.bound for _, asked in ladder for test in asked} | known
    stands = stage_of(filled, ladder)
    found = []
    for reading, number in known.items():
        for test in _conditions_of(reading, ladder):
            for beyond in (test.bound - JUST, test.bound + JUST):
                turned = stage_of(filled | {reading: beyond}, ladder)
                if turned is not stands and not (reading in _ONLY_GROWS and beyond < number):
                    distance = abs(number - test.bound) / _scale(values[reading])
                    found.append(Turn(stage=turned, test=test, distance=distance))
    found.sort(key=lambda turn: (turn.distance, turn.test.reading, turn.stage))
    return tuple(found)


def _known(values: Mapping[str, Value]) -> dict[str, float]:
    return {name: float(value.value) for name, value in values.items() if value.value is not None}


def _conditions_of(reading: str, ladder: Rules) -> Sequence[Condition]:
    return [test for _, asked in ladder for test in asked if test.reading == reading]


def _either_side(reading: str, ladder: Rules) -> list[float]:
    """A number below, between and above every bound of the reading."""
    bounds = {test.bound for test in _conditions_of(reading, ladder)}
    return sorted({number for bound in bounds for number in (bound - JUST, bound + JUST)})


def _scale(value: Value) -> float:
    """What counts as clear of a bound: half the 95 % interval's width, else a fixed step of the unit."""
    step = NEAR_GROWTH if value.metric == "gmv_growth_year" else NEAR.get(value.unit, 1.0)
    if value.low is None or value.high is None:
        return step
    return max((value.high - value.low) / 2, JUST)
