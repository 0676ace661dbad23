"""`bothsides leads agree`: the files that the desk needs, drafted to be read, changed and signed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bothsides.cli.lead_words import AsJson, hint, print_record
from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.agreement.versions import Signed
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
    Read it with both teams, change it, and put names into [signed]. Examples:

    bothsides leads agree --member ana.ruiz --member tom.hadley

    bothsides leads agree --example
    """
    from bothsides.leads.desk.drafting import EXAMPLE, draft, unfinished
    from bothsides.workspace import Workspace

    if example and start_from is not None:
        raise ValueError(f"--from {start_from} and --example: name one of them")
    opened = Workspace.open(workspace)
    drafted = draft(opened, start_from=EXAMPLE if example else start_from, members=member)
    read = _whole(opened)
    versions = {section: signed.version for section, signed in sorted(read.items())}
    undone = unfinished(opened, {section: signed.policy for section, signed in read.items()})
    if json:
        record = {"written": list(drafted.written), "left": list(drafted.left), "versions": versions}
        print_record({**record, "unfinished": list(undone)})
        return
    console = screen()
    for name in drafted.written:
        console.print(plain(f"drafted {opened.agreement_dir / name}"))
    for name in drafted.left:
        console.print(plain(f"left as it was: {opened.agreement_dir / name}"))
    console.print(plain(f"The agreement loads: {', '.join(versions)}."))
    for said in undone:
        console.print(plain(f"Still to do: {said}.", style="yellow"))
    hint(console, "Next: read the files with both teams, then bothsides leads take FILE --source NAME")


def _whole(workspace: Workspace) -> dict[str, Signed[Any]]:
    """Every section, made ready as the desk does. Raises AgreementError naming every mistake of every file at once,
    those that sending and the API read among them.
    """
    from bothsides.agreement import AgreementError, Problem
    from bothsides.delivery.policy import POLICY_FILE, load_delivery
    from bothsides.leads.desk.agreed import read_agreement, ready
    from bothsides.web.policy import load_api

    problems: list[Problem] = []
    read: dict[str, Signed[Any]] = {}
    sending = workspace.agreement_dir / POLICY_FILE
    try:
        read = read_agreement(workspace)
        ready(
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
    if problems:
        raise AgreementError(problems)
    return read
