"""What a model's card and answer say in plain words: the same on the screen, in the report and in what is kept."""

from collections.abc import Mapping

from bothsides.predict.lifetime_value import LifetimeValues
from bothsides.predict.model_card import Estimate, ModelCard, ModelVerdict
from bothsides.predict.scores import Prediction
from bothsides.predict.spend import SpendForecast

NAMES: Mapping[str, str] = {
    "churn": "Churn",
    "ltv": "Lifetime value",
    "spend": "Spend forecast",
    "match": "New pairs",
    "upsell": "Upsell",
}
"""What each model is called."""

SHORT: Mapping[ModelVerdict, str] = {
    ModelVerdict.USABLE: "usable",
    ModelVerdict.NOT_CALIBRATED: "ranks only",
    ModelVerdict.NO_SIGNAL: "no signal",
    ModelVerdict.TOO_LITTLE: "too little data",
}
"""Each verdict where there is little room."""

MEASURES: Mapping[str, str] = {
    "auc": "pairs put in the right order (AUC)",
    "recall_at_10": "of what came, among the ten likeliest",
    "ece": "chance off by, on average (ECE)",
    "observed_to_predicted": "came for each one foretold",
    "brier": "squared miss of the chance (Brier)",
    "log_loss": "surprise at what came (log loss)",
    "mae": "miss per account, on average",
    "rmse": "the same, large misses counted more",
    "mse": "squared miss, which decides",
}
"""Each measure in words, the field's term in brackets."""

MONEY = ("ltv", "spend")
"""Models that say amounts and not chances."""


def title(card: ModelCard) -> str:
    """The model's name and the side it speaks of."""
    return f"{NAMES.get(card.model, card.model)}{f', {card.side.value}s' if card.side else ''}"


def verdict_said(card: ModelCard) -> str:
    """The verdict in words that say what it may be used for."""
    if card.verdict is not ModelVerdict.NOT_CALIBRATED:
        return card.verdict.value
    return f"usable to rank, not as {'an amount' if card.model in MONEY else 'a probability'}"


def sentence(text: str) -> str:
    """The text beginning with a capital and ending with a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def headline(answer: Prediction | LifetimeValues | SpendForecast) -> str:
    """The answer in one line: its first figure, and how much came of what was foretold; else why there is none."""
    card = answer.card
    if card.verdict in (ModelVerdict.NO_SIGNAL, ModelVerdict.TOO_LITTLE):
        return sentence(card.reason)
    if isinstance(answer, Prediction):
        return _ranking(card)
    return _lifetime(answer) if isinstance(answer, LifetimeValues) else _spend(answer)


def is_rule(card: ModelCard) -> bool:
    """Whether one feature, the rule's, is all that has a part in it."""
    return sum(1 for feature in card.features if feature.weight) == 1


def _ranking(card: ModelCard) -> str:
    ranking, level = card.measured("auc"), card.measured("observed_to_predicted")
    said = []
    if ranking is not None:
        rule = "" if ranking.baseline is None else f", the rule {100 * ranking.baseline.value:.0f}"
        how = f", by the rule alone ({card.baseline})" if is_rule(card) else rule
        said.append(f"{100 * ranking.model.value:.0f} of 100 pairs in the right order{how}")
    if level is not None:
        said.append(_came(level.model))
    return sentence("; ".join(said))


def _lifetime(answer: LifetimeValues) -> str:
    level = f"{_came(answer.money_factor)} in the last {answer.tested_months} months"
    if not answer.card.usable or answer.total is None:
        return sentence(f"no amounts, the order alone: {level}")
    return f"{ranged(answer.total, answer.currency)} {answer.of} in the next {answer.horizon_months} months; {level}."


def _spend(answer: SpendForecast) -> str:
    latest = answer.past[0] if answer.past else None
    came = Estimate(value=latest.observed / latest.predicted) if latest is not None and latest.predicted else None
    if not answer.card.usable or answer.total is None or answer.span is None:
        return sentence(f"no amounts, the order alone: {_came(came)} in the last three months")
    span = f"{answer.span[0]} to {answer.span[1]}"
    return f"{ranged(answer.total, answer.currency)} GMV from {span}; {_came(came)} in the last three months."


def _came(factor: Estimate | None) -> str:
    return "more came than the nothing foretold" if factor is None else f"{100 * factor.value:.0f} came of 100 foretold"


TWO_SIDES = (
    "The two spend forecasts foretell the same trade, each from its own side's accounts that are not closed, so they "
    "differ: take them as a range and do not add them."
)
"""Why buyers' and suppliers' totals of the next three months are not the same number."""


def ranged(found: Estimate, currency: str) -> str:
    """An amount with its range.

    >>> ranged(Estimate(value=1200.4, low=900, high=1500), "EUR")
    'EUR 1,200 (900 to 1,500)'
    """
    text = f"{currency} {found.value:,.0f}"
    return text if found.low is None or found.high is None else f"{text} ({found.low:,.0f} to {found.high:,.0f})"
