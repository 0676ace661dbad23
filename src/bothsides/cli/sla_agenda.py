"""`bothsides sla meetings | escalations | escalate | decide | review`: what calls people together, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from bothsides.cli.at_the_desk import AsOf, Moment, OpenDesk, Who, at_the_desk, who
from bothsides.cli.lead_words import AsJson, hint, one_of, print_record, when, with_moments, zone_of
from bothsides.cli.lengths import a_name, in_words
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.review.agenda import Item
    from bothsides.logbook import Book, Entry

OnlyOpen = Annotated[bool, Parameter(name="--open", negative=(), help="Only those that wait for a decision.")]


def meetings(
    *, only_open: OnlyOpen = False, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()
) -> None:
    """Meetings that a missed pace opened, and rights that a month brought, with packs and decisions. Example:

    bothsides sla meetings --open
    """
    from bothsides.leads.review.agenda import CONSEQUENCE, MEETING

    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        _show(desk, (MEETING, CONSEQUENCE), only_open=only_open, json=json)


def escalations(
    *, only_open: OnlyOpen = False, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()
) -> None:
    """Reviews of leads that sales turns away: the data, the proposals, the decision. Example:

    bothsides sla escalations --json
    """
    from bothsides.leads.review.agenda import ESCALATION

    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        _show(desk, (ESCALATION,), only_open=only_open, json=json)


def escalate(
    side: Annotated[str, Parameter(help="buyer or supplier.")],
    *,
    why: Annotated[str, Parameter(help="What is wrong with the leads.", validator=in_words)] = "",
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Call a review of a side's leads; its pack is made of what happened to them. Example:

    bothsides sla escalate buyer --why "nobody we called wanted to buy"
    """
    from bothsides.leads.review.agenda import call_review
    from bothsides.schema import Side

    with at_the_desk(workspace, at) as desk:
        of = Side(one_of("side", side, list(Side)))

        def called(book: Book) -> Sequence[Entry]:
            entries = call_review(book, desk.agreed, of, by=who(by), now=desk.now, why=why)
            book.post(entries, now=desk.now)
            return entries

        entries = desk.kept(called)
        _one(desk, entries[0].subject, json=json)


def decide(
    item: Annotated[str, Parameter(help="The item, as meetings and escalations name it.")],
    *,
    words: Annotated[str, Parameter(help="What was decided, in a sentence.", validator=in_words)],
    choose: Annotated[
        tuple[str, ...], Parameter(negative=(), help="A proposal of the review; may be given again.")
    ] = (),
    owner: Annotated[str, Parameter(help="Who does it; the item's owner when it is not given.", validator=a_name)] = "",
    use: Annotated[bool, Parameter(negative=(), help="The right that the month brought is used.")] = False,
    waive: Annotated[bool, Parameter(negative=(), help="It is waived.")] = False,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Write down what was decided, once. Examples:

    bothsides sla decide escalation/buyer/2026-05-19 --words "no more prize draws" --choose campaign/spring-giveaway

    bothsides sla decide "consequence/2026-05/buyer/slow sales" --waive --words "two people were ill"
    """
    from bothsides.leads.review.agenda import decide as decision

    if use and waive:
        raise ValueError("--use and --waive: give one of them")
    state = "used" if use else "waived" if waive else "decided"
    with at_the_desk(workspace, at) as desk:

        def decided(book: Book) -> None:
            line = decision(book, item, words=words, by=who(by), now=desk.now, owner=owner, chosen=choose, state=state)
            book.post([line], now=desk.now)

        desk.kept(decided)
        _one(desk, item, json=json)


def review(*, at: Moment = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """Freeze months that are over, open the meetings and reviews that are due; asked again it does nothing. Example:

    bothsides sla review
    """
    from bothsides.leads.review.agenda import due_reviews
    from bothsides.logbook import Kind

    with at_the_desk(workspace, at) as desk:

        def reviewed(book: Book) -> Sequence[Entry]:
            entries = due_reviews(book, desk.agreed, desk.now)
            book.post(entries, now=desk.now)
            return entries

        entries = desk.kept(reviewed)
    frozen = [line.subject for line in entries if line.kind is Kind.STATEMENT_FROZEN]
    opened = [line.subject for line in entries if line.kind is Kind.AGENDA_OPENED]
    if json:
        print_record({"frozen": frozen, "opened": opened})
        return
    console = screen()
    for name in frozen:
        console.print(plain(f"frozen: {name}"))
    for name in opened:
        console.print(plain(f"opened: {name}"))
    if not entries:
        console.print("Nothing is due.")
    where = of_folder(workspace)
    hint(console, f"What waits: bothsides sla meetings --open{where}, bothsides sla escalations --open{where}")


def _show(desk: OpenDesk, kinds: tuple[str, ...], *, only_open: bool, json: bool) -> None:
    from bothsides.leads.review.agenda import read_items
    from bothsides.leads.review.plain import plain as values

    with desk.reading() as book:
        items = [one for one in read_items(book, kinds=kinds) if one.decision is None or not only_open]
    if json:
        print_record(with_moments(values(items)))
        return
    console = screen()
    if not items:
        console.print("None waits." if only_open else "There was none.")
    for one in items:
        _print(console, one, desk)


def _one(desk: OpenDesk, item_id: str, *, json: bool) -> None:
    from bothsides.leads.review.agenda import read_items
    from bothsides.leads.review.plain import plain as values

    with desk.reading() as book:
        found = next(one for one in read_items(book) if one.item_id == item_id)
    if json:
        print_record(with_moments(values(found)))
    else:
        _print(screen(), found, desk)


def _print(console: Console, one: Item, desk: OpenDesk) -> None:
    """The item with its pack: figures, lists of leads, proposals, and the decision or until when it is due."""
    from bothsides.leads.review.agenda import last_day
    from bothsides.leads.wording import plural
    from bothsides.reports.teams.page import decision_command, figure_words

    content = one.content
    console.print(plain(one.item_id, style="bold"))
    console.print(plain(f"  {content.get('why') or content.get('words') or ''}"))
    if said := content.get("in_words"):
        console.print(plain(f"  {said}"))
    for figure in content.get("figures", ()):
        if figure["value"] is not None:
            value = figure_words(figure["value"], figure["unit"])
            console.print(plain(f"  {figure['name']}: {value}", style="dim"))
    for listed in content.get("lists", ()):
        first = ", ".join(lead[:8] for lead in listed["leads"][:5])
        console.print(plain(f"  {listed['name']}: {listed['n']}{f' ({first} ...)' if first else ''}", style="dim"))
    for offer in content.get("proposals", ()):
        before = round(offer["leads_before"])
        volume = f"{plural(before, 'lead')} a month {'becomes' if before == 1 else 'become'} {offer['leads_after']:.0f}"
        console.print(plain(f"  {offer['proposal_id']}: {offer['what']}; {volume}", style="dim"))
    if one.decision is None:
        until = "" if one.due_at is None else f", by the end of {last_day(desk.agreed, one.due_at)}"
        command = f"{decision_command(one)}{of_folder(desk.workspace.folder)}"
        console.print(plain(f"  open; {one.owner}{until}: {command}"))
        return
    chosen = f" ({', '.join(one.decision['chosen'])})" if one.decision["chosen"] else ""
    at = when(one.decision["at"], zone_of(desk))
    done = f"{one.state} by {one.decision['by']}, {at}: {one.decision['words']}{chosen}"
    does = "" if one.state == "waived" else f"; {one.decision.get('owner') or one.owner} does it"
    console.print(plain(f"  {done}{does}"))
