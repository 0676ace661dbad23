"""Pareto/NBD: published parameters found again, known truth recovered, and the integral against the closed form."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

from bothsides.predict.pareto_nbd import ParetoNBD, _score, fit_pareto_nbd
from tests.predict.cdnow import CALIBRATION_WEEKS, read_cdnow
from tests.predict.histories import left_after, some, watched

PUBLISHED = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
"""Fader and Hardie 2005, CDNOW, the tenth of the customers."""


def closed_form(model: ParetoNBD, x: float, tx: float, age: float) -> float:
    """Log-likelihood by Gauss's hypergeometric function, Fader and Hardie 2005, equation 18 (alpha below beta)."""
    r, alpha, s, beta = model.vector
    power = r + s + x
    parts = [
        hyp2f1(power, r + x, power + 1, (beta - alpha) / (beta + t)) / (beta + t) ** power for t in (tx, age)
    ]  # fmt: skip
    inside = 1 / ((alpha + age) ** (r + x) * (beta + age) ** s) + s / power * (parts[0] - parts[1])
    return float(gammaln(r + x) - gammaln(r) + r * math.log(alpha) + s * math.log(beta) + math.log(inside))


@pytest.mark.parametrize(("x", "tx", "age"), [(0, 0, 38.86), (2, 30.43, 38.86), (1, 1.71, 38.86), (26, 31, 33)])
def test_the_likelihood_is_that_of_the_published_closed_form(x: float, tx: float, age: float) -> None:
    ours, _ = _score(np.log(PUBLISHED.vector), some((x, tx, age)))
    assert ours[0] == pytest.approx(closed_form(PUBLISHED, x, tx, age), rel=1e-9)


@pytest.mark.parametrize("vector", [(0.5, 3.0, 0.6, 3.0), (0.3, 50.0, 2.5, 0.5), (5.0, 0.2, 0.2, 40.0), (1, 10, 1, 10)])
@pytest.mark.parametrize(("x", "tx", "age"), [(0, 0, 60), (3, 20, 60), (250, 55, 60)])
def test_extreme_parameters_and_heavy_buyers_do_not_break_it(
    vector: tuple[float, ...], x: float, tx: float, age: float
) -> None:
    r, alpha, s, beta = vector
    peak = (r + x) * math.log(alpha + tx)

    def leaving(y: float) -> float:
        return math.exp(peak - (r + x) * math.log(alpha + y)) * s * (beta + y) ** -(s + 1)

    stayed = math.exp(peak - (r + x) * math.log(alpha + age)) * (beta + age) ** -s
    inside = stayed + quad(leaving, tx, age, epsabs=0, epsrel=1e-11, limit=400, points=[tx + 0.2, tx + 2])[0]
    truth = gammaln(r + x) - gammaln(r) + r * math.log(alpha) + s * math.log(beta) + math.log(inside) - peak
    ours, _ = _score(np.log(vector), some((x, tx, age)))
    assert ours[0] == pytest.approx(float(truth), rel=1e-8)


def test_the_slopes_are_those_of_the_likelihood() -> None:
    seen, theta = some((0, 0, 30), (2, 5, 30), (9, 29, 30)), np.log([0.6, 8.0, 0.9, 12.0])
    _, slopes = _score(theta, seen)
    for i in range(4):
        nudge = np.eye(4)[i] * 1e-6
        by_hand = (_score(theta + nudge, seen)[0] - _score(theta - nudge, seen)[0]) / 2e-6
        assert slopes[:, i] == pytest.approx(by_hand, abs=1e-6)


def test_parameters_that_made_the_accounts_are_found_again() -> None:
    rng = np.random.default_rng(11)
    truth = {"r": 1.2, "alpha": 6.0, "s": 1.5, "beta": 30.0}
    seen, later = watched(rng, *left_after(rng, 20_000, **truth), age=52.0, ahead=26.0)
    model = fit_pareto_nbd(seen).model
    assert model.r / model.alpha == pytest.approx(0.2, rel=0.05)
    assert model.expected(seen, 26.0).sum() == pytest.approx(later.sum(), rel=0.03)
    often = seen.frequency >= 5
    assert model.expected(seen, 26.0)[often].sum() == pytest.approx(later[often].sum(), rel=0.05)


def test_an_account_silent_for_long_after_many_purchases_is_likely_gone() -> None:
    alive = PUBLISHED.alive(some((10, 38, 38.86), (10, 10, 38.86), (1, 38, 38.86)))
    assert alive[0] > 0.95 > 0.05 > alive[1]
    expected = PUBLISHED.expected(some((10, 38, 38.86), (10, 10, 38.86)), 39.0)
    assert expected[0] > 20 * expected[1]


def test_a_leaving_hazard_at_the_removable_singularity_changes_nothing() -> None:
    near = [ParetoNBD(r=0.5, alpha=10.0, s=s, beta=11.0).expected(some((2, 20, 30)), 39.0)[0] for s in (1.0, 1 + 1e-6)]
    assert near[0] == pytest.approx(near[1], rel=1e-5)


def test_too_few_accounts_and_no_repeat_are_refused() -> None:
    with pytest.raises(ValueError, match="1 accounts: at least 2"):
        fit_pareto_nbd(some((1, 2, 3)))
    with pytest.raises(ValueError, match="bought a second time"):
        fit_pareto_nbd(some((0, 0, 3), (0, 0, 9)))
    with pytest.raises(ValueError, match="beta 0"):
        ParetoNBD(r=1, alpha=1, s=1, beta=0)


@pytest.mark.real_data
def test_the_published_parameters_come_out_of_the_published_data(real_data: Path) -> None:
    seen, later = read_cdnow(real_data, "CDNOW_sample.txt")
    model = fit_pareto_nbd(seen.histories).model
    assert model.vector == pytest.approx(PUBLISHED.vector, rel=0.005)
    wrong = np.abs(model.expected(seen.histories, CALIBRATION_WEEKS) - later.occasions)
    assert float(wrong.mean()) < 0.76
