"""The pass: from the sorted rows of a few thousand walkers to how far each of their entries came. Arrays only.

Rows stand in order of subject and second; `clock` is both in one number (subject * 2**32 + second), so that the
difference of two clocks is the seconds between them within a subject and more than any window across two.

Why the nearest next row is enough. With a window from the entry alone, taking for every step the first fitting row
after the one before brings each step at its earliest possible second (by induction: a later choice can only leave fewer
rows to follow), so a step is within the window of some chain exactly if it is of this one. With a window per step that
is no longer true: the nearest view may be too early for the cart that a later view still reaches. Therefore the rows of
each step are first thinned, from the last step backwards, to those from which the target can still be reached; among
these the nearest is again the best: of two thinned rows the earlier one can follow every thinned row that the later one
can, or an earlier one, so it ends no later. That holds for a global window beside the steps' own too. As thinning
depends on the target, it is done once for each step that may be reached.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.metrics.funnels.declaration import Funnel

Whole: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

SUBJECT = 32
"""Bits of a clock below the subject."""

FOREVER = 2**31 - 1
"""Seconds that no two rows of a subject are apart, and any two of different subjects are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A funnel as the pass needs it: seconds instead of time spans, one per step that is there."""

    order: str
    window: int
    within: tuple[int, ...]
    """Seconds from the step before, FOREVER where only the window binds; the first is never looked at."""

    @property
    def greedy(self) -> bool:
        """Whether the nearest next row is always the best one."""
        return all(wait >= self.window for wait in self.within[1:])


def rules_of(funnel: Funnel, kept: tuple[int, ...]) -> Rules:
    """The rules of the funnel's steps that are kept, by position."""
    return Rules(
        order=funnel.order,
        window=_seconds(funnel.window if isinstance(funnel.window, timedelta) else None),
        within=tuple(_seconds(funnel.steps[i].within) for i in kept),
    )


