"""Who enters a funnel, how far each entry comes, and whose labels it carries."""

import numpy as np

from bothsides.metrics.funnels.declaration import Funnel
from bothsides.metrics.funnels.stream import Rows
from bothsides.metrics.funnels.walk import SUBJECT, Flags, Rules, Walked, Whole, dropped, walk


def entering(funnel: Funnel, rows: Rows, outlived: Flags | None = None) -> Whole:
    """The rows at which somebody enters, in order, without those that need not be followed."""
    enters = np.logical_or.reduce(rows.members) if funnel.order == "any" else rows.members[0]
    found = np.flatnonzero(enters if outlived is None else enters & ~outlived)
    if funnel.entry == "any_entry":
        return found
    who = rows.who(found)
    if funnel.hold != "none":
        second = rows.clock[found] & (2**SUBJECT - 1)
        found = found[np.lexsort((second, who))]
        who = rows.who(found)
    fresh = np.ones(len(who), dtype=np.bool_)
    fresh[1:] = who[1:] != who[:-1]
    return np.sort(found[fresh])


def judged(
    funnel: Funnel, kept: tuple[int, ...], rules: Rules, rows: Rows, entries: Whole
) -> tuple[Walked, Flags | None]:
    """How far each of the entries came, and which of them an exclusion drops, None without exclusions.

    `kept` are the positions of the declared steps that are there; exclusions name steps as declared.
    """
    traced = bool(funnel.exclusions) or funnel.attribution != "first_touch"
    walked = walk(rules, rows.clock, rows.members, entries, traced=traced)
    out: Flags | None = None
    for exclusion, between in zip(funnel.exclusions, rows.between, strict=True):
        after = max(1, sum(place < exclusion.after for place in kept))
        before = 1 + sum(place < exclusion.before - 1 for place in kept)
        found = dropped(rules, rows.clock, walked, between, after, before)
        out = found if out is None else out | found
    return walked, out


def labelling(funnel: Funnel, walked: Walked, reached: Whole, step: int) -> Whole:
    """The row whose category and region count for each of the entries at this step."""
    if funnel.attribution == "first_touch":
        return walked.entries[reached]
    steps = np.full(len(reached), step) if funnel.attribution == "per_step" else walked.depth[reached] - 1
    labelled: Whole = walked.rows[steps, reached]
    return labelled
