"""Regressions with cell and week effects, against the same written out in dummies."""

import numpy as np
import pytest

from bothsides.diagnosis.threshold.effects import profile, residuals, sweep

RNG = np.random.default_rng(4)
CELLS, WEEKS = 9, 66
WEIGHTS = RNG.uniform(0.2, 3.0, (CELLS, WEEKS)) * (RNG.random((CELLS, WEEKS)) > 0.1)
SMOOTH = RNG.normal(size=(CELLS, WEEKS, 2))
COLUMNS = (RNG.normal(size=(CELLS, WEEKS, 3)) > 0).astype(float)
RESPONSE = RNG.normal(size=(CELLS, WEEKS)) - 0.7 * COLUMNS[:, :, 1]


def dummies(*, weeks: bool = True) -> np.ndarray:
    """Every effect as a column of its own."""
    cell = np.repeat(np.eye(CELLS), WEEKS, axis=0)
    week = np.tile(np.eye(WEEKS), (CELLS, 1))[:, 1:]
    return np.hstack([cell, *([week] if weeks else []), SMOOTH.reshape(-1, 2)])


def test_a_columns_coefficient_is_that_of_the_regression_written_out() -> None:
    found = profile(sweep(WEIGHTS, SMOOTH), RESPONSE, COLUMNS, np.ones((1, CELLS)))
    root = np.sqrt(WEIGHTS.reshape(-1, 1))
    for i in range(3):
        design = np.hstack([dummies(), COLUMNS[:, :, i].reshape(-1, 1)])
        whole = np.linalg.lstsq(root * design, root[:, 0] * RESPONSE.reshape(-1), rcond=None)[0]
        assert found.coefficient[0, i] == pytest.approx(whole[-1], abs=1e-7)


def test_its_gain_is_how_much_less_is_left_unexplained() -> None:
    found = profile(sweep(WEIGHTS, SMOOTH), RESPONSE, COLUMNS, np.ones((1, CELLS)))
    root, y = np.sqrt(WEIGHTS.reshape(-1, 1)), RESPONSE.reshape(-1)
    left = []
    for design in (dummies(), np.hstack([dummies(), COLUMNS[:, :, 1].reshape(-1, 1)])):
        fitted = np.linalg.lstsq(root * design, root[:, 0] * y, rcond=None)[0]
        left.append(float((WEIGHTS.reshape(-1) * (y - design @ fitted) ** 2).sum()))
    assert found.gain[0, 1] == pytest.approx(left[0] - left[1], rel=1e-6)


def test_residuals_have_no_mean_in_any_cell_or_week() -> None:
    rest = residuals(sweep(WEIGHTS, SMOOTH), COLUMNS)
    assert np.abs(np.einsum("ct,ctq->cq", WEIGHTS, rest)).max() < 1e-6
    assert np.abs(np.einsum("ct,ctq->tq", WEIGHTS, rest)).max() < 1e-6


def test_a_resample_with_every_cell_once_is_the_sample() -> None:
    effects = sweep(WEIGHTS, SMOOTH)
    twice = profile(effects, RESPONSE, COLUMNS, np.vstack([np.ones(CELLS), 2 * np.ones(CELLS)]))
    assert twice.coefficient[0] == pytest.approx(twice.coefficient[1])
    assert twice.gain[1] == pytest.approx(2 * twice.gain[0])


def test_a_column_that_says_nothing_beside_the_cells_gets_nothing() -> None:
    alike = np.repeat(np.arange(CELLS, dtype=float)[:, None, None], WEEKS, axis=1)
    found = profile(sweep(WEIGHTS, SMOOTH), RESPONSE, alike, np.ones((1, CELLS)))
    assert abs(found.gain[0, 0]) < 1e-6
