"""Probabilities brought to the latest span, and tables that show what came for what was said."""

import numpy as np
import pytest

from bothsides.predict.calibration import (
    LEAST_BAND,
    bands,
    calibration_error,
    recalibration,
    total_ratio,
)
from bothsides.predict.logistic import fit_logistic, sigmoid
from bothsides.predict.measures import auc


def test_the_level_is_moved_until_as_many_are_expected_as_came() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(size=200)
    outcome = np.arange(200) < 30
    moved = recalibration(logits, outcome)
    assert moved.slope == 1.0
    assert sigmoid(logits + moved.shift).sum() == pytest.approx(30)


@pytest.mark.parametrize("came", [0, 50])
def test_a_span_with_one_outcome_alone_stays_finite(came: int) -> None:
    moved = recalibration(np.zeros(50), np.arange(50) < came)
    assert 0 < sigmoid(np.array([moved.shift]))[0] < 1


def test_overconfident_probabilities_are_drawn_in_where_enough_is_known() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(size=20_000)
    outcome = rng.random(20_000) < sigmoid(truth)
    moved = recalibration(3 * truth - 1, outcome)
    assert moved.slope == pytest.approx(1 / 3, abs=0.02)
    assert moved.shift == pytest.approx(1 / 3, abs=0.04)


def test_an_order_is_never_turned_around() -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(size=2_000)
    assert recalibration(-truth, rng.random(2_000) < sigmoid(truth)).slope == 1.0


def test_a_recalibrated_model_ranks_the_same_and_its_parts_add_up() -> None:
    rng = np.random.default_rng(4)
    features = rng.normal(size=(300, 3))
    outcome = rng.random(300) < sigmoid(features[:, 0])
    fit = fit_logistic(features, outcome)
    moved = recalibration(fit.logits(features) + 1.0, outcome).of(fit)
    assert auc(moved.logits(features), outcome).value == auc(fit.logits(features), outcome).value
    assert moved.intercept + moved.contributions(features).sum(axis=1) == pytest.approx(moved.logits(features))


def test_bands_hold_every_case_once_with_enough_in_each() -> None:
    rng = np.random.default_rng(5)
    chances = rng.beta(0.3, 20, size=5_000)
    outcome = rng.random(5_000) < chances
    table = bands(chances, outcome)
    assert len(table) == 10
    assert sum(band.n for band in table) == 5_000
    assert min(band.n for band in table) >= LEAST_BAND
    assert [band.predicted for band in table] == sorted(band.predicted for band in table)
    assert sum(band.n * band.observed.value for band in table) == pytest.approx(outcome.sum())
    assert table[0].n > 10 * table[-1].n  # rare outcomes: many that were given little, few that were given much


def test_equals_stay_in_one_band() -> None:
    chances = np.repeat([0.2, 0.6], [140, 60])
    table = bands(chances, np.arange(200) % 2 == 0)
    assert [(band.n, round(band.predicted, 6)) for band in table] == [(140, 0.2), (60, 0.6)]
    assert len(bands(np.full(100, 0.3), np.arange(100) < 30)) == 1


def test_honest_probabilities_show_no_error_beyond_chance_and_wrong_ones_do() -> None:
    rng = np.random.default_rng(6)
    clear = alarms = 0
    for _ in range(60):
        chances = rng.uniform(0.05, 0.95, 400)
        outcome = rng.random(400) < chances
        honest, wrong = calibration_error(chances, outcome), calibration_error(chances**3, outcome)
        assert honest.low is not None
        assert wrong.low is not None
        clear += honest.low < 0.03
        alarms += wrong.low > 0.1
    assert clear >= 57
    assert alarms == 60


def test_predicting_four_times_too_many_is_a_quarter() -> None:
    rng = np.random.default_rng(7)
    outcome = rng.random(4_000) < 0.1
    ratio = total_ratio(np.full(4_000, 0.4), outcome).estimate()
    assert ratio.value == pytest.approx(0.25, abs=0.03)
    assert ratio.low is not None
    assert ratio.high is not None
    assert 0.2 < ratio.low < 0.25 < ratio.high < 0.3


def test_right_chances_are_all_within_their_ranges_in_about_nineteen_tables_of_twenty() -> None:
    """And chances drawn too far apart are caught in nearly all: the verdict stands on these ranges."""

    def caught(stretch: float) -> int:
        found = 0
        for seed in range(100):
            rng = np.random.default_rng(seed)
            logits = rng.normal(size=400) * 1.5
            outcome = rng.random(400) < sigmoid(logits)
            found += any(band.off for band in bands(sigmoid(stretch * logits), outcome))
        return found

    assert caught(1.0) <= 8
    assert caught(2.5) >= 90
