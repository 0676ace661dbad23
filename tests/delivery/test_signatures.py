"""Signatures out and in: the published vector, and every way in which a delivery is not the sender's."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.delivery import Secret
from bothsides.delivery.signatures import (
    HmacScheme,
    delivery_id,
    sign_standard,
    standard_key,
    verify_hmac,
    verify_standard,
)

NOW = 1_614_265_330
NEW, OLD = Secret("env:NEW", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Secret("env:OLD", "an older secret")
BODY = b'{"test": 2432232314}'


def signed(body: bytes = BODY, now: int = NOW, secrets: tuple[Secret, ...] = (NEW,)) -> dict[str, str]:
    return sign_standard(body, delivery_id="msg_p5jXN8AQM9LWM0D4loKWxJek", now=now, secrets=secrets)


def test_the_published_vector_of_standard_webhooks() -> None:
    assert signed() == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    ("change", "body", "now", "secrets", "reason", "by"),
    [
        ({}, BODY, NOW, (NEW,), "verified", "env:NEW"),
        ({}, BODY, NOW, (OLD, NEW), "verified", "env:NEW"),
        ({}, BODY, NOW + 300, (NEW,), "verified", "env:NEW"),
        ({}, BODY, NOW - 300, (NEW,), "verified", "env:NEW"),
        ({}, BODY, NOW + 301, (NEW,), "too_old", ""),
        ({}, BODY, NOW - 301, (NEW,), "in_future", ""),
        ({}, BODY, NOW, (OLD,), "bad_signature", ""),
        ({}, BODY, NOW, (), "no_secret", ""),
        ({}, BODY + b" ", NOW, (NEW,), "bad_signature", ""),
        ({}, b"", NOW, (NEW,), "bad_signature", ""),
        ({"webhook-id": "msg_other"}, BODY, NOW, (NEW,), "bad_signature", ""),
        ({"webhook-id": ""}, BODY, NOW, (NEW,), "missing_id", ""),
        ({"webhook-timestamp": str(NOW + 1)}, BODY, NOW, (NEW,), "bad_signature", ""),
        ({"webhook-timestamp": ""}, BODY, NOW, (NEW,), "missing_timestamp", ""),
        ({"webhook-timestamp": "yesterday"}, BODY, NOW, (NEW,), "bad_timestamp", ""),
        ({"webhook-timestamp": f"{NOW}.5"}, BODY, NOW, (NEW,), "bad_timestamp", ""),
        ({"webhook-timestamp": "-1"}, BODY, NOW, (NEW,), "bad_timestamp", ""),
        ({"webhook-timestamp": "9" * 5000}, BODY, NOW, (NEW,), "bad_timestamp", ""),
        ({"webhook-signature": ""}, BODY, NOW, (NEW,), "missing_signature", ""),
        ({"webhook-signature": "v1,"}, BODY, NOW, (NEW,), "bad_signature", ""),
        ({"webhook-signature": "v1,é"}, BODY, NOW, (NEW,), "bad_signature", ""),
        (
            {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
            BODY,
            NOW,
            (NEW,),
            "missing_signature",
            "",
        ),
        (
            {"webhook-signature": "v1a,x v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
            BODY,
            NOW,
            (NEW,),
            "verified",
            "env:NEW",
        ),
    ],
)
def test_standard_deliveries(
    change: dict[str, str], body: bytes, now: int, secrets: tuple[Secret, ...], reason: str, by: str
) -> None:
    found = verify_standard({**signed(), **change}, body, secrets=secrets, now=now)
    assert (found.reason, found.secret, found.ok) == (reason, by, reason == "verified")


def test_headers_are_found_whatever_their_case() -> None:
    shouted = {name.upper(): value for name, value in signed().items()}
    assert verify_standard(shouted, BODY, secrets=(NEW,), now=NOW).ok


def test_a_secret_is_replaced_without_a_gap() -> None:
    """Before, during and after the change, a receiver with either secret or both always gets one that fits."""
    both = signed(secrets=(NEW, OLD))
    assert both["webhook-signature"].count("v1,") == 2
    assert verify_standard(both, BODY, secrets=(OLD,), now=NOW).secret == "env:OLD"
    assert verify_standard(both, BODY, secrets=(NEW,), now=NOW).secret == "env:NEW"
    assert verify_standard(signed(secrets=(OLD,)), BODY, secrets=(NEW, OLD), now=NOW).secret == "env:OLD"
    assert not verify_standard(signed(secrets=(NEW,)), BODY, secrets=(OLD,), now=NOW).ok


@given(st.binary(max_size=200), st.integers(0, 4 * 10**9), st.binary(min_size=1, max_size=40), st.data())
def test_what_is_signed_verifies_and_one_changed_byte_does_not(
    body: bytes, now: int, key: bytes, data: st.DataObject
) -> None:
    secret = Secret("env:X", "whsec_" + base64.b64encode(key).decode())
    headers = sign_standard(body, delivery_id="k", now=now, secrets=[secret])
    assert verify_standard(headers, body, secrets=[secret], now=now).ok
    if body:
        place = data.draw(st.integers(0, len(body) - 1))
        changed = body[:place] + bytes([body[place] ^ data.draw(st.integers(1, 255))]) + body[place + 1 :]
        assert verify_standard(headers, changed, secrets=[secret], now=now).reason == "bad_signature"


GITHUB = HmacScheme()
TIMED = HmacScheme(
    header="X-Signature", algorithm="sha512", prefix="", encoding="base64", timestamp_header="X-Time", id_header="X-Id"
)


def by_hand(body: bytes, secret: str = "it's a secret") -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ({"x-hub-signature-256": by_hand(b"\xff\x00raw")}, b"\xff\x00raw", "verified"),
        ({"X-Hub-Signature-256": by_hand(BODY).upper().replace("SHA256", "sha256")}, BODY, "verified"),
        ({"X-Hub-Signature-256": by_hand(BODY, "older")}, BODY, "verified"),
        ({"X-Hub-Signature-256": by_hand(BODY, "other")}, BODY, "bad_signature"),
        ({"X-Hub-Signature-256": by_hand(BODY)}, BODY + b"\n", "bad_signature"),
        ({"X-Hub-Signature-256": by_hand(BODY).removeprefix("sha256=")}, BODY, "bad_signature"),
        ({"X-Hub-Signature-256": by_hand(BODY)[:20]}, BODY, "bad_signature"),
        ({"X-Hub-Signature-256": "sha256="}, BODY, "bad_signature"),
        ({"X-Hub-Signature-256": " "}, BODY, "missing_signature"),
        ({}, BODY, "missing_signature"),
    ],
)
def test_generic_deliveries(headers: dict[str, str], body: bytes, reason: str) -> None:
    secrets = (Secret("env:HOOK", "it's a secret"), Secret("env:HOOK_OLD", "older"))
    assert verify_hmac(headers, body, scheme=GITHUB, secrets=secrets, now=NOW).reason == reason


@pytest.mark.parametrize(
    ("change", "now", "reason"),
    [
        ({}, NOW, "verified"),
        ({}, NOW + 301, "too_old"),
        ({}, NOW - 301, "in_future"),
        ({"X-Time": str(NOW - 1)}, NOW, "bad_signature"),
        ({"X-Time": "now"}, NOW, "bad_timestamp"),
        ({"X-Time": ""}, NOW, "missing_timestamp"),
        ({"X-Id": ""}, NOW, "missing_id"),
    ],
)
def test_generic_deliveries_with_a_timestamp(change: dict[str, str], now: int, reason: str) -> None:
    digest = hmac.new(b"s", f"{NOW}.".encode() + BODY, hashlib.sha512).digest()
    headers = {"X-Signature": base64.b64encode(digest).decode(), "X-Time": str(NOW), "X-Id": "d1", **change}
    found = verify_hmac(headers, BODY, scheme=TIMED, secrets=[Secret("env:S", "s")], now=now)
    assert found.reason == reason
    assert found.delivery_id == headers["X-Id"]


def test_every_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    true_compare = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return true_compare(one, other)

    monkeypatch.setattr("bothsides.delivery.signatures.hmac.compare_digest", watched)
    assert verify_standard(signed(), BODY, secrets=(NEW, OLD), now=NOW).ok
    assert len(compared) == 2


def test_what_cannot_be_signed_is_told_without_the_secret() -> None:
    with pytest.raises(ValueError, match="env:BAD: after 'whsec_' must stand base64") as told:
        standard_key(Secret("env:BAD", "whsec_canary!"))
    assert "canary" not in str(told.value)
    with pytest.raises(ValueError, match="needs a secret"):
        sign_standard(BODY, delivery_id="k", now=NOW, secrets=())
    with pytest.raises(ValueError, match="printable ASCII"):
        sign_standard(BODY, delivery_id="a\r\nb", now=NOW, secrets=(NEW,))


def test_any_key_makes_a_delivery_id_that_a_header_may_hold() -> None:
    assert delivery_id("a b\r\nX: y") == delivery_id("a b\r\nX: y") != delivery_id("a b")
    assert sign_standard(BODY, delivery_id=delivery_id("ключ.1"), now=NOW, secrets=(NEW,))
