"""The audit over the logbook, and the line that keeps each week's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.hygiene import (
    Audit,
    Check,
    CompiledHygiene,
    Fault,
    Fix,
    Progress,
    TeamScore,
    audit,
    compile_hygiene,
    progress,
)
from bothsides.leads.upkeep.reading import Held, held, surroundings
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant, in_utc

STATEMENT = "hygiene:"
"""Statements of weekly audits have names that begin so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """The audit with what it was made of."""

    audit: Audit
    ready: CompiledHygiene
    leads: Mapping[str, Held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week's audit as it was kept, with the policy it was made under."""

    week: str
    audit: Audit
    policy: str


def audited(book: Book, agreed: Agreed, *, now: Instant) -> Audited:
    """Every record that somebody still works, held against what the teams signed. Nothing is written."""
    leads = held(book, now=now)
    ready = compile_hygiene(agreed.hygiene, surroundings(book, agreed, leads))
    return Audited(audit=audit(ready, (one.record for one in leads.values()), now), ready=ready, leads=leads)


def weekly(book: Book, agreed: Agreed, *, now: Instant, actor: str = "desk", found: Audit | None = None) -> Week:
    """This week's audit, kept for good; made once a week, however often it is asked for. `found`: made a moment ago."""
    week = _week(now)
    for kept in weeks(book, limit=1):
        if kept.week == week:
            return kept
    found = found or audited(book, agreed, now=now).audit
    version = agreed.versions["hygiene"]
    line = Entry(
        kind=Kind.STATEMENT_FROZEN,
        subject=f"{STATEMENT}{week}",
        at=now,
        data={**_plain(found), "statement": "hygiene", "policy": version},
        key=f"{STATEMENT}{week}",
        actor=actor,
        policy=version,
    )
    book.post([line], now=now)
    return Week(week=week, audit=found, policy=version)


def weeks(book: Book, *, limit: int = 60) -> list[Week]:
    """The audits kept so far, the latest first."""
    rows = book.all(
        "SELECT statement_id, data FROM statements WHERE statement_id LIKE ? ORDER BY frozen_at DESC LIMIT ?",
        f"{STATEMENT}%",
        limit,
    )
    found = []
    for name, text in rows:
        told = orjson.loads(text)
        found.append(Week(week=name.removeprefix(STATEMENT), audit=_audit(told), policy=told["policy"]))
    return found


def since_last_week(book: Book, now: Audit, *, at: Instant) -> tuple[str, Progress] | None:
    """Against the latest audit of an earlier week: its week, and which faults are new, last and are gone."""
    this = _week(at)
    for kept in weeks(book, limit=2):
        if kept.week < this:
            return kept.week, progress(kept.audit, now)
    return None


def _week(now: Instant) -> str:
    """The ISO week, such as 2026-W14."""
    year, week, _ = in_utc(now).isocalendar()
    return f"{year}-W{week:02d}"


def _plain(of: Audit) -> dict[str, Any]:
    return {
        "at": of.at,
        "records": of.records,
        "teams": [
            {
                "team": team.team,
                "records": team.records,
                "faulty": team.faulty,
                "score": team.score,
                "faults": [list(one) for one in team.faults],
            }
            for team in of.teams
        ],
        "faults": [[one.record_id, one.check, one.field, one.says, one.fix.who] for one in of.faults],
        "not_checked": list(of.not_checked),
    }


def _audit(told: Mapping[str, Any]) -> Audit:
    """A kept audit; its fixes are of no use any more and say only who was to make them."""
    return Audit(
        at=told["at"],
        records=told["records"],
        teams=tuple(
            TeamScore(
                team=team["team"],
                records=team["records"],
                faulty=team["faulty"],
                score=team["score"],
                faults=tuple((cast(Check, check), n) for check, n in team["faults"]),
            )
            for team in told["teams"]
        ),
        faults=tuple(_fault(*fault) for fault in told["faults"]),
        not_checked=tuple(told["not_checked"]),
    )


def _fault(record_id: str, check: Check, name: str, says: str, who: str) -> Fault:
    fix = Fix(record_id=record_id, field=name, before=None, after=None, why=says, who=who, check=check, by_hand=True)
    return Fault(record_id=record_id, check=check, field=name, says=says, fix=fix)
