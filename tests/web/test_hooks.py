"""Signed webhooks: proved on the bytes, once each, refused in words; what is refused is kept."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from bothsides.agreement import AgreementError
from bothsides.delivery import Secret
from bothsides.delivery.signatures import sign_standard
from bothsides.leads.intake.refusals import refused, retried
from bothsides.schema.instant import DAY
from tests.web.conftest import BUYER, SECRETS, TUESDAY, Api
from tests.web.test_leads import error

RECORD = {"id": "B1", **BUYER}


def standard(body: bytes, *, delivery_id: str = "msg_1", now: int = TUESDAY, secret: str = "hush") -> dict[str, str]:
    return sign_standard(body, delivery_id=delivery_id, now=now, secrets=[Secret("env:HOOK_SECRET", secret)])


def sent(api: Api, body: object, **signed: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api.call("POST", "/hooks/billing", raw, standard(raw, **signed))


def portal(api: Api, body: object, secret: str = "hush") -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return api.call("POST", "/hooks/portal", raw, {"X-Portal-Signature": signature})


def test_a_signed_webhook_brings_a_lead_of_its_source(api_on_both: Api) -> None:
    answer = sent(api_on_both, RECORD)
    assert answer.status_code == 201
    page = api_on_both.page(answer.json()["lead_id"])
    assert (page["source"], page["side"]) == ("billing", "buyer")


def test_a_delivery_sent_again_is_answered_as_the_first_time(api_on_both: Api) -> None:
    first = sent(api_on_both, RECORD)
    api_on_both.clock[0] = TUESDAY + 3 * DAY
    again = sent(api_on_both, RECORD, now=TUESDAY + 3 * DAY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = sent(api_on_both, {**RECORD, "deal_size": 1}, now=TUESDAY + 3 * DAY)
    assert error(other, 409)["code"] == "key_used"
    assert api_on_both.leads() == 1


def test_an_envelope_is_opened(api: Api) -> None:
    answer = sent(api, {"type": "lead.created", "timestamp": "2026-03-31T09:00:00Z", "data": RECORD})
    assert answer.status_code == 201
    assert api.page(answer.json()["lead_id"])["fields"]["company"] == BUYER["company"]


def test_generic_hmac_with_either_secret_and_the_senders_own_names(api: Api) -> None:
    first = portal(api, {"side": "supplier", "firm": "Bolt Ltd", "email": "a@bolt.example"}, "old")
    assert first.status_code == 201
    assert api.page(first.json()["lead_id"])["fields"]["company"] == "Bolt Ltd"
    second = portal(api, {"side": "supplier", "firm": "Nut Ltd", "email": "a@nut.example"}, "hush")
    assert second.status_code == 201
    again = portal(api, {"side": "supplier", "firm": "Nut Ltd", "email": "a@nut.example"}, "hush")
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("signed", "code", "words"),
    [
        ({"secret": "guess"}, "bad_signature", "does not fit the body"),
        ({"now": TUESDAY - 812}, "too_old", "812 seconds behind our clock; at most 300"),
        ({"now": TUESDAY + 400}, "in_future", "400 seconds ahead of our clock; at most 300"),
    ],
)
def test_what_is_not_proved_is_refused_in_words(api: Api, signed: dict[str, Any], code: str, words: str) -> None:
    told = error(sent(api, RECORD, **signed), 401)
    assert told["code"] == code
    assert words in told["message"]
    assert (api.leads(), api.rows("SELECT count(*) FROM requests")) == (0, [(0,)])


def test_bytes_altered_on_the_way_and_missing_headers_are_refused(api: Api) -> None:
    raw = json.dumps(RECORD).encode()
    headers = standard(raw)
    altered = api.call("POST", "/hooks/billing", raw.replace(b"12000", b"92000"), headers)
    assert error(altered, 401)["code"] == "bad_signature"
    for name in headers:
        rest = {other: value for other, value in headers.items() if other != name}
        assert name in error(api.call("POST", "/hooks/billing", raw, rest), 401)["message"]
    assert error(api.call("POST", "/hooks/portal", raw, {}), 401)["code"] == "missing_signature"
    assert api.leads() == 0


def test_addresses_that_are_not_there_and_sources_without_a_hook_look_alike(api: Api) -> None:
    answers = [api.post(f"/hooks/{name}", RECORD) for name in ("nobody", "web_form", "a b")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_hook_whose_secret_is_not_set_asks_to_be_called_again_and_names_nothing(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    answer = api.post("/hooks/unset", RECORD)
    assert "env:NOT_SET: this environment variable is not set" in caplog.text, "whoever runs the desk is told"
    assert error(answer, 503)["code"] == "no_secret"
    assert "NOT_SET" not in answer.text


@pytest.mark.parametrize("secret", ["whsec_canary!", "whsec_", "whsec_ö"])
def test_a_secret_that_cannot_be_used_is_named_at_the_start_and_never_ours_to_answer_for(api: Api, secret: str) -> None:
    raw = json.dumps(RECORD).encode()
    headers = standard(raw, secret="whsec_aHVzaA==")
    api.desk.environment = {**SECRETS, "HOOK_SECRET": secret}
    answer = api.call("POST", "/hooks/billing", raw, headers)
    assert error(answer, 503)["code"] == "bad_secret"
    assert "canary" not in answer.text
    with pytest.raises(
        AgreementError, match=r"source billing: hook.secrets.*env:HOOK_SECRET.*must stand base64"
    ) as told:
        api.desk.open()
    assert "canary" not in str(told.value)
    api.desk.environment = {**SECRETS, "HOOK_SECRET": "whsec_aHVzaA=="}
    api.desk.open()
    assert api.call("POST", "/hooks/billing", raw, headers).status_code == 201


def test_a_refused_record_is_kept_with_its_reasons_until_it_is_corrected(api_on_both: Api) -> None:
    api = api_on_both
    told = error(portal(api, {"side": "reseller", "firm": "Bolt Ltd"}), 422)
    assert told["reasons"] == ['side: "reseller" must be buyer or supplier']
    with api.desk.logbook.reading() as book:
        (kept,) = refused(book)
    assert (kept.refused_id, kept.source) == (told["refused_id"], "portal")
    assert kept.record == {"side": "reseller", "firm": "Bolt Ltd"}
    with api.desk.logbook.writing() as book:
        assert retried(book, [kept.refused_id, "unknown"]) == 1
        assert retried(book, [kept.refused_id]) == 0
        assert refused(book) == []
        assert [one.refused_id for one in refused(book, state="retried")] == [kept.refused_id]


def test_a_refused_delivery_waits_no_more_once_its_system_sends_it_right(api: Api) -> None:
    firm = {"id": "B7", "firm": "Bolt Ltd", "email": "ann@bolt.example"}
    error(portal(api, {**firm, "side": "reseller"}), 422)
    assert portal(api, {**firm, "side": "buyer"}).status_code == 201
    with api.desk.logbook.reading() as book:
        assert refused(book) == []
        assert [one.source for one in refused(book, state="retried")] == ["portal"]


@pytest.mark.parametrize("body", [b"{cut", b"\xff\xfe\x00", b"[" * 5000])
def test_a_body_that_cannot_be_read_is_kept_as_well(api_on_both: Api, body: bytes) -> None:
    assert error(sent(api_on_both, body), 400)["code"] == "not_json"
    with api_on_both.desk.logbook.reading() as book:
        (kept,) = refused(book, source="billing")
    assert isinstance(kept.record, str)
    assert len(kept.record) >= 3
    assert error(sent(api_on_both, body), 400)["code"] == "not_json"


def test_a_list_of_a_hook_keeps_what_it_refuses(api: Api) -> None:
    told = sent(api, [RECORD, {"side": "x", "email": "a@b.example"}]).json()
    assert (told["taken"], told["refused"]) == (1, 1)
    assert api.rows("SELECT refused_id FROM refused") == [(told["results"][1]["refused_id"],)]


def test_a_hook_needs_no_token(api: Api) -> None:
    api.desk.tokens = (Secret("env:API_TOKEN", "letmein"),)
    api.client = ("203.0.113.9", 4711)
    assert sent(api, RECORD).status_code == 201
