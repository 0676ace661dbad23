"""Bins: tenths of numbers, frequent levels of texts, the rest and what is not known apart."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.predict.scorecard.binning import cut, rising
from bothsides.predict.scorecard.columns import leads


def test_numbers_are_cut_at_tenths_and_missing_is_apart() -> None:
    values = np.r_[np.arange(1000.0), np.full(100, np.nan)]
    binned = cut("x", leads({"x": values}), np.arange(1100) % 2 == 0)
    assert binned is not None
    assert binned.field.edges == tuple(float(edge) for edge in range(99, 900, 100))
    assert binned.field.seen == (100,) * 11
    assert sum(binned.field.won) == 550


def test_a_value_that_many_share_has_its_own_bin() -> None:
    """999 for never called: all tenths fall on it, and the few others must not vanish beside it."""
    values = np.r_[np.full(950, 999.0), np.arange(50.0)]
    binned = cut("days", leads({"days": values}), np.arange(1000) % 2 == 0)
    assert binned is not None
    assert binned.field.seen[:2] == (50, 950)


def test_rare_levels_share_a_bin() -> None:
    values = ["a"] * 500 + ["b"] * 400 + ["c"] * 4 + ["d"] * 4 + [None] * 92
    binned = cut("x", leads({"x": values}), np.arange(1000) % 2 == 0)
    assert binned is not None
    assert binned.field.levels == ("a", "b")
    assert binned.field.seen == (500, 400, 8, 92)


def test_what_hardly_differs_has_no_bins() -> None:
    won = np.arange(1000) % 2 == 0
    assert cut("x", leads({"x": ["no"] * 997 + ["yes"] * 3}), won) is None
    assert cut("x", leads({"x": [None] * 1000}), won) is None


@settings(max_examples=50)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=12), st.sampled_from([1, -1]))
def test_rising_weights_rise_keep_their_mean_and_leave_what_rises(tenths: list[int], direction: int) -> None:
    weights = np.array(tenths) / 10
    found = rising(weights, np.ones(len(weights)), direction)
    assert (np.diff(direction * found) >= -1e-9).all()
    assert np.isclose(found.mean(), weights.mean())
    assert np.allclose(rising(found, np.ones(len(found)), direction), found)
