"""Bought data brought to leads: blanks are filled as the teams agreed, what a person entered stands."""

import csv
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.hygiene import Enriched, Offer, Record, compile_hygiene, enrich
from bothsides.leads.hygiene import Surroundings as Beside
from bothsides.leads.intake.figures import NUMBERS, read_number
from bothsides.leads.intake.policy import Source
from bothsides.leads.intake.reading import read_field
from bothsides.leads.upkeep.provenance import origins, providers
from bothsides.leads.upkeep.reading import Held, held
from bothsides.logbook import Book
from bothsides.schema.instant import Instant

NAMING = ("lead_id", "email", "known_at")
"""Columns that say whose data it is and from when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a file of bought data comes to; `nobody` are its rows that name no lead of the desk."""

    enriched: Enriched
    leads: Mapping[str, Held]
    rows: int
    nobody: tuple[int, ...]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV or JSON Lines file with a header. Raises ValueError for another kind, a line that is no record,
    or a file whose rows name neither lead_id nor email."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        rows: list[dict[str, Any]] = list(csv.DictReader(text.splitlines()))
    elif path.suffix in (".jsonl", ".ndjson"):
        rows = [_record(path, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    else:
        raise ValueError(f"{path}: bought data is read from .csv and .jsonl")
    if rows and not any(row.get("lead_id") or row.get("email") for row in rows):
        raise ValueError(f"{path}: no row has a lead_id or an email, so nobody knows whose data it is")
    return rows


def offered(
    book: Book, agreed: Agreed, rows: Sequence[Mapping[str, Any]], provider: str, *, now: Instant, known_at: Instant
) -> Offered:
    """The rows held against the leads. Nothing is written; `known_at` counts where a row does not say."""
    leads = held(book, now=now)
    by_mail: defaultdict[str, list[str]] = defaultdict(list)
    for lead_id, one in leads.items():
        mail = one.lead.fields.get("email")
        if isinstance(mail, str):
            by_mail[mail.strip().casefold()].append(lead_id)
    numbers = NUMBERS | {
        name
        for one in leads.values()
        for name, value in one.lead.fields.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    offers, nobody = [], []
    for number, row in enumerate(rows, start=1):
        found = _whose(row, leads, by_mail)
        if not found:
            nobody.append(number)
        moment = _moment(row.get("known_at"), known_at, number)
        for lead_id in found:
            offers += list(_offers(row, number, lead_id, provider, moment, numbers))
    asked = sorted({offer.record_id for offer in offers})
    written = origins(book, asked)
    records = [_with_writers(leads[name].record, providers(written[name])) for name in asked]
    ready = compile_hygiene(agreed.hygiene, Beside())
    return Offered(enriched=enrich(ready, records, offers, now), leads=leads, rows=len(rows), nobody=tuple(nobody))


def _with_writers(record: Record, by: Mapping[str, str]) -> Record:
    return replace(record, entered_by=by)


def _whose(row: Mapping[str, Any], leads: Mapping[str, Held], by_mail: Mapping[str, list[str]]) -> list[str]:
    if row.get("lead_id"):
        return [str(row["lead_id"])] if str(row["lead_id"]) in leads else []
    return by_mail.get(str(row.get("email") or "").strip().casefold(), [])


def _offers(
    row: Mapping[str, Any], number: int, lead_id: str, provider: str, known_at: Instant, numbers: Collection[str]
) -> Iterator[Offer]:
    for name, value in row.items():
        if name in NAMING or name is None or value in (None, ""):
            continue
        told = _number(number, name, value, provider) if name in numbers else value
        yield Offer(record_id=lead_id, field=name, value=told, provider=provider, known_at=known_at)


def _number(number: int, name: str, value: object, provider: str) -> object:
    """The number, or the value of an own field that is none. A deal size that no lead could come with, or that may mean
    two things, stops the file."""
    if name not in NUMBERS:
        read = read_number(value, None) if isinstance(value, str) else value
        return value if isinstance(read, str) else read
    reasons: list[str] = []
    read = read_field(name, value, Source(name=provider), reasons)
    if reasons:
        raise ValueError(f"row {number}: {reasons[0]}")
    return read


def _moment(said: object, otherwise: Instant, number: int) -> Instant:
    if said in (None, ""):
        return otherwise
    try:
        read = datetime.fromisoformat(str(said))
    except ValueError:
        raise ValueError(f"row {number}: known_at = {said!r} must be a day such as 2026-03-31") from None
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())


def _record(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{path}, line {number}: is no JSON object")
    return found
