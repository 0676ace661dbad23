"""`bothsides tick` and `bothsides run` as a person runs them."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from bothsides.cli.at_the_desk import moment
from bothsides.logbook import Logbook, broken_seals, set_timer
from bothsides.schema.instant import HOUR
from bothsides.workspace import Settings, Workspace

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "desk-agreement"
COMMAND = [sys.executable, "-m", "bothsides.cli"]


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    made = Workspace.create(tmp_path / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, made.agreement_dir)
    return made.folder


def test_a_round_says_what_it_did_and_a_rehearsal_leaves_no_trace(acme: Path, run: Run) -> None:
    would = run("tick", "-w", acme, "--dry-run")
    assert would.code == 2
    assert "has no logbook yet" in would.err
    first = run("tick", "-w", acme, "--at", "2026-03-31T08:00", "--json")
    assert first.code == 0, first.err
    told = json.loads(first.out)
    assert told["business_date"] == "2026-03-31"
    assert (told["at"], told["finished"], told["breaches"]) == ("2026-03-31T08:00:00Z", True, 0)
    assert told["sealed_up_to"] > told["lines"] > 0, "the sections of the agreement were recorded before"
    would = run("tick", "-w", acme, "--at", "2026-04-10T08:00", "--dry-run")
    assert "would be done at 2026-04-10 09:00 BST" in would.out
    assert "is due" in would.out
    again = json.loads(run("tick", "-w", acme, "--at", "2026-04-10T08:00", "--json").out)
    assert again["jobs"]["seals"] == "every seal holds"


def test_what_nobody_looks_after_ends_in_code_1_and_is_named(acme: Path, run: Run) -> None:
    run("tick", "-w", acme, "--at", "2026-03-31T08:00")
    logbook = Logbook.open(acme / "logbook.sqlite")
    with logbook.writing() as book:
        book.post([set_timer("moon", "full", 1, now=1)], now=1)
    logbook.close()
    ended = run("tick", "-w", acme, "--at", "2026-03-31T09:00")
    assert ended.code == 1
    assert "for the operator: moon:full" in ended.out


def test_the_timetable_is_one_page(acme: Path, run: Run) -> None:
    rows = json.loads(run("tick", "-w", acme, "--timetable", "--json").out)
    assert {"name": "seals", "when": "on sundays at 04:00", "does": "adds the whole journal up again",
            "makes_up": "once"} in rows  # fmt: skip


def test_a_moment_is_read_with_and_without_a_zone() -> None:
    assert moment("2026-04-01T09:00") - moment("2026-04-01T09:00+02:00") == 2 * HOUR
    with pytest.raises(ValueError, match="'tomorrow' is not a moment"):
        moment("tomorrow")


@pytest.mark.parametrize("workers", [1, 2])
def test_the_service_works_until_it_is_told_to_stop(acme: Path, run: Run, workers: int) -> None:
    run("tick", "-w", acme)
    service = subprocess.Popen(
        [*COMMAND, "run", "-w", str(acme), "--workers", str(workers), "--every", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    logbook = Logbook.open(acme / "logbook.sqlite")
    try:
        now = int(time.time())
        with logbook.writing() as book:
            book.post([set_timer("moon", "full", now - 5, now=now)], now=now)
        until, parked = time.monotonic() + 60, []
        while not parked and time.monotonic() < until:
            time.sleep(0.2)
            with logbook.reading() as book:
                parked = book.all("SELECT 1 FROM agenda WHERE kind = 'parked_timer'")
    finally:
        service.send_signal(signal.SIGTERM)
        out, err = service.communicate(timeout=60)
    assert parked, out + err
    assert service.returncode == 0, out + err
    assert "1 for the operator" in out
    assert err.count("going round the desk of") == 1, err
    assert f"going round the desk of {acme}" in err
    assert "sleeping 1 s at most" in err
    with logbook.reading() as book:
        assert broken_seals(book) == ()
    logbook.close()


def test_a_round_is_not_gone_ahead_of_time_but_may_be_rehearsed(acme: Path, run: Run) -> None:
    run("tick", "-w", acme)
    moment = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 90 * 86400))
    ended = run("tick", "-w", acme, "--at", moment)
    assert ended.code == 2
    assert "days ahead of this machine's clock" in ended.err
    assert "--dry-run" in ended.err
    assert run("tick", "-w", acme, "--at", moment, "--dry-run").code == 0
    logbook = Logbook.open(acme / "logbook.sqlite")
    with logbook.reading() as book:
        ((reached,),) = book.all("SELECT reached_at FROM watermarks WHERE source = 'tick'")
    logbook.close()
    assert reached <= time.time()


def test_nothing_is_written_down_for_a_moment_to_come_though_one_may_look(acme: Path, run: Run) -> None:
    run("tick", "-w", acme)
    moment = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 3 * 86400))
    looked = run("route", "try", "--side", "buyer", "-w", acme, "--at", moment)
    assert looked.code == 0, looked.err
    told = run("route", "absent", "tom.hadley", "-w", acme, "--at", moment)
    assert told.code == 2
    assert "nothing is written down before it happens" in told.err
