"""`bothsides route`: whose turn it is, who is away, what waits, why a lead went where it went, where one would go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console

from bothsides.cli import next_steps
from bothsides.cli.at_the_desk import AsOf, Moment, OpenDesk, Who, at_the_desk, moment, who
from bothsides.cli.lead_words import (
    AsJson,
    Lead,
    cut,
    hint,
    iso,
    one_of,
    print_record,
    reading,
    rough,
    show_table,
    when,
    zone_of,
)
from bothsides.cli.lengths import in_words
from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.route import Decision, RoutingState
    from bothsides.leads.route.compiled import CompiledPool
    from bothsides.logbook import Book

Member = Annotated[str, Parameter(help="A member's id, as agreement/routing.toml names it.")]

route = App(name="route", help_epilogue=next_steps.ROUTE)


@route.default
def pools(*, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """Pools with their members' turns, loads and caps and who is away till when; queues with what waits. Examples:

    bothsides route

    bothsides route try --side buyer --field deal_size=60000
    """
    from bothsides.leads.desk.absences import BACK
    from bothsides.leads.desk.turns import read_turns

    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        with desk.reading() as book:
            turns = read_turns(book, desk.agreed, desk.now)
            queues = _queues(book, desk.now)
            returns = dict(book.all("SELECT subject, due_at FROM timers WHERE purpose = ?", BACK))
        records = [_pool_record(desk, name, turns, returns) for name in desk.agreed.routing.pools]
        zone = zone_of(desk)
    if json:
        print_record({"pools": records, "queues": queues})
        return
    console = screen()
    for pool in records:
        console.print(plain(f"{pool['pool']}, waits in queue {pool['queue']}", style="bold"))
        show_table(
            console,
            ("  member", "weight", "next", "open", "cap", "today", "cap a day", "now"),
            [
                (
                    f"  {cut(one['member'], 24)}",
                    one["weight"],
                    "" if one["turns_ahead"] is None else f"{one['turns_ahead']:+.1f}",
                    one["open"],
                    one["open_cap"] or "",
                    one["today"],
                    one["day_cap"] or "",
                    cut(_state(one, zone), 30),
                )
                for one in pool["members"]
            ],
            numbers=("weight", "next", "open", "cap", "today", "cap a day"),
        )
    _print_queues(console, queues)
    hint(
        console,
        f"next: turns ahead of the pool's mean or behind; the lowest is next. Times in {zone.key}.",
    )


@route.command
def explain(lead: Lead, *, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """Why a lead went where it went: every rule that it did not pass, who had no turn and why.

    Example: bothsides route explain 3f2a91
    """
    from bothsides.cli.lead_show import route_record
    from bothsides.leads.desk.listing import meant

    with reading(workspace, at) as desk:
        lead_id = meant(desk.book, lead).lead_id
        record = route_record(desk, desk.book.history(lead_id))
    if record is None:
        raise LookupError(f"lead {lead_id} was not routed yet; bothsides leads show {lead_id[:8]} says where it is")
    if json:
        print_record({"lead_id": lead_id, **record})
        return
    console = screen()
    console.print(plain(record["says"], style="bold"))
    for step in record["trace"]:
        console.print(plain(f"  {cut(step, 96)}"))


@route.command(name="try")
def attempt(
    *,
    side: Annotated[str, Parameter(help="buyer or supplier.")],
    band: Annotated[
        str | None, Parameter(help="sales, self_serve or nurture; taken as sales without it: no card is asked.")
    ] = None,
    deal_size: Annotated[
        float | None, Parameter(help="Expected yearly value in the reporting currency, such as 80000.50.")
    ] = None,
    country: Annotated[str | None, Parameter(help="Two letters, such as GB.")] = None,
    segment: Annotated[str | None, Parameter(help="Such as enterprise.")] = None,
    source: Annotated[str | None, Parameter(help="Such as partner.")] = None,
    field: Annotated[
        tuple[str, ...], Parameter(help="Any other field as name=value; may be given again.", negative=())
    ] = (),
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Where such a lead would go now; nothing is written.

    Example: bothsides route try --side buyer --deal-size 60000 --country DE
    """
    from bothsides.leads.desk.turns import read_turns
    from bothsides.leads.route import route as routing
    from bothsides.leads.score import Band
    from bothsides.schema import Side

    stands = Band.SALES if band is None else Band(one_of("--band", band, list(Band)))
    fields: dict[str, object] = {"side": one_of("--side", side, list(Side)), "band": stands.value}
    given = {"deal_size": deal_size, "country": country, "segment": segment, "source": source}
    fields |= {name: value for name, value in given.items() if value is not None} | dict(map(_field, field))
    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        with desk.reading() as book:
            turns = read_turns(book, desk.agreed, desk.now)
        decision = routing(desk.agreed.routing, fields, "0" * 32, turns, desk.now)
        record = _decision_record(decision, fields, desk.now)
    if json:
        print_record({**record, "band_taken": band is None})
        return
    console = screen()
    console.print(plain(record["says"], style="bold"))
    if band is None:
        console.print("  The band is taken as sales, whatever a card would say; --band names another.")
    for step in record["trace"]:
        console.print(plain(f"  {cut(step, 96)}"))
    hint(console, "Nothing was written. A real lead may be one of those given at random.")


