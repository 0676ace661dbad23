"""The pushes table lists what was drawn by lot, and nothing else."""

import numpy as np

from bothsides.simulate import Market, decode
from bothsides.simulate.trade import Society


def test_every_pushed_quarter_of_a_cell_is_on_the_list(demo: Market, society: Society) -> None:
    listed = decode(demo, "pushes")
    assert len(listed["push_id"]) == (society.weather.pushes[8::13] > 0).sum() > 0
    assert set(listed["assignment"]) == {"randomised"}
    assert set(listed["side"]) == {"supplier"}
    assert set(listed["intensity"]) == {1}


def test_a_push_lasts_while_its_lift_does(demo: Market, society: Society) -> None:
    table, plan = demo.tables["pushes"], demo.plan
    listed = np.zeros((plan.weeks, plan.cells), bool)
    first = (table["started_at"] - society.epoch) // (7 * 86_400)
    last = (table["ended_at"] - society.epoch) // (7 * 86_400)
    cell = table["category"].astype(int) * len(plan.regions) + table["region"]
    for row in range(len(cell)):
        listed[first[row] : last[row] + 1, cell[row]] = True
    assert np.array_equal(listed, society.weather.pushes[8:] > 0)


def test_a_market_without_pushes_has_no_list_of_them(healthy: Market) -> None:
    assert "pushes" not in healthy.tables
