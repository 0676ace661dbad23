"""`bothsides serve` over a real socket: killed in the middle of a burst, it has lost nothing that it said yes to."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2

from bothsides.logbook import Logbook
from tests.web.conftest import SECRETS, api_over, lead, workspace_at

CALLERS, LEADS, KILLED_AFTER = 4, 120, 50


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server's process and its address."""
    words = [sys.executable, "-m", "bothsides.cli", "serve", "-w", str(folder), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, **SECRETS}) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("serving acme at http://127.0.0.1:"), first
            yield process, first.split(" at ")[1].strip()
        finally:
            process.kill()


def _lead(place: int) -> bytes:
    told = lead(id=f"L{place}", company=f"Firm {place} Ltd", name=f"N{place} M", email=f"a@firm{place}.example")
    return json.dumps(told).encode()


def _send(address: str, places: range, answered: dict[int, str], enough: Event) -> None:
    with httpx2.Client(base_url=address, timeout=10) as client:
        for place in places:
            try:
                answer = client.post("/api/leads", content=_lead(place), headers={"Idempotency-Key": f"k{place}"})
            except httpx2.TransportError:
                return
            if answer.is_success:
                answered[place] = answer.json()["lead_id"]
            if len(answered) >= KILLED_AFTER:
                enough.set()


def test_killed_in_a_burst_every_lead_that_was_answered_is_there_and_none_twice(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path / "acme")
    answered: dict[int, str] = {}
    enough = Event()
    with serving(workspace.folder) as (process, address), ThreadPoolExecutor(CALLERS) as callers:
        # Over a real socket too a body is refused before it is read whole.
        assert httpx2.post(f"{address}/api/leads", content=b"x" * 10_000_000).status_code == 413
        for caller in range(CALLERS):
            callers.submit(_send, address, range(caller, LEADS, CALLERS), answered, enough)
        assert enough.wait(60)
        process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        assert "only this machine is served" in process.stdout.read()
    assert KILLED_AFTER <= len(answered) < LEADS
    again = api_over(workspace, Logbook.open(workspace.folder / "logbook.sqlite"), clock=int(time.time()))
    assert set(answered.values()) <= {name for (name,) in again.rows("SELECT lead_id FROM leads")}
    for place in range(LEADS):
        answer = again.post("/api/leads", _lead(place), key=f"k{place}")
        assert answer.is_success
        if place in answered:
            assert answer.json()["lead_id"] == answered[place]
            assert answer.headers["idempotent-replayed"] == "true"
    received = again.rows("SELECT subject, count(*) FROM entries WHERE kind = 'lead_received' GROUP BY subject")
    assert {count for _, count in received} == {1}
    assert len(received) == LEADS
    assert again.rows("SELECT count(*) FROM requests") == [(LEADS,)]
    again.close()
