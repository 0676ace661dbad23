"""`bothsides leads agree`: the files that the desk needs, drafted to be read, changed and signed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bothsides.cli.lead_words import AsJson, hint, print_record
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.agreement import Problem
    from bothsides.agreement.versions import Signed
    from bothsides.leads.desk.agreed import Agreed
    from bothsides.logbook import Logbook
    from bothsides.workspace import Workspace


def agree(
    *,
    start_from: Annotated[
        Path | None,
        Parameter(name="--from", help="A folder of agreement files in place of the house's."),
    ] = None,
    member: Annotated[
        tuple[str, ...],
        Parameter(help="Who is given leads, such as ana.ruiz; may be given again.", negative=()),
    ] = (),
    example: Annotated[
        bool, Parameter(negative=(), help="Begin with the simulated quarter's signed agreement.")
    ] = False,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Draft agreement/*.toml for this workspace. A file that is there already is left as it is.

    What is drafted loads: a scorecard a side, a pool of the members named, office hours, the default clauses and decay.
    Read it with both teams, change it, and sign each file in its last lines, [signed]. Examples:

    bothsides leads agree --member ana.ruiz --member tom.hadley

    bothsides leads agree --example
    """
    from bothsides.leads.desk.drafting import EXAMPLE, draft, unfinished
    from bothsides.leads.desk.likely import waits_in_vain
    from bothsides.workspace import Workspace

    if example and start_from is not None:
        raise ValueError(f"--from {start_from} and --example: name one of them")
    opened = Workspace.open(workspace)
    drafted = draft(opened, start_from=EXAMPLE if example else start_from, members=member)
    read, agreed = whole_agreement(opened)
    versions = {section: signed.version for section, signed in sorted(read.items())}
    policies = {section: signed.policy for section, signed in read.items()}
    signed = frozenset(section for section, one in read.items() if one.signature is not None)
    in_vain = (*waits_in_vain(agreed, _told(opened)), *_never_sent(opened))
    undone = (*unfinished(opened, policies, signed=signed), *in_vain)
    given = {one.id for one in agreed.routing_policy.member}
    unused = [name for name in dict.fromkeys(member) if name not in given]
    house = [section for section in versions if not (opened.agreement_dir / f"{section}.toml").exists()]
    if json:
        record = {"written": list(drafted.written), "left": list(drafted.left), "versions": versions}
        print_record({**record, "house": house, "members_not_used": unused, "unfinished": list(undone)})
        return
    console = screen()
    for name in drafted.written:
        console.print(plain(f"drafted {opened.agreement_dir / name}"))
    for name in drafted.left:
        console.print(plain(f"left as it was: {opened.agreement_dir / name}"))
    if unused:
        there = f"{opened.agreement_dir / 'routing.toml'} is there already and is left as it is"
        console.print(plain(f"--member {', '.join(unused)} not used: {there}; write them there", style="yellow"))
    console.print(plain(f"The agreement loads: {', '.join(name for name in versions if name not in house)}."))
    if house:
        console.print(plain(f"The house's own, until you write a file of that name: {', '.join(house)}."))
    for said in undone:
        console.print(plain(f"Still to do: {said}{'' if said.endswith('?') else '.'}", style="yellow"))
    take = f"bothsides leads take FILE --source NAME{of_folder(workspace)}"
    hint(console, f"Next: read the files with both teams, then {take}")


def _never_sent(workspace: Workspace) -> Iterator[str]:
    """Of the actions that delivery.toml routes those that are nearly one of the desk's, each as a sentence."""
    from bothsides.delivery.policy import POLICY_FILE, load_delivery
    from bothsides.delivery.templates import house_letters

    path, known = workspace.agreement_dir / POLICY_FILE, house_letters()
    routes = load_delivery(path).policy.route if path.exists() else ()
    for action in dict.fromkeys(route.action for route in routes if route.action not in known):
        if near := get_close_matches(action, known, n=2, cutoff=0.8):
            yield f"{POLICY_FILE} sends {action!r}, for which nothing asks; did you mean {' or '.join(near)}?"


def _told(workspace: Workspace) -> list[str]:
    """The events that were ever told; none where there is no logbook yet, or none that can be read."""
    with _logbook(workspace) as logbook:
        if logbook is None:
            return []
        with logbook.reading() as book:
            return [event for (event,) in book.all("SELECT DISTINCT event FROM events")]


@contextmanager
def _logbook(workspace: Workspace) -> Iterator[Logbook | None]:
    """The logbook; None where there is none yet, or none that can be read."""
    from bothsides.logbook import LogbookNewer, LogbookUnavailable
    from bothsides.workspace.stores import LogbookMissing, open_logbook

    try:
        logbook = open_logbook(workspace, os.environ)
    except (LogbookMissing, LogbookUnavailable, LogbookNewer, ValueError):
        yield None
        return
    try:
        yield logbook
    finally:
        logbook.close()


def whole_agreement(workspace: Workspace) -> tuple[dict[str, Signed[Any]], Agreed]:
    """Every section and what they mean together, as the desk makes them ready.

    Raises AgreementError naming every mistake of every file at once, those that sending and the API read among them.
    """
    from bothsides.agreement import AgreementError
    from bothsides.delivery.policy import POLICY_FILE, load_delivery
    from bothsides.leads.desk.agreed import read_agreement, ready
    from bothsides.web.policy import load_api

    problems: list[Problem] = []
    read: dict[str, Signed[Any]] = {}
    sending = workspace.agreement_dir / POLICY_FILE
    try:
        read = read_agreement(workspace)
        agreed = ready(
            {section: signed.policy for section, signed in read.items()},
            {section: signed.version for section, signed in read.items()},
            now=int(time.time()),
        )
    except AgreementError as error:
        problems += error.problems
    try:
        load_api(workspace.agreement_dir)
    except AgreementError as error:
        problems += error.problems
    try:
        if sending.exists():
            load_delivery(sending)
    except AgreementError as error:
        problems += error.problems
    if not problems:
        problems += _too_late(workspace)
    if problems:
        raise AgreementError(problems)
    return read, agreed


def _too_late(workspace: Workspace) -> tuple[Problem, ...]:
    """What the desk would refuse to take up now, such as a version from a day that was gone round already."""
    from bothsides.agreement import AgreementError
    from bothsides.leads.desk.opening import foreseen

    with _logbook(workspace) as logbook:
        try:
            if logbook is not None:
                foreseen(workspace, logbook, now=int(time.time()))
        except AgreementError as error:
            return tuple(error.problems)
    return ()
