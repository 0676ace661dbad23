"""Our panel estimators against statsmodels and linearmodels, to six digits."""

from collections.abc import Callable
from types import ModuleType
from typing import TypeAlias

import numpy as np
import pytest

from bothsides.diagnosis.elasticity.counts import logit, poisson
from bothsides.diagnosis.elasticity.regression import ols, two_stage

Oracle: TypeAlias = Callable[[str], ModuleType]

CELLS, WEEKS = 12, 20


@pytest.fixture(scope="module", params=[0.0, 0.15], ids=["balanced", "with gaps"])
def panel(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    cell, week = rng.normal(size=(CELLS, 1)), rng.normal(size=(1, WEEKS))
    z = rng.normal(size=(CELLS, WEEKS))
    hidden = rng.normal(size=(CELLS, WEEKS))
    x = 0.7 * z + hidden + cell
    other = rng.normal(size=(CELLS, WEEKS)) + 0.3 * week
    y = 0.5 * x - 0.2 * other + cell + week + hidden + rng.normal(size=(CELLS, WEEKS))
    trials = rng.integers(20, 60, (CELLS, WEEKS)).astype(float)
    eta = 0.4 * x - 0.3 * other + 0.2 * cell + 0.2 * week
    counts = rng.poisson(np.exp(0.3 * eta + 0.5)).astype(float)
    left = rng.binomial(trials.astype(int), 1 / (1 + np.exp(2 - 0.3 * eta))).astype(float)
    arrays = {"y": y, "x": x, "z": z, "other": other, "counts": counts, "left": left, "trials": trials}
    arrays["x"] = np.where(rng.random((CELLS, WEEKS)) < request.param, np.nan, x)
    return arrays


def frame(panel: dict[str, np.ndarray], pd: ModuleType):  # type: ignore[no-untyped-def]
    cell, week = np.divmod(np.arange(CELLS * WEEKS), WEEKS)
    rows = pd.DataFrame({name: array.ravel() for name, array in panel.items()} | {"cell": cell, "week": week})
    return rows.dropna()


def dummies(rows, pd: ModuleType):  # type: ignore[no-untyped-def]
    cells = pd.get_dummies(rows["cell"], prefix="c", dtype=float)
    weeks = pd.get_dummies(rows["week"], prefix="w", dtype=float, drop_first=True)
    return pd.concat([cells, weeks], axis=1)


def uncorrected(fit):  # type: ignore[no-untyped-def]
    """Cluster-robust errors without any small-sample correction, as the peers give them when asked."""
    return np.sqrt(np.diag(fit.influence.T @ fit.influence))


def test_two_way_least_squares_equal_linearmodels_and_statsmodels(panel: dict[str, np.ndarray], oracle: Oracle) -> None:
    pd, models, sm = oracle("pandas"), oracle("linearmodels"), oracle("statsmodels.api")
    ours = ols(panel["y"], np.stack([panel["x"], panel["other"]]))
    rows = frame(panel, pd)
    indexed = rows.set_index(["cell", "week"])
    theirs = models.PanelOLS(indexed["y"], indexed[["x", "other"]], entity_effects=True, time_effects=True).fit()
    np.testing.assert_allclose(ours.slope, theirs.params, rtol=1e-6)
    design = pd.concat([rows[["x", "other"]], dummies(rows, pd)], axis=1)
    groups = {"groups": rows["cell"].to_numpy(), "use_correction": False}
    dummied = sm.OLS(rows["y"], design).fit(cov_type="cluster", cov_kwds=groups)
    np.testing.assert_allclose(uncorrected(ours), dummied.bse[["x", "other"]], rtol=1e-6)


def test_two_stage_least_squares_equal_linearmodels(panel: dict[str, np.ndarray], oracle: Oracle) -> None:
    pd, models = oracle("pandas"), oracle("linearmodels")
    ours = two_stage(panel["y"], np.stack([panel["x"], panel["other"]]), np.stack([panel["z"], panel["other"]]))
    rows = frame(panel, pd)
    exogenous = pd.concat([rows[["other"]], dummies(rows, pd)], axis=1)
    model = models.IV2SLS(rows["y"], exogenous, rows[["x"]], rows[["z"]])
    theirs = model.fit(cov_type="clustered", clusters=rows["cell"], debiased=False)
    np.testing.assert_allclose(ours.slope, theirs.params[["x", "other"]], rtol=1e-6)
    np.testing.assert_allclose(uncorrected(ours), theirs.std_errors[["x", "other"]], rtol=1e-6)


@pytest.mark.parametrize("model", ["counts", "left"])
def test_count_models_with_effects_equal_statsmodels(panel: dict[str, np.ndarray], model: str, oracle: Oracle) -> None:
    pd, sm = oracle("pandas"), oracle("statsmodels.api")
    wide = np.stack([panel["x"], panel["other"]])
    rows = frame(panel, pd)
    design = pd.concat([rows[["x", "other"]], dummies(rows, pd)], axis=1)
    if model == "counts":
        ours = poisson(panel["counts"], wide)
        theirs = sm.GLM(rows["counts"], design, family=sm.families.Poisson())
    else:
        ours = logit(panel["left"], panel["trials"], wide)
        outcomes = np.stack([rows["left"], rows["trials"] - rows["left"]], axis=1)
        theirs = sm.GLM(outcomes, design, family=sm.families.Binomial())
    groups = {"groups": rows["cell"].to_numpy(), "use_correction": False}
    fitted = theirs.fit(tol=1e-12, maxiter=200, cov_type="cluster", cov_kwds=groups)
    assert ours.converged
    np.testing.assert_allclose(ours.slope, fitted.params[["x", "other"]], rtol=1e-6)
    np.testing.assert_allclose(uncorrected(ours), fitted.bse[["x", "other"]], rtol=1e-6)


def test_exposure_is_an_offset(panel: dict[str, np.ndarray], oracle: Oracle) -> None:
    pd, sm = oracle("pandas"), oracle("statsmodels.api")
    ours = poisson(panel["left"], panel["x"][None], exposure=panel["trials"])
    rows = frame(panel, pd)
    design = pd.concat([rows[["x"]], dummies(rows, pd)], axis=1)
    theirs = sm.GLM(rows["left"], design, family=sm.families.Poisson(), exposure=rows["trials"]).fit(tol=1e-12)
    np.testing.assert_allclose(ours.slope, theirs.params[["x"]], rtol=1e-6)
