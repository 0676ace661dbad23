"""Makes messages of effects: the letter for a person, the data for a machine, one part for each way out."""

import dataclasses
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from bothsides.delivery.gate import address_hash
from bothsides.delivery.message import Effect, Message
from bothsides.delivery.policy import DeliveryPolicy
from bothsides.delivery.templates import Template
from bothsides.delivery.ways import Routes
from bothsides.schema.instant import IN_UTC, shown

_FOR_DELIVERY = frozenset({"purpose", "template", "not_after", "fields", "data"})
"""What a payload says to delivery; everything else in it is told to the receiver."""


def parts_of(effect: Effect, routes: Routes, facts: Mapping[str, object]) -> tuple[Effect, ...]:
    """The effect once for each way it takes, by the agreed routes; the first route to a sink speaks for it.

    A part's key is the effect's with its sink, so that parts are the same whenever the effect is taken apart.
    """
    found: dict[str, Effect] = {}
    for route in routes.of(effect.action, {**facts, **effect.payload}):
        if route.sink in found:
            continue
        said = {"purpose": route.purpose, "template": route.template}
        payload = {**{name: word for name, word in said.items() if word}, **effect.payload}
        name = f"{effect.effect_id}:{route.sink}"
        found[route.sink] = dataclasses.replace(effect, effect_id=name, key=name, sink=route.sink, payload=payload)
    return tuple(found.values())


def composed(
    effect: Effect,
    *,
    policy: DeliveryPolicy,
    template: Callable[[str], Template],
    address: Callable[[str], str],
    facts: Mapping[str, object],
    address_key: bytes = b"",
    zone: ZoneInfo = IN_UTC,
) -> Message:
    """The message of an effect. Raises TemplateError where its letter cannot be written."""
    payload = effect.payload
    told = {name: value for name, value in payload.items() if name not in _FOR_DELIVERY}
    data, own = payload.get("data"), payload.get("fields")
    mail = policy.email.get(effect.sink)
    named = effect.text("to").strip()
    to = address(named) if named else ""
    letter = None
    if mail is not None:
        fields = letter_fields(effect, {**facts, **told, **(own if isinstance(own, dict) else {})}, zone)
        letter = template(effect.text("template") or effect.action).fill(fields)
    purpose = policy.purpose.get(effect.text("purpose"))
    leaves = mail is not None and purpose is not None and purpose.kind == "marketing"
    return Message(
        action=effect.action,
        subject=effect.subject,
        created_at=effect.created_at,
        data=data if isinstance(data, dict) else told,
        to=to,
        title=letter.subject if letter else "",
        text=letter.text if letter else "",
        unsubscribe=mail.unsubscribe_url.replace("{recipient}", address_hash(to, address_key))
        if mail is not None and leaves
        else "",
    )


_LAST = 253_402_300_799
"""The last second that has a date, 9999-12-31: a lead may bring any number under any name."""


def letter_fields(effect: Effect, known: Mapping[str, object], zone: ZoneInfo = IN_UTC) -> dict[str, object]:
    """What a letter may ask for: all that is known, a moment `due_at` as `due` in words of the zone, and `lead`,
    whatever is known of its name.
    """
    fields: dict[str, object] = {"lead": known.get("company") or known.get("name") or effect.subject, **known}
    for name, value in known.items():
        if name.endswith("_at") and isinstance(value, int) and 0 <= value <= _LAST:
            fields[name.removesuffix("_at")] = shown(value, zone)
    return {**fields, "subject": effect.subject}
