"""A person's word on being written to: consent, withdrawal, unsubscribing, bounces, complaints, by hashed address."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from bothsides.delivery.gate import Consent, Recipient, address_hash
from bothsides.delivery.hours import OpenHours
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant

ALL = "all"
"""The purpose of whoever wants nothing at all."""


class Word(StrEnum):
    """What was said, or what a mail system said of the address."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    BOUNCED = "bounced"
    ERASED = "erased"


_SUPPRESSES = {Word.COMPLAINED: "marketing", Word.BOUNCED: "all", Word.ERASED: "all"}


def said(
    book: Book, address: str, word: Word, *, purpose: str, at: Instant, by: str, address_key: bytes = b""
) -> Entry:
    """The line that keeps a person's word. Consent given anew after a withdrawal counts from then on.

    Raises ValueError for consent to everything: it is given for a purpose (GDPR, article 7).
    """
    if word is Word.GIVEN and purpose == ALL:
        raise ValueError("consent is given for a purpose, not for 'all'")
    who = address_hash(address, address_key)
    row = book.one("SELECT given_at, withdrawn_at FROM consents WHERE address_hash = ? AND purpose = ?", who, purpose)
    given_at, withdrawn_at = row or (None, None)
    if word is Word.GIVEN:
        given_at, withdrawn_at = at, None if withdrawn_at is None or withdrawn_at < at else withdrawn_at
    else:
        withdrawn_at = at
    data = {"purpose": purpose, "word": word.value, "given_at": given_at, "withdrawn_at": withdrawn_at}
    key = f"consent:{who}:{purpose}:{word.value}:{at}"
    return Entry(kind=Kind.CONSENT_CHANGED, subject=who, at=at, data=data, key=key, actor=by)


def recipient(
    book: Book, address: str, *, staff: bool, hours: Mapping[str, OpenHours], address_key: bytes = b""
) -> Recipient:
    """All that is known of the person at the address."""
    found = Recipient(address=address, staff=staff, hours=hours)
    consents: dict[str, Consent] = {}
    unsubscribed: set[str] = set()
    suppressed = "no"
    for purpose, word, given_at, withdrawn_at in book.all(
        "SELECT purpose, word, given_at, withdrawn_at FROM consents WHERE address_hash = ? ORDER BY purpose",
        address_hash(address, address_key),
    ):
        if given_at is not None:
            consents[purpose] = Consent(given_at=given_at, withdrawn_at=withdrawn_at)
        if word in (Word.UNSUBSCRIBED, Word.WITHDRAWN):
            unsubscribed.add(purpose)
        heavier = _SUPPRESSES.get(Word(word), "no")
        suppressed = heavier if suppressed == "no" or heavier == ALL else suppressed
    return replace(
        found,
        consents=consents,
        unsubscribed=frozenset(unsubscribed),
        suppressed="all" if suppressed == "all" else "marketing" if suppressed == "marketing" else "no",
    )
