"""The API does what its description says: drawn calls find no error of the server and no answer of another shape."""

import json
import sys
from pathlib import Path

from bothsides.delivery import Secret
from bothsides.web.told import KINDS
from tests.web.conftest import Api

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from proof_api import TOKEN, prove, prove_chains

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_drawn_calls_find_nothing_wrong(api: Api) -> None:
    api.desk.tokens = (Secret("env:API_TOKEN", TOKEN),)
    found = prove(api.app, each=20, seed=7, corners=False)
    found.add(prove_chains(api.app, rounds=1, seed=7))
    assert found.failures == []
    assert found.calls >= 200
    assert not [status for status in found.statuses if status >= 500]
    assert {200, 201, 404, 422} <= set(found.statuses)


def test_every_address_says_what_it_answers(api: Api) -> None:
    told = api.call("GET", "/api/openapi.json").json()
    operations = {
        (method, path): operation for path, methods in told["paths"].items() for method, operation in methods.items()
    }
    assert {("post", "/api/leads"), ("get", "/api/leads/{lead_id}"), ("post", "/hooks/{source}")} <= set(operations)
    assert {("post", f"/api/{name}") for name in KINDS} <= set(operations)
    for operation in operations.values():
        for code, answer in operation["responses"].items():
            schema = json.dumps(answer["content"]["application/json"]["schema"])
            assert ("Problem" in schema) is (code not in ("200", "201")), (operation["operationId"], code)


def test_the_page_of_the_api_names_every_address_and_error(api: Api) -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = api.call("GET", "/api/openapi.json").json()
    missing = [path for path in told["paths"] if f"`{path}`" not in page and f" {path}`" not in page]
    assert missing == []
    codes = {code for methods in told["paths"].values() for one in methods.values() for code in one["responses"]}
    assert [code for code in sorted(codes) if f"| {code} |" not in page] == []
