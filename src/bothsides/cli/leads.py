"""`bothsides leads`: the leads of the desk, how they come in, what happens to them and what waits for a person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from bothsides.cli import next_steps
from bothsides.cli.at_the_desk import AsOf
from bothsides.cli.lead_told import FORMAT
from bothsides.cli.lead_words import AsJson, Reading, cut, hint, iso, one_of, priced, print_record, reading, show_table
from bothsides.cli.lists import AtMost, check_names
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import screen

if TYPE_CHECKING:
    from bothsides.leads.desk.listing import Listed

COMMANDS: dict[str, tuple[str, str]] = {
    "show": ("lead_show:show", "One lead whole: score with its reasons, route, clocks, history."),
    "agree": ("lead_agree:agree", "Draft the agreement that the desk needs; nothing is overwritten."),
    "take": ("lead_intake:take", "Take leads in from CSV, JSON lines or xlsx; every line is accounted for."),
    "refused": ("lead_intake:refused", "Records that were no leads, with every reason."),
    "discard": ("lead_intake:discard", "Say of refused records that they are no leads, and why."),
    "retry": ("lead_intake:retry", "Read refused records again, corrected or under a changed agreement."),
    "touch": ("lead_happenings:touch", "Write down a call, mail, meeting or chat with a lead."),
    "event": ("lead_happenings:event", "Write down something a lead did."),
    "verdict": ("lead_happenings:verdict", "What sales says of a lead it was given, with the coded reason."),
    "stage": ("lead_happenings:stage", "Move a lead to a stage, with the coded reason of a win or loss."),
    "reached": ("lead_happenings:reached", "Write down what begins, ends or holds a clock, also of what is no lead."),
    "happened": ("lead_happenings:happened", FORMAT),
    "override": ("lead_decisions:override", "Set a lead's band beside the scorecard's, until a moment."),
    "lift": ("lead_decisions:lift", "End an override; the scorecard's band counts again."),
    "agenda": ("lead_decisions:agenda", "What waits for a person: identity reviews, meetings, escalations."),
    "decide": ("lead_decisions:decide", "Answer one item of the agenda."),
}
"""Subcommands, where each stands and its help, of which lists show the first line."""

_TAKE = "Take some in: bothsides leads take FILE --source NAME"

leads = App(name="leads", help_epilogue=next_steps.LEADS)
for _name, (_place, _help) in COMMANDS.items():
    leads.command(f"bothsides.cli.{_place}", name=_name, help=_help)


@leads.default
def listing(
    *,
    side: Annotated[str | None, Parameter(help="buyer or supplier.")] = None,
    owner: Annotated[str | None, Parameter(help="Only leads of this member.")] = None,
    queue: Annotated[str | None, Parameter(help="Only leads that wait here.")] = None,
    band: Annotated[str | None, Parameter(help="sales, self_serve or nurture.")] = None,
    stage: Annotated[str | None, Parameter(help="A stage, such as mql or sales_qualified.")] = None,
    only_open: Annotated[bool, Parameter(name="--open", negative=(), help="Only leads that are not closed.")] = False,
    limit: AtMost = 50,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """The leads of the desk, open ones before closed ones, of each the most worth first, with --json in the same order.

    Merged leads stand under the lead they went into. Examples:

    bothsides leads --open --side buyer

    bothsides leads --owner priya.nair --json
    """
    from bothsides.leads.desk.listing import Wanted, listed
    from bothsides.leads.score import Band
    from bothsides.schema import Side
    from bothsides.schema.stage import LeadStage

    wanted = Wanted(
        side=None if side is None else Side(one_of("--side", side, list(Side))),
        owner=owner,
        queue=queue,
        band=None if band is None else Band(one_of("--band", band, list(Band))),
        stage=None if stage is None else LeadStage(one_of("--stage", stage, list(LeadStage))),
        open_only=only_open,
    )
    with reading(workspace, at) as desk:
        page = listed(desk.book, wanted, limit=limit)
        if not page.total:
            check_names(desk, owner=owner, queue=queue)
        if json:
            print_record({"total": page.total, "leads": [lead_record(lead) for lead in page.leads]})
            return
        _print(desk, page.leads, page.total)


def lead_record(lead: Listed) -> dict[str, Any]:
    """A row of the list for scripts: moments in UTC, priority in minor units."""
    return {name: iso(value) if name.endswith("_at") else value for name, value in asdict(lead).items()}


def _print(desk: Reading, found: tuple[Listed, ...], total: int) -> None:
    console = screen()
    if not found:
        any_came = desk.book.one("SELECT 1 FROM leads LIMIT 1") is not None
        console.print("No lead fits." if any_came else "No lead came in yet.")
        where = of_folder(desk.workspace.folder)
        all_of_them, take_some = f"All of them: bothsides leads{where}", f"{_TAKE}{where}"
        hint(console, all_of_them if any_came else take_some)
        return
    show_table(
        console,
        ("lead", "company", "side", "stage", "band", "score", "worth", "with"),
        [
            (
                lead.lead_id[:8],
                cut(lead.company or lead.name, 18),
                lead.side,
                lead.stage,
                lead.band or "",
                "" if lead.score is None else lead.score,
                cut(priced(lead.priority, desk.currency), 10),
                cut(lead.owner or (f"({lead.queue})" if lead.queue else ""), 15),
            )
            for lead in found
        ],
        numbers=("score", "worth"),
    )
    more = f"the first {len(found)} of {total:,}; --limit shows more. " if total > len(found) else f"{total:,} in all. "
    one = f"bothsides leads show {found[0].lead_id[:8]}{of_folder(desk.workspace.folder)}"
    hint(console, f"{more}In brackets: the queue. One whole: {one}")
