"""The queue for a person, and the groups of a list that go with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bothsides.identity.blocking import Ints
from bothsides.identity.closure import Growth, best_on_labels, likeliest
from bothsides.identity.party import Normal
from bothsides.identity.policy import MatchingPolicy
from bothsides.identity.weights import Floats, Weights

Labels: TypeAlias = Sequence[tuple[str, str, bool]]
"""Pairs that a person has looked at: two ids, and whether they are the same."""
Reason: TypeAlias = Literal["above_the_cap", "differ", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Two records that a person must look at before they are joined."""

    first_id: str
    second_id: str
    kind: Reason
    why: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """What a list holds: groups of two or more records of one party, and the queue for a person."""

    groups: tuple[tuple[str, ...], ...]
    reviews: tuple[Review, ...]
    threshold: float
    """The weight of the weakest link that was followed; infinite where none was."""
    compared: int
    """Pairs that were compared."""
    spellings: int
    """The most different spellings in a group, which the cap holds down."""
    weights: Weights | None = None
    """What was learned, where the method is `weights`."""


def steps_to_take(
    growth: Growth,
    threshold: float | None,
    labels: Sequence[tuple[int, int, bool]],
    evidence: Callable[[Ints, Ints], Floats],
) -> int:
    """How many joins to make: to the agreed threshold, else as labels say, else to the likeliest closed groups."""
    if threshold is not None:
        return growth.steps_above(threshold)
    return best_on_labels(growth, labels) if labels else likeliest(growth, evidence)


def told(
    normals: Sequence[Normal],
    growth: Growth,
    steps: int,
    *,
    compared: int,
    margin: float = 0.0,
    unsure: Sequence[Review] = (),
    weights: Weights | None = None,
) -> Clusters:
    """The groups after so many joins, with the links that were refused and those at most `margin` below the last.

    Of all refused links between two groups the surest is listed: it is one question to a person.
    """
    threshold = growth.joined[steps - 1].weight if steps else float("inf")
    groups = [group for group in growth.groups(steps) if len(group) > 1]
    together = {node: number for number, group in enumerate(groups) for node in group}
    refused: dict[tuple[int, int], Review] = {}
    for link in growth.refused:
        between = sorted((together.get(link.first, -1 - link.first), together.get(link.second, -1 - link.second)))
        if link.weight >= threshold and between[0] != between[1]:
            kind: Reason = "differ" if link.why.startswith("differ") else "above_the_cap"
            refused.setdefault(
                (between[0], between[1]), review(normals, link.first, link.second, kind, link.why, link.weight)
            )
    below = [
        review(normals, join.first[0], join.second[0], "unsure", "just below the threshold", join.weight)
        for join in growth.joined[steps:]
        if steps and margin and join.weight >= threshold - margin
    ]
    return Clusters(
        groups=tuple(tuple(normals[node].party.party_id for node in group) for group in groups),
        reviews=(*refused.values(), *below, *unsure),
        threshold=threshold,
        compared=compared,
        spellings=max((len(group) for group in groups), default=1),
        weights=weights,
    )


def review(normals: Sequence[Normal], one: int, other: int, kind: Reason, why: str, weight: float = 0.0) -> Review:
    """The two for the queue."""
    return Review(
        first_id=normals[one].party.party_id,
        second_id=normals[other].party.party_id,
        kind=kind,
        why=why,
        weight=weight,
    )


def identifiers(normals: Sequence[Normal], policy: MatchingPolicy) -> Mapping[str, Sequence[str]]:
    """The strong identifiers that anybody has, one value per record."""
    columns = {name: [str(getattr(normal, name)) for normal in normals] for name in policy.keep_apart}
    return {name: values for name, values in columns.items() if any(values)}
