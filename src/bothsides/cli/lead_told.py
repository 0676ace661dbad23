"""A happening as it is typed or stands in a file of JSON lines, read with every reason why it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from bothsides.cli.at_the_desk import moment, not_before_it_came, who
from bothsides.leads.lengths import MOST_CODES, MOST_NAME, MOST_WORDS, too_long

if TYPE_CHECKING:
    from bothsides.leads.desk.agreed import Agreed
    from bothsides.leads.desk.happenings import Happening
    from bothsides.logbook import Book

WAYS = ("out", "in")
IN_WORDS = ("reason", "note", "detail")
"""What is told in a person's words; all else names something."""

FORMAT = """\
Many happenings from a file of JSON lines, in its order, all or none. What was told before changes nothing.

Each line is one object. Its "what" says which it is; "lead" the lead's id or at least four letters of its beginning; \
"at" when it happened, UTC unless it says otherwise, now without it; "by" who did it.

- touch: "kind" (call, email, meeting, chat, other; call without it), "direction" (out, in; out), "automated" (false), \
and "id", its name in your system: told twice, it is one touch

- event: "event", "amount" (1)

- verdict: "verdict" (accepted, rejected, recycled), "reason", "note"

- stage: "stage"; of a win or loss "reason", "objections" (["none"] for none), "questions", "note", "amount"

- reached: "reached", "detail"; in place of "lead" a "subject" such as an order, with "fields" and "owner"

A file with one of each of these lines can be told at once:

{"what": "touch", "lead": "3f2a91", "kind": "call", "id": "c17", "by": "ana.ruiz", "at": "2026-04-01T09:00Z"}

{"what": "event", "lead": "3f2a91", "event": "demo_requested", "at": "2026-04-01T09:30Z"}

{"what": "verdict", "lead": "3f2a91", "verdict": "rejected", "reason": "no_budget", "by": "ana.ruiz"}

{"what": "reached", "subject": "rfq-881", "reached": "rfq_sent", "fields": {"side": "buyer"}, "owner": "supplier-7"}
"""
"""What the lines of a file say, as the help of `bothsides leads happened` tells it."""

Told = Mapping[str, Any]

MOST_DEEP = 8
"""Levels of lists and objects in a line; what is told needs two."""


def read_line(text: str) -> dict[str, Any]:
    """What a line of a file tells. Raises ValueError in words.

    >>> read_line('{"what": "touch", "lead": "3f2a"}')
    {'what': 'touch', 'lead': '3f2a'}
    """
    from bothsides.leads.intake.reading import each_once, whole

    try:
        told = json.loads(text, parse_int=whole, parse_constant=_no_number, object_pairs_hook=each_once)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg}") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if _nests(told, MOST_DEEP):
        raise ValueError(_TOO_DEEP)
    if not isinstance(told, dict):
        raise ValueError('must be an object such as {"what": "touch", "lead": "3f2a91"}')
    return told


_TOO_DEEP = "not JSON that can be read: it nests too deeply"


