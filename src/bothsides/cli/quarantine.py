"""`bothsides quarantine`: the records that could not be loaded."""

import dataclasses
import json as json_text
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.terminal import plain, screen


def quarantine(
    workspace: WorkspaceFolder = Path(),
    *,
    source: Annotated[str | None, Parameter(help="Only this source.")] = None,
    reason: Annotated[str | None, Parameter(help="Only this reason, e.g. bad_date.")] = None,
    load: Annotated[int | None, Parameter(help="Only this load; the last one when it is not given.")] = None,
    limit: Annotated[int, Parameter(help="At most this many rows.")] = 50,
    json: Annotated[bool, Parameter(negative=(), help="Print the rows for scripts.")] = False,
) -> None:
    """Show the reasons why records could not be loaded, with their counts, then the records with file and line.

    Mend them in the source, or the mapping, and sync again: a record that can be read leaves the quarantine.
    """
    from bothsides import ingest
    from bothsides.warehouse import open_reader
    from bothsides.workspace import Workspace

    con = open_reader(published(Workspace.open(workspace)))
    try:
        counts = ingest.reason_counts(con, source=source, reason=reason, load=load)
        rows = ingest.quarantine(con, source=source, reason=reason, load=load, limit=limit)
    finally:
        con.close()
    if json:
        print(json_text.dumps([dataclasses.asdict(row) for row in rows], default=str, indent=2))
        return
    console = screen()
    if not rows:
        console.print("Nothing is in quarantine" + (" for this choice." if source or reason or load else "."))
        return
    summary = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("source", "reason", "records"):
        summary.add_column(name, justify="right" if name == "records" else "left", overflow="fold")
    for count in counts:
        summary.add_row(plain(count.source), plain(count.reason), f"{count.records:,}")
    console.print(summary)
    console.print()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("file", "line", "reason", "column", "value", "detail"):
        table.add_column(name, justify="right" if name == "line" else "left", overflow="fold")
    for row in rows:
        cells = (row.file, row.line, row.reason, row.column_name, row.value, row.detail)
        table.add_row(*(plain(cell) for cell in cells))
    console.print(table)
    if len(rows) == limit:
        console.print(f"[dim]the first {limit}; --limit shows more, --reason and --source narrow it[/dim]")
