"""`bothsides sla`: what is owed to whom by when, what is near its time, and what was missed this month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter
from rich.console import Console

from bothsides.cli import next_steps
from bothsides.cli.at_the_desk import AsOf, at_the_desk, moment
from bothsides.cli.lead_show import BREACHED, OPEN_CLOCKS, clock_records, print_clocks, state_word
from bothsides.cli.lead_words import (
    AsJson,
    Reading,
    cut,
    hint,
    iso,
    one_of,
    print_record,
    reading,
    rough,
    show_table,
    when,
)
from bothsides.cli.lists import AtMost, check_names
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.sla_scorecard import COMMANDS as MONTH_COMMANDS
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.schema.working_time import WorkingTime

sla = App(name="sla", help_epilogue=next_steps.SLA)
for _name, (_place, _help) in MONTH_COMMANDS.items():
    sla.command(f"bothsides.cli.{_place}", name=_name, help=_help)

STATES = ("running", "paused", "at_risk", "breached", "met", "cancelled")


@sla.default
def clauses(*, at: AsOf = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """Clocks by clause: how many run, are past due without proof, were missed this month, and the share that was kept.

    Kept is met over met and missed, of clocks due this month up to now. Examples:

    bothsides sla

    bothsides sla clocks --owner priya.nair
    """
    with reading(workspace, at) as desk:
        first = month_start(desk.now, desk.zone)
        rows = _by_clause(desk, first)
    record = {"month_from": iso(first), "until": iso(desk.now), "clauses": rows}
    if json:
        print_record(record)
        return
    from bothsides.reports.numbers import percent

    console = screen()
    if not rows:
        console.print("No clock was started yet: leads that are given to somebody start them.")
        return
    numbers = ("running", "paused", "past due", "missed", "kept", "share")
    show_table(
        console,
        ("clause", "running", "paused", "past due", "missed", "kept", "share"),
        [
            (
                cut(one["clause"].replace("_", " "), 36),
                one["running"],
                one["paused"],
                one["at_risk"],
                one["breached"],
                one["met"],
                "" if one["attainment"] is None else percent(one["attainment"]),
            )
            for one in rows
        ],
        numbers=numbers,
    )
    since = when(first, desk.zone)[:10]
    listed = f"bothsides sla clocks{of_folder(workspace)}"
    hint(console, f"missed, kept, share: due from {since} to now ({desk.zone.key}). List them: {listed}")


@sla.command
def clocks(
    *,
    owner: Annotated[str | None, Parameter(help="Only those owed, or missed, by this member.")] = None,
    state: Annotated[
        str | None,
        Parameter(help="running, paused, at_risk (past due), breached, met or cancelled; without it those open."),
    ] = None,
    limit: AtMost = 50,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Clocks by their due time, what is owed first at the top.

    Example: bothsides sla clocks --owner priya.nair --state at_risk
    """
    tests, values = [], list[object]()
    if state is None:
        tests.append(f"status IN ({', '.join('?' * len(OPEN_CLOCKS))})")
        values += OPEN_CLOCKS
    else:
        # What is past due may stand as running until the desk goes round.
        stored = {"at_risk": ("at_risk", "running")}.get(one_of("--state", state, STATES), (state,))
        tests.append(f"status IN ({', '.join('?' * len(stored))})")
        values += stored
    missed = state == BREACHED
    if owner is not None and not missed:
        tests.append("owner = ?")
        values.append(owner)
    with reading(workspace, at) as desk:
        found = clock_records(desk, " AND ".join(tests), *values)
    if state is not None:
        found = [one for one in found if one["status"] == state]
    if owner is not None and missed:
        found = [one for one in found if one["missed_by"] == owner]
    if owner is not None and not found:
        with reading(workspace, at) as desk:
            check_names(desk, owner=owner)
    if json:
        print_record(found[:limit])
        return
    console = screen()
    if not found:
        console.print("No clock fits.")
        return
    who = ("missed by", "now with") if missed else ("owed by",)
    show_table(
        console,
        ("clock", "lead", "clause", *who, "state", "due", *(() if missed else ("left",))),
        [
            (
                one["clock_id"][:8],
                one["lead_id"][:8],
                cut(one["clause"].replace("_", " "), 20),
                *((cut(one["missed_by"], 14), cut(one["now_with"], 14)) if missed else (cut(one["owner"], 14),)),
                state_word(one),
                _shown(one["due_at"], desk.zone),
                *(() if missed else ("" if one["left_seconds"] is None else rough(one["left_seconds"]),)),
            )
            for one in found[:limit]
        ],
    )
    more = f"the first {limit} of {len(found):,}; --limit shows more. " if len(found) > limit else ""
    whole = f"bothsides sla show {found[0]['clock_id'][:8]}{of_folder(desk.workspace.folder)}"
    hint(console, f"{more}Times in {desk.zone.key}. One whole: {whole}")


