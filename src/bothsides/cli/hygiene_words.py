"""Audits, fixes and bought data as tables and as records."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from bothsides.cli.lead_words import iso
from bothsides.cli.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from bothsides.leads.hygiene import Audit, Change, Fix, Progress, Refused
    from bothsides.leads.upkeep.auditing import Week
    from bothsides.leads.upkeep.bought import Bought
    from bothsides.leads.upkeep.crm import TableAudit
    from bothsides.leads.upkeep.enrichment import Offered
    from bothsides.leads.upkeep.fixes import Made

SHOWN = 40
"""Lines of a list; `--json` has all of them."""


def audit_record(found: Audit, against: tuple[str, Progress] | None) -> dict[str, Any]:
    """An audit for scripts."""
    return {
        "at": iso(found.at),
        "records": found.records,
        "teams": [
            {
                "team": team.team,
                "score": team.score,
                "records": team.records,
                "faulty": team.faulty,
                "faults": dict(team.faults),
            }
            for team in found.teams
        ],
        "faults": [
            {"record": f.record_id, "check": f.check, "field": f.field, "says": f.says, "who": f.fix.who}
            for f in found.faults
        ],
        "not_checked": list(found.not_checked),
        "since": None if against is None else _progress(*against),
    }


def kept_record(week: Week) -> dict[str, Any]:
    """A week's audit for scripts."""
    return {"week": week.week, "policy": week.policy, **audit_record(week.audit, None)}


def crm_record(found: TableAudit) -> dict[str, Any]:
    """A table of the CRM for scripts: each fault with the system, load and files of its record."""
    record = audit_record(found.audit, None)
    for fault in record["faults"]:
        origin = found.origins[fault["record"]]
        fault |= {"name": origin.name, "source": origin.source, "load": origin.load_id, "files": origin.files}
    return {"table": found.table, **record, "set_aside": [asdict(one) for one in found.set_aside]}


def fix_record(fix: Fix) -> dict[str, Any]:
    """A fix for scripts."""
    from bothsides.leads.upkeep.fixes import fix_id

    return {
        "fix": fix_id(fix),
        "record": fix.record_id,
        "check": fix.check,
        "field": fix.field,
        "before": fix.before,
        "after": fix.after,
        "why": fix.why,
        "who": fix.who,
        "by_hand": fix.by_hand,
    }


def change_record(change: Change) -> dict[str, Any]:
    """A change for scripts."""
    return {
        "record": change.record_id,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "why": change.why,
    }


def refusal_record(one: Refused) -> dict[str, Any]:
    """A refusal for scripts."""
    return {"record": one.record_id, "field": one.field, "why": one.why}


def print_audit(console: Console, found: Audit, against: tuple[str, Progress] | None, where: str) -> None:
    """The score of each team and what is wrong."""
    if not found.records:
        console.print("There are no records to look at.")
        return
    before = {} if against is None else {team: was for team, was, _ in against[1].scores}
    earlier = () if against is None else (against[0],)
    table = _table("team", "score", *earlier, "records", "with faults", "what is wrong")
    for team in found.teams:
        wrong = ", ".join(f"{n:,} {check}" for check, n in team.faults)
        scores = (_score(team.score), *(_score(before.get(team.team)) for _ in earlier))
        table.add_row(plain(team.team), *scores, f"{team.records:,}", f"{team.faulty:,}", wrong or "nothing")
    _show(console, table)
    if against is not None:
        week, came = against
        told = f"{len(came.gone):,} faults of {week} are gone, {len(came.lasting):,} last, {len(came.new):,} are new"
        console.print(plain(told))
    for said in found.not_checked:
        console.print(plain(f"not checked: {said}", style="dim"))
    if found.faults:
        console.print(plain(f"What to fix: bothsides hygiene fixes{where}", style="dim"))


def print_crm(console: Console, tables: Sequence[TableAudit]) -> None:
    """The CRM's tables, and the records to fix with where they come from."""
    if not tables:
        console.print("The warehouse holds no accounts, contacts, opportunities or campaigns.")
        return
    for found in tables:
        faulty = len({fault.record_id for fault in found.audit.faults})
        by_check = Counter(fault.check for fault in found.audit.faults)
        wrong = ", ".join(f"{n:,} {check}" for check, n in by_check.most_common()) or "nothing is wrong"
        told = f"{found.table}: {found.audit.records:,} records, {faulty:,} with faults; {wrong}"
        console.print(plain(told, style="bold"))
        table = _table("record", "name", "field", "what is wrong", "source", "load", "files")
        for fault in found.audit.faults[:SHOWN]:
            origin = found.origins[fault.record_id]
            cells = (fault.record_id[:8], origin.name, fault.field, fault.says, origin.source, origin.load_id)
            table.add_row(*map(plain, cells), plain(origin.files))
        if found.audit.faults:
            _show(console, table)
        _more(console, len(found.audit.faults))
        for one in found.set_aside[:SHOWN]:
            told = f"{one.file}, line {one.line}: {one.reason} {one.column} {one.value!r}"
            console.print(plain(f"not loaded: {told}"))
        _more(console, len(found.set_aside))


