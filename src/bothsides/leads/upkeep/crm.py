"""The same checks over the CRM's records in the warehouse: accounts, contacts, deals and campaigns."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

from bothsides.identity import Matching, Normal, Party, dedupe, normalise
from bothsides.leads.hygiene import (
    Audit,
    HygienePolicy,
    Member,
    Record,
    Surroundings,
    audit,
    compile_hygiene,
)
from bothsides.leads.hygiene.policy import Dates, Required
from bothsides.schema import TABLES, Side
from bothsides.schema.column import Kind
from bothsides.schema.instant import Instant, instant
from bothsides.schema.stage import LeadStage
from bothsides.schema.table import Table
from bothsides.warehouse import Engine

CHECKED = ("accounts", "contacts", "opportunities", "campaigns")

_STAGES = {"open": LeadStage.OPPORTUNITY, "won": LeadStage.CLOSED_WON, "lost": LeadStage.CLOSED_LOST}

_REQUIRED: Mapping[str, Required] = {
    "accounts": Required(
        fields=("name", "category", "region", "channel", "segment", "country"), why="no cell knows it"
    ),
    "contacts": Required(fields=("name", "email", "role", "account_id"), why="nobody can write to the person"),
    "opportunities": Required(
        fields=("name", "amount", "category", "region", "channel", "owner"), why="the forecast leaves it out"
    ),
    "campaigns": Required(fields=("name", "channel", "started_at"), why="what it brought cannot be told"),
}
"""What completeness counts in the metrics of hygiene, and the campaign's own."""

_POINTED_AT = {"account": "accounts", "campaign": "campaigns", "lead": "leads"}

