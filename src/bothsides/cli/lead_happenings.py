"""`bothsides leads touch | event | verdict | stage | reached | happened`: what happens to leads, typed or in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bothsides.cli.at_the_desk import Moment, Who, at_the_desk, who
from bothsides.cli.lead_words import AsJson, Lead, facts_of, print_record
from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.desk.agreed import Agreed
    from bothsides.leads.desk.happenings import Happening
    from bothsides.logbook import Book

Occurred = Annotated[str | None, Parameter(help="When it happened, such as 2026-04-01T09:00Z; now without it.")]


def touch(
    lead: Lead,
    *,
    kind: Annotated[str, Parameter(help="call, email, meeting, chat or other.")] = "call",
    way: Annotated[str, Parameter(help="out: we reached out; in: the lead answered.")] = "out",
    automated: Annotated[bool, Parameter(negative=(), help="A machine sent it: it is no touch by a person.")] = False,
    touch_id: Annotated[str | None, Parameter(help="Its name elsewhere: told twice, it is one touch.")] = None,
    occurred: Occurred = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Write down a contact with a lead: it meets clocks and keeps the lead from going back. Example:

    bothsides leads touch 3f2a91 --kind call --by priya.nair
    """
    told = {"what": "touch", "lead": lead, "kind": kind, "direction": way, "automated": automated, "by": by}
    _record([told | {"id": touch_id, "at": occurred}], at, json, workspace)


