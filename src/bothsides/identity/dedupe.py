"""A list searched for records of the same party: blocking, comparing, grouping, and what a person must look at."""

from collections.abc import Iterable, Sequence

import numpy as np

from bothsides.identity.blocking import shared_keys
from bothsides.identity.closure import grow
from bothsides.identity.compare import strongly_differ
from bothsides.identity.keys import address_keys, person_keys
from bothsides.identity.name_lists import dedupe_names
from bothsides.identity.party import Normal
from bothsides.identity.policy import MatchingPolicy
from bothsides.identity.review import Clusters, Labels, identifiers, review, steps_to_take, told
from bothsides.identity.rules import Of, compile_matching, keys_of
from bothsides.identity.weights import learn

_STRONG = 1000.0
"""Weight of a strong rule in first place; later ones weigh one less each."""


def dedupe(normals: Iterable[Normal], policy: MatchingPolicy, *, of: Of = "company", labels: Labels = ()) -> Clusters:
    """The groups of a list by the method of the policy. The order of the list does not matter.

    The threshold is the agreed one; else the one whose closed groups agree best with the labels; else the one whose
    closed groups are likeliest. `rules` needs none: every strong rule is followed, every weak one is for review.
    """
    ordered = sorted(normals, key=_id)
    if policy.dedupe.method == "names":
        return dedupe_names(ordered, policy, labels)
    if policy.dedupe.method == "weights":
        return _by_weights(ordered, policy, labels)
    return _by_rules(ordered, policy, of)


def link(left: Sequence[Normal], right: Sequence[Normal], policy: MatchingPolicy) -> tuple[tuple[str, str], ...]:
    """Pairs of two lists of persons, each without duplicates: each record and its best, where both are the other's
    best and the odds are above even (or the agreed threshold)."""
    both = [*sorted(left, key=_id), *sorted(right, key=_id)]
    first, second = shared_keys(both, _list_keys, policy.dedupe.block_limit, split=len(left))
    weight = learn(both, first, second, policy.dedupe.fields).pairs(both, first, second)
    floor = 0.0 if policy.dedupe.threshold is None else policy.dedupe.threshold
    best: dict[int, tuple[float, int]] = {}
    for position in np.lexsort((second, first, -weight)).tolist():
        one, other, bits = int(first[position]), int(second[position]), float(weight[position])
        best.setdefault(one, (bits, other))
        best.setdefault(other, (bits, one))
    return tuple(
        (_id(both[one]), _id(both[other]))
        for one, (bits, other) in sorted(best.items())
        if one < len(left) and bits >= floor and best[other][1] == one and not _apart(both[one], both[other], policy)
    )


def _by_rules(normals: Sequence[Normal], policy: MatchingPolicy, of: Of) -> Clusters:
    matching = compile_matching(policy)
    first, second = shared_keys(normals, lambda normal: keys_of(normal, of), policy.too_common - 1)
    strong: list[tuple[int, int, float]] = []
    unsure = []
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        verdict = matching.verdict(normals[one], normals[other], of)
        if verdict.bucket == "strong":
            strong.append((one, other, _STRONG - verdict.place))
        elif verdict.bucket == "weak" and not verdict.apart:
            unsure.append(review(normals, one, other, "unsure", f"only '{verdict.rule}', which is weak"))
    columns = np.array(strong, dtype=np.float64).reshape(-1, 3)
    links = (columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64), columns[:, 2])
    growth = grow(len(normals), links, cap=policy.dedupe.cluster_cap, identifiers=identifiers(normals, policy))
    return told(normals, growth, len(growth.joined), compared=len(first), unsure=unsure)


def _by_weights(normals: Sequence[Normal], policy: MatchingPolicy, labels: Labels) -> Clusters:
    first, second = shared_keys(normals, _list_keys, policy.dedupe.block_limit)
    weights = learn(normals, first, second, policy.dedupe.fields)
    links = (first, second, weights.pairs(normals, first, second))
    growth = grow(len(normals), links, cap=policy.dedupe.cluster_cap, identifiers=identifiers(normals, policy))
    place = {_id(normal): position for position, normal in enumerate(normals)}
    known = [(place[one], place[other], same) for one, other, same in labels if one in place and other in place]
    steps = steps_to_take(growth, policy.dedupe.threshold, known, lambda one, other: weights.pairs(normals, one, other))
    margin = policy.dedupe.review_margin
    return told(normals, growth, steps, compared=len(first), margin=margin, weights=weights)


def _apart(one: Normal, other: Normal, policy: MatchingPolicy) -> bool:
    return any(strongly_differ(name, getattr(one, name), getattr(other, name)) for name in policy.keep_apart)


def _list_keys(normal: Normal) -> tuple[str, ...]:
    return (*person_keys(normal), *address_keys(normal))


def _id(normal: Normal) -> str:
    return normal.party.party_id