_IN_ORDER: Mapping[str, tuple[tuple[str, str], ...]] = {
    "accounts": (("signed_up_at", "closed_at"), ("signed_up_at", "live_at")),
    "contacts": (),
    "opportunities": (("opened_at", "closed_at"),),
    "campaigns": (("started_at", "ended_at"),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a record comes from: the system, the load that brought it as it stands, and the files of that load."""

    name: str
    """As people know it; empty where it has none."""
    source: str
    load_id: int
    files: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A record that could not be loaded, with the line of its file."""

    source: str
    file: str
    line: int
    reason: str
    column: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAudit:
    """One table of the CRM. A file's line is known for what was set aside: rows that were loaded do not keep it."""

    table: str
    audit: Audit
    origins: Mapping[str, Origin]
    """By id of a record with a fault."""
    set_aside: tuple[SetAside, ...]
    """In the last load; broken references are among them, unless the mapping keeps orphans."""


def crm_audits(
    engine: Engine, policy: HygienePolicy, matching: Matching, *, roster: Sequence[Member], now: Instant
) -> tuple[TableAudit, ...]:
    """Each table of the CRM that the warehouse holds, by what the teams signed for leads and what metrics need.

    Standing rows only: what a later load superseded is history.
    """
    present = engine.tables()
    ids: dict[str, frozenset[str]] = {kind: _ids(engine, name) for kind, name in _POINTED_AT.items() if name in present}
    touched = _touched(engine) if "touches" in present else {}
    found = (
        _audit(engine, TABLES[name], policy, matching, ids=ids, roster=roster, touched=touched, now=now)
        for name in CHECKED
        if name in present
    )
    return tuple(one for one in found if one.audit.records)


def _audit(
    engine: Engine,
    table: Table,
    policy: HygienePolicy,
    matching: Matching,
    *,
    ids: Mapping[str, frozenset[str]],
    roster: Sequence[Member],
    touched: Mapping[str, Instant],
    now: Instant,
) -> TableAudit:
    key, names = table.columns[0].name, {column.name for column in table.columns}
    rows = _rows(engine, table)
    records = [_record(table, row, touched) for row in rows]
    owners = {row.get("owner") for row in rows}
    around = Surroundings(
        # Where the CRM names people otherwise than the roster does, nobody can be called an orphan.
        roster=tuple(roster) if any(one.owner in owners for one in roster) else (),
        known_ids=ids,
        clusters=_repeats(matching, table.name, rows),
    )
    own = replace(
        policy,
        source_fields=("channel",) if "channel" in names else (),
        required=(_REQUIRED[table.name],),
        references={
            column.name: kind
            for column in table.columns
            for kind, pointed_at in _POINTED_AT.items()
            if column.references == pointed_at and kind in ids
        },
        dates=_dates(policy.dates, table),
    )
    found = audit(compile_hygiene(own, around), records, now)
    faulty = {fault.record_id for fault in found.faults}
    files = _files(engine)
    return TableAudit(
        table=table.name,
        audit=found,
        origins={
            row[key]: Origin(
                name=str(row["name"] or ""),
                source=row["source"],
                load_id=row["loaded_in"],
                files=files.get((row["loaded_in"], row["source"]), ""),
            )
            for row in rows
            if row[key] in faulty
        },
        set_aside=_set_aside(engine, table.name),
    )


def _rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    names = [*(column.name for column in table.columns), "source", "loaded_in"]
    listed = ", ".join(f'"{name}"' for name in names)
    where = " AND NOT coalesce(is_internal, false)" if any(c.name == "is_internal" for c in table.columns) else ""
    found = engine.rows(f"SELECT {listed} FROM {table.name} WHERE superseded_in IS NULL{where}")
    return [dict(zip(names, map(_plain, row), strict=True)) for row in found]


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


def _record(table: Table, row: Mapping[str, Any], touched: Mapping[str, Instant]) -> Record:
    moments = {column.name for column in table.columns if column.kind in (Kind.TIMESTAMP, Kind.DATE)}
    key, *others = (column.name for column in table.columns)
    fields: dict[str, Any] = {
        name: _moment(row[name]) if name in moments else row[name] for name in others if row[name] is not None
    }
    if "status" not in fields:
        return Record(record_id=row[key], fields=fields)
    fields["stage"] = _STAGES[str(fields.pop("status"))].value
    touches = [touched[name] for name in (row["lead_id"], row["account_id"]) if name in touched]
    return Record(
        record_id=row[key],
        fields=fields,
        stage_since=fields.get("closed_at") or fields.get("opened_at"),
        touched_at=max(touches, default=None),
    )


def _touched(engine: Engine) -> dict[str, Instant]:
    """The latest touch of each lead and account by a person."""
    rows = engine.rows(
        "SELECT subject, max(occurred_at) FROM (SELECT lead_id AS subject, occurred_at FROM touches"
        " WHERE superseded_in IS NULL AND NOT coalesce(automated, false) UNION ALL SELECT account_id, occurred_at"
        " FROM touches WHERE superseded_in IS NULL AND NOT coalesce(automated, false)) t"
        " WHERE subject IS NOT NULL GROUP BY subject"
    )
    return {str(subject): _moment(at) for subject, at in rows}


def _dates(by: Dates, table: Table) -> Dates:
    moments = tuple(c.name for c in table.columns if c.kind in (Kind.TIMESTAMP, Kind.DATE))
    # A campaign may be planned, and end later.
    past = () if table.name == "campaigns" else moments
    return Dates(earliest=by.earliest, not_future=past, in_order=_IN_ORDER[table.name])


def _moment(value: object) -> Instant:
    if isinstance(value, datetime):
        return instant(value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return instant(datetime.combine(value, time(), UTC))
    raise TypeError(f"{value!r} is no moment")


def _ids(engine: Engine, table: str) -> frozenset[str]:
    key = TABLES[table].columns[0].name
    return frozenset(str(name) for (name,) in engine.rows(f"SELECT {key} FROM {table} WHERE superseded_in IS NULL"))


def _repeats(matching: Matching, table: str, rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    """Accounts of one company on one side, contacts with one address; the oldest first."""
    if table == "accounts":
        groups = [
            group for side in Side for group in _companies(matching, [r for r in rows if r["side"] == side.value])
        ]
        since = {row["account_id"]: (str(row["signed_up_at"] or "9999"), row["account_id"]) for row in rows}
    elif table == "contacts":
        groups = _alike((str(row["email"] or ""), row["contact_id"]) for row in rows)
        since = {row["contact_id"]: (str(row["created_at"] or "9999"), row["contact_id"]) for row in rows}
    else:
        return ()
    return tuple(sorted(tuple(sorted(group, key=lambda name: since[name])) for group in groups))


def _companies(matching: Matching, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """One company by the one matching, or the very same name, as the metrics of hygiene count it; accounts that one
    organization ties together are branches and roles of it, no repeats."""
    groups = dedupe(map(_company, rows), matching.policy, of="company").groups
    grouped = {name for group in groups for name in group}
    organization = {row["account_id"]: row["organization_id"] or row["account_id"] for row in rows}
    by_name = _alike((str(row["name"] or ""), row["account_id"]) for row in rows)
    apart = [group for group in by_name if len({organization[name] for name in group}) == len(group)]
    return [*groups, *(group for group in apart if not grouped.intersection(group))]


def _alike(words: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Ids of records that carry the same word."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word, name in words:
        if folded := word.strip().casefold():
            found[folded].append(name)
    return [tuple(ids) for ids in found.values() if len(ids) > 1]


def _company(row: Mapping[str, Any]) -> Normal:
    return normalise(
        Party(
            party_id=row["account_id"],
            kind="account",
            sides=(Side(row["side"]),),
            company=row["name"],
            country=row["country"],
            region=row["region"],
            organization_id=row["organization_id"],
            parent_id=row["parent_id"],
        )
    )


def _set_aside(engine: Engine, table: str) -> tuple[SetAside, ...]:
    rows = engine.rows(
        'SELECT "source", file, line, reason, column_name, "value" FROM quarantine'
        f" WHERE table_name = '{table}' AND load_id = (SELECT max(load_id) FROM loads WHERE status = 'ok')"
        ' ORDER BY "source", file, line'
    )
    return tuple(
        SetAside(source=source, file=file, line=line, reason=reason, column=column or "", value=value or "")
        for source, file, line, reason, column, value in rows
    )


def _files(engine: Engine) -> dict[tuple[int, str], str]:
    """The files of each load and system; the table that accounts for the records carries them for all it fed."""
    found: dict[tuple[int, str], str] = {}
    for load, source, files in engine.rows("SELECT load_id, source, files FROM load_sources"):
        if names := [Path(str(one["name"])).name for one in json.loads(files or "[]")]:
            found[load, source] = ", ".join(names)
    return found