def event(
    lead: Lead,
    what: Annotated[str, Parameter(help="What it did, such as demo_requested.")],
    *,
    amount: Annotated[float, Parameter(help="How many or how much, such as listings added at once.")] = 1.0,
    occurred: Occurred = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Write down something a lead did: it is scored anew, and routed where that asks for sales. Example:

    bothsides leads event 3f2a91 demo_requested
    """
    _record([{"what": "event", "lead": lead, "event": what, "amount": amount, "at": occurred}], at, json, workspace)


def verdict(
    lead: Lead,
    says: Annotated[str, Parameter(help="accepted, rejected or recycled.")],
    *,
    reason: Annotated[str, Parameter(help="A code of agreement/reasons.toml, the house's own without one.")] = "",
    note: Annotated[str, Parameter(help="In your words.")] = "",
    occurred: Occurred = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """What sales says of a lead it was given. A rejected or recycled one goes back to marketing with the reason.

    A lead that waits for sales may be rejected out of the queue; one that nobody has is accepted by nobody. Example:

    bothsides leads verdict 3f2a91 rejected --reason no_budget --by priya.nair
    """
    told = {"what": "verdict", "lead": lead, "verdict": says, "reason": reason, "note": note, "by": by}
    _record([told | {"at": occurred}], at, json, workspace)


def stage(
    lead: Lead,
    to: Annotated[str, Parameter(help="The stage it entered, such as opportunity or closed_won.")],
    *,
    reason: Annotated[str, Parameter(help="The coded reason of a win or loss.")] = "",
    objection: Annotated[
        tuple[str, ...], Parameter(help="A coded objection that came up, or none; may be given again.", negative=())
    ] = (),
    question: Annotated[
        tuple[str, ...], Parameter(help="A coded question that came up; may be given again.", negative=())
    ] = (),
    note: Annotated[str, Parameter(help="In the customer's words; some codes need it.")] = "",
    amount: Annotated[
        float | None, Parameter(help="Value of the deal in the reporting currency, such as 80000.50.")
    ] = None,
    occurred: Occurred = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Move a lead to a stage. A win or loss names its reason and the objections that came up, or none. Example:

    bothsides leads stage 3f2a91 closed_won --reason price --objection none --amount 12000
    """
    told = {"what": "stage", "lead": lead, "stage": to, "reason": reason, "objections": objection}
    told |= {"questions": question, "note": note}
    _record([told | {"amount": amount, "by": by, "at": occurred}], at, json, workspace)


def reached(
    subject: Annotated[str, Parameter(help="A lead's id or its beginning; or your name of a request or an order.")],
    what: Annotated[str, Parameter(help="Such as handed_over, rfq_sent, reply, listing_approved, pause, resume.")],
    *,
    detail: Annotated[str, Parameter(help="Which listing, what is missing; of a pause the agreed reason.")] = "",
    field: Annotated[
        tuple[str, ...],
        Parameter(help="NAME=VALUE that clauses test, where it is no lead; may be given again.", negative=()),
    ] = (),
    owner: Annotated[str | None, Parameter(help="Who owes the answer, where it is no lead.")] = None,
    occurred: Occurred = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Write down what begins, ends or holds a clock, of a lead or of a request, a listing, an order. Example:

    bothsides leads reached rfq-881 rfq_sent --field side=buyer --field deal_size=9000 --owner supplier-7

    bothsides leads reached rfq-881 reply
    """
    told = {"what": "reached", "subject": subject, "reached": what, "detail": detail, "fields": dict(map(pair, field))}
    _record([told | {"owner": owner, "by": by, "at": occurred}], at, json, workspace)


def pair(text: str) -> tuple[str, str | float | bool]:
    """A field with its value: yes and no, a number where it is written as one, or a text.

    >>> pair("deal_size=9000"), pair("side=buyer"), pair("sku=007")
    (('deal_size', 9000), ('side', 'buyer'), ('sku', '007'))
    """
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise ValueError(f"--field {text!r}: must be NAME=VALUE, such as side=buyer")
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    if not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", value):
        return name, value
    return name, float(value) if "." in value else int(value)


def happened(
    file: Annotated[Path, Parameter(help="JSON lines, one happening each.")],
    *,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Write down many happenings from a file: `FORMAT` of `lead_told` says what its lines are."""
    from bothsides.cli.lead_told import read_line

    said: list[dict[str, Any]] = []
    wrong: list[str] = []
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: is not UTF-8: byte {error.start} cannot be read; nothing was written down") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said.append({**read_line(line), "line": number})
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
    _record(said, at, json, workspace, file=file, wrong=wrong)


def _record(
    said: Sequence[Mapping[str, Any]],
    at: str | None,
    json: bool,
    workspace: Path,
    *,
    file: Path | None = None,
    wrong: Sequence[str] = (),
) -> None:
    from bothsides.leads.desk.listing import found

    leads: dict[str, str] = {}
    with at_the_desk(workspace, at) as desk:
        currency = desk.workspace.settings.currency
        new, notes = desk.kept(lambda book: _told(book, desk.agreed, desk.now, currency, said, leads, file, wrong))
        with desk.reading() as book:
            stand = [found(book, lead_id) for lead_id in dict.fromkeys(leads.values())]
    if json:
        from bothsides.cli.leads import lead_record

        print_record({"told": len(said), "new": new, "notes": notes, "leads": [lead_record(lead) for lead in stand]})
        return
    console = screen()
    many = file is not None
    console.print(plain(f"{len(said):,} told, {new:,} new" if many or not new else "written down"))
    for note in notes:
        console.print(plain(note))
    for lead in stand if not many else ():
        has = f"with {lead.owner}" if lead.owner else f"in {lead.queue or 'no queue'}"
        console.print(plain(f"{lead.lead_id[:8]} {lead.company or lead.name}: {lead.stage}, {has}, score {lead.score}"))


def _told(
    book: Book,
    agreed: Agreed,
    now: int,
    currency: str,
    said: Sequence[Mapping[str, Any]],
    leads: dict[str, str],
    file: Path | None,
    wrong: Sequence[str],
) -> tuple[int, list[str]]:
    """How many were new, and what is to be said of them. Raises ValueError naming every one that cannot be taken."""
    from bothsides.cli.lead_told import Reader
    from bothsides.leads.desk.happenings import tell
    from bothsides.leads.desk.likely import without_effect
    from bothsides.leads.desk.people import strangers, verdicts_of_others
    from bothsides.leads.desk.unfit import Unfit

    user = who(None) if file is None else None
    reader = Reader(book=book, agreed=agreed, now=now, currency=currency, leads=leads, user=user)
    happenings: list[Happening] = []
    places: list[str] = []
    found = list(wrong)
    for told in said:
        place = f"line {told['line']}: " if file is not None else ""
        try:
            happening = reader.read(told)
            happenings.append(happening)
            places.append(place)
            if file is None and (said_wrong := _of_a_stranger(agreed, happening, told)):
                found.append(said_wrong)
        except (ValueError, LookupError, ArithmeticError) as error:
            found.append(f"{place}{error.args[0] if error.args else error}")
    outcomes = tell(book, agreed, happenings, now=now, snapshot=facts_of(book))
    for place, outcome in zip(places, outcomes, strict=True):
        if isinstance(outcome, Unfit):
            found += [f"{place}{reason}" for reason in outcome.reasons]
    if found:
        told_in = "" if file is None else f"{file}: "
        nothing = "" if file is None else "; nothing was written down"
        raise ValueError(f"{told_in}{'; '.join(sorted(found, key=_line))}{nothing}")
    notes = [*without_effect(book, agreed, happenings), *verdicts_of_others(book, happenings)]
    return outcomes.count("recorded"), [*notes, *(_unknown(name, agreed) for name in strangers(agreed, happenings))]


def _unknown(name: str, agreed: Agreed) -> str:
    from bothsides.leads.desk.people import who_is_known

    return f"{name!r} is nobody whom the agreement knows; it knows {who_is_known(agreed)}"


def _of_a_stranger(agreed: Agreed, happening: Happening, told: Mapping[str, Any]) -> str | None:
    """Why nobody is believed at the prompt to have done it; a file comes from a system, whose people may be others."""
    from bothsides.leads.desk.people import strangers

    for name in strangers(agreed, [happening]):
        said = "--by" if told.get("by") else "--by: missing; your user name"
        return f"{said} {_unknown(name, agreed)}"
    return None


def _line(said: str) -> int:
    number = said.removeprefix("line ").partition(":")[0]
    return int(number) if said.startswith("line ") and number.isdecimal() else 0
