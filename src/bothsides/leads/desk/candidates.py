"""Who a lead may be: known accounts and leads under the same identity keys, the leads of the same batch among them."""

from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import orjson

from bothsides.identity import Matching, Normal, candidates, keys_of, normalise
from bothsides.leads.desk.standing import LeadNow, account_of, leads_by_id, normal_lead, party_of, to_hold
from bothsides.logbook import Book
from bothsides.schema import Side
from bothsides.schema.instant import Instant

_KEPT = 50_000
"""Parties whose spelling is remembered by a process: those of one company come back again and again."""

_Kind: TypeAlias = Literal["lead", "open lead", "party"]
_TABLES: dict[_Kind, tuple[str, str, str]] = {
    "lead": ("lead_keys", "lead_id", ""),
    "open lead": (
        "lead_keys",
        "lead_id",
        " JOIN leads ON leads.lead_id = held.lead_id AND (leads.is_open = 1 OR leads.merged_into IS NOT NULL)",
    ),
    "party": ("party_keys", "party_id", ""),
}

_ACCOUNTS = (
    "SELECT parties.party_id, parties.data, account_links.organization_id FROM parties"
    " LEFT JOIN account_links ON account_links.account_id = parties.party_id WHERE parties.party_id {any}"
)
"""What a person said of two accounts goes before what the warehouse says."""


class Keys(NamedTuple):
    """The identity keys of a party."""

    company: tuple[str, ...]
    """Under which it is found as a company."""
    person: tuple[str, ...]
    """Under which it is asked for as a person."""

    @property
    def all(self) -> tuple[str, ...]:
        """Under which it is found itself, each once."""
        return tuple(dict.fromkeys((*self.company, *self.person)))


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
    """Leads under each key that was asked for; a key that is too common has as many holders as say so."""
    open_holders: dict[str, list[str]] = field(default_factory=dict)
    """Of keys of persons that are too common among all leads: the open ones and those that went into others."""
    account_holders: dict[str, list[str]] = field(default_factory=dict)
    leads: dict[str, LeadNow] = field(default_factory=dict)
    """Leads of the batch and those that it moved, as they stand now."""
    glimpses: dict[str, Glimpse] = field(default_factory=dict)
    absorbed: dict[str, list[str]] = field(default_factory=dict)
    """The leads that went into each lead: it is also who they were."""
    normals: dict[str, Normal] = field(default_factory=dict)
    """Of the leads above and of accounts."""
    left: set[tuple[str, str]] = field(default_factory=set)
    """Leads that this batch took from under a key, with the key."""

    def add(self, lead: LeadNow, normal: Normal, keys: Iterable[str]) -> None:
        """A lead that was just taken in, so that the next ones may be it."""
        lead_id = lead.lead_id
        self.leads[lead_id] = lead
        self.normals[lead_id] = normal
        self.join(lead_id, keys)

    def join(self, lead_id: str, keys: Iterable[str]) -> None:
        """The lead is found under these keys, too."""
        for key in keys:
            holders = self.lead_holders.setdefault(key, [])
            if lead_id not in holders:
                holders.append(lead_id)
                if key in self.open_holders:
                    self.open_holders[key].append(lead_id)

    def hold(self, lead_id: str, keys: Sequence[str]) -> list[str]:
        """The same; those of the keys that are new for it, also where they were not asked for."""
        # Of a key that is too common not every holder was told.
        known = "SELECT identity_key FROM lead_keys WHERE lead_id = ? AND identity_key {any}"
        had = {key for (key,) in self.book.all(known, lead_id, list(keys)) if (lead_id, key) not in self.left}
        new = [key for key in keys if key not in had and lead_id not in self.lead_holders.get(key, ())]
        self.join(lead_id, new)
        return new

    def leave(self, lead_id: str, keys: Iterable[str]) -> None:
        """The lead is found under these keys no more."""
        for key in keys:
            self.left.add((lead_id, key))
            for holders in (self.lead_holders.get(key, []), self.open_holders.get(key, [])):
                if lead_id in holders:
                    holders.remove(lead_id)

    def absorb(self, kept: str, lead: LeadNow, normal: Normal) -> None:
        """A lead that went into another, which is now also who that one was."""
        self.leads[lead.lead_id], self.normals[lead.lead_id] = lead, normal
        self.absorbed.setdefault(kept, []).append(lead.lead_id)

    def taken_into(self, lead: LeadNow) -> list[LeadNow]:
        """The leads of the batch that went into this one, over any number of steps."""
        return [one for one in self._with_absorbed(lead) if one is not lead and isinstance(one, LeadNow)]

    def changed(self, lead: LeadNow) -> None:
        """A lead whose fields have changed is normalised anew."""
        self.normals[lead.lead_id] = normal_lead(lead)

    def accounts(self, keys: Sequence[str], matching: Matching) -> list[Normal]:
        """The known accounts that share a key which is not too common among accounts."""
        found = candidates(keys, self.account_holders, too_common=matching.too_common)
        return [self.normals[party] for party in found if party in self.normals]

    def open_on(self, side: Side, keys: Sequence[str], matching: Matching) -> list[Normal]:
        """The open leads of the side that share a key which is not too common among open leads, each followed by the
        leads that went into it; a merged one is the one it went into.
        """
        holders = ChainMap(self.open_holders, self.lead_holders) if self.open_holders else self.lead_holders
        held = [lead for lead in self._sharing(keys, holders, matching) if lead.is_open and lead.side == side]
        return [self._normal(one) for lead in held for one in self._with_absorbed(lead)]

    def owned(self, keys: Sequence[str], matching: Matching) -> dict[str, tuple[str, Normal]]:
        """The leads, of either side, that share such a key and have an owner, by id."""
        found = self._sharing(keys, self.lead_holders, matching)
        return {lead.lead_id: (lead.owner, self._normal(lead)) for lead in found if lead.owner is not None}

    def _with_absorbed(self, lead: LeadNow | Glimpse) -> Iterator[LeadNow | Glimpse]:
        yield lead
        for name in self.absorbed.get(lead.lead_id, ()):
            one = self.seen(name)
            if one is not None:
                yield from self._with_absorbed(one)

    def _sharing(
        self, keys: Sequence[str], holders: Mapping[str, Sequence[str]], matching: Matching
    ) -> list[LeadNow | Glimpse]:
        found = candidates(keys, holders, too_common=matching.too_common)
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


