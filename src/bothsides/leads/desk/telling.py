"""What a lead's history tells of it: the last decision on where it goes, and the steps of that decision in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bothsides.leads.route import Decision, Destination
from bothsides.logbook import Kind, Written


def last(history: Sequence[Written], *kinds: Kind) -> Written | None:
    """The latest line of one of these kinds."""
    return next((line for line in reversed(history) if line.kind in kinds), None)


def routed(history: Sequence[Written]) -> Written | None:
    """The latest line by which the lead went to somebody or somewhere."""
    return last(history, Kind.ASSIGNED, Kind.QUEUED)


def trace_words(line: Written, history: Iterable[Written]) -> tuple[str, ...]:
    """The steps of a decision on where the lead goes, with the values that its rules saw then."""
    steps = tuple(tuple(step) for step in line.data.get("trace") or ())
    if not steps:
        return ()
    fields = _fields_then(line, history)
    saw = tuple(fields.get(str(step[2])) for step in steps if step[0] == "rule" and len(step) == 4)
    return Decision(lead_id=line.subject, to=Destination.QUEUE, trace=steps, saw=saw).why()


def _fields_then(line: Written, history: Iterable[Written]) -> Mapping[str, Any]:
    """The lead's fields as they were when the line was written."""
    fields: dict[str, Any] = {}
    for earlier in history:
        if earlier.seq >= line.seq:
            break
        data = earlier.data
        if "fields" in data and data.get("absorbed") != line.subject:
            fields |= data["fields"]
        if earlier.kind is Kind.LEAD_RECEIVED:
            fields |= {"side": data["side"], "source": data["source"]}
        elif earlier.kind is Kind.LEAD_MATCHED:
            fields |= data["known"]
        elif earlier.kind is Kind.SCORED:
            fields["band"] = data["band"]
        elif earlier.kind is Kind.STAGE_CHANGED and not data.get("late"):
            fields["stage"] = data["from"]
    return fields
