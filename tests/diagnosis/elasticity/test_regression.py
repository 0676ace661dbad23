"""Panel regressions recover what was planted, with intervals that clusters carry."""

import math

import numpy as np
import pytest

from bothsides.diagnosis.elasticity.counts import logit, poisson
from bothsides.diagnosis.elasticity.moments import instrumented
from bothsides.diagnosis.elasticity.regression import Interval, anderson_rubin, first_stage, ols, two_stage
from bothsides.diagnosis.elasticity.wild import bootstrap, bootstrap_counts, wild_weights
from bothsides.diagnosis.elasticity.within import two_way

CELLS, WEEKS = 30, 40


def grid(seed: int, *, strength: float = 1.0, cells: int = CELLS) -> dict[str, np.ndarray]:
    """A driver x with an instrument z and a hidden cause of both x and the outcome; the true slope is 0.5."""
    rng = np.random.default_rng(seed)
    shape = cells, WEEKS
    cell, week = rng.normal(size=(cells, 1)), rng.normal(size=(1, WEEKS))
    z, hidden = rng.normal(size=shape), rng.normal(size=shape)
    x = strength * z + hidden + cell + week
    y = 0.5 * x + 0.8 * hidden + cell - week + 0.5 * rng.normal(size=shape)
    counts = rng.poisson(np.exp(0.5 * x + 0.4 * hidden - x.mean())).astype(float)
    return {"x": x, "z": z, "y": y, "counts": counts, "none": np.zeros((0, *shape))}


def test_effects_are_taken_out_exactly_whatever_is_missing() -> None:
    rng = np.random.default_rng(1)
    weight = rng.random((6, 9)) * (rng.random((6, 9)) > 0.3)
    pattern = rng.normal(size=(6, 1)) + rng.normal(size=(1, 9))
    assert np.abs(two_way(weight).residual(np.where(weight > 0, pattern, np.nan))).max() < 1e-9
    rest = two_way(weight).residual(rng.normal(size=(6, 9)))
    assert np.abs((weight * rest).sum(0)).max() < 1e-9
    assert np.abs((weight * rest).sum(1)).max() < 1e-9


def test_an_instrument_sees_through_a_hidden_cause_that_least_squares_does_not() -> None:
    data = grid(2)
    assert ols(data["y"], data["x"][None]).slope[0] > 0.8
    found = two_stage(data["y"], data["x"][None], data["z"][None])
    assert found.slope[0] == pytest.approx(0.5, abs=0.06)
    assert found.interval().holds(0.5)


def test_fewer_instruments_than_regressors_are_refused() -> None:
    data = grid(2)
    with pytest.raises(ValueError, match="1 instruments for 2 regressors"):
        two_stage(data["y"], np.stack([data["x"], data["z"]]), data["z"][None])


def test_the_first_stage_tells_a_strong_instrument_from_a_weak_one() -> None:
    strong, weak = grid(3), grid(3, strength=0.02)
    assert first_stage(strong["x"], strong["z"][None], strong["none"]).f > 100
    assert first_stage(weak["x"], weak["z"][None], weak["none"]).f < 10


def test_one_instrument_more_does_not_change_what_the_f_of_one_means() -> None:
    data = grid(3)
    alone = first_stage(data["x"], data["z"][None], data["none"])
    fit = ols(data["x"], data["z"][None])
    assert alone.f == pytest.approx((fit.slope[0] / fit.error()) ** 2)


def test_anderson_rubin_is_bounded_by_a_strong_instrument_and_open_for_a_weak_one() -> None:
    strong, weak = grid(4), grid(4, strength=0.02)
    held = anderson_rubin(strong["y"], strong["x"], strong["z"], strong["none"])
    assert held.bounded
    assert held.holds(0.5)
    assert not held.holds(1.2)
    assert not anderson_rubin(weak["y"], weak["x"], weak["z"], weak["none"]).bounded


def test_anderson_rubin_in_closed_form_is_where_the_reduced_form_test_accepts() -> None:
    data = grid(5)
    found = anderson_rubin(data["y"], data["x"], data["z"], data["none"])
    for end in (found.low, found.high):
        reduced = ols(data["y"] - end * data["x"], data["z"][None])
        assert reduced.p_value() == pytest.approx(0.05, abs=1e-6)


def test_an_interval_may_be_everything_outside_a_stretch() -> None:
    outside = Interval(low=-1.0, high=2.0, inside=False)
    assert outside.holds(5)
    assert not outside.holds(0)
    assert not outside.bounded


def test_counts_with_an_instrument_recover_the_elasticity() -> None:
    data = grid(6)
    biased = poisson(data["counts"], data["x"][None]).slope[0]
    found = instrumented(data["counts"], data["x"], data["z"], data["none"])
    assert found.elasticity is not None
    assert abs(found.elasticity - 0.5) < abs(biased - 0.5) / 3
    assert found.interval.bounded
    assert found.interval.holds(0.5)


