"""Reads the sorted streams: batches of whole walkers, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bothsides.metrics.facts.steps import KIND_BITS, KINDS, SECOND_BITS
from bothsides.metrics.funnels.declaration import Exclusion, Funnel, Step
from bothsides.metrics.funnels.sources import SOURCES
from bothsides.metrics.funnels.walk import SUBJECT, Flags, Whole
from bothsides.metrics.measure import Test
from bothsides.warehouse import Columns, Engine

RELATIONS = {"account": "state_steps", "lead": "state_lead_steps", "visitor": "state_visitor_steps"}

_LABELS = ("category", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some walkers' rows in order: who, the clock of subject and second, the day, and what the steps ask for.

    `members` and `between` say for each step and each exclusion which rows are it.
    """

    who: Whole
    clock: Whole
    day: Whole
    columns: Columns
    members: list[Flags]
    between: list[Flags]


def read(
    engine: Engine, funnel: Funnel, steps: tuple[Step, ...], *, last_day: int, wanted: tuple[str, ...]
) -> Iterator[Rows]:
    """The stream of the funnel's walkers up to a day (counted from 1970), with the columns that are wanted."""
    parts: tuple[Step | Exclusion, ...] = (*steps, *funnel.exclusions)
    tested = {test.column for part in parts for test in part.where}
    held = {funnel.hold} - {"none"}
    names = sorted({*wanted, *tested, *held})
    order = "" if engine.capabilities.columns else " ORDER BY mark"
    statement = f"SELECT {', '.join(('mark', 'day', *names))} FROM {RELATIONS[funnel.walker]}{order}"
    codes = _codes(engine, parts)
    seen = _seen(funnel, steps)
    for batch in _whole(engine.columns(statement)):
        kept = seen[batch["mark"] & (2**KIND_BITS - 1)]
        if int(batch["day"].max(initial=0)) > last_day:
            kept &= batch["day"] <= last_day
        if funnel.hold != "none":
            kept &= batch[funnel.hold] != 0
        yield _rows(funnel, steps, batch if kept.all() else {k: v[kept] for k, v in batch.items()}, codes)


def _whole(batches: Iterator[Columns]) -> Iterator[Columns]:
    """The batches cut between walkers, never inside one. Raises ValueError where the stream is not sorted."""
    held: Columns | None = None
    for fresh in batches:
        batch = fresh if held is None else {name: np.concatenate((held[name], fresh[name])) for name in fresh}
        mark = batch["mark"]
        if not len(mark):
            continue
        if np.any(mark[1:] < mark[:-1]):
            raise ValueError("the stream of steps is not in order: build the facts anew (bothsides sync)")
        cut = int(np.searchsorted(mark, mark[-1] >> (KIND_BITS + SECOND_BITS) << (KIND_BITS + SECOND_BITS)))
        held = {name: column[cut:] for name, column in batch.items()}
        if cut:
            yield {name: column[:cut] for name, column in batch.items()}
    if held is not None:
        yield held


def _seen(funnel: Funnel, steps: tuple[Step, ...]) -> Flags:
    """By kind, whether a row matters: the steps and exclusions; in strict order, whatever their tables record."""
    seen = np.zeros(2**KIND_BITS, dtype=np.bool_)
    named = {step.source for step in steps} | {exclusion.source for exclusion in funnel.exclusions}
    if funnel.order == "strict":
        reads = {SOURCES[name].read for name in named}
        named |= {name for name, source in SOURCES.items() if source.read in reads}
    seen[[KINDS[name] for name in named]] = True
    return seen


def _rows(funnel: Funnel, steps: tuple[Step, ...], batch: Columns, codes: dict[str, int]) -> Rows:
    mark = batch["mark"]
    kind = mark & (2**KIND_BITS - 1)
    who, clock = mark >> (KIND_BITS + SECOND_BITS), mark >> KIND_BITS
    members = [_matching(step, kind, batch, codes) for step in steps]
    if funnel.hold != "none":
        clock = _subjects(who, batch[funnel.hold]) << SUBJECT | (clock & (2**SECOND_BITS - 1))
    if order := _order(funnel, steps, clock, members):
        (places,) = order
        who, clock, kind = who[places], clock[places], kind[places]
        batch = {name: column[places] for name, column in batch.items()}
        members = [flags[places] for flags in members]
    between = [_matching(exclusion, kind, batch, codes) for exclusion in funnel.exclusions]
    return Rows(who=who, clock=clock, day=batch["day"], columns=batch, members=members, between=between)


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
    kinds = [KINDS[step.source] for step in steps]
    if funnel.hold == "none" and funnel.order != "strict" and all(a < b for a, b in pairwise(kinds)):
        return None
    rank = np.full(len(clock), len(steps), dtype=np.int64)
    for number in range(len(steps) - 1, -1, -1):
        rank[members[number]] = number
    if np.all((clock[1:] > clock[:-1]) | ((clock[1:] == clock[:-1]) & (rank[1:] >= rank[:-1]))):
        return None
    return (np.lexsort((rank, clock)),)


def _matching(part: Step | Exclusion, kind: Whole, batch: Columns, codes: dict[str, int]) -> Flags:
    flags: Flags = kind == KINDS[part.source]
    for test in part.where:
        flags &= _passes(test, batch[test.column], codes)
    return flags


def _passes(test: Test, column: Whole, codes: dict[str, int]) -> Flags:
    def number(value: object) -> int | float:
        return codes.get(str(value), -1) if test.column in _LABELS else float(value)  # type: ignore[arg-type]

    if test.column == "results":
        column = np.where(column < 0, np.iinfo(np.int64).min, column)  # not recorded: no figure passes
    values = [number(value) for value in (test.value if isinstance(test.value, tuple) else (test.value,))]
    if test.operator in ("=", "in"):
        return np.asarray(np.isin(column, values))
    compare = {"!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
    return np.asarray(compare[test.operator](column, values[0]))


def _codes(engine: Engine, parts: tuple[Step | Exclusion, ...]) -> dict[str, int]:
    """The numbers of the labels that tests name."""
    if not any(test.column in _LABELS for part in parts for test in part.where):
        return {}
    return dict(engine.rows("SELECT label, code FROM step_labels"))
