"""`bothsides threshold`: from how many of one side on the other stays, and how far each cell is from it."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.diagnosis.threshold import Distance, Estimate, ThresholdReading, Thresholds

_SHOWN = 12


def threshold(
    workspace: WorkspaceFolder = Path(),
    *,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: what was known then.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")] = False,
) -> None:
    """From how many of one side on the other stays, and how far each cell is from it.

    A level is claimed only where leaving drops beyond what any gradual change explains; else the command says why
    not. What a claim takes can be set under [threshold] in agreement/diagnosis.toml. Examples:

    bothsides threshold

    bothsides threshold acme --as-of 2026-03-31 --json
    """
    from bothsides.diagnosis import read_policy
    from bothsides.diagnosis.elasticity import account_costs
    from bothsides.diagnosis.panel import Panel, read_panel
    from bothsides.diagnosis.threshold import read_thresholds
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.workspace import Workspace

    until = day(as_of, "--as-of")
    opened = Workspace.open(workspace)
    policy = read_policy(opened.folder)
    with open_store(published(opened), known_on=known_on, dictionary=read_dictionary(opened.folder)) as store:
        panel = read_panel(store, as_of=until, policy=policy)
        costs = account_costs(store, panel) if isinstance(panel, Panel) else {}
        found = read_thresholds(panel, policy.threshold, costs=costs)
        currency = store.currency
        warn_of_set_aside(store)
    if json:
        print(json_text.dumps(as_record(found, currency), indent=2, ensure_ascii=False))
    else:
        show(screen(), found, currency)


def as_record(found: Thresholds, currency: str) -> dict[str, Any]:
    """The readings as plain data: accounts, weekly shares 0-1, logits, amounts in major units of the currency."""
    return {
        "status": "unavailable" if found.reason else "ok",
        "reason": found.reason or None,
        "currency": currency,
        "cells": found.cells,
        "first_week": found.first.isoformat() if found.first else None,
        "last_week": found.last.isoformat() if found.last else None,
        "readings": [_reading(reading) for reading in found.readings],
    }


def _reading(reading: ThresholdReading) -> dict[str, Any]:
    weight = reading.own_weight
    return {
        "side": reading.side.value,
        "other_side": reading.side.other.value,
        "status": reading.status.value,
        "reason": reading.reason,
        "level_accounts": _estimate(reading.level),
        "grid_step_accounts": reading.step,
        "jump_logit": _estimate(reading.jump),
        "weekly_leaving_share_below": reading.hazard_below,
        "weekly_leaving_share_above": reading.hazard_above,
        "share_of_cell_weeks_above": reading.share_above,
        "p": reading.p,
        "in_both_stocks": reading.in_both,
        "own_weight": None if weight is None else {"value": weight.estimate, "low": weight.low, "high": weight.high},
        "frontier": reading.frontier or None,
        "cells": reading.ground.cells,
        "weeks": reading.ground.weeks,
        "cell_weeks": reading.ground.cell_weeks,
        "leavers": reading.ground.leavers,
        "cells_crossed": reading.ground.crossed,
        "distances": [_distance(cell) for cell in reading.distances],
    }


def _estimate(estimate: Estimate | None) -> dict[str, float] | None:
    return None if estimate is None else {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _distance(cell: Distance) -> dict[str, Any]:
    kept = cell.kept
    return {
        "category": cell.category,
        "region": cell.region,
        "own_accounts": cell.own,
        "other_accounts": cell.other,
        "needed_accounts": cell.needed,
        "missing_accounts": cell.missing,
        "change_per_week": cell.per_week,
        "weeks_to_threshold": cell.weeks,
        "stays_once_across": cell.holds,
        "cost_of_missing": cell.cost,
        "kept_accounts_per_month": None if kept is None else kept.accounts,
        "kept_gmv_per_month": None if kept is None else {"value": kept.gmv, "low": kept.gmv_low, "high": kept.gmv_high},
    }


def show(console: Console, found: Thresholds, currency: str) -> None:
    """A sentence for each side, the nearest cells of a claimed threshold, and what to do next."""
    if found.reason:
        console.print(plain(f"No threshold can be looked for: {found.reason}."))
        console.print(plain("Next: bothsides doctor says which questions the data can answer.", style="dim"))
        return
    for reading in found.readings:
        _say(console, reading, found, currency)
    console.print()
    nearest = next((cell for reading in found.claimed for cell in reading.distances if not cell.across), None)
    console.print(
        plain(
            f"Next: {nearest.label} is the nearest to carrying itself; bothsides finding below-threshold-cells"
            if nearest
            else "Next: bothsides audit shows what limits the market instead",
            style="dim",
        )
    )


def _say(console: Console, reading: ThresholdReading, found: Thresholds, currency: str) -> None:
    from bothsides.cli.figures import print_whole
    from bothsides.reports.sections.threshold import claim

    console.print()
    if not reading.claimed:
        question = f"Do {reading.side}s stay longer where there are more {reading.side.other}s?"
        console.print(plain(f"{question} {reading.status.value.capitalize()}:"))
        console.print(plain(f"  {reading.reason}.", style="dim"))
        return
    console.print(plain(f"{claim(reading)}.", style="bold"))
    console.print(plain(f"  {reading.reason}; {reading.frontier}.", style="dim"))
    below = [cell for cell in reading.distances if not cell.across]
    console.print(
        plain(
            f"  {len(reading.distances) - len(below)} of {len(reading.distances)} cells are across, "
            f"by the week of {found.last}."
        )
    )
    if below:
        print_whole(console, _table(reading, below[:_SHOWN], currency))
    if len(below) > _SHOWN:
        console.print(plain(f"  and {len(below) - _SHOWN} more; --json lists all", style="dim"))


def _table(reading: ThresholdReading, cells: list[Distance], currency: str) -> Table:
    from bothsides.reports.numbers import money

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("cell", overflow="fold", min_width=20, max_width=36)
    for name in (
        f"{reading.side.other}s",
        "missing",
        "a week",
        "weeks to go",
        "once across",
        "cost",
        "GMV kept a month",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for cell in cells:
        table.add_row(
            plain(cell.label),
            f"{cell.other:,}",
            f"{cell.missing:,}",
            f"{cell.per_week:+.1f}",
            "never, as it goes" if cell.weeks is None else f"{cell.weeks:,.0f}",
            "stays" if cell.holds else "falls back",
            "" if cell.cost is None else money(cell.cost, currency),
            "" if cell.kept is None else money(cell.kept.gmv, currency),
        )
    return table
