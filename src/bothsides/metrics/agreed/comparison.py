"""Two dictionaries side by side: which definitions differ, and which history that tells anew."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bothsides.metrics.agreed.fingerprint import formula_text, metric_fingerprint
from bothsides.metrics.answer import ask
from bothsides.metrics.dictionary import Dictionary, Held, Version
from bothsides.metrics.metric import Metric
from bothsides.metrics.query import Query
from bothsides.metrics.store import Store
from bothsides.metrics.value import Value

TOLERANCE = 1e-9
"""Relative difference below which two numbers are the same: the same sum may be rounded on two ways."""

COMPARED = ("label", "meaning", "unit", "side", "tier", "better", "window", "maturity_days", "dimensions", "needs")
"""What a definition says beside its formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A metric that the two dictionaries define differently; on one side it may not exist at all."""

    metric: str
    before: tuple[Held, ...]
    after: tuple[Held, ...]

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """What else differs between the latest definitions: its name, before and after."""
        if not self.before or not self.after:
            return ()
        old, new = self.before[-1].metric, self.after[-1].metric
        return tuple(
            (name, _said(old, name), _said(new, name)) for name in COMPARED if getattr(old, name) != getattr(new, name)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell under both dictionaries, None where the metric is not defined or has no such cell."""

    before: Value | None
    after: Value | None

    @property
    def value(self) -> Value:
        """The value that says where the cell stands."""
        value = self.after or self.before
        assert value is not None
        return value

    @property
    def difference(self) -> float | None:
        """After less before, None where either is unknown."""
        if self.before is None or self.after is None or self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value

    @property
    def share(self) -> float | None:
        """The difference over what stood before, None where that is zero or unknown."""
        if self.difference is None or self.before is None or not self.before.value:
            return None
        return self.difference / abs(self.before.value)

    @property
    def changed(self) -> bool:
        """Whether history is told anew here: another number, or another word on whether it can be read."""
        if self.before is None or self.after is None or self.before.status is not self.after.status:
            return True
        old, new = self.before.value, self.after.value
        if old is None or new is None:
            return old is not new
        return not math.isclose(old, new, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two dictionaries say of the same history: the definitions that differ, and every cell asked for."""

    changes: tuple[Change, ...]
    cells: tuple[Cell, ...]

    @property
    def restated(self) -> tuple[Cell, ...]:
        """The cells that differ, of metrics that both dictionaries define: others have no history to tell anew."""
        lone = {cell for cells in (self.added, self.dropped) for cell in cells}
        return tuple(cell for cell in self.cells if cell.changed and cell not in lone)

    @property
    def added(self) -> tuple[Cell, ...]:
        """The cells of metrics that only the later dictionary defines."""
        return self._of(change.metric for change in self.changes if not change.before)

    @property
    def dropped(self) -> tuple[Cell, ...]:
        """The cells of metrics that only the earlier dictionary defines."""
        return self._of(change.metric for change in self.changes if not change.after)

    def _of(self, metrics: Iterable[str]) -> tuple[Cell, ...]:
        named = set(metrics)
        return tuple(cell for cell in self.cells if cell.value.metric in named)


def changes(before: Dictionary, after: Dictionary, ids: Iterable[str] = ()) -> tuple[Change, ...]:
    """The metrics that are defined differently, of all or of some. Raises KeyError for an id that neither knows."""
    wanted = tuple(ids) or tuple(dict.fromkeys((*before.ids, *after.ids)))
    found = []
    for name in wanted:
        old, new = _held(before, name, after), _held(after, name, before)
        if _meant(old) != _meant(new):
            found.append(Change(metric=name, before=old, after=new))
    return tuple(found)


def compare(store: Store, query: Query, before: Dictionary, after: Dictionary) -> Comparison:
    """The query's metrics under both dictionaries, cell by cell."""
    old, new = (_answered(store, query, dictionary) for dictionary in (before, after))
    keys = sorted(dict.fromkeys((*old, *new)), key=lambda key: _order(query, key))
    return Comparison(
        changes=changes(before, after, query.metrics),
        cells=tuple(Cell(before=old.get(key), after=new.get(key)) for key in keys),
    )


def one_version(dictionary: Dictionary, metric_id: str, version: int) -> Dictionary:
    """A dictionary in which one version of a metric has held since ever. Raises KeyError for one there is not."""
    metric = dictionary.metric(f"{metric_id}@{version}")
    return Dictionary({**dictionary.agreed, metric_id: (Version(metric=metric),)})


_Key = tuple[str, str | None, str | None, tuple[tuple[str, str | None], ...]]


def _answered(store: Store, query: Query, dictionary: Dictionary) -> dict[_Key, Value]:
    known = tuple(name for name in query.metrics if name in dictionary.ids)
    values = ask(replace(store, dictionary=dictionary), replace(query, metrics=known)) if known else []
    return {(value.metric, *value.cell): value for value in values}


def _order(query: Query, key: _Key) -> tuple[int, tuple[tuple[bool, str], ...]]:
    name, period, side, dims = key
    labels = (period, side, *(label for _, label in dims))
    return query.metrics.index(name), tuple((label is not None, label or "") for label in labels)


def _held(dictionary: Dictionary, name: str, other: Dictionary) -> tuple[Held, ...]:
    if name not in dictionary.ids and name in other.ids:
        return ()
    return dictionary.held(name)


def _meant(held: Iterable[Held]) -> list[tuple[object, ...]]:
    """From when to when which number is meant."""
    return [(one.first, one.last, one.undefined, metric_fingerprint(one.metric)) for one in held]


def _said(metric: Metric, name: str) -> str:
    value = getattr(metric, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def describe(held: Held) -> str:
    """One line on a definition: its name, when it holds, its formula."""
    if held.first is None and held.last is None:
        days = "always"
    elif held.first is None:
        days = f"until {held.last}"
    else:
        days = f"from {held.first}" + (f" until {held.last}" if held.last else "")
    formula = "not defined" if held.undefined else formula_text(held.metric)
    return f"{held.metric.definition} ({days}): {formula}"
