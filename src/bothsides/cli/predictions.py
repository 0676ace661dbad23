"""Predictions on the screen and as records: the verdict, the figures beside the baseline's, the first accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bothsides.cli.terminal import plain
from bothsides.predict.asking import HELPS, Answer
from bothsides.predict.backtest import Backtested
from bothsides.predict.lifetime_value import LifetimeValues
from bothsides.predict.model_card import Comparison, Estimate, ModelCard
from bothsides.predict.scores import Prediction
from bothsides.predict.shelf import Stored
from bothsides.predict.shelf import plain as as_data
from bothsides.predict.since import Since
from bothsides.predict.spend import SpendForecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One model's answer, with what is stored of it now and what has become of what was stored before."""

    question: str
    answer: Answer
    currency: str = ""
    stored: Stored | None = None
    since: Since | None = None

    @property
    def card(self) -> ModelCard:
        """The answer's card."""
        return self.answer.card


def as_record(told: Told, top: int) -> dict[str, Any]:
    """Plain data: shares 0 to 1, money in major units of `currency`, durations by the unit in their name.

    Where a model only ranks, its scores are no probabilities: these are null.
    """
    answer = told.answer
    record: dict[str, Any] = {
        "model": told.card.model,
        "side": None if told.card.side is None else told.card.side.value,
        "verdict": told.card.verdict.value,
        "reason": told.card.reason,
        "help": HELPS.get(told.card.verdict),
        "card": as_data(told.card),
        "stored": None
        if told.stored is None
        else {"version": told.stored.version, "window": as_data(told.stored.window), "load_id": told.stored.load_id},
        "since_stored": as_data(told.since),
        "currency": told.currency,
        "top": _first(answer, top),
    }
    if not isinstance(answer, Prediction):
        record |= {
            name: as_data(getattr(answer, name)) for name in answer.__slots__ if name not in ("card", "accounts")
        }
    return record


def _first(answer: Answer, top: int) -> list[dict[str, Any]]:
    if not isinstance(answer, Prediction):
        return [as_data(account) for account in answer.accounts[:top]]
    worth = _amounts(answer)
    return [
        {
            "account": score.account,
            "name": score.name,
            "counterparty": score.counterparty,
            "counterparty_name": score.counterparty_name or None,
            "probability": score.probability if answer.card.usable else None,
            "score": score.probability,
            "amount_a_month": worth.get(score.account),
            "intercept_logit": score.intercept,
            "reasons": [
                {"feature": r.feature, "says": r.sentence, "value": r.value, "contribution_logit": r.contribution}
                for r in score.reasons
            ],
        }
        for score in answer.highest(top)
    ]


_NAMES = {
    "churn": "Churn",
    "ltv": "Lifetime value",
    "spend": "Spend forecast",
    "match": "New pairs",
    "upsell": "Upsell",
}


def _title(card: ModelCard) -> str:
    side = f", {card.side}s" if card.side else ""
    return f"{_NAMES.get(card.model, card.model)}{side}"


def overview(console: Console, told: list[Told]) -> None:
    """One line a model: what it is good for, its first figure beside the baseline's, why."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("model", "verdict"):
        table.add_column(name, no_wrap=True)
    table.add_column("on time it had not seen", overflow="fold")
    for one in told:
        table.add_row(plain(_title(one.card)), plain(one.card.verdict), plain(_headline(one)))
    console.print(table)
    console.print()
    console.print(
        plain("Next  bothsides predict churn    (or ltv, spend, match, upsell): figures, calibration, who comes first")
    )


def _headline(one: Told) -> str:
    found = next(iter(one.card.comparisons), None)
    if found is None:
        return one.card.reason
    beside = "" if found.baseline is None else f", baseline {_figure(found.measure, found.baseline.value)}"
    return f"{found.measure} {_figure(found.measure, found.model.value)}{beside}; {one.card.reason}"


def show(console: Console, told: list[Told], top: int) -> None:
    """Each answer whole, one after the other."""
    for place, one in enumerate(told):
        if place:
            console.print()
        _whole(console, one, top)
    console.print()
    model = told[0].card.model
    console.print(plain(f"Next  bothsides predict {model} --json    every figure and reason as a record"))


def _whole(console: Console, one: Told, top: int) -> None:
    card = one.card
    console.print(plain(f"{_title(card)}: {card.verdict}", style="bold"))
    console.print(plain(_sentence(card.reason)))
    if card.verdict in HELPS:
        console.print(plain(HELPS[card.verdict]))
    console.print(plain(_made(card), style="dim"))
    if card.comparisons:
        console.print()
        console.print(_comparisons(card))
    if not isinstance(one.answer, Prediction) and one.answer.candidates:
        console.print()
        console.print(_candidates(one.answer.candidates))
    if card.bands:
        console.print()
        console.print(_calibration(card))
    _money(console, one.answer)
    if top and (rows := _accounts(one, top)) is not None:
        console.print()
        console.print(rows)
    for sentence in (*card.notes, *(one.since.sentences if one.since else ())):
        console.print(plain(_sentence(sentence), style="dim"))


def _sentence(text: str) -> str:
    """The text beginning with a capital and ending with a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _made(card: ModelCard) -> str:
    if card.test_span is None:
        return f"Question: {card.label}."
    return (
        f"Question: {card.label}. Way: {card.method}; judged on {card.n_test:,} cases of {card.test_span[0]} to "
        f"{card.test_span[1]}; version {card.version}."
    )


_MONEY_MEASURES = ("mae", "rmse", "mse")


def _figure(measure: str, number: float) -> str:
    """Money and counts with their thousands, shares and areas with three decimals."""
    return f"{number:,.0f}" if measure in _MONEY_MEASURES and abs(number) >= 100 else f"{number:.3f}"


