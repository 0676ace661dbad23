"""`bothsides serve`: the API of a workspace's lead desk."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators
from rich.console import Console

from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import UNBOUNDED, plain


def serve(
    workspace: WorkspaceFolder = Path(),
    *,
    host: Annotated[str, Parameter(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, Parameter(help="Port to listen on; 0 takes a free one.", validator=validators.Number(gte=0, lte=65_535))
    ] = 8000,
) -> None:
    """Serve the API: leads, touches and events come in over HTTP, signed webhooks too; nothing accepted is lost.

    Tokens are agreed in agreement/api.toml; without one only this machine is served. The description of the API is
    at /api/openapi.json. Examples:

    bothsides serve -w acme

    bothsides serve -w acme --host 0.0.0.0 --port 8080
    """
    if importlib.util.find_spec("uvicorn") is None or importlib.util.find_spec("fastapi") is None:
        raise LookupError("serving needs fastapi and uvicorn; bring them with: pip install 'bothsides[server]'")
    from bothsides.web.serving import run
    from bothsides.web.standing_desk import StandingDesk
    from bothsides.workspace import Workspace
    from bothsides.workspace.stores import open_logbook

    opened = Workspace.open(workspace)
    logbook = open_logbook(opened, os.environ, create=True)
    desk = StandingDesk(workspace=opened, logbook=logbook, clock=lambda: int(time.time()))
    desk.open()
    console = Console(width=UNBOUNDED)

    def started(address: str) -> None:
        console.print(plain(f"serving {opened.settings.name} at {address}"))
        if not desk.tokens:
            console.print(plain("no token is agreed (agreement/api.toml), so only this machine is served"))

    run(desk, host, port, started=started)
    logbook.close()