def keys_by(normal: Normal, matching: Matching) -> Keys:
    """The keys under which somebody is asked for who is the same company, or the same person by these rules."""
    return Keys(company=matching.keys_of(normal, "company"), person=matching.keys_of(normal, "person"))


def identity_keys(normal: Normal) -> tuple[str, ...]:
    """The keys under which a party is found, as a company and as a person."""
    return tuple(dict.fromkeys((*keys_of(normal, "company"), *keys_of(normal, "person"))))


def read_candidates(
    book: Book, asked: Sequence[Keys], matching: Matching, *, colleagues: bool, beside: Collection[str] = ()
) -> Candidates:
    """Accounts known as one of the companies, leads as one of the persons and, where `colleagues` are asked for, as one
    of the companies; on PostgreSQL they are held, with the leads of `beside`, in one order.
    """
    companies = {key for keys in asked for key in keys.company}
    persons = {key for keys in asked for key in keys.person}
    # In the order of the tables, so that neighbours are read together.
    lead_holders = _holders(book, "lead", sorted(persons | companies if colleagues else persons), matching.too_common)
    common = sorted(key for key in persons if len(lead_holders.get(key, ())) >= matching.too_common)
    found = Candidates(
        book=book,
        lead_holders=lead_holders,
        open_holders={key: [] for key in common} | _holders(book, "open lead", common, matching.too_common),
        account_holders=_holders(book, "party", sorted(companies), matching.too_common),
    )
    holding = (found.lead_holders, found.open_holders)
    telling = {party for holders in holding for party in _telling(holders, matching.too_common)}
    wanted = to_hold(book, telling | set(beside))
    # Leads are held before the turns of the pools are, here as everywhere: else two workers could wait for each other.
    held = " ORDER BY lead_id FOR UPDATE" if book.dialect == "postgresql" else ""
    # A lead that was merged leads to another, which may have been merged in turn.
    while missing := sorted(wanted - found.glimpses.keys()):
        rows = book.all(
            f"SELECT {', '.join(Glimpse._fields)} FROM leads WHERE lead_id {{any}}{held}",
            missing,
        )
        found.glimpses |= {row[0]: Glimpse(*row) for row in rows}
        wanted = {glimpse.merged_into for glimpse in found.glimpses.values() if glimpse.merged_into}
        wanted -= found.glimpses.keys()
    _read_absorbed(found)
    accounts = sorted(_telling(found.account_holders, matching.too_common))
    if accounts:
        for party, told, organization in book.all(_ACCOUNTS, accounts):
            found.normals[party] = _remembered_account(party, told, organization)
    return found


def _read_absorbed(found: Candidates) -> None:
    """The leads that went into those that were found, and into them in turn."""
    into = list(found.glimpses)
    asked: set[str] = set()
    while into:
        asked.update(into)
        rows = found.book.all(
            f"SELECT {', '.join(Glimpse._fields)} FROM leads WHERE merged_into {{any}} ORDER BY lead_id", into
        )
        for row in rows:
            found.absorbed.setdefault(row[4], []).append(row[0])
            found.glimpses.setdefault(row[0], Glimpse(*row))
        into = [row[0] for row in rows if row[0] not in asked]


def _telling(holders: Mapping[str, Sequence[str]], too_common: int) -> set[str]:
    """Everybody under a key that is not too common."""
    return {party for parties in holders.values() if len(parties) < too_common for party in parties}


def _holders(book: Book, kind: _Kind, keys: Sequence[str], too_common: int) -> dict[str, list[str]]:
    """The parties under each key that has any. What is too common says nothing, so of its parties only so many are
    told as say so.
    """
    if not keys:
        return {}
    table, party, which = _TABLES[kind]
    same = f"WHERE held.identity_key = asked.k LIMIT {int(too_common)}"
    held = f"SELECT held.{party} AS party FROM {table} held{which} {same}"
    if book.dialect == "postgresql":
        rows = book.all(f"SELECT asked.k, array({held}) FROM (SELECT unnest(?::text[]) AS k) asked", keys)
        return {key: parties for key, parties in rows if parties}
    listed = f"(SELECT json_group_array(party) FROM ({held}))"
    rows = book.all(f"SELECT asked.k, {listed} FROM (SELECT value AS k FROM json_each(?)) asked", keys)
    return {key: orjson.loads(parties) for key, parties in rows if parties != "[]"}
