"""MBG/NBD: expectations against quadrature over the chance to leave, slopes, known truth, published data."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from bothsides.predict.mbg_nbd import MBGNBD, _score, fit_mbg_nbd
from tests.predict.cdnow import CALIBRATION_WEEKS, read_cdnow
from tests.predict.histories import some

MODEL = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)


@pytest.mark.parametrize(
    "model", [MODEL, MBGNBD(r=2.0, alpha=9.0, a=1.0, b=3.0), MBGNBD(r=0.3, alpha=2.0, a=4.0, b=0.6)]
)
@pytest.mark.parametrize(("x", "tx", "age", "t"), [(3, 10, 30, 39), (0, 0, 20, 150), (150, 30, 38, 300)])
def test_expected_occasions_are_those_of_the_integral(model: MBGNBD, x: float, tx: float, age: float, t: float) -> None:
    seen, rate = some((x, tx, age)), model.alpha + age

    def coming(p: float) -> float:
        return float(
            stats.beta.pdf(p, model.a, model.b + x + 1) * -np.expm1((model.r + x) * np.log(rate / (rate + p * t))) / p
        )

    truth = model.alive(seen)[0] * quad(coming, 0, 1, points=[0.01, 0.1], limit=200)[0]
    assert model.expected(seen, t)[0] == pytest.approx(truth, rel=1e-6)


@pytest.mark.parametrize(
    ("model", "chance"),
    [
        (MBGNBD(r=202_682.9, alpha=859_383.5, a=47_072.7, b=926_280.3), 47_072.7 / 973_353.0),
        (MBGNBD(r=1e6, alpha=2e6, a=1e5, b=9e5), 0.1),
    ],
)
def test_accounts_that_are_all_alike_have_a_number_at_any_horizon(model: MBGNBD, chance: float) -> None:
    """Where accounts do not differ, the fit runs to its bounds and the series of the published formula overflows."""
    seen = some((0, 0, 40), (9, 38, 40), (30, 40, 40))
    for weeks in (1.0, 13.0, 104.0, 156.0):
        coming = -np.expm1(-model.r / model.alpha * weeks * chance) / chance
        assert model.expected(seen, weeks) == pytest.approx(model.alive(seen) * coming, rel=0.001)
        assert model.expected_of_new(weeks) == pytest.approx((1 - chance) * coming, rel=0.001)


@pytest.mark.parametrize("x", [0.0, 7.0])
@pytest.mark.parametrize(
    "model", [MODEL, MBGNBD(r=2.0, alpha=9.0, a=1.0, b=3.0), MBGNBD(r=0.3, alpha=2.0, a=12.0, b=0.6)]
)
def test_the_integral_and_the_series_agree(model: MBGNBD, x: float) -> None:
    rate, mass = np.array([model.alpha + 30.0]), np.array([model.a + model.b + x])
    assert model._integrated(rate, mass, 20.0) == pytest.approx(model._coming(rate, mass, 20.0), rel=1e-6)


def test_the_slopes_are_those_of_the_likelihood() -> None:
    seen, theta = some((0, 0, 30), (2, 5, 30), (9, 29, 30)), np.log([0.6, 8.0, 0.9, 2.0])
    _, slopes = _score(theta, seen)
    for i in range(4):
        nudge = np.eye(4)[i] * 1e-6
        by_hand = (_score(theta + nudge, seen)[0] - _score(theta - nudge, seen)[0]) / 2e-6
        assert slopes[:, i] == pytest.approx(by_hand, abs=1e-6)


def test_a_new_account_may_leave_at_once() -> None:
    rng, n = np.random.default_rng(3), 200_000
    rates, chances = rng.gamma(2.0, 1 / 9.0, n), rng.beta(1.5, 3.0, n)
    stays = rng.random(n) > chances
    until = np.where(stays, rng.geometric(chances), 0)
    bought = np.minimum(rng.poisson(rates * 39.0), until)
    assert MBGNBD(r=2.0, alpha=9.0, a=1.5, b=3.0).expected_of_new(39.0) == pytest.approx(bought.mean(), rel=0.01)


def test_accounts_that_never_leave_are_fitted_as_such() -> None:
    rng, n = np.random.default_rng(5), 3_000
    rates = rng.gamma(2.0, 1 / 9.0, n)
    bought = rng.poisson(rates * 60.0).astype(float)
    last = np.where(bought > 0, 60.0 * rng.random(n) ** (1 / np.maximum(bought, 1)), 0.0)
    seen = some(*zip(bought, last, np.full(n, 60.0), strict=True))
    model = fit_mbg_nbd(seen).model
    assert model.a / (model.a + model.b) < 0.01
    assert model.expected(seen, 30.0).sum() == pytest.approx(rates.sum() * 30, rel=0.05)


@pytest.mark.real_data
def test_on_cdnow_it_is_as_good_as_was_measured(real_data: Path) -> None:
    seen, later = read_cdnow(real_data, "CDNOW_sample.txt")
    fit = fit_mbg_nbd(seen.histories)
    assert fit.model.vector == pytest.approx(MODEL.vector, rel=0.005)
    wrong = np.abs(fit.model.expected(seen.histories, CALIBRATION_WEEKS) - later.occasions)
    assert float(wrong.mean()) < 0.77
