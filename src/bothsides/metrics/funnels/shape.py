"""A funnel as metrics: how many reached each step, and which share of the entrants or of the step before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.funnels.cells import EPOCH, ROW_DIMS, Places, Tally, places
from bothsides.metrics.funnels.declaration import Funnel, Step
from bothsides.metrics.funnels.entries import entering, judged, labelling
from bothsides.metrics.funnels.sources import SOURCES, needs_of
from bothsides.metrics.funnels.stream import Rows, days_of, read, unknown_labels
from bothsides.metrics.funnels.walk import Rules, rules_of
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape
from bothsides.metrics.value import Basis, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk(Shape):
    """One number of a funnel. Without the dimension `step` it is the last step's."""

    funnel: Funnel
    shows: Literal["reached", "conversion"]

    @property
    def reads(self) -> tuple[Read, ...]:
        """The facts of the rows at which somebody enters; the tables of later steps are the metric's needs."""
        steps = self.funnel.steps if self.funnel.order == "any" else self.funnel.steps[:1]
        return tuple(dict.fromkeys(SOURCES[step.source].read for step in steps))

    @property
    def histories(self) -> bool:
        """Whether it follows accounts to their orders."""
        return any(step.source in ("order", "sale") for step in self.funnel.steps)

    def labels(self, dim: str) -> tuple[str, ...]:
        """The labels of the funnel's own dimension."""
        return tuple(self.funnel.step_label(n + 1) for n in range(len(self.funnel.steps))) if dim == "step" else ()

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Every step that is shown, in every cell with an entry."""
        funnel = self.funnel
        kept = tuple(i for i, step in enumerate(funnel.steps) if not _is_absent(reading, funnel, step))
        reached = count(reading, metric, funnel, kept)
        cells = dict.fromkeys(cell for cell, _ in reached)
        shown = self._shown(reading, kept)
        nobody = _nobody(reading, funnel)
        found: dict[Key, Outcome] = {}
        for cell in cells:
            for place in shown:
                below = 0 if funnel.denominator == "entrants" else max(place - 1, 0)
                top, bottom = reached.get((cell, place), 0), reached.get((cell, below), 0)
                key = _key(reading, cell, funnel.step_label(kept[place] + 1))
                found[key] = self._outcome(top, bottom, nobody)
        if self.shows == "reached":
            for key in reading.keys(metric, iter(found)):
                found.setdefault(key, Outcome(value=0, n=0))
        return found

    def _shown(self, reading: Reading, kept: tuple[int, ...]) -> list[int]:
        """The places among the kept steps that the answer names."""
        if "step" not in reading.cut.dims and not any(name == "step" for name, _ in reading.cut.where):
            return [len(kept) - 1]
        wanted = [set(values) for name, values in reading.cut.where if name == "step"]
        return [p for p, i in enumerate(kept) if all(self.funnel.step_label(i + 1) in names for names in wanted)]

    def _outcome(self, top: int, bottom: int, nobody: str) -> Outcome:
        if self.shows == "reached":
            return Outcome(value=top, n=top)
        if not bottom:
            return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason=nobody)
        if top > bottom:
            return Outcome(value=top / bottom, n=bottom, basis=Basis.NOT_COMPUTED)
        low, high = wilson(top, bottom)
        return Outcome(value=top / bottom, n=bottom, low=low, high=high, basis=Basis.WILSON)


def _nobody(reading: Reading, funnel: Funnel) -> str:
    """Why there is no share where nobody entered."""
    unknown = unknown_labels(reading.store.engine, funnel.steps)
    hint = f"; no row has the label {', '.join(map(repr, unknown))}" if unknown else ""
    return f"nobody entered here{hint}"


def count(reading: Reading, metric: Metric, funnel: Funnel, kept: tuple[int, ...]) -> dict[tuple[Key, int], int]:
    """By cell and step: the entries, or walkers, that reached it."""
    window = reading.window(metric)
    last = reading.days(metric).end if funnel.maturity == "left_out" else window.end
    where = places(reading, metric, funnel, window.start, last)
    steps = tuple(funnel.steps[i] for i in kept)
    rules = rules_of(funnel, kept)
    tally = Tally()
    engine = reading.store.engine
    wanted = (*where.columns, *(("day",) if where.is_dated(*days_of(engine, funnel.walker)) else ()))
    stream = read(engine, funnel, steps, last_day=(window.as_of - EPOCH).days, wanted=wanted)
    for rows in stream if last >= window.start else ():
        add_rows(tally, funnel, kept, rules, rows, where)
    return {(where.key(cell), step): number for (cell, step), number in tally.counted.items()}


def add_rows(tally: Tally, funnel: Funnel, kept: tuple[int, ...], rules: Rules, rows: Rows, where: Places) -> None:
    """Walk one batch and count what came of it."""
    begun = where.entering(rows, entering(funnel, rows, where.outlived(rows) if _once(funnel, where) else None))
    walked, out = judged(funnel, kept, rules, rows, begun)
    in_order = funnel.hold == "none" and not (set(ROW_DIMS) & {axis.name for axis in where.axes})
    came = np.ones(len(begun), dtype=np.bool_) if out is None else ~out
    everybody = rows.who(begun)
    for step in range(len(kept)):
        reached = np.flatnonzero(came & (walked.depth > step)) if step or out is not None else np.arange(len(begun))
        entries = begun[reached]
        labelled = labelling(funnel, walked, reached, step)
        if (passes := where.passing(rows.columns, labelled)) is not None:
            reached, entries, labelled = reached[passes], entries[passes], labelled[passes]
        who = everybody[reached]
        cells = where.codes(rows, who, entries, labelled)
        counted = None if funnel.count == "entries" else who
        tally.add(step, cells, counted, len(entries), where.size, sorted_by_who=in_order)


def _once(funnel: Funnel, where: Places) -> bool:
    """Whether an entry may be left out for the next one of its walker in the same cell."""
    counted = funnel.count != "entries" and funnel.entry == "any_entry" and funnel.order != "any"
    return counted and not funnel.exclusions and not where.columns


def _sources(funnel: Funnel) -> Iterator[str]:
    """The sources without which the funnel is refused."""
    yield from (step.source for step in funnel.steps if step.where_absent == "refuse")
    yield from (exclusion.source for exclusion in funnel.exclusions)


def needs(funnel: Funnel) -> tuple[str, ...]:
    """What must be fed for the funnel, beside what its facts require."""
    return tuple(dict.fromkeys(need for name in _sources(funnel) for need in needs_of(name, funnel.walker)))


def _is_absent(reading: Reading, funnel: Funnel, step: Step) -> bool:
    """Whether a step that may be left out was never fed."""
    if step.where_absent == "refuse":
        return False
    store = reading.store
    return bool(store.missing(SOURCES[step.source].read[0])) or any(
        store.lacks(need) for need in needs_of(step.source, funnel.walker)
    )


def _key(reading: Reading, cell: Key, label: str) -> Key:
    """The cell with its step where the cut has it."""
    if "step" not in reading.cut.keys:
        return cell
    place = reading.cut.keys.index("step")
    return (*cell[:place], label, *cell[place:])
