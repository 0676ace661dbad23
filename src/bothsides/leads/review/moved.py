"""Which subjects of the logbook can matter to a span of time, so that a look back at it need not read the others."""

from collections.abc import Iterable

import orjson

from bothsides.logbook import Book, Kind
from bothsides.logbook.tables import OF_MERGES
from bothsides.schema.instant import Instant

_MERGES = (Kind.LEADS_MERGED, Kind.MERGE_UNDONE)


def moved_since(book: Book, since: Instant) -> set[str] | None:
    """Leads, orders and the like of which a line was written since, or on which a clock runs or was due since.

    Leads that were ever merged come together; members who were ever reported away come all, for what is excused. None
    where it is most leads there are: reading them one by one takes longer than reading the whole book then.
    """
    rows = book.all(
        "SELECT DISTINCT subject FROM entries WHERE written_at >= ? UNION SELECT subject FROM clocks"
        " WHERE due_at IS NULL OR due_at >= ? OR status IN ('running', 'paused', 'at_risk')"
        " UNION SELECT subject FROM entries WHERE kind = ?",
        since,
        since,
        Kind.MEMBER_ABSENT.value,
    )
    merges = book.all(
        f"SELECT subject, data FROM entries WHERE {OF_MERGES} AND kind {{any}}", [kind.value for kind in _MERGES]
    )
    pairs = ((one, orjson.loads(data)["absorbed"]) for one, data in merges)
    found = _with_merged({subject for (subject,) in rows}, pairs)
    (leads,) = book.all("SELECT count(*) FROM leads")[0]
    return found if len(found) < leads / 2 else None


def _with_merged(found: set[str], pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The subjects with every one that was ever one with one of them."""
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        both = groups.get(one, {one}) | groups.get(other, {other})
        groups.update(dict.fromkeys(both, both))
    return found.union(*(group for group in groups.values() if not group.isdisjoint(found)))
