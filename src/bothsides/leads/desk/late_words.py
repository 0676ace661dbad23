"""Words on a lead that come to light after later ones: they belong to its history, and move it nowhere.

What is told late of the round that stands counts as if it had been told in time: the order of telling decides nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bothsides.leads.desk.standing import LeadNow
from bothsides.leads.desk.told import Judged, Moved
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import Instant
from bothsides.schema.stage import BEFORE_SALES, CLOSED, LeadStage

_KINDS = (Kind.STAGE_CHANGED, Kind.FEEDBACK, Kind.RELEASED)


@dataclass(frozen=True, slots=True)
class _Line:
    kind: Kind
    at: Instant
    key: str
    data: Mapping[str, Any]

    @property
    def stage(self) -> LeadStage | None:
        """The stage it brought the lead to, or said that it still was in; None where it is history only."""
        stands = self.kind is Kind.STAGE_CHANGED and (not self.data.get("late") or self.data.get("again"))
        return LeadStage(self.data["stage"]) if stands else None


def is_late(book: Book, unwritten: Iterable[Entry], lead: LeadNow, one: Judged | Moved) -> bool:
    """Whether it belongs to the lead's history and changes nothing: it is about an earlier round of the lead or an
    earlier owner, the lead is closed, or a later word stands. `unwritten` are lines still to be posted.
    """
    lines = _lines(book, unwritten, lead.lead_id)
    if not lead.is_open:
        again = not isinstance(one, Moved) or one.stage not in CLOSED or one.stage is lead.stage
        return again or one.occurred_at < _last(line for line in lines if line.stage in CLOSED)
    began = _round_began(lead, lines)
    if began is not None and one.occurred_at < began:
        return True
    if lead.owner is None and _asks_for_an_owner(lead, one, lines):
        return True
    return one.occurred_at < _last(line for line in lines if _stands_against(one, line))


def _lines(book: Book, unwritten: Iterable[Entry], lead_id: str) -> list[_Line]:
    asked = "SELECT kind, at, key, data FROM entries WHERE subject = ? AND kind {any} ORDER BY seq"
    rows = book.all(asked, lead_id, [kind.value for kind in _KINDS])
    written = [_Line(Kind(kind), at, key or "", orjson.loads(data)) for kind, at, key, data in rows]
    return written + [
        _Line(line.kind, line.at, line.key or "", line.data)
        for line in unwritten
        if line.subject == lead_id and line.kind in _KINDS
    ]


def _last(lines: Iterable[_Line]) -> Instant:
    return max((line.at for line in lines), default=0)


def _round_began(lead: LeadNow, lines: Sequence[_Line]) -> Instant | None:
    """When sales got it, or was asked to take it, after it had gone back or was lost.

    None where sales is not asked, and for its first round, which all that is told must be about.
    """
    if not any(line.stage in BEFORE_SALES | CLOSED and not line.data.get("again") for line in lines):
        return None
    if lead.round_at is not None or lead.stage in BEFORE_SALES:
        return lead.round_at
    return _last(line for line in lines if line.stage is LeadStage.MQL)


def _asks_for_an_owner(lead: LeadNow, one: Judged | Moved, lines: Iterable[_Line]) -> bool:
    """Whether only an owner could have said it, and it is of the time of the one who has it no more."""
    if isinstance(one, Judged):
        return one.verdict == "accepted"
    if (
        one.stage in BEFORE_SALES
        or one.stage in CLOSED
        or (lead.stage not in BEFORE_SALES and one.stage is not _FURTHEST)
    ):
        return False
    return one.occurred_at <= _last(line for line in lines if line.kind is Kind.RELEASED)


_FURTHEST = LeadStage.OPPORTUNITY


def _stands_against(one: Judged | Moved, line: _Line) -> bool:
    """Whether a later line of this kind makes it history. A close ends the round whenever it comes to light, and an
    opportunity stays one when a verdict follows it.
    """
    verdict = line.kind is Kind.FEEDBACK
    stage = line.stage is not None and line.key.startswith("stage:")
    if isinstance(one, Judged):
        return verdict or (stage and one.verdict != "accepted")
    if one.stage in BEFORE_SALES:
        return stage or (verdict and not line.data.get("late"))
    judged = line.stage is not None and line.key.startswith("verdict:") and one.stage is not _FURTHEST
    return one.stage not in CLOSED and (stage or judged)
