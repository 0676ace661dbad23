"""`bothsides hygiene`: how clean the records are by team, what to fix, and fixes made and taken back."""

from __future__ import annotations

import json as json_text
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from bothsides.cli import next_steps
from bothsides.cli.at_the_desk import AsOf, Moment, OpenDesk, Who, at_the_desk, moment, not_before_it_was_made, who
from bothsides.cli.hygiene_words import (
    audit_record,
    change_record,
    crm_record,
    fix_record,
    kept_record,
    print_audit,
    print_crm,
    print_fixes,
    print_made,
    print_offered,
    print_weeks,
    refusal_record,
)
from bothsides.cli.lead_words import facts_of
from bothsides.cli.places import WorkspaceFolder, of_folder, published
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.hygiene import Change, Fix
    from bothsides.leads.upkeep.crm import TableAudit
    from bothsides.leads.upkeep.enrichment import Offered
    from bothsides.leads.upkeep.fixes import Made
    from bothsides.logbook import Book

AsJson = Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")]
Team = Annotated[str | None, Parameter(help="Only this team's records.")]

hygiene = App(name="hygiene", help_epilogue=next_steps.HYGIENE)


@hygiene.default
def scores(
    *,
    crm: Annotated[
        bool, Parameter(negative=(), help="The CRM's accounts, contacts, deals and campaigns in the warehouse instead.")
    ] = False,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """How clean the desk's records are: a score for each team from 0 to 100 and what is wrong.

    Beside it stands what became of last week's list. Nothing is written. Examples:

    bothsides hygiene

    bothsides hygiene --crm --json
    """
    from bothsides.leads.upkeep.auditing import audited, since_last_week

    if crm:
        tables = _crm(workspace, at)
        _print([crm_record(one) for one in tables]) if json else print_crm(screen(), tables)
        return
    with at_the_desk(workspace, at, as_it_stands=True) as desk, desk.reading() as book:
        found = audited(book, desk.agreed, now=desk.now).audit
        against = since_last_week(book, found, at=desk.now)
    _print(audit_record(found, against)) if json else print_audit(screen(), found, against, of_folder(workspace))


@hygiene.command
def fixes(
    *,
    team: Team = None,
    only_safe: Annotated[bool, Parameter(name="--safe", negative=(), help="Only those that need just a yes.")] = False,
    at: AsOf = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """What to fix: record, field, before, after, why and who.

    Nothing is changed. Examples:

    bothsides hygiene fixes --safe

    bothsides hygiene fixes --team uk --json
    """
    with at_the_desk(workspace, at, as_it_stands=True) as desk, desk.reading() as book:
        listed = _fixes(book, desk, team=team)
    chosen = _safe(listed) if only_safe else listed
    if json:
        _print([fix_record(fix) for fix in chosen])
    else:
        print_fixes(screen(), chosen, safe=len(_safe(listed)), where=of_folder(workspace))


@hygiene.command
def apply(
    *names: Annotated[str, Parameter(help="Fixes, by name or its beginning; also merges of duplicates.")],
    all_safe: Annotated[bool, Parameter(negative=(), help="Every fix that needs just a yes; never a merge.")] = False,
    team: Team = None,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Make fixes, each with a key that takes it back.

    The leads are scored anew by the next tick. Examples:

    bothsides hygiene apply 3f2a91 b07c

    bothsides hygiene apply --all-safe --team uk
    """
    from bothsides.leads.upkeep.fixes import make, named

    if bool(names) is all_safe:
        raise ValueError("name the fixes to make, or say --all-safe; bothsides hygiene fixes lists them")
    with at_the_desk(workspace, at, as_it_stands=True) as desk:

        def fixed(book: Book) -> Made:
            listed = _fixes(book, desk, team=team)
            chosen = _safe(listed) if all_safe else named(listed, names)
            return make(book, desk.agreed, chosen, who=who(by), now=desk.now)

        made = desk.kept(fixed)
    if json:
        _print({
            "keys": list(made.keys),
            "changes": [change_record(change) for change in made.changes],
            "merged": [{"kept": lead, "key": key} for lead, key in made.merged],
            "refused": [refusal_record(one) for one in made.refused],
        })  # fmt: skip
    else:
        print_made(screen(), made, of_folder(workspace))


@hygiene.command
def undo(
    key: Annotated[str, Parameter(help="The key that the fix got when it was made.")],
    *,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Take a fix back: the value is put back exactly, merged leads are parted.

    Refused where somebody has changed the value since. Example:

    bothsides hygiene undo fix:5d1e20c7aa
    """
    from bothsides.leads.upkeep.fixes import take_back

    with at_the_desk(workspace, at) as desk:

        def undone(book: Book) -> Change | None:
            not_before_it_was_made(book, desk.now, key)
            return take_back(book, desk.agreed, key, who=who(by), now=desk.now, snapshot=facts_of(book))

        change = desk.kept(undone)
    if json:
        _print({"key": key, "change": None if change is None else change_record(change)})
    elif change is None:
        screen().print(plain(f"{key}: the two leads are apart again, as they stood"))
    else:
        screen().print(plain(f"{key}: {change.field} of {change.record_id} is {change.after!r} again"))


@hygiene.command
def weeks(
    *,
    keep: Annotated[bool, Parameter(negative=(), help="Make this week's audit and keep it, unless it was.")] = False,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """The weekly audits: each team's score week by week.

    Example: bothsides hygiene weeks --keep
    """
    from bothsides.leads.upkeep.auditing import weekly
    from bothsides.leads.upkeep.auditing import weeks as kept_weeks

    with at_the_desk(workspace, at, as_it_stands=keep) as desk, desk.writing() as book:
        if keep:
            weekly(book, desk.agreed, now=desk.now)
        kept = kept_weeks(book)
    _print([kept_record(one) for one in kept]) if json else print_weeks(screen(), kept, of_folder(workspace))


@hygiene.command
def enrich(
    file: Annotated[Path, Parameter(help="CSV or JSON lines with lead_id or email, then fields; known_at if it says.")],
    *,
    source: Annotated[str, Parameter(help="Whose data it is: a provider of agreement/hygiene.toml.")],
    known_at: Annotated[str | None, Parameter(help="From when the data is, where the rows do not say.")] = None,
    write: Annotated[bool, Parameter(name="--apply", negative=(), help="Write what is shown without it.")] = False,
    by: Who = None,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """Fill blanks from bought data, as the teams agreed field by field.

    What a person entered is never overwritten; where the two differ the conflict is shown. Examples:

    bothsides hygiene enrich zoominfo.csv --source zoominfo

    bothsides hygiene enrich zoominfo.csv --source zoominfo --apply
    """
    from bothsides.leads.upkeep.bought import read_bought
    from bothsides.leads.upkeep.enrichment import offered
    from bothsides.leads.upkeep.fixes import make

    bought = read_bought(file)
    with at_the_desk(workspace, at, as_it_stands=True) as desk:
        since = desk.now if known_at is None else moment(known_at, "--known-at")

        def fills(book: Book) -> tuple[Offered, Made | None]:
            found = offered(book, desk.agreed, bought.rows, source, now=desk.now, known_at=since)
            if not write:
                return found, None
            return found, make(book, desk.agreed, found.enriched.fixes, who=who(by), now=desk.now, provider=source)

        found, made = desk.kept(fills)
    if json:
        _print({
            "rows": found.rows,
            "lines_of_nobody": list(found.nobody),
            "lines": asdict(bought.lines),
            "set_aside": [
                {"line": one.line, "lines": one.lines, "reason": one.reason, "detail": one.detail}
                for one in bought.aside
            ],
            "fills": [fix_record(fix) for fix in found.enriched.fixes],
            "conflicts": [
                {"record": one.record_id, "field": one.field, "kept": one.kept, "entered_by": one.entered_by,
                 "offered": one.offered, "provider": one.provider}
                for one in found.enriched.conflicts
            ],
            "left_out": [{"record": o.record_id, "field": o.field, "why": why} for o, why in found.enriched.left_out],
            "keys": [] if made is None else list(made.keys),
        })  # fmt: skip
    else:
        print_offered(screen(), found, made, bought)


def _fixes(book: Book, desk: OpenDesk, *, team: str | None) -> list[Fix]:
    from bothsides.leads.hygiene.checks import team_of
    from bothsides.leads.upkeep.auditing import audited

    found = audited(book, desk.agreed, now=desk.now)
    if team is None:
        return list(found.audit.fixes)
    teams = {one.team for one in found.audit.teams}
    if team not in teams:
        raise ValueError(f"--team {team!r}: there are {', '.join(sorted(teams)) or 'no teams with records'}")
    return [fix for fix in found.audit.fixes if team_of(found.ready, found.leads[fix.record_id].record) == team]


def _safe(of: list[Fix]) -> list[Fix]:
    from bothsides.leads.upkeep.fixes import safe

    return safe(of)


def _crm(folder: Path, at: str | None) -> tuple[TableAudit, ...]:
    from bothsides.leads.upkeep.crm import crm_audits
    from bothsides.leads.upkeep.crm_agreed import crm_policies
    from bothsides.warehouse import DuckDB, open_reader
    from bothsides.workspace import Workspace

    opened = Workspace.open(folder)
    policy, matching, roster = crm_policies(opened)
    con = open_reader(published(opened))
    try:
        return crm_audits(DuckDB(con), policy, matching, roster=roster, now=moment(at))
    finally:
        con.close()


def _print(record: object) -> None:
    print(json_text.dumps(record, indent=2, ensure_ascii=False, default=str))
