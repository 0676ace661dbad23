"""`bothsides leads touch | event | verdict | stage | happened`: what happens to leads, from the command line."""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bothsides.cli.at_the_desk import Moment, Who, at_the_desk, moment, who
from bothsides.cli.lead_words import AsJson, facts_of, print_record
from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.desk.happenings import Happening

Lead = Annotated[str, Parameter(help="The lead's id, or at least four letters that it begins with.")]
Occurred = Annotated[str | None, Parameter(help="When it happened, such as 2026-04-01T09:00Z; now without it.")]

WAYS = ("out", "in")


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
    told = {"what": "touch", "lead": lead, "kind": kind, "direction": way, "automated": automated, "by": who(by)}
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
    reason: Annotated[str, Parameter(help="The coded reason of agreement/reasons.toml.")] = "",
    note: Annotated[str, Parameter(help="In your words.")] = "",
    occurred: Occurred = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """What sales says of a lead it was given. A rejected or recycled one goes back to marketing with the reason.

    Example:

    bothsides leads verdict 3f2a91 rejected --reason no_budget
    """
    told = {"what": "verdict", "lead": lead, "verdict": says, "reason": reason, "note": note, "by": who(by)}
    _record([told | {"at": occurred}], at, json, workspace)


def stage(
    lead: Lead,
    to: Annotated[str, Parameter(help="The stage it entered, such as opportunity or closed_won.")],
    *,
    reason: Annotated[str, Parameter(help="The coded reason of a win or loss.")] = "",
    objection: Annotated[
        tuple[str, ...], Parameter(help="A coded objection that came up; may be given again.", negative=())
    ] = (),
    amount: Annotated[float | None, Parameter(help="Value of the deal in the reporting currency.")] = None,
    occurred: Occurred = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Move a lead to a stage. Example:

    bothsides leads stage 3f2a91 closed_won --reason price --amount 12000
    """
    told = {"what": "stage", "lead": lead, "stage": to, "reason": reason, "objections": list(objection)}
    _record([told | {"amount": amount, "by": who(by), "at": occurred}], at, json, workspace)


def happened(
    file: Annotated[Path, Parameter(help="JSON lines, one happening each.")],
    *,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Write down many happenings, in the order of the file, all or none. What was told before changes nothing.

    Each line names what (touch, event, verdict, stage or reached), lead, and what the command of that name asks for;
    at is when it happened. Example:

    bothsides leads happened calls.jsonl

    {"what": "touch", "lead": "3f2a91", "kind": "call", "direction": "out", "id": "c17", "at": "2026-04-01T09:00Z"}
    """
    said: list[dict[str, Any]] = []
    wrong: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            told = json_text.loads(line)
        except json_text.JSONDecodeError as error:
            wrong.append(f"line {number}: not JSON: {error.msg}")
            continue
        if isinstance(told, dict):
            said.append({**told, "line": number})
        else:
            wrong.append(f'line {number}: must be an object such as {{"what": "touch", "lead": "3f2a91"}}')
    if wrong:
        raise ValueError(f"{file}: {'; '.join(wrong)}; nothing was written down")
    _record(said, at, json, workspace, many=True)


def _record(
    said: Sequence[Mapping[str, Any]], at: str | None, json: bool, workspace: Path, *, many: bool = False
) -> None:
    from bothsides.leads.desk.happenings import record
    from bothsides.leads.desk.listing import found

    with at_the_desk(workspace, at) as desk:
        with desk.writing() as book:
            currency = desk.workspace.settings.currency
            wrong: list[str] = []
            happenings: list[Happening] = []
            leads: dict[str, str] = {}
            for told in said:
                try:
                    name = str(told.get("lead") or "")
                    if name not in leads:
                        leads[name] = found(book, name).lead_id
                    happenings.append(_read(told, leads[name], desk.now, currency))
                except (ValueError, LookupError, ArithmeticError) as error:
                    where = f"line {told['line']}: " if "line" in told else ""
                    wrong.append(f"{where}{error.args[0] if error.args else error}")
            if wrong:
                raise ValueError("; ".join(wrong) + ("; nothing was written down" if many else ""))
            new = record(book, desk.agreed, happenings, now=desk.now, snapshot=facts_of(book))
        with desk.reading() as book:
            stand = [found(book, lead_id) for lead_id in dict.fromkeys(leads.values())]
    if json:
        from bothsides.cli.leads import lead_record

        print_record({"told": len(said), "new": new, "leads": [lead_record(lead) for lead in stand]})
        return
    console = screen()
    console.print(plain(f"{len(said):,} told, {new:,} new" if many or not new else "written down"))
    for lead in stand if not many else ():
        has = f"with {lead.owner}" if lead.owner else f"in {lead.queue or 'no queue'}"
        console.print(plain(f"{lead.lead_id[:8]} {lead.company or lead.name}: {lead.stage}, {has}, score {lead.score}"))


def _read(told: Mapping[str, Any], lead_id: str, now: int, currency: str) -> Happening:
    what = str(told.get("what"))
    reader = _READERS.get(what)
    if reader is None:
        raise ValueError(f"what = {what!r}: must be one of {', '.join(_READERS)}")
    return reader(told, lead_id, moment(str(told["at"])) if told.get("at") else now, currency)


def _allowed(name: str, value: object, allowed: Sequence[str]) -> Any:
    if value not in allowed:
        raise ValueError(f"{name} = {value!r}: must be one of {', '.join(allowed)}")
    return value


def _touch(told: Mapping[str, Any], lead_id: str, at: int, _: str) -> Happening:
    from bothsides.leads.desk.happenings import TOUCH_KINDS, Touched

    kind = _allowed("kind", told.get("kind", "call"), TOUCH_KINDS)
    way = _allowed("direction", told.get("direction", "out"), WAYS)
    return Touched(
        touch_id=str(told.get("id") or f"{lead_id}:{kind}:{way}:{at}"),
        lead_id=lead_id,
        kind=kind,
        direction=way,
        occurred_at=at,
        by=told.get("by"),
        automated=bool(told.get("automated")),
    )


def _event(told: Mapping[str, Any], lead_id: str, at: int, _: str) -> Happening:
    from bothsides.leads.desk.happenings import Did
    from bothsides.leads.intake.reading import read_event

    reasons: list[str] = []
    given = {"event": told.get("event"), "amount": told.get("amount", 1)}
    read = read_event(given, now=at, ahead=0, where="event", reasons=reasons)
    if read is None:
        raise ValueError("; ".join(reasons))
    return Did(lead_id=lead_id, event=read.event, occurred_at=at, amount=read.amount)


def _verdict(told: Mapping[str, Any], lead_id: str, at: int, _: str) -> Happening:
    from bothsides.leads.desk.happenings import VERDICTS, Judged

    return Judged(
        lead_id=lead_id,
        verdict=_allowed("verdict", told.get("verdict"), VERDICTS),
        reason=str(told.get("reason") or ""),
        by=who(told.get("by")),
        occurred_at=at,
        note=str(told.get("note") or ""),
    )


def _stage(told: Mapping[str, Any], lead_id: str, at: int, currency: str) -> Happening:
    from decimal import Decimal

    from bothsides.leads.desk.happenings import Moved
    from bothsides.schema import to_minor
    from bothsides.schema.stage import LeadStage

    amount = told.get("amount")
    return Moved(
        lead_id=lead_id,
        stage=LeadStage(_allowed("stage", told.get("stage"), list(LeadStage))),
        occurred_at=at,
        by=who(told.get("by")),
        reason=str(told.get("reason") or ""),
        objections=tuple(map(str, told.get("objections") or ())),
        amount=None if amount is None else to_minor(Decimal(str(amount)), currency),
    )


def _reached(told: Mapping[str, Any], lead_id: str, at: int, _: str) -> Happening:
    from bothsides.leads.desk.happenings import Reached

    reached = str(told.get("reached") or "")
    if not reached:
        raise ValueError("reached: missing; name what was reached, such as handed_over or first_listing")
    return Reached(
        subject=lead_id, what=reached, occurred_at=at, detail=str(told.get("detail") or ""), by=who(told.get("by"))
    )


_READERS: dict[str, Callable[[Mapping[str, Any], str, int, str], Happening]] = {
    "touch": _touch,
    "event": _event,
    "verdict": _verdict,
    "stage": _stage,
    "reached": _reached,
}
"""What can be told, by its word."""
