"""Where conversion starts to fall with the time a lead waits: plain, within bands of score, or by an instrument."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEED = 1875
BINS = 8
"""Bins of an instrument: a bend shows only where several levels of waiting are compared."""
WEAK = 10.0
"""First-stage F below which an instrument is too weak (Staiger and Stock 1997, Econometrica 65:557-586)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hinge:
    """Conversion is level up to `bend` hours and then changes by `slope` (share points) with each doubling.

    `p_value` is one-sided for a fall, corrected for the number of bends tried (Bonferroni); `strength` the first-stage
    F of the instrument, infinite without one. `lost` is the mean conversion lost to waiting beyond the bend.
    """

    bend: float
    slope: float
    p_value: float
    strength: float
    lost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One row a lead: 1, bands and bins of the instrument as 0/1, hinges at each candidate hour, the outcome."""

    values: Floats
    controls: int
    instruments: int
    hours: tuple[float, ...]

    @property
    def n(self) -> int:
        """Leads."""
        return int(self.values.shape[0])


def columns(
    won: Sequence[bool],
    waited_hours: Sequence[float],
    hours: Sequence[float],
    *,
    alike: Sequence[Sequence[float]] = (),
    bands: int = 10,
    instrument: Sequence[float] | None = None,
) -> Columns:
    """The columns of a fit: `alike` give bands within which leads are compared, `instrument` what moved the waiting."""
    waited = np.maximum(np.asarray(waited_hours, dtype=float), 1 / 60)
    parts: list[Floats] = [np.ones((len(waited), 1))]
    parts += [_levels(np.asarray(numbers, dtype=float), bands) for numbers in alike]
    controls = sum(part.shape[1] for part in parts)
    moved = np.zeros((len(waited), 0))
    if instrument is not None:
        moved = _levels(np.asarray(instrument, dtype=float), BINS)
    hinges = np.maximum(0.0, np.log2(waited[:, None] / np.asarray(hours)[None, :]))
    outcome = np.asarray(won, dtype=float)[:, None]
    return Columns(
        values=np.hstack([*parts, moved, hinges, outcome]),
        controls=controls,
        instruments=moved.shape[1],
        hours=tuple(hours),
    )


def _levels(numbers: Floats, bins: int) -> Floats:
    """0/1 columns of quantile bins, the lowest left out; zeros of an instrument are a bin of their own."""
    at_zero = numbers == 0
    others = numbers[~at_zero] if 0.02 < at_zero.mean() < 1 else numbers
    edges = np.unique(np.quantile(others, np.linspace(0, 1, bins + 1)[1:-1])) if len(others) else np.zeros(0)
    place = np.digitize(numbers, edges) + 1
    if len(others) < len(numbers):
        place[at_zero] = 0
    present = np.unique(place)[1:]
    found: Floats = (place[:, None] == present[None, :]).astype(float)
    return found


def fit(data: Columns, weights: Floats | None = None) -> Hinge | None:
    """The hinge that fits best among those that fall; None where none falls or nothing moves the waiting.

    Two-stage least squares on a linear probability, for each candidate bend; the bend is the one whose moments fit
    best. Without instruments this is least squares within the bands. Source: Hansen 1982, Econometrica 50:1029-1054.
    """
    sums = _sums(data, weights)
    whole = float(sums[-1, -1])
    best: tuple[float, int, float, float, float] | None = None
    for k, one in _candidates(data, sums):
        if one.strength < WEAK or one.outcome >= 0:
            continue
        gain = one.outcome**2 / one.explained
        slope = one.outcome / one.explained
        rest = whole - 2 * slope * one.plain + slope**2 * one.spread
        error = math.sqrt(max(rest, 1e-12) / max(1, data.n - data.controls - 1) / one.explained)
        if best is None or gain > best[0]:
            best = gain, k, slope, slope / error, one.strength
    if best is None:
        return None
    _, k, slope, z, strength = best
    beyond = data.values[:, data.controls + data.instruments + k]
    average = float(np.average(beyond, weights=weights))
    return Hinge(
        bend=data.hours[k],
        slope=slope,
        p_value=min(1.0, len(data.hours) * math.erfc(-z / math.sqrt(2)) / 2),
        strength=strength,
        lost=-slope * average,
    )


def strength(data: Columns) -> float:
    """The largest first-stage F over the candidate bends: how much the instrument moves the waiting."""
    return max((one.strength for _, one in _candidates(data, _sums(data, None))), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """Sums of products of one hinge: with itself, with the outcome, and both as far as the instrument explains it."""

    spread: float
    plain: float
    explained: float
    outcome: float
    strength: float


def _candidates(data: Columns, sums: Floats) -> Iterator[tuple[int, _Candidate]]:
    first, moved = data.controls + data.instruments, data.instruments
    stage = sums[data.controls : first, data.controls : first]
    inverse = np.linalg.pinv(stage, hermitian=True) if moved else stage
    for k in range(len(data.hours)):
        hinge = sums[:, first + k]
        spread, plain = float(hinge[first + k]), float(hinge[-1])
        if spread <= 1e-9 * data.n:
            continue
        explained, outcome, moves = spread, plain, math.inf
        if moved:
            weights = inverse @ hinge[data.controls : first]
            explained = float(weights @ hinge[data.controls : first])
            outcome = float(weights @ sums[data.controls : first, -1])
            left = max(spread - explained, 1e-12)
            moves = explained / moved / (left / max(1, data.n - data.controls - moved))
        if explained > 1e-12:
            yield k, _Candidate(spread=spread, plain=plain, explained=explained, outcome=outcome, strength=moves)


def _sums(data: Columns, weights: Floats | None) -> Floats:
    table = data.values
    sums: Floats = table.T @ table if weights is None else (table * weights[:, None]).T @ table
    return _without(sums, data.controls)


def _without(sums: Floats, controls: int) -> Floats:
    """The sums of products of what the controls leave unexplained (Frisch and Waugh 1933)."""
    inverse = np.linalg.pinv(sums[:controls, :controls], hermitian=True)
    rest: Floats = sums - sums[:, :controls] @ inverse @ sums[:controls, :]
    return rest


def resampled(data: Columns, draws: int) -> list[Hinge | None]:
    """The fit over leads drawn anew that many times, in the same way each time it is asked."""
    chance = np.random.default_rng(SEED)
    equal = np.full(data.n, 1 / data.n)
    return [fit(data, chance.multinomial(data.n, equal).astype(float)) for _ in range(draws)]
