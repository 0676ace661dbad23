"""`bothsides doctor`: what is wrong with this workspace, and which questions its data can answer."""

from __future__ import annotations

import dataclasses
import json as json_text
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.diagnosis import Readiness


def doctor(
    workspace: WorkspaceFolder = Path(),
    *,
    json: Annotated[bool, Parameter(negative=(), help="Print everything for scripts.")] = False,
) -> int:
    """What is wrong with this workspace and how to mend it; which questions the data can answer.

    Ends with code 1 when something is broken.
    """
    from bothsides.agreement import AgreementError
    from bothsides.diagnosis import Readiness, readiness
    from bothsides.diagnosis.checkup import Severity, checkup
    from bothsides.diagnosis.labels import unknown_labels
    from bothsides.diagnosis.panel import untold_pushes
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.warehouse import WarehouseDamaged
    from bothsides.workspace import Workspace

    opened = Workspace.open(workspace)
    complaints = list(checkup(opened, now=datetime.now(UTC)))
    ready = Readiness(answerable=(), gaps=())
    pushes: tuple[str, ...] = ()
    readable = opened.warehouse_path.exists()
    try:
        if readable:
            with open_store(opened.warehouse_path) as store:
                ready = readiness(store)
                pushes = untold_pushes(store)
                with suppress(AgreementError):  # a complaint of its own, as is a damaged warehouse
                    complaints += unknown_labels(store, read_dictionary(opened.folder))
    except WarehouseDamaged:
        readable = False
    complaints.sort(key=lambda complaint: list(Severity).index(complaint.severity))
    broken = any(complaint.severity is Severity.BROKEN for complaint in complaints)
    if json:
        record = {
            "complaints": [dataclasses.asdict(complaint) for complaint in complaints],
            "answerable": list(ready.answerable),
            "gaps": [dataclasses.asdict(gap) for gap in ready.gaps],
            "pushes": list(pushes),
        }
        print(json_text.dumps(record, default=str, indent=2, ensure_ascii=False))
        return int(broken)
    console = screen()
    if not complaints:
        console.print("Nothing is wrong with this workspace.")
    for complaint in complaints:
        console.print(plain(f"{complaint.severity.value:9} {complaint.what}"))
        console.print(plain(f"{'':9} -> {complaint.mend}", style="dim"))
    for push in pushes:
        console.print(plain(f"\n{push}"))
    if readable:
        show_readiness(console, ready)
    return int(broken)


def show_readiness(console: Console, ready: Readiness) -> None:
    """Questions the data answers, and for the others what is missing and whom to ask."""
    console.print(f"\n{len(ready.answerable)} questions can be answered from today's data:")
    for question in ready.answerable:
        console.print(plain(f"  yes  {question}"))
    if not ready.gaps:
        return
    console.print(f"\n{len(ready.gaps)} cannot:")
    for gap in ready.gaps:
        console.print(plain(f"  no   {gap.question}"))
        console.print(plain(f"       missing: {'; '.join(gap.missing)}. Ask: {gap.ask}.", style="dim"))
