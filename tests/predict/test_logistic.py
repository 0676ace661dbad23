"""Ridge logistic regression: hand-made cases whose answer is known, reasons that read the right way, no overflow."""

import math

import numpy as np
import pytest

from bothsides.predict.logistic import Floats, fit_logistic, sigmoid


def _two_by_two(ridge: float, **words: object) -> tuple[float, float]:
    """One yes-or-no feature: of 40 cases without it 10 came true, of 40 with it 30."""
    features = np.repeat([[0.0], [1.0]], 40, axis=0)
    outcome = np.r_[np.arange(40) < 10, np.arange(40) < 30]
    fit = fit_logistic(features, outcome, ridge=ridge)
    chances = fit.probabilities(np.array([[0.0], [1.0]]))
    return float(chances[0]), float(chances[1])


def test_without_a_ridge_the_shares_are_given_back() -> None:
    assert _two_by_two(0.0) == pytest.approx((0.25, 0.75), abs=1e-8)


def test_a_ridge_draws_the_weights_to_nothing_and_the_mean_stays() -> None:
    low, high = _two_by_two(50.0)
    assert 0.25 < low < 0.5 < high < 0.75
    assert low + high == pytest.approx(1.0)
    assert _two_by_two(1e9) == pytest.approx((0.5, 0.5), abs=1e-6)


def test_at_the_best_weights_the_gradient_is_zero() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(400, 5)) * [1, 10, 0.1, 3, 1] + [0, 5, -2, 0, 1]
    outcome = rng.random(400) < sigmoid(features @ [0.5, -0.1, 4.0, 0.0, 0.2] + 7.5)
    fit = fit_logistic(features, outcome, ridge=2.0)
    standard = (features - fit.mean) / fit.scale
    residual = outcome - fit.probabilities(features)
    assert residual.sum() == pytest.approx(0, abs=1e-6)
    assert standard.T @ residual == pytest.approx(2.0 * fit.weights, abs=1e-6)


def test_intercept_and_contributions_add_up_to_the_logit() -> None:
    rng = np.random.default_rng(4)
    features = rng.normal(size=(100, 3))
    fit = fit_logistic(features, rng.random(100) < 0.4)
    assert fit.intercept + fit.contributions(features).sum(axis=1) == pytest.approx(fit.logits(features), abs=1e-12)
    moved = fit.rescaled(0.5, -1.0)
    assert moved.logits(features) == pytest.approx(0.5 * fit.logits(features) - 1.0)


def test_a_feature_that_reads_backwards_is_left_out() -> None:
    """Twins of which one takes the other's part away: alone each lowers the chance, together one seems to raise it."""
    rng = np.random.default_rng(5)
    trade = rng.normal(size=2000)
    twin = trade + 0.2 * rng.normal(size=2000)
    outcome = rng.random(2000) < sigmoid(-2.0 * trade + 0.8 * twin)
    features = np.column_stack([trade, twin])
    assert fit_logistic(features, outcome, ridge=1.0).weights[1] > 0
    told = fit_logistic(features, outcome, ridge=1.0, directions=(-1, -1))
    assert told.kept.tolist() == [True, False]
    assert told.weights[0] < 0
    free = fit_logistic(features, outcome, ridge=1.0, directions=(-1, 0))
    assert free.weights[1] > 0


def test_a_feature_that_never_varies_has_no_part() -> None:
    rng = np.random.default_rng(6)
    features = np.column_stack([np.full(50, 7.0), rng.normal(size=50)])
    fit = fit_logistic(features, rng.random(50) < 0.5)
    assert fit.kept.tolist() == [False, True]
    assert np.isfinite(fit.probabilities(features)).all()


@pytest.mark.parametrize("ridge", [0.01, 1.0])
def test_outcomes_told_apart_perfectly_stay_finite(ridge: float) -> None:
    features = np.arange(20.0)[:, None]
    fit = fit_logistic(features, features[:, 0] >= 10, ridge=ridge)
    assert math.isfinite(fit.weights[0])
    assert fit.probabilities(features)[0] < 0.05


def test_the_same_cases_give_the_same_weights_whatever_their_order() -> None:
    rng = np.random.default_rng(8)
    features, outcome = rng.normal(size=(300, 4)), rng.random(300) < 0.3
    order = rng.permutation(300)
    there = fit_logistic(features, outcome)
    back = fit_logistic(features[order], outcome[order])
    assert back.weights == pytest.approx(there.weights, abs=1e-8)


@pytest.mark.parametrize(
    ("features", "outcome", "message"),
    [
        (np.ones((3, 1)), np.array([True, True, True]), "all 3 outcomes are the same"),
        (np.ones((3, 1)), np.array([True, False]), "2 outcomes for features of shape"),
        (np.array([[np.nan], [1.0]]), np.array([True, False]), "must be numbers"),
    ],
)
def test_what_cannot_be_fitted_is_refused(features: Floats, outcome: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_logistic(features, outcome)


def test_a_negative_ridge_is_refused() -> None:
    with pytest.raises(ValueError, match="ridge -1"):
        fit_logistic(np.arange(4.0)[:, None], np.array([True, False, True, False]), ridge=-1)
