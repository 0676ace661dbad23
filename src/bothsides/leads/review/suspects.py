"""Which leads are turned away more often than the others: the campaign, source or country a review should look at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bothsides.leads.teams.lead_quality import Handed
from bothsides.predict.comparison import believed, worse_than

ALARM = 0.05
"""Share of the values named that may be named by chance (Benjamini and Hochberg 1995)."""
LEAST = 8
"""Answered leads with a value, and without it, below which nothing is said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A value of a field whose leads are rejected more often than the others of the side; `p_value` is one-sided."""

    attribute: str
    value: str
    rejected: int
    answered: int
    others_rejected: int
    others: int
    p_value: float
    words: str


def suspects(
    leads: Sequence[Handed], fields: Mapping[str, Mapping[str, object]], attributes: Sequence[str]
) -> tuple[Suspect, ...]:
    """Values beyond chance, the plainest first. Codes are left aside: the question is who is rejected, not why."""
    answered = [lead for lead in leads if lead.accepted is not None and lead.lead_id in fields]
    tested: list[tuple[str, str, int, int, int, int]] = []
    for attribute in attributes:
        groups: dict[str, list[Handed]] = defaultdict(list)
        for lead in answered:
            value = fields[lead.lead_id].get(attribute)
            if isinstance(value, str) and value:
                groups[value].append(lead)
        for value, group in sorted(groups.items()):
            rest = len(answered) - len(group)
            if min(len(group), rest) >= LEAST:
                mine = sum(1 for lead in group if not lead.accepted)
                all_rejected = sum(1 for lead in answered if not lead.accepted)
                tested.append((attribute, value, mine, len(group), all_rejected - mine, rest))
    p_values = [worse_than(n - mine, n, rest - gone, rest) for _, _, mine, n, gone, rest in tested]
    stands = believed(p_values, ALARM) if tested else []
    found = [
        Suspect(
            attribute=attribute,
            value=value,
            rejected=mine,
            answered=n,
            others_rejected=gone,
            others=rest,
            p_value=p,
            words=f"{mine} of {n} leads of {attribute} {value} were rejected, of the others {gone} of {rest}",
        )
        for (attribute, value, mine, n, gone, rest), p, said in zip(tested, p_values, stands, strict=True)
        if said
    ]
    return tuple(sorted(found, key=lambda one: (one.p_value, attributes.index(one.attribute), one.value)))
