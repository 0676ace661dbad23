"""Pairs of a list worth comparing, and pairs as chance would bring them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bothsides.identity.party import Normal

Ints = NDArray[np.int64]
_MOST_PAIRS = 200_000


def shared_keys(
    normals: Sequence[Normal], keys: Callable[[Normal], Iterable[str]], limit: int, *, split: int | None = None
) -> tuple[Ints, Ints]:
    """Positions of the pairs that share a key which at most `limit` records have; across `split` only, where given."""
    holders: dict[str, list[int]] = defaultdict(list)
    for position, normal in enumerate(normals):
        for key in dict.fromkeys(keys(normal)):
            holders[key].append(position)
    seen: set[int] = set()
    count = max(len(normals), 1)
    for held in holders.values():
        if 1 < len(held) <= limit:
            for place, one in enumerate(held):
                others = held[place + 1 :]
                if split is not None:
                    others = [other for other in others if (one < split) != (other < split)]
                seen.update(one * count + other for other in others)
    pairs = np.array(sorted(seen), dtype=np.int64)
    return pairs // count, pairs % count


def spread_pairs(count: int) -> tuple[Ints, Ints]:
    """Pairs as random ones would be, but the same each time: each record beside the one a changing stride further."""
    wanted = min(_MOST_PAIRS, count * (count - 1) // 2)
    position = np.arange(wanted, dtype=np.int64)
    if not wanted:
        return position, position
    first = position % count
    stride = 1 + (position // count * 7919 + 104729) % (count - 1)
    return first, (first + stride) % count
