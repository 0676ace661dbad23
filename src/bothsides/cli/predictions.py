"""Predictions as records and on the screen: a line a model, or one whole: verdict, figures, who comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bothsides.cli.prediction_tables import (
    AUDITED,
    accounts,
    at_risk,
    calibration,
    candidates,
    comparisons,
    first_scores,
)
from bothsides.cli.terminal import plain
from bothsides.predict.asking import Answer, amounts_told, help_for
from bothsides.predict.churn_features import GONE_AFTER_MONTHS, LATELY_MONTHS, ordered_lately
from bothsides.predict.in_words import SHORT, TWO_SIDES, headline, ranged, sentence, title, verdict_said
from bothsides.predict.lifetime_value import LifetimeValues
from bothsides.predict.model_card import Estimate, ModelCard
from bothsides.predict.scores import Prediction
from bothsides.predict.shelf import Stored
from bothsides.predict.shelf import plain as as_data
from bothsides.predict.since import Since
from bothsides.predict.spend import SpendForecast

MOST_SINCE = 4
"""Sentences on what has become of the stored model; the others stand in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One model's answer, with what is stored of it now and what has become of what was stored before.

    `error` says why the stored one cannot be read; then nothing was stored in its place.
    """

    question: str
    answer: Answer
    currency: str = ""
    stored: Stored | None = None
    since: Since | None = None
    error: str = ""

    @property
    def card(self) -> ModelCard:
        """The answer's card."""
        return self.answer.card


def as_record(told: Told, top: int, *, audited: float = AUDITED) -> dict[str, Any]:
    """Plain data: shares 0 to 1, money in major units of `currency`, durations by the unit in their name.

    Where a model only ranks, its scores are no probabilities and its amounts are not told: these are null.
    """
    answer = told.answer
    record: dict[str, Any] = {
        "model": told.card.model,
        "side": None if told.card.side is None else told.card.side.value,
        "verdict": told.card.verdict.value,
        "verdict_said": verdict_said(told.card),
        "headline": headline(answer),
        "reason": told.card.reason,
        "help": help_for(told.card),
        "error": told.error or None,
        "card": as_data(told.card),
        "stored": None
        if told.stored is None
        else {"version": told.stored.version, "window": as_data(told.stored.window), "load_id": told.stored.load_id},
        "since_stored": as_data(told.since),
        "currency": told.currency,
        "top": _first(answer, top, audited),
    }
    return record if isinstance(answer, Prediction) else record | amounts_told(answer)


def _first(answer: Answer, top: int, audited: float) -> list[dict[str, Any]]:
    if isinstance(answer, LifetimeValues):
        mean = answer.mean_value
        return [
            as_data(one)
            | {"times_mean": one.value / mean if mean else None}
            | ({} if answer.card.usable else {"value": None, "gmv": None})
            for one in answer.accounts[:top]
        ]
    if isinstance(answer, SpendForecast):
        held = {} if answer.card.usable else {"value": None}
        return [as_data(account) | held for account in answer.accounts[:top]]
    worth = answer.amounts_by_account
    return [
        {
            "account": score.account,
            "name": score.name,
            "counterparty": score.counterparty,
            "counterparty_name": score.counterparty_name or None,
            "probability": score.probability if answer.card.usable else None,
            "score": score.probability,
            "amount_a_month": worth.get(score.account),
            "why": score.why(),
            "intercept_logit": score.intercept,
            "reasons": [
                {"feature": r.feature, "says": r.sentence, "value": r.value, "contribution_logit": r.contribution}
                for r in score.reasons
            ],
        }
        for score in first_scores(answer, top, audited)
    ]


def overview(console: Console, told: list[Told]) -> None:
    """One line a model: what it is good for, its first figure, how much came of what was foretold."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("model", "verdict"):
        table.add_column(name, no_wrap=True)
    table.add_column("what it says, and how it did before", overflow="fold")
    for one in told:
        said = headline(one.answer) + (f" Error: {one.error}." if one.error else "")
        table.add_row(plain(title(one.card)), plain(SHORT[one.card.verdict]), plain(said))
    console.print(table)
    if _both_spend(told):
        console.print()
        console.print(plain(TWO_SIDES))
    console.print()
    console.print(plain("Next  bothsides predict churn    (or ltv, spend, match, upsell): who comes first, and why"))


def show(console: Console, told: list[Told], top: int, *, audited: float = AUDITED) -> None:
    """Each answer whole, one after the other; `audited` is the chance from which the audit names an account at risk."""
    for place, one in enumerate(told):
        if place:
            console.print()
        _whole(console, one, top, audited)
    if said := _horizons(told) or (TWO_SIDES if _both_spend(told) else ""):
        console.print()
        console.print(plain(said))
    console.print()
    model = told[0].card.model
    console.print(plain(f"Next  bothsides predict {model} --json    every figure and reason as a record"))


def _both_spend(told: list[Told]) -> bool:
    """Whether each side's total of the next three months is told."""
    spent = [one for one in told if isinstance(one.answer, SpendForecast) and one.answer.total and one.card.usable]
    return len(spent) > 1


