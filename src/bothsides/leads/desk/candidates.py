"""Who a lead may be: known accounts and leads under the same identity keys, the leads of the same batch among them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from bothsides.identity import Matching, Normal, candidates, keys_of, normalise
from bothsides.leads.desk.standing import LeadNow, account_of, leads_by_id, normal_lead, with_merged
from bothsides.logbook import Book

_LOOK_UPS = {
    "lead_keys": "SELECT lead_id FROM lead_keys WHERE identity_key = ? LIMIT ?",
    "party_keys": "SELECT party_id FROM party_keys WHERE identity_key = ? LIMIT ?",
}
_LOOK_UPS_OF_ALL = {
    "lead_keys": "SELECT asked.identity_key, held.lead_id FROM unnest(?::text[]) AS asked (identity_key) CROSS JOIN"
    " LATERAL (SELECT lead_id FROM lead_keys WHERE identity_key = asked.identity_key LIMIT ?) AS held",
    "party_keys": "SELECT asked.identity_key, held.party_id FROM unnest(?::text[]) AS asked (identity_key) CROSS JOIN"
    " LATERAL (SELECT party_id FROM party_keys WHERE identity_key = asked.identity_key LIMIT ?) AS held",
}
"""As many holders of a key as say that it is too common, and no more."""


@dataclass(slots=True, kw_only=True)
class Candidates:
    """The parties that share a key with leads of a batch, each normalised once."""

    lead_holders: dict[str, list[str]] = field(default_factory=dict)
    """Leads under each key, as many as `too_common` at most."""
    account_holders: dict[str, list[str]] = field(default_factory=dict)
    leads: dict[str, LeadNow] = field(default_factory=dict)
    normals: dict[str, Normal] = field(default_factory=dict)

    def add(self, lead: LeadNow, normal: Normal, keys: Iterable[str]) -> None:
        """A lead that was just taken in, so that the next ones may be it."""
        self.leads[lead.lead_id] = lead
        self.normals[lead.lead_id] = normal
        for key in keys:
            self.lead_holders.setdefault(key, []).append(lead.lead_id)

    def changed(self, lead: LeadNow) -> None:
        """A lead whose fields have changed is normalised anew."""
        self.normals[lead.lead_id] = normal_lead(lead)

    def accounts(self, keys: Sequence[str], matching: Matching) -> list[Normal]:
        """The known accounts that share a key which is not too common among accounts."""
        found = candidates(keys, self.account_holders, too_common=matching.too_common)
        return [self.normals[party] for party in found if party in self.normals]

    def like(self, keys: Sequence[str], matching: Matching) -> list[Normal]:
        """The leads that share a key which is not too common among leads; a merged one is the one it went into."""
        found = candidates(keys, self.lead_holders, too_common=matching.too_common)
        finals = dict.fromkeys(self.final(party) for party in found)
        return [self.normals[party] for party in finals if party in self.normals]

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
    found = Candidates(
        lead_holders=_holders(book, "lead_keys", asked, matching.too_common),
        account_holders=_holders(book, "party_keys", asked, matching.too_common),
    )
    leads = sorted({party for holders in found.lead_holders.values() for party in holders})
    found.leads = with_merged(book, leads_by_id(book, leads))
    for lead in found.leads.values():
        found.normals[lead.lead_id] = normal_lead(lead)
    accounts = sorted({party for holders in found.account_holders.values() for party in holders})
    if accounts:
        for party, told in book.all("SELECT party_id, data FROM parties WHERE party_id {any}", accounts):
            found.normals[party] = normalise(account_of(party, orjson.loads(told)))
    return found


def _holders(book: Book, table: str, keys: Sequence[str], most: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if book.dialect == "postgresql":
        for key, party in book.all(_LOOK_UPS_OF_ALL[table], list(keys), most):
            found.setdefault(key, []).append(party)
        return found
    cursor = book.cursor
    statement = _LOOK_UPS[table]
    for key in keys:
        cursor.execute(statement, (key, most))
        if rows := cursor.fetchall():
            found[key] = [party for (party,) in rows]
    return found
