"""The tables of a prediction, each within eighty columns: beside the rule, by band, the ways tried, who comes first."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from bothsides.cli.terminal import plain
from bothsides.predict.asking import Answer
from bothsides.predict.backtest import Backtested
from bothsides.predict.churn_features import ordered_lately
from bothsides.predict.in_words import MEASURES
from bothsides.predict.lifetime_value import LifetimeValues
from bothsides.predict.measures import Ints
from bothsides.predict.model_card import Comparison, ModelCard, Score
from bothsides.predict.scores import Prediction

SHOWN = ("auc", "recall_at_10", "ece")
"""Measures a reader acts on; the others stand in the record."""

NAME_WIDTH, PAIR_WIDTH = 28, 22


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def comparisons(card: ModelCard) -> Table | None:
    """The model's figures beside the rule's on the same cases; None where it was not judged."""
    found = [one for one in card.comparisons if one.measure in SHOWN]
    if not found:
        return None
    table = _table("", "model", "rule", "difference, 95 %")
    for one in found:
        table.add_row(plain(MEASURES[one.measure]), *_shares(one))
    return table


def _shares(found: Comparison) -> tuple[str, str, str]:
    rule = "" if found.baseline is None else f"{found.baseline.value:.1%}"
    gap = found.gap
    if gap is None or gap.low is None or gap.high is None:
        return f"{found.model.value:.1%}", rule, ""
    apart = f"{100 * gap.value:+.1f} ({100 * gap.low:+.1f} to {100 * gap.high:+.1f})"
    return f"{found.model.value:.1%}", rule, apart


def calibration(card: ModelCard) -> Table | None:
    """What was said and what came, those given about the same together; the ranges hold together at 95 %."""
    if not card.bands:
        return None
    table = _table("chance given", "cases", "came true", "range", "")
    for band in card.bands:
        low, high = band.observed.low or 0.0, band.observed.high or 0.0
        row = (f"{band.predicted:.1%}", f"{band.n:,}", f"{band.observed.value:.1%}", f"{low:.1%} to {high:.1%}")
        table.add_row(*row, "did not hold" if band.off else "")
    return table


def candidates(tried: tuple[Backtested, ...]) -> Table | None:
    """Every way tried, the chosen one marked; None where none was."""
    if not tried:
        return None
    table = _table("way", "miss", "squared*", "came of 100 foretold")
    for way in tried:
        level = "" if way.factor is None else f"{100 * way.factor.value:.0f}"
        if way.factor is not None and way.factor.low is not None and way.factor.high is not None:
            level += f" ({100 * way.factor.low:.0f} to {100 * way.factor.high:.0f})"
        says = plain(("> " if way.chosen else "  ") + way.says)
        table.add_row(says, _size(way.mae), _size(way.rmse), level, style="bold" if way.chosen else "")
    table.caption = "* The root of the mean squared miss: large ones count more."
    table.caption_justify = "left"
    return table


def _size(number: float) -> str:
    """Money and counts with their thousands, small numbers with two decimals."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.2f}"


AUDITED = 0.5
"""The chance from which the audit calls an account at risk, where a workspace's policy sets no other."""


def at_risk(answer: Prediction, audited: float) -> Ints:
    """The rows of the churn list that the audit calls at risk: there lately, likely to stop, with trade to lose."""
    table = answer.table
    if table is None or answer.card.model != "churn" or not answer.card.usable:
        return np.empty(0, np.int64)
    there = ordered_lately(table.values) & (table.amounts_known > 0)
    return np.flatnonzero(there & (table.probabilities >= audited))


def first_scores(answer: Prediction, top: int, audited: float = AUDITED) -> tuple[Score, ...]:
    """Who is listed first: those at risk, as the audit names them, then the others; in each by chance x amount."""
    table, likely = answer.table, at_risk(answer, audited)
    if table is None or not len(likely):
        return answer.highest(top)
    named = table.highest(top, likely)
    others = np.setdiff1d(np.arange(len(table)), likely)
    return (*named, *table.highest(top - len(named), others))


def accounts(answer: Answer, currency: str, top: int, audited: float = AUDITED) -> Table | None:
    """Who comes first: of churn those at risk, of scores those with the most at stake where amounts are known."""
    if isinstance(answer, Prediction):
        return _scores(answer, currency, first_scores(answer, top, audited))
    if not answer.accounts:
        return None
    usable = answer.card.usable
    if isinstance(answer, LifetimeValues):
        table = _accounts(f"{currency}, {answer.horizon_months} months" if usable else "times the mean")
        mean = answer.mean_value
        for one in answer.accounts[:top]:
            number = f"{one.value:,.0f}" if usable else f"{one.value / mean:.1f}" if mean else ""
            table.add_row(plain(one.name), number, plain(one.reason))
        return table
    table = _accounts(f"{currency}, next 3 months" if usable else f"{currency}, last 3 months")
    for spent in answer.accounts[:top]:
        table.add_row(plain(spent.name), f"{spent.value if usable else spent.last:,.0f}", plain(spent.reason))
    return table


def _accounts(number: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("account", overflow="fold", max_width=NAME_WIDTH)
    table.add_column(number, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    return table


def _scores(answer: Prediction, currency: str, scores: tuple[Score, ...]) -> Table | None:
    worth = answer.amounts_by_account
    if not scores:
        return None
    pairs = scores[0].counterparty is not None
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("account", "with") if pairs else ("account",):
        table.add_column(name, overflow="fold", max_width=PAIR_WIDTH if pairs else NAME_WIDTH)
    table.add_column("chance" if answer.card.usable else "score", justify="right", no_wrap=True)
    if worth:
        table.add_column(f"{currency} a month".strip(), justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for score in scores:
        names = [score.name, score.counterparty_name] if pairs else [score.name]
        amount = [f"{worth.get(score.account, 0.0):,.0f}"] if worth else []
        chance = f"{score.probability:.0%}" if answer.card.usable else f"{score.probability:.2f}"
        table.add_row(*map(plain, names), chance, *amount, plain(score.why(2)))
    return table
