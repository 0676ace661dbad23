"""Ridge logistic regression and the area under the ROC curve against scikit-learn."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from bothsides.predict.logistic import Floats, fit_logistic, sigmoid
from bothsides.predict.measures import Bools, auc, brier, log_loss

Oracle = Callable[[str], ModuleType]


def _cases(seed: int) -> tuple[Floats, Bools]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(500, 6)) @ rng.normal(size=(6, 6)) + rng.normal(size=6)
    return features, rng.random(500) < sigmoid(features @ rng.normal(size=6) * 0.4 - 1.0)


@pytest.mark.parametrize("ridge", [0.5, 10.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weights_are_scikit_learn_s(oracle: Oracle, seed: int, ridge: float) -> None:
    peer = oracle("sklearn.linear_model").LogisticRegression
    features, outcome = _cases(seed)
    fit = fit_logistic(features, outcome, ridge=ridge)
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    theirs = peer(C=1 / ridge, tol=1e-10, max_iter=10_000).fit(standard, outcome)
    assert fit.weights == pytest.approx(theirs.coef_[0], abs=1e-5)
    assert fit.intercept == pytest.approx(theirs.intercept_[0], abs=1e-5)
    assert fit.probabilities(features) == pytest.approx(theirs.predict_proba(standard)[:, 1], abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_measures_are_scikit_learn_s(oracle: Oracle, seed: int) -> None:
    peer = oracle("sklearn.metrics")
    features, outcome = _cases(seed)
    chances = np.round(fit_logistic(features, outcome).probabilities(features), 2).clip(0.01, 0.99)
    assert auc(chances, outcome).value == pytest.approx(peer.roc_auc_score(outcome, chances), abs=1e-12)
    assert brier(chances, outcome).value == pytest.approx(peer.brier_score_loss(outcome, chances), abs=1e-12)
    assert log_loss(chances, outcome).value == pytest.approx(peer.log_loss(outcome, chances), abs=1e-12)