def print_fixes(console: Console, fixes: Sequence[Fix], *, safe: int, where: str) -> None:
    """The fix list: those that need just a yes first."""
    from bothsides.leads.upkeep.fixes import fix_id

    if not fixes:
        console.print("There is nothing to fix.")
        return
    table = _table("fix", "record", "field", "before", "after", "why", "who")
    for fix in fixes[:SHOWN]:
        after = "find out" if fix.by_hand else "(empty)" if fix.after is None else fix.after
        cells = (fix_id(fix)[:8], fix.record_id[:8], fix.field, fix.before, after, fix.why, fix.who)
        table.add_row(*map(plain, cells))
    _show(console, table)
    _more(console, len(fixes))
    if safe:
        console.print(plain(f"{safe:,} need just a yes: bothsides hygiene apply --all-safe{where}", style="dim"))


def print_made(console: Console, made: Made, where: str) -> None:
    """What was done, with the keys that take it back."""
    table = _table("key", "record", "field", "before", "after")
    for key, change in zip(made.keys, made.changes, strict=False):
        after = "(empty)" if change.after is None else change.after
        table.add_row(*map(plain, (key, change.record_id[:8], change.field, change.before, after)))
    if made.changes:
        _show(console, table)
    for lead, key in made.merged:
        console.print(plain(f"merged into {lead}; to part them: bothsides hygiene undo {key}{where}"))
    for one in made.refused:
        console.print(plain(f"not made: {one.field} of {one.record_id}: {one.why}"))
    if made.changes:
        console.print(
            plain(f"{len(made.changes):,} made; to take one back: bothsides hygiene undo KEY{where}", style="dim")
        )
    elif not made.merged:
        console.print("Nothing was changed.")


def print_weeks(console: Console, kept: Sequence[Week], where: str) -> None:
    """Each team's score week by week, the latest first."""
    if not kept:
        console.print(f"No week was kept yet: bothsides hygiene weeks --keep{where}, or let bothsides run do it.")
        return
    teams = sorted({team.team for week in kept for team in week.audit.teams})
    table = _table("week", "records", "faults", *teams)
    for week in kept:
        scores = {team.team: team.score for team in week.audit.teams}
        cells = (week.week, f"{week.audit.records:,}", f"{len(week.audit.faults):,}")
        table.add_row(*cells, *(_score(scores.get(team)) for team in teams))
    _show(console, table)


def print_offered(console: Console, found: Offered, made: Made | None, bought: Bought) -> None:
    """What bought data fills, where it differs from what stands, and what of it is left out or could not be read."""
    from bothsides.leads.wording import plural

    for reject in bought.aside[:SHOWN]:
        console.print(plain(f"set aside: line {reject.line}: {reject.detail}", style="yellow"))
    _more(console, len(bought.aside))
    if bought.aside:
        lines = bought.lines
        parts = (
            f"{lines.header:,} header, {lines.blank:,} blank, {lines.record:,} of rows, {lines.quarantined:,} set aside"
        )
        console.print(plain(f"{plural(lines.physical, 'line')} of {bought.name}: {parts}"))
    table = _table("record", "field", "before", "after", "why")
    for fix in found.enriched.fixes[:SHOWN]:
        table.add_row(*map(plain, (fix.record_id[:8], fix.field, fix.before, fix.after, fix.why)))
    if found.enriched.fixes:
        _show(console, table)
        _more(console, len(found.enriched.fixes))
    for one in found.enriched.conflicts[:SHOWN]:
        told = f"{one.field} of {one.record_id[:8]} stays {one.kept!r}, by {one.entered_by}"
        console.print(plain(f"conflict: {told}; {one.provider} says {one.offered!r}"))
    _more(console, len(found.enriched.conflicts))
    for why, n in Counter(why for _, why in found.enriched.left_out).most_common():
        console.print(plain(f"left out: {plural(n, 'value')}; {why}"))
    if found.nobody:
        console.print(plain(f"{len(found.nobody):,} of {found.rows:,} rows name no lead of the desk"))
    for refused in () if made is None else made.refused:
        console.print(plain(f"not made: {refused.field} of {refused.record_id}: {refused.why}"))
    n = len(found.enriched.fixes)
    would = f"{plural(n, 'blank')} would be filled; --apply does it"
    told = would if made is None else f"{plural(len(made.changes), 'blank')} filled"
    console.print(plain(told))


def _progress(week: str, came: Progress) -> dict[str, Any]:
    return {
        "week": week,
        "new": len(came.new),
        "lasting": len(came.lasting),
        "gone": len(came.gone),
        "scores": [{"team": team, "before": was, "now": now} for team, was, now in came.scores],
    }


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    right = {"score", "records", "with faults", "faults", "load"}
    for name in names:
        table.add_column(name, justify="right" if name in right or name.startswith("20") else "left", overflow="fold")
    return table


def _show(console: Console, table: Table) -> None:
    from bothsides.cli.figures import print_whole

    print_whole(console, table)


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.1f}"


def _more(console: Console, n: int) -> None:
    if n > SHOWN:
        console.print(plain(f"the first {SHOWN} of {n:,}; --json has all of them", style="dim"))
