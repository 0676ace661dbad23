"""`bothsides threshold` as a person runs it."""

import json
from functools import cache
from pathlib import Path

from rich.console import Console
from tests.cli.conftest import Run
from tests.diagnosis.panels import panel_of

from bothsides.cli.threshold import as_record, show
from bothsides.diagnosis.threshold import ThresholdPolicy, Thresholds, read_thresholds
from bothsides.simulate.panel import WORLDS, draw


@cache
def claimed() -> Thresholds:
    return read_thresholds(panel_of(draw(WORLDS["sharp_threshold"](1))), ThresholdPolicy())


def printed(found: Thresholds) -> str:
    console = Console(width=120, record=True)
    show(console, found, "EUR")
    return console.export_text()


def test_a_history_too_short_says_so_and_what_to_do_next(run: Run, workspace: Path) -> None:
    out = run("threshold", workspace).out
    assert "No threshold can be looked for: orders from 2024-01-10 to 2024-03-31 are too short a history" in out
    assert "Next: bothsides doctor" in out


def test_the_same_as_a_record(run: Run, workspace: Path) -> None:
    record = json.loads(run("threshold", workspace, "--json").out)
    assert (record["status"], record["currency"], record["readings"]) == ("unavailable", "EUR", [])
    assert "too short a history" in record["reason"]


def test_a_wrong_day_is_told_before_anything_is_opened(run: Run, workspace: Path) -> None:
    done = run("threshold", workspace, "--as-of", "yesterday")
    assert done.code == 2
    assert "--as-of" in done.err


def test_a_claim_on_the_screen_names_the_level_and_the_nearest_cells() -> None:
    lines = printed(claimed()).splitlines()
    assert any(line.startswith("From 44 suppliers on (43 to 45)") for line in lines)
    assert any("cells are across" in line for line in lines)
    assert any(line.startswith("Do suppliers stay longer where there are more buyers?") for line in lines)
    assert lines[-1].startswith("Next: ")
    assert len(lines) < 40


def test_a_claim_as_a_record_gives_level_jump_and_every_cell() -> None:
    record = as_record(claimed(), "EUR")
    buyers, suppliers = record["readings"]
    assert (buyers["side"], buyers["status"], buyers["other_side"]) == ("buyer", "claimed", "supplier")
    assert buyers["level_accounts"] == {"value": 44.0, "low": 43.0, "high": 45.0}
    assert buyers["jump_logit"]["low"] < -0.9 < buyers["jump_logit"]["high"] + 0.1
    assert len(buyers["distances"]) == record["cells"] == 40
    assert suppliers["status"] != "claimed"
    assert suppliers["distances"] == []
    json.dumps(record)
