"""`bothsides finding` as a person runs it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.conftest import Run
from tests.reports import sample

from bothsides.cli.finding import _list, _whole, chosen, finding
from bothsides.diagnosis import behind
from bothsides.diagnosis.finding import Place


def text_of(console: Console) -> str:
    return console.export_text()


@pytest.fixture
def console() -> Console:
    return Console(record=True, width=300)


def test_a_market_without_problems_says_so(run: Run, workspace: Path) -> None:
    done = run("finding", "-w", workspace)
    assert done.code == 0, done.err
    assert "No problem was found that the data can show" in done.out
    assert json.loads(run("finding", "--json", "-w", workspace).out) == []


def test_a_workspace_may_stand_alone_as_in_other_commands(run: Run, workspace: Path) -> None:
    assert run("finding", workspace).out == run("finding", "-w", workspace).out != ""
    assert run("finding", workspace, "-w", workspace).code == 2


def test_an_unknown_finding_is_refused_with_those_there_are(run: Run, workspace: Path) -> None:
    done = run("finding", "supply-short", "-w", workspace)
    assert done.code == 2
    assert "no finding 'supply-short'; there are none: nothing was found" in done.err


def test_a_finding_is_chosen_by_rank_by_id_and_by_the_beginning_of_ids() -> None:
    findings = sample.full().findings
    assert chosen(findings, "2") == [findings[1]]
    assert chosen(findings, findings[0].id) == [findings[0]]
    assert chosen(findings, "supply-short") == [findings[0]]
    with pytest.raises(KeyError, match=r"no finding ''; there are supply-short-cell/supplier/valves"):
        chosen(findings, "")


def test_a_mistyped_id_is_answered_with_those_like_it() -> None:
    findings = sample.full().findings
    with pytest.raises(KeyError, match=r"no finding 'nrd-leak/buyer'; did you mean ndr-leak/buyer"):
        chosen(findings, "nrd-leak/buyer")
    with pytest.raises(KeyError, match=r"no finding 'zzz'; there are supply-short-cell/supplier/valves"):
        chosen(findings, "zzz")


@pytest.mark.parametrize("command", ["finding", "audit"])
def test_a_day_after_the_data_is_answered_with_the_day_on_which_they_end(
    run: Run, workspace: Path, command: str
) -> None:
    asked = run(command, "-w", workspace, "--as-of", "2099-01-01", "--json")
    assert (asked.code, asked.out) == (0, run(command, "-w", workspace, "--json").out)
    assert "warning: the data end on 20" in asked.err
    assert "data end" not in run(command, "-w", workspace, "--json").err


def test_the_list_has_a_line_each_and_names_the_next_command(console: Console) -> None:
    _list(console, sample.full())
    lines = [" ".join(line.split()) for line in text_of(console).splitlines()]
    assert lines[0] == "worth a month severity sure id"
    assert lines[3] == "3 not known low directional onboarding-leak/supplier"
    assert lines[-1].startswith("One of them whole: bothsides finding supply-short-cell/supplier/valves")


def test_one_finding_whole_shows_its_records_and_its_measure_of_success(console: Console) -> None:
    _whole(console, sample.full().findings[0], "GBP")
    shown = " ".join(text_of(console).split())
    for words in (
        "1. Suppliers are short in Valves",
        "Look again after 13 weeks.",
        "GBP 182 k a month",
        "Fill rate",
        "Council 1 – 19 GBP 4 k –",
        "the first 12 of 14",
    ):
        assert words in shown, words


def test_findings_too_small_to_rank_are_named_under_the_list_and_can_be_asked_for(console: Console) -> None:
    full = sample.full()
    small = replace(full.findings[0], place=Place(category="Bolts"), rank=0)
    diagnosis = replace(full, smaller=(small,))
    _list(console, diagnosis)
    shown = " ".join(text_of(console).split())
    assert "And 1 smaller one, worth about GBP 182 k of GMV a month: supply-short-cell/bolts" in shown
    assert chosen((*diagnosis.findings, *diagnosis.unranked), small.id) == [small]
    with pytest.raises(KeyError):
        chosen((small,), "0")


def test_a_market_with_small_findings_alone_is_not_called_free_of_problems(console: Console) -> None:
    full = sample.full()
    small = replace(full.findings[0], place=Place(category="Bolts"), rank=0)
    _list(console, replace(full, findings=(), smaller=(small,)))
    shown = " ".join(text_of(console).split())
    assert "No problem was found that the data can show" not in shown
    assert "No problem was found that is worth ranking in a market of this size." in shown
    assert "And 1 smaller one, worth about GBP 182 k of GMV a month: supply-short-cell/bolts" in shown
    assert "One of them whole: bothsides finding supply-short-cell/bolts" in shown


def test_findings_beyond_the_list_are_not_called_small_nor_added_up(console: Console) -> None:
    full = sample.full()
    beyond = tuple(replace(full.findings[0], place=Place(category=name), rank=0) for name in ("Bolts", "Nuts"))
    _list(console, replace(full, beyond=beyond))
    shown = " ".join(text_of(console).split())
    assert "smaller" not in shown
    assert (
        f"And 2 more findings beyond the {len(full.findings)} listed; worths of one place overlap and are not added "
        "up: supply-short-cell/bolts, supply-short-cell/nuts"
    ) in shown


def test_a_smaller_finding_asked_for_by_its_id_comes_with_the_records_behind_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The diagnosis is the sample's, its only finding too small to rank, its records read from the store later."""
    full = sample.full()
    small = replace(full.findings[0], evidence=full.findings[0].evidence[:2], rank=0)
    told = replace(full, findings=(), smaller=(small,))
    monkeypatch.setattr("bothsides.diagnosis.diagnose", lambda *_, **__: told)
    monkeypatch.setattr(behind, "with_rows", lambda *_: (replace(full.findings[0], rank=0),))
    finding(small.id, json=True, workspace=workspace)
    (asked,) = json.loads(capsys.readouterr().out)
    assert asked["rank"] is None
    assert any(evidence["records"] for evidence in asked["evidence"])
    finding(json=True, workspace=workspace)
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["id"], listed["rank"]) == (small.id, None)
