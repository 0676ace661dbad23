"""The effects that wait to be sent: claimed for a while by a worker, settled by a line of the journal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bothsides.logbook.store import Book
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One message or update for another system. `effect_id` is its idempotency key wherever it is sent."""

    effect_id: str
    action: str
    subject: str
    payload: Mapping[str, Any]
    sink: str | None
    requested_at: Instant
    attempts: int


def claim_effects(book: Book, *, now: Instant, limit: int, lease_seconds: int) -> list[Effect]:
    """Effects that may be sent now, earliest first. Whoever dies with them loses them when the lease ends."""
    rows = book.all(
        "UPDATE outbox SET claimed_until = ? WHERE effect_id IN ("
        "SELECT effect_id FROM outbox WHERE state = 'waiting' AND not_before <= ? AND claimed_until <= ?"
        " ORDER BY not_before, effect_id LIMIT ? {locked})"
        " RETURNING effect_id, action, subject, payload, sink, requested_at, attempts",
        now + lease_seconds,
        now,
        now,
        limit,
    )
    found = [
        Effect(
            effect_id=name,
            action=action,
            subject=subject,
            payload=json.loads(payload),
            sink=sink,
            requested_at=at,
            attempts=attempts,
        )
        for name, action, subject, payload, sink, at, attempts in rows
    ]
    return sorted(found, key=lambda effect: (effect.requested_at, effect.effect_id))


def waiting_effects(book: Book) -> dict[str, int]:
    """How many effects there are by state: waiting, done, held, dead, dropped."""
    return dict(book.all("SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state"))
