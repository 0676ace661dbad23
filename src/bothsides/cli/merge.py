"""`bothsides merge`: who is the same, said by a person; every answer can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console

from bothsides.cli import next_steps
from bothsides.cli.at_the_desk import (
    AsOf,
    Moment,
    Who,
    at_the_desk,
    not_before_it_came,
    not_before_it_opened,
    not_before_it_was_made,
    who,
)
from bothsides.cli.lead_words import AsJson, Why, cut, facts_of, hint, iso, print_record, show_table, when, zone_of
from bothsides.cli.lists import AtMost
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.desk.listing import Called
    from bothsides.leads.desk.merges import Made
    from bothsides.leads.desk.reviewing import Review
    from bothsides.leads.desk.standing import LeadNow
    from bothsides.logbook import Book

Item = Annotated[str, Parameter(help="The review, as bothsides merge lists it, or the beginning of its lead's id.")]
Party = Annotated[str | None, Parameter(help="Which of several: the id of the lead or account.")]

merge = App(name="merge", help_epilogue=next_steps.MERGE)


@merge.default
def reviews(
    *,
    limit: AtMost = 20,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Identity reviews: both records side by side, how far they agree, and why no rule decided. Examples:

    bothsides merge

    bothsides merge yes 'review:3f2a...:same person?' --why "same telephone, she confirmed"
    """
    from bothsides.leads.desk.listing import called
    from bothsides.leads.desk.merges import made
    from bothsides.leads.desk.reviewing import reviews as waiting

    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        with desk.reading() as book:
            found = waiting(book, desk.agreed, limit=limit)
            by_people, by_rules = (made(book, by_rule=by_rule, limit=limit) for by_rule in (False, True))
            names = called(book, _parties(found, (*by_people, *by_rules)))
        zone = zone_of(desk)
    if json:
        merges = [_merge_record(one, names) for one in (*by_people, *by_rules)]
        print_record({"reviews": [_record(one, names) for one in found], "merges": merges})
        return
    console = screen()
    for one in found:
        console.print(plain(f"{one.item}, since {when(one.opened_at, zone)}", style="bold"))
        _print_review(console, one, names)
    if not found:
        console.print("No identity review waits.")
    for title, merged in (("Merged by people", by_people), ("Merged by the rules of the agreement", by_rules)):
        if merged:
            console.print(f"\n{title}, the latest first:")
        for each in merged:
            console.print(plain(f"  {each.key}"))
            console.print(plain(f"    {_who(each, names)}"))
            console.print(plain(f"    {when(each.at, zone)}, {_why(each)}", style="dim"))
    if by_people or by_rules:
        take_back = f"bothsides merge undo KEY{of_folder(workspace)} --why ..."
        hint(console, f"To take one back: {take_back} (or the id of the lead that went in)")
    hint(console, f"Answer: bothsides merge yes|no ITEM{of_folder(workspace)} --why ... Times in {zone.key}.")


