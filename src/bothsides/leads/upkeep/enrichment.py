"""Bought data brought to leads: blanks are filled as the teams agreed, what a person entered stands."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.hygiene import Enriched, Offer, Record, compile_hygiene, enrich
from bothsides.leads.hygiene import Surroundings as Beside
from bothsides.leads.intake.figures import NUMBERS, read_number
from bothsides.leads.intake.moments import believed
from bothsides.leads.intake.policy import Source
from bothsides.leads.intake.reading import read_field
from bothsides.leads.upkeep.bought import Row
from bothsides.leads.upkeep.provenance import origins, providers
from bothsides.leads.upkeep.reading import Held, held
from bothsides.logbook import Book
from bothsides.schema.instant import Instant

NAMING = ("lead_id", "email", "known_at")
"""Columns that say whose data it is and from when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a file of bought data comes to; `nobody` are the lines of its rows that name no lead of the desk."""

    enriched: Enriched
    leads: Mapping[str, Held]
    rows: int
    nobody: tuple[int, ...]


def offered(
    book: Book, agreed: Agreed, rows: Sequence[Row], provider: str, *, now: Instant, known_at: Instant
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
    fields = agreed.hygiene.enrichment.fields
    for row in rows:
        found = _whose(row, leads, by_mail)
        if not found:
            nobody.append(row.line)
        moment = _moment(row, known_at, now=now, ahead=agreed.intake.clock_ahead_seconds)
        for lead_id in found:
            offers += list(_offers(row, lead_id, provider, moment, numbers=numbers, fields=fields))
    asked = sorted({offer.record_id for offer in offers})
    written = origins(book, asked)
    records = [_with_writers(leads[name].record, providers(written[name])) for name in asked]
    ready = compile_hygiene(agreed.hygiene, Beside())
    return Offered(enriched=enrich(ready, records, offers, now), leads=leads, rows=len(rows), nobody=tuple(nobody))


def _with_writers(record: Record, by: Mapping[str, str]) -> Record:
    return replace(record, entered_by=by)


def _whose(row: Row, leads: Mapping[str, Held], by_mail: Mapping[str, list[str]]) -> list[str]:
    if lead_id := row.values.get("lead_id"):
        return [str(lead_id)] if str(lead_id) in leads else []
    return by_mail.get(str(row.values.get("email") or "").strip().casefold(), [])


def _offers(
    row: Row, lead_id: str, provider: str, known_at: Instant, *, numbers: Collection[str], fields: Collection[str]
) -> Iterator[Offer]:
    for name, value in row.values.items():
        if name in NAMING:
            continue
        # What may not be filled is left out with that reason, whatever it is.
        told = _value(row.line, name, value, provider, numbers) if name in fields or name in NUMBERS else value
        if told is not None:
            yield Offer(record_id=lead_id, field=name, value=told, provider=provider, known_at=known_at)


def _value(line: int, name: str, value: object, provider: str, numbers: Collection[str]) -> object:
    """The value as a lead could come with it; a number, where leads hold numbers in the field and it is one. What no
    lead could come with, or a deal size that may mean two things, stops the file."""
    reasons: list[str] = []
    read = read_field(name, value, Source(name=provider), reasons)
    if reasons:
        raise ValueError(f"line {line}: {reasons[0]}")
    if name in numbers and name not in NUMBERS and isinstance(read, str):
        number = read_number(read, None)
        return read if isinstance(number, str) else number
    return read


def _moment(row: Row, otherwise: Instant, *, now: Instant, ahead: int) -> Instant:
    said = row.values.get("known_at")
    if said is None:
        return otherwise
    try:
        read = datetime.fromisoformat(str(said))
    except ValueError:
        raise ValueError(f"line {row.line}: known_at = {said!r} must be a day such as 2026-03-31") from None
    moment = int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())
    try:
        return believed(moment, now=now, ahead=ahead)
    except ValueError as error:
        raise ValueError(f"line {row.line}: known_at = {said!r} {error}") from None