def _nests(value: object, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [
            one
            for each in level
            if isinstance(each, dict | list)
            for one in (each.values() if isinstance(each, dict) else each)
        ]
    return any(isinstance(each, dict | list) for each in level)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"not JSON: {word} is no number of JSON")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading needs: the desk's agreement, its moment, its currency, and the names that were found so far."""

    book: Book
    agreed: Agreed
    now: int
    currency: str
    leads: dict[str, str]
    """The leads' ids by the names that were given for them."""
    user: str | None = None
    """Who types it, where it is no file."""

    def read(self, told: Told) -> Happening:
        """The happening. Raises ValueError, LookupError or ArithmeticError in words."""
        what = _allowed("what", told.get("what"), tuple(KEYS))
        if unknown := [key for key in told if key not in KEYS[what] and key not in ("what", "line")]:
            raise ValueError(f"{', '.join(unknown)}: unknown; a {what} says {', '.join(KEYS[what])}")
        by = _text(told, "by") or None
        if by is not None:
            self._meant("by", by)
        return _READERS[what](self, told, self._when(told))

    def lead(self, told: Told) -> str:
        """The id of the lead that is named; what is typed may be its company, domain or address too."""
        from bothsides.leads.desk.listing import found, meant

        name = _text(told, "lead")
        if not name:
            raise ValueError("lead: missing; its id, or at least four letters that it begins with")
        if name not in self.leads:
            self.leads[name] = (found if self.user is None else meant)(self.book, name).lead_id
            not_before_it_came(self.book, self.now, self.leads[name])
        return self.leads[name]

    def subject(self, told: Told) -> str:
        """Whom or what it is about: what is typed is a lead's name where it begins that of one lead."""
        name = _text(told, "subject")
        if name and self.user is None:
            return name
        try:
            return self.lead({"lead": name or told.get("lead")})
        except LookupError:
            if not name:
                raise
            return name

    def _when(self, told: Told) -> int:
        from bothsides.leads.intake.moments import believed

        text, name = _text(told, "at"), "at =" if self.user is None else "--occurred"
        if not text:
            return self.now
        try:
            at = moment(text)
        except ValueError as error:
            raise ValueError(str(error).replace("--at", name, 1)) from None
        try:
            return believed(at, now=self.now, ahead=self.agreed.intake.clock_ahead_seconds)
        except ValueError as error:
            raise ValueError(f"{name} {text!r}: {error}") from None

    def _meant(self, key: str, name: str) -> None:
        from bothsides.leads.desk.likely import mistyped_person

        if said := mistyped_person(self.agreed, name):
            raise ValueError(f"{key} = {said}")


def _text(told: Told, key: str) -> str:
    from bothsides.logbook.plain import is_kept

    value = told.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} = {value!r:.80}: must be a text")
    if not is_kept(value):
        raise ValueError(f"{key} = {value!r:.80}: must be a text without NUL or half a surrogate pair")
    if why := too_long(value, MOST_WORDS if key in IN_WORDS else MOST_NAME):
        raise ValueError(f"{key}: {why}")
    return value


def _texts(told: Told, key: str) -> tuple[str, ...]:
    from bothsides.logbook.plain import is_kept

    value = told.get(key) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and is_kept(one) for one in value):
        raise ValueError(f"{key} = {value!r:.80}: must be a list of texts")
    if len(value) > MOST_CODES:
        raise ValueError(f"{key}: has {len(value)} codes; at most {MOST_CODES} are kept")
    for one in value:
        if why := too_long(one, MOST_NAME):
            raise ValueError(f"{key}: one {why}")
    return tuple(value)


def _allowed(name: str, value: object, allowed: Sequence[str]) -> Any:
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} = {value!r:.80}: must be one of {', '.join(allowed)}")
    return value


def _touch(reader: Reader, told: Told, at: int) -> Happening:
    from bothsides.leads.desk.happenings import TOUCH_KINDS, Touched

    lead = reader.lead(told)
    kind = _allowed("kind", told.get("kind", "call"), TOUCH_KINDS)
    way = _allowed("direction", told.get("direction", "out"), WAYS)
    automated = told.get("automated", False)
    if not isinstance(automated, bool):
        raise ValueError(f"automated = {automated!r:.80}: must be true or false")
    return Touched(
        touch_id=_text(told, "id") or f"{lead}:{kind}:{way}:{at}",
        lead_id=lead,
        kind=kind,
        direction=way,
        occurred_at=at,
        by=_text(told, "by") or reader.user,
        automated=automated,
    )


