"""Listens at an address and answers until the process is told to end."""

import gc
import socket
from collections.abc import Callable

import uvicorn

from bothsides.web.app import create_app
from bothsides.web.standing_desk import StandingDesk

IDLE_SECONDS = 75
"""A connection is kept open without a call: longer than a proxy's usual 60, so that it is the proxy that hangs up."""
GOODBYE_SECONDS = 20
"""For requests that are being answered when the process is told to end."""


def run(desk: StandingDesk, host: str, port: int, *, started: Callable[[str], None]) -> None:
    """Serves the opened desk; `started` is told the address once calls are accepted there (port 0: a free one).

    Raises OSError naming the address where nothing can listen at it.
    """
    config = uvicorn.Config(
        create_app(desk),
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        timeout_keep_alive=IDLE_SECONDS,
    )
    with _listening(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        started(f"http://{shown}:{listening.getsockname()[1]}")
        # What is loaded by now stays: the collector need not look at it again at every turn.
        gc.collect()
        gc.freeze()
        uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    # Only of a socket that says that it is TCP does asyncio switch the waiting for fuller packets off: 40 ms an answer.
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(1024)
    except OSError as error:
        found.close()
        raise OSError(error.errno, error.strerror, f"{host} port {port}") from None
    return found
