"""Who enters a funnel, how far each entry comes, and whose labels it carries."""

import numpy as np

from bothsides.metrics.funnels.declaration import Funnel
from bothsides.metrics.funnels.stream import Rows
from bothsides.metrics.funnels.walk import SUBJECT, Flags, Rules, Walked, Whole, dropped, walk


def entering(funnel: Funnel, rows: Rows) -> Whole:
    """The rows at which somebody enters, in order."""
    found = np.flatnonzero(np.logical_or.reduce(rows.members) if funnel.order == "any" else rows.members[0])
    if funnel.entry == "any_entry":
        return found
    who = rows.who[found]
    if funnel.hold != "none":
        second = rows.clock[found] & (2**SUBJECT - 1)
        found = found[np.lexsort((second, who))]
        who = rows.who[found]
    fresh = np.ones(len(who), dtype=np.bool_)
    fresh[1:] = who[1:] != who[:-1]
    return np.sort(found[fresh])


def judged(funnel: Funnel, kept: tuple[int, ...], rules: Rules, rows: Rows, entries: Whole) -> tuple[Walked, Flags]:
    """How far each of the entries came, and which of them an exclusion drops.

    `kept` are the positions of the declared steps that are there; exclusions name steps as declared.
    """
    walked = walk(rules, rows.clock, rows.members, entries)
    out = np.zeros(len(entries), dtype=np.bool_)
    for exclusion, between in zip(funnel.exclusions, rows.between, strict=True):
        after = max(1, sum(place < exclusion.after for place in kept))
        before = 1 + sum(place < exclusion.before - 1 for place in kept)
        out |= dropped(rules, rows.clock, walked, between, after, before)
    return walked, out


def labelling(funnel: Funnel, walked: Walked, reached: Whole, step: int) -> Whole:
    """The row whose category and region count for each of the entries at this step."""
    steps: Whole = np.full(len(reached), step)
    if funnel.attribution == "first_touch":
        steps = np.zeros(len(reached), dtype=np.int64)
    elif funnel.attribution == "last_touch":
        steps = walked.depth[reached] - 1
    labelled: Whole = walked.rows[steps, reached]
    return labelled
