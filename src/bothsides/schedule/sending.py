"""Sends what is due from the outbox, by the ways that were agreed in `agreement/delivery.toml`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from bothsides.delivery import DeliveryPolicy, Post, Recipient, Secrets, compile_routes, deliver_due, open_sinks
from bothsides.delivery import dry_run as planned_sends
from bothsides.delivery.hours import OpenHours
from bothsides.delivery.journal_outbox import JournalOutbox
from bothsides.delivery.journal_sends import JournalSends
from bothsides.delivery.limits import Breaker
from bothsides.delivery.message import Effect, Sink
from bothsides.delivery.people import recipient
from bothsides.delivery.policy import POLICY_FILE, load_delivery
from bothsides.delivery.templates import Template, read_template
from bothsides.delivery.ways import is_staff, waking_hours
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.standing import leads_by_id
from bothsides.logbook import Logbook
from bothsides.schema.instant import Instant
from bothsides.workspace import Workspace


@dataclass(slots=True, kw_only=True)
class Sending:
    """The ways out of one workspace, with what each sink's breaker remembers from round to round."""

    workspace: Workspace
    logbook: Logbook
    policy: DeliveryPolicy
    sinks: Mapping[str, Sink]
    address_key: bytes = b""
    most: int = 50
    lease_seconds: int = 300
    breakers: dict[str, Breaker] = field(default_factory=dict)

    def some(self, agreed: Agreed, *, clock: Callable[[], Instant]) -> dict[str, int]:
        """Works on up to `most` due effects; how many had each outcome, none where nothing was due."""
        done = deliver_due(
            JournalOutbox(logbook=self.logbook),
            self._post(agreed),
            clock=clock,
            breakers=self.breakers,
            most=self.most,
            lease_seconds=self.lease_seconds,
        )
        self.breakers = done.breakers
        return done.counts

    def foreseen(self, agreed: Agreed, *, now: Instant, most: int = 1000) -> dict[str, int]:
        """What would become of the effects that are due now, by what would be done; nothing is sent."""
        with self.logbook.reading() as book:
            rows = book.all(
                "SELECT effect_id, action, subject, payload, sink, requested_at, not_before, attempts FROM outbox"
                " WHERE state = 'waiting' AND not_before <= ? ORDER BY not_before, effect_id LIMIT ?",
                now,
                most,
            )
        effects = [_effect(row) for row in rows]
        counts: dict[str, int] = {}
        for plan in planned_sends(effects, self._post(agreed), now=now, breakers=self.breakers):
            counts[plan.what] = counts.get(plan.what, 0) + 1
        return counts

    def _post(self, agreed: Agreed) -> Post:
        return Post(
            policy=self.policy,
            sinks=self.sinks,
            sends=JournalSends(logbook=self.logbook),
            people=lambda address: self._person(agreed, address),
            template=self._template,
            routes=compile_routes(self.policy),
            address=lambda name: self.address(agreed, name),
            facts=self._facts,
            address_key=self.address_key,
            zone=ZoneInfo(self.workspace.settings.time_zone),
        )

    def address(self, agreed: Agreed, name: str) -> str:
        """Where a person is written to: an address as it stands, a member at the agreed one, others by `addresses`.

        A member without one is written to at the first of our own domains. Empty for whoever is neither.
        """
        if "@" in name:
            return name
        member = next((one for one in agreed.routing_policy.member if one.id == name), None)
        if member is None:
            return self.policy.addresses.get(name, "")
        if member.mail is not None:
            return member.mail
        return f"{name}@{self.policy.staff_domains[0]}" if self.policy.staff_domains else ""

    def _person(self, agreed: Agreed, address: str) -> Recipient:
        staff = is_staff(address, self.policy.staff_domains)
        who = address.casefold()
        named = (one.id for one in agreed.routing_policy.member if one.mail is not None and one.mail.casefold() == who)
        member = next(named, address.rpartition("@")[0]) if staff else None
        hours: dict[str, OpenHours] = {"waking": waking_hours(self.policy.waking, "")}
        if staff:
            hours["working"] = agreed.hours_of(member)
        with self.logbook.reading() as book:
            return recipient(book, address, staff=staff, hours=hours, address_key=self.address_key)

    def _template(self, name: str) -> Template:
        return read_template(name, self.workspace.folder / "templates")

    def _facts(self, effect: Effect) -> Mapping[str, object]:
        with self.logbook.reading() as book:
            lead = leads_by_id(book, [effect.subject], locked=False).get(effect.subject)
        return lead.facts if lead is not None else {}


def open_sending(workspace: Workspace, logbook: Logbook, environment: Mapping[str, str]) -> Sending | None:
    """The ways out of the workspace; None where nothing was agreed on sending: then effects wait.

    Raises AgreementError naming every mistake, SecretMissing for a reference that leads to nothing.
    """
    path = workspace.agreement_dir / POLICY_FILE
    if not path.exists():
        return None
    policy = load_delivery(path).policy
    secrets = Secrets(folder=workspace.folder, environment=environment)
    return Sending(
        workspace=workspace,
        logbook=logbook,
        policy=policy,
        sinks=open_sinks(policy, secrets),
        address_key=secrets.find(policy.address_key).reveal().encode() if policy.address_key else b"",
    )


def _effect(row: tuple[Any, ...]) -> Effect:
    name, action, subject, payload, sink, requested_at, not_before, attempts = row
    return Effect(
        effect_id=name,
        key=name,
        action=action,
        subject=subject,
        sink=sink or "",
        created_at=requested_at,
        not_before=not_before,
        payload=orjson.loads(payload),
        attempts=attempts,
    )