@sla.command
def show(
    clock: Annotated[str, Parameter(help="The clock's id, or at least four letters that it begins with.")],
    *,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """One clock whole: the clause under which it began, how it stands, and its history.

    Example: bothsides sla show 3f2a91
    """
    import orjson

    from bothsides.logbook.in_words import in_words, is_routine

    with reading(workspace, at) as desk:
        record = _one_clock(desk, clock)
        (state,) = desk.book.all("SELECT state FROM clocks WHERE clock_id = ?", record["clock_id"])[0]
        told = orjson.loads(state)
        lines = [
            line
            for line in desk.book.history(record["lead_id"])
            if line.data.get("clock") == record["clock_id"] and not is_routine(line)
        ]
        history = [
            {"at": iso(line.at), "kind": line.kind.value, "says": in_words(line, lambda at: when(at, desk.zone))}
            for line in lines
        ]
    record |= {
        "policy": told["policy"],
        "policy_version": told["policy_version"],
        "allowed_seconds": told["allowed_seconds"],
        "held_seconds": told.get("held_seconds", 0),
        "done_at": iso(told.get("done_at")),
        "breached_at": iso(told.get("breached_at")),
        "reversed_at": iso(told.get("reversed_at")),
        "history": history,
    }
    if json:
        print_record(record)
        return
    console = screen()
    console.print(plain(f"{record['clause'].replace('_', ' ')}, clock {record['clock_id']}", style="bold"))
    console.print(plain(f"of lead {record['lead_id']}, by policy {record['policy']} ({record['policy_version']})"))
    print_clocks(console, desk, [record])
    console.print(plain(f"allowed {rough(record['allowed_seconds'])} of the clause's hours"))
    console.print()
    told = [(_shown(one["at"], desk.zone), one["says"]) for one in record["history"]]
    show_table(console, ("when", "what"), told, wrapped=("what",))
    hint(console, f"Times in {desk.zone.key}.")


@sla.command
def calendar(
    name: Annotated[str, Parameter(help="A calendar of agreement/calendar.toml, or a member with leave.")],
    *,
    at: Annotated[str | None, Parameter(help="From when, such as 2026-04-01T16:00+01:00; now without it.")] = None,
    hours: Annotated[float, Parameter(help="Working hours to count.")] = 8.0,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """When so many working hours are over, with the stretches that were counted: what a clause's due time rests on.

    Example:

    bothsides sla calendar office --at 2026-04-02T16:00+01:00 --hours 8
    """
    if not 0 < hours <= 10_000:
        raise ValueError(f"--hours {hours:g}: must be above 0 and at most 10000")
    with at_the_desk(workspace, at) as desk:
        open_hours = desk.agreed.calendars[one_of("calendar", name, list(desk.agreed.calendars))]
        start = moment(at)
        due = open_hours.deadline(start, round(hours * 3600))
        blocks = counted_blocks(open_hours, start, round(hours * 3600))
        zone = ZoneInfo(open_hours.calendar.zone)
    record = {
        "calendar": name,
        "zone": zone.key,
        "from": iso(start),
        "hours": hours,
        "deadline": iso(due),
        "blocks": [{"from": iso(begin), "until": iso(end), "seconds": end - begin} for begin, end in blocks],
    }
    if json:
        print_record(record)
        return
    _print_blocks(screen(), record, blocks, zone, due)


def counted_blocks(hours: WorkingTime, start: int, seconds: int) -> list[tuple[int, int]]:
    """The open stretches from the start on that add up to so many seconds."""
    found = []
    at, left = start, seconds
    while left > 0:
        begin = hours.next_open(at)
        end = _closes(hours, begin, left)
        found.append((begin, end))
        left -= end - begin
        at = end
    return found


def month_start(now: int, zone: ZoneInfo) -> int:
    """When the month of the moment began in the zone.

    >>> month_start(1774947600, ZoneInfo("Europe/London"))
    1772323200
    """
    local = datetime.fromtimestamp(now, zone)
    return int(local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp())


def _closes(hours: WorkingTime, begin: int, most: int) -> int:
    """The end of the open stretch that begins there, at most so many seconds later."""
    low, high = begin, begin + most
    if hours.elapsed(begin, high) == most:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if hours.elapsed(begin, middle) == middle - begin else (low, middle)
    return low


def _print_blocks(
    console: Console, record: dict[str, Any], blocks: Sequence[tuple[int, int]], zone: ZoneInfo, due: int
) -> None:
    hours = f"{record['hours']:g}"
    told = "1 hour" if hours == "1" else f"{hours} hours"
    over = f"{told} of {record['calendar']} {'is' if hours == '1' else 'are'} over at {when(due, zone)}"
    console.print(plain(over, style="bold"))
    total = 0
    rows = []
    for begin, end in blocks:
        total += end - begin
        day = datetime.fromtimestamp(begin, zone).strftime("%a")
        rows.append((f"{day} {when(begin, zone)}", when(end, zone), rough(end - begin), rough(total)))
    show_table(console, ("from", "until", "counts", "together"), rows, numbers=("counts", "together"))
    hint(console, f"Times in {zone.key}, the calendar's own.")


def _by_clause(desk: Reading, first: int) -> list[dict[str, Any]]:
    # What ran when the desk last went round is past due all the same once its time is over.
    rows = desk.book.all(
        "SELECT clause, kind, CASE WHEN status = 'running' AND due_at <= ? THEN 'at_risk' ELSE status END AS stands,"
        " count(*), sum(CASE WHEN due_at >= ? AND due_at <= ? THEN 1 ELSE 0 END)"
        " FROM clocks GROUP BY clause, kind, stands ORDER BY clause",
        desk.now,
        first,
        desk.now,
    )
    found: dict[str, dict[str, Any]] = {}
    for clause, kind, status, count, of_month in rows:
        one = found.setdefault(clause, {"clause": clause, "waits_for": kind, **dict.fromkeys(STATES, 0)})
        # What is open is counted whenever it is due, what is over only in its month.
        one[status] += count if status in OPEN_CLOCKS else int(of_month)
    for one in found.values():
        over = one["met"] + one["breached"]
        one["attainment"] = one["met"] / over if over else None
    return list(found.values())


def _one_clock(desk: Reading, said: str) -> dict[str, Any]:
    found = clock_records(desk, "clock_id >= ? AND clock_id < ?", said, said + "g") if len(said) >= 4 else []
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(one["clock_id"] for one in found[:6])
        raise LookupError(f"clock {said!r} is not one clock: {names} begin so")
    raise LookupError(f"no clock {said!r}; bothsides sla clocks lists those that run (give at least 4 letters)")


def _shown(text: str | None, zone: ZoneInfo) -> str:
    return "" if text is None else when(int(datetime.fromisoformat(text).timestamp()), zone)
