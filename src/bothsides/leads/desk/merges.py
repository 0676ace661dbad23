"""The merges that stand: leads that became one by a rule or by a person's word, accounts that are one organisation."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from bothsides.logbook import Book, Kind
from bothsides.logbook.tables import OF_MERGES
from bothsides.schema.instant import Instant

_KINDS = (Kind.LEADS_MERGED.value, Kind.ACCOUNTS_LINKED.value)
_STANDS = (
    f"{OF_MERGES} AND e.kind {{any}} AND e.reverses IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM entries u WHERE u.key = 'undone:' || e.key)"
)
_LAST_SIGN = "\U0010ffff"
"""Sorts behind every other: what begins with a word lies between the word and the word followed by it."""

_NAMED = 6
_SHORTEST = 4
"""Letters of a lead's id that at least must be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One merge."""

    key: str
    """With it the merge is taken back."""
    of: str
    """`leads` or `accounts`."""
    kept: str
    absorbed: str | None
    """The lead that went into the other; None for accounts."""
    at: Instant
    who: str
    """`desk` for what a rule decided."""
    why: str
    """The rule that held, or a person's reason."""
    agrees: Mapping[str, str]
    """What the rule asked for and how far the two agree in it, such as email: same."""


def made(book: Book, *, by_rule: bool, limit: int) -> list[Made]:
    """The merges that stand, the latest first: those that a rule decided, or those by people."""
    rows = book.all(
        "SELECT e.key, e.kind, e.subject, e.at, e.actor, e.reason, e.data FROM entries e"
        f" WHERE {_STANDS} AND (e.actor = 'desk') = (? = 1) ORDER BY e.seq DESC LIMIT ?",
        _KINDS,
        int(by_rule),
        limit,
    )
    found = []
    for key, kind, subject, at, actor, reason, told in rows:
        data = orjson.loads(told)
        found.append(
            Made(
                key=key,
                of="leads" if kind == Kind.LEADS_MERGED.value else "accounts",
                kept=subject,
                absorbed=data.get("absorbed"),
                at=at,
                who=actor,
                why=reason,
                agrees=data.get("agrees", {}),
            )
        )
    return found


def merge_named(book: Book, said: str) -> str:
    """The key of the merge that is meant: its key or the beginning of it, or the id of the lead that went into another
    or the beginning of that.

    Raises LookupError where it names none or several; one that was taken back already is named by its whole key only.
    """
    if book.one("SELECT 1 FROM entries WHERE key = ? AND kind {any}", said, _KINDS) is not None:
        return said
    keys: list[str] = [
        key
        for (key,) in book.all(
            f"SELECT e.key FROM entries e WHERE e.key > ? AND e.key < ? AND {_STANDS} ORDER BY e.key LIMIT ?",
            said,
            said + _LAST_SIGN,
            _KINDS,
            _NAMED,
        )
        if said
    ]
    if len(said) >= _SHORTEST:
        keys += _of_absorbed(book, said)
    if len(keys) == 1:
        return keys[0]
    if keys:
        raise LookupError(f"{said!r} names several merges: {', '.join(keys[:_NAMED])}; give more of one's key")
    raise LookupError(f"no merge {said!r} stands; bothsides merge lists those that do")


def _of_absorbed(book: Book, said: str) -> list[str]:
    """The merges by which leads whose ids begin so went into others."""
    found: list[str] = []
    for lead, into in book.all(
        "SELECT lead_id, merged_into FROM leads WHERE lead_id >= ? AND lead_id < ? AND merged_into IS NOT NULL"
        " ORDER BY lead_id LIMIT ?",
        said,
        said + "g",
        _NAMED,
    ):
        row = book.one(
            "SELECT data FROM entries WHERE subject = ? AND kind = ? ORDER BY seq DESC LIMIT 1",
            lead,
            Kind.STANDS_AS.value,
        )
        told = {} if row is None else orjson.loads(row[0])
        if told.get("lead") == into:
            found.append(told["merge"])
    return found
