"""`bothsides leads override | lift | agenda | decide`: what a person decides, and what waits for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import orjson
from cyclopts import Parameter

from bothsides.cli.at_the_desk import (
    AsOf,
    Moment,
    Who,
    at_the_desk,
    moment,
    not_before_it_came,
    not_before_it_opened,
    who,
)
from bothsides.cli.lead_words import (
    AsJson,
    Lead,
    Why,
    cut,
    facts_of,
    hint,
    iso,
    one_of,
    print_record,
    reading,
    when,
    zone_of,
)
from bothsides.cli.lists import AtMost
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.desk.standing import LeadNow
    from bothsides.logbook import Book


def override(
    lead: Lead,
    band: Annotated[str, Parameter(help="sales, self_serve or nurture.")],
    *,
    why: Why,
    until: Annotated[
        str, Parameter(help="The first moment at which the scorecard counts again, such as 2026-05-01T09:00.")
    ],
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Set a lead's band beside the scorecard's. The scorecard goes on, and counts again when the time is over.

    A lead that nobody has goes where its new band goes; one that has an owner stays with them. Example:

    bothsides leads override 3f2a91 sales --why "met at the fair" --until 2026-05-01
    """
    from bothsides.leads.desk.listing import meant
    from bothsides.leads.desk.overriding import override as setting
    from bothsides.leads.score import Band

    chosen, ends = Band(one_of("band", band, list(Band))), moment(until, "--until")
    with at_the_desk(workspace, at) as desk:

        def overridden(book: Book) -> LeadNow:
            lead_id, facts = meant(book, lead).lead_id, facts_of(book)
            not_before_it_came(book, desk.now, lead_id)
            user, now = who(by), desk.now
            return setting(book, desk.agreed, lead_id, chosen, who=user, why=why, until=ends, now=now, snapshot=facts)

        stands = desk.kept(overridden)
        said = f"{chosen} until {when(ends, zone_of(desk))} ({zone_of(desk).key})"
    _print(stands, said, json)


