"""Posts a message to a webhook: signed, to a pinned address, with an end to every wait."""

import asyncio
import json
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2

from bothsides.delivery.egress import EgressPolicy, EgressRefused, Resolve, Target, guarded_url, looked_up
from bothsides.delivery.message import DELIVERED, Message, Outcome, refused, retry, uncertain
from bothsides.delivery.retry import retry_after
from bothsides.delivery.secret import Secret
from bothsides.delivery.signatures import delivery_id, sign_standard
from bothsides.schema.instant import Instant, in_utc

_NEVER_TAKEN = frozenset({400, 405, 406, 409, 410, 411, 413, 414, 415, 422, 431})
"""The message itself is wrong, or its receiver is gone for good."""
_NOT_TAKEN = frozenset({401, 403, 404, 408, 421, 425, 429, 503})
"""The message may pass later: the receiver is busy, or its set-up is being mended."""
_LONGEST_CONNECT = 10.0

for _chatty in ("httpx2", "httpcore2"):  # they log whole addresses, and many a webhook's address is its secret
    logging.getLogger(_chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSink:
    """One endpoint. Its receiver knows a repeated message by `webhook-id`, the effect's key."""

    url: Secret
    """A secret, since many services put their token into the path."""
    secrets: Sequence[Secret]
    """One, or two while a secret is being replaced; none: not signed."""
    egress: EgressPolicy
    idempotent: bool = True
    resolve: Resolve = looked_up
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def send(self, message: Message, *, key: str, now: Instant, timeout: float) -> Outcome:
        """Post once. An answer of 2xx is delivered whatever its body; without one, the outcome is uncertain."""
        try:
            body = webhook_body(message)
        except (ValueError, TypeError):
            return refused("the message cannot be written as JSON")
        webhook_id = delivery_id(key)
        try:
            signed = sign_standard(body, delivery_id=webhook_id, now=now, secrets=self.secrets) if self.secrets else {}
            target = guarded_url(self.url.reveal(), self.egress, resolve=self.resolve)
        except EgressRefused as error:
            return retry(f"not reached: {error}")
        except ValueError as error:
            return retry(f"not signed: {error}")
        except OSError as error:
            return retry(f"not found: {error.strerror or 'no address'}")
        headers = {
            "host": target.authority,
            "content-type": "application/json",
            "user-agent": "bothsides",
            "webhook-id": webhook_id,
            "idempotency-key": webhook_id,
            **signed,
        }
        return asyncio.run(self._posted(target, headers, body, now, timeout))

    async def _posted(
        self, target: Target, headers: dict[str, str], body: bytes, now: Instant, timeout: float
    ) -> Outcome:
        connecting = httpx2.Timeout(timeout, connect=min(timeout / 2, _LONGEST_CONNECT))
        try:
            # trust_env off: a proxy from the environment would connect where nobody judged the address
            async with (
                asyncio.timeout(timeout),
                httpx2.AsyncClient(verify=self.trust, trust_env=False, timeout=connecting) as client,
                client.stream(
                    "POST",
                    target.pinned_url,
                    content=body,
                    headers=headers,
                    follow_redirects=False,
                    extensions={"sni_hostname": target.host},
                ) as answer,
            ):
                return answered(answer.status_code, answer.headers.get("retry-after"), target.host, now)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            return retry(f"{target.host}: no connection ({type(error).__name__})")
        except (httpx2.TransportError, TimeoutError) as error:
            return uncertain(f"{target.host}: no answer ({type(error).__name__})")


def webhook_body(message: Message) -> bytes:
    """The JSON of Standard Webhooks (type, timestamp, data), the same bytes at every attempt."""
    content = {
        "type": message.action,
        "timestamp": f"{in_utc(message.created_at):%Y-%m-%dT%H:%M:%SZ}",
        "data": {"subject": message.subject, **message.data},
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def answered(status: int, wait: str | None, host: str, now: Instant) -> Outcome:
    """What a status means. A 5xx other than 503 may come after the work was done, so it is uncertain."""
    told, after = f"{host} answered {status}", retry_after(wait, now)
    if 200 <= status < 300:
        return DELIVERED
    if status in _NEVER_TAKEN:
        return refused(told)
    if 300 <= status < 400:
        return retry(f"{told}, a redirect; redirects are not followed, set the new url")
    if status in _NOT_TAKEN or status < 500:
        return retry(told, after=after)
    return uncertain(told, after=after)
