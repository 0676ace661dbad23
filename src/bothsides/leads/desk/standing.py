"""A lead as it stands while the desk works on it: read from the logbook, moved by each decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from bothsides.identity import Normal, Party, normalise
from bothsides.leads.decay import LeadRound
from bothsides.leads.score import Band, Event, Override, Standing
from bothsides.logbook import Book
from bothsides.schema import Side
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

_COLUMNS = (
    "lead_id, side, source, created_at, received_at, fields, stage, is_open, account_id, merged_into, score, band,"
    " earned, grade, override, win_chance, priority, owner, pool, lane, queue, assigned_at, round_at, reassignments,"
    " recycled_at, known, first_touch_at, last_touch_at, attempts, recycles, disposition"
)
_NAMES = tuple(name.strip() for name in _COLUMNS.split(","))


@dataclass(slots=True, kw_only=True)
class LeadNow:
    """A lead and all that was decided about it. `fields` are the plain values it came with or was given since."""

    lead_id: str
    side: Side
    source: str
    created_at: Instant
    received_at: Instant
    fields: dict[str, Any]
    stage: LeadStage = LeadStage.LEAD
    is_open: bool = True
    account_id: str | None = None
    merged_into: str | None = None
    score: int | None = None
    band: Band | None = None
    earned: Band | None = None
    grade: str | None = None
    override: Override | None = None
    win_chance: float | None = None
    priority: int | None = None
    owner: str | None = None
    pool: str | None = None
    """The pool whose turn it was, or in whose queue it waits."""
    lane: str | None = None
    queue: str | None = None
    assigned_at: Instant | None = None
    round_at: Instant | None = None
    reassignments: int = 0
    recycled_at: Instant | None = None
    first_touch_at: Instant | None = None
    last_touch_at: Instant | None = None
    attempts: int = 0
    recycles: int = 0
    disposition: str | None = None
    events: list[Event] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    """What identity found: owners of its company, the account's own fields."""

    @property
    def facts(self) -> dict[str, Any]:
        """Every field that a condition may test, what identity found included."""
        return {
            **self.fields,
            **self.known,
            "side": self.side.value,
            "source": self.source,
            "stage": self.stage.value,
            "band": None if self.band is None else self.band.value,
            "account_id": self.account_id,
            "owner": self.owner,
        }

    def did(self, now: Instant, *, ahead: int) -> list[Event]:
        """Its events as they count: those told by a clock that is no more seconds ahead of ours happened now."""
        if all(at <= now for _, at, _ in self.events):
            return self.events
        return [(name, now if now < at <= now + ahead else at, amount) for name, at, amount in self.events]

    @property
    def stood(self) -> Standing | None:
        """The band it was in, for hysteresis."""
        return None if self.earned is None else Standing(earned=self.earned, grade=self.grade)

    @property
    def round(self) -> LeadRound:
        """Its present round with sales, as decay sees it."""
        return LeadRound(
            lead_id=self.lead_id,
            stage=self.stage,
            fields=self.facts,
            assigned_at=self.round_at,
            owner=self.owner,
            owner_since=self.assigned_at,
            last_touch=self.last_touch_at,
            reassignments=self.reassignments,
            recycles=self.recycles,
            recycled_at=self.recycled_at,
        )


def leads_by_id(book: Book, ids: Sequence[str], *, locked: bool = True) -> dict[str, LeadNow]:
    """Leads with their events; on PostgreSQL nobody else can move them until the transaction ends."""
    if not ids:
        return {}
    hold = " FOR UPDATE" if locked and book.dialect == "postgresql" else ""
    rows = book.all(f"SELECT {_COLUMNS} FROM leads WHERE lead_id {{any}} ORDER BY lead_id{hold}", list(ids))
    found = {row[0]: _lead(row) for row in rows}
    for lead_id, event, at, amount in book.all(
        "SELECT lead_id, event, occurred_at, amount FROM events WHERE lead_id {any}"
        " ORDER BY lead_id, occurred_at, event",
        list(found),
    ):
        found[lead_id].events.append((event, at, amount))
    return found


Place: TypeAlias = tuple[int, Instant, str]
"""Where a lead stands in a queue: the most worth first, then who waits longest, then by id."""


def place_of(lead: LeadNow) -> Place:
    """The lead's place; the smaller comes first."""
    return -(lead.priority or 0), lead.created_at, lead.lead_id


