"""Webhooks that systems send us: proved by their signature over the bytes, taken in like any lead."""

import logging
from collections.abc import Mapping

from bothsides.agreement import Problem
from bothsides.delivery import Secret, SecretMissing, Secrets
from bothsides.delivery.signatures import WINDOW, HmacScheme, Verified, standard_key, verify_hmac, verify_standard
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.intake import Hook, IntakePolicy, Refused, Source
from bothsides.schema.instant import Instant
from bothsides.web.answer import denied
from bothsides.web.job import Job, Unreadable, parsed, read_leads, records_of, unreadable
from bothsides.web.kept_text import kept_bytes
from bothsides.web.once import Named, named_by_delivery

_LOG = logging.getLogger("bothsides.web")


def secret_problems(intake: IntakePolicy, secrets: Secrets) -> list[Problem]:
    """Secrets that are set and cannot be used. One that is not set yet may come while the desk stands."""
    found = []
    for source in intake.source:
        for reference in () if source.hook is None else source.hook.secrets:
            try:
                _usable(source.hook, secrets.find(reference))
            except SecretMissing:
                continue
            except ValueError as error:
                told = str(error).removeprefix(f"{reference}: ")
                key = f"source {source.name}: hook.secrets"
                found.append(Problem(file="agreement/intake.toml", key=key, value=reference, allowed=told))
    return found


def _usable(hook: Hook | None, secret: Secret) -> Secret:
    """The secret. Raises ValueError for one that the hook's scheme cannot verify with."""
    if hook is not None and hook.scheme == "standard":
        standard_key(secret)
    return secret


def verified(
    headers: Mapping[str, str], body: bytes, source: Source, *, secrets: Secrets, path: str, now: Instant
) -> Named:
    """The name of the delivery, once it is proved to be the sender's own. Raises Denied with the reason in words."""
    hook = source.hook
    if hook is None:
        raise denied(404, "not_found", "there is nothing under this address")
    live = _live(hook, secrets)
    if hook.scheme == "standard":
        stamp = headers.get("webhook-timestamp", "")
        found = verify_standard(headers, body, secrets=live, now=now)
    else:
        scheme = HmacScheme(
            header=hook.header,
            algorithm=hook.algorithm,
            prefix=hook.prefix,
            encoding=hook.encoding,
            timestamp_header=hook.timestamp_header or "",
            id_header=hook.id_header or "",
        )
        stamp = headers.get((hook.timestamp_header or "").lower(), "")
        found = verify_hmac(headers, body, scheme=scheme, secrets=live, now=now)
    if not found.ok:
        raise denied(401, found.reason, _why(found, hook, stamp, now))
    return named_by_delivery(source.name, found.delivery_id, path, body)


def hook_source(intake: IntakePolicy, name: str) -> Source:
    """The source that sends to this address. Raises Denied where none does: an address tells nothing of itself."""
    for source in intake.source:
        if source.name == name and source.hook is not None:
            return source
    raise denied(404, "not_found", "there is nothing under this address")


def delivered(body: bytes, source: Source, named: Named, agreed: Agreed, *, workspace: str, now: Instant) -> Job:
    """The delivery as a request; what cannot be read is kept, since its sender may never look at the answer."""
    try:
        records, one = records_of(unwrapped(parsed(body)))
        leads = read_leads(records, agreed, source=source, workspace=workspace, now=now)
    except Unreadable as error:
        kept = Refused(source=source.name, raw=kept_bytes(body), reasons=(str(error),))
        return Job(named=named, leads=[kept], keeps=True, said=unreadable(error))
    return Job(named=named, leads=leads, one=one, keeps=True)


def unwrapped(value: object) -> object:
    """The record of an envelope as Standard Webhooks proposes: type, timestamp, data; all else as it is.

    >>> unwrapped({"type": "lead.created", "timestamp": "2026-03-29T09:30:00Z", "data": {"side": "buyer"}})
    {'side': 'buyer'}
    >>> unwrapped({"side": "buyer", "data": "x"})
    {'side': 'buyer', 'data': 'x'}
    """
    if isinstance(value, dict) and isinstance(value.get("data"), dict | list) and isinstance(value.get("type"), str):
        return value["data"]
    return value


def _live(hook: Hook, secrets: Secrets) -> list[Secret]:
    """The secrets of the hook that can be found and used. Raises Denied, telling nothing of them, where none can."""
    found: list[Secret] = []
    missing: list[SecretMissing] = []
    unusable = False
    for reference in hook.secrets:
        try:
            found.append(_usable(hook, secrets.find(reference)))
        except SecretMissing as error:
            missing.append(error)
        except ValueError as error:
            _LOG.error("a webhook's secret cannot be used: %s", error)
            unusable = True
    if not found:
        for each in missing:
            _LOG.error("a webhook's secret is missing: %s", each)
        told = "cannot be used" if unusable else "is not set"
        message = f"the secret of this webhook {told} here; send it again later"
        raise denied(503, "bad_secret" if unusable else "no_secret", message, retry_after="300")
    return found


def _why(found: Verified, hook: Hook, stamp: str, now: Instant) -> str:
    standard = hook.scheme == "standard"
    signature = "webhook-signature" if standard else hook.header
    timestamp = "webhook-timestamp" if standard else hook.timestamp_header
    identity = "webhook-id" if standard else hook.id_header
    if found.reason in ("too_old", "in_future"):
        off = abs(now - int(stamp))
        side = "behind" if found.reason == "too_old" else "ahead of"
        return f"{timestamp}: {stamp} is {off} seconds {side} our clock; at most {WINDOW} are accepted: set the clock"
    return {
        "missing_id": f"{identity}: the header is missing",
        "missing_timestamp": f"{timestamp}: the header is missing",
        "bad_timestamp": f"{timestamp}: must be whole seconds since 1970",
        "missing_signature": f"{signature}: the header is missing or holds no signature of this scheme",
        "bad_signature": f"{signature}: does not fit the body and the secret that is agreed; sign the bytes as sent",
    }.get(found.reason, found.reason)
