"""The second part of `bothsides demo`: a quarter of leads goes through the lead desk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bothsides.cli.sla_scorecard import scorecard
from bothsides.cli.terminal import plain
from bothsides.schema.instant import Instant, in_utc

if TYPE_CHECKING:
    from bothsides.leads.desk.agreed import Agreed
    from bothsides.leads.rehearsal import Rehearsal
    from bothsides.logbook import Logbook
    from bothsides.simulate.desk import Quarter
    from bothsides.workspace import Workspace

MONTH = "2026-05"
"""The month whose scorecard is shown: marketing's campaign of it brings leads that nobody wants."""

FIRST_SNAPSHOT = 1
"""The number of the first publish of facts to a logbook."""

EVERY = 3600
"""Seconds between two rounds of the desk."""

AS_IN_THE_OFFICE = "Europe/London"


def desk_quarter(folder: Path, *, seed: int, console: Console) -> None:
    """Send a simulated quarter of leads through the desk of a workspace of its own and show a month's scorecard.

    Raises ValueError for a folder that is somebody else's.
    """
    from bothsides.leads.desk.opening import open_desk
    from bothsides.simulate.desk import quarter
    from bothsides.workspace.stores import open_logbook

    spring = quarter(seed)
    workspace = _workspace(folder)
    logbook = open_logbook(workspace, {}, create=True)
    agreed = open_desk(workspace, logbook, now=spring.opens_at)
    if _is_over(logbook):
        console.print(f"The quarter of {folder} has gone through the desk before.")
    else:
        console.print(
            "A quarter of leads comes in, by forms, lists, partners and a CRM; the desk goes round each hour ..."
        )
        gone = _through_the_desk(workspace, logbook, agreed, spring)
        console.print(plain(_told(gone)))
    logbook.close()
    console.print()
    scorecard(month=MONTH, html=True, at=None, workspace=folder)
    console.print()
    for said in what_next(folder, spring.closes_at):
        console.print(plain(said, style="bold"))


def what_next(folder: Path, closed_at: Instant) -> tuple[str, str]:
    """What to type next: the quarter lies in the past, so today every clock that was left open is long overdue."""
    at = f"{in_utc(closed_at):%Y-%m-%dT%H:%M}"
    return (
        f"Next: bothsides leads -w {folder} --at {at}",
        f"The quarter ended on {at[:10]}: --at counts ages and dues to then; without it what was left open is overdue.",
    )


def _workspace(folder: Path) -> Workspace:
    from bothsides.simulate.desk import AGREEMENT
    from bothsides.workspace import Settings, Workspace

    if (folder / "bothsides.toml").exists():
        return Workspace.open(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty and not a demo: name another with --folder")
    workspace = Workspace.create(folder, Settings(name="fixwell", currency="GBP", time_zone=AS_IN_THE_OFFICE))
    shutil.copytree(AGREEMENT, workspace.agreement_dir, dirs_exist_ok=True)
    return workspace


def _is_over(logbook: Logbook) -> bool:
    with logbook.reading() as book:
        return book.one("SELECT 1 FROM leads LIMIT 1") is not None


def _through_the_desk(workspace: Workspace, logbook: Logbook, agreed: Agreed, spring: Quarter) -> Rehearsal:
    from bothsides.leads.rehearsal import rehearse
    from bothsides.leads.rehearsed_market import facts_of
    from bothsides.schedule import tick
    from bothsides.simulate.desk import market

    def go_round(moment: int) -> None:
        tick(workspace, logbook, agreed, now=moment)

    name, currency = workspace.settings.name, workspace.settings.currency
    facts = facts_of(market(spring.seed, spring.start), currency=currency, snapshot=FIRST_SNAPSHOT)
    return rehearse(logbook, agreed, spring, workspace=name, tick=EVERY, look_after=go_round, facts=facts)


def _told(gone: Rehearsal) -> str:
    return (
        f"{gone.taken:,} leads taken, {gone.merged} of them into one known already, {len(gone.refused)} records set"
        f" aside with their reasons; {gone.assignments} given to people, {gone.touches:,} touches, {gone.verdicts}"
        f" verdicts, {gone.won} won, {gone.lost} lost; {gone.lines:,} lines in the logbook."
    )
