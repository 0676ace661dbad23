"""What was agreed on sending: `agreement/delivery.toml`, with secrets by reference only."""

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bothsides.agreement import Agreed, AgreementError, Problem, checked
from bothsides.agreement.conditions import When
from bothsides.agreement.numbers import above_zero
from bothsides.agreement.versions import load_signed
from bothsides.delivery.egress import EgressPolicy
from bothsides.delivery.gate import PurposePolicy
from bothsides.delivery.limits import BreakerPolicy, BudgetPolicy
from bothsides.delivery.retry import RetryPolicy
from bothsides.delivery.secret import is_reference, known_reference, known_references
from bothsides.schema.mail_address import known_mail_address

POLICY_FILE = "delivery.toml"

_MAY_HIDE = re.compile(r"secret|password|passwd|token|credential|key|url|user", re.IGNORECASE)


def known_url(text: str) -> str:
    """An https address, or a reference to one ('env:NAME', 'file:path') where the address itself is secret."""
    if not is_reference(text) and (not re.match(r"https?://", text) or "@" in text):
        raise ValueError("must be an http(s) address without a user name, or a reference 'env:NAME' or 'file:path'")
    return text


def known_domains(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Mail domains in lower case, as in 'example.com'. Raises ValueError for any other text."""
    for text in texts:
        if not re.fullmatch(r"([a-z0-9-]+\.)+[a-z0-9-]+", text):
            raise ValueError(f"{text!r}: must be a mail domain in lower case, as in 'example.com'")
    return texts


def known_clock(text: str) -> str:
    """A time of day as in '08:00'. Raises ValueError for any other text."""
    try:
        time.fromisoformat(text if re.fullmatch(r"\d\d:\d\d", text) else "")
    except ValueError:
        raise ValueError("must be a time of day, as in '08:00'") from None
    return text


def known_zone(text: str) -> str:
    """A time zone of the tz database, as in 'Europe/London'. Raises ValueError for any other text."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone, as in 'Europe/London'") from None
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """One endpoint, under `[webhook.NAME]`."""

    url: Annotated[str, checked(known_url)]
    secrets: Annotated[tuple[str, ...], checked(known_references)] = ()
    """The first signs; a second one signs too while the receiver changes over."""
    receiver_knows_keys: bool = True
    """The receiver takes each `webhook-id` once; false: a send in doubt is held, as for mail."""
    on_uncertain: Literal["hold", "resend"] = "hold"
    timeout_seconds: Annotated[float, checked(above_zero)] = 15
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)
    retry: RetryPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailPolicy:
    """One mail relay, under `[email.NAME]`."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[str, checked(known_mail_address)]
    sender_name: str = ""
    user: str = ""
    password: Annotated[str, checked(known_reference)] | None = None
    unsubscribe_url: str = ""
    """Where a person unsubscribes with one click; `{recipient}` is the hash of the address."""
    on_uncertain: Literal["hold", "resend"] = "hold"
    timeout_seconds: Annotated[float, checked(above_zero)] = 30
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)
    retry: RetryPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePolicy:
    """One JSON-lines file, under `[file.NAME]`."""

    path: str
    """Relative ones lie in the workspace."""
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)
    retry: RetryPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePolicy:
    """Which action leaves by which way, under `[[route]]`; every route that fits is taken, none: nothing is sent."""

    action: str
    sink: str
    purpose: str = ""
    """Needed where a person is written to."""
    template: str = ""
    """None: the template named as the action."""
    when: When = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WakingPolicy:
    """Set under `[waking]`: when people may be written to, on the clock of their own zone."""

    opens: Annotated[str, checked(known_clock)] = "08:00"
    closes: Annotated[str, checked(known_clock)] = "20:00"
    zone: Annotated[str, checked(known_zone)] = "UTC"
    """For people whose zone is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """The whole of `agreement/delivery.toml`."""

    webhook: dict[str, WebhookPolicy] = field(default_factory=dict)
    email: dict[str, EmailPolicy] = field(default_factory=dict)
    file: dict[str, FilePolicy] = field(default_factory=dict)
    route: tuple[RoutePolicy, ...] = ()
    purpose: dict[str, PurposePolicy] = field(default_factory=dict)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    egress: EgressPolicy = field(default_factory=EgressPolicy)
    waking: WakingPolicy = field(default_factory=WakingPolicy)
    staff_domains: Annotated[tuple[str, ...], checked(known_domains)] = ()
    """Mail domains of the own company: internal messages go nowhere else."""
    addresses: dict[str, Annotated[str, checked(known_mail_address)]] = field(default_factory=dict)
    """Where those are written to whom the agreement names and who are no members, such as "VP Marketing"."""
    address_key: Annotated[str, checked(known_reference)] | None = None
    """With it, suppression lists and counters keep addresses that nobody can guess back."""

    @property
    def sinks(self) -> dict[str, WebhookPolicy | EmailPolicy | FilePolicy]:
        """Every way out by name."""
        return {**self.webhook, **self.email, **self.file}

    def retry_of(self, sink: str) -> RetryPolicy:
        """The sink's own retries, else those of all."""
        named = self.sinks.get(sink)
        return (named.retry if named else None) or self.retry


