"""Opens the ways out that were agreed, and says which of them an action takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bothsides.agreement.conditions import Fields, Tests, read_tests
from bothsides.delivery.egress import Resolve, looked_up
from bothsides.delivery.file_sink import FileSink
from bothsides.delivery.hours import WakingHours
from bothsides.delivery.mail import MailSink
from bothsides.delivery.message import Sink
from bothsides.delivery.policy import DeliveryPolicy, RoutePolicy, WakingPolicy
from bothsides.delivery.secret import Secret, Secrets, is_reference
from bothsides.delivery.webhook import WebhookSink


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The routes of a policy, their tests read once."""

    by_action: dict[str, tuple[tuple[Tests, RoutePolicy], ...]] = field(default_factory=dict)

    def of(self, action: str, fields: Fields) -> tuple[RoutePolicy, ...]:
        """The routes that the action takes, in the agreement's order."""
        return tuple(route for tests, route in self.by_action.get(action, ()) if tests.hold(fields))


def compile_routes(policy: DeliveryPolicy) -> Routes:
    """The routes, ready to be asked for every effect."""
    by_action: dict[str, tuple[tuple[Tests, RoutePolicy], ...]] = {}
    for route in policy.route:
        by_action[route.action] = (*by_action.get(route.action, ()), (read_tests(route.when), route))
    return Routes(by_action=by_action)


def open_sinks(policy: DeliveryPolicy, secrets: Secrets, *, resolve: Resolve = looked_up) -> dict[str, Sink]:
    """Every sink by name. Raises SecretMissing for a reference that leads to nothing."""
    sinks: dict[str, Sink] = {}
    for name, hook in policy.webhook.items():
        sinks[name] = WebhookSink(
            url=secrets.find(hook.url) if is_reference(hook.url) else Secret(f"webhook.{name}.url", hook.url),
            secrets=tuple(secrets.find(reference) for reference in hook.secrets),
            egress=policy.egress,
            idempotent=hook.receiver_knows_keys,
            resolve=resolve,
        )
    for name, mail in policy.email.items():
        sinks[name] = MailSink(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            sender=mail.sender,
            sender_name=mail.sender_name,
            egress=policy.egress,
            user=mail.user,
            password=secrets.find(mail.password) if mail.password else None,
            resolve=resolve,
        )
    for name, file in policy.file.items():
        sinks[name] = FileSink(path=secrets.folder / Path(file.path))
    return sinks


def waking_hours(policy: WakingPolicy, zone: str) -> WakingHours:
    """Waking hours in the person's zone, in the policy's where that is unknown."""
    try:
        found = ZoneInfo(zone or policy.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found = ZoneInfo(policy.zone)
    return WakingHours(zone=found, opens=time.fromisoformat(policy.opens), closes=time.fromisoformat(policy.closes))


def is_staff(address: str, domains: Sequence[str]) -> bool:
    """Whether the address is of the own company; a domain that merely ends alike is not.

    >>> is_staff("ana@Acme.com", ("acme.com",)), is_staff("ana@notacme.com", ("acme.com",))
    (True, False)
    """
    return address.strip().rpartition("@")[2].lower() in domains
