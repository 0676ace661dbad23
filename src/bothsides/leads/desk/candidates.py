"""Who a lead may be: known accounts and leads under the same identity keys, the leads of the same batch among them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import orjson

from bothsides.identity import Matching, Normal, candidates, keys_of, normalise
from bothsides.leads.desk.standing import LeadNow, account_of, leads_by_id, normal_lead, party_of, to_hold
from bothsides.logbook import Book
from bothsides.schema import Side
from bothsides.schema.instant import Instant

_KEPT = 50_000
"""Parties whose spelling is remembered by a process: those of one company come back again and again."""

_TABLES: dict[Literal["lead", "party"], tuple[str, str]] = {
    "lead": ("lead_keys", "lead_id"),
    "party": ("party_keys", "party_id"),
}

_ACCOUNTS = (
    "SELECT parties.party_id, parties.data, account_links.organization_id FROM parties"
    " LEFT JOIN account_links ON account_links.account_id = parties.party_id WHERE parties.party_id {any}"
)
"""What a person said of two accounts goes before what the warehouse says."""


class Glimpse(NamedTuple):
    """As much of a lead as says whether it can be the one that is asked for."""

    lead_id: str
    side: str
    is_open: int
    owner: str | None
    merged_into: str | None
    created_at: Instant
    fields: str


@dataclass(slots=True, kw_only=True)
class Candidates:
    """The parties that share a key with leads of a batch."""

    book: Book
    lead_holders: dict[str, list[str]] = field(default_factory=dict)
    """Leads under each key; a key that is too common has as many holders as say so."""
    account_holders: dict[str, list[str]] = field(default_factory=dict)
    leads: dict[str, LeadNow] = field(default_factory=dict)
    """Leads of the batch and those that it moved, as they stand now."""
    glimpses: dict[str, Glimpse] = field(default_factory=dict)
    normals: dict[str, Normal] = field(default_factory=dict)
    """Of the leads above and of accounts."""

    def add(self, lead: LeadNow, normal: Normal, keys: Iterable[str]) -> None:
        """A lead that was just taken in, so that the next ones may be it."""
        self.leads[lead.lead_id] = lead
        self.normals[lead.lead_id] = normal
        self.hold(lead.lead_id, keys)

    def hold(self, lead_id: str, keys: Iterable[str]) -> list[str]:
        """The lead is found under these keys too; those that are new for it."""
        new = []
        for key in keys:
            holders = self.lead_holders.setdefault(key, [])
            if lead_id not in holders:
                holders.append(lead_id)
                new.append(key)
        return new

    def changed(self, lead: LeadNow) -> None:
        """A lead whose fields have changed is normalised anew."""
        self.normals[lead.lead_id] = normal_lead(lead)

    def accounts(self, keys: Sequence[str], matching: Matching) -> list[Normal]:
        """The known accounts that share a key which is not too common among accounts."""
        found = candidates(keys, self.account_holders, too_common=matching.too_common)
        return [self.normals[party] for party in found if party in self.normals]

    def open_on(self, side: Side, keys: Sequence[str], matching: Matching) -> list[Normal]:
        """The open leads of the side that share a key which is not too common among leads; a merged one is the one it
        went into.
        """
        return [self._normal(lead) for lead in self._sharing(keys, matching) if lead.is_open and lead.side == side]

    def owned(self, keys: Sequence[str], matching: Matching) -> dict[str, tuple[str, Normal]]:
        """The leads, of either side, that share such a key and have an owner, by id."""
        found = self._sharing(keys, matching)
        return {lead.lead_id: (lead.owner, self._normal(lead)) for lead in found if lead.owner is not None}

    def _sharing(self, keys: Sequence[str], matching: Matching) -> list[LeadNow | Glimpse]:
        found = candidates(keys, self.lead_holders, too_common=matching.too_common)
        seen = (self.seen(party) for party in dict.fromkeys(self.final(party) for party in found))
        return [lead for lead in seen if lead is not None]

    def seen(self, party: str) -> LeadNow | Glimpse | None:
        """The lead as it stands, or as it was read."""
        return self.leads.get(party) or self.glimpses.get(party)

    def whole(self, party: str) -> LeadNow:
        """The lead with everything known of it; held on PostgreSQL until the transaction ends."""
        if party not in self.leads:
            self.leads |= leads_by_id(self.book, [party])
        return self.leads[party]

    def final(self, party: str) -> str:
        """The lead that a merged lead went into in the end; the party itself otherwise."""
        while (lead := self.seen(party)) is not None and lead.merged_into is not None:
            party = lead.merged_into
        return party

    def _normal(self, lead: LeadNow | Glimpse) -> Normal:
        normal = self.normals.get(lead.lead_id)
        if normal is None:
            normal = normal_lead(lead) if isinstance(lead, LeadNow) else _remembered_lead(*lead)
        return normal


@lru_cache(maxsize=_KEPT)
def _remembered_lead(
    lead_id: str, side: str, _open: int, _owner: str | None, _merged: str | None, created_at: Instant, fields: str
) -> Normal:
    return normalise(party_of(lead_id, Side(side), orjson.loads(fields), created_at))


@lru_cache(maxsize=_KEPT)
def _remembered_account(party_id: str, told: str, organization: str | None) -> Normal:
    said = orjson.loads(told)
    if organization is not None:
        said["organization_id"] = organization
    return normalise(account_of(party_id, said))


def identity_keys(normal: Normal) -> tuple[str, ...]:
    """The keys under which a party is found, as a company and as a person."""
    return tuple(dict.fromkeys((*keys_of(normal, "company"), *keys_of(normal, "person"))))


def read_candidates(book: Book, keys: Iterable[str], matching: Matching, *, beside: Collection[str] = ()) -> Candidates:
    """Everybody known under one of the keys; on PostgreSQL they are held, with the leads of `beside`, in one order."""
    # In the order of the tables, so that neighbours are read together.
    asked = sorted(set(keys))
    found = Candidates(
        book=book,
        lead_holders=_holders(book, "lead", asked, matching.too_common),
        account_holders=_holders(book, "party", asked, matching.too_common),
    )
    wanted = to_hold(book, _telling(found.lead_holders, matching.too_common) | set(beside))
    # Leads are held before the turns of the pools are, here as everywhere: else two workers could wait for each other.
    held = " ORDER BY lead_id FOR UPDATE" if book.dialect == "postgresql" else ""
    # A lead that was merged leads to another, which may have been merged in turn.
    while missing := sorted(wanted - found.glimpses.keys()):
        rows = book.all(
            "SELECT lead_id, side, is_open, owner, merged_into, created_at, fields FROM leads"
            f" WHERE lead_id {{any}}{held}",
            missing,
        )
        found.glimpses |= {row[0]: Glimpse(*row) for row in rows}
        wanted = {glimpse.merged_into for glimpse in found.glimpses.values() if glimpse.merged_into}
        wanted -= found.glimpses.keys()
    accounts = sorted(_telling(found.account_holders, matching.too_common))
    if accounts:
        for party, told, organization in book.all(_ACCOUNTS, accounts):
            found.normals[party] = _remembered_account(party, told, organization)
    return found


def _telling(holders: Mapping[str, Sequence[str]], too_common: int) -> set[str]:
    """Everybody under a key that is not too common."""
    return {party for parties in holders.values() if len(parties) < too_common for party in parties}


def _holders(book: Book, kind: Literal["lead", "party"], keys: Sequence[str], too_common: int) -> dict[str, list[str]]:
    """The parties under each key that has any. What is too common says nothing, so of its parties only so many are
    told as say so.
    """
    table, party = _TABLES[kind]
    held = f"SELECT {party} AS party FROM {table} held WHERE held.identity_key = asked.k LIMIT {int(too_common)}"
    if book.dialect == "postgresql":
        rows = book.all(f"SELECT asked.k, array({held}) FROM (SELECT unnest(?::text[]) AS k) asked", keys)
        return {key: parties for key, parties in rows if parties}
    listed = f"(SELECT json_group_array(party) FROM ({held}))"
    rows = book.all(f"SELECT asked.k, {listed} FROM (SELECT value AS k FROM json_each(?)) asked", keys)
    return {key: orjson.loads(parties) for key, parties in rows if parties != "[]"}