@route.command
def absent(
    member: Member,
    *,
    until: Annotated[str | None, Parameter(help="When the member is back; until told otherwise without it.")] = None,
    why: Annotated[str, Parameter(help="The reason, such as ill.", validator=in_words)] = "",
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Report a member away: no turns until they are back. Planned leave belongs into agreement/calendar.toml.

    Example: bothsides route absent tom.hadley --until 2026-04-03T09:00 --why ill
    """
    ends = None if until is None else moment(until, "--until")
    _report(member, workspace, at, json, by, why, absent=True, until=ends)


@route.command
def back(
    member: Member,
    *,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Report a member back: turns come again, without a flood of those that were missed.

    Example: bothsides route back tom.hadley
    """
    _report(member, workspace, at, json, by, "", absent=False, until=None)


def _report(
    member: str,
    workspace: Path,
    at: str | None,
    json: bool,
    by: str | None,
    why: str,
    *,
    absent: bool,
    until: int | None,
) -> None:
    from bothsides.leads.desk.absences import report

    with at_the_desk(workspace, at) as desk:
        one_of("member", member, sorted(desk.agreed.routing.members))
        new = desk.kept(
            lambda book: report(book, member, absent=absent, until=until, who=who(by), why=why, now=desk.now)
        )
        zone = zone_of(desk)
    if json:
        print_record({"member": member, "absent": absent, "until": iso(until), "new": new})
        return
    ends = f" until {when(until, zone)} ({zone.key})" if until is not None else ""
    said = f"away{ends}" if absent else "back"
    screen().print(plain(f"{member} is {said}" + ("" if new else ", as was known")))


def _pool_record(desk: OpenDesk, name: str, turns: RoutingState, returns: dict[str, int]) -> dict[str, Any]:
    pool = desk.agreed.routing.pools[name]
    places = turns.places.get(name, {})
    pointers = {
        seat.id: place.pointer
        for seat in pool.seats
        if (place := places.get(seat.id)) is not None and place.pointer is not None
    }
    taking = [seat for seat in pool.seats if seat.id in pointers]
    weights = sum(seat.weight for seat in taking)
    mean = sum(seat.weight * pointers[seat.id] for seat in taking) / weights if weights else 0
    return {
        "pool": name,
        "queue": pool.queue,
        "members": [
            {
                "member": seat.id,
                "weight": seat.weight,
                "turns_ahead": round((pointers[seat.id] - mean) / seat.step, 2) if seat.id in pointers else None,
                **_load(desk, seat.id, pool, turns, returns.get(seat.id)),
            }
            for seat in pool.seats
        ],
    }


def _load(
    desk: OpenDesk, member_id: str, pool: CompiledPool, turns: RoutingState, returns: int | None
) -> dict[str, Any]:
    """What the member has, and whether the pool could give a lead to them now; `returns` is when an absence ends."""
    from bothsides.leads.route import Load
    from bothsides.leads.route.seats import ABSENT, OFF_HOURS, away, full
    from bothsides.schema.working_time import NeverOpenError

    routing, now = desk.agreed.routing, desk.now
    member, load = routing.members[member_id], turns.loads.get(member_id, Load())
    today = routing.days.start(now)
    back = None
    if not member.start <= now < member.end:
        state = "not active"
    elif (why := away(member, load, pool, now)) is not None:
        state = why
        if why == ABSENT:
            back = returns
        elif why == OFF_HOURS and member.hours is not None:
            try:
                back = member.hours.next_open(now)
            except NeverOpenError:
                back = None
    else:
        state = full(member, load, today, now) or "free"
    return {
        "open": load.open,
        "open_cap": member.open_cap,
        "today": load.today if load.day == today else 0,
        "day_cap": member.day_cap,
        "state": state,
        "back_at": iso(back),
    }


def _state(one: dict[str, Any], zone: Any) -> str:
    from datetime import datetime

    if one["back_at"] is None:
        return str(one["state"])
    at = int(datetime.fromisoformat(one["back_at"]).timestamp())
    return f"{'absent, back' if one['state'] == 'absent' else 'off, opens'} {when(at, zone)}"


def _queues(book: Book, now: int) -> list[dict[str, Any]]:
    """Every queue with how many wait and how long ago the oldest came in, or came back, longest first."""
    rows = book.all(
        "SELECT queue, count(*), min(coalesce(recycled_at, created_at)) FROM leads WHERE queue IS NOT NULL"
        " AND is_open = 1 AND merged_into IS NULL AND owner IS NULL GROUP BY queue ORDER BY 3, queue"
    )
    return [
        {"queue": queue, "leads": leads, "oldest_at": iso(oldest), "oldest_seconds": now - oldest}
        for queue, leads, oldest in rows
    ]


def _print_queues(console: Console, queues: list[dict[str, Any]]) -> None:
    console.print()
    if not queues:
        console.print("Nothing waits in a queue.")
        return
    show_table(
        console,
        ("queue", "leads", "the oldest, since it came in"),
        [(cut(one["queue"], 40), one["leads"], rough(one["oldest_seconds"])) for one in queues],
        numbers=("leads", "the oldest, since it came in"),
    )


def _decision_record(decision: Decision, fields: dict[str, object], now: int) -> dict[str, Any]:
    to = decision.owner or decision.queue or decision.to.value.replace("_", " ")
    rule = f" by rule '{decision.rule}'" if decision.rule else ""
    known = f", who is its {decision.known_by}" if decision.known_by else ""
    turn = f", a turn of pool {decision.pool} among {decision.candidates}" if decision.candidates else ""
    return {
        "at": iso(now),
        "fields": fields,
        "to": decision.to.value,
        "owner": decision.owner,
        "queue": decision.queue,
        "pool": decision.pool,
        "rule": decision.rule,
        "known_by": decision.known_by,
        "candidates": decision.candidates,
        "says": f"to {to}{known}{rule}{turn}",
        "trace": list(decision.why()),
    }


def _field(word: str) -> tuple[str, object]:
    from bothsides.leads.intake.reading_files import as_value

    name, sign, value = word.partition("=")
    if not sign or not name:
        raise ValueError(f"--field {word!r}: must be name=value, such as account_owner=tom.hadley")
    return name, as_value(value)
