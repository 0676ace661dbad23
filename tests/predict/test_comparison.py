"""Claims of difference: against an oracle, and how often they are made where there is none."""

import random

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from bothsides.predict.comparison import believed, robust_spread, worse_than


def test_close_to_the_exact_test() -> None:
    for cell in ((20, 100, 40, 100), (5, 60, 60, 300), (50, 100, 52, 100)):
        a, n, b, m = cell
        exact = fisher_exact([[a, n - a], [b, m - b]], alternative="less").pvalue
        assert abs(worse_than(*cell) - exact) < 0.15 * exact + 0.01, cell


def test_nothing_is_claimed_of_nothing() -> None:
    assert worse_than(0, 0, 5, 10) == 1.0
    assert worse_than(0, 5, 0, 10) == 1.0
    assert worse_than(9, 10, 1, 10) == 1.0


def test_many_tests_of_equal_places_rarely_make_a_claim() -> None:
    rng, false = random.Random(7), 0
    for _ in range(200):
        counts = [sum(rng.random() < 0.4 for _ in range(100)) for _ in range(20)]
        total = sum(counts)
        false += any(believed([worse_than(x, 100, total - x, 1900) for x in counts], 0.01))
    assert false <= 6


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.001, 0.2))
def test_a_smaller_p_is_never_believed_less(p_values: list[float], alarm: float) -> None:
    stand = believed(p_values, alarm)
    assert all(
        a or not b for p, a in zip(p_values, stand, strict=True) for q, b in zip(p_values, stand, strict=True) if p < q
    )


def test_spread_is_deaf_to_an_outlier() -> None:
    quiet = [1.0, 1.1, 0.9, 1.05, 0.95]
    assert abs(robust_spread([*quiet, 100.0]) - robust_spread(quiet)) < 0.1
