"""The desk's leads as lists, in the order in which they are worth looking at. It decides nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import orjson

from bothsides.identity import Party, keys_of, normalise
from bothsides.leads.score import Band
from bothsides.logbook import Book
from bothsides.schema import Side
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

_COLUMNS = (
    "lead_id, side, source, created_at, fields, stage, is_open, band, score, win_chance, priority, owner, queue, pool,"
    " merged_into, assigned_at, first_touch_at, last_touch_at"
)

_ORDER = "is_open DESC, coalesce(priority, -1) DESC, coalesce(score, -1) DESC, created_at, lead_id"

_SHORTEST = 4
"""Letters of an id that at least must be given."""

_NAMED = 6
"""Leads of one company that are told where several may be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A lead as a row of a list."""

    lead_id: str
    side: str
    source: str
    company: str
    name: str
    created_at: Instant
    stage: str
    is_open: bool
    band: str | None
    score: int | None
    win_chance: float | None
    priority: int | None
    """Money in minor units; None where it was not reckoned."""
    owner: str | None
    queue: str | None
    pool: str | None
    merged_into: str | None
    assigned_at: Instant | None
    first_touch_at: Instant | None
    last_touch_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which leads: every field that is given must hold."""

    side: Side | None = None
    owner: str | None = None
    queue: str | None = None
    band: Band | None = None
    stage: LeadStage | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The first leads of a list, and how many there are."""

    leads: tuple[Listed, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What people know a lead or an account by; None is unknown."""

    company: str | None
    name: str | None
    """Of the person."""

    @property
    def shown(self) -> str:
        """The company, else the person."""
        return self.company or self.name or ""


def called(book: Book, parties: Collection[str]) -> dict[str, Called]:
    """By id, what leads and known accounts are called; an id of neither is left out."""
    rows = book.all("SELECT lead_id, fields FROM leads WHERE lead_id {any}", sorted(parties))
    rest = sorted(set(parties) - {row[0] for row in rows})
    rows = [*rows, *book.all("SELECT party_id, data FROM parties WHERE party_id {any}", rest)]
    told = {party: orjson.loads(fields) for party, fields in rows}
    return {
        party: Called(company=_text(fields.get("company")), name=_text(fields.get("name")))
        for party, fields in told.items()
    }


def _text(value: object) -> str | None:
    return str(value) if value else None


def listed(book: Book, wanted: Wanted, *, limit: int = 50) -> Page:
    """Open leads before closed ones; of each those by priority, then those without one by score, then the older first.

    Leads that are equal in all that stand by their id. Merged leads are left out.
    """
    tests, values = _tests(wanted)
    where = f"FROM leads WHERE {tests}"
    (total,) = book.all(f"SELECT count(*) {where}", *values)[0]
    rows = book.all(
        f"SELECT {_COLUMNS} {where} ORDER BY {_ORDER} LIMIT ?",
        *values,
        limit,
    )
    return Page(leads=tuple(_listed(row) for row in rows), total=total)


def found(book: Book, said: str) -> Listed:
    """The lead whose id is this or begins so. Raises LookupError where none or several are."""
    rows = book.all(
        f"SELECT {_COLUMNS} FROM leads WHERE lead_id >= ? AND lead_id < ? ORDER BY lead_id LIMIT 6", said, said + "g"
    )
    exact = [row for row in rows if row[0] == said]
    if len(exact or rows) == 1 and (exact or len(said) >= _SHORTEST):
        return _listed((exact or rows)[0])
    if rows and len(said) >= _SHORTEST:
        raise LookupError(f"lead {said!r} is not one lead: {', '.join(row[0] for row in rows)} begin so")
    ids = [row[0] for row in book.all("SELECT lead_id FROM leads ORDER BY created_at DESC, lead_id LIMIT 500")]
    near = get_close_matches(said, ids, n=2, cutoff=0.7)
    hint = f"did you mean {' or '.join(near)}?" if near else "bothsides leads lists those that did"
    short = f" (give at least {_SHORTEST} letters)" if len(said) < _SHORTEST else ""
    raise LookupError(f"lead {said!r} never came in{short}; {hint}")


def meant(book: Book, said: str) -> Listed:
    """The lead whose id is this or begins so, or else the only one of the company, mail domain or e-mail address.

    Raises LookupError where none or several are, with the id and company of each.
    """
    begins = "SELECT 1 FROM leads WHERE lead_id >= ? AND lead_id < ? LIMIT 1"
    if len(said) >= _SHORTEST and book.one(begins, said, said + "g") is not None:
        return found(book, said)
    leads = _identified(book, said)
    if not leads:
        return found(book, said)
    if len(leads) > 1:
        each = [f"{one.lead_id[:8]} {one.company or one.name} ({one.side}, {one.stage})" for one in leads[:_NAMED]]
        more = f" and {len(leads) - _NAMED} more" if len(leads) > _NAMED else ""
        raise LookupError(f"{said!r} is not one lead: {', '.join(each)}{more}; give the id of one")
    return leads[0]


def _identified(book: Book, said: str) -> list[Listed]:
    """The leads, in the order of a list, that are known under what was said; a merged one is the one it went into."""
    ids = {lead for (lead,) in book.all("SELECT lead_id FROM lead_keys WHERE identity_key {any}", _keys(said))}
    more = set(ids)
    while more:
        into = "SELECT merged_into FROM leads WHERE lead_id {any} AND merged_into IS NOT NULL"
        more = {lead for (lead,) in book.all(into, sorted(more))} - ids
        ids |= more
    whole = f"SELECT {_COLUMNS} FROM leads WHERE lead_id {{any}} AND merged_into IS NULL ORDER BY {_ORDER}"
    return [_listed(row) for row in book.all(whole, sorted(ids))]


def _keys(said: str) -> list[str]:
    """Under which leads of a company so called, of this domain or with this address are found."""
    if "@" in said:
        parties = [Party(party_id="", kind="lead", email=said)]
    else:
        site = said if "." in said and " " not in said.strip() else None
        parties = [Party(party_id="", kind="lead", company=said), Party(party_id="", kind="lead", website=site)]
    kinds = ("mail:",) if "@" in said else ("name:", "domain:")
    return [key for party in parties for key in keys_of(normalise(party), "company") if key.startswith(kinds)]


def _tests(wanted: Wanted) -> tuple[str, list[object]]:
    tests, values = ["merged_into IS NULL"], list[object]()
    for column, value in (
        ("side", wanted.side),
        ("owner", wanted.owner),
        ("queue", wanted.queue),
        ("band", wanted.band),
        ("stage", wanted.stage),
    ):
        if value is not None:
            tests.append(f"{column} = ?")
            values.append(str(value))
    if wanted.open_only:
        tests.append("is_open = 1")
    return " AND ".join(tests), values


def _listed(row: Sequence[Any]) -> Listed:
    told = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    fields = orjson.loads(told.pop("fields"))
    told["is_open"] = bool(told["is_open"])
    return Listed(company=str(fields.get("company") or ""), name=str(fields.get("name") or ""), **told)
