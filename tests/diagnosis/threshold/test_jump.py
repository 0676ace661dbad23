"""A level says something only where cells crossed it."""

import numpy as np

from bothsides.diagnosis.threshold.jump import chance


def test_what_rounding_leaves_of_a_level_that_nobody_crossed_is_no_drop() -> None:
    said = np.random.default_rng(3).normal(size=(40, 5))
    crossed = chance(said, np.random.default_rng(1))
    rounding = np.full((40, 1), -1e-15)
    assert chance(np.hstack([said, rounding]), np.random.default_rng(1)) == crossed
    assert crossed > 0.05


def test_without_any_level_that_says_something_there_is_no_drop() -> None:
    assert chance(np.zeros((40, 3)), np.random.default_rng(1)) == 1.0
