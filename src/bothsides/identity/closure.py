"""From pairs to groups, guarded: one wrong link must not fuse two parties with all that hangs on them.

Links are taken from the surest down. One that would join records differing on a strong identifier, or make a group
above the cap, is refused and handed to a person: so of a chain between two differing records the weakest link is cut.
The threshold is chosen on closed groups, since a pair's own likeness says nothing of what its link drags along.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bothsides.identity.blocking import Ints
from bothsides.identity.compare import strongly_differ
from bothsides.identity.weights import Floats

Evidence = Callable[[Ints, Ints], Floats]
"""How strongly each pair speaks for being one party: 0 is even odds, below speaks against."""
_MOST = 5.0
"""No single pair speaks louder than this, 32 to 1: the fields of a damaged record err together, so their weights add up
to more than the pair deserves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A link that was not followed, with the reason."""

    first: int
    second: int
    weight: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Two groups that became one at a weight."""

    weight: float
    first: tuple[int, ...]
    second: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How groups grew from the surest link down."""

    count: int
    joined: tuple[Joined, ...]
    refused: tuple[Refused, ...]

    def groups(self, steps: int) -> tuple[tuple[int, ...], ...]:
        """The groups after so many joins, each sorted, in the order of their first member."""
        group: dict[int, tuple[int, ...]] = {node: (node,) for node in range(self.count)}
        for join in self.joined[:steps]:
            members = (*join.first, *join.second)
            for node in members:
                group[node] = members
        return tuple(sorted({tuple(sorted(members)) for members in group.values()}))

    def steps_above(self, threshold: float) -> int:
        """How many joins have at least this weight."""
        return sum(join.weight >= threshold for join in self.joined)


@dataclass(slots=True, kw_only=True)
class _Group:
    members: list[int]
    values: list[set[str]] = field(default_factory=list)
    """Known values of each strong identifier."""


def grow(
    count: int,
    links: tuple[Ints, Ints, Floats],
    *,
    cap: int,
    identifiers: Mapping[str, Sequence[str]],
) -> Growth:
    """Joins the links from the surest down, refusing what the guards forbid; `identifiers` by name, one per node."""
    first, second, weight = links
    order = np.lexsort((second, first, -weight))
    names = tuple(identifiers)
    group = [
        _Group(members=[node], values=[{identifiers[name][node]} - {""} for name in names]) for node in range(count)
    ]
    joined: list[Joined] = []
    refused: list[Refused] = []
    for position in order.tolist():
        one, other, bits = int(first[position]), int(second[position]), float(weight[position])
        left, right = group[one], group[other]
        if left is right:
            continue
        why = _forbidden(left, right, names, cap)
        if why:
            refused.append(Refused(first=one, second=other, weight=bits, why=why))
            continue
        joined.append(Joined(weight=bits, first=tuple(left.members), second=tuple(right.members)))
        if len(left.members) < len(right.members):
            left, right = right, left
        left.members += right.members
        for mine, theirs in zip(left.values, right.values, strict=True):
            mine.update(theirs)
        for node in right.members:
            group[node] = left
    return Growth(count=count, joined=tuple(joined), refused=tuple(refused))


def likeliest(growth: Growth, evidence: Evidence) -> int:
    """After how many joins the closed groups are likeliest: the evidence of every pair put together is summed, also
    of pairs that no link connects. Joins at one weight belong together."""
    if not growth.joined:
        return 0
    first, second, step = _pairs_by_step(growth)
    gained = np.bincount(step, weights=np.clip(evidence(first, second), -_MOST, _MOST), minlength=len(growth.joined))
    return _best_step(growth, np.cumsum(gained), 0.0)


def best_on_labels(growth: Growth, labels: Sequence[tuple[int, int, bool]]) -> int:
    """After how many joins the closed groups agree best with what people said of some pairs (F1; then fewest joins)."""
    when = joined_at(growth, [(one, other) for one, other, _ in labels])
    same = np.array([truth for _, _, truth in labels], dtype=bool)
    steps = len(growth.joined)
    found = np.cumsum(np.bincount(when[same & (when < steps)], minlength=steps)[:steps])
    wrong = np.cumsum(np.bincount(when[~same & (when < steps)], minlength=steps)[:steps])
    if not steps:
        return 0
    return _best_step(growth, 2 * found / np.maximum(found + wrong + same.sum(), 1), 0.0)


def joined_at(growth: Growth, pairs: Sequence[tuple[int, int]]) -> Ints:
    """The step at which each pair came into one group; the number of all steps where it never did."""
    waiting: dict[int, set[int]] = {}
    for position, (one, other) in enumerate(pairs):
        waiting.setdefault(one, set()).add(position)
        waiting.setdefault(other, set()).add(position)
    when = np.full(len(pairs), len(growth.joined), dtype=np.int64)
    for step, join in enumerate(growth.joined):
        left = set().union(*(waiting.get(node, ()) for node in join.first))
        right = set().union(*(waiting.get(node, ()) for node in join.second))
        for position in left & right:
            when[position] = min(step, when[position])
    return when


def _best_step(growth: Growth, score: Floats, nothing: float) -> int:
    """The number of joins with the best score, where a weight is taken wholly or not at all."""
    weights = np.array([join.weight for join in growth.joined])
    last = np.append(weights[1:] != weights[:-1], True)
    ends = np.flatnonzero(last)
    best = int(ends[int(np.argmax(score[ends]))])
    return best + 1 if score[best] > nothing else 0


def _pairs_by_step(growth: Growth) -> tuple[Ints, Ints, Ints]:
    first: list[Ints] = []
    second: list[Ints] = []
    sizes = []
    for join in growth.joined:
        one, other = np.array(join.first, dtype=np.int64), np.array(join.second, dtype=np.int64)
        first.append(np.repeat(one, len(other)))
        second.append(np.tile(other, len(one)))
        sizes.append(len(one) * len(other))
    return np.concatenate(first), np.concatenate(second), np.repeat(np.arange(len(sizes)), sizes)


def _forbidden(left: _Group, right: _Group, names: Sequence[str], cap: int) -> str:
    for name, mine, theirs in zip(names, left.values, right.values, strict=True):
        if mine and theirs and any(strongly_differ(name, one, other) for one in mine for other in theirs):
            return f"differ on {name}"
    size = len(left.members) + len(right.members)
    return f"a group of {size} would be above the cap of {cap}" if size > cap else ""
