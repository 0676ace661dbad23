"""`bothsides audit`: diagnose the market, on one screen and as a report."""

from __future__ import annotations

import json as json_text
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from bothsides.cli.days import day, warn_of_later_day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.set_aside import warn_of_set_aside

if TYPE_CHECKING:
    from bothsides.diagnosis import Diagnosis


def audit(
    workspace: WorkspaceFolder = Path(),
    *,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: audit what was known then.")] = None,
    json: Annotated[
        bool,
        Parameter(negative=(), help="Print the findings for scripts, those of rank null last; write no report."),
    ] = False,
    whole: Annotated[
        bool, Parameter(negative=(), help="With --json: one record of everything the page tells, the findings in it.")
    ] = False,
) -> None:
    """Diagnose the market: a one-screen summary and a report a board can read.

    The report is one HTML file without scripts or network use, in the workspace's reports folder. Thresholds can be
    changed in agreement/diagnosis.toml.
    """
    from bothsides.diagnosis import diagnose, read_policy
    from bothsides.diagnosis.elasticity import read_judgements
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.predict.on_shelf import on_shelf
    from bothsides.reports import audit_json, audit_summary, write_audit
    from bothsides.workspace import Workspace

    if whole and not json:
        raise ValueError("--whole goes with --json: the report itself always tells the whole")
    opened, asked = Workspace.open(workspace), day(as_of, "--as-of")
    with open_store(published(opened), known_on=known_on, dictionary=read_dictionary(opened.folder)) as store:
        diagnosis = diagnose(
            store,
            as_of=asked,
            policy=read_policy(opened.folder),
            judgements=read_judgements(opened.folder),
        )
        warn_of_set_aside(store)
        warn_of_later_day(asked, diagnosis.as_of)
    shelf = on_shelf(opened.models_dir, known_to=diagnosis.as_of, load_id=diagnosis.load_id)
    diagnosis = replace(diagnosis, stored_models=shelf)
    if json:
        told = record(diagnosis) if whole else audit_json(diagnosis)
        print(json_text.dumps(told, indent=2, ensure_ascii=False))
        return
    path = write_audit(diagnosis, opened.reports_dir)
    console = Console()
    console.print(f"Report: {path}\n", soft_wrap=True, highlight=False)
    console.print(
        audit_summary(diagnosis, width=console.width, workspace="" if workspace == Path() else str(workspace))
    )


def record(diagnosis: Diagnosis) -> dict[str, Any]:
    """Everything the page tells; elasticities and thresholds as their own commands give them, null where not read."""
    from bothsides.cli import elasticity, threshold
    from bothsides.reports import audit_record

    drawn, level = diagnosis.elasticity, diagnosis.threshold
    return audit_record(diagnosis) | {
        "elasticity": elasticity.as_record(drawn, [], diagnosis.currency) if drawn else None,
        "threshold": threshold.as_record(level, diagnosis.currency) if level else None,
    }
