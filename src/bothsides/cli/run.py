"""`bothsides run`: the service of the desk: goes round whenever something is due or somebody wrote."""

from __future__ import annotations

import json as json_text
import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen
from bothsides.cli.tick import told

if TYPE_CHECKING:
    from bothsides.schedule import TickReport


def run(
    workspace: WorkspaceFolder = Path(),
    *,
    workers: Annotated[int, Parameter(help="Processes side by side; more than one helps on PostgreSQL.")] = 1,
    every: Annotated[float, Parameter(help="The longest sleep between two rounds, in seconds.")] = 10.0,
    json: Annotated[
        bool, Parameter(negative=(), help="Print a record a line for each round that did something.")
    ] = False,
) -> int:
    """Run the desk as a service, until it is told to stop (SIGTERM, or Ctrl-C): then it ends after the batch in hand.

    It sleeps until the next clock is due, or until somebody wrote. Any number may run at once, here and
    elsewhere: each piece of work is done once. Examples:

    bothsides run -w acme

    bothsides run -w acme --workers 4 --every 5
    """
    from bothsides.schedule import InForce, open_sending
    from bothsides.schedule.running import Crew, Service
    from bothsides.workspace import Workspace
    from bothsides.workspace.stores import open_logbook

    if workers < 1 or every <= 0:
        raise ValueError(f"--workers {workers} --every {every}: at least one worker and more than 0 seconds")
    _say_begun(workspace, workers, every)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    opened = Workspace.open(workspace)
    logbook = open_logbook(opened, os.environ, create=True)
    if workers > 1:
        logbook.close()
        words = ["--every", str(every), *(["--json"] if json else [])]
        os.environ[_CREW] = "1"
        command = [sys.executable, "-m", "bothsides.cli", "run", "-w", str(workspace), *words]
        Crew(command=command, count=workers, stop=stop, warn=_warn).run()
        return 0
    Service(
        in_force=InForce(workspace=opened, logbook=logbook),
        sending=open_sending(opened, logbook, os.environ),
        clock=lambda: int(time.time()),
        stop=stop,
        tell=partial(_tell_json if json else _tell, ZoneInfo(opened.settings.time_zone)),
        warn=_warn,
        most_seconds=every,
    ).run()
    logbook.close()
    return 0


_CREW = "BOTHSIDES_CREW"
"""Set for workers of several: the process that began them has said so."""


def _say_begun(workspace: Path, workers: int, every: float) -> None:
    if _CREW in os.environ:
        return
    by = "" if workers == 1 else f" by {workers} workers"
    sys.stderr.write(
        f"bothsides: going round the desk of {workspace.resolve()}{by}, sleeping {every:g} s at most; each round that"
        " does something is a line. Ctrl-C ends it after the batch in hand\n"
    )
    sys.stderr.flush()


def _tell(zone: ZoneInfo, report: TickReport) -> None:
    from bothsides.schema.instant import shown

    if report.is_quiet:
        return
    said = {
        "clocks": report.clocks,
        "breaches": report.breaches,
        "escalations": report.escalations,
        "back to marketing": report.returned,
        "given out": report.assigned,
        **{f"messages {name}": number for name, number in report.effects.items()},
        "for the operator": len(report.parked),
    }
    jobs = "".join(f"; {name}: {words}" for name, words in report.jobs.items())
    done = told({name: number for name, number in said.items() if number}) or "nothing but bookkeeping"
    screen().print(plain(f"{shown(report.at, zone)} {done}{jobs}"))


def _tell_json(zone: ZoneInfo, report: TickReport) -> None:
    if not report.is_quiet:
        print(json_text.dumps(report.plain(zone), ensure_ascii=False), flush=True)


def _warn(text: str) -> None:
    sys.stderr.write(f"bothsides: {plain(text).plain}\n")
    sys.stderr.flush()
