"""Reads one record as a system sent it: a lead with its fields and events, or every reason why it is none."""

import hashlib
import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from bothsides.identity.addresses import holds_mail_address, reaches_somebody
from bothsides.identity.names import person_word
from bothsides.leads.hygiene.policy import Nulls
from bothsides.leads.intake.field_names import RESERVED, WHO
from bothsides.leads.intake.figures import COUNTS, MOST_NUMBER, NUMBERS, read_number
from bothsides.leads.intake.moments import believed, read_moment
from bothsides.leads.intake.policy import Source
from bothsides.leads.lengths import MOST_NAME, MOST_WORDS, too_long
from bothsides.schema import Side
from bothsides.schema.instant import Instant

MOST_FIELDS = 200
SEPARATOR = "\x1f"

_OWN = frozenset({"id", "side", "created_at", "events", "source"})
"""What is read by itself; all else becomes a field of the lead."""

_STANDARD_NULLS = Nulls()
_ANY = Source(name="api")
"""The source of what names none."""

_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of surrogate pairs: no database keeps them as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something a lead did."""

    event: str
    occurred_at: Instant
    amount: float = 1.0
    is_dated: bool = True
    """Whether it was told with a moment of its own; else it has that of its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record that is no lead, kept as it came with every reason, so that it can be corrected and sent again."""

    source: str
    raw: str
    reasons: tuple[str, ...]

    @property
    def refused_id(self) -> str:
        """The same record of the same source is kept once."""
        return _hash(self.source, self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead as it came in. `fields` holds texts, numbers and yes/no by name, nothing that is unknown."""

    lead_id: str
    """128-bit hash of workspace, source and the source's key, in 32 hexadecimal digits."""
    side: Side
    source: str
    created_at: Instant
    fields: Mapping[str, Any]
    events: tuple[Event, ...] = ()
    has_key: bool = True
    """Whether the source named it; else it is known by its content."""
    unnamed: Refused | None = None
    """What it is where no lead of its id came before: it says something, but not of whom."""


def parse_json(body: bytes) -> object:
    """The body as plain values. Raises ValueError in words for what is no JSON text (RFC 8259: no NaN, no Infinity) and
    for an object that has a name twice.
    """
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=each_once)
    except UnicodeDecodeError as error:
        raise ValueError(f"the body is not UTF-8: byte {error.start} cannot be read") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("the body is not JSON that can be read: it nests too deeply") from None
    except ValueError as error:
        raise ValueError(f"the body {error}") from None


def read_list(text: str) -> object:
    """What a cell holds as JSON, such as a lead's events. Raises ValueError in words, as for a name that stands twice.

    >>> read_list('[{"event": "demo_requested"}]')
    [{'event': 'demo_requested'}]
    """
    try:
        found = json.loads(text, parse_int=whole, object_pairs_hook=each_once)
        json.dumps(found)  # as it is kept where it is refused
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise ValueError("is not JSON that can be read: it nests too deeply") from None
    return found


def whole(digits: str) -> float:
    """A whole number as JSON writes it; of more than 300 digits it is infinite, as nobody means one."""
    return int(digits) if len(digits) <= 300 else float(digits)


def read_lead(
    raw: object, source: Source, *, workspace: str, now: Instant, ahead: int, nulls: Nulls = _STANDARD_NULLS
) -> Lead | Refused:
    """The record as a lead, or every reason why not. `ahead` is how many seconds a sender's clock may be ahead, `nulls`
    are the words for what is not known: where they stand for who it is, they are kept beside it and tell nobody.

    A record without `id` is known by its content: sent again, it is the same lead.
    """
    if not isinstance(raw, Mapping):
        said = f'must be an object such as {{"side": "buyer", "email": "ana@acme.example"}}, not {_kind(raw)}'
        return _refused(raw, source, [said])
    reasons: list[str] = []
    renamed = _renamed(raw, source, reasons)
    side = _side(renamed.get("side"), source, reasons)
    created = _moment("created_at", renamed.get("created_at"), source, now, ahead, reasons, untold=now)
    fields = _fields(renamed, source, reasons)
    unknown = _set_beside(fields, nulls)
    events = _events(renamed.get("events"), source, now, ahead, reasons, of=created)
    key = _key(renamed.get("id"), reasons)
    if not fields:
        reasons.append(_NOBODY)
    if reasons or side is None:
        return _refused(raw, source, reasons)
    names_somebody = any(name in fields for name in WHO)
    return Lead(
        lead_id=lead_id(workspace, source.name, key if key is not None else _canonical(raw)),
        side=side,
        source=source.name,
        created_at=min(now, created),
        fields=fields,
        events=events,
        has_key=key is not None,
        unnamed=None if names_somebody else _refused(raw, source, [*unknown, _NOBODY]),
    )


