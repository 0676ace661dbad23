"""Which cell an entry counts in: its period, side and labels, as whole numbers while counting."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from bothsides.metrics.cells import Key, Reading
from bothsides.metrics.compile import NO_LABEL, Window
from bothsides.metrics.funnels.declaration import Funnel
from bothsides.metrics.funnels.stream import Rows
from bothsides.metrics.funnels.walk import SUBJECT, Flags, Whole
from bothsides.metrics.metric import Metric, SideRule
from bothsides.schema import Side
from bothsides.warehouse import Engine

EPOCH = date(1970, 1, 1)

ROW_DIMS = ("category", "region")
"""Labels of what was done; the others are the walker's."""

WALKERS = {
    "account": ("dim_accounts", "account"),
    "lead": ("dim_leads", "lead"),
    "visitor": ("dim_visitors", "visitor"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One part of a cell's key: its name and its labels by code; code 0 is none."""

    name: str
    labels: tuple[date | str | None, ...]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The axes of a reading's cells for one funnel, and the attributes of its walkers by their number."""

    first_day: int
    last_day: int
    periods: Whole | None
    """The period's code of each day from the first on."""
    axes: tuple[Axis, ...]
    attributes: dict[str, Whole]
    allowed: dict[str, Flags]
    """By axis or attribute, the codes that filters let pass."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the stream that the cells or filters need, beside the day."""
        return tuple(n for n in ROW_DIMS if n in self.allowed or any(axis.name == n for axis in self.axes))

    def is_dated(self, first: int, last: int) -> bool:
        """Whether the day matters in a stream from one day to another."""
        return self.periods is not None or first < self.first_day or last > self.last_day

    def entering(self, rows: Rows, begun: Whole) -> Whole:
        """Of these first steps' rows, those on the days and of the walkers that are asked for."""
        if rows.day is not None:
            days = rows.day[begun]
            begun = begun[(days >= self.first_day) & (days <= self.last_day)]
        for name, codes in self.attributes.items():
            if name in self.allowed:
                begun = begun[self.allowed[name][codes[rows.who(begun)]]]
        return begun

    def outlived(self, rows: Rows) -> Flags:
        """Rows right before one that would enter the same cell later: of walkers that are counted once, it is enough to
        follow the later, which any row that the earlier may take next is nearer to.
        """
        clock, size = rows.clock, len(rows.clock)
        flags = np.zeros(size, dtype=np.bool_)
        if size < 2 or np.any(rows.members[0] & rows.members[1]):
            return flags
        later = rows.members[0][1:] & ((clock[1:] ^ clock[:-1]) < 1 << SUBJECT)
        if rows.day is not None:
            later &= rows.day[1:] <= self.last_day
        if rows.day is not None and self.periods is not None:
            code = self.periods[np.clip(rows.day - self.first_day, 0, len(self.periods) - 1)]
            later &= code[1:] == code[:-1]
        flags[:-1] = later
        return flags

    def passing(self, columns: dict[str, Whole], rows: Whole) -> Flags | None:
        """Which of the rows carry labels that the filters let pass, None when all do."""
        flags: Flags | None = None
        for name in ROW_DIMS:
            if name in self.allowed:
                passed = self.allowed[name][columns[name][rows]]
                flags = passed if flags is None else flags & passed
        return flags

    def codes(self, rows: Rows, who: Whole, entries: Whole, labelled: Whole) -> Whole | None:
        """The cell of each entry, None where there is only one; category and region are those of the labelled row."""
        if not self.axes:
            return None
        code = np.zeros(len(entries), dtype=np.int64)
        for axis in self.axes:
            if axis.name == "period" and self.periods is not None and rows.day is not None:
                part = self.periods[rows.day[entries] - self.first_day]
            elif axis.name in ROW_DIMS:
                part = rows.columns[axis.name][labelled]
            else:
                part = self.attributes[axis.name][who]
            code = code * len(axis) + part
        return code

    def key(self, code: int) -> Key:
        """The labels of a cell's code."""
        parts: list[date | str | None] = []
        for axis in reversed(self.axes):
            code, place = divmod(code, len(axis))
            parts.insert(0, axis.labels[place])
        return tuple(parts)

    @property
    def size(self) -> int:
        """How many cells there could be."""
        return int(np.prod([len(axis) for axis in self.axes], dtype=np.int64)) if self.axes else 1


def places(reading: Reading, metric: Metric, funnel: Funnel, first: date, last: date) -> Places:
    """The axes of the cut, without the step, and what filters allow."""
    cut, engine = reading.cut, reading.store.engine
    wanted = [name for name in cut.keys if name not in ("period", "step")]
    filters = [(name, values) for name, values in cut.where if name not in ("step", "side")]
    sides = tuple(side for side in Side if side in reading.query.sides and _is_on(metric, side))
    named = {*wanted, *(name for name, _ in filters)}
    if len(sides) < len(Side) or cut.sided:
        named.add("side")
    axes: dict[str, Axis] = {}
    attributes: dict[str, Whole] = {}
    for name in sorted(named):
        if name in ROW_DIMS:
            axes[name] = Axis(name=name, labels=(None, *_row_labels(engine)))
        else:
            axes[name], attributes[name] = _attribute(engine, funnel.walker, name)
    if cut.grain:
        periods, axes["period"] = _periods(reading, first, last)
    else:
        periods = None
    allowed: dict[str, Flags] = {}
    if "side" in named:
        filters.append(("side", tuple(side.value for side in sides)))
    for name, values in filters:
        passes = np.array([(NO_LABEL if label is None else label) in values for label in axes[name].labels])
        allowed[name] = allowed[name] & passes if name in allowed else passes
    return Places(
        first_day=(first - EPOCH).days,
        last_day=(last - EPOCH).days,
        periods=periods,
        axes=tuple(axes[name] for name in cut.keys if name != "step"),
        attributes=attributes,
        allowed=allowed,
    )


def _is_on(metric: Metric, side: Side) -> bool:
    return metric.side not in (SideRule.BUYER, SideRule.SUPPLIER) or metric.side.value == side.value


def _row_labels(engine: Engine) -> list[str]:
    return [label for (label,) in engine.rows("SELECT label FROM step_labels ORDER BY code")]


def _attribute(engine: Engine, walker: str, name: str) -> tuple[Axis, Whole]:
    """The labels of a column of the walkers' table, and each walker's code."""
    table, number = WALKERS[walker]
    words = [
        word for (word,) in engine.rows(f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL ORDER BY {name}")
    ]
    ranked = (
        f"SELECT {name} AS label, dense_rank() OVER (ORDER BY {name}) AS code FROM {table} WHERE {name} IS NOT NULL"
    )
    (most,) = engine.row(f"SELECT coalesce(max({number}), 0) FROM {table}") or (0,)
    codes = np.zeros(int(most) + 1, dtype=np.int64)
    statement = (
        f"SELECT CAST(w.{number} AS BIGINT) AS who, CAST(c.code AS BIGINT) AS code FROM {table} w"
        f" JOIN (SELECT DISTINCT label, code FROM ({ranked}) x) c ON c.label = w.{name}"
    )
    for batch in engine.columns(statement):
        codes[batch["who"]] = batch["code"]
    return Axis(name=name, labels=(None, *words)), codes


def _periods(reading: Reading, first: date, last: date) -> tuple[Whole, Axis]:
    """The code of each day's period."""
    days = max((last - first).days + 1, 0)
    found = list(reading.periods(Window(start=first, end=last, as_of=last))) if days else []
    codes = np.zeros(days + 1, dtype=np.int64)
    for place, period in enumerate(found):
        start, end = max(period.start, first), min(period.end, last)
        codes[(start - first).days : (end - first).days + 1] = place
    return codes, Axis(name="period", labels=tuple(period.start for period in found) or (None,))


@dataclass(slots=True)
class Tally:
    """Entries or walkers that reached each step, by cell."""

    counted: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))

    def add(
        self, step: int, cells: Whole | None, who: Whole | None, length: int, size: int, *, sorted_by_who: bool
    ) -> None:
        """Count so many entries by cell: every one, or each pair of walker and cell once."""
        if cells is None:
            distinct = length if who is None else _changes(who if sorted_by_who else np.sort(who))
            self.counted[0, step] += distinct
            return
        if who is not None and length:
            fresh = np.ones(length, dtype=np.bool_)
            fresh[1:] = (who[1:] != who[:-1]) | (cells[1:] != cells[:-1])
            cells, who = cells[fresh], who[fresh]
            if not sorted_by_who:
                cells = np.unique(who * size + cells) % size
        if size <= max(4 * len(cells), 1024):
            for cell in np.flatnonzero(found := np.bincount(cells, minlength=1)):
                self.counted[int(cell), step] += int(found[cell])
        else:
            for cell, count in zip(*np.unique(cells, return_counts=True), strict=True):
                self.counted[int(cell), step] += int(count)


def _changes(who: Whole) -> int:
    """How many different walkers there are, given in order."""
    return int(np.count_nonzero(who[1:] != who[:-1])) + 1 if len(who) else 0