def _horizons(told: list[Told]) -> str:
    """Why lifetime values of the two sides cover different months, where they do."""
    values = [one.answer for one in told if isinstance(one.answer, LifetimeValues) and one.answer.candidates]
    if len({answer.horizon_months for answer in values}) < 2:
        return ""
    spans = ", ".join(f"{answer.card.side}s {answer.horizon_months} months" for answer in values)
    return (
        f"The sides cover different months ({spans}): a rule of thumb speaks for no longer than it was tested, a model "
        "of leaving for longer. Do not set one total against the other."
    )


def _whole(console: Console, one: Told, top: int, audited: float) -> None:
    card = one.card
    console.print(plain(f"{title(card)}: {verdict_said(card)}", style="bold"))
    console.print(plain(sentence(card.reason)))
    if said := help_for(card):
        console.print(plain(said))
    if one.error:
        console.print(plain(f"Error: {one.error}.", style="bold"))
    console.print(plain(_made(card), style="dim"))
    if isinstance(one.answer, Prediction):
        _print(console, f"On those months, beside the rule ({card.baseline}):", comparisons(card))
        _print(console, "What was said and what came; the ranges hold together 19 times in 20:", calibration(card))
    else:
        _print(console, "Every way tried, misses per account on average:", candidates(one.answer.candidates))
    _money(console, one.answer)
    if top and (rows := accounts(one.answer, one.currency, top, audited)) is not None:
        console.print()
        console.print(rows)
        if said := _listed(one.answer, audited):
            console.print(plain(said))
    since = one.since.sentences[:MOST_SINCE] if one.since else ()
    for note in (*card.notes, *since):
        console.print(plain(sentence(note), style="dim"))


def _print(console: Console, says: str, table: Table | None) -> None:
    """A table under its line, nothing where there is no table."""
    if table is not None:
        console.print()
        console.print(plain(says))
        console.print(table)


def _made(card: ModelCard) -> str:
    if card.test_span is None:
        return f"Question: {card.label}."
    return (
        f"Question: {card.label}. Judged on {card.n_test:,} cases of {card.test_span[0]} to {card.test_span[1]}. "
        f"Made by: {card.method}; version {card.version}."
    )


def _listed(answer: Answer, audited: float) -> str:
    """Of whom the churn list is, and which of them the audit names."""
    if not isinstance(answer, Prediction) or answer.card.model != "churn" or answer.table is None:
        return ""
    table = answer.table
    there = (
        f"{len(table):,} {answer.card.side}s with an order in the last {GONE_AFTER_MONTHS} months were scored; "
        f"{int(ordered_lately(table.values).sum()):,} of them ordered in the last {LATELY_MONTHS} months."
    )
    if not answer.card.usable:
        return f"{there} Listed by chance x what they trade a month."
    return (
        f"{there} First come the {len(at_risk(answer, audited)):,} at risk, those of the latter given {audited:.0%} or "
        "more, as in the audit; then the others, in each by chance x what they trade a month: a small chance to lose a "
        "large account may stand high among these."
    )


def _money(console: Console, answer: Answer) -> None:
    """The totals with their range, in whole major units; none where only the order may be used."""
    if isinstance(answer, Prediction) or answer.total is None or not answer.card.usable:
        return
    console.print()
    if isinstance(answer, SpendForecast):
        span = f"{answer.span[0]} to {answer.span[1]}" if answer.span else ""
        console.print(
            plain(f"{span}: {ranged(answer.total, answer.currency)} GMV; the last three months {answer.last:,.0f}")
        )
        if answer.total.low is not None:
            console.print(
                plain(f"The range is as far off as the {len(answer.past)} spans before were; no more is known.")
            )
        return
    months = answer.horizon_months
    console.print(plain(f"Known accounts, next {months} months: {ranged(answer.total, answer.currency)} {answer.of}"))
    if answer.per_account is not None:
        console.print(plain(f"Each of them on average: {ranged(answer.per_account, answer.currency)}"))
    if answer.new_account is not None:
        console.print(plain(f"A new one from its first order on: {ranged(answer.new_account, answer.currency)}"))
    for said in _factors(answer):
        console.print(plain(said))


def _factors(answer: LifetimeValues) -> list[str]:
    """How much came of what was foretold, which stands beside every lifetime value, and the total at that."""
    parts = [
        f"{what} {_of_100(factor)}"
        for what, factor in (("order days", answer.factor), ("GMV", answer.money_factor))
        if factor is not None
    ]
    if not parts:
        return []
    said = f"Of 100 foretold for the last {answer.tested_months} months came: {', '.join(parts)}"
    money = answer.money_factor
    if money is None or answer.total is None:
        return [said]
    much = f"{answer.currency} {answer.total.value * money.value:,.0f}"
    return [said, f"Were the future off by as much, known accounts would bring {much}"]


def _of_100(factor: Estimate) -> str:
    low, high = factor.low or 0.0, factor.high or 0.0
    return f"{100 * factor.value:.0f} ({100 * low:.0f} to {100 * high:.0f})"