def _event(reader: Reader, told: Told, at: int) -> Happening:
    from bothsides.leads.desk.happenings import Did
    from bothsides.leads.desk.likely import mistyped_event
    from bothsides.leads.intake.reading import read_event

    lead = reader.lead(told)
    reasons: list[str] = []
    given = {"event": told.get("event"), "amount": told.get("amount", 1)}
    read = read_event(given, now=at, ahead=0, where="event", reasons=reasons)
    if read is None:
        raise ValueError("; ".join(reasons))
    if said := mistyped_event(reader.agreed, read.event):
        raise ValueError(f"event = {said}")
    return Did(lead_id=lead, event=read.event, occurred_at=at, amount=read.amount)


def _verdict(reader: Reader, told: Told, at: int) -> Happening:
    from bothsides.leads.desk.happenings import VERDICTS, Judged

    return Judged(
        lead_id=reader.lead(told),
        verdict=_allowed("verdict", told.get("verdict"), VERDICTS),
        reason=_text(told, "reason"),
        by=who(_text(told, "by") or None),
        occurred_at=at,
        note=_text(told, "note"),
    )


def _stage(reader: Reader, told: Told, at: int) -> Happening:
    from bothsides.leads.desk.happenings import Moved
    from bothsides.schema.stage import LeadStage

    return Moved(
        lead_id=reader.lead(told),
        stage=LeadStage(_allowed("stage", told.get("stage"), list(LeadStage))),
        occurred_at=at,
        by=who(_text(told, "by") or None),
        reason=_text(told, "reason"),
        objections=_texts(told, "objections"),
        questions=_texts(told, "questions"),
        note=_text(told, "note"),
        amount=_minor(told.get("amount"), reader.currency),
    )


MOST_MINOR = 2**53
"""Up to here every number of minor units is one of its own wherever it is sent."""


def _minor(amount: object, currency: str) -> int | None:
    from decimal import Decimal

    from bothsides.schema import from_minor, to_minor

    if amount is None:
        return None
    read = Decimal(str(amount)) if isinstance(amount, int | float) and not isinstance(amount, bool) else None
    if read is None or not read.is_finite():
        raise ValueError(f"amount = {amount!r:.80}: must be a number in {currency}, such as 12000 or 12000.50")
    if read < 0:
        raise ValueError(f"amount = {amount!r:.80}: must be at least 0")
    if read > (most := from_minor(MOST_MINOR, currency)):
        raise ValueError(f"amount = {amount!r:.80}: must be at most {most}")
    return to_minor(read, currency)


def _reached(reader: Reader, told: Told, at: int) -> Happening:
    from bothsides.leads.desk.happenings import Reached

    reached, fields = _text(told, "reached"), told.get("fields") or {}
    if not reached:
        raise ValueError("reached: missing; name what was reached, such as handed_over or first_listing")
    if not isinstance(fields, Mapping):
        raise ValueError(f'fields = {fields!r:.80}: must be an object such as {{"side": "buyer"}}')
    if bool(told.get("lead")) == bool(told.get("subject")):
        raise ValueError("give either lead, or subject for a request, a listing or an order")
    return Reached(
        subject=reader.subject(told),
        what=reached,
        occurred_at=at,
        detail=_text(told, "detail"),
        by=who(_text(told, "by") or None),
        fields=dict(fields),
        owner=_text(told, "owner") or None,
    )


KEYS: Mapping[str, tuple[str, ...]] = {
    "touch": ("lead", "kind", "direction", "id", "automated", "by", "at"),
    "event": ("lead", "event", "amount", "at"),
    "verdict": ("lead", "verdict", "reason", "note", "by", "at"),
    "stage": ("lead", "stage", "reason", "objections", "questions", "note", "amount", "by", "at"),
    "reached": ("lead", "subject", "reached", "detail", "fields", "owner", "by", "at"),
}
"""What can be told, by its word, and what each may say."""

_READERS: Mapping[str, Callable[[Reader, Told, int], Happening]] = {
    "touch": _touch,
    "event": _event,
    "verdict": _verdict,
    "stage": _stage,
    "reached": _reached,
}
