"""`bothsides tick`: one round of the desk: everything that is due is looked at, given out, sent and sealed."""

from __future__ import annotations

import json as json_text
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from rich.table import Table

from bothsides.cli.at_the_desk import ahead, is_to_come, moment, not_before_it_came
from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.schedule import TickReport


def tick(
    workspace: WorkspaceFolder = Path(),
    *,
    at: Annotated[
        str | None,
        Parameter(help="The moment to act at, UTC unless it says otherwise; now. One to come only with --dry-run."),
    ] = None,
    timetable: Annotated[bool, Parameter(negative=(), help="Only show everything that recurs, and when.")] = False,
    dry_run: Annotated[
        bool, Parameter(negative=(), help="Show what a round would do; write and send nothing.")
    ] = False,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")] = False,
) -> int:
    """Go round the desk once: clocks, decay, queues, messages, jobs that are due; then seal the journal.

    Each step is done once, however often and by however many it is asked for; a round that is cut short is taken up by
    the next. Ends in code 1 where something was put before the operator. Examples:

    bothsides tick -w acme

    bothsides tick -w acme --dry-run

    bothsides tick -w acme --at 2026-04-01T09:00 --json
    """
    from bothsides.agreement import AgreementError
    from bothsides.cli.lead_agree import whole_agreement
    from bothsides.schedule import open_sending, rehearse
    from bothsides.schedule import tick as go_round
    from bothsides.workspace import Workspace
    from bothsides.workspace.stores import open_logbook

    now = moment(at)
    opened = Workspace.open(workspace)
    zone = ZoneInfo(opened.settings.time_zone)
    if timetable:
        return _show_timetable(json=json)
    if not dry_run and is_to_come(now):
        raise ValueError(
            f"{ahead(now)}: what is due until then would be taken as looked at; --dry-run shows what would be done"
        )
    logbook = open_logbook(opened, os.environ, create=not dry_run)
    if at is not None:
        with logbook.reading() as book:
            not_before_it_came(book, now)
    try:
        sending = open_sending(opened, logbook, os.environ)
    except AgreementError:
        whole_agreement(opened)  # which tells the mistakes of the other files beside those of delivery
        raise
    if dry_run:
        report = rehearse(opened, logbook, now=now, sending=sending)
    else:
        report = go_round(opened, logbook, now=now, sending=sending)
    if json:
        print(json_text.dumps(report.plain(zone), indent=2, ensure_ascii=False))
    else:
        show(report, zone, dry_run=dry_run)
    return 1 if report.parked else 0


def show(report: TickReport, zone: ZoneInfo, *, dry_run: bool = False) -> None:
    """The round as a person reads it, moments in the zone."""
    from bothsides.schema.instant import shown

    console = screen()
    would = "would be done at" if dry_run else "done at"
    console.print(plain(f"{would} {shown(report.at, zone)}", style="bold"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    rows = [
        ("timers that were due", report.timers, ""),
        ("clocks looked at", report.clocks, ""),
        ("breaches", report.breaches, ""),
        ("steps of a ladder", report.escalations, ""),
        ("back to marketing", report.returned, ""),
        ("given out of queues", sum(report.drained.values()), told(report.drained)),
        ("messages worked on", sum(report.effects.values()), told(report.effects)),
        ("lines of the journal", report.lines, f"sealed up to {report.sealed}" if report.sealed is not None else ""),
    ]
    for name, number, more in rows:
        table.add_row(name, f"{number:,}", plain(more))
    console.print(table)
    for name, said in report.jobs.items():
        console.print(plain(f"job {name}: {said}"))
    for line in report.parked:
        console.print(plain(f"for the operator: {line}", style="yellow"))
    for line in report.notes:
        console.print(plain(line, style="dim"))
    if not report.finished:
        console.print("It was told to stop: the rest is due as it was.")
    if report.next_due is not None:
        console.print(plain(f"next due at {shown(report.next_due, zone)}", style="dim"))


def told(counts: dict[str, int]) -> str:
    """Counts by name in words.

    >>> told({"sent": 2, "held": 1})
    '2 sent, 1 held'
    """
    return ", ".join(f"{number:,} {name}" for name, number in counts.items())


def _show_timetable(*, json: bool) -> int:
    from bothsides.schedule.cadence import in_words
    from bothsides.schedule.timetable import TIMETABLE

    if json:
        rows = [
            {"name": job.name, "when": in_words(job.when), "does": job.does, "makes_up": job.makes_up}
            for job in TIMETABLE
        ]
        print(json_text.dumps(rows, indent=2))
        return 0
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("what", "when", "does"):
        table.add_column(name, no_wrap=name != "does")
    for job in TIMETABLE:
        table.add_row(job.name, in_words(job.when), job.does)
    screen().print(table)
    return 0