_PERSON = ("name", "given_name", "surname")
_KEPT_AS = {name: f"given_{name}" for name in WHO} | {"name": "given_full_name"}
"""Keeps what tells nobody, such as an address that is none: the checks of hygiene see it, but nobody is reached by it
or known by it."""


def _set_beside(fields: dict[str, Any], nulls: Nulls) -> list[str]:
    """Moves what only fills a form out of the fields that say who a lead is; why each of them tells nobody."""
    found = []
    for name in WHO:
        if name in fields and (why := _tells_nobody(name, str(fields[name]), nulls)):
            found.append(f"{name}: {_shown(fields[name])} {why}")
            fields[_KEPT_AS[name]] = fields.pop(name)
    return found


def _tells_nobody(name: str, text: str, nulls: Nulls) -> str | None:
    if name == "email" and not reaches_somebody(text):
        return "reaches nobody" if holds_mail_address(text) else "is no address such as ana@acme.example"
    # Somebody may be called Na.
    if nulls.hide(name, text) and not (name in _PERSON and person_word(text)):
        return "says that it is not known"
    return None


_NOBODY = "says nothing to reach anybody by: give at least one of company, name, email, phone"


def lead_id(workspace: str, source: str, key: str) -> str:
    """The id of the lead that this source knows by this key; the warehouse makes the same one.

    >>> lead_id("acme", "web-form", "17")
    '92574aedef51b00dc72a9b7276a89d25'
    """
    return _hash(workspace, source, "leads", key)


def _hash(*parts: str) -> str:
    return hashlib.md5(SEPARATOR.join(parts).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"is not JSON: {word} is no number there; leave the field out")


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON as it was written. Raises ValueError for one in which a name stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"cannot be read one way: {_shown(twice)} stands twice in one object")
    return found


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "yes/no", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _refused(raw: object, source: Source, reasons: list[str]) -> Refused:
    return Refused(source=source.name, raw=_canonical(raw), reasons=tuple(reasons))


def _canonical(raw: object) -> str:
    try:
        text = _compact(raw)
    except ValueError:
        text = _compact(_endless_as_text(raw))
    return text.replace("\\u0000", "\\ufffd")


def _compact(raw: object) -> str:
    return json.dumps(raw, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str, allow_nan=False)


def _endless_as_text(value: object) -> object:
    """The value with numbers that JSON has no word for, as one of 400 digits becomes, in words."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _endless_as_text(one) for name, one in value.items()}
    return [_endless_as_text(one) for one in value] if isinstance(value, list) else value


def _renamed(raw: Mapping[Any, Any], source: Source, reasons: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in raw.items():
        ours = source.ours(name)
        if ours in RESERVED:
            ours = f"given_{ours}"
        if ours in found:
            reasons.append(f"{ours}: given twice, as {name!r} and under another name")
        found[ours] = value
    return found


def _side(value: object, source: Source, reasons: list[str]) -> Side | None:
    if value is None or value == "":
        if source.side is None:
            reasons.append("side: missing; must be buyer or supplier")
        return source.side
    side = source.meant(value) if isinstance(value, str) else None
    if side is None:
        words = "".join(f", or {name}" for name in source.sides)
        reasons.append(f"side: {_shown(value)} must be buyer or supplier{words}")
    return side


def _moment(
    name: str, value: object, source: Source, now: Instant, ahead: int, reasons: list[str], *, untold: Instant
) -> Instant:
    """When it was, as it was told: a sender's clock may be a little ahead. `untold` where it is not."""
    if value is None or value == "":
        return untold
    at = read_moment(value if isinstance(value, str) else "", time_zone=source.time_zone, dates=source.dates)
    if isinstance(at, str):
        reasons.append(f"{name}: {_shown(value)} {at}")
        return now
    try:
        return believed(at, now=now, ahead=ahead)
    except ValueError as error:
        reasons.append(f"{name}: {_shown(value)} {error}")
        return now


