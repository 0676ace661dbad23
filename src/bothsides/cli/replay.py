"""`bothsides replay`: what another agreement would have given over a span of days that has passed."""

from __future__ import annotations

import json as json_text
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from bothsides.cli.days import day
from bothsides.cli.lead_words import iso
from bothsides.cli.places import WorkspaceFolder

if TYPE_CHECKING:
    from datetime import date

    from bothsides.leads.desk.listing import Called
    from bothsides.leads.replay import Replayed
    from bothsides.workspace import Workspace


def replay(
    *,
    from_: Annotated[str, Parameter(name="--from", help="The first day of the span, such as 2026-04-01.")],
    to: Annotated[str, Parameter(help="The last day of the span.")],
    agreement: Annotated[
        list[Path],
        Parameter(
            help="A folder or files: routing.toml, sla.toml, ... What is not there stays as it was.",
            consume_multiple=True,
            negative=(),
        ),
    ],
    workspace: WorkspaceFolder = Path(),
    seed: Annotated[str, Parameter(help="Another seed draws other reactions; the same one the same.")] = "1",
    draws: Annotated[int | None, Parameter(help="How often reactions are drawn; 20 up to 1,000 leads.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")] = False,
) -> None:
    """What another agreement would have given: the leads and touches of past days, decided anew.

    Both agreements run through the desk's own code; first it is shown how much of the record comes out again. Nothing
    of the logbook changes. Examples:

    bothsides replay --from 2026-04-01 --to 2026-06-30 --agreement proposal/

    bothsides replay --from 2026-05-01 --to 2026-05-31 --agreement sla.toml calendar.toml --json
    """
    from bothsides.cli.replay_words import show
    from bothsides.cli.terminal import screen
    from bothsides.workspace import Workspace

    if draws is not None and not 1 <= draws <= 1000:
        raise ValueError(f"--draws {draws}: must be from 1 to 1000")
    opened = Workspace.open(workspace)
    found, left_out, names = _replayed(opened, _day(from_, "--from"), _day(to, "--to"), agreement, seed, draws)
    if json:
        print(json_text.dumps(record(opened, found, left_out, names), indent=2, ensure_ascii=False))
    else:
        show(screen(), found, left_out, names, opened.settings.currency, opened.settings.time_zone)


def _replayed(
    opened: Workspace, first: date, last: date, paths: list[Path], seed: str, draws: int | None
) -> tuple[Replayed, tuple[str, ...], Mapping[str, Called]]:
    from bothsides.leads.desk.listing import called
    from bothsides.leads.replay import read_proposed, recorded_versions
    from bothsides.leads.replay import replay as run
    from bothsides.workspace.stores import open_logbook

    if last < first:
        raise ValueError(f"--to {last} is before --from {first}")
    if missing := [str(path) for path in paths if not path.exists()]:
        raise FileNotFoundError(f"--agreement {', '.join(missing)}: there is no such file or folder")
    logbook = open_logbook(opened, os.environ)
    try:
        zone = ZoneInfo(opened.settings.time_zone)
        since, until = (
            int(datetime.combine(one, time(), zone).timestamp()) for one in (first, last + timedelta(days=1))
        )
        with logbook.reading() as book:
            in_force = recorded_versions(book).at(until)
        proposed = read_proposed(paths, time_zone=opened.settings.time_zone, calendars=list(in_force.calendars))
        found = run(
            logbook, proposed.versions, since=since, until=until, seed=seed, draws=draws,
            currency=opened.settings.currency,
        )  # fmt: skip
        with logbook.reading() as book:
            odd = {one.subject for one in found.record.differences}
            names = called(book, odd | {mover.lead for mover in found.moved.movers})
    finally:
        logbook.close()
    return found, proposed.left_out, names


def _day(text: str, option: str) -> date:
    found = day(text, option)
    if found is None:
        raise ValueError(f"{option} needs a day such as 2026-04-01")
    return found


def record(
    opened: Workspace, found: Replayed, left_out: tuple[str, ...], names: Mapping[str, Called]
) -> dict[str, Any]:
    """The answer for scripts. Moments are UTC; shares 0-1; amounts in major units of `currency`."""
    told = asdict(found)
    told["record"]["share"] = round(found.record.share, 6)
    told["record"]["differences"] = [
        {**one, "company": _company(one["subject"], names), "at": iso(one["at"])}
        for one in told["record"]["differences"]
    ]
    for mover in told["moved"]["movers"]:
        mover["company"] = _company(mover["lead"], names)
        for side in ("before", "after"):
            mover[side]["due_at"] = iso(mover[side]["due_at"])
    head = {"currency": opened.settings.currency, "since": iso(found.since), "until": iso(found.until)}
    return {**told, **head, "files_left_out": list(left_out)}


def _company(party: str, names: Mapping[str, Called]) -> str | None:
    return names[party].company if party in names else None
