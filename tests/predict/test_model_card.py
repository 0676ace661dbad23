"""A model's card: its verdicts, its version, and scores that are nothing but the sum of their reasons."""

import math
from dataclasses import replace

import pytest

from bothsides.metrics import Better
from bothsides.predict.model_card import (
    Comparison,
    Estimate,
    ModelCard,
    ModelVerdict,
    Reason,
    Score,
    version_of,
)
from bothsides.schema import Side

CARD = ModelCard(
    id="churn-buyer",
    model="churn",
    side=Side.BUYER,
    label="no completed order",
    horizon_months=3,
    method="ridge logistic regression",
    baseline="days since the last order",
    version="0",
    train_cutoffs=(),
    test_span=None,
    scored_on=None,
    n_train=0,
    n_test=0,
    base_rate_train=None,
    base_rate=None,
    verdict=ModelVerdict.USABLE,
    reason="",
)


def test_only_a_usable_model_speaks_in_probabilities() -> None:
    usable = {verdict: replace(CARD, verdict=verdict).usable for verdict in ModelVerdict}
    ranks = {verdict for verdict in ModelVerdict if replace(CARD, verdict=verdict).ranks}
    assert [verdict for verdict, may in usable.items() if may] == [ModelVerdict.USABLE]
    assert ranks == {ModelVerdict.USABLE, ModelVerdict.NOT_CALIBRATED}


@pytest.mark.parametrize(
    ("better", "low", "high", "wins"),
    [
        (Better.UP, 0.01, 0.09, True),
        (Better.UP, -0.01, 0.09, False),
        (Better.DOWN, -0.09, -0.01, True),
        (Better.DOWN, 0.01, 0.09, False),
    ],
)
def test_a_model_wins_only_where_the_whole_interval_is_on_the_good_side(
    better: Better, low: float, high: float, wins: bool
) -> None:
    gap = Estimate(value=(low + high) / 2, low=low, high=high)
    compared = Comparison(measure="auc", better=better, model=gap, baseline=gap, gap=gap)
    assert compared.wins is wins
    assert replace(CARD, comparisons=(compared,)).measured("auc") is compared
    assert replace(CARD, comparisons=(compared,)).measured("brier") is None


def test_without_an_interval_nothing_is_won() -> None:
    point = Estimate(value=0.2)
    assert not Comparison(measure="auc", better=Better.UP, model=point, baseline=point, gap=point).wins


def test_a_score_is_the_sum_of_its_reasons() -> None:
    parts = (0.1, -0.7, 0.2, 1.3)
    reasons = tuple(
        Reason(feature=f"f{i}", says="", value=0.0, typical=0.0, contribution=part) for i, part in enumerate(parts)
    )
    score = Score(account=1, name="Acme", intercept=-0.4, reasons=reasons)
    assert score.logit == math.fsum((-0.4, *parts))
    assert score.probability == pytest.approx(1 / (1 + math.exp(-0.5)))
    assert [reason.feature for reason in score.leading(2)] == ["f3", "f2"]


@pytest.mark.parametrize("intercept", [-800.0, 800.0])
def test_a_hopeless_or_certain_case_does_not_overflow(intercept: float) -> None:
    assert Score(account=1, name="", intercept=intercept, reasons=()).probability == (intercept > 0)


def test_a_version_changes_with_the_content_and_not_with_rounding_noise() -> None:
    content = {"features": ("a", "b"), "weights": [0.3, 1.0], "side": Side.BUYER}
    assert version_of(content) == version_of({**content, "weights": [0.1 + 0.2, 1.0]})
    assert version_of(content) != version_of({**content, "weights": [0.31, 1.0]})
    assert version_of(content) != version_of({**content, "features": ("b", "a")})
    assert version_of({"x": -0.0}) == version_of({"x": 0.0})


def test_a_reason_is_always_given() -> None:
    def score(*contributions: float) -> Score:
        parts = [
            Reason(feature=f"f{i}", says=f"feature {i}", value=1.0, typical=2.0, contribution=part)
            for i, part in enumerate(contributions)
        ]
        return Score(account=1, name="A", intercept=0.0, reasons=tuple(parts))

    assert score(0.2, -3.0, 0.4).why() == "feature 2: low; feature 0: low"
    assert score(-0.2, -3.0).why(1) == "nothing raises it; lowered by feature 1: low"
    assert score().why() == "nothing tells it from the others"
