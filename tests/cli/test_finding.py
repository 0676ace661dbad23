"""`bothsides finding` as a person runs it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.conftest import Run
from tests.reports import sample

from bothsides.cli.finding import _list, _whole, chosen
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
    assert "And 1 smaller one, worth at most GBP 182 k of GMV a month together: supply-short-cell/bolts" in shown
    assert chosen((*diagnosis.findings, *diagnosis.smaller), small.id) == [small]
    with pytest.raises(KeyError):
        chosen((small,), "0")
