"""`bothsides serve` over a real socket: killed in the middle of a burst, it has lost nothing that it said yes to."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2
import pytest
from tests.web.conftest import lead, workspace_at

from bothsides.logbook import Logbook

CALLERS, LEADS, KILLED_AFTER = 6, 400, 60


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server's process and its address."""
    words = [sys.executable, "-m", "bothsides.cli", "serve", "-w", str(folder), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, **_SECRETS}) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("serving acme at http://127.0.0.1:"), first
            yield process, first.split(" at ")[1].strip()
        finally:
            process.kill()


_SECRETS = {"HOOK_SECRET": "hush"}


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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return workspace_at(tmp_path / "acme").folder


def test_killed_in_a_burst_every_lead_that_was_answered_is_there_and_none_twice(folder: Path) -> None:
    answered: dict[int, str] = {}
    enough = Event()
    with serving(folder) as (process, address), ThreadPoolExecutor(CALLERS) as callers:
        for caller in range(CALLERS):
            callers.submit(_send, address, range(caller, LEADS, CALLERS), answered, enough)
        assert enough.wait(60)
        process.send_signal(signal.SIGKILL)
    assert KILLED_AFTER <= len(answered) < LEADS
    logbook = Logbook.open(folder / "logbook.sqlite")
    with logbook.reading() as book:
        kept = {name for (name,) in book.all("SELECT lead_id FROM leads")}
    assert set(answered.values()) <= kept
    with serving(folder) as (process, address):
        with httpx2.Client(base_url=address, timeout=30) as client:
            places = sorted(answered)[-20:] + [place for place in range(LEADS) if place not in answered][:20]
            for place in places:
                answer = client.post("/api/leads", content=_lead(place), headers={"Idempotency-Key": f"k{place}"})
                assert answer.is_success
                if place in answered:
                    assert answer.json()["lead_id"] == answered[place]
                    assert answer.headers["idempotent-replayed"] == "true"
            # Over a real socket too a body is refused before it is read whole.
            assert client.post("/api/leads", content=b"x" * 10_000_000).status_code == 413
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert "only this machine is served" in process.stdout.read()
    with logbook.reading() as book:
        received = book.all("SELECT subject, count(*) FROM entries WHERE kind = 'lead_received' GROUP BY subject")
        ((requests,),) = book.all("SELECT count(*) FROM requests")
    logbook.close()
    assert {count for _, count in received} == {1}
    assert len(received) == requests
