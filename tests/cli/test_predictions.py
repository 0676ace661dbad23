"""A model that only ranks shows scores, no chances: on the screen as in the record."""

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from tests.diagnosis.conftest import simulated
from tests.predict.test_model_card import CARD
from tests.predict.test_scores import CASES, FIT, SIGNALS

from bothsides.cli.predictions import Told, as_record, overview, show
from bothsides.predict.asking import MODELS, Question, kept
from bothsides.predict.churn_features import ordered_lately
from bothsides.predict.lifetime_value import LifetimeValues
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.scores import Prediction, scored
from bothsides.predict.spend import SpendForecast
from bothsides.schema import Side
from bothsides.simulate import demo_plan


def _told(verdict: ModelVerdict) -> Told:
    table = scored(SIGNALS, FIT, CASES, {7: "Acme [/x]"})
    return Told(question="Who?", answer=Prediction(card=replace(CARD, model="upsell", verdict=verdict), table=table))


def _screen(told: Told) -> str:
    text = StringIO()
    show(Console(file=text, width=200), [told], 3)
    return text.getvalue()


def test_a_usable_model_gives_chances() -> None:
    told = _told(ModelVerdict.USABLE)
    first = as_record(told, 1)["top"][0]
    assert first["probability"] == first["score"]
    assert f"{first['probability']:.0%}" in _screen(told)


def test_one_that_only_ranks_gives_scores_without_a_probability() -> None:
    told = _told(ModelVerdict.NOT_CALIBRATED)
    first = as_record(told, 1)["top"][0]
    assert first["probability"] is None
    assert first["score"] > 0.5
    lines = [line for line in _screen(told).splitlines() if line.startswith(("account 8", "Acme [/x]"))]
    assert lines
    assert not any("%" in line for line in lines)


@pytest.fixture(scope="module")
def answers() -> list[Told]:
    """Every model's answer for the demo's market."""
    store = simulated(demo_plan(seed=7))[1]
    asked = [(model, side) for model in MODELS.values() for side in (Side if model.by_side else (None,))]
    return [
        Told(question=model.question, answer=model.ask(store, Question(side=side)), currency="EUR")
        for model, side in asked
    ]


def _printed(width: int, *told: Told, top: int = 3) -> list[str]:
    text = StringIO()
    show(Console(file=text, width=width), list(told), top)
    return text.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 100])
def test_every_model_is_readable_in_a_narrow_window(answers: list[Told], width: int) -> None:
    """No line is cut, no column is squeezed to nothing, and no word of the field stands without its meaning."""
    text = StringIO()
    overview(Console(file=text, width=width), answers)
    for lines in (text.getvalue().splitlines(), *(_printed(width, told) for told in answers)):
        assert max(map(len, lines)) <= width
        assert not any("\u2026" in line for line in lines)
        said = " ".join(line.strip() for line in lines)
        assert not set(re.findall(r"\b(?:auc|brier|ece|mae|rmse|mse|log_loss|recall_at_10)\b", said))
        assert "came for each one predicted" not in said


def test_amounts_are_told_where_they_held_and_multiples_of_the_mean_where_they_did_not(answers: list[Told]) -> None:
    told = next(one for one in answers if one.card.id == "ltv-supplier")
    answer = told.answer
    assert isinstance(answer, LifetimeValues)
    assert answer.card.usable
    assert answer.per_account is not None
    first = answer.accounts[0]
    held = replace(told, answer=replace(answer, card=replace(answer.card, verdict=ModelVerdict.NOT_CALIBRATED)))
    usable, ranks = ("\n".join(_printed(100, one)) for one in (told, held))
    amounts = [f"{first.value:,.0f}", f"{answer.per_account.value:,.0f}"]
    assert all(amount in usable for amount in amounts)
    assert not any(amount in ranks for amount in amounts)
    assert ranks.splitlines()[0] == "Lifetime value, suppliers: usable to rank, not as an amount"
    assert f"{first.value / answer.per_account.value:.1f}" in ranks
    record, kept_of_it = as_record(held, 1), kept(held.answer)
    assert (record["total"], record["per_account"], record["top"][0]["value"], record["top"][0]["gmv"]) == (None,) * 4
    assert record["top"][0]["times_mean"] == pytest.approx(first.value / answer.per_account.value)
    assert (kept_of_it["total"], kept_of_it["scores"][0][1]) == (None, record["top"][0]["times_mean"])
    assert as_record(told, 1)["top"][0]["value"] == first.value


def test_a_forecast_that_did_not_hold_shows_what_was_spent_last(answers: list[Told]) -> None:
    told = next(one for one in answers if one.card.id == "spend-buyer")
    answer = told.answer
    assert isinstance(answer, SpendForecast)
    off = replace(answer, card=replace(answer.card, verdict=ModelVerdict.NOT_CALIBRATED))
    text = "\n".join(_printed(100, replace(told, answer=off)))
    assert "EUR, last 3 months" in text
    assert "The range is as far off" not in text
    held = replace(answer, card=replace(answer.card, verdict=ModelVerdict.USABLE))
    said = " ".join(" ".join(_printed(100, replace(told, answer=held))).split())
    assert f"The range is as far off as the {len(answer.past)} spans before were; no more is known." in said
    assert f"{answer.total.value:,.0f}" not in text if answer.total else False


