"""Drift: nothing to see among draws from one population, a number that grows as it moves."""

import numpy as np
import pytest

from bothsides.predict.drift import MOVED, base_rate_moved, stability


def test_two_draws_from_one_population_have_not_moved() -> None:
    rng = np.random.default_rng(1)
    found = [stability(rng.normal(size=500), rng.normal(size=500)) for _ in range(50)]
    assert max(found) < 0.1


def test_a_shift_by_one_spread_has_moved() -> None:
    rng = np.random.default_rng(2)
    learned = rng.normal(size=2_000)
    by_shift = [stability(learned, rng.normal(size=2_000) + shift) for shift in (0.0, 0.3, 1.0)]
    assert by_shift == sorted(by_shift)
    assert by_shift[1] < MOVED < by_shift[2]


def test_shares_by_hand() -> None:
    """Of 99 cases 49 were zero and 50 one; now 0 and 99: half a case is added to each bin."""
    learned, now = np.repeat([0.0, 1.0], [49, 50]), np.ones(99)
    expected, actual = np.array([49.5, 50.5]) / 100, np.array([0.5, 99.5]) / 100
    by_hand = ((actual - expected) * np.log(actual / expected)).sum()
    assert stability(learned, now) == pytest.approx(by_hand)


def test_a_feature_that_never_varies_has_not_moved() -> None:
    assert stability(np.zeros(50), np.zeros(80)) == 0.0


def test_nothing_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="0 against 3"):
        stability(np.array([]), np.ones(3))


def test_a_base_rate_without_cases_has_not_moved() -> None:
    assert not base_rate_moved(0, 0, 5, 10)
    assert not base_rate_moved(0, 10, 0, 10)