def load_delivery(path: Path) -> Agreed[DeliveryPolicy]:
    """The policy of the file, signed or not.

    Raises AgreementError naming every mistake, values that may be secret left out.
    """
    try:
        signed = load_signed(path, DeliveryPolicy, time_zone="UTC")
    except AgreementError as error:
        raise AgreementError([_hidden(problem) for problem in error.problems]) from None
    agreed = Agreed(policy=signed.policy, version=signed.version, path=path)
    if found := problems(agreed.policy):
        raise AgreementError(
            [Problem(file=str(path), key=key, value=value, allowed=allowed) for key, value, allowed in found]
        )
    return agreed


def problems(policy: DeliveryPolicy) -> tuple[tuple[str, str, str], ...]:
    """What the fields tell only together: key, value, what is allowed."""
    names = [name for kind in (policy.webhook, policy.email, policy.file) for name in kind]
    found = [
        (name, "", "a sink's name must be used once among webhook, email and file")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    known, purposes = ", ".join(sorted(names)) or "none", ", ".join(sorted(policy.purpose)) or "none"
    for position, route in enumerate(policy.route):
        at = f"route[{position}]"
        if route.sink not in names:
            found.append((f"{at}.sink", route.sink, f"must be a sink of this file: {known}"))
        if route.purpose and route.purpose not in policy.purpose:
            found.append((f"{at}.purpose", route.purpose, f"must be a purpose of this file: {purposes}"))
        if route.sink in policy.email and not route.purpose:
            found.append((f"{at}.purpose", "", f"a mail needs a purpose: {purposes}"))
        kind = policy.purpose[route.purpose].kind if route.purpose in policy.purpose else ""
        mail = policy.email.get(route.sink)
        if kind == "marketing" and mail is not None and not mail.unsubscribe_url:
            found.append((f"email.{route.sink}.unsubscribe_url", "", "a marketing mail must offer to unsubscribe"))
    for name, mail in policy.email.items():
        if (mail.password is None) != (not mail.user):
            found.append((f"email.{name}", "", "user and password must stand together or not at all"))
        if mail.security == "none" and mail.password is not None:
            found.append((f"email.{name}.security", "none", "a password must not travel without starttls or tls"))
        if mail.unsubscribe_url and not mail.unsubscribe_url.startswith("https://"):
            found.append((f"email.{name}.unsubscribe_url", mail.unsubscribe_url, "must begin with https://"))
    if not policy.waking.opens < policy.waking.closes:
        found.append(("waking.closes", policy.waking.closes, f"must be later than opens = {policy.waking.opens}"))
    if not policy.staff_domains and any(purpose.kind == "internal" for purpose in policy.purpose.values()):
        found.append(("staff_domains", "", "internal purposes need the mail domains of the own company"))
    return tuple(found)


def _hidden(problem: Problem) -> Problem:
    """A secret may stand where its reference should, under a misspelt key, or in a table that is shown as a whole."""
    where = problem.key.rpartition(".")[2]
    unknown = problem.allowed.startswith("unknown key")
    if problem.value and (unknown or _MAY_HIDE.search(where) or problem.value.startswith(("{", "["))):
        return dataclasses.replace(problem, value="(not shown)")
    return problem
