"""Bought data fills blanks; what a person entered stands, and where the two differ the conflict is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from bothsides.leads.hygiene.checks import CompiledHygiene, blank, team_of
from bothsides.leads.hygiene.records import Fix, Record
from bothsides.leads.wording import plural
from bothsides.schema.instant import DAY, Instant

PERSON = "a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A value that a provider has for a field."""

    record_id: str
    field: str
    value: object
    provider: str
    known_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A value that stands, and another that is offered; nothing is changed."""

    record_id: str
    field: str
    kept: object
    entered_by: str
    offered: object
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """Fixes to be made as any others, conflicts to be looked at, and offers that the agreement does not admit."""

    fixes: tuple[Fix, ...]
    conflicts: tuple[Conflict, ...]
    left_out: tuple[tuple[Offer, str], ...]


def enrich(ready: CompiledHygiene, records: Iterable[Record], offers: Iterable[Offer], now: Instant) -> Enriched:
    """What the offers come to, field by field: the most trusted provider first, of one provider the latest.

    Blank is also a null in disguise. A provider's own earlier value is replaced only where the field says `refresh`,
    and only by itself or a more trusted one.
    """
    by_id = {record.record_id: record for record in records}
    fixes: list[Fix] = []
    conflicts: list[Conflict] = []
    left_out: list[tuple[Offer, str]] = []
    admitted: dict[tuple[str, str], list[Offer]] = {}
    for offer in offers:
        if why := _not_admitted(ready, by_id, offer, now):
            left_out.append((offer, why))
        else:
            admitted.setdefault((offer.record_id, offer.field), []).append(offer)
    rank = {provider: place for place, provider in enumerate(ready.policy.enrichment.providers)}
    for (record_id, name), several in sorted(admitted.items()):
        record = by_id[record_id]
        several.sort(key=lambda offer: (rank[offer.provider], -offer.known_at, repr(offer.value)))
        best = several[0]
        value, writer = record.fields.get(name), record.entered_by.get(name, PERSON)
        refreshes = ready.policy.enrichment.fields[name] == "refresh" and rank.get(writer, -1) >= rank[best.provider]
        kept, by = value, writer
        if blank(ready, name, value) or (refreshes and value != best.value):
            fixes.append(_fix(ready, record, best))
            kept, by = best.value, best.provider
        conflicts += _conflicts(several, kept, by)
    return Enriched(fixes=tuple(fixes), conflicts=tuple(conflicts), left_out=tuple(left_out))


def _not_admitted(ready: CompiledHygiene, by_id: dict[str, Record], offer: Offer, now: Instant) -> str:
    by = ready.policy.enrichment
    if offer.record_id not in by_id:
        return "there is no such record"
    if offer.provider not in by.providers:
        return f"{offer.provider} is not among the providers agreed: {', '.join(by.providers) or 'none'}"
    if offer.field not in by.fields:
        return f"{offer.field} may not be filled; agreed: {', '.join(sorted(by.fields)) or 'none'}"
    if now - offer.known_at > by.most_days_old * DAY:
        return f"the data is {plural((now - offer.known_at) // DAY, 'day')} old, at most {by.most_days_old:g} agreed"
    return "says nothing itself" if blank(ready, offer.field, offer.value) else ""


def _fix(ready: CompiledHygiene, record: Record, offer: Offer) -> Fix:
    value = record.fields.get(offer.field)
    filled = "fills a blank" if blank(ready, offer.field, value) else f"replaces {value!r}, which a provider wrote"
    return Fix(
        record_id=record.record_id,
        field=offer.field,
        before=value,
        after=offer.value,
        why=f"{offer.provider} says {offer.value!r}, {filled}",
        who=str(record.fields.get("owner") or team_of(ready, record)),
        check="enrichment",
    )


def _conflicts(offers: list[Offer], kept: object, by: str) -> list[Conflict]:
    told = set()
    found = []
    for offer in offers:
        if offer.value != kept and offer.provider not in told and offer.provider != by:
            told.add(offer.provider)
            found.append(
                Conflict(
                    record_id=offer.record_id,
                    field=offer.field,
                    kept=kept,
                    entered_by=by,
                    offered=offer.value,
                    provider=offer.provider,
                )
            )
    return found
