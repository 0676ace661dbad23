"""Lists of company names and nothing else: names of one company found by their likeness."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cpdist

from bothsides.identity.blocking import Ints, shared_keys, spread_pairs
from bothsides.identity.closure import Growth, grow
from bothsides.identity.party import Normal
from bothsides.identity.policy import MatchingPolicy
from bothsides.identity.review import Clusters, Labels, identifiers, steps_to_take, told
from bothsides.identity.weights import Floats

_SPREADS = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The different names of a list; records with the same name are one, since that they agree is no chain."""

    nodes: tuple[Normal, ...]
    members: dict[str, tuple[str, ...]]
    """Ids of the records behind each node, by the node's own id."""
    names: tuple[str, ...]
    first: Ints
    second: Ints

    def likeness(self, first: Ints, second: Ints) -> Floats:
        """`company_likeness` of many pairs at once."""
        one, other = ([self.names[place] for place in places.tolist()] for places in (first, second))
        spelling = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64)
        words = cpdist(one, other, scorer=token_sort_ratio, dtype=np.float64)
        result: Floats = (spelling + words / 100) / 2
        return result


def dedupe_names(normals: Sequence[Normal], policy: MatchingPolicy, labels: Labels) -> Clusters:
    """The groups of a list by the likeness of its company names."""
    names = _names(normals, policy)
    even = policy.dedupe.even_odds
    if even is None:
        even = _even_odds(names)
    growth = _grown(names, policy)
    agreed = policy.dedupe.threshold
    steps = steps_to_take(growth, agreed, _known(names, labels), lambda one, other: names.likeness(one, other) - even)
    found = told(names.nodes, growth, steps, compared=len(names.first), margin=policy.dedupe.review_margin / 100)
    together = {node for group in found.groups for node in group}
    groups = [tuple(sorted(one for node in group for one in names.members[node])) for group in found.groups]
    groups += [held for node, held in names.members.items() if node not in together and len(held) > 1]
    return Clusters(
        groups=tuple(sorted(groups)),
        reviews=found.reviews,
        threshold=found.threshold,
        compared=found.compared,
        spellings=found.spellings,
    )


def pairs_to_label(normals: Sequence[Normal], policy: MatchingPolicy, count: int) -> tuple[tuple[str, str], ...]:
    """Pairs of records that teach most when a person says whether they are one company: evenly from like to unlike,
    those left out that are plainly apart."""
    names = _names(sorted(normals, key=lambda normal: normal.party.party_id), policy)
    likeness = names.likeness(names.first, names.second)
    order = np.argsort(likeness, kind="stable")
    order = order[likeness[order] > 0.5]
    picked = order[np.unique(np.linspace(0, len(order) - 1, min(count, len(order))).astype(np.int64))]
    return tuple(
        (names.nodes[int(names.first[place])].party.party_id, names.nodes[int(names.second[place])].party.party_id)
        for place in picked.tolist()
    )


def _names(normals: Sequence[Normal], policy: MatchingPolicy) -> _Names:
    holders: dict[tuple[str, ...], list[Normal]] = defaultdict(list)
    for normal in normals:
        if normal.company:
            holders[normal.company, *(str(getattr(normal, name)) for name in policy.keep_apart)].append(normal)
    nodes = tuple(held[0] for held in holders.values())
    first, second = shared_keys(nodes, _word_keys, policy.dedupe.block_limit)
    return _Names(
        nodes=nodes,
        members={held[0].party.party_id: tuple(each.party.party_id for each in held) for held in holders.values()},
        names=tuple(node.company for node in nodes),
        first=first,
        second=second,
    )


def _grown(names: _Names, policy: MatchingPolicy) -> Growth:
    return grow(
        len(names.nodes),
        (names.first, names.second, names.likeness(names.first, names.second)),
        cap=policy.dedupe.cluster_cap,
        identifiers=identifiers(names.nodes, policy),
    )


def _even_odds(names: _Names) -> float:
    """Likeness at which a pair stops being a chance pair: 1.5 spreads above the median of names drawn at random.

    The spread is taken below the median, where no true pairs are.
    """
    first, second = spread_pairs(len(names.nodes))
    if not len(first):
        return 0.5
    low, middle = np.quantile(names.likeness(first, second), (0.1587, 0.5))
    return float(min(middle + _SPREADS * (middle - low), 0.95))


def _known(names: _Names, labels: Labels) -> list[tuple[int, int, bool]]:
    node = {each: place for place, held in enumerate(names.members.values()) for each in held}
    return [
        (node[one], node[other], same)
        for one, other, same in labels
        if one in node and other in node and node[one] != node[other]
    ]


def _word_keys(normal: Normal) -> Iterator[str]:
    """Each longer word of a company's name, and its start: names of one company share one of them."""
    for word in normal.company.split():
        if len(word) > 2:
            yield "word:" + word[:6]
    yield "start:" + normal.company.replace(" ", "")[:4]