def _fields(renamed: Mapping[str, Any], source: Source, reasons: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in renamed.items():
        if name in _OWN or value is None or value == "":
            continue
        if not isinstance(name, str) or not name or len(name) > 100 or _UNFIT.search(name):
            reasons.append(f"{_shown(name)}: a field's name must be a text of 1 to 100 letters")
            continue
        read = read_field(name, value, source, reasons)
        if read is not None:
            found[name] = read
    if len(found) > MOST_FIELDS:
        reasons.append(f"has {len(found)} fields; at most {MOST_FIELDS} are kept")
    if found:
        if source.channel is not None:
            found.setdefault("channel", source.channel)
        if source.campaign is not None:
            found.setdefault("campaign", source.campaign)
    return found


def read_field(name: str, value: object, source: Source, reasons: list[str]) -> object:
    """A field's value as the source means it, None where it says nothing; what is wrong with it goes to `reasons`."""
    if isinstance(value, str):
        text = value.strip()
        if why := too_long(text, MOST_WORDS):
            reasons.append(f"{name}: {why}")
        elif _UNFIT.search(text):
            reasons.append(f"{name}: holds a sign that no database keeps as text (NUL or half a surrogate pair)")
        elif text and name in NUMBERS:
            return _number(name, read_number(text, source.decimal, doubtful=source.doubtful), text, reasons)
        return text or None
    if isinstance(value, bool):
        if name in NUMBERS:
            reasons.append(f"{name}: {_shown(value)} must be a number")
        return value
    if isinstance(value, int | float):
        if not abs(value) <= MOST_NUMBER:  # nor is NaN
            reasons.append(f"{name}: {_shown(value)} is too large a number")
            return None
        return _number(name, value, value, reasons) if name in NUMBERS else value
    if isinstance(value, date):
        return value.isoformat()
    reasons.append(f"{name}: must be a text, a number or yes/no, not {_kind(value)}")
    return None


def _number(name: str, read: float | str, given: object, reasons: list[str]) -> float | int | None:
    if isinstance(read, str):
        reasons.append(f"{name}: {_shown(given)} {read}")
        return None
    if read < 0:
        reasons.append(f"{name}: {_shown(given)} must not be below zero")
    if name not in COUNTS or not math.isfinite(read):
        return read
    if read != int(read):
        reasons.append(f"{name}: {_shown(given)} must be a whole number")
    return int(read)


def _events(
    value: object, source: Source, now: Instant, ahead: int, reasons: list[str], *, of: Instant
) -> tuple[Event, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_FIELDS:
        why = _unread(value) if isinstance(value, str) else None
        reasons.append(
            f"events: {why or f'must be a list of at most {MOST_FIELDS} objects with event and occurred_at'}"
        )
        return ()
    found = []
    for place, one in enumerate(value):
        where = f"events[{place}]"
        event = read_event(one, now=now, ahead=ahead, of=of, where=where, reasons=reasons, source=source)
        if event is not None:
            found.append(event)
    return tuple(found)


def _unread(text: str) -> str | None:
    """Why a cell that begins as a list of objects is none."""
    if text.startswith("[{"):
        try:
            read_list(text)
        except ValueError as error:
            return str(error)
    return None


def read_event(
    one: object,
    *,
    now: Instant,
    ahead: int,
    where: str,
    reasons: list[str],
    of: Instant | None = None,
    source: Source = _ANY,
) -> Event | None:
    """One event as its source sent it, at the moment `of` its record, or now, where it tells none of its own.

    What is wrong with it goes to `reasons`, each with `where` it stands.
    """
    before = len(reasons)
    if not isinstance(one, Mapping):
        reasons.append(f"{where}: must be an object with event and occurred_at, not {_kind(one)}")
        return None
    name = one.get("event")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        reasons.append(f"{where}.event: {_shown(name)} must be a name such as demo_requested")
    told = one.get("occurred_at")
    at = _moment(f"{where}.occurred_at", told, source, now, ahead, reasons, untold=now if of is None else of)
    amount = one.get("amount", 1)
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not abs(amount) <= sys.float_info.max:
        reasons.append(f"{where}.amount: {_shown(amount)} must be a number")
    if len(reasons) > before or not name:
        return None
    return Event(event=name, occurred_at=at, amount=float(amount), is_dated=told is not None and told != "")


def _key(value: object, reasons: list[str]) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > MOST_NAME:
        reasons.append(f"id: {_shown(value)} must be a text or whole number of at most {MOST_NAME} letters")
        return None
    return str(value)


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    if _UNFIT.search(text):
        text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def utc_text(at: Instant) -> str:
    """The moment as it is written in answers and files.

    >>> utc_text(1774747800)
    '2026-03-29T01:30:00Z'
    """
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
