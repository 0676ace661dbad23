"""Leads as the systems send them: JSON of the web form, the partner and the CRM, a CSV list of a trade fair."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bothsides.schema.instant import HOUR, MINUTE, Instant, in_utc
from bothsides.simulate.desk.chance import happens, pick, share
from bothsides.simulate.desk.layouts import ENVELOPES, LAYOUTS, SIDE_WORDS
from bothsides.simulate.desk.lead import QuarterLead

NO_SIDE = (None, "both", "reseller")
"""What stands where nobody knows on which side a lead is."""
_SENT_AGAIN = 0.02
_BROKEN = 0.012
_OFFLINE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one system sends at once: a JSON text, or a CSV file with a header and a lead a line.

    `key` is the idempotency key that the system sends along; a second delivery with the same key is the same one
    sent again (`again`), or, where `changed`, another body under a key already used. `leads` are the true leads
    inside in the order of the body, None for one that cannot be read, and `trouble` says what is wrong with it.
    """

    received_at: Instant
    source: str
    content_type: str
    key: str
    body: str
    leads: tuple[str | None, ...]
    again: bool = False
    changed: bool = False
    trouble: str | None = None


def deliveries(seed: int, leads: Sequence[QuarterLead]) -> tuple[Delivery, ...]:
    """Everything that arrives in the quarter, in time order, with retries and rows that nobody can read."""
    sent: list[Delivery] = []
    lists = [one for one in leads if one.source == "trade_fair"]
    for _, visitors in groupby(lists, key=lambda one: (one.arrived_at, one.campaign)):
        sent.append(_list_of(seed, tuple(visitors)))
    for lead in leads:
        if lead.source != "trade_fair":
            sent.extend(_messages(seed, lead))
    return tuple(sorted(sent, key=lambda one: (one.received_at, one.again, one.key)))


def _messages(seed: int, lead: QuarterLead) -> Iterator[Delivery]:
    row = _row(seed, lead)
    key = lead.key
    body = json.dumps(_wrapped(lead, row, key), ensure_ascii=False)
    message = Delivery(
        received_at=lead.arrived_at,
        source=lead.source,
        content_type="application/json",
        key=key,
        body=body,
        leads=(lead.lead,),
    )
    yield message
    if happens(_SENT_AGAIN, seed, "sent again", lead.lead):
        later = lead.arrived_at + int(MINUTE + share(seed, "retry", lead.lead) * HOUR)
        yield _copy(message, later, body)
    elif happens(_OFFLINE, seed, "key used again", lead.lead):
        other = json.dumps(_wrapped(lead, {**row, LAYOUTS[lead.source]["company"]: "Test"}, key), ensure_ascii=False)
        yield _copy(message, lead.arrived_at + HOUR, other)
    if happens(_BROKEN, seed, "broken", lead.lead):
        yield _broken(seed, lead, body)


def _copy(message: Delivery, received_at: Instant, body: str) -> Delivery:
    changed = body != message.body
    return Delivery(
        received_at=received_at,
        source=message.source,
        content_type=message.content_type,
        key=message.key,
        body=body,
        leads=(None,) if changed else message.leads,
        again=True,
        changed=changed,
        trouble="another body under a key already used" if changed else None,
    )


def _broken(seed: int, lead: QuarterLead, body: str) -> Delivery:
    """A message of the same system just before, which nobody can read: its lead is not one of the quarter's."""
    trouble, text = pick(
        (
            ("JSON cut off", body[: len(body) // 2]),
            ("no company, e-mail or phone", json.dumps({LAYOUTS[lead.source]["side"]: "buyer"})),
            ("a list where one lead was expected", json.dumps([1, 2, 3])),
            ("a field that is a list", json.dumps({LAYOUTS[lead.source]["side"]: "buyer", "notes": ["a", "b"]})),
        ),
        seed,
        "trouble",
        lead.lead,
    )
    return Delivery(
        received_at=lead.arrived_at - 7,
        source=lead.source,
        content_type="application/json",
        key=f"{lead.source}-bad-{lead.lead[:12]}",
        body=text,
        leads=(None,),
        trouble=trouble,
    )


def _wrapped(lead: QuarterLead, row: dict[str, object], key: str) -> dict[str, object]:
    at = in_utc(lead.arrived_at).isoformat()
    names = ENVELOPES[lead.source]
    return {names["id"]: key, names["created_at"]: at, **row}


def _row(seed: int, lead: QuarterLead) -> dict[str, object]:
    """The lead under the system's own names and words; what it does not say stands as null or as an empty text."""
    row: dict[str, object] = {}
    for field, name in LAYOUTS[lead.source].items():
        value = lead.fields.get(field)
        if field == "side":
            value = SIDE_WORDS[lead.source][str(value)] if value else pick(NO_SIDE, seed, "no side", lead.lead)
        row[name] = value if value is not None else pick((None, ""), seed, "empty", field, lead.lead)
    return row


def _list_of(seed: int, visitors: tuple[QuarterLead, ...]) -> Delivery:
    """A list with semicolons, a byte order mark, two lines that are no leads and one that is cut off."""
    columns = list(LAYOUTS["trade_fair"].values())
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    inside: list[str | None] = []
    for number, lead in enumerate(visitors):
        row = _row(seed, lead)
        writer.writerow(["" if row[column] is None else row[column] for column in columns])
        inside.append(lead.lead)
        if number == len(visitors) // 2:
            writer.writerow(["", "", "", "", "", "voucher taken, no card", "", "", "", "", ""])
            writer.writerow(["Buyer", "Messe", "trade_fair"])
            inside += [None, None]
    first = visitors[0]
    return Delivery(
        received_at=first.arrived_at,
        source="trade_fair",
        content_type="text/csv",
        key=f"list-{first.lead[:16]}",
        body="\ufeff" + text.getvalue(),
        leads=tuple(inside),
        trouble="two lines are no leads",
    )