def waiting_leads(book: Book, queue: str, pool: str, *, limit: int, after: Place | None = None) -> list[LeadNow]:
    """Leads that wait in the queue for a turn of the pool, in the order in which they get one; without their events.

    They are held until the transaction ends, and those that another worker holds are left out. With `after` only leads
    behind that place.
    """
    behind = "" if after is None else _BEHIND
    places = () if after is None else (-after[0], -after[0], *after[1:])
    rows = book.all(
        f"SELECT {_COLUMNS} FROM leads WHERE queue = ? AND is_open = 1 AND owner IS NULL AND merged_into IS NULL"
        f" AND {_WAITS} AND (pool = ? OR (pool IS NULL AND queue = ?)){behind}"
        " ORDER BY coalesce(priority, 0) DESC, created_at, lead_id LIMIT ? {locked}",
        queue,
        pool,
        pool,
        *places,
        limit,
    )
    return [_lead(row) for row in rows]


_BEHIND = " AND coalesce(priority, 0) <= ? AND (coalesce(priority, 0) < ? OR (created_at, lead_id) > (?, ?))"


_WAITS = f"stage IN ('{LeadStage.MQL.value}', '{LeadStage.SALES_QUALIFIED.value}')"
"""Leads that sales was asked to take; a recycled one waits in no pool."""


def leads_and_finals(book: Book, ids: Sequence[str]) -> dict[str, LeadNow]:
    """The leads and those they were merged into, over any number of steps; all are held in one order."""
    # One may have been merged between the two looks.
    return with_merged(book, leads_by_id(book, sorted(to_hold(book, ids))))


def to_hold(book: Book, ids: Collection[str]) -> set[str]:
    """The leads that are to be held in one statement with these, in one order: on PostgreSQL those they went into, too.

    Held one after the other, two workers could wait for each other.
    """
    wanted = set(ids)
    if wanted and book.dialect == "postgresql":
        into = "SELECT merged_into FROM leads WHERE lead_id {any} AND merged_into IS NOT NULL"
        while more := {lead for (lead,) in book.all(into, sorted(wanted))} - wanted:
            wanted |= more
    return wanted


def with_merged(book: Book, leads: dict[str, LeadNow]) -> dict[str, LeadNow]:
    """The leads and those they were merged into, which may have been merged in turn."""
    while missing := sorted({lead.merged_into for lead in leads.values() if lead.merged_into} - leads.keys()):
        leads.update(leads_by_id(book, missing))
    return leads


def _lead(row: tuple[Any, ...]) -> LeadNow:
    told = dict(zip(_NAMES, row, strict=True))
    override = told["override"]
    return LeadNow(
        **{
            **told,
            "side": Side(told["side"]),
            "fields": orjson.loads(told["fields"]),
            "known": orjson.loads(told["known"]) if told["known"] else {},
            "stage": LeadStage(told["stage"]),
            "is_open": bool(told["is_open"]),
            "band": None if told["band"] is None else Band(told["band"]),
            "earned": None if told["earned"] is None else Band(told["earned"]),
            "override": None if override is None else override_of(orjson.loads(override)),
            "reassignments": told["reassignments"] or 0,
        }
    )


def override_of(told: Mapping[str, Any]) -> Override:
    """A person's band as it stands in the logbook."""
    return Override(band=Band(told["band"]), who=told["who"], why=told["why"], since=told["since"], until=told["until"])


def party_of(lead_id: str, side: Side, fields: Mapping[str, Any], created_at: Instant) -> Party:
    """The lead as identity sees it."""
    get = fields.get
    return Party(
        party_id=lead_id,
        kind="lead",
        sides=(side,),
        company=_text(get("company")),
        name=_text(get("name")),
        given_name=_text(get("given_name")),
        surname=_text(get("surname")),
        email=_text(get("email")),
        phone=_text(get("phone")),
        website=_text(get("website")),
        registration_number=_text(get("registration_number")),
        country=_text(get("country")),
        region=_text(get("region")),
        city=_text(get("city")),
        postcode=_text(get("postcode")),
        street=_text(get("street")),
        owner_id=_text(get("owner")),
        created_at=created_at,
    )


def account_of(party_id: str, told: Mapping[str, Any]) -> Party:
    """A known account as the warehouse published it."""
    given = {name: value for name, value in told.items() if name not in ("party_id", "sides")}
    return Party(party_id=party_id, sides=tuple(Side(side) for side in told.get("sides", ())), **given)


def normal_lead(lead: LeadNow) -> Normal:
    """The lead in the one spelling that is compared."""
    return normalise(party_of(lead.lead_id, lead.side, lead.fields, lead.created_at))


def _text(value: object) -> str | None:
    return None if value is None or value is True or value is False else str(value)
