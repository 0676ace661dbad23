"""The table of scores: told one by one with reasons that add up, and in the order in which they matter."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bothsides.predict.cases import Cases, Signal
from bothsides.predict.logistic import Logistic
from bothsides.predict.model_card import ModelCard, ModelVerdict
from bothsides.predict.scores import Prediction, ScoreTable, scored

SIGNALS = (Signal(name="away", says="days away"), Signal(name="orders", says="orders"), Signal(name="idle", says="-"))
FIT = Logistic(
    intercept=-1.0, weights=np.array([2.0, -1.0, 0.0]), mean=np.array([1.0, 4.0, 0.0]), scale=np.array([0.5, 2.0, 1.0])
)
CASES = Cases(
    cutoff=date(2025, 1, 1),
    accounts=np.array([7, 8, 9]),
    features=np.array([[1.0, 4.0, 3.0], [2.0, 2.0, 0.0], [1.5, 8.0, 1.0]]),
    rule=np.zeros(3),
)


@pytest.fixture
def table() -> ScoreTable:
    return scored(SIGNALS, FIT, CASES, {7: "Acme"})


def test_the_average_case_is_the_intercept_and_nothing_else(table: ScoreTable) -> None:
    score = table.score(0)
    assert (score.name, score.logit, score.reasons) == ("Acme", -1.0, ())


def test_reasons_carry_value_typical_and_part(table: ScoreTable) -> None:
    away, orders = table.score(1).reasons
    assert (away.value, away.typical, away.contribution, away.sentence) == (2.0, 1.0, 4.0, "days away: high")
    assert (orders.value, orders.typical, orders.contribution, orders.sentence) == (2.0, 4.0, 1.0, "orders: low")
    assert table.score(1).logit == 4.0
    assert table.probabilities[1] == pytest.approx(table.score(1).probability)


def test_the_likeliest_come_first_and_with_amounts_those_with_most_at_stake(table: ScoreTable) -> None:
    assert [score.account for score in table.highest(2)] == [8, 7]
    dear = replace(table, amounts=np.array([1000.0, 10.0, 0.0]))
    assert [score.account for score in dear.highest(3)] == [7, 8, 9]
    assert [score.account for score in dear.highest(3, rows=[2, 1])] == [8, 9]


def test_a_pair_names_both(table: ScoreTable) -> None:
    score = replace(table, counterparties=np.array([7, 7, 7])).score(2)
    assert (score.name, score.counterparty, score.counterparty_name) == ("account 9", 7, "Acme")


def test_without_a_table_nobody_is_named(table: ScoreTable) -> None:
    card = ModelCard(
        id="x", model="x", side=None, label="", horizon_months=1, method="", baseline="", version="", train_cutoffs=(),
        test_span=None, scored_on=None, n_train=0, n_test=0, base_rate_train=None, base_rate=None,
        verdict=ModelVerdict.NO_SIGNAL, reason="",
    )  # fmt: skip
    assert Prediction(card=card).highest(5) == ()
    assert len(Prediction(card=card, table=table).highest(2)) == 2