def test_two_totals_of_the_same_trade_say_why_they_differ(answers: list[Told]) -> None:
    both = [one for one in answers if one.card.model == "spend"]
    text = StringIO()
    overview(Console(file=text, width=1_000), answers)
    for said in (" ".join(_printed(1_000, *both)), text.getvalue()):
        assert said.count("The two spend forecasts foretell the same trade") == 1
    assert "The two spend forecasts" not in " ".join(_printed(1_000, both[0]))


def test_sides_that_cover_different_months_say_why(answers: list[Told]) -> None:
    both = [one for one in answers if one.card.model == "ltv"]
    lengths = [one.answer.horizon_months for one in both if isinstance(one.answer, LifetimeValues)]
    said = " ".join(_printed(100, *both))
    assert ("The sides cover different months" in said) is (lengths[0] != lengths[1])
    assert all(f"{length} months" in said for length in lengths)
    assert "least squared error per account is chosen" in said


def test_the_churn_list_says_who_is_on_it_and_whom_the_audit_names(answers: list[Told]) -> None:
    told = next(one for one in answers if one.card.id == "churn-buyer")
    assert isinstance(told.answer, Prediction)
    table = told.answer.table
    assert table is not None
    lately = ordered_lately(table.values)
    likely = int((lately & (table.probabilities >= 0.5) & (table.amounts_known > 0)).sum())
    said = " ".join(_printed(1_000, told))
    assert f"{len(table)} buyers with an order in the last 24 months" in said
    assert f"{int(lately.sum())} of them ordered in the last 3 months" in said
    assert f"First come the {likely} at risk, those of the latter given 50% or more" in said


def test_those_the_audit_calls_at_risk_head_the_churn_list_in_its_order(answers: list[Told]) -> None:
    told = next(one for one in answers if one.card.id == "churn-buyer")
    assert isinstance(told.answer, Prediction)
    table = told.answer.table
    assert table is not None
    stake = table.probabilities * table.amounts_known
    likely = ordered_lately(table.values) & (table.probabilities >= 0.5) & (stake > 0)
    named = [table.score(int(row)).name for row in sorted(np.flatnonzero(likely), key=lambda row: (-stake[row], row))]
    assert len(named) > 1
    listed = [one["name"] for one in as_record(told, len(table))["top"]]
    assert listed[: len(named)] == named
    assert len(set(listed)) == len(listed) == len(table)
    text = "\n".join(_printed(200, told, top=len(named) + 3))
    assert [text.index(name) for name in named] == sorted(text.index(name) for name in named)
    ranks = replace(told, answer=replace(told.answer, card=replace(told.card, verdict=ModelVerdict.NOT_CALIBRATED)))
    assert as_record(ranks, 1)["top"][0]["name"] == told.answer.highest(1)[0].name


def test_no_account_is_listed_without_a_reason(answers: list[Told]) -> None:
    for told in answers:
        listed = as_record(told, 1_000)["top"]
        assert all(one.get("why") or one.get("reason") for one in listed)


PAGES = Path(__file__).resolve().parents[2] / "docs"
COMMAND, BLOCK = r"^    bothsides predict ?([a-z-]*)([^\n]*)\n\n", r"(?:[^`]+\n\n)?```\n(.*?)\n```$"
SHOWN = re.compile(COMMAND + BLOCK, re.MULTILINE | re.DOTALL)
DRAWN = re.compile(r"\([\d,]+ to [\d,]+\)|version [0-9a-f]{12}|[ -]+\n")
"""Ranges that are drawn, in the order in which accounts were loaded, and what follows from that."""


@pytest.mark.parametrize("page", ["predict.md", "lifetime-value.md"])
def test_what_the_page_shows_is_what_the_command_prints_for_the_demo(answers: list[Told], page: str) -> None:
    """Whole, in a window of a hundred columns; what is stored is told on the screen and not on the page."""
    shown = SHOWN.findall((PAGES / page).read_text(encoding="utf-8"))
    assert shown
    for model, words, block in shown:
        text = StringIO()
        console = Console(file=text, width=100)
        if model:
            asked = dict(zip(*[iter(words.split())] * 2, strict=True))
            told = [one for one in answers if one.card.model == model]
            told = [one for one in told if asked.get("--side") in (None, one.card.side)]
            show(console, told, int(asked.get("--top", "10")))
        else:
            overview(console, answers)
        assert _settled(block) == _settled(text.getvalue())


def _settled(text: str) -> list[str]:
    return DRAWN.sub("\n", f"{text}\n").split()
