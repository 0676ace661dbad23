"""What the journal's new lines change: rows of the warehouse's tables, each as it stands after them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bothsides.ingest.desk.clocks import clock_row, owing
from bothsides.ingest.desk.telling import Line, Row, moment, rows_of
from bothsides.logbook import Book, Kind

_PAGE = 20_000
_CHUNK = 5_000

_OF_CLOCKS = frozenset({Kind.CLOCK_STARTED, Kind.CLOCK_CHANGED, Kind.BREACHED, Kind.BREACH_REVERSED})
_OF_MERGES = frozenset({Kind.LEADS_MERGED, Kind.MERGE_UNDONE})
_TOLD = (Kind.STAGE_CHANGED, Kind.TOUCHED, Kind.FEEDBACK, Kind.SCORED, Kind.ASSIGNED, Kind.RELEASED)
_OF_LEADS = (Kind.LEAD_RECEIVED, Kind.LEAD_CHANGED, Kind.LEAD_MATCHED, Kind.FIX_APPLIED, Kind.FIX_UNDONE)
COPIED = (*_OF_LEADS, *_TOLD, *sorted(_OF_CLOCKS), *sorted(_OF_MERGES))
"""Kinds of lines that the warehouse has rows for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Rows by table, made from the lines after `after` up to `last`."""

    after: int
    last: int
    rows: Mapping[str, Sequence[Row]]


@dataclass(slots=True, kw_only=True)
class _Changed:
    last: int
    subjects: dict[str, None] = field(default_factory=dict)
    clocks: dict[str, None] = field(default_factory=dict)
    moved: dict[str, None] = field(default_factory=dict)
    """Leads that went into another or came out of it: everything about them belongs to somebody else now."""


@dataclass(slots=True, kw_only=True)
class _Leads:
    """Leads as they stand; `final` is the lead that stands for one that was merged."""

    rows: dict[str, tuple[Any, ...]]
    into: dict[str, str]

    def final(self, lead: str) -> str:
        while lead in self.into:
            lead = self.into[lead]
        return lead


def copy(book: Book, after: int) -> Copied:
    """The rows that the lines after that number make or change. Copied again, they are the same rows."""
    changed = _changed(book, after)
    for lead in _merged_below(book, list(changed.moved)):
        changed.moved[lead] = changed.subjects[lead] = None
    leads = _leads(book, list(changed.subjects))
    rows: dict[str, list[Row]] = {"leads": list(_lead_rows(book, leads, changed, after))}
    for lead, lines in _histories(book, [lead for lead in changed.subjects if lead in leads.rows], changed.last):
        since = 0 if lead in changed.moved else after
        for table, row in rows_of(leads.final(lead), lines, since):
            rows.setdefault(table, []).append(row)
    rows["sla_clocks"] = list(_clock_rows(book, leads, changed))
    return Copied(after=after, last=changed.last, rows=rows)


def _changed(book: Book, after: int) -> _Changed:
    found = _Changed(last=after)
    while lines := book.since(found.last, limit=_PAGE, kinds=COPIED):
        for line in lines:
            found.subjects[line.subject] = None
            if line.kind in _OF_CLOCKS:
                found.clocks[line.data["clock"]] = None
            elif line.kind in _OF_MERGES:
                absorbed = line.data["absorbed"]
                found.moved[absorbed] = found.subjects[absorbed] = None
        found.last = lines[-1].seq
    return found


def _chunks(names: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _CHUNK):
        yield list(names[start : start + _CHUNK])


def _merged_below(book: Book, leads: Sequence[str]) -> list[str]:
    """Leads that had been merged into these, over any number of steps."""
    found: dict[str, None] = {}
    new = list(leads)
    while new:
        below = [
            lead
            for chunk in _chunks(new)
            for (lead,) in book.all("SELECT lead_id FROM leads WHERE merged_into {any} ORDER BY lead_id", chunk)
        ]
        new = [lead for lead in below if lead not in found]
        found.update(dict.fromkeys(new))
    return list(found)


def _leads(book: Book, ids: Sequence[str]) -> _Leads:
    rows = {
        row[0]: row
        for chunk in _chunks(ids)
        for row in book.all(
            "SELECT lead_id, side, source, created_at, fields, account_id, owner, merged_into FROM leads"
            " WHERE lead_id {any}",
            chunk,
        )
    }
    into = {lead: row[-1] for lead, row in rows.items() if row[-1] is not None}
    missing = sorted(set(into.values()) - rows.keys())
    while missing:
        above = {
            lead: target
            for chunk in _chunks(missing)
            for lead, target in book.all("SELECT lead_id, merged_into FROM leads WHERE lead_id {any}", chunk)
        }
        into |= {lead: target for lead, target in above.items() if target is not None}
        missing = sorted({target for target in above.values() if target is not None} - rows.keys() - above.keys())
    return _Leads(rows=rows, into=into)


def _lead_rows(book: Book, leads: _Leads, changed: _Changed, after: int) -> Iterator[Row]:
    """A lead that came in merged was never one of its own; one that was merged later says into which."""
    before = {
        lead
        for chunk in _chunks([lead for lead in leads.into if lead in leads.rows])
        for (lead,) in book.all(
            "SELECT subject FROM entries WHERE subject {any} AND kind = ? AND seq <= ?",
            chunk,
            Kind.LEAD_RECEIVED.value,
            after,
        )
    }
    for lead in changed.subjects:
        if lead not in leads.rows or (lead in leads.into and lead not in before):
            continue
        _, side, source, created_at, plain, account, owner, _ = leads.rows[lead]
        fields = orjson.loads(plain)
        yield {
            "lead_id": lead,
            "side": side,
            "account_id": account,
            "name": fields.get("company") or fields.get("name"),
            "channel": fields.get("channel") or source,
            "campaign_id": fields.get("campaign"),
            "category": fields.get("category"),
            "region": fields.get("region"),
            "segment": fields.get("segment"),
            "owner": owner,
            "created_at": moment(created_at),
            "merged_into": leads.final(lead) if lead in leads.into else None,
        }


def _histories(book: Book, leads: Sequence[str], last: int) -> Iterator[tuple[str, list[Line]]]:
    kinds = [kind.value for kind in _TOLD]
    for chunk in _chunks(leads):
        lines: dict[str, list[Line]] = {}
        for seq, kind, subject, at, data, actor, reason in book.all(
            "SELECT seq, kind, subject, at, data, actor, reason FROM entries"
            " WHERE subject {any} AND kind {any} AND seq <= ? ORDER BY subject, seq",
            chunk,
            kinds,
            last,
        ):
            told = Line(seq=seq, kind=kind, at=at, data=orjson.loads(data), actor=actor, reason=reason)
            lines.setdefault(subject, []).append(told)
        yield from lines.items()


def _clock_rows(book: Book, leads: _Leads, changed: _Changed) -> Iterator[Row]:
    owed = owing(book)
    query = "SELECT clock_id, subject, clause, kind, state FROM clocks WHERE {} {{any}} ORDER BY clock_id"
    found: dict[str, tuple[Any, ...]] = {}
    for column, names in (("clock_id", changed.clocks), ("subject", changed.moved)):
        for chunk in _chunks(list(names)):
            found.update({row[0]: row for row in book.all(query.format(column), chunk)})
    for clock, subject, clause, kind, state in found.values():
        lead = leads.rows.get(subject)
        final = leads.final(subject) if lead is not None else None
        yield clock_row(clock, subject, clause, kind, orjson.loads(state), owed, lead=lead, final=final)


def sequence(book: Book) -> int:
    """The number of the journal's last line; 0 where there is none."""
    row = book.one("SELECT max(seq) FROM entries")
    return int(row[0]) if row is not None and row[0] is not None else 0


def plain_rows(table: str, columns: Iterable[str], copied: Copied) -> Iterator[list[object]]:
    """The rows of one table as a file holds them."""
    names = tuple(columns)
    for row in copied.rows.get(table, ()):
        yield [row.get(name) for name in names]
