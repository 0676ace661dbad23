"""Where promises live: an append-only journal in SQLite or PostgreSQL, and what it amounts to at this moment."""

from bothsides.logbook.alone import alone, lock_number
from bothsides.logbook.entry import MEANINGS, Entry, Kind, Written
from bothsides.logbook.facts import (
    PublishedCell,
    PublishedParty,
    Snapshot,
    advance,
    cells_of,
    compared,
    latest,
    publish,
    watermarks,
)
from bothsides.logbook.giving_way import driver_errors, in_turn, kept
from bothsides.logbook.outbox import Effect, claim_effects, waiting_effects
from bothsides.logbook.rebuilding import rebuild, standing
from bothsides.logbook.sealing import BrokenSeal, Seal, broken_seals, seal
from bothsides.logbook.store import AlreadyWritten, Book, Logbook, LogbookNewer, LogbookUnavailable
from bothsides.logbook.timers import Timer, claim, next_due, set_timer, settle, unset, unset_named

__all__ = [
    "MEANINGS",
    "AlreadyWritten",
    "Book",
    "BrokenSeal",
    "Effect",
    "Entry",
    "Kind",
    "Logbook",
    "LogbookNewer",
    "LogbookUnavailable",
    "PublishedCell",
    "PublishedParty",
    "Seal",
    "Snapshot",
    "Timer",
    "Written",
    "advance",
    "alone",
    "broken_seals",
    "cells_of",
    "claim",
    "claim_effects",
    "compared",
    "driver_errors",
    "in_turn",
    "kept",
    "latest",
    "lock_number",
    "next_due",
    "publish",
    "rebuild",
    "seal",
    "set_timer",
    "settle",
    "standing",
    "unset",
    "unset_named",
    "waiting_effects",
    "watermarks",
]
