"""Agreement weights learned from a list itself, without labels, for records of persons.

Fellegi and Sunter (1969), fitted by expectation and maximisation as in Winkler (2000); an agreement on a rare value
weighs more than one on a common value (term-frequency adjustment, as in Splink).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.process import cpdist

from bothsides.identity.blocking import Ints, spread_pairs
from bothsides.identity.party import Normal
from bothsides.identity.policy import ListField

Floats = NDArray[np.float64]

_TYPED: frozenset[str] = frozenset(["street_number", "postcode", "born_on", "phone"])
"""Digits: one wrong or swapped sign is close. Everything else is text, but for _WHOLE."""
_WHOLE: frozenset[str] = frozenset(["region", "country"])
_COMMON: frozenset[str] = frozenset(["given", "surname", "company", "street", "locality", "city", "email"])
"""Fields whose values differ much in how common they are."""
_STEPS, _SETTLED = 100, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWeights:
    """Weights of one field in powers of two, by level: 0 differs, then likenesses, the last is the same."""

    name: ListField
    agree: tuple[float, ...]
    """Share of true pairs on each level (m)."""
    chance: tuple[float, ...]
    """Share of random pairs on each level (u)."""
    common: Mapping[str, float]
    """Share of records that have this value, for values that more than one has."""
    rarest: float

    def of(self, levels: Ints, values: Sequence[str]) -> Floats:
        """The weight of each pair; `values` are the first record's."""
        agree, chance = np.array(self.agree), np.array(self.chance)
        weights: Floats = np.where(levels >= 0, np.log2(agree / chance)[levels], 0.0)
        if self.common:
            top = len(agree) - 1
            (same,) = np.nonzero(levels == top)
            shares = np.array([self.common.get(values[position], self.rarest) for position in same.tolist()])
            weights[same] = np.log2(agree[top] / shares)
        return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a list taught about agreeing and differing; weighs any two records the same way, one pair or millions."""

    fields: tuple[FieldWeights, ...]
    prior: float
    """Weight before anything is compared: the log2 odds that two records drawn at random are the same."""
    steps: int
    """Steps until the fit settled."""

    def pairs(self, normals: Sequence[Normal], first: Ints, second: Ints) -> Floats:
        """The log2 odds that each pair is the same party."""
        total = np.full(len(first), self.prior)
        for each in self.fields:
            values = [getattr(normal, each.name) for normal in normals]
            one, other = _taken(values, first), _taken(values, second)
            total += each.of(_levels(each.name, one, other), one)
        return total

    def pair(self, one: Normal, other: Normal) -> float:
        """The log2 odds that the two are the same party."""
        return float(self.pairs((one, other), np.array([0]), np.array([1]))[0])


def learn(normals: Sequence[Normal], first: Ints, second: Ints, names: Sequence[ListField]) -> Weights:
    """The weights from the records and the pairs of them that share a key. No labels, nothing random."""
    fields = [name for name in names if any(getattr(normal, name) for normal in normals)]
    if not fields or not len(first):
        return Weights(fields=(), prior=-np.inf, steps=0)
    columns = {name: [getattr(normal, name) for normal in normals] for name in fields}
    one, other = spread_pairs(len(normals))
    chance = []
    levels = []
    for name in fields:
        values = columns[name]
        chance.append(_shares(_levels(name, _taken(values, one), _taken(values, other)), None, _count(name), 0.5))
        levels.append(_levels(name, _taken(values, first), _taken(values, second)))
    agree, same, steps = _fitted(levels, chance)
    expected = max(same * len(first), 1.0)
    everything = len(normals) * (len(normals) - 1) / 2
    return Weights(
        fields=tuple(_field(name, m, u, columns[name]) for name, m, u in zip(fields, agree, chance, strict=True)),
        prior=float(np.log2(expected / max(everything - expected, 1.0))),
        steps=steps,
    )


def _fitted(levels: Sequence[Ints], chance: Sequence[Floats]) -> tuple[list[Floats], float, int]:
    """Share of true pairs on each level, and of true pairs among these, by expectation and maximisation."""
    agree = [(np.arange(1, len(u) + 1, dtype=np.float64)) ** 4 for u in chance]
    agree = [m / m.sum() for m in agree]
    same, moved, steps = 0.5, 1.0, 0
    while moved >= _SETTLED and steps < _STEPS:
        steps += 1
        odds = np.full(len(levels[0]), np.log(same / (1 - same)))
        for level, m, u in zip(levels, agree, chance, strict=True):
            odds += np.where(level >= 0, np.log(m / u)[level], 0.0)
        sure = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
        same = float(np.clip(sure.mean(), 1e-6, 1 - 1e-6))
        fresh = [_shares(level, sure, len(u), 0.01) for level, u in zip(levels, chance, strict=True)]
        moved = max(float(np.abs(new - old).max()) for new, old in zip(fresh, agree, strict=True))
        agree = fresh
    return agree, same, steps


def _field(name: ListField, agree: Floats, chance: Floats, values: Sequence[str]) -> FieldWeights:
    counts = Counter(value for value in values if value) if name in _COMMON else Counter[str]()
    total = counts.total()
    return FieldWeights(
        name=name,
        agree=tuple(agree.tolist()),
        chance=tuple(chance.tolist()),
        common={value: count / total for value, count in counts.items() if count > 1},
        rarest=1 / max(len(values), 1),
    )


def _shares(levels: Ints, sure: Floats | None, count: int, added: float) -> Floats:
    known = levels >= 0
    counts = np.bincount(levels[known], weights=None if sure is None else sure[known], minlength=count) + added
    shares: Floats = counts / counts.sum()
    return shares


def _taken(values: Sequence[str], positions: Ints) -> list[str]:
    return [values[position] for position in positions.tolist()]


def _count(name: str) -> int:
    return 2 if name in _WHOLE else 3 if name in _TYPED else 4


def _levels(name: str, one: Sequence[str], other: Sequence[str]) -> Ints:
    """Level of each pair of values: -1 where one is unknown, 0 differs, up to the same."""
    unknown = np.array([not a or not b for a, b in zip(one, other, strict=True)], dtype=bool)
    same = np.array([a == b for a, b in zip(one, other, strict=True)], dtype=bool)
    if name in _WHOLE:
        level = np.where(same, 1, 0)
    elif name in _TYPED:
        steps = cpdist(one, other, scorer=DamerauLevenshtein.distance, dtype=np.int64)
        level = np.where(same, 2, np.where(steps <= 1, 1, 0))
    else:
        likeness = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64)
        level = np.where(same, 3, np.where(likeness >= 0.92, 2, np.where(likeness >= 0.8, 1, 0)))
    return np.where(unknown, -1, level).astype(np.int64)
