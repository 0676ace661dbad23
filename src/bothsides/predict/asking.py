"""Every model by its name: what it is asked, of which side, and what is kept of its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from bothsides.metrics import Store
from bothsides.predict.churn import churn
from bothsides.predict.in_words import headline
from bothsides.predict.lifetime_value import LifetimeValues, lifetime_values
from bothsides.predict.match import match
from bothsides.predict.model_card import ModelCard, ModelVerdict
from bothsides.predict.scores import Prediction
from bothsides.predict.shelf import plain
from bothsides.predict.spend import SpendForecast, spend_forecast
from bothsides.predict.upsell import upsell
from bothsides.schema import Side

Answer: TypeAlias = Prediction | LifetimeValues | SpendForecast

MOST_KEPT = 5_000
"""Scores kept of one model, the highest first: a list longer than this nobody calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked with: the side, the last day to know, and for lifetime value how it is reckoned.

    `credit` is the buyer's share of a commission, 0 to 1; `horizon_months` is 24 or 36; `discount` a yearly rate.
    """

    side: Side | None = None
    as_of: date | None = None
    credit: float = 0.5
    horizon_months: int = 24
    discount: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model by its name: its question in words, whether each side has its own, and who answers."""

    name: str
    question: str
    by_side: bool
    ask: Callable[[Store, Question], Answer]


def _side(question: Question) -> Side:
    if question.side is None:
        raise ValueError("this model is asked of one side: buyer or supplier")
    return question.side


def _ltv(store: Store, question: Question) -> Answer:
    side = _side(question)
    return lifetime_values(
        store,
        side,
        as_of=question.as_of,
        horizon_months=question.horizon_months,
        discount=question.discount,
        credit=question.credit if side is Side.BUYER else 1 - question.credit,
    )


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            name="churn",
            question="Who will stop trading?",
            by_side=True,
            ask=lambda store, q: churn(store, _side(q), as_of=q.as_of),
        ),
        Model(name="ltv", question="What will each account still bring?", by_side=True, ask=_ltv),
        Model(
            name="spend",
            question="What will be spent in the next three months?",
            by_side=True,
            ask=lambda store, q: spend_forecast(store, _side(q), as_of=q.as_of),
        ),
        Model(
            name="match",
            question="Which buyer will start to buy from which supplier?",
            by_side=False,
            ask=lambda store, q: match(store, as_of=q.as_of),
        ),
        Model(
            name="upsell",
            question="Which suppliers will move to a dearer plan?",
            by_side=False,
            ask=lambda store, q: upsell(store, as_of=q.as_of),
        ),
    )
}
"""Every model that can be asked, by name."""

HELPS: Mapping[ModelVerdict, str] = {
    ModelVerdict.TOO_LITTLE: "What would help: a longer history. Load older orders; months that are over count as much "
    "as those to come.",
    ModelVerdict.NO_SIGNAL: "What would help: more than orders, such as searches, visits, requests and replies of each "
    "account. Until then treat accounts alike.",
    ModelVerdict.NOT_CALIBRATED: "What would help: the next months, once the market has settled.",
}
"""What a person can do about each verdict."""


def help_for(card: ModelCard) -> str | None:
    """What would help a model that may not speak, or not in numbers; None where nothing is needed."""
    if card.lacks:
        return f"What would help: load the table `{card.lacks}`. How to map a file to it: docs/mapping.md."
    return HELPS.get(card.verdict)


def kept(answer: Answer) -> dict[str, Any]:
    """What is kept of an answer beside its card: it in one line, what it says of each account and what that rests on.

    Of lifetime values that only rank an account's is kept as a multiple of the mean, of spend what was spent last.
    """
    said = {"headline": headline(answer)}
    if isinstance(answer, Prediction):
        return said | {"scores": [_score(s) for s in answer.highest(MOST_KEPT)]}
    if answer.card.usable:
        each = [[one.account, one.value] for one in answer.accounts[:MOST_KEPT]]
    elif isinstance(answer, LifetimeValues):
        mean = answer.mean_value or 1.0
        each = [[one.account, one.value / mean] for one in answer.accounts[:MOST_KEPT]]
    else:
        each = [[one.account, one.last] for one in answer.accounts[:MOST_KEPT]]
    return said | amounts_told(answer) | {"scores": each}


_AMOUNTS = ("total", "per_account", "new_account")


def amounts_told(answer: LifetimeValues | SpendForecast) -> dict[str, Any]:
    """All but the card and the accounts as plain data; totals are null where only the order may be used."""
    held = () if answer.card.usable else _AMOUNTS
    return {
        name: None if name in held else plain(getattr(answer, name))
        for name in answer.__slots__
        if name not in ("card", "accounts")
    }


def _score(score: Any) -> list[Any]:
    who = [score.account] if score.counterparty is None else [score.account, score.counterparty]
    return [*who, score.probability]