def test_counts_with_a_weak_instrument_are_left_open() -> None:
    data = grid(6, strength=0.01)
    assert not instrumented(data["counts"], data["x"], data["z"], data["none"]).interval.bounded


def test_an_instrument_that_is_the_driver_gives_the_poisson_slope() -> None:
    data = grid(7)
    direct = poisson(data["counts"], data["x"][None])
    through = instrumented(data["counts"], data["x"], data["x"], data["none"])
    assert through.elasticity == pytest.approx(direct.slope[0], abs=0.15)


def test_cells_and_weeks_without_a_count_teach_nothing_and_do_no_harm() -> None:
    data = grid(8)
    silent = data["counts"].copy()
    silent[3], silent[:, 5] = 0, 0
    missing = silent.copy()
    missing[3], missing[:, 5] = np.nan, np.nan
    kept, dropped = poisson(silent, data["x"][None]), poisson(missing, data["x"][None])
    assert kept.slope == pytest.approx(dropped.slope)
    assert (kept.clusters, kept.n) == (CELLS - 1, (CELLS - 1) * (WEEKS - 1))
    assert kept.mean[3].sum() == 0


def test_a_driver_that_parts_zeros_from_the_rest_is_set_aside_and_the_rest_still_told() -> None:
    rng = np.random.default_rng(9)
    x = rng.normal(size=(8, 20))
    parts = (rng.random((8, 20)) < 0.1).astype(float)
    y = np.where(parts > 0, 0.0, 1.0 + rng.poisson(np.exp(0.5 * x)))
    found = poisson(y, np.stack([x, parts]))
    kept = poisson(np.where(parts > 0, np.nan, y), x[None])
    assert found.slope[0] == pytest.approx(kept.slope[0], abs=1e-5)


def test_a_hazard_is_told_as_a_change_of_its_logit() -> None:
    rng = np.random.default_rng(10)
    x = rng.normal(size=(20, 60))
    trials = np.full(x.shape, 200)
    left = rng.binomial(trials, 1 / (1 + np.exp(3.0 + 0.7 * x + rng.normal(size=(20, 1))))).astype(float)
    found = logit(left, trials.astype(float), x[None])
    assert found.converged
    assert found.interval().holds(-0.7)
    assert found.error() < 0.05


def test_the_bootstrap_starts_from_the_estimate_and_its_clustered_error() -> None:
    data = grid(11)
    fit = ols(data["y"], np.stack([data["x"], data["z"]]))
    wild = bootstrap(data["y"], np.stack([data["x"], data["z"]]), seed=1)
    assert wild.slope == pytest.approx(fit.slope[0])
    assert wild.error == pytest.approx(fit.error())
    counts = poisson(data["counts"], data["x"][None])
    again = bootstrap_counts(counts, data["x"][None], counts.mean, seed=1)
    assert (again.slope, again.error) == (pytest.approx(counts.slope[0]), pytest.approx(counts.error(), rel=1e-5))


def test_the_bootstrap_drawn_at_once_equals_one_sample_refitted() -> None:
    rng = np.random.default_rng(12)
    gone = rng.random((9, 15)) < 0.2
    x = np.where(gone, np.nan, rng.normal(size=(9, 15)))
    control = rng.normal(size=(9, 15))
    y = 0.3 * x + 0.5 * control + rng.normal(size=(9, 15))
    null = 0.1
    wild = bootstrap(y, np.stack([x, control]), seed=3)
    restricted = ols(y - null * x, control[None])
    draw = wild.weights[:, 0]
    fitted = y - null * x - restricted.residual + null * x
    refit = ols(np.where(gone, np.nan, fitted + draw[:, None] * restricted.residual), np.stack([x, control]))
    score = wild.score_y - null * wild.score_x
    moved = float(score @ draw) / wild.moved
    assert moved == pytest.approx(refit.slope[0] - null)
    share = (wild.share_y - null * wild.share_x) @ draw
    scores = score * draw - share - wild.score_x * moved
    assert math.sqrt(wild.scale * float(scores @ scores)) / wild.moved == pytest.approx(refit.error())


def test_few_cells_get_six_point_weights_of_mean_zero_and_variance_one() -> None:
    few, many = wild_weights(8, 8, seed=1), wild_weights(40, 40, seed=1)
    assert len(np.unique(np.round(few, 6))) == 6
    assert sorted(np.unique(many)) == [-1, 1]
    assert few.var() == pytest.approx(1, abs=0.05)


def test_an_interval_of_few_clusters_is_wider_than_t_says_and_the_same_every_time() -> None:
    data = grid(13, cells=6)
    fit = poisson(data["counts"], data["x"][None])
    wild = bootstrap_counts(fit, data["x"][None], fit.mean, seed=5).interval()
    assert wild == bootstrap_counts(fit, data["x"][None], fit.mean, seed=5).interval()
    assert wild.high - wild.low > 0.8 * (fit.interval().high - fit.interval().low)
