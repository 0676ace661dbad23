"""The summary fits one screen, keeps its columns, and cannot be steered by a name."""

import pytest
from rich.cells import cell_len
from tests.reports import sample

from bothsides.metrics import METRICS
from bothsides.reports import audit_summary
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


def test_it_answers_first_and_ends_with_a_command():
    said = audit_summary(sample.full(), width=80).plain
    assert said.index("Demand is ahead") < said.index("GMV") < said.index("1. Suppliers are short")
    assert said.split("\n")[-1] == "Next  bothsides metrics fill_rate --by quarter,category,region"


def test_what_is_not_known_is_not_a_zero():
    (line,) = [line for line in audit_summary(sample.full(), width=100).plain.split("\n") if "CAC" in line]
    assert "not known" in line
    assert "unavailable" in line


def test_the_next_command_names_metrics_that_exist():
    ids = next_command(sample.full()).split()[2].split(",")
    assert all(name in METRICS for name in ids)
    assert next_command(sample.empty()) == "bothsides doctor"
