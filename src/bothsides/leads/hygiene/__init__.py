"""Clean records: the weekly audit with a score per team, fixes that can be undone, blanks filled from bought data."""

from bothsides.leads.hygiene.audit import Audit, Progress, TeamScore, audit, progress
from bothsides.leads.hygiene.checks import CompiledHygiene, compile_hygiene, faults
from bothsides.leads.hygiene.enriching import Conflict, Enriched, Offer, enrich
from bothsides.leads.hygiene.fixing import Change, Fixing, Refused, changed, fixing, undoing
from bothsides.leads.hygiene.policy import (
    CHECKS,
    Check,
    Dates,
    Enrichment,
    HygienePolicy,
    Nulls,
    Required,
    problems,
)
from bothsides.leads.hygiene.records import MERGED_INTO, Fault, Fix, Member, Record, Surroundings

__all__ = [
    "CHECKS",
    "MERGED_INTO",
    "Audit",
    "Change",
    "Check",
    "CompiledHygiene",
    "Conflict",
    "Dates",
    "Enriched",
    "Enrichment",
    "Fault",
    "Fix",
    "Fixing",
    "HygienePolicy",
    "Member",
    "Nulls",
    "Offer",
    "Progress",
    "Record",
    "Refused",
    "Required",
    "Surroundings",
    "TeamScore",
    "audit",
    "changed",
    "compile_hygiene",
    "enrich",
    "faults",
    "fixing",
    "problems",
    "progress",
    "undoing",
]
