"""Our repeat-buying models against the package `lifetimes`: same parameters, same expectations, same chances."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from bothsides.predict.maximum_likelihood import Histories
from bothsides.predict.mbg_nbd import fit_mbg_nbd
from bothsides.predict.pareto_nbd import fit_pareto_nbd
from tests.predict.histories import left_after, watched

AHEAD = 20.0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("theirs", "names", "ours"),
    [
        ("ParetoNBDFitter", ("r", "alpha", "s", "beta"), fit_pareto_nbd),
        ("ModifiedBetaGeoFitter", ("r", "alpha", "a", "b"), fit_mbg_nbd),
    ],
)
def test_parameters_and_forecasts_are_those_of_lifetimes(
    oracle: Callable[[str], ModuleType], theirs: str, names: tuple[str, ...], ours: Callable[[Histories], Any]
) -> None:
    rng = np.random.default_rng(8)
    seen, _ = watched(rng, *left_after(rng, 800, r=0.8, alpha=6.0, s=0.7, beta=10.0), age=40.0, ahead=AHEAD)
    fitter = getattr(oracle("lifetimes"), theirs)(penalizer_coef=0.0)
    fitter.fit(seen.frequency, seen.recency, seen.age)
    model = ours(seen).model
    assert model.vector == pytest.approx([float(fitter.params_[name]) for name in names], rel=0.01)
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(AHEAD, seen.frequency, seen.recency, seen.age)
    assert model.expected(seen, AHEAD) == pytest.approx(np.asarray(expected), rel=0.01, abs=1e-3)
    alive = np.asarray(fitter.conditional_probability_alive(seen.frequency, seen.recency, seen.age)).reshape(-1)
    assert model.alive(seen) == pytest.approx(alive, abs=0.005)
