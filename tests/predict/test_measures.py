"""Measures of predictions against counting by hand, and intervals that hold the truth as often as they say."""

import numpy as np
import pytest

from bothsides.metrics import Better
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints, auc, brier, compared, log_loss, recall_at


def _counted(scores: Floats, outcome: Bools) -> float:
    pairs = [(t > f) + 0.5 * (t == f) for t in scores[outcome] for f in scores[~outcome]]
    return float(np.mean(pairs))


def test_ranking_equals_counting_pairs_with_ties() -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        scores = rng.integers(0, 6, 60).astype(float)
        outcome = rng.random(60) < 0.3
        assert auc(scores, outcome).value == pytest.approx(_counted(scores, outcome))


def test_squared_error_and_surprise_by_hand() -> None:
    chances, outcome = np.array([0.8, 0.5]), np.array([True, False])
    assert brier(chances, outcome).value == pytest.approx((0.04 + 0.25) / 2)
    assert log_loss(chances, outcome).value == pytest.approx(-(np.log(0.8) + np.log(0.5)) / 2)


def test_certainty_that_was_wrong_is_a_large_number_and_no_overflow() -> None:
    assert 20 < log_loss(np.array([1.0]), np.array([False])).value < 40


def test_recall_by_hand() -> None:
    """Two buyers met somebody new: one found among its first two, one of two; the third met nobody."""
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    outcome = np.array([False, True, False, True, False, True, False, False, False])
    groups = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert recall_at(2, scores, outcome, groups).value == pytest.approx((1 + 0.5) / 2)
    assert recall_at(3, scores, outcome, groups).value == 1.0
    with pytest.raises(ValueError, match="there is none"):
        recall_at(2, scores, np.zeros(9, bool), groups)


def test_one_outcome_alone_cannot_be_ranked() -> None:
    with pytest.raises(ValueError, match="0 of 3 came true"):
        auc(np.arange(3.0), np.zeros(3, bool))


def test_the_interval_of_a_ranking_holds_the_truth() -> None:
    """Normal scores a unit apart: the truth is 0.7602 (Phi of one over the root of two)."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        outcome = rng.random(200) < 0.3
        found = auc(rng.normal(size=200) + outcome, outcome).estimate()
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.7602 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def _clustered(rng: np.random.Generator) -> tuple[Floats, Floats, Bools, Ints]:
    """Thirty buyers with twenty cases each; a buyer's cases share most of their luck."""
    groups = np.repeat(np.arange(30), 20)
    luck = rng.normal(size=30)[groups] + 0.3 * rng.normal(size=600)
    noise = rng.normal(size=(2, 30))[:, groups]
    return luck + noise[0], luck + noise[1], luck > 0.8, groups


def test_cases_that_belong_together_widen_the_gap_s_interval() -> None:
    """Two models equally good: the gap is 0, which cases taken one by one deny far too often."""
    rng = np.random.default_rng(3)
    alone = together = drawn = 0
    while drawn < 300:
        one, other, outcome, groups = _clustered(rng)
        if not outcome.any():
            continue
        drawn += 1
        for clusters, counts in ((None, 0), (groups, 1)):
            gap = compared("auc", Better.UP, auc(one, outcome), auc(other, outcome), clusters).gap
            assert gap is not None
            assert gap.low is not None
            assert gap.high is not None
            holds = gap.low <= 0 <= gap.high
            alone, together = (alone + holds, together) if counts == 0 else (alone, together + holds)
    assert alone / 300 < 0.7
    assert 0.88 <= together / 300 <= 0.99


def test_a_pair_s_gap_is_narrower_than_its_parts() -> None:
    rng = np.random.default_rng(4)
    outcome = rng.random(300) < 0.4
    base = rng.normal(size=300) + outcome
    better = base + 0.3 * outcome
    found = compared("auc", Better.UP, auc(better, outcome), auc(base, outcome))
    assert found.wins
    assert found.gap is not None
    assert found.gap.low is not None
    assert found.model.low is not None
    assert found.gap.value - found.gap.low < (found.model.value - found.model.low) / 3


def test_one_case_has_no_interval() -> None:
    alone = brier(np.array([0.5]), np.array([True])).estimate()
    assert (alone.low, alone.high, alone.above) == (None, None, 0.25)