def _spread(measure: str, found: Estimate | None) -> str:
    if found is None:
        return ""
    text = _figure(measure, found.value)
    if found.low is None or found.high is None:
        return text
    return f"{text} ({_figure(measure, found.low)} to {_figure(measure, found.high)})"


def _comparisons(card: ModelCard) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    errors = {"ltv": ", order days", "spend": ", GMV"}.get(card.model, "")
    table.add_column(f"per account{errors}" if errors else "measure", no_wrap=True)
    for name in ("model", "baseline", "difference"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("the baseline", overflow="fold")
    for place, found in enumerate(card.comparisons):
        table.add_row(*_compared(found), plain(card.baseline if not place else ""))
    return table


def _compared(found: Comparison) -> tuple[str, str, str, str]:
    return (
        found.measure,
        _spread(found.measure, found.model),
        _spread(found.measure, found.baseline),
        _spread(found.measure, found.gap),
    )


def _candidates(candidates: tuple[Backtested, ...]) -> Table:
    """Every way tried, the chosen one marked; the factor is what came over what was foretold."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("way", overflow="fold")
    for name in ("mean error", "root mean square", "came / foretold"):
        table.add_column(name, justify="right", no_wrap=True)
    for way in candidates:
        factor = "" if way.factor is None else f"{way.factor.value:.2f} ({way.factor.low:.2f} to {way.factor.high:.2f})"
        table.add_row(
            plain(("> " if way.chosen else "  ") + way.says),
            _figure("mae", way.mae),
            _figure("rmse", way.rmse),
            factor,
            style="bold" if way.chosen else "",
        )
    return table


def _calibration(card: ModelCard) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("foretold", "came true", "cases"):
        table.add_column(name, justify="right", no_wrap=True)
    for band in card.bands:
        came = f"{band.observed.value:.1%}"
        if band.observed.low is not None and band.observed.high is not None:
            came += f" ({band.observed.low:.1%} to {band.observed.high:.1%})"
        table.add_row(f"{band.predicted:.1%}", came, f"{band.n:,}")
    return table


def _money(console: Console, answer: Answer) -> None:
    """The totals with their range, in whole major units."""
    if isinstance(answer, Prediction) or answer.total is None:
        return
    console.print()
    if isinstance(answer, SpendForecast):
        span = f"{answer.span[0]} to {answer.span[1]}" if answer.span else ""
        console.print(
            plain(f"{span}: {_range(answer.total, answer.currency)} GMV; the last three months {answer.last:,.0f}")
        )
        if answer.total.low is not None:
            console.print(
                plain(f"The range is as far off as the {len(answer.past)} spans before were, no more is known")
            )
        return
    months = answer.horizon_months
    console.print(plain(f"Known accounts, next {months} months: {_range(answer.total, answer.currency)} {answer.of}"))
    if answer.per_account is not None:
        console.print(plain(f"Each of them on average: {_range(answer.per_account, answer.currency)}"))
    if answer.new_account is not None:
        console.print(plain(f"A new one from its first order on: {_range(answer.new_account, answer.currency)}"))
    for said in _factors(answer):
        console.print(plain(said))


def _factors(answer: LifetimeValues) -> list[str]:
    """The backtest factors, which stand beside every lifetime value, and what the total would be at the money's."""
    parts = [
        f"{what} {factor.value:.2f} ({factor.low:.2f} to {factor.high:.2f})"
        for what, factor in (("order days", answer.factor), ("GMV", answer.money_factor))
        if factor is not None
    ]
    if not parts:
        return []
    months, money = answer.tested_months, answer.money_factor
    said = f"Backtest factor, what came over what was foretold for the last {months} months: {', '.join(parts)}"
    if money is None or answer.total is None:
        return [said]
    much = f"{answer.currency} {answer.total.value * money.value:,.0f}"
    return [said, f"Were the future off by as much, known accounts would bring {much}"]


def _range(found: Estimate, currency: str) -> str:
    text = f"{currency} {found.value:,.0f}"
    return text if found.low is None or found.high is None else f"{text} ({found.low:,.0f} to {found.high:,.0f})"


def _accounts(one: Told, top: int) -> Table | None:
    """Who comes first: of scores those with the most at stake, chance times amount, where amounts are known."""
    answer = one.answer
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("account", overflow="fold", max_width=32)
    if isinstance(answer, Prediction):
        return _scores(table, answer, one.currency, top)
    table.add_column(f"{answer.currency}", justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for account in answer.accounts[:top]:
        table.add_row(plain(account.name), f"{account.value:,.0f}", plain(account.reason))
    return table if answer.accounts else None


def _scores(table: Table, answer: Prediction, currency: str, top: int) -> Table | None:
    scores, worth = answer.highest(top), _amounts(answer)
    pairs = any(score.counterparty is not None for score in scores)
    if pairs:
        table.add_column("with", overflow="fold", max_width=32)
    table.add_column("chance" if answer.card.usable else "score", justify="right", no_wrap=True)
    if worth:
        table.add_column(f"{currency} a month".strip(), justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for score in scores:
        names = [score.name, score.counterparty_name] if pairs else [score.name]
        amount = [f"{worth.get(score.account, 0.0):,.0f}"] if worth else []
        why = "; ".join(reason.sentence for reason in score.leading())
        chance = f"{score.probability:.0%}" if answer.card.usable else f"{score.probability:.2f}"
        table.add_row(*map(plain, names), chance, *amount, plain(why))
    return table if scores else None


def _amounts(answer: Prediction) -> dict[int, float]:
    """What each account trades or pays a month, major units; empty where the model knows no amounts."""
    found = answer.table
    if found is None or found.amounts is None or found.counterparties is not None:
        return {}
    return dict(zip(found.accounts.tolist(), found.amounts.tolist(), strict=True))
