"""Known accounts as identity sees them, with the keys under which a lead finds them."""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from bothsides.identity import Party, keys_of, normalise
from bothsides.logbook import PublishedParty
from bothsides.schema import Side
from bothsides.schema.instant import Instant
from bothsides.warehouse import current, stored_tables

_ACCOUNTS = """
SELECT CAST(a.account_id AS VARCHAR), a.side, a.name, a.country, a.region, CAST(a.organization_id AS VARCHAR),
       CAST(a.parent_id AS VARCHAR), epoch(a.signed_up_at)::BIGINT,
       d.owner, coalesce(d.open_deals, 0), coalesce(t.touches, 0), epoch(t.last_at)::BIGINT, c.emails
FROM {accounts} AS a
LEFT JOIN {deals} AS d ON d.account_id = a.account_id
LEFT JOIN {touched} AS t ON t.account_id = a.account_id
LEFT JOIN {people} AS c ON c.account_id = a.account_id
WHERE NOT coalesce(a.is_internal, false) ORDER BY 1
"""

_DEALS = (
    "(SELECT account_id, arg_max(owner, (status = 'open', opened_at, opportunity_id)) AS owner,"
    " count(*) FILTER (WHERE status = 'open') AS open_deals FROM {} WHERE account_id IS NOT NULL GROUP BY account_id)"
)
_TOUCHED = (
    "(SELECT account_id, count(*) AS touches, max(occurred_at) AS last_at FROM {}"
    " WHERE account_id IS NOT NULL GROUP BY account_id)"
)
_PEOPLE = (
    "(SELECT account_id, list(DISTINCT email ORDER BY email) AS emails FROM {}"
    " WHERE account_id IS NOT NULL AND email IS NOT NULL GROUP BY account_id)"
)
_NOBODY = {
    "deals": "(SELECT NULL::UUID AS account_id, NULL::VARCHAR AS owner, 0 AS open_deals WHERE false)",
    "touched": "(SELECT NULL::UUID AS account_id, 0 AS touches, NULL::TIMESTAMP AS last_at WHERE false)",
    "people": "(SELECT NULL::UUID AS account_id, NULL::VARCHAR[] AS emails WHERE false)",
}
_FROM = {"deals": ("opportunities", _DEALS), "touched": ("touches", _TOUCHED), "people": ("contacts", _PEOPLE)}

_OF_MAIL = ("mail:", "domain:")


def read_parties(con: duckdb.DuckDBPyConnection) -> Iterator[PublishedParty]:
    """Every account that is not internal, with owner, open deals, organisation and head office."""
    stored = stored_tables(con)
    if "accounts" not in stored:
        return
    parts = {
        name: made.format(current(table)) if table in stored else _NOBODY[name] for name, (table, made) in _FROM.items()
    }
    rows = con.execute(_ACCOUNTS.format(accounts=current("accounts"), **parts))
    while chunk := rows.fetchmany(10_000):
        for row in chunk:
            yield _published(row)


def _published(row: tuple[Any, ...]) -> PublishedParty:
    account, side, name, country, region, organization, parent, since, owner, deals, touches, last_at, emails = row
    told: dict[str, Any] = {
        "kind": "account",
        "company": name,
        "country": country,
        "region": region,
        "organization_id": organization,
        "parent_id": parent,
        "owner_id": owner,
        "created_at": since,
        "last_activity_at": last_at,
        "open_deals": deals,
        "contacts": len(emails or ()),
        "touches": touches,
        "email": emails[0] if emails else None,
    }
    told = {field: value for field, value in told.items() if value not in (None, 0)}
    party = Party(party_id=account, sides=(Side(side),), **told)
    keys = dict.fromkeys(keys_of(normalise(party), "company"))
    for email in (emails or ())[1:]:
        keys.update(dict.fromkeys(_keys_of_mail(email)))
    return PublishedParty(party_id=account, data={**told, "sides": [side]}, keys=tuple(keys))


def _keys_of_mail(email: str) -> tuple[str, ...]:
    found = keys_of(normalise(Party(party_id="", kind="contact", email=email)), "company")
    return tuple(key for key in found if key.startswith(_OF_MAIL))


def touches_until(con: duckdb.DuckDBPyConnection, *, own: str, now: Instant) -> Mapping[str, Instant]:
    """Up to when each source of touches is known; the desk's own, whose sources begin with `own`, are known as they
    come. What is planned for later, such as a meeting, says nothing of what is known.
    """
    if "touches" not in stored_tables(con):
        return {}
    rows = con.execute(
        f'SELECT "source", epoch(max(occurred_at))::BIGINT FROM {current("touches")} '
        'WHERE NOT starts_with("source", ?) AND epoch(occurred_at) <= ? GROUP BY 1 ORDER BY 1',
        [own, now],
    ).fetchall()
    return {f"touches:{source}": reached for source, reached in rows if reached is not None}
