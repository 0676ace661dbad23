"""Declared pushes by cell and week, and what they can prove."""

from dataclasses import replace
from datetime import date

from bothsides.diagnosis.panel import Assignment, Lot
from bothsides.diagnosis.panel.frame import Frame
from bothsides.diagnosis.panel.pushes import Push, lots, notes, pushed, untold
from bothsides.schema import Side

WEEKS = tuple(date(2024, 1, day) for day in (1, 8, 15, 22))
FRAME = Frame(cells=(("x", "N"), ("x", "S"), ("y", "N")), weeks=WEEKS, split=(True, True), end=date(2024, 1, 28))
LATER = replace(FRAME, end=date(2024, 12, 29))
"""The same with a year of known days, so that what happened in its weeks is told."""
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


def test_pushes_that_overlap_count_once_the_stronger_of_them() -> None:
    again = replace(PUSH, started_on=date(2024, 1, 15), ended_on=None, intensity=2.0)
    grid, _ = pushed((PUSH, again), Side.SUPPLIER, FRAME)
    assert grid[0].tolist() == [0, 1, 2, 2]
    assert notes((PUSH, again), (), LATER) == (
        "Pushes for suppliers overlap in 1 cell: the stronger counts, not their sum.",
    )


def test_pushes_that_follow_each_other_within_a_week_fill_it() -> None:
    until = replace(PUSH, ended_on=date(2024, 1, 10))
    after = replace(PUSH, started_on=date(2024, 1, 11))
    assert pushed((until, after), Side.SUPPLIER, FRAME)[0][0].tolist() == [0, 1, 1, 0]
    assert notes((until, after), (), LATER) == ()


def test_a_label_by_which_the_market_is_not_split_leaves_the_push_out_and_says_so() -> None:
    frame = replace(LATER, cells=(("x", None), ("y", None)), split=(True, False))
    grid, assignment = pushed((PUSH,), Side.SUPPLIER, frame)
    assert (grid.any(), assignment) == (False, Assignment.NONE)
    (said,) = notes((PUSH,), (), frame)
    assert said == (
        "1 push for suppliers names a region, by which this market is not told apart: left out. Leave the region empty "
        "where the push ran in all of them."
    )
    assert pushed((replace(PUSH, region=None),), Side.SUPPLIER, frame)[0][0].tolist() == [0, 1, 1, 0]


def test_a_place_in_which_nobody_has_traded_is_named() -> None:
    (said,) = notes((replace(PUSH, category="z"),), (), LATER)
    assert said == "1 push for suppliers names a place in which nobody has traded: left out (z / N)."


def test_a_push_that_lies_ahead_has_no_outcome_yet() -> None:
    later = replace(PUSH, started_on=date(2024, 2, 5), ended_on=date(2024, 5, 5))
    control = replace(later, region="S", intensity=0.0)
    (said,) = notes((), (later, control, replace(later, category="y")), FRAME)
    assert said == (
        "Planned push for suppliers in 2 cells from 2024-02-05, no outcome yet: who joined and stayed is known 90 days "
        "after a week, of the first week on 2024-05-11."
    )


def test_a_push_without_labels_is_counted_in_the_cells_it_is_aimed_at() -> None:
    later = replace(PUSH, started_on=date(2024, 2, 5), ended_on=None)
    for push, cells in (
        (replace(later, region=None), "2 cells"),
        (replace(later, category=None, region=None), "3 cells"),
    ):
        (said,) = notes((), (later, push), FRAME)
        assert f"for suppliers in {cells} from 2024-02-05" in said


def test_a_push_is_told_by_its_labels_where_cells_are_not_known_or_nobody_trades_there_yet() -> None:
    later = replace(PUSH, started_on=date(2024, 2, 5))
    by_category = replace(later, region=None)
    for pushes, where in (
        ((later,), "in 1 cell"),
        ((later, replace(later, region="S")), "in 2 cells"),
        ((by_category,), "in category x"),
        ((replace(later, category=None),), "in region N"),
        ((by_category, replace(by_category, category="y")), "in 2 categories"),
        ((replace(later, category=None), replace(later, category=None, region="S")), "in 2 regions"),
        ((by_category, replace(later, category="y")), "in 2 places"),
        ((later, replace(later, category=None, region=None)), "everywhere"),
    ):
        (said,) = untold(pushes, FRAME.end)
        assert said.startswith(f"Planned push for suppliers {where} from 2024-02-05")
    (said,) = notes((), (replace(by_category, category="z"),), FRAME)
    assert "for suppliers in category z from 2024-02-05" in said


def test_a_push_under_way_has_no_outcome_yet_until_its_first_week_is_told() -> None:
    (said,) = notes((PUSH,), (), FRAME)
    assert said.startswith("Push under way for suppliers in 1 cell since 2024-01-08, no outcome yet")
    assert notes((PUSH,), (), replace(FRAME, end=date(2024, 4, 12))) != ()
    assert notes((PUSH,), (), replace(FRAME, end=date(2024, 4, 13))) == ()


def test_a_lot_is_on_record_whole_where_those_not_drawn_stand_in_it() -> None:
    drawn, not_drawn = replace(PUSH, name="block 1"), replace(PUSH, region="S", intensity=0.0, name="block 1")
    alone = replace(PUSH, category="y", name="block 2")
    assert lots((drawn, not_drawn, alone), Side.SUPPLIER, FRAME) == (Lot(cells=(0, 1), first=1, last=2),)
    assert lots((drawn, not_drawn), Side.BUYER, FRAME) == ()
    assert pushed((drawn, not_drawn), Side.SUPPLIER, FRAME)[0].tolist() == [[0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
