"""Which units' known pairs went quiet beyond chance: tested together, explained one after another."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.disintermediation.episodes import Episodes, Followed, Stage
from bothsides.diagnosis.disintermediation.units import (
    Level,
    Signal,
    flipped_p,
    match_pairs,
    signals_of,
    unit_codes,
)
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.predict.comparison import believed

ROUNDS = 8
"""Places explained one after another at most; a market with more of them has one cause, not nine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What stands, clearest first; what else was tested; what could not be judged."""

    found: tuple[Signal, ...]
    others: tuple[Signal, ...]
    pairs: int
    unmatched: int
    ended: int

    @property
    def tested(self) -> int:
        """How many claims were tested together."""
        return len(self.found) + len(self.others)


def look_for_signals(followed: Followed, policy: DiagnosisPolicy) -> Signals:
    """Test every unit, take the clearest, set its pairs aside, test the others again without them, until none stands.

    Setting aside keeps one leaking cell from shadowing its category and from making every control look poor. Claims
    are tested together level by level (`comparison.believed`), and a drop must also be as large as `quiet_drop`.
    """
    rest, found = followed.stages, list[Signal]()
    signals = _tested(rest, policy)
    for _ in range(ROUNDS):
        best = _clearest(signals, rest, policy)
        if best is None:
            break
        found.append(best)
        rest = {stage: each.only(unit_codes(each, best.level) != best.code) for stage, each in rest.items()}
        signals = _tested(rest, policy)
    every = np.concatenate([each.pair for each in followed.stages.values()])
    return Signals(
        found=tuple(found),
        others=tuple(sorted(signals, key=lambda s: (s.p_value, s.level, s.code, s.stage))),
        pairs=len(np.unique(every)),
        unmatched=len(np.setdiff1d(every, _matched_pairs(followed))),
        ended=followed.ended,
    )


def _matched_pairs(followed: Followed) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.concatenate([e.pair[match_pairs(e, Level.SUPPLIER).known] for e in followed.stages.values()])


def _tested(stages: dict[Stage, Episodes], policy: DiagnosisPolicy) -> list[Signal]:
    return [
        signal
        for stage, found in stages.items()
        for level in Level
        if len(found)
        for signal in signals_of(found, stage, level, policy)
    ]


def _clearest(signals: list[Signal], rest: dict[Stage, Episodes], policy: DiagnosisPolicy) -> Signal | None:
    """The clearest of the signals that stand, by the normal law and by flipped signs."""
    kept = []
    for level in Level:
        here = [signal for signal in signals if signal.level is level]
        stands = believed([signal.p_value for signal in here], policy.alarm_rate)
        kept += [s for s, one in zip(here, stands, strict=True) if one and s.change <= -policy.quiet_drop]
    for signal in sorted(kept, key=lambda s: (s.p_value, s.level, s.code, s.stage)):
        if flipped_p(rest[signal.stage], signal) <= policy.alarm_rate:
            return signal
    return None
