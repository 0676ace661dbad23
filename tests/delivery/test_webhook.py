"""Posting to a receiver that misbehaves: what is delivered, tried again or in doubt, and how long it takes."""

import dataclasses
import json
import logging
import time
from pathlib import Path

import pytest
from benchmarks.faulty_receiver import in_order, receiver

from bothsides.delivery import DeliveryPolicy, Message, Secret, deliver_due
from bothsides.delivery.egress import EgressPolicy
from bothsides.delivery.limits import BreakerPolicy
from bothsides.delivery.policy import WebhookPolicy
from bothsides.delivery.signatures import verify_standard
from bothsides.delivery.webhook import WebhookSink, answered, webhook_body
from bothsides.schema.instant import HOUR
from tests.delivery.outbox import Clock, MemoryOutbox, a_post, an_effect

MESSAGE = Message(action="sla_breach", subject="lead-1", created_at=1_000_000, data={"name": "Ünï", "n": 1})
SECRETS = (Secret("env:NEW", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Secret("env:OLD", "older"))
HERE = EgressPolicy(allow_hosts=("127.0.0.1", "localhost"))


def a_sink(url: str, **changes: object) -> WebhookSink:
    plain = WebhookSink(url=Secret("env:URL", url), secrets=SECRETS, egress=HERE)
    return dataclasses.replace(plain, **changes)


@pytest.mark.parametrize(
    ("fault", "verdict", "told", "after"),
    [
        ("ok", "delivered", "", None),
        ("bad_json", "delivered", "", None),
        ("short_body", "delivered", "", None),
        ("drip_body", "delivered", "", None),
        ("429", "retry", "127.0.0.1 answered 429", 2),
        ("503", "retry", "127.0.0.1 answered 503", None),
        ("500", "uncertain", "127.0.0.1 answered 500", None),
        ("redirect", "retry", "redirects are not followed", None),
        ("gone", "refused", "127.0.0.1 answered 410", None),
        ("refuse", "refused", "127.0.0.1 answered 422", None),
        ("reset", "uncertain", "no answer", None),
        ("reset_after", "uncertain", "no answer", None),
        ("truncated", "uncertain", "no answer", None),
        ("hang", "uncertain", "no answer", None),
        ("drip", "uncertain", "no answer", None),
    ],
)
def test_each_fault(fault: str, verdict: str, told: str, after: int | None) -> None:
    with receiver(in_order([fault]), silence_seconds=20) as running:
        began = time.monotonic()
        outcome = a_sink(running.url).send(MESSAGE, key="k", now=1_000_000, timeout=0.6)
        assert time.monotonic() - began < 3
    assert (outcome.verdict.value, outcome.after) == (verdict, after)
    assert told in outcome.reason
    assert sum(running.requests.values()) == 1


def test_a_retry_after_date_is_read_against_the_given_time() -> None:
    with receiver(in_order(["429_date"])) as running:
        outcome = a_sink(running.url).send(MESSAGE, key="k", now=int(time.time()), timeout=5)
    assert outcome.after in (1, 2, 3)


def test_nobody_listening_is_tried_again() -> None:
    with receiver(in_order([])) as running:
        url = running.url
    outcome = a_sink(url).send(MESSAGE, key="k", now=0, timeout=2)
    assert (outcome.verdict.value, outcome.reason) == ("retry", "127.0.0.1: no connection (ConnectError)")


def test_what_arrives_is_signed_with_every_live_secret_over_the_bytes_that_arrive() -> None:
    with receiver(in_order([])) as running:
        for key in ("breach-1", "with space é"):
            assert a_sink(running.url).send(MESSAGE, key=key, now=1_000_000, timeout=5).verdict == "delivered"
    head, body = running.heads[0], running.bodies[0]
    assert json.loads(body) == {
        "type": "sla_breach",
        "timestamp": "1970-01-12T13:46:40Z",
        "data": {"subject": "lead-1", "name": "Ünï", "n": 1},
    }
    for secret in SECRETS:
        assert verify_standard(head, body, secrets=[secret], now=1_000_000).ok
    assert head["webhook-id"] == head["idempotency-key"] == "breach-1"
    assert head["host"] == f"127.0.0.1:{running.port}"
    assert head["content-type"] == "application/json"
    assert verify_standard(running.heads[1], running.bodies[1], secrets=SECRETS, now=1_000_000).ok


def test_the_judged_address_is_dialled_and_the_name_is_looked_up_once() -> None:
    looked_up = []

    def first_good_then_bad(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["169.254.169.254"]

    with receiver(in_order([])) as running:
        url = f"http://localhost:{running.port}/hook"
        outcome = a_sink(url, resolve=first_good_then_bad).send(MESSAGE, key="k", now=0, timeout=5)
    assert outcome.verdict == "delivered"
    assert looked_up == ["localhost"]
    assert running.heads[0]["host"] == f"localhost:{running.port}"


def test_a_private_address_is_not_dialled() -> None:
    with receiver(in_order([])) as running:
        outcome = a_sink(running.url, egress=EgressPolicy()).send(MESSAGE, key="k", now=0, timeout=5)
    assert outcome.verdict == "retry"
    assert "not reached: 127.0.0.1: scheme 'http' is not allowed" in outcome.reason
    assert not running.requests


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with receiver(in_order([])) as running:
        assert a_sink(running.url).send(MESSAGE, key="k", now=0, timeout=5).verdict == "delivered"


def test_no_secret_is_in_logs_outcomes_or_reprs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver(in_order(["500", "refuse", "reset"])) as running:
        sink = a_sink(f"{running.url}/canary-token", secrets=(Secret("env:S", "canary-secret"),))
        said = [repr(sink.send(MESSAGE, key="k", now=0, timeout=2)) for _ in range(4)]
    bad = a_sink("https://x.test/", secrets=(Secret("env:S", "whsec_canary!"),)).send(
        MESSAGE, key="k", now=0, timeout=1
    )
    assert bad.reason == "not signed: env:S: after 'whsec_' must stand base64"
    assert "canary" not in " ".join([*said, repr(sink), repr(bad), caplog.text])
    assert running.requests.total() == 4


def test_every_effect_happens_once_over_every_fault_in_a_row(tmp_path: Path) -> None:
    faults = ["500_after", "reset_after", "429", "truncated", "503", "reset", "500"]
    policy = DeliveryPolicy(
        webhook={"hook": WebhookPolicy(url="https://x.test", timeout_seconds=5)}, breaker=BreakerPolicy(failures=99)
    )
    outbox, clock = MemoryOutbox(), Clock()
    outbox.post(*(an_effect(number) for number in range(3)))
    with receiver(in_order(faults)) as running:
        post = a_post({"hook": a_sink(running.url)}, policy)
        for _ in range(12):
            deliver_due(outbox, post, clock=clock)
            clock.now += 9 * HOUR if clock.now > 1_000_000 + 20 * HOUR else HOUR
    assert set(outbox.states().values()) == {"done"}
    assert running.effects == {f"key-{number}": 1 for number in range(3)}
    assert running.requests == {f"key-{number}": 8 for number in range(3)}
    assert min(running.naive_effects.values()) > 1  # without keys the same faults would have doubled them


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ((200, 204, 299), "delivered"),
        ((301, 302, 303, 307, 308, 401, 403, 404, 408, 418, 421, 425, 429, 503), "retry"),
        ((400, 405, 409, 410, 413, 415, 422), "refused"),
        ((500, 502, 504, 599), "uncertain"),
    ],
)
def test_what_each_status_means(statuses: tuple[int, ...], verdict: str) -> None:
    assert {answered(status, None, "x", 0).verdict for status in statuses} == {verdict}


def test_the_body_is_the_same_at_every_attempt_and_never_invalid_json() -> None:
    other_order = dataclasses.replace(MESSAGE, data={"n": 1, "name": "Ünï"})
    assert webhook_body(MESSAGE) == webhook_body(other_order)
    wrong = dataclasses.replace(MESSAGE, data={"n": float("nan")})
    assert a_sink("https://x.test").send(wrong, key="k", now=0, timeout=1).verdict == "refused"
