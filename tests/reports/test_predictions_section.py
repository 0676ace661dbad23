"""The section on predictions: a verdict per model first, calibration folded, and silence where there is no model."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from tests.reports.sample import full

from bothsides.diagnosis.at_risk import RiskCount
from bothsides.diagnosis.finding import Place
from bothsides.metrics import Better
from bothsides.predict.model_card import Band, Comparison, Estimate, Feature, ModelCard, ModelVerdict
from bothsides.predict.on_shelf import ShelfLine, Standing
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
    ranks = "usable; it puts 81 % of pairs in the right order, the rule (days since the last order) 74 % on 400 cases"
    assert ranks in text
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
    assert said(off).endswith("on 400 cases of later months; 84 came for each 100 foretold.")
    assert said(right).endswith("on 400 cases of later months.")


def test_features_without_a_part_are_not_listed_and_the_strongest_leads() -> None:
    text = body(CARD)
    assert "days since its first order" not in text
    assert text.index("days since its last order") < text.index("orders in the last 3 months")


def test_where_the_rule_is_the_model_it_says_so() -> None:
    alone = replace(CARD, features=CARD.features[:1])
    assert said(alone).startswith("usable; the rule is enough, days since the last order; it puts 81")


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


COUNT = RiskCount(
    model_id="churn-buyer",
    side=Side.BUYER,
    scored=252,
    lately=220,
    likely=5,
    first=(("Ivory <Labs>", 0.62), ("Quarry Textiles", 0.58)),
)


def page(**more: Any) -> str:
    section = predictions(replace(full(), predictions=(CARD,), **more))
    return "" if section is None else str(section.html()).replace("\u00a0", " ")


def test_counts_names_and_the_finding_stand_beside_the_verdict() -> None:
    told = full()
    finding = replace(told.findings[0], kind="accounts_at_risk", place=Place(side=Side.BUYER), rank=2)
    text = page(at_risk=(COUNT,), findings=(told.findings[0], finding))
    assert "252 accounts scored, 220 of them with an order in the last 3 months; 5 of these at risk" in text
    assert "with most to lose Ivory &lt;Labs&gt; (62 %), Quarry Textiles (58 %)" in text
    assert '<a href="#finding-2">Finding 2 names them</a>' in text
    alone = page(at_risk=(COUNT,), findings=())
    assert "#finding-" not in alone
    command = "<code>bothsides predict churn --side buyer</code>"
    assert f"Too little hangs on them for a finding; the command line lists them first: {command}." in alone
    assert f"Among the findings without a rank; the command line lists them first: {command}." in page(
        at_risk=(COUNT,), findings=(), smaller=(finding,)
    )


def test_the_command_lists_as_many_as_are_at_risk() -> None:
    many = page(at_risk=(replace(COUNT, likely=17),), findings=())
    assert "<code>bothsides predict churn --side buyer --top 17</code>" in many


def test_chances_that_did_not_hold_name_nobody() -> None:
    card = replace(CARD, verdict=ModelVerdict.NOT_CALIBRATED, reason="its chances did not hold in 1 of 5 bands")
    section = predictions(replace(full(), predictions=(card,), at_risk=(replace(COUNT, first=()),)))
    assert section is not None
    text = str(section.html())
    assert "usable to rank, not as a probability; its chances did not hold in 1 of 5 bands." in text
    assert "its chances did not hold, so none is named" in text
    assert "at risk" not in text


def test_stored_models_stand_in_a_line_each_and_the_others_say_how_they_are_made() -> None:
    def line(title: str, standing: Standing, says: str = "") -> ShelfLine:
        known = None if standing in {Standing.NONE, Standing.LATER} else date(2025, 9, 30)
        command = "bothsides predict ltv --side buyer"
        return ShelfLine(
            id="x", title=title, standing=standing, verdict="usable", says=says, known_to=known, command=command
        )

    text = page(
        stored_models=(
            line("Lifetime value, buyers", Standing.FRESH, "EUR 135,009 in the next 8 months."),
            line("Spend forecast, buyers", Standing.OLDER, "EUR 1 in the next three months."),
            line("Spend forecast, suppliers", Standing.BEFORE_LOAD, "EUR 2 in the next three months."),
            line("Lifetime value, suppliers", Standing.LATER),
            line("New pairs", Standing.BROKEN),
            line("Upsell, suppliers", Standing.NONE),
            line("Spend forecast, suppliers", Standing.NONE),
        )
    )
    assert (
        "Lifetime value, buyers</b>: usable; EUR 135,009 in the next 8 months. Made as of 30 September 2025; who"
        in text
    )
    assert "Made before the latest data, as of 30 September 2025; to make it anew: <code>bothsides predict ltv" in text
    assert "EUR 2 in the next three months. Made before the last load, as of 30 September 2025; to make it anew" in text
    assert "Lifetime value, suppliers</b>" not in text
    assert "Left out, since made from what came later: Lifetime value, suppliers." in text
    assert "New pairs</b>: its stored file cannot be read; to make it anew" in text
    assert text.count("The two spend forecasts foretell the same trade") == 1
    assert "Not made yet: Upsell, suppliers; Spend forecast, suppliers. On the command line" in text


def test_a_board_reads_no_jargon_and_no_raw_backticks() -> None:
    silent = replace(
        CARD, verdict=ModelVerdict.TOO_LITTLE, reason="the table `subscriptions` is missing", bands=(), comparisons=()
    )
    judged = replace(CARD, comparisons=(*CARD.comparisons, _compared("ece", 0.05, 0.06)))
    text = body(silent, judged)
    assert "`" not in text
    assert "the table <code>subscriptions</code> is missing." in text
    assert not re.search(r"log.odds|\bECE\b|\bAUC\b", text, re.IGNORECASE)
    assert "chance off by, on average" in text
