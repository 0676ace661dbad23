"""docs/lead-desk.md holds: its commands, run in their order, bring a lead from a file to an owner."""

import re
import shlex
from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns

from bothsides.cli.app import app

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lead-desk.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_brings_a_lead_from_a_file_to_its_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bothsides.toml").write_text(blocks("toml")[0])
    (tmp_path / "visitors.csv").write_text(blocks("text")[0])
    desk = DeskRuns(folder=tmp_path, capture=capsys)
    told = ""
    minute = 0
    for block in blocks("console"):
        asked, _, answer = block.partition("\n")
        for line in (asked, *(more for more in answer.splitlines() if more.startswith("$"))):
            words = shlex.split(line.removeprefix("$ bothsides "))
            if "HARLAND" in words:
                leads = desk.record("leads", at="2026-03-31T09:59")["leads"]
                (lead,) = (one["lead_id"] for one in leads if one["company"].startswith("Harland"))
                words = [lead[:8] if word == "HARLAND" else word for word in words]
            minute += 1
            told = desk.text(*words, at=None if "agree" in words else f"2026-03-31T09:{minute:02d}")
            if not answer.startswith("$"):
                assert all(part.rstrip() in told for part in answer.splitlines()), told
            if words[:2] == ["leads", "show"]:
                assert "70 points, sales" in told
                assert "given to ana.ruiz of 2 in pool sales" in told
    whole = desk.record("leads", "show", lead, at="2026-03-31T09:59")
    assert (whole["stage"], whole["owner"]) == ("opportunity", "ana.ruiz")
    assert {one["clause"]: one["status"] for one in whole["clocks"]}["first touch"] == "met"


def test_every_command_that_the_page_names_is_there() -> None:
    for words in re.findall(r"`bothsides ([a-z]+(?: [a-z]+)?)", PAGE):
        first, _, second = words.partition(" ")
        assert first in app, words
        if second and first not in ("tick", "run", "init"):
            assert second in app[first], words
