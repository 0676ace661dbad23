"""`bothsides sync`: load the files named in the mapping."""

from __future__ import annotations

import dataclasses
import json as json_text
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain

if TYPE_CHECKING:
    from bothsides.ingest import SourceReport, SyncReport


def sync(
    workspace: WorkspaceFolder = Path(),
    *,
    json: Annotated[bool, Parameter(negative=(), help="Print the load report for scripts.")] = False,
) -> int:
    """Load the files named in the mapping; keep every version; quarantine what cannot be read.

    Every record read is new, changed, unchanged or quarantined: nothing is lost silently. Readers keep the last
    published warehouse until the new one is complete. Ends with code 1 when most of a source was set aside.
    """
    from bothsides import ingest
    from bothsides.leads.publishing import hand_over
    from bothsides.metrics import refresh
    from bothsides.schema.instant import instant
    from bothsides.workspace import Workspace

    opened = Workspace.open(workspace)
    now = datetime.now(UTC)
    console = Console()
    progress = (lambda _: None) if json else (lambda line: console.print(plain(line, style="dim")))
    report = ingest.sync(opened, now=now, refresh=refresh(opened.settings.currency), progress=progress)
    handed = hand_over(opened, load_id=report.load_id, now=instant(now))
    if json:
        print(json_text.dumps(dataclasses.asdict(report), default=str, indent=2))
        return int(bool(mostly_set_aside(report)))
    show_report(console, report, opened.settings.currency)
    if handed is not None:
        console.print(f"Handed to the desk: {handed.parties:,} accounts, {handed.cells:,} cells.")
    failing = mostly_set_aside(report)
    for item in failing:
        share = item.quarantined / item.read
        console.print(
            plain(
                f"\n{share:.0%} of source {item.source} was set aside, so its numbers are missing or old:"
                f" {'; '.join(remedies(item))}. Look at the values and reasons with"
                f" bothsides quarantine {workspace} --source {item.source}, and sync again.",
                style="bold",
            )
        )
    if not failing:
        console.print(plain(f"\nNext: bothsides audit {workspace}", style="bold"))
    return int(bool(failing))


def mostly_set_aside(report: SyncReport) -> list[SourceReport]:
    """The sources of which more records were set aside than loaded."""
    return [item for item in report.sources if item.is_mostly_set_aside]


_REMEDIES = {
    "no_fx_rate": "load exchange rates as fx_rates, or correct currency in its mapping",
    "orphan_reference": "load what they refer to, or correct id_space in its mapping",
    "duplicate_key": "correct key in its mapping",
}


def remedies(item: SourceReport) -> list[str]:
    """What to correct, by the reasons that set most of the source's records aside."""
    usual = "correct date_formats, decimal or the columns in its mapping"
    most = [reason for reason, count in item.reasons.items() if count > 0.1 * item.quarantined]
    return list(dict.fromkeys(_REMEDIES.get(reason, usual) for reason in most)) or [usual]


def show_report(console: Console, report: SyncReport, currency: str) -> None:
    """Records by source, what was left out and why, and the rounding difference."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("source", overflow="fold")
    for name in ("read", "new", "changed", "unchanged", "quarantined", "deleted"):
        table.add_column(name, justify="right", no_wrap=True)
    for item in report.sources:
        figures = (item.read, item.new, item.changed, item.unchanged, item.quarantined, item.deleted)
        name = item.source if item.source == item.table else f"{item.source}: {item.table}"
        table.add_row(plain(name), *(f"{figure:,}" for figure in figures))
    console.print(f"Load {report.load_id} published.")
    console.print(table)
    for item in report.sources:
        if item.rounding_difference:
            moved = format(item.rounding_difference.normalize(), "f")
            console.print(plain(f"{item.source}: rounding to minor units moved {moved} {currency} in all"))
        for reason, count in item.reasons.items():
            console.print(
                plain(f"{item.source}: {count:,} quarantined, {reason}; bothsides quarantine --source {item.source}")
            )
    for note in report.notes:
        console.print(plain(f"note: {note}"))
