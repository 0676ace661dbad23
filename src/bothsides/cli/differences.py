"""A comparison of definitions as JSON for scripts and as tables for people."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from bothsides.cli.figures import as_record, figure, print_whole
from bothsides.cli.terminal import plain
from bothsides.metrics.agreed.comparison import Cell, Change, Comparison, describe
from bothsides.metrics.agreed.fingerprint import formula_text, metric_fingerprint
from bothsides.metrics.compile import NO_LABEL
from bothsides.metrics.dictionary import Held
from bothsides.metrics.value import Status, Unit, Value


def as_json(comparison: Comparison, dims: Sequence[str]) -> str:
    """The changes and every cell, changed or not; those of a metric that one side does not define are counted apart."""
    restated, added, dropped = set(comparison.restated), len(comparison.added), len(comparison.dropped)
    record = {
        "changes": [
            {
                "metric": change.metric,
                "before": [_definition(held) for held in change.before],
                "after": [_definition(held) for held in change.after],
                "fields": [{"field": name, "before": old, "after": new} for name, old, new in change.fields],
            }
            for change in comparison.changes
        ],
        "cells": [_record(cell, dims) | {"restated": cell in restated} for cell in comparison.cells],
        "restated": len(restated),
        "unchanged": len(comparison.cells) - len(restated) - added - dropped,
        "added": added,
        "dropped": dropped,
    }
    return json.dumps(record, indent=2, ensure_ascii=False)


def _definition(held: Held) -> dict[str, Any]:
    return {
        "definition": held.metric.definition,
        "from": held.first.isoformat() if held.first else None,
        "to": held.last.isoformat() if held.last else None,
        "formula": None if held.undefined else formula_text(held.metric),
        "fingerprint": None if held.undefined else metric_fingerprint(held.metric),
    }


def _record(cell: Cell, dims: Sequence[str]) -> dict[str, Any]:
    where = as_record(cell.value, dims)
    return {
        **{name: where[name] for name in ("metric", "period", "side", *dims, "unit", "currency")},
        **_side("before", cell.before),
        **_side("after", cell.after),
        "difference": cell.difference,
        "share": cell.share,
    }


def _side(name: str, value: Value | None) -> dict[str, Any]:
    if value is None:
        return {name: None, f"{name}_status": "undefined", f"{name}_definition": None, f"{name}_reason": None}
    return {
        name: value.value,
        f"{name}_status": value.status.value,
        f"{name}_definition": value.definition,
        f"{name}_reason": value.reason,
    }


def show(console: Console, comparison: Comparison, dims: Sequence[str], *, all_cells: bool) -> None:
    """The definitions that differ, then the cells that do."""
    if not comparison.changes:
        console.print("No definition differs.")
    for change in comparison.changes:
        _show_change(console, change)
    shown = comparison.cells if all_cells else comparison.restated
    if shown:
        console.print()
        print_whole(console, _table(shown, dims))
    notes = dict.fromkeys(
        f"{v.metric} {v.definition} {v.status.value}: {v.reason}"
        for cell in shown
        for v in (cell.before, cell.after)
        if v is not None and v.status is Status.UNAVAILABLE
    )
    for note in notes:
        console.print(plain(note, style="dim"))
    if told := _told(comparison, all_cells=all_cells):
        console.print("\n" + "\n".join(told))


def _told(comparison: Comparison, *, all_cells: bool) -> list[str]:
    """How many cells are told anew, and how many belong to a metric that has no history on one side."""
    count, lone = len(comparison.restated), {"new": comparison.added, "no longer defined": comparison.dropped}
    both = len(comparison.cells) - sum(map(len, lone.values()))
    said = [f"{count} of {both} cells are told anew, {both - count} stay as they were."] if both else []
    for word, cells in lone.items():
        if cells:
            names = ", ".join(dict.fromkeys(cell.value.metric for cell in cells))
            hint = "" if all_cells else "; --all prints them"
            said.append(f"{len(cells)} cells are of metrics that are {word}: {names}{hint}.")
    return said


def _show_change(console: Console, change: Change) -> None:
    console.print(plain(change.metric, style="bold"))
    for word, held in (("before", change.before), ("after", change.after)):
        for one in held:
            console.print(plain(f"  {word:6}  {describe(one)}"), soft_wrap=True)
        if not held:
            console.print(f"  {word:6}  not defined")
    for name, old, new in change.fields:
        console.print(plain(f"  {name}: {old or 'nothing'} -> {new or 'nothing'}", style="dim"), soft_wrap=True)


def _table(cells: Sequence[Cell], dims: Sequence[str]) -> Table:
    sided = any(cell.value.side for cell in cells)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("metric", "period", *(("side",) if sided else ()), *dims):
        table.add_column(name, no_wrap=True)
    for name in ("before", "after", "difference", "%"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("definition", "status"):
        table.add_column(name, no_wrap=True)
    for cell in cells:
        value, labels = cell.value, dict(cell.value.dims)
        table.add_row(
            value.metric,
            value.period or "",
            *((value.side or "",) if sided else ()),
            *(plain(labels.get(dim) or (NO_LABEL if dim in labels else "")) for dim in dims),
            figure(cell.before.value, value.unit, value.currency) if cell.before else "",
            figure(cell.after.value, value.unit, value.currency) if cell.after else "",
            _signed(cell.difference, value.unit, value.currency),
            "" if cell.share is None else f"{cell.share:+.1%}",
            _moved(*(one.definition if one else "undefined" for one in (cell.before, cell.after))),
            _moved(*(one.status.value if one else "undefined" for one in (cell.before, cell.after))),
        )
    return table


def _moved(before: str, after: str) -> str:
    """One word where both agree, else both."""
    return before if before == after else f"{before} -> {after}"


def _signed(difference: float | None, unit: Unit, currency: str | None = None) -> str:
    """A difference with its sign; between shares it is in points.

    >>> _signed(-0.25, Unit.RATE), _signed(1234.5, Unit.MONEY)
    ('-25.0 pts', '+1,234.50')
    """
    if difference is None:
        return ""
    if unit is Unit.RATE:
        return f"{100 * difference:+.1f} pts"
    return ("+" if difference > 0 else "") + figure(difference, unit, currency)
