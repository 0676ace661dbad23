"""Intervals against published values, scipy, and resampling."""

import numpy as np
import pytest
from scipy import stats

from bothsides.metrics.interval import Z, clustered_ratio, wilson


@pytest.mark.parametrize("trials", [1, 2, 7, 30, 263, 15_000])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_wilson_equals_scipy(trials: int, share: float) -> None:
    successes = round(trials * share)
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert wilson(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_a_published_example() -> None:
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I: 81 of 263 and 15 of 148."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_wilson_holds_its_share_at_both_ends() -> None:
    for trials in range(1, 200):
        assert wilson(0, trials)[0] == 0.0
        assert wilson(trials, trials)[1] == 1.0
        assert all(wilson(k, trials)[0] <= k / trials <= wilson(k, trials)[1] for k in range(trials + 1))


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_share(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match=rf"wilson\({successes}, {trials}\)"):
        wilson(successes, trials)


def test_the_delta_interval_agrees_with_resampling_accounts() -> None:
    rng = np.random.default_rng(7)
    orders = rng.poisson(4, 300) + 1
    amounts = orders * rng.lognormal(3, 0.8, 300)
    low, high = _delta(amounts, orders)
    draws = rng.integers(0, 300, (4_000, 300))
    resampled = amounts[draws].sum(1) / orders[draws].sum(1)
    ratio = amounts.sum() / orders.sum()
    assert low < ratio < high
    assert (high - low) / (2 * Z) == pytest.approx(resampled.std(), rel=0.05)


def _delta(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    bounds = clustered_ratio(len(x), x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum())
    assert bounds is not None
    return bounds


def test_one_account_or_no_denominator_gives_no_interval() -> None:
    assert clustered_ratio(1, 5, 2, 25, 4, 10) is None
    assert clustered_ratio(9, 5, 0, 25, 4, 10) is None
