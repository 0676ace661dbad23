"""Who is served, and how much a body may hold."""

from typing import Any

import pytest

from bothsides.delivery import Secret
from tests.web.conftest import Api, lead
from tests.web.test_leads import error

TOKENS = (Secret("env:API_TOKEN", "letmein"), Secret("env:OTHER_TOKEN", "also"))
PATHS = ["leads", "touches", "events", "verdicts", "stages", "reached"]


def test_without_a_token_only_this_machine_is_served(api: Api) -> None:
    for client in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.9.10"):
        api.client = (client, 1)
        assert api.post("/api/leads", lead()).status_code in (200, 201)
    for client in ("203.0.113.9", "10.0.0.1", "fe80::1", ""):
        api.client = (client, 1)
        for path in PATHS:
            assert error(api.post(f"/api/{path}", lead()), 403)["code"] == "only_this_machine"
        assert error(api.call("GET", "/api/leads/" + "0" * 32), 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
def test_a_page_in_a_browser_here_or_a_proxy_here_is_not_this_machine(api: Api, headers: dict[str, str]) -> None:
    assert error(api.call("POST", "/api/leads", lead(), headers), 403)["code"] == "only_this_machine"
    assert api.call("POST", "/api/leads", lead(), {"Origin": "http://localhost:3000"}).status_code == 201


def test_with_a_token_it_alone_counts(api: Api) -> None:
    api.desk.tokens = TOKENS
    api.client = ("203.0.113.9", 1)
    for token in ("letmein", "also"):
        assert api.post("/api/leads", lead(), authorization=f"Bearer {token}").status_code in (200, 201)
    api.client = ("127.0.0.1", 1)
    for given in ("", "Bearer", "Bearer letmei", "Bearer letmein2", "Basic letmein", "letmein", "Bearer l\xe9"):
        headers = {b"authorization": given.encode("latin-1")}
        for path in PATHS:
            answer = api.call("POST", f"/api/{path}", lead(), headers)
            assert error(answer, 401)["code"] == "unauthorized"
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert "letmein" not in answer.text
    assert error(api.call("GET", "/api/leads/" + "0" * 32), 401)
    assert api.call("GET", "/api/health").status_code == 200


def test_a_field_of_ten_megabytes_is_refused(api: Api) -> None:
    assert error(api.post("/api/leads", lead(notes="x" * 10_000_000)), 413)["code"] == "too_large"
    assert error(api.post("/hooks/billing", lead(notes="x" * 10_000_000)), 413)["code"] == "too_large"
    assert error(api.post("/api/leads", lead(notes="x" * 20_000)), 422)["reasons"] == [
        "notes: has 20000 letters; at most 10000 are kept"
    ]
    assert api.leads() == 0


def test_in_pieces_it_is_refused_as_soon_as_it_is_too_large(api: Api) -> None:
    read: list[int] = []
    pieces = [b"x" * 100_000] * 100

    async def receive() -> dict[str, Any]:
        read.append(1)
        return {"type": "http.request", "body": pieces[len(read) - 1], "more_body": True}

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/api/leads", "raw_path": b"/api/leads", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"transfer-encoding", b"chunked")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    api.loop.run_until_complete(api.app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert len(read) == 11  # a million bytes and the piece that goes beyond it


def test_a_packed_body_is_not_unpacked(api: Api) -> None:
    assert error(api.post("/api/leads", b"\x1f\x8b...", content_encoding="gzip"), 415)["code"] == "packed"


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/", 404), ("GET", "/api", 404), ("GET", "/api/nothing", 404), ("GET", "/docs", 404),
    ("GET", "/api/leads", 405), ("DELETE", "/api/leads/1", 405), ("PUT", "/api/touches", 405),
    ("GET", "/api/leads/..%2f..%2fetc", 404), ("GET", "/api/leads/x%00y", 404), ("GET", "/api/leads/é", 404),
])  # fmt: skip
def test_every_error_has_one_form(api: Api, method: str, path: str, status: int) -> None:
    answer = api.call(method, path)
    error(answer, status)
    assert answer.headers["content-type"] == "application/json"
    assert ("allow" in answer.headers) is (status == 405)
