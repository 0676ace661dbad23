"""`bothsides sla pipeline`: open deals that deserve a question, and the money that hangs on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bothsides.cli.at_the_desk import Moment, OpenDesk, at_the_desk
from bothsides.cli.lead_words import AsJson, cut, hint, print_record, show_table
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.review.lives import History
    from bothsides.leads.teams.pipeline_audit import Open


def pipeline(
    *,
    owner: Annotated[str | None, Parameter(help="Only deals of this member.")] = None,
    limit: Annotated[int, Parameter(help="At most so many deals, the most money at risk first.")] = 20,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Open deals past their days, put off or without a next step: of the desk, and of the warehouse where there is one.

    Example:

    bothsides sla pipeline --owner tom.hadley
    """
    from bothsides.leads.review.judging import history_at
    from bothsides.leads.review.lives import OF_LEADS
    from bothsides.leads.review.open_leads import audited
    from bothsides.leads.review.plain import plain as values
    from bothsides.reports.numbers import money, plural

    with at_the_desk(workspace, at) as desk, desk.reading() as book:
        history = history_at(book, desk.agreed, desk.now, kinds=OF_LEADS)
        found, sides, owners = audited(history, desk.agreed, others=_of_the_warehouse(desk, history))
        currency = desk.workspace.settings.currency
    found = tuple(one for one in found if owner is None or one.owner == owner)
    owners = tuple(one for one in owners if owner is None or one.owner == owner)
    if json:
        print_record({"deals": values(found), "by_side": values(sides), "by_owner": values(owners)})
        return
    console = screen()
    if not sides:
        console.print("No lead is open with sales.")
        return
    for one in sides:
        alone = one.doubtful == 1
        told = (
            f"{one.side}s: {one.doubtful} of {plural(one.open, 'open deal')} {'deserves' if alone else 'deserve'} a"
            f" question; {money(one.at_risk, currency)}"
        )
        hang = f"hang on {'it' if alone else 'them'}"
        console.print(plain(f"{told} of {money(one.pipeline, currency)} {hang}", style="bold"))
    show_table(
        console,
        ("owner", "side", "open", "in doubt", "at risk"),
        [(cut(one.owner, 24), one.side.value, one.open, one.doubtful, money(one.at_risk, currency)) for one in owners],
        numbers=("open", "in doubt", "at risk"),
    )
    for deal in found[:limit]:
        worth = "amount unknown" if deal.at_risk is None else money(deal.at_risk, currency)
        says = "; ".join(said for _, said in deal.doubts)
        console.print(plain(f"  {deal.opportunity_id[:8]} {deal.owner or 'nobody'}, {worth}: {says}"))
    left = f"{len(found) - limit} more; --limit shows them. " if len(found) > limit else ""
    hint(console, f"{left}Money is amount times chance. One whole: bothsides leads show ID{of_folder(workspace)}")


def _of_the_warehouse(desk: OpenDesk, history: History) -> tuple[Open, ...]:
    from bothsides.leads.review.market import warehouse_deals
    from bothsides.leads.review.months import day_of
    from bothsides.leads.review.open_leads import NOT_KEPT
    from bothsides.warehouse import open_reader

    if not desk.workspace.warehouse_path.exists():
        return ()
    con = open_reader(desk.workspace.warehouse_path)
    try:
        today = day_of(desk.agreed)(desk.now)
        return warehouse_deals(con, known=history.lives.__contains__, next_step=NOT_KEPT, today=today)
    finally:
        con.close()
