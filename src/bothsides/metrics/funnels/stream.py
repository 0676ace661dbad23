"""Reads the sorted streams: batches of whole walkers, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bothsides.metrics.facts.steps import KIND_BITS, KINDS, SECOND_BITS
from bothsides.metrics.funnels.declaration import Exclusion, Funnel, Step
from bothsides.metrics.funnels.sources import SOURCES
from bothsides.metrics.funnels.walk import SUBJECT, Flags, Whole
from bothsides.metrics.measure import Test
from bothsides.warehouse import Columns, Engine

RELATIONS = {"account": "state_steps", "lead": "state_lead_steps", "visitor": "state_visitor_steps"}

PIECE = 1 << 16
"""Rows that are walked at once: few enough to stay in the processor's own memory, which is worth a factor."""

_LABELS = ("category", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some walkers' rows in order: the clock of subject and second, the day, and what the steps ask for.

    `members` and `between` say for each step and each exclusion which rows are it.
    """

    clock: Whole
    day: Whole | None
    """None where every row is on the days asked for and periods do not matter."""
    columns: Columns
    members: list[Flags]
    between: list[Flags]
    held: Whole | None
    """Who each row is of, where the clock's subjects are walkers with a property held constant."""

    def who(self, rows: Whole) -> Whole:
        """The walkers of some of the rows."""
        return self.clock[rows] >> SUBJECT if self.held is None else self.held[rows]


def read(
    engine: Engine, funnel: Funnel, steps: tuple[Step, ...], *, last_day: int, wanted: tuple[str, ...]
) -> Iterator[Rows]:
    """The stream of the funnel's walkers up to a day (counted from 1970), with the columns that are wanted.

    Without `day` among them every row of the stream must be on the days asked for.
    """
    parts: tuple[Step | Exclusion, ...] = (*steps, *funnel.exclusions)
    tested = {test.column for part in parts for test in part.where}
    held = {funnel.hold} - {"none"}
    names = sorted({*wanted, *tested, *held})
    order = "" if engine.capabilities.columns else " ORDER BY mark"
    statement = f"SELECT {', '.join(('mark', *names))} FROM {RELATIONS[funnel.walker]}{order}"
    codes = _codes(engine, parts)
    seen = _seen(funnel, steps)
    latest = -1
    for piece in _whole(engine.columns(statement)):
        batch, mark = piece, piece["mark"]
        if mark[0] < latest or np.any(mark[1:] < mark[:-1]):
            raise ValueError("the stream of steps is not in order: build the facts anew (bothsides sync)")
        latest = int(mark[-1])
        kind = (mark & (2**KIND_BITS - 1)).astype(np.uint8)
        kept = _is_any(kind, seen)
        if "day" in batch and int(batch["day"].max()) > last_day:
            kept &= batch["day"] <= last_day
        if funnel.hold != "none":
            kept &= batch[funnel.hold] != 0
        if not kept.all():
            batch, kind = {name: column[kept] for name, column in batch.items()}, kind[kept]
        yield _rows(funnel, steps, batch, kind, codes)


def days_of(engine: Engine, walker: str) -> tuple[int, int]:
    """The first and last day of the walkers' stream, counted from 1970."""
    row = engine.row(f"SELECT coalesce(min(day), 0), coalesce(max(day), 0) FROM {RELATIONS[walker]}")
    first, last = row or (0, 0)
    return int(first), int(last)


def _whole(batches: Iterator[Columns]) -> Iterator[Columns]:
    """The rows in pieces of whole walkers, as far as they are in order."""
    held: Columns | None = None
    latest = -1
    for batch in batches:
        mark = batch["mark"]
        if not len(mark):
            continue
        start = 0
        if held is not None:
            start = int(np.searchsorted(mark, _next_walker(latest)))
            held = {name: np.concatenate((held[name], column[:start])) for name, column in batch.items()}
            if start == len(mark):
                continue
            yield held
        latest = int(mark[-1])
        for cut in _cuts(mark, start):
            yield {name: column[start:cut] for name, column in batch.items()}
            start = cut
        held = {name: column[start:] for name, column in batch.items()}
    if held is not None:
        yield held


def _cuts(mark: Whole, start: int) -> Iterator[int]:
    """Where walkers begin, a piece apart; the last of them begins at the last cut."""
    while start + PIECE < len(mark):
        start = int(np.searchsorted(mark, _next_walker(int(mark[start + PIECE]))))
        if start == len(mark):
            break
        yield start
    last = int(np.searchsorted(mark, _walker(int(mark[-1]))))
    if last > start or (last == start == 0):
        yield from (last,) if last else ()


def _walker(mark: int) -> int:
    """The lowest mark of the walker."""
    return mark >> (KIND_BITS + SECOND_BITS) << (KIND_BITS + SECOND_BITS)


def _next_walker(mark: int) -> int:
    return _walker(mark) + (1 << (KIND_BITS + SECOND_BITS))


def _seen(funnel: Funnel, steps: tuple[Step, ...]) -> Flags:
    """By kind, whether a row matters: the steps and exclusions; in strict order, whatever their tables record."""
    seen = np.zeros(2**KIND_BITS, dtype=np.bool_)
    named = {step.source for step in steps} | {exclusion.source for exclusion in funnel.exclusions}
    if funnel.order == "strict":
        reads = {SOURCES[name].read for name in named}
        named |= {name for name, source in SOURCES.items() if source.read in reads}
    seen[[KINDS[name] for name in named]] = True
    return seen


def _rows(
    funnel: Funnel, steps: tuple[Step, ...], batch: Columns, kind: NDArray[np.uint8], codes: dict[str, int]
) -> Rows:
    mark = batch["mark"]
    clock = mark >> KIND_BITS
    flags = {(s.source, s.where): _matching(s, kind, batch, codes) for s in dict.fromkeys(steps)}
    members = [flags[step.source, step.where] for step in steps]
    who = None
    if funnel.hold != "none":
        who = mark >> (KIND_BITS + SECOND_BITS)
        clock = _subjects(who, batch[funnel.hold]) << SUBJECT | (clock & (2**SECOND_BITS - 1))
    if order := _order(funnel, steps, clock, members):
        (places,) = order
        who, clock, kind = None if who is None else who[places], clock[places], kind[places]
        batch = {name: column[places] for name, column in batch.items()}
        members = [found[places] for found in members]
    between = [_matching(exclusion, kind, batch, codes) for exclusion in funnel.exclusions]
    return Rows(clock=clock, day=batch.get("day"), columns=batch, members=members, between=between, held=who)


def _subjects(who: Whole, held: Whole) -> Whole:
    """A number for each pair of walker and property, in their order."""
    places = np.lexsort((held, who))
    fresh = np.ones(len(who), dtype=np.int64)
    fresh[1:] = (who[places][1:] != who[places][:-1]) | (held[places][1:] != held[places][:-1])
    numbers = np.empty(len(who), dtype=np.int64)
    numbers[places] = np.cumsum(fresh)
    return numbers


def _order(funnel: Funnel, steps: tuple[Step, ...], clock: Whole, members: list[Flags]) -> tuple[Whole] | None:
    """Where each row belongs so that one second's rows stand in the order of the steps, None where they do already."""
    if funnel.hold == "none" and funnel.order != "strict" and _is_natural(steps):
        return None
    rank = np.full(len(clock), len(steps), dtype=np.int16)
    for number in range(len(steps) - 1, -1, -1):
        rank[members[number]] = number
    if np.all((clock[1:] > clock[:-1]) | ((clock[1:] == clock[:-1]) & (rank[1:] >= rank[:-1]))):
        return None
    return (np.lexsort((rank, clock)),)


def _is_any(kind: NDArray[np.uint8], seen: Flags) -> Flags:
    """The rows of the kinds that matter; comparing with few kinds is faster than looking each row's up."""
    flags = np.zeros(len(kind), dtype=np.bool_)
    for number in np.flatnonzero(seen):
        flags |= kind == np.uint8(number)
    return flags


def _is_natural(steps: tuple[Step, ...]) -> bool:
    """Whether the order of kinds is that of the steps. A step again is at the place where it was first."""
    asked = dict.fromkeys((step.source, step.where) for step in steps)
    return all(KINDS[one] < KINDS[next_] for (one, _), (next_, _) in pairwise(asked))


def _matching(part: Step | Exclusion, kind: NDArray[np.uint8], batch: Columns, codes: dict[str, int]) -> Flags:
    flags: Flags = kind == KINDS[part.source]
    for test in part.where:
        flags &= _passes(test, batch[test.column], codes)
    return flags


def _passes(test: Test, column: Whole, codes: dict[str, int]) -> Flags:
    def number(value: object) -> int | float:
        return codes.get(str(value), -1) if test.column in _LABELS else float(value)  # type: ignore[arg-type]

    values = [number(value) for value in (test.value if isinstance(test.value, tuple) else (test.value,))]
    if test.operator in ("=", "in"):
        flags = np.isin(column, values)
    else:
        compare = {"!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
        flags = np.asarray(compare[test.operator](column, values[0]))
    if test.column in _LABELS:
        return flags & (column > 0)  # a row without a label passes no test, as in formulas
    return flags & (column >= 0) if test.column == "results" else flags  # nor does a count not recorded


def unknown_labels(engine: Engine, steps: tuple[Step, ...]) -> list[str]:
    """The labels that steps ask for and that no row has."""
    known = _codes(engine, steps)
    asked = (test.value for step in steps for test in step.where if test.column in _LABELS and test.operator != "!=")
    named = (str(word) for value in asked for word in (value if isinstance(value, tuple) else (value,)))
    return [word for word in dict.fromkeys(named) if word not in known]


def _codes(engine: Engine, parts: tuple[Step | Exclusion, ...]) -> dict[str, int]:
    """The numbers of the labels that tests name."""
    if not any(test.column in _LABELS for part in parts for test in part.where):
        return {}
    return dict(engine.rows("SELECT label, code FROM step_labels"))
