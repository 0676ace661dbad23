"""The step of a funnel at which restoring what is usual gains most, and where it sits."""

from collections.abc import Iterator
from dataclasses import dataclass

from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.walk import Walked, Walks
from bothsides.metrics.interval import wilson
from bothsides.predict.comparison import believed, median, worse_than


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Accounts of a place lost at a step beyond what is usual."""

    step: int
    walked: Walked
    usual: float
    against: str
    """What the usual rate is: other places, the year before, or the other steps."""
    settled: bool
    """Whether the reference is the market's own (places, earlier cohorts) rather than its other steps."""

    @property
    def rate(self) -> float:
        """The share that took the step."""
        return self.walked.rate(self.step) or 0.0

    def regained(self, rate: float | None = None) -> float:
        """Accounts that would have come to the funnel's end at the usual rate, later steps unchanged."""
        entering, taken, final = (self.walked.reached[i] for i in (self.step - 1, self.step, -1))
        onward = final / taken if taken else 1.0
        return max(0.0, (self.usual - (self.rate if rate is None else rate)) * entering * onward)

    def range(self) -> tuple[float, float]:
        """The same at both ends of the rate's interval."""
        low, high = wilson(self.walked.reached[self.step], self.walked.reached[self.step - 1])
        return self.regained(high), self.regained(low)


MOST_LEAKS = 2
"""Leaks of one way in that are told."""


def leaks(found: Walks, policy: DiagnosisPolicy, *, most: int = MOST_LEAKS) -> list[Leak]:
    """At most so many leaks at different steps, the one that gains most accounts first; none where all is usual."""
    located = list(_located(found, policy))
    general = [*_since(found, policy), *_beside(found, policy)]
    chosen: dict[int, Leak] = {}
    for leak in sorted([*located, *general], key=lambda k: (-k.regained(), k.walked.label or "")):
        rival = chosen.get(leak.step)
        if rival is None or (
            rival.walked.place is None and leak.walked.place and leak.regained() >= 0.5 * rival.regained()
        ):
            chosen[leak.step] = leak
    return sorted(chosen.values(), key=lambda k: -k.regained())[:most]


def _located(found: Walks, policy: DiagnosisPolicy) -> Iterator[Leak]:
    """Places that pass a step less than all other places do, tested together."""
    claims = [
        (step, walked) for walked in found.places for step in range(1, len(walked.reached)) if walked.reached[step - 1]
    ]
    rests = [_rest(found.whole, walked, step) for step, walked in claims]
    p_values = [
        worse_than(walked.reached[step], walked.reached[step - 1], *rest)
        for (step, walked), rest in zip(claims, rests, strict=True)
    ]
    for (step, walked), rest, stands in zip(claims, rests, believed(p_values, policy.alarm_rate), strict=True):
        usual = rest[0] / rest[1] if rest[1] else 0.0
        enough = walked.reached[step - 1] >= policy.least_n / 3
        if stands and enough and (walked.rate(step) or 0.0) <= (1 - policy.material_shortfall) * usual:
            where = f"other {_plural(walked.place or '')}"
            yield Leak(step=step, walked=walked, usual=usual, against=where, settled=True)


def _rest(whole: Walked, walked: Walked, step: int) -> tuple[int, int]:
    return whole.reached[step] - walked.reached[step], whole.reached[step - 1] - walked.reached[step - 1]


def _since(found: Walks, policy: DiagnosisPolicy) -> Iterator[Leak]:
    """Steps that pass less than a year before."""
    if found.earlier is None:
        return
    for step in range(1, len(found.whole.reached)):
        now, then = found.whole, found.earlier
        usual = then.rate(step)
        if usual is None or then.reached[step - 1] < policy.least_n or now.reached[step - 1] < policy.least_n:
            continue
        p = worse_than(now.reached[step], now.reached[step - 1], then.reached[step], then.reached[step - 1])
        material = (now.rate(step) or 0.0) <= (1 - policy.material_shortfall) * usual
        if material and p <= policy.alarm_rate / len(now.reached):
            yield Leak(step=step, walked=now, usual=usual, against="the signups of the year before", settled=True)


def _beside(found: Walks, policy: DiagnosisPolicy) -> Iterator[Leak]:
    """A step that passes far less than the funnel's other steps do.

    The last step is left out: a first sale or order needs the other side and is usually the hardest.
    """
    steps = range(1, len(found.whole.reached) - 1)
    rates = {step: rate for step in steps if (rate := found.whole.rate(step)) is not None}
    for step, rate in rates.items():
        others = [other for i, other in rates.items() if i != step]
        if not others or found.whole.reached[step - 1] < policy.least_n:
            continue
        usual = median(others)
        high = wilson(found.whole.reached[step], found.whole.reached[step - 1])[1]
        if rate <= (1 - policy.step_shortfall) * usual and high <= (1 - policy.material_shortfall) * usual:
            yield Leak(step=step, walked=found.whole, usual=usual, against="the other steps", settled=False)


def _plural(place: str) -> str:
    return {"category": "categories"}.get(place, f"{place}s")
