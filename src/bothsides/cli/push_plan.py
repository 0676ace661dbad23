"""A planned push as a person, a script and the table `pushes` read it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bothsides.cli.terminal import plain

if TYPE_CHECKING:
    from pathlib import Path

    from bothsides.diagnosis.elasticity import PlannedPush, PushPlan

COLUMNS = (
    "push_id",
    "name",
    "side",
    "category",
    "region",
    "started_at",
    "ended_at",
    "intensity",
    "assignment",
)
"""The columns of the table `pushes`, in its order."""
_SHOWN = 8


def write_pushes(planned: PushPlan, path: Path) -> None:
    """Write the lot as a CSV that a mapping loads into `pushes`. Raises OSError where it cannot be written."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_cells(row) for row in planned.rows)


def plan_as_record(planned: PushPlan, currency: str) -> dict[str, Any]:
    """The plan as plain data: power as a probability, cost in major units of the currency."""
    design = planned.design
    return {
        "status": "ok",
        "currency": currency,
        "side": planned.side.value,
        "weeks": design.weeks,
        "waves": design.waves,
        "one_in": design.one_in,
        "factor": design.factor,
        "follow_weeks": design.follow,
        "elasticity": planned.elasticity,
        "power": planned.power,
        "smallest_elasticity_at_80_percent_power": planned.smallest,
        "extra_accounts": planned.extra_accounts,
        "cost": planned.cost,
        "cells": planned.cells,
        "pushes": [dict(zip(COLUMNS, _cells(row), strict=True)) for row in planned.rows],
    }


def show_plan(console: Console, planned: PushPlan, out: Path | None) -> None:
    """What the push costs and can show, its first rows, and where the rest is."""
    from bothsides.cli.figures import print_whole

    console.print(plain(planned.sentence))
    if planned.cost is None:
        console.print(plain("What an account costs is not known: load spend by side for the cost.", style="dim"))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("category", "region", "first day", "last day"):
        table.add_column(name, no_wrap=True)
    for row in planned.rows[:_SHOWN]:
        table.add_row(plain(row.category or "all"), plain(row.region or "all"), str(row.started_at), str(row.ended_at))
    console.print()
    print_whole(console, table)
    if len(planned.rows) > _SHOWN:
        console.print(plain(f"... and {len(planned.rows) - _SHOWN} more", style="dim"))
    console.print()
    if out is None:
        console.print(plain("Next: the same with --out pushes.csv; run it as dealt, load the file into pushes."))
    else:
        console.print(plain(f"Written to {out}. Run it as dealt and load the file into the table pushes, then:"))
        console.print(plain("  bothsides elasticity"))


def _cells(row: PlannedPush) -> tuple[str, ...]:
    values = (getattr(row, name) for name in COLUMNS)
    return tuple("" if value is None else str(value) for value in values)
