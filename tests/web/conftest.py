"""The API of a desk over the example agreement, in each of the two databases, with a clock of its own."""

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.leads.desk.conftest import BUYER, EXAMPLE, at

from bothsides.logbook import Logbook
from bothsides.schema.instant import Instant
from bothsides.web import StandingDesk, create_app
from bothsides.workspace import Settings, Workspace

HOOKS = """
[[source]]
name = "billing"
side = "buyer"
[source.hook]
secrets = ["env:HOOK_SECRET"]

[[source]]
name = "portal"
side = "supplier"
[source.rename]
firm = "company"
[source.hook]
scheme = "hmac"
secrets = ["env:OLD_SECRET", "env:HOOK_SECRET"]
header = "X-Portal-Signature"
prefix = "sha256="
"""
HOT = [{"event": "demo_requested", "occurred_at": "2026-03-31T08:00:00Z"}]


@dataclass(kw_only=True)
class Api:
    """Calls the API as a program on this machine does, unless told otherwise."""

    desk: StandingDesk
    now: Instant
    client: tuple[str, int] = ("127.0.0.1", 4711)
    base: str = "http://127.0.0.1:8000"
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    app: Any = None

    def call(self, method: str, path: str, content: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        return self.loop.run_until_complete(self.acall(method, path, content, headers))

    async def acall(self, method: str, path: str, content: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        if not isinstance(content, bytes | None) and not hasattr(content, "__aiter__"):
            content = json.dumps(content).encode()
        transport = httpx2.ASGITransport(app=self.app, client=self.client, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=self.base) as client:
            return await client.request(method, path, content=content, headers=headers)

    def post(self, path: str, content: Any, **headers: str) -> Any:
        return self.call("POST", path, content, {name.replace("_", "-"): value for name, value in headers.items()})

    def take(self, **changed: Any) -> dict[str, Any]:
        """A hot buyer's lead with other values, taken in."""
        answer = self.post("/api/leads", lead(**changed))
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.desk.logbook.reading() as book:
            return book.all(statement, *parameters)

    def leads(self) -> int:
        return int(self.rows("SELECT count(*) FROM leads")[0][0])


def lead(**changed: Any) -> dict[str, Any]:
    return {"id": "L1", "source": "web_form", **BUYER, "events": HOT, **changed}


def workspace_at(folder: Path, **settings: Any) -> Workspace:
    workspace = Workspace.create(folder, Settings(name="acme", currency="GBP", time_zone="Europe/London", **settings))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    with (workspace.agreement_dir / "intake.toml").open("a", encoding="utf-8") as file:
        file.write(HOOKS)
    return workspace


def api_over(logbook: Logbook, folder: Path, environment: Mapping[str, str]) -> Api:
    api = Api.__new__(Api)
    desk = StandingDesk(workspace=workspace_at(folder), logbook=logbook, clock=lambda: api.now, environment=environment)
    api.__init__(desk=desk, now=at("03-31T09:00"))  # type: ignore[misc]  # its clock is the desk's
    desk.open()
    api.app = create_app(desk)
    return api


@pytest.fixture
def api(logbook: Logbook, tmp_path: Path) -> Iterator[Api]:
    made = api_over(logbook, tmp_path / "acme", {"HOOK_SECRET": "hush", "OLD_SECRET": "old"})
    yield made
    made.loop.close()
