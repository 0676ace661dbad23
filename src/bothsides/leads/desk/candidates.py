"""Who a lead may be: known accounts and leads under the same identity keys, the leads of the same batch among them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from bothsides.identity import Matching, Normal, candidates, keys_of, normalise
from bothsides.leads.desk.standing import LeadNow, account_of, leads_by_id, normal_lead, with_merged
from bothsides.logbook import Book
from bothsides.logbook.statements import spelled

_LOOK_UP = (
    "SELECT lead_id FROM lead_keys WHERE identity_key = ?1 UNION ALL"
    " SELECT party_id FROM party_keys WHERE identity_key = ?1 LIMIT ?2"
)
_LOOK_UP_ALL = (
    "SELECT asked.identity_key, held.party FROM unnest(?::text[]) AS asked (identity_key) CROSS JOIN LATERAL ("
    "SELECT lead_id AS party FROM lead_keys WHERE identity_key = asked.identity_key UNION ALL"
    " SELECT party_id FROM party_keys WHERE identity_key = asked.identity_key LIMIT ?) AS held"
)


@dataclass(slots=True, kw_only=True)
class Candidates:
    """The parties that share a key with leads of a batch, each normalised once."""

    holders: dict[str, list[str]] = field(default_factory=dict)
    """Parties under each key, as many as `too_common` at most."""
    leads: dict[str, LeadNow] = field(default_factory=dict)
    normals: dict[str, Normal] = field(default_factory=dict)

    def add(self, lead: LeadNow, normal: Normal, keys: Iterable[str]) -> None:
        """A lead that was just taken in, so that the next ones may be it."""
        self.leads[lead.lead_id] = lead
        self.normals[lead.lead_id] = normal
        for key in keys:
            self.holders.setdefault(key, []).append(lead.lead_id)

    def changed(self, lead: LeadNow) -> None:
        """A lead whose fields have changed is normalised anew."""
        self.normals[lead.lead_id] = normal_lead(lead)

    def of(self, keys: Sequence[str], matching: Matching) -> list[Normal]:
        """Those who share a key that is not too common; a lead that was merged stands for the one it went into."""
        found: dict[str, Normal] = {}
        for holder in candidates(keys, self.holders, too_common=matching.too_common):
            party = self.final(holder)
            if party in self.normals:
                found[party] = self.normals[party]
        return list(found.values())

    def final(self, party: str) -> str:
        """The lead that a merged lead went into in the end; the party itself otherwise."""
        while (lead := self.leads.get(party)) is not None and lead.merged_into is not None:
            party = lead.merged_into
        return party


def identity_keys(normal: Normal) -> tuple[str, ...]:
    """The keys under which a party is found, as a company and as a person."""
    return tuple(dict.fromkeys((*keys_of(normal, "company"), *keys_of(normal, "person"))))


def read_candidates(book: Book, keys: Iterable[str], matching: Matching) -> Candidates:
    """Everybody known under one of the keys; on PostgreSQL the leads among them are held."""
    asked = list(dict.fromkeys(keys))
    found = Candidates(holders=_holders(book, asked, matching.too_common))
    parties = sorted({party for holders in found.holders.values() for party in holders})
    found.leads = with_merged(book, leads_by_id(book, parties))
    for lead in found.leads.values():
        found.normals[lead.lead_id] = normal_lead(lead)
    accounts = [party for party in parties if party not in found.leads]
    for party, told in (
        book.all("SELECT party_id, data FROM parties WHERE party_id {any}", accounts) if accounts else ()
    ):
        found.normals[party] = normalise(account_of(party, orjson.loads(told)))
    return found


def _holders(book: Book, keys: Sequence[str], most: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if book.dialect == "postgresql":
        for key, party in book.all(_LOOK_UP_ALL, list(keys), most):
            found.setdefault(key, []).append(party)
        return found
    cursor = book.cursor
    statement = spelled(_LOOK_UP, "sqlite")
    for key in keys:
        cursor.execute(statement, (key, most))
        if rows := cursor.fetchall():
            found[key] = [party for (party,) in rows]
    return found
