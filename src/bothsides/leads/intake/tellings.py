"""Records that a file tells more than once: their last telling stands, so that the same file again changes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bothsides.leads.intake.policy import Source
from bothsides.leads.intake.reading import Lead, Refused


@dataclass(slots=True, kw_only=True)
class Tellings:
    """The records of one file on their way, each id held until its last telling has come."""

    source: Source
    left: dict[str, int]
    """Tellings that are still to come, of each id that is told several times."""
    repeated: int = 0
    """Tellings that went into a later one of the same file."""
    refused_last: dict[str, set[str]] = field(default_factory=dict)
    """Of each id the refused records after which the file did not tell it right; those before that need nobody."""
    _held: dict[str, Lead] = field(default_factory=dict)

    def ready(self, raw: object, read: Lead | Refused) -> list[Lead | Refused]:
        """What is to be taken now that this record was read: itself, nothing yet, or the whole of its tellings.

        One that is no lead is refused by itself; the tellings beside it count.
        """
        key = key_of(raw, self.source)
        if key is not None and isinstance(read, Refused):
            self.refused_last.setdefault(key, set()).add(read.refused_id)
        if key is None or key not in self.left:
            return [read]
        self.left[key] -= 1
        found: list[Lead | Refused] = []
        if isinstance(read, Refused):
            found.append(read)
        else:
            self.refused_last.pop(key, None)
            before = self._held.get(key)
            self._held[key] = read if before is None else together(before, read)
            self.repeated += before is not None
        if not self.left[key] and key in self._held:
            found.append(self._held.pop(key))
        return found


def tellings(records: Iterable[Mapping[Any, Any]], source: Source) -> Tellings:
    """Ready for the records of a file, which are read once before."""
    counts = Counter(key for record in records if (key := key_of(record, source)) is not None)
    return Tellings(source=source, left={key: count for key, count in counts.items() if count > 1})


def key_of(raw: object, source: Source) -> str | None:
    """The record's own id as its source writes it; None where it has none that can be one."""
    if not isinstance(raw, Mapping):
        return None
    for name, value in raw.items():
        if source.ours(name) == "id" and isinstance(value, str | int) and not isinstance(value, bool):
            return str(value) or None
    return None


def together(earlier: Lead, later: Lead) -> Lead:
    """Both tellings as one: what the later one says stands, what only the earlier one says is kept, as are all events.

    >>> from bothsides.leads.intake.reading import read_lead
    >>> way = Source(name="fair", side="buyer")
    >>> told = ({"id": 2, "company": "Marsh", "city": "Leeds"}, {"id": 2, "company": "Marsh Valves"})
    >>> first, last = (read_lead(one, way, workspace="acme", now=0, ahead=0) for one in told)
    >>> dict(together(first, last).fields)
    {'company': 'Marsh Valves', 'city': 'Leeds'}
    """
    unnamed = None if earlier.unnamed is None else later.unnamed
    return replace(
        earlier,
        fields={**earlier.fields, **later.fields},
        events=(*earlier.events, *later.events),
        unnamed=unnamed,
    )
