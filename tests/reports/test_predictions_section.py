"""The section on predictions: a verdict per model first, calibration folded, and silence where there is no model."""

from dataclasses import replace
from datetime import date

from tests.reports.sample import full

from bothsides.metrics import Better
from bothsides.predict.model_card import Band, Comparison, Estimate, Feature, ModelCard, ModelVerdict
from bothsides.reports.sections.predictions import predictions, said
from bothsides.schema import Side


def _compared(measure: str, model: float, rule: float) -> Comparison:
    gap = Estimate(value=model - rule, low=model - rule - 0.03, high=model - rule + 0.03)
    return Comparison(
        measure=measure,
        better=Better.UP,
        model=Estimate(value=model, low=model - 0.04, high=model + 0.04),
        baseline=Estimate(value=rule),
        gap=gap,
    )


CARD = ModelCard(
    id="churn-buyer",
    model="churn",
    side=Side.BUYER,
    label="no completed order in the next 3 months",
    horizon_months=3,
    method="ridge logistic regression on 2 of 10 features",
    baseline="days since the last order",
    version="0123456789ab",
    train_cutoffs=(date(2025, 1, 1), date(2025, 4, 1)),
    test_span=(date(2025, 7, 1), date(2025, 9, 30)),
    scored_on=date(2025, 10, 1),
    n_train=800,
    n_test=400,
    base_rate_train=0.3,
    base_rate=0.31,
    verdict=ModelVerdict.USABLE,
    reason="it does better than the rule",
    comparisons=(_compared("auc", 0.812, 0.745),),
    bands=(
        Band(n=300, predicted=0.12, observed=Estimate(value=0.14, low=0.1, high=0.19)),
        Band(n=100, predicted=0.78, observed=Estimate(value=0.81, low=0.72, high=0.88)),
    ),
    features=(
        Feature(name="recency", says="days since its last order", mean=3.0, scale=1.0, weight=0.7, psi=0.31),
        Feature(name="orders", says="orders in the last 3 months", mean=1.0, scale=1.0, weight=-0.5, psi=0.02),
        Feature(name="tenure", says="days since its first order", mean=5.0, scale=1.0, weight=0.0),
    ),
    notes=("the level has moved",),
)


def body(*cards: ModelCard) -> str:
    section = predictions(replace(full(), predictions=cards))
    return "" if section is None else str(section.html()).replace("\u00a0", " ")


def test_the_verdict_comes_first_and_the_calibration_folds() -> None:
    text = body(CARD)
    assert "usable; it ranks 81 % of pairs rightly, days since the last order 74 % on 400 cases" in text
    assert text.index("usable;") < text.index("<details")
    assert "What was said and what came" in text
    assert "78 %" in text
    assert "72 % to 88 %" in text
    assert "+0.037 to +0.097" in text
    assert "The level has moved." in text
    assert "Version 0123456789ab" in text


def test_a_level_that_is_off_beyond_chance_stands_beside_the_ranking() -> None:
    def ratio(low: float, high: float) -> Comparison:
        middle = Estimate(value=(low + high) / 2, low=low, high=high)
        return Comparison(measure="observed_to_predicted", better=Better.NEITHER, model=middle)

    off, right = (replace(CARD, comparisons=(*CARD.comparisons, ratio(*ends))) for ends in ((0.81, 0.87), (0.95, 1.05)))
    assert said(off).endswith("on 400 cases of later months; 0.84 came for each one predicted.")
    assert said(right).endswith("on 400 cases of later months.")


def test_features_without_a_part_are_not_listed_and_the_strongest_leads() -> None:
    text = body(CARD)
    assert "days since its first order" not in text
    assert text.index("days since its last order") < text.index("orders in the last 3 months")


def test_where_the_rule_is_the_model_it_says_so() -> None:
    alone = replace(CARD, features=CARD.features[:1])
    assert said(alone).startswith("usable; the rule is enough, days since the last order; it ranks 81")


def test_no_signal_and_too_little_are_said_in_words_without_a_fold() -> None:
    little = replace(
        CARD, verdict=ModelVerdict.TOO_LITTLE, reason="12 of them left; 20 are needed", bands=(), comparisons=()
    )
    silent = replace(CARD, verdict=ModelVerdict.NO_SIGNAL, reason="it ranks no better than chance")
    text = body(little, silent)
    assert "too little data; 12 of them left; 20 are needed." in text
    assert "no signal; it ranks no better than chance." in text
    assert text.count("<details") == 1


def test_a_diagnosis_without_models_has_no_section() -> None:
    assert body() == ""
