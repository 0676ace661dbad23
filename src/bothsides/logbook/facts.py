"""What the warehouse last told the desk: cells, known companies and up to when each source is known."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bothsides.logbook.entry import Entry, Kind
from bothsides.logbook.plain import sorted_text
from bothsides.logbook.store import Book
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCell:
    """What is known of one side of one cell; `data` are the plain values that the reader's record is made of."""

    side: str
    category: str
    region: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedParty:
    """A known account with the keys under which it is looked up."""

    party_id: str
    data: Mapping[str, Any]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyChanges:
    """What makes the accounts known at a snapshot those of the next: rows that go and rows that come."""

    since: int
    """The snapshot they were compared with; 0 before the first."""
    gone: tuple[str, ...]
    put: tuple[tuple[str, str], ...]
    keys_gone: tuple[str, ...]
    """Accounts of which all keys go; those that stay come again."""
    keys_put: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Which facts a decision was made on."""

    snapshot: int
    load_id: int
    published_at: Instant


def publish(
    book: Book,
    *,
    load_id: int,
    now: Instant,
    cells: Sequence[PublishedCell],
    parties: Sequence[PublishedParty],
    watermarks: Mapping[str, Instant],
    changes: PartyChanges | None = None,
) -> Snapshot:
    """Hands over the facts of a load, whole; a load that was handed over already is left as it is.

    Of the known accounts only what differs is written. `changes` may bring that worked out before, outside the
    transaction; where something was published since, it is worked out anew. Cells of earlier snapshots stay, so that
    what was decided on them can be decided again.
    """
    row = book.one("SELECT snapshot, load_id, published_at FROM snapshots WHERE load_id = ?", load_id)
    if row is not None:
        return Snapshot(snapshot=row[0], load_id=row[1], published_at=row[2])
    snapshot = 1 + _last_snapshot(book)
    book.insert(
        "snapshots",
        [{"snapshot": snapshot, "load_id": load_id, "published_at": now, "watermarks": sorted_text(watermarks)}],
    )
    book.insert(
        "cell_facts",
        [
            {
                "snapshot": snapshot,
                "side": c.side,
                "category": c.category,
                "region": c.region,
                "data": sorted_text(c.data),
            }
            for c in cells
        ],
    )
    if changes is None or changes.since != snapshot - 1:
        changes = compared(book, parties)
    _put(book, changes, snapshot)
    for source, reached in sorted(watermarks.items()):
        advance(book, source, min(reached, now), now=now)
    told = {"load_id": load_id, "snapshot": snapshot, "cells": len(cells), "parties": len(parties)}
    book.post(
        [Entry(kind=Kind.FACTS_PUBLISHED, subject="warehouse", at=now, key=f"facts:{load_id}", data=told)], now=now
    )
    return Snapshot(snapshot=snapshot, load_id=load_id, published_at=now)


def compared(book: Book, parties: Sequence[PublishedParty]) -> PartyChanges:
    """What sets the known accounts apart from these. Only reads, so that nobody who writes waits for the comparing."""
    # First: what is published after this is noticed by its number.
    since = _last_snapshot(book)
    told = {party.party_id: sorted_text(party.data) for party in parties}
    known = dict(book.all("SELECT party_id, data FROM parties"))
    put = [name for name, data in told.items() if known.get(name) != data]
    keys = {(key, party.party_id) for party in parties for key in party.keys}
    held = set(book.all("SELECT identity_key, party_id FROM party_keys"))
    fewer = {name for _, name in held - keys}
    return PartyChanges(
        since=since,
        gone=tuple((known.keys() - told.keys()) | (known.keys() & set(put))),
        put=tuple((name, told[name]) for name in put),
        keys_gone=tuple(fewer),
        keys_put=tuple(sorted(pair for pair in keys if pair[1] in fewer or pair not in held)),
    )


def _put(book: Book, changes: PartyChanges, snapshot: int) -> None:
    if changes.gone:
        book.run("DELETE FROM parties WHERE party_id {any}", list(changes.gone))
    if changes.keys_gone:
        book.run("DELETE FROM party_keys WHERE party_id {any}", list(changes.keys_gone))
    book.insert("parties", [{"party_id": name, "data": data, "snapshot": snapshot} for name, data in changes.put])
    book.insert("party_keys", [{"identity_key": key, "party_id": name} for key, name in changes.keys_put])


def _last_snapshot(book: Book) -> int:
    row = book.one("SELECT max(snapshot) FROM snapshots")
    return row[0] if row and row[0] is not None else 0


def advance(book: Book, source: str, reached: Instant, *, now: Instant | None = None) -> None:
    """Everything of that source up to then is known; it never goes back, but from a moment that is still to come
    `now`: nobody can have known all until then."""
    greatest = "max" if book.dialect == "sqlite" else "greatest"
    book.run(
        "INSERT INTO watermarks (source, reached_at) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET reached_at ="
        f" CASE WHEN watermarks.reached_at > ? THEN excluded.reached_at"
        f" ELSE {greatest}(watermarks.reached_at, excluded.reached_at) END",
        source,
        reached,
        _NEVER if now is None else now,
    )


_NEVER = 1 << 62


def watermarks(book: Book) -> dict[str, Instant]:
    """Up to when each source of touches is known."""
    return dict(book.all("SELECT source, reached_at FROM watermarks"))


def latest(book: Book) -> Snapshot | None:
    """The facts that decisions are made on now."""
    row = book.one("SELECT snapshot, load_id, published_at FROM snapshots ORDER BY snapshot DESC LIMIT 1")
    return Snapshot(snapshot=row[0], load_id=row[1], published_at=row[2]) if row else None


def cells_of(book: Book, snapshot: int) -> list[PublishedCell]:
    """Every cell of a snapshot."""
    rows = book.all("SELECT side, category, region, data FROM cell_facts WHERE snapshot = ?", snapshot)
    return [PublishedCell(side=s, category=c, region=r, data=json.loads(data)) for s, c, r, data in rows]
