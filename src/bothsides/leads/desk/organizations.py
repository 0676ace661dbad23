"""Which known accounts are one organisation: by the warehouse, and by what people said and have not taken back."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from bothsides.logbook import Book, Kind
from bothsides.logbook.tables import OF_MERGES

_SELECT = (
    "SELECT parties.party_id, parties.data, account_links.organization_id FROM parties"
    " LEFT JOIN account_links ON account_links.account_id = parties.party_id"
)
_LINKS = (
    f"SELECT e.subject, e.key, e.data FROM entries e WHERE {OF_MERGES} AND e.kind = ? AND e.reverses IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM entries u WHERE u.key = 'undone:' || e.key) ORDER BY e.seq"
)


class Known(NamedTuple):
    """An account that the warehouse told of."""

    account_id: str
    told: dict[str, Any]
    linked: str | None
    """The organisation that people said it is of; None where nobody did."""

    @property
    def organization(self) -> str:
        """The organisation that it is of now: an account that nobody said more of is its own."""
        return self.linked or self.by_warehouse

    @property
    def by_warehouse(self) -> str:
        """The organisation that it is of where people have said nothing."""
        return str(self.told.get("organization_id") or self.account_id)


def known_accounts(book: Book, ids: list[str]) -> dict[str, Known]:
    """Those of the accounts that the warehouse told of."""
    rows = book.all(f"{_SELECT} WHERE parties.party_id {{any}} ORDER BY parties.party_id", ids)
    return {name: Known(name, orjson.loads(told), linked) for name, told, linked in rows}


def accounts_of(book: Book, organization: str) -> dict[str, Known]:
    """The known accounts of the organisation."""
    rows = book.all(
        f"{_SELECT} WHERE account_links.organization_id = ? OR parties.party_id = ? OR parties.data LIKE ?"
        " ORDER BY parties.party_id",
        organization,
        organization,
        f'%"organization_id":"{organization}"%',
    )
    found = [Known(name, orjson.loads(told), linked) for name, told, linked in rows]
    return {one.account_id: one for one in found if one.organization == organization}


def without(book: Book, key: str) -> list[list[str | None]]:
    """Each account whose organisation changes when the link of that key is taken back, with that or with None where it
    is the warehouse's again.

    The links that stand are read anew in their order, so that it does not matter which of several goes first.
    """
    links = [(row[0], row[1], orjson.loads(row[2])) for row in book.all(_LINKS, Kind.ACCOUNTS_LINKED.value)]
    names = sorted({name for _, _, data in links for name, _ in data["links"]})
    warehouse = {name: one.by_warehouse for name, one in known_accounts(book, names).items()}
    again: dict[str, str] = {}
    for first, name, data in links:
        if name != key:
            second = name.removeprefix(f"link:{first}:").rpartition(":")[0]
            _link(again, warehouse, first, second, [one for one, _ in data["links"]])
    linked = "SELECT account_id, organization_id FROM account_links WHERE account_id {any}"
    now = dict(book.all(linked, names))
    return [[name, again.get(name)] for name in names if again.get(name) != now.get(name)]


def _link(again: dict[str, str], warehouse: Mapping[str, str], first: str, second: str, moved: list[str]) -> None:
    """Adds one link: of the accounts that it moved, those of the second one's organisation are of the first one's."""

    def organization(name: str) -> str:
        return again.get(name) or warehouse.get(name, name)

    ours, theirs = organization(first), organization(second)
    if ours == theirs:
        return
    again |= {name: ours for name in moved if name == first or organization(name) == theirs}
