"""Declared pushes by cell and week, and what they can prove."""

from dataclasses import replace
from datetime import date

from bothsides.diagnosis.panel import Assignment
from bothsides.diagnosis.panel.frame import Frame
from bothsides.diagnosis.panel.pushes import Push, pushed
from bothsides.schema import Side

WEEKS = tuple(date(2024, 1, day) for day in (1, 8, 15, 22))
FRAME = Frame(cells=(("x", "N"), ("x", "S"), ("y", "N")), weeks=WEEKS, split=(True, True), end=date(2024, 1, 28))
PUSH = Push(
    side=Side.SUPPLIER,
    category="x",
    region="N",
    started_on=date(2024, 1, 8),
    ended_on=date(2024, 1, 21),
    intensity=1.0,
    assignment=Assignment.RANDOMISED,
)


def test_a_push_stands_in_its_cell_and_weeks() -> None:
    grid, assignment = pushed((PUSH,), Side.SUPPLIER, FRAME)
    assert grid.tolist() == [[0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert assignment is Assignment.RANDOMISED
    assert pushed((PUSH,), Side.BUYER, FRAME)[1] is Assignment.NONE


def test_a_week_touched_in_part_counts_by_its_days() -> None:
    grid, _ = pushed((replace(PUSH, ended_on=date(2024, 1, 8)),), Side.SUPPLIER, FRAME)
    assert grid[0].tolist() == [0, 1 / 7, 0, 0]


def test_a_push_without_an_end_still_runs_and_without_a_region_runs_in_all() -> None:
    grid, _ = pushed((replace(PUSH, ended_on=None, region=None, intensity=2.0),), Side.SUPPLIER, FRAME)
    assert grid.tolist() == [[0, 2, 2, 2], [0, 2, 2, 2], [0, 0, 0, 0]]


def test_pushes_decided_in_different_ways_prove_what_the_weakest_does() -> None:
    chosen = replace(PUSH, category="y", assignment=Assignment.CHOSEN)
    assert pushed((PUSH, chosen), Side.SUPPLIER, FRAME)[1] is Assignment.CHOSEN


def test_a_push_outside_the_frame_says_nothing_of_how_the_others_were_decided() -> None:
    elsewhere = replace(PUSH, category="z", assignment=Assignment.CHOSEN)
    assert pushed((PUSH, elsewhere), Side.SUPPLIER, FRAME)[1] is Assignment.RANDOMISED
