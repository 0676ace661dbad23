"""Records that were no leads, kept as they came with every reason until somebody corrects them."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bothsides.leads.intake.policy import Source
from bothsides.leads.intake.reading import Refused, lead_id
from bothsides.leads.intake.tellings import key_of
from bothsides.logbook import Book
from bothsides.logbook.plain import plain_text
from bothsides.schema.instant import Instant

WAITING, RETRIED, DISCARDED = "waiting", "retried", "discarded"
"""States of a kept record: nobody has looked after it, it was corrected and sent again, or somebody said that it is no
lead."""

_COLUMNS = "refused_id, source, received_at, raw, reasons, state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A refused record as it is kept. `raw` is its JSON text."""

    refused_id: str
    source: str
    received_at: Instant
    raw: str
    reasons: tuple[str, ...]
    state: str

    @property
    def record(self) -> object:
        """The record as plain values, to be corrected and read again."""
        return _as_kept(self.raw)


def keep_refused(book: Book, records: Iterable[Refused], *, now: Instant) -> int:
    """Keeps the records; how many. The same record of the same source is kept once, under its latest reasons.

    One that was corrected and taken in, or discarded, waits no more, however often its source sends it as it was.
    """
    kept = {one.refused_id: one for one in records}
    for one in kept.values():
        book.run(
            f"INSERT INTO refused ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (refused_id) DO UPDATE"
            " SET received_at = excluded.received_at, reasons = excluded.reasons WHERE refused.state = ?",
            one.refused_id,
            one.source,
            now,
            one.raw,
            plain_text(one.reasons),
            WAITING,
            WAITING,
        )
    return len(kept)


def still_refused(book: Book, records: Iterable[Refused]) -> None:
    """Keeps the reasons for which waiting records are refused now; when they came stays as it was."""
    for one in records:
        book.run(
            "UPDATE refused SET reasons = ? WHERE state = ? AND refused_id = ?",
            plain_text(one.reasons),
            WAITING,
            one.refused_id,
        )


def superseded(
    book: Book, source: Source, leads: Collection[str], *, workspace: str, beside: Collection[str] = ()
) -> int:
    """Marks the waiting records of which the source sent what could be taken in since, under the same record id; how
    many. `leads` are the ids of the leads taken in, `beside` the refused records that came with them."""
    if not leads:
        return 0

    def names_one(raw: str) -> bool:
        key = key_of(_as_kept(raw), source)
        return key is not None and lead_id(workspace, source.name, key) in leads

    rows = book.all("SELECT refused_id, raw FROM refused WHERE state = ? AND source = ?", WAITING, source.name)
    found = [name for name, raw in rows if name not in beside and names_one(raw)]
    return retried(book, found) if found else 0


def corrected(book: Book, records: Iterable[Refused]) -> set[str]:
    """The ids of those that were corrected and taken in before."""
    ids = sorted({one.refused_id for one in records})
    rows = book.all("SELECT refused_id FROM refused WHERE state = ? AND refused_id {any}", RETRIED, ids) if ids else []
    return {name for (name,) in rows}


def refused(book: Book, *, source: str | None = None, state: str = WAITING, limit: int = 1000) -> list[Kept]:
    """The records in that state, the oldest first; of one source where it is named."""
    wanted, values = ("", []) if source is None else (" AND source = ?", [source])
    rows = book.all(
        f"SELECT {_COLUMNS} FROM refused WHERE state = ?{wanted} ORDER BY received_at, refused_id LIMIT ?",
        state,
        *values,
        limit,
    )
    return [_kept(row) for row in rows]


def retried(book: Book, ids: Sequence[str]) -> int:
    """Marks the records as corrected and sent again; how many were waiting. What they were stays to be read."""
    return book.run(
        "UPDATE refused SET state = ? WHERE state = ? AND refused_id {any}", RETRIED, WAITING, list(dict.fromkeys(ids))
    )


def discarded(book: Book, records: Iterable[Kept], *, by: str, why: str) -> int:
    """Marks the records as no leads; how many were waiting. They stay to be read, with who said so and why."""
    return sum(
        book.run(
            "UPDATE refused SET state = ?, reasons = ? WHERE state = ? AND refused_id = ?",
            DISCARDED,
            plain_text((*one.reasons, f"discarded by {by}: {why}")),
            WAITING,
            one.refused_id,
        )
        for one in records
    )


def _as_kept(raw: str) -> object:
    # With all that a refused record may hold: halves of surrogate pairs, endless numbers, whole ones of any length.
    return json.loads(raw)


def _kept(row: tuple[Any, ...]) -> Kept:
    refused_id, source, received_at, raw, reasons, state = row
    return Kept(
        refused_id=refused_id,
        source=source,
        received_at=received_at,
        raw=raw,
        reasons=tuple(orjson.loads(reasons)),
        state=state,
    )
