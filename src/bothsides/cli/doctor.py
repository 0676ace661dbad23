"""`bothsides doctor`: what is wrong with this workspace, and which questions its data can answer."""

import dataclasses
import json as json_text
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bothsides.cli.places import WorkspaceFolder
from bothsides.diagnosis import Gap, Question, answerable, readiness
from bothsides.diagnosis.checkup import Severity, checkup
from bothsides.metrics import open_store
from bothsides.workspace import Workspace


def doctor(
    workspace: WorkspaceFolder = Path(),
    *,
    json: Annotated[bool, Parameter(negative=(), help="Print everything for scripts.")] = False,
) -> int:
    """What is wrong with this workspace and how to mend it; which questions the data can answer.

    Ends with code 1 when something is broken.
    """
    opened = Workspace.open(workspace)
    complaints = checkup(opened, now=datetime.now(UTC))
    questions: tuple[Question, ...] = ()
    gaps: tuple[Gap, ...] = ()
    if opened.warehouse_path.exists():
        with open_store(opened.warehouse_path) as store:
            questions, gaps = answerable(store), readiness(store)
    broken = any(complaint.severity is Severity.BROKEN for complaint in complaints)
    if json:
        record = {
            "complaints": [dataclasses.asdict(complaint) for complaint in complaints],
            "answerable": [question.text for question in questions],
            "gaps": [dataclasses.asdict(gap) for gap in gaps],
        }
        print(json_text.dumps(record, default=str, indent=2, ensure_ascii=False))
        return int(broken)
    console = Console()
    if not complaints:
        console.print("Nothing is wrong with this workspace.")
    for complaint in complaints:
        console.print(Text(f"{complaint.severity.value:9} {complaint.what}"))
        console.print(Text(f"{'':9} -> {complaint.mend}", style="dim"))
    if questions or gaps:
        show_readiness(console, questions, gaps)
    return int(broken)


def show_readiness(console: Console, questions: Sequence[Question], gaps: Sequence[Gap]) -> None:
    """Questions the data answers, and for the others what is missing and whom to ask."""
    console.print(f"\n{len(questions)} questions can be answered from today's data:")
    for question in questions:
        console.print(Text(f"  yes  {question.text}"))
    if not gaps:
        return
    console.print(f"\n{len(gaps)} cannot:")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("question", "missing", "ask"):
        table.add_column(name, overflow="fold")
    for gap in gaps:
        table.add_row(Text(f"  no   {gap.question}"), Text(", ".join(gap.missing)), Text(gap.ask))
    console.print(table)
