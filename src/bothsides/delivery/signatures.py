"""Signs what goes out and verifies what comes in: Standard Webhooks 1.0 and generic HMAC, on the raw bytes."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bothsides.delivery.secret import Secret
from bothsides.schema.instant import MINUTE, Instant

WINDOW = 5 * MINUTE
"""Seconds a timestamp may lie before or after now (Standard Webhooks and Stripe: five minutes)."""

Reason = Literal[
    "verified",
    "no_secret",
    "missing_id",
    "missing_timestamp",
    "bad_timestamp",
    "too_old",
    "in_future",
    "missing_signature",
    "bad_signature",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Whether a delivery is the sender's own; `delivery_id` is what replay protection has to remember."""

    ok: bool
    reason: Reason
    delivery_id: str = ""
    secret: str = ""
    """Reference of the secret that fitted, to see when an old one is no longer used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HmacScheme:
    """How a sender signs. The default is GitHub's; with a timestamp header, `timestamp.body` is signed.

    Where id and timestamp stand in headers that are not signed, they protect from nothing: leave them out.
    """

    header: str = "X-Hub-Signature-256"
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    prefix: str = "sha256="
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: str = ""
    id_header: str = ""


def sign_standard(body: bytes, *, delivery_id: str, now: Instant, secrets: Sequence[Secret]) -> dict[str, str]:
    """The three headers of Standard Webhooks; one signature per live secret. Raises ValueError without a secret,
    for a secret that cannot be read, and for an id that is not printable ASCII or holds a space.
    """
    if not secrets:
        raise ValueError("a webhook needs a secret to sign with")
    if not re.fullmatch(r"[!-~]+", delivery_id):
        raise ValueError(f"webhook-id {delivery_id!r}: must be printable ASCII without spaces")
    signed = _standard(delivery_id, str(now), body)
    signatures = [f"v1,{_base64(hmac.digest(standard_key(secret), signed, 'sha256'))}" for secret in secrets]
    return {"webhook-id": delivery_id, "webhook-timestamp": str(now), "webhook-signature": " ".join(signatures)}


def delivery_id(key: str) -> str:
    """The key as a `webhook-id`: itself where it is plain, else its hash.

    >>> delivery_id("breach-17")
    'breach-17'
    """
    if re.fullmatch(r"[A-Za-z0-9_:-]{1,128}", key):
        return key
    return f"key_{hashlib.sha256(key.encode()).hexdigest()}"


def verify_standard(
    headers: Mapping[str, str], body: bytes, *, secrets: Sequence[Secret], now: Instant, window: int = WINDOW
) -> Verified:
    """Whether one of the `v1` signatures fits one of the live secrets, on the bytes as they came."""
    found = {name.lower(): value for name, value in headers.items()}
    delivery_id = found.get("webhook-id", "")
    if not delivery_id:
        return Verified(ok=False, reason="missing_id")
    stamp = found.get("webhook-timestamp", "")
    if wrong := _off_time(stamp, now=now, window=window):
        return Verified(ok=False, reason=wrong, delivery_id=delivery_id)
    given = [part.partition(",")[2] for part in found.get("webhook-signature", "").split() if part.startswith("v1,")]
    if not given:
        return Verified(ok=False, reason="missing_signature", delivery_id=delivery_id)
    signed = _standard(delivery_id, stamp, body)
    expected = [(secret, _base64(hmac.digest(standard_key(secret), signed, "sha256"))) for secret in secrets]
    return _judged(given, expected, delivery_id)


def verify_hmac(
    headers: Mapping[str, str],
    body: bytes,
    *,
    scheme: HmacScheme,
    secrets: Sequence[Secret],
    now: Instant,
    window: int = WINDOW,
) -> Verified:
    """Whether the header's signature fits one of the live secrets, on the bytes as they came."""
    found = {name.lower(): value for name, value in headers.items()}
    delivery_id = found.get(scheme.id_header.lower(), "") if scheme.id_header else ""
    if scheme.id_header and not delivery_id:
        return Verified(ok=False, reason="missing_id")
    signed = body
    if scheme.timestamp_header:
        stamp = found.get(scheme.timestamp_header.lower(), "")
        if wrong := _off_time(stamp, now=now, window=window):
            return Verified(ok=False, reason=wrong, delivery_id=delivery_id)
        signed = stamp.encode() + b"." + body
    given = found.get(scheme.header.lower(), "").strip()
    if not given:
        return Verified(ok=False, reason="missing_signature", delivery_id=delivery_id)
    if not given.startswith(scheme.prefix):
        return Verified(ok=False, reason="bad_signature", delivery_id=delivery_id)
    given = given.removeprefix(scheme.prefix)
    if scheme.encoding == "hex":
        given = given.lower()
    expected = []
    for secret in secrets:
        digest = hmac.digest(secret.reveal().encode(), signed, getattr(hashlib, scheme.algorithm))
        expected.append((secret, digest.hex() if scheme.encoding == "hex" else _base64(digest)))
    return _judged([given], expected, delivery_id)


def standard_key(secret: Secret) -> bytes:
    """The key's bytes: base64 after `whsec_`, else the text itself. Raises ValueError that names only the reference.

    A key of no bytes is refused: with it anybody could sign.
    """
    value = secret.reveal()
    if not value.startswith("whsec_"):
        return value.encode()
    try:
        key = base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError(f"{secret.reference}: after 'whsec_' must stand base64")
    return key


def _judged(given: Sequence[str], expected: Sequence[tuple[Secret, str]], delivery_id: str) -> Verified:
    """Every pair is compared, each in constant time, so that the time tells nothing of which one came close."""
    if not expected:
        return Verified(ok=False, reason="no_secret", delivery_id=delivery_id)
    fitting = ""
    for secret, signature in expected:
        for candidate in given:
            if hmac.compare_digest(candidate.encode(), signature.encode()):
                fitting = fitting or secret.reference
    if not fitting:
        return Verified(ok=False, reason="bad_signature", delivery_id=delivery_id)
    return Verified(ok=True, reason="verified", delivery_id=delivery_id, secret=fitting)


def _off_time(stamp: str, *, now: Instant, window: int) -> Reason | None:
    if not stamp:
        return "missing_timestamp"
    if not re.fullmatch(r"[0-9]{1,15}", stamp):
        return "bad_timestamp"
    if int(stamp) < now - window:
        return "too_old"
    return "in_future" if int(stamp) > now + window else None


def _standard(delivery_id: str, stamp: str, body: bytes) -> bytes:
    return f"{delivery_id}.{stamp}.".encode() + body


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