def lift(
    lead: Lead,
    *,
    why: Why,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """End an override before its time. Example:

    bothsides leads lift 3f2a91 --why "was a student after all"
    """
    from bothsides.leads.desk.listing import meant
    from bothsides.leads.desk.overriding import lift as ending

    with at_the_desk(workspace, at) as desk:

        def lifted(book: Book) -> LeadNow:
            lead_id = meant(book, lead).lead_id
            not_before_it_came(book, desk.now, lead_id)
            return ending(book, desk.agreed, lead_id, who=who(by), why=why, now=desk.now, snapshot=facts_of(book))

        stands = desk.kept(lifted)
    _print(stands, f"{stands.band}, by the scorecard", json)


def agenda(
    *,
    kind: Annotated[str | None, Parameter(help="Only items of this kind, such as identity_review.")] = None,
    limit: AtMost = 50,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """What waits for a person, what is due first at the top. Example:

    bothsides leads agenda --kind identity_review
    """
    with reading(workspace, at) as desk:
        test, values = ("", []) if kind is None else (" AND kind = ?", [kind])
        rows = desk.book.all(
            "SELECT item_id, kind, subject, opened_at, due_at, owner, data FROM agenda WHERE state = 'open'"
            f"{test} ORDER BY coalesce(due_at, {2**60}), opened_at, item_id LIMIT ?",
            *values,
            limit,
        )
        zone = desk.zone
    items = [_item(row) for row in rows]
    if json:
        print_record(items)
        return
    console = screen()
    if not items:
        console.print("Nothing waits for a person.")
        return
    for item, row in zip(items, rows, strict=True):
        due = f", due {due_words(row[4], zone)}" if row[4] is not None else ""
        console.print(plain(f"{item['item']}", style="bold"))
        console.print(
            plain(f"  {item['kind'].replace('_', ' ')}: {cut(item['says'], 70)}, since {when(row[3], zone)}{due}")
        )
    answer = f"bothsides leads decide ITEM DECISION{of_folder(workspace)} --why ..."
    hint(console, f"Answer one: {answer} (identity reviews side by side: merge)")


def decide(
    item: Annotated[
        str, Parameter(help="The item, as bothsides leads agenda names it; its beginning where only one begins so.")
    ],
    decision: Annotated[
        str,
        Parameter(
            help="yes or no for a review; used, waived or decided for what teams owe; mended or known for what stands "
            "before the operator, such as a parked_timer."
        ),
    ],
    *,
    why: Why,
    party: Annotated[str | None, Parameter(help="Which of several: the id of the lead or account.")] = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Answer one item of the agenda: who, what and why are kept, and what follows from it is done. Example:

    bothsides leads decide 'review:3f2a...:same person?' yes --why "same telephone, she confirmed"
    """
    from bothsides.leads.desk.reviewing import REVIEW, answer, closing
    from bothsides.leads.review.agenda import KINDS
    from bothsides.leads.review.agenda import decide as deciding

    with at_the_desk(workspace, at) as desk:

        def decided(book: Book) -> tuple[str, str | None]:
            named = _waiting_item(book, item)
            row = book.one("SELECT kind, subject, state, opened_at FROM agenda WHERE item_id = ?", named)
            if row is None or row[2] != "open":
                said = f"was decided already: {row[2]}" if row else "is not on the agenda"
                raise LookupError(f"{item!r} {said}; bothsides leads agenda lists what waits")
            not_before_it_opened(desk.now, row[3])
            if row[0] == REVIEW:
                merge = answer(book, desk.agreed, named, decision, who=who(by), why=why, now=desk.now, party=party)
                return named, merge
            if row[0] in KINDS:
                # Meetings, escalations and consequences have their own states; sla decide takes their proposals too.
                book.post([deciding(book, named, words=why, by=who(by), now=desk.now, state=decision)], now=desk.now)
            else:
                one_of(f"a {row[0]} is", decision, ANSWERS)
                book.post([closing(named, row[1], decision, who=who(by), why=why, now=desk.now)], now=desk.now)
            return named, None

        named, merge = desk.kept(decided)
    if json:
        print_record({"item": named, "decision": decision, "who": who(by), "why": why, "merge": merge})
        return
    console = screen()
    console.print(plain(f"{decision}: {why}"))
    if merge is not None:
        hint(console, f"To take the merge back: bothsides merge undo {merge}{of_folder(workspace)} --why ...")


def _waiting_item(book: Book, said: str) -> str:
    """The item of that name, or the only one that waits whose name begins so. Raises LookupError where several do."""
    if not said or book.one("SELECT 1 FROM agenda WHERE item_id = ?", said) is not None:
        return said
    waiting = book.all("SELECT item_id FROM agenda WHERE state = 'open' ORDER BY item_id")
    items = [item for (item,) in waiting if item.startswith(said)]
    if len(items) > 1:
        raise LookupError(f"{said!r}: several items begin so: {', '.join(items[:6])}")
    return items[0] if items else said


ANSWERS = ("mended", "known")
"""What the operator says of what was put before them: what kept it from being done is mended, or is known and stays."""


_SAYS = ("question", "said", "why", "in_words", "words")
"""Under which of these an item says in a sentence what it is about: the kinds name it differently."""


def due_words(due: int, zone: ZoneInfo) -> str:
    """By when, as people say it: what is due at midnight is due by the end of the day before.

    >>> london = ZoneInfo("Europe/London")
    >>> due_words(1774998000, london), due_words(1774947600, london)
    ('by the end of 2026-03-31', '2026-03-31 10:00')
    """
    told = when(due, zone)
    return f"by the end of {when(due - 1, zone)[:10]}" if told.endswith("00:00") else told


def _item(row: tuple[Any, ...]) -> dict[str, Any]:
    item, kind, subject, opened, due, owner, data = row
    content = orjson.loads(data)
    says = next((content[name] for name in _SAYS if content.get(name)), subject)
    return {
        "item": item,
        "kind": kind,
        "subject": subject,
        "says": str(says),
        "owner": owner,
        "opened_at": iso(opened),
        "due_at": iso(due),
        "content": content,
    }


def _print(lead: LeadNow, said: str, json: bool) -> None:
    band = None if lead.band is None else lead.band.value
    earned = None if lead.earned is None else lead.earned.value
    if json:
        print_record(
            {
                "lead_id": lead.lead_id,
                "band": band,
                "by_the_card": earned,
                "owner": lead.owner,
                "queue": lead.queue,
                "stage": lead.stage.value,
                "until": None if lead.override is None else iso(lead.override.until),
            }
        )
        return
    has = f"with {lead.owner}" if lead.owner else f"in {lead.queue or 'no queue'}"
    screen().print(plain(f"{lead.lead_id[:8]} is {said}; {lead.stage}, {has}; by points {earned}"))
