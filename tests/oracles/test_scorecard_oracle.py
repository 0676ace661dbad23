"""A card's chances and ranking beside scikit-learn, on the same public leads."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bothsides.predict.measures import auc
from bothsides.predict.scorecard.binning import cut
from bothsides.predict.scorecard.card import AGREED
from bothsides.predict.scorecard.columns import Leads, Numbers
from bothsides.predict.scorecard.fitting import Fitting, fit_card
from bothsides.predict.scorecard.scoring import points, scores
from bothsides.schema import Side
from tests.predict.scorecard.funnel import START, funnel

Oracle = Callable[[str], ModuleType]
ROOT = Path(__file__).resolve().parents[2]


def _indicators(leads: Leads, won: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """The bins of each field as columns of zeros and ones."""
    found = [cut(name, leads, won) for name in names]
    assert all(found)
    return np.hstack([one.indicators() for one in found if one is not None])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_points_are_scikit_learn_s_ridge_weights_but_for_rounding(oracle: Oracle, seed: int) -> None:
    """Without agreed points a card is ridge regression on bins: its fields' logits differ by half a point at most."""
    peer = oracle("sklearn.linear_model").LogisticRegression
    history, _ = funnel(1500, seed, agreed=False)
    policy = Fitting(ridge=4.0)
    card = fit_card(history, Side.SUPPLIER, effective_from=START, policy=policy, keep=("source", "sku_count"))
    theirs = peer(C=1 / policy.ridge, tol=1e-10, max_iter=10_000)
    design = _indicators(history.leads, history.won, ("source", "sku_count"))
    logits = theirs.fit(design, history.won).decision_function(design)
    ours = scores(card, history.leads).astype(float)
    slope, level = np.polyfit(ours, logits, 1)
    assert set(points(card, history.leads)) == {"source", "sku_count"}
    assert np.abs(logits - slope * ours - level).max() < 1.5 * slope


@pytest.mark.real_data
def test_on_public_leads_a_card_ranks_within_a_hundredth_of_boosting(
    oracle: Oracle, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Learned from the first 70 %, judged on the last; the whole proof does it in five folds."""
    model = oracle("sklearn.ensemble").HistGradientBoostingClassifier
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    data = importlib.import_module("lead_histories").education(real_data)
    history = data.history(data.workshop)
    early, late = (history.at(rows) for rows in (history.decided_at < 6468, history.decided_at >= 6468))
    card = fit_card(early, Side.SUPPLIER, effective_from=0)
    assert AGREED in card.names
    texts = [not isinstance(column, Numbers) for column in early.leads.columns.values()]
    fit = model(categorical_features=texts, learning_rate=0.05, max_leaf_nodes=8, max_iter=100, random_state=1)
    chances = fit.fit(_matrix(early.leads), early.won).predict_proba(_matrix(late.leads))[:, 1]
    ours = auc(card.chances(scores(card, late.scored())), late.won).value
    assert ours > auc(chances, late.won).value - 0.012
    assert ours > 0.87


def _matrix(leads: Leads) -> np.ndarray:
    """Columns as boosting takes them."""
    columns = [
        column.values if isinstance(column, Numbers) else np.where(column.missing, np.nan, column.codes)
        for column in leads.columns.values()
    ]
    return np.column_stack(columns).astype(np.float64)