def _seconds(span: timedelta | None) -> int:
    return FOREVER if span is None else int(span.total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """How far each entry came: the row it began at, the number of steps reached, and each step's row (-1: not)."""

    entries: Whole
    depth: NDArray[np.int16]
    rows: Whole
    """One line per step, one column per entry; the first line alone where only the entry's row matters."""


def walk(rules: Rules, clock: Whole, members: list[Flags], entries: Whole, *, traced: bool) -> Walked:
    """Follow every entry. `members` says for each step which rows are it; `entries` are rows of the first step.

    `traced` asks for the rows of every step, not only how far the entry came.
    """
    if rules.order == "any":
        return _any(rules, clock, members, entries)
    depth = np.ones(len(entries), dtype=np.int16)
    rows = entries[np.newaxis]
    if traced:
        rows = np.full((len(members), len(entries)), -1, dtype=np.int64)
        rows[0] = entries
    if rules.order == "strict":
        _strict(rules, clock, members, rows, depth)
    elif rules.greedy:
        _nearest(rules, clock, members, rows, depth)
    else:
        _thinned(rules, clock, [entries, *(np.flatnonzero(flags) for flags in members[1:])], rows, depth)
    return Walked(entries=entries, depth=depth, rows=rows)


def _after(steps: Whole, rows: Whole, members: Flags | None = None) -> Whole:
    """For each row, which of the step's rows is the first after it; their number where none is."""
    if members is None or len(rows) * 8 < len(members):
        return np.searchsorted(steps, rows, side="right")
    passed = np.cumsum(members, dtype=np.int32)[rows]
    return passed.astype(np.int64)


NEVER = int(np.iinfo(np.int64).max)
"""Later than any clock."""


def _ending(values: Whole, last: int) -> Whole:
    """The values and one more that stands for none."""
    return np.append(values, last)


def _nearest(rules: Rules, clock: Whole, members: list[Flags], rows: Whole, depth: NDArray[np.int16]) -> None:
    alive = here = rows[0]
    closes = clock[here] + rules.window
    for number in range(1, len(members)):
        step = np.flatnonzero(members[number])
        found = _after(step, here, members[number])
        fits = np.flatnonzero(_ending(clock[step], NEVER)[found] <= closes)
        if not len(fits):
            return
        alive, here, closes = alive[fits] if number > 1 else fits, step[found[fits]], closes[fits]
        depth[alive] = number + 1
        if len(rows) > 1:
            rows[number, alive] = here


def _strict(rules: Rules, clock: Whole, members: list[Flags], rows: Whole, depth: NDArray[np.int16]) -> None:
    alive = np.arange(len(depth))
    here = rows[0]
    for number in range(1, len(members)):
        there = here + 1
        fits = np.flatnonzero(there < len(clock))
        alive, here, there = alive[fits], here[fits], there[fits]
        fits = np.flatnonzero(
            members[number][there]
            & (clock[there] - clock[here] <= rules.within[number])
            & (clock[there] - clock[rows[0, alive]] <= rules.window)
        )
        alive, here = alive[fits], there[fits]
        depth[alive] = number + 1
        if len(rows) > 1:
            rows[number, alive] = here


def _thinned(rules: Rules, clock: Whole, steps: list[Whole], rows: Whole, depth: NDArray[np.int16]) -> None:
    alive = np.arange(len(depth))
    for target in range(1, len(steps)):
        chain: list[Whole] = [steps[target]]
        nexts: list[Whole] = []
        for number in range(target - 1, 0, -1):
            later = chain[0]
            found = _after(later, steps[number])
            waited = _ending(clock[later], NEVER)[found] - clock[steps[number]]
            fits = np.flatnonzero(waited <= rules.within[number + 1])
            chain.insert(0, steps[number][fits])
            nexts.insert(0, found[fits])
        begun = rows[0, alive]
        at = _after(chain[0], begun)
        fits = np.flatnonzero(_ending(clock[chain[0]], NEVER)[at] - clock[begun] <= rules.within[1])
        alive, at = alive[fits], at[fits]
        walked = [at]
        for link in nexts:
            walked.append(link[walked[-1]])
        ends = clock[chain[-1][walked[-1]]] - clock[rows[0, alive]]
        fits = np.flatnonzero(ends <= rules.window)
        alive = alive[fits]
        if not len(alive):
            return
        depth[alive] = target + 1
        if len(rows) > 1:
            for number, (there, which) in enumerate(zip(chain, walked, strict=True), start=1):
                rows[number, alive] = there[which[fits]]


def _any(rules: Rules, clock: Whole, members: list[Flags], entries: Whole) -> Walked:
    """From the entry's second on, as many rows as steps at most, each of another step; step k is the k-th in time."""
    begun = clock[entries]
    taken = [
        _shared(rules, clock, group, begun)
        if len(group) > 1
        else _within(rules, clock, np.flatnonzero(group[0]), begun, 1)
        for group in _groups(members)
    ]
    firsts = np.concatenate(taken)
    firsts.sort(axis=0)
    reached = firsts < len(clock)
    depth = reached.sum(axis=0, dtype=np.int16)
    return Walked(entries=entries, depth=depth, rows=np.where(reached, firsts, -1))


def _groups(members: list[Flags]) -> list[list[Flags]]:
    """The steps in groups such that no row may be a step of two of them."""
    groups: list[list[Flags]] = []
    for flags in members:
        joined, apart = [flags], []
        for group in groups:
            if any(np.any(flags & other) for other in group):
                joined += group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return groups


def _within(rules: Rules, clock: Whole, there: Whole, begun: Whole, most: int) -> Whole:
    """The first of these rows from each second on and inside the window, one line each; the clock's length for none."""
    first = np.searchsorted(clock[there], begun, side="left")
    at = np.minimum(first + np.arange(most)[:, np.newaxis], len(there))
    fits = _ending(clock[there], NEVER)[at] - begun <= rules.window
    return np.where(fits, _ending(there, len(clock))[at], len(clock))


def _shared(rules: Rules, clock: Whole, group: list[Flags], begun: Whole) -> Whole:
    """The rows that count for steps of which one row may be several, each row for one of them.

    The rows are taken in time, each unless it has no step left however those before it are shared out. Sets of rows
    that can be shared out are a transversal matroid, so no other choice is sooner. By Hall's theorem rows can be shared
    out if no set of steps has more rows confined to it than it has steps; the unions of what single rows may be are
    enough.
    """
    table = np.stack(group)
    there = np.flatnonzero(table.any(axis=0))
    found, kind = np.unique(table[:, there], axis=1, return_inverse=True)
    kinds = [sum(1 << int(step) for step in np.flatnonzero(column)) for column in found.T]
    unions = {0}
    for steps in kinds:
        unions |= {union | steps for union in unions}
    bounds = np.array([union.bit_count() for union in unions])[:, np.newaxis]
    confined = np.array([[not steps & ~union for steps in kinds] for union in unions])
    sizes = [steps.bit_count() for steps in kinds]
    rows = np.concatenate(
        [_within(rules, clock, there[kind.ravel() == n], begun, size) for n, size in enumerate(sizes)]
    )
    of = np.repeat(np.arange(len(kinds)), sizes)
    order = rows.argsort(axis=0, kind="stable")
    load = np.zeros((len(unions), len(begun)), dtype=np.int64)
    for line in order:
        row = rows[line, np.arange(len(begun))]
        inside = confined[:, of[line]]
        free = (row < len(clock)) & np.all(~inside | (load < bounds), axis=0)
        load += inside & free
        rows[line[~free], np.flatnonzero(~free)] = len(clock)
    rows.sort(axis=0)
    return rows[: len(group)]


def dropped(rules: Rules, clock: Whole, walked: Walked, between: Flags, after: int, before: int) -> Flags:
    """Which entries have an excluding row after one of their steps and before another, both by number of those kept.

    The row must come strictly later than the first and strictly earlier than the second; where the second was not
    reached, until the window closes.
    """
    out = np.zeros(len(walked.entries), dtype=np.bool_)
    where = np.flatnonzero(between)
    came = np.flatnonzero(walked.depth >= after)
    if not len(where) or not len(came):
        return out
    depth = walked.depth[came]
    begun = clock[walked.rows[after - 1, came]]
    reached = depth >= before
    last = clock[walked.rows[np.minimum(depth, before) - 1, came]]
    waits = np.array([*rules.within[1:], FOREVER], dtype=np.int64)[np.minimum(depth, len(rules.within)) - 1]
    open_until = np.minimum(clock[walked.rows[0, came]] + rules.window, last + waits)
    until = np.where(reached, last - 1, open_until)
    first = np.searchsorted(clock[where], begun, side="right")
    out[came] = _ending(clock[where], NEVER)[first] <= until
    return out