@merge.command
def yes(
    item: Item,
    *,
    why: Why,
    party: Party = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """They are the same: two leads become one, or the lead belongs to the account.

    Example: bothsides merge yes 3f2a91 --why "same telephone, she confirmed"
    """
    _answer(item, "yes", why, party, by, at, json, workspace)


@merge.command
def no(
    item: Item,
    *,
    why: Why,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """They are not the same: both stay as they are.

    Example: bothsides merge no 3f2a91 --why "father and son"
    """
    _answer(item, "no", why, None, by, at, json, workspace)


@merge.command
def leads(
    kept: Annotated[str, Parameter(help="The lead that stays, by its id or the beginning of it.")],
    absorbed: Annotated[str, Parameter(help="The lead that goes into it.")],
    *,
    why: Why,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Two leads are one: values by the agreed survivorship, clocks, touches and events go to the one that stays.

    Example:

    bothsides merge leads 3f2a91 77c01d --why "wrote from two addresses"
    """
    from bothsides.leads.desk.listing import found
    from bothsides.leads.desk.merging import merge_leads
    from bothsides.leads.desk.reviewing import answered_by

    with at_the_desk(workspace, at) as desk:

        def merged(book: Book) -> tuple[str, str, str, LeadNow]:
            one, other = found(book, kept).lead_id, found(book, absorbed).lead_id
            for lead_id in (one, other):
                not_before_it_came(book, desk.now, lead_id)
            key, stands = merge_leads(book, desk.agreed, one, other, who=who(by), why=why, now=desk.now)
            answered_by(book, one, other, merge=key, who=who(by), why=why, now=desk.now)
            return one, other, key, stands

        one, other, key, stands = desk.kept(merged)
    if json:
        print_record({"key": key, "kept": one, "absorbed": other, "owner": stands.owner, "fields": stands.fields})
        return
    console = screen()
    console.print(
        plain(f"{other[:8]} went into {one[:8]}, {'with ' + stands.owner if stands.owner else 'with nobody'}")
    )
    hint(console, f"To take it back: bothsides merge undo {key}{of_folder(workspace)} --why ...")


@merge.command
def accounts(
    first: Annotated[str, Parameter(help="An account's id.")],
    second: Annotated[str, Parameter(help="The other's id.")],
    *,
    why: Why,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Two known accounts are one organisation: leads of one are known to the owner of the other.

    Example: bothsides merge accounts acc-17 acc-902 --why "one company, two offices"
    """
    from bothsides.leads.desk.reviewing import link_accounts

    with at_the_desk(workspace, at) as desk:
        key = desk.kept(lambda book: link_accounts(book, first, second, who=who(by), why=why, now=desk.now))
    if json:
        print_record({"key": key, "accounts": [first, second]})
        return
    console = screen()
    console.print(plain(f"{first} and {second} are one organisation"))
    hint(console, f"To take it back: bothsides merge undo {key}{of_folder(workspace)} --why ...")


@merge.command
def undo(
    key: Annotated[
        str,
        Parameter(help="The merge's key or the beginning of it, or the beginning of the id of the lead that went in."),
    ],
    *,
    why: Why,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Take a merge back, by hand or by the desk: both stand as they stood, each with the events it was told of.

    Touches, verdicts and stages since stay with the kept one. Both are scored at once. Examples:

    bothsides merge undo merge:3f2a...:77c0...:0 --why "two brothers"

    bothsides merge undo 77c01d --why "two brothers"
    """
    from bothsides.leads.desk.merges import merge_named
    from bothsides.leads.desk.reviewing import undo as undoing

    with at_the_desk(workspace, at) as desk:

        def undone(book: Book) -> tuple[str, str]:
            named, facts = merge_named(book, key), facts_of(book)
            not_before_it_was_made(book, desk.now, named)
            return named, undoing(book, desk.agreed, named, who=who(by), why=why, now=desk.now, snapshot=facts)

        named, what = desk.kept(undone)
    if json:
        print_record({"undone": named, "of": what})
        return
    screen().print(plain(f"{named} is taken back; both {what} stand as they stood"))


def _answer(
    item: str, verdict: str, why: str, party: str | None, by: str | None, at: str | None, json: bool, workspace: Path
) -> None:
    from bothsides.leads.desk.reviewing import answer

    with at_the_desk(workspace, at) as desk:

        def answered(book: Book) -> tuple[str, str | None]:
            named = _item(book, item)
            opened = book.one("SELECT opened_at FROM agenda WHERE item_id = ?", named)
            if opened is not None:
                not_before_it_opened(desk.now, opened[0])
            return named, answer(book, desk.agreed, named, verdict, who=who(by), why=why, now=desk.now, party=party)

        named, key = desk.kept(answered)
    if json:
        print_record({"item": named, "decision": verdict, "who": who(by), "why": why, "merge": key})
        return
    console = screen()
    console.print(plain(f"{verdict}: {why}"))
    if key is not None:
        hint(console, f"To take it back: bothsides merge undo {key}{of_folder(workspace)} --why ...")


def _item(book: Any, said: str) -> str:
    """The review of that name, or the one open review of the lead whose id begins so, review: before it or not."""
    from bothsides.leads.desk.reviewing import REVIEW

    rows = book.all(
        "SELECT item_id FROM agenda WHERE kind = ?"
        " AND (item_id = ? OR (state = 'open' AND subject >= ? AND subject < ?)) ORDER BY item_id",
        REVIEW,
        said,
        lead := said.removeprefix("review:"),
        lead + "g",
    )
    items = [item for (item,) in rows]
    if said in items or len(items) != 1:
        if len(items) > 1 and said not in items:
            raise LookupError(f"{said!r}: several reviews wait: {', '.join(items[:6])}")
        return said
    return str(items[0])


def _why(one: Made) -> str:
    """By whom and why, in words: `by the rule 'same e-mail' (email same)`."""
    if one.who != "desk":
        return f"by {cut(one.who, 20)}: {cut(one.why, 60)}"
    agrees = ", ".join(f"{name.replace('_', ' ')} {word}" for name, word in one.agrees.items())
    return f"by the rule {one.why!r}" + (f" ({agrees})" if agrees else "")


def _parties(found: Sequence[Review], merges: Sequence[Made]) -> set[str]:
    """Whom reviews and merges name."""
    named = {one.lead_id for one in found} | {rival.party_id for one in found for rival in one.rivals}
    return named | {one.kept for one in merges} | {one.absorbed for one in merges if one.absorbed is not None}


def _who(one: Made, names: Mapping[str, Called]) -> str:
    if one.absorbed is None:
        return f"{cut(one.kept, 32)}{_called(one.kept, names)} and another account"
    return f"{one.absorbed[:8]}{_called(one.absorbed, names)} went into {one.kept[:8]}{_called(one.kept, names)}"


def _called(party: str, names: Mapping[str, Called]) -> str:
    """What stands behind the party's id: its company or name in brackets."""
    shown = names[party].shown if party in names else ""
    return f" ({cut(shown, 28)})" if shown else ""


def _company(party: str | None, names: Mapping[str, Called]) -> str | None:
    return names[party].company if party is not None and party in names else None


def _merge_record(one: Made, names: Mapping[str, Called]) -> dict[str, Any]:
    companies = {"kept_company": _company(one.kept, names), "absorbed_company": _company(one.absorbed, names)}
    return {**asdict(one), **companies, "at": iso(one.at)}


def _record(one: Review, names: Mapping[str, Called]) -> dict[str, Any]:
    rivals = [{**asdict(rival), "company": _company(rival.party_id, names)} for rival in one.rivals]
    company = _company(one.lead_id, names)
    return {**asdict(one), "company": company, "rivals": rivals, "opened_at": iso(one.opened_at)}


def _print_review(console: Console, one: Review, names: Mapping[str, Called]) -> None:
    for rival in one.rivals:
        console.print(plain(f"  {one.question} lead {one.lead_id[:8]}{_called(one.lead_id, names)}"))
        console.print(plain(f"    and {rival.kind} {cut(rival.party_id, 32)}{_called(rival.party_id, names)}"))
        console.print(plain(f"  {cut(rival.why, 90)}", style="dim"))
        show_table(
            console,
            ("  field", "this lead", "the other", "agree"),
            [(f"  {by.field.replace('_', ' ')}", cut(by.one, 28), cut(by.other, 28), by.word) for by in rival.fields],
        )
