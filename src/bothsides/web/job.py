"""A request that writes, read as far as it can be without the logbook."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.happenings import Happening
from bothsides.leads.intake import IntakePolicy, Lead, Refused, Source, parse_json, read_lead
from bothsides.schema.instant import Instant
from bothsides.web.answer import Answer, denied, wrong
from bothsides.web.kept_text import kept_text
from bothsides.web.once import Named
from bothsides.web.told import Told, read_told

MOST_RECORDS = 1000
"""Of one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one request asks to be written down.

    `said` is its answer where that is certain already: then only the refused records are kept and the answer is.
    """

    named: Named | None
    leads: Sequence[Lead | Refused] = ()
    told: Sequence[Happening | Refused] = ()
    kind: type[Told] | None = None
    """Of what is told."""
    records: Sequence[object] = ()
    """What is told, as it was sent: which leads there are is known only when it is written down."""
    one: bool = True
    """Whether the body was one record and no list."""
    keeps: bool = False
    """Whether refused records are kept here: the sender of a list or a webhook may not look at each answer."""
    said: Answer | None = None
    actor: str = "api"


class Unreadable(ValueError):  # noqa: N818 - reads as the fact
    """The body is not what can be read; the message says why."""


def parsed(body: bytes) -> object:
    """The body's JSON value. Raises Unreadable in words."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        # The slow reader says in words what is wrong, and reads a byte order mark and halves of surrogate pairs.
        return _slowly(body)
    if not _keeps_all(body, value):
        _slowly(body)
    return value


def _keeps_all(body: bytes, value: object) -> bool:
    """Whether the value surely has every name and text of the body: the quick reader drops a name that stands twice."""
    try:
        return b"\\" not in body and body.count(b'"') == orjson.dumps(value).count(b'"')
    except orjson.JSONEncodeError:  # nests deeper than it writes
        return False


def _slowly(body: bytes) -> object:
    try:
        return parse_json(body)
    except ValueError as error:
        raise Unreadable(str(error)) from None


def records_of(value: object) -> tuple[list[object], bool]:
    """The records of a body and whether it was one alone. Raises Denied for an empty or too long list."""
    if not isinstance(value, list):
        return [value], True
    if not 1 <= len(value) <= MOST_RECORDS:
        message = f"the list has {len(value)} records; send 1 to {MOST_RECORDS} at once"
        raise denied(422, "refused", message, [message])
    return value, False


def read_leads(
    records: Sequence[object], agreed: Agreed, *, source: Source | None, workspace: str, now: Instant
) -> list[Lead | Refused]:
    """Each record as a lead or refused. Without a source each names its own; `api` where it does not.

    Raises Unreadable where a record nests so deeply that it cannot even be kept.
    """
    try:
        return [_read(raw, source, agreed, workspace, now) for raw in records]
    except RecursionError:
        raise Unreadable(_TOO_DEEP) from None


def read_happenings(
    records: Sequence[object], kind: type[Told], intake: IntakePolicy, *, workspace: str, now: Instant
) -> list[Happening | Refused]:
    """Each record as something that happened or refused. Raises Unreadable as `read_leads` does."""
    try:
        return [read_told(raw, kind, workspace=workspace, now=now, ahead=intake.clock_ahead_seconds) for raw in records]
    except RecursionError:
        raise Unreadable(_TOO_DEEP) from None


_TOO_DEEP = "the body is not JSON that can be read: it nests too deeply"


def _read(raw: object, source: Source | None, agreed: Agreed, workspace: str, now: Instant) -> Lead | Refused:
    intake, nulls = agreed.intake, agreed.hygiene.nulls
    named = raw.get("source") if source is None and isinstance(raw, dict) else None
    wrong_name = ""
    if source is None:
        try:
            source = intake.named("api" if named in (None, "") else _text(named))
        except ValueError as error:
            source, wrong_name = intake.named("api"), f"source: {json.dumps(named)[:80]} {error}"
    read = read_lead(raw, source, workspace=workspace, now=now, ahead=intake.clock_ahead_seconds, nulls=nulls)
    if not wrong_name:
        return read
    if isinstance(read, Refused):
        return Refused(source=read.source, raw=read.raw, reasons=(wrong_name, *read.reasons))
    return Refused(source=source.name, raw=kept_text(raw), reasons=(wrong_name,))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be the name of a source, such as 'web-form'")
    return value


def unreadable(error: Unreadable) -> Answer:
    """The answer to a body that cannot be read."""
    return wrong(400, "not_json", str(error))
