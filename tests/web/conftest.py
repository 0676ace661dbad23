"""The API of a desk over the example agreement, with a clock of its own, called as a program on this machine does."""

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.opening import open_desk
from bothsides.logbook import Logbook
from bothsides.logbook.upgrading import upgrade
from bothsides.schema.instant import Instant
from bothsides.web import StandingDesk, create_app
from bothsides.workspace import Settings, Workspace
from tests.leads.desk.conftest import BUYER, EXAMPLE, at

HOOKS = """
[[source]]
name = "billing"
side = "buyer"
[source.hook]
secrets = ["env:HOOK_SECRET"]

[[source]]
name = "portal"
[source.rename]
firm = "company"
[source.hook]
scheme = "hmac"
secrets = ["env:OLD_SECRET", "env:HOOK_SECRET"]
header = "X-Portal-Signature"
prefix = "sha256="

[[source]]
name = "unset"
[source.hook]
secrets = ["env:NOT_SET"]
"""
SECRETS = {"HOOK_SECRET": "hush", "OLD_SECRET": "old", "API_TOKEN": "letmein", "OTHER_TOKEN": "also"}
TUESDAY: Instant = at("03-31T09:00")
HOT = [{"event": "demo_requested", "occurred_at": "2026-03-31T08:00:00Z"}]


def lead(**changed: Any) -> dict[str, Any]:
    """A buyer that asked for a demo, with other values."""
    return {"id": "L1", "source": "web_form", **BUYER, "events": HOT, **changed}


@dataclass(kw_only=True)
class Api:
    """Calls the API within the process."""

    desk: StandingDesk
    app: FastAPI
    clock: list[Instant]
    """The one moment that it is now."""
    client: tuple[str, int] = ("127.0.0.1", 4711)
    base: str = "http://127.0.0.1:8000"
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def call(self, method: str, path: str, content: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        return self.loop.run_until_complete(self.acall(method, path, content, headers))

    async def acall(self, method: str, path: str, content: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        if not (content is None or isinstance(content, bytes) or hasattr(content, "__aiter__")):
            content = json.dumps(content).encode()
        transport = httpx2.ASGITransport(app=self.app, client=self.client, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=self.base) as client:
            return await client.request(method, path, content=content, headers=headers)

    def together(self, *calls: tuple[str, Any, Mapping[str, str]]) -> list[Any]:
        """Posts that are under way at the same time."""

        async def all_of_them() -> list[Any]:
            return await asyncio.gather(*(self.acall("POST", *one) for one in calls))

        return self.loop.run_until_complete(all_of_them())

    def post(self, path: str, content: Any, key: str | None = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", path, content, given if key is None else {**given, "Idempotency-Key": key})

    def take(self, **changed: Any) -> str:
        """A hot buyer's lead with other values, taken in; its id."""
        answer = self.post("/api/leads", lead(**changed))
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["lead_id"])

    def page(self, lead_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/api/leads/{lead_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.desk.logbook.reading() as book:
            return book.all(statement, *parameters)

    def leads(self) -> int:
        return int(self.rows("SELECT count(*) FROM leads")[0][0])

    def close(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.desk.logbook.close()


def api_over(workspace: Workspace, logbook: Logbook, agreed: Agreed | None = None, clock: Instant = TUESDAY) -> Api:
    moment = [clock]
    desk = StandingDesk(workspace=workspace, logbook=logbook, clock=lambda: moment[0], environment=SECRETS)
    if agreed is not None:
        desk.read = lambda _, __, ___: agreed
    desk.open()
    return Api(desk=desk, app=create_app(desk), clock=moment)


def workspace_at(folder: Path) -> Workspace:
    workspace = Workspace.create(folder, Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    with (workspace.agreement_dir / "intake.toml").open("a", encoding="utf-8") as file:
        file.write(HOOKS)
    return workspace


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Agreed]:
    """A workspace whose agreement is recorded in its logbook, to be copied."""
    folder = tmp_path_factory.mktemp("opened") / "acme"
    workspace = workspace_at(folder)
    logbook = Logbook.open(folder / "logbook.sqlite")
    upgrade(logbook)
    agreed = open_desk(workspace, logbook, now=TUESDAY)
    logbook.close()
    return folder, agreed


@pytest.fixture
def api(opened: tuple[Path, Agreed], tmp_path: Path) -> Iterator[Api]:
    folder, agreed = opened
    shutil.copytree(folder, tmp_path / "acme")
    made = api_over(Workspace.open(tmp_path / "acme"), Logbook.open(tmp_path / "acme" / "logbook.sqlite"), agreed)
    yield made
    made.close()


@pytest.fixture
def api_on_both(opened: tuple[Path, Agreed], logbook: Logbook) -> Iterator[Api]:
    """The same over each of the two databases."""
    folder, agreed = opened
    made = api_over(Workspace.open(folder), logbook, agreed)
    yield made
    made.close()
