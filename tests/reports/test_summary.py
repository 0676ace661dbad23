"""The summary fits one screen, keeps its columns, and cannot be steered by a name."""

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from tests.reports import sample

from bothsides.reports import audit_html, audit_record, audit_summary
from bothsides.reports.summary import next_command


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", ["full", "orders_only", "empty", "hostile"])
def test_it_fits_one_screen(name, width):
    lines = audit_summary(getattr(sample, name)(), width=width).plain.split("\n")
    assert len(lines) <= 24
    assert max(cell_len(line) for line in lines[:-1]) <= width
    assert not any("\x1b" in line or "\u202e" in line for line in lines)


def test_numbers_stand_under_each_other():
    lines = audit_summary(sample.full(), width=80).plain.split("\n")
    ends = {
        line.index(number) + len(number)
        for line in lines
        for number in ("GBP 16.4 m", "690", "14.9 days")
        if number in line
    }
    assert len(ends) == 1


def test_a_line_too_long_keeps_the_status():
    plain = sample.full()
    long = replace(plain.headlines[0], label="A name that leaves no room for its range", now=plain.headlines[2].now)
    lines = audit_summary(replace(plain, headlines=(long,)), width=80).plain.split("\n")
    (line,) = (line for line in lines if line.startswith("A name"))
    assert line.endswith(long.now.status.value)


def test_it_answers_first_and_ends_with_a_command():
    said = audit_summary(sample.full(), width=80).plain
    assert said.index("Demand is ahead") < said.index("GMV") < said.index("1. Suppliers are short")
    assert said.split("\n")[-1] == "Next  bothsides finding 1"


def test_what_is_not_known_has_no_line():
    assert "CAC" not in audit_summary(sample.full(), width=100).plain


def test_the_first_line_names_the_days_of_the_numbers_whole():
    days = "1 November 2023 to 31 October 2024"
    assert audit_summary(sample.full(), width=80).plain.split("\n")[0].endswith(days)
    assert audit_summary(sample.hostile(), width=60).plain.split("\n")[0].endswith(days)


def test_the_verdict_keeps_what_to_do():
    asked = "Put a named owner and a joint account plan on the three largest."
    long = replace(sample.full(), verdict="A side is short in a place with a long name. " * 12 + asked)
    lines = audit_summary(long, width=80).plain.split("\n")
    assert asked in " ".join(lines[1:7])
    assert "long name. … Put" in " ".join(lines[1:7])
    assert lines[7] == ""


@pytest.mark.parametrize("width", [48, 60, 70, 80])
def test_no_number_is_cut(width):
    said = audit_summary(sample.full(), width=width).plain
    assert not re.search(r"[\d,.–] ?…", said)
    for number in ("GBP 16.4 m", "9.1 %", "690", "136", "37 %", "14.9 days", "97 %"):
        assert number in said


def test_the_words_beside_the_numbers_are_explained():
    said = audit_summary(sample.full(), width=80).plain
    assert "n: how many counted · census: all of them · NDR: last year's accounts, a year on" in said


def test_the_next_command_shows_what_comes_first():
    assert next_command(sample.full()) == "bothsides finding 1"
    assert next_command(sample.empty()) == "bothsides doctor"


def test_the_next_command_names_the_workspace_that_it_is_not_run_from():
    said = audit_summary(sample.full(), width=80, workspace="my demo").plain
    assert said.split("\n")[-1] == "Next  bothsides finding 1 -w 'my demo'"


def test_findings_too_small_to_rank_are_counted_in_the_summary():
    full = sample.full()
    said = audit_summary(replace(full, smaller=(replace(full.findings[0], rank=0),)), width=100).plain
    assert "1 smaller one" in said
    alone = audit_summary(replace(full, findings=(), smaller=(replace(full.findings[0], rank=0),)), width=100).plain
    assert "No problem was found that is worth ranking in a market of this size." in alone
    assert "smaller" not in audit_summary(full, width=100).plain


def test_what_was_set_aside_stands_before_any_number():
    said = "14 % of what source invoices brought for orders was set aside and is in no number: 143 of 1,000 records."
    held = replace(sample.full(), set_aside=(said, "3 % of what source web brought for orders was set aside."))
    lines = audit_summary(held, width=80).plain.split("\n")
    assert f"{said} And 1 other." in " ".join(lines[1:3])
    assert len(lines) <= 24
    page = audit_html(held)
    assert page.index("143 of 1,000") < page.index('id="verdict"')
    assert audit_record(held)["set_aside"] == list(held.set_aside)
