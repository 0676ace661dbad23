"""Churn risk on simulated markets, on shuffled ones and on the UK ledger, beside the rule everybody has."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bothsides.metrics import Store
from bothsides.predict.cases import Cases
from bothsides.predict.churn import churn, churn_spec
from bothsides.predict.churn_features import trade_months
from bothsides.predict.judging import predicted
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.validation import time_split
from bothsides.schema import Side
from bothsides.simulate import demo_plan
from tests.diagnosis.conftest import market_of, simulated, store_of


@pytest.fixture(scope="module")
def unrecorded() -> Store:
    """The demo's market as a ledger that does not record who closed its account: silence is all one sees."""
    store = store_of(simulated(demo_plan(seed=7))[0])
    store.engine.run("UPDATE dim_accounts SET closed_on = NULL")
    return store


@pytest.mark.parametrize("side", list(Side))
def test_in_a_market_where_leaving_has_no_memory_the_rule_is_enough(unrecorded: Store, side: Side) -> None:
    """The simulator's accounts leave at a constant hazard: how long they have been away says all there is."""
    found = churn(unrecorded, side)
    assert found.card.verdict is ModelVerdict.USABLE
    assert found.card.reason.startswith("the rule itself is used")
    assert {f.name for f in found.card.features if f.weight} == {"recency"}
    assert found.table is not None
    assert found.table.amounts is not None
    losses = found.table.probabilities * found.table.amounts
    first = found.highest(5)
    assert [score.account for score in first] == found.table.accounts[np.argsort(-losses)[:5]].tolist()
    said = {reason.sentence for score in first for reason in score.leading()}
    assert said <= {"days since its last order: high"}


def test_accounts_on_record_as_closed_are_neither_learned_from_nor_listed_and_the_card_counts_them(demo: Store) -> None:
    found = churn(demo, Side.BUYER)
    gone = demo.engine.rows("SELECT account FROM dim_accounts WHERE closed_on < DATE '2026-10-01'")
    assert found.table is not None
    assert found.tested is not None
    assert not {account for (account,) in gone} & set(found.table.accounts.tolist())
    assert any(
        note.endswith("accounts on record as closed are left out: they have left already") for note in found.card.notes
    )
    early = demo.engine.rows("SELECT account FROM dim_accounts WHERE closed_on < DATE '2026-07-01'")
    assert not {account for (account,) in early} & set(found.tested.accounts.tolist())


def test_twenty_of_twenty_copies_with_shuffled_outcomes_hold_no_signal(demo: Store) -> None:
    split = time_split(*demo.ranges["orders"], horizon=3, step=3)
    assert split is not None
    verdicts = []
    with trade_months(demo, Side.BUYER, split.now) as trade:
        for seed in range(20):

            def shuffled(cutoff: date, months: int | None, seed: int = seed) -> Cases:
                cases = trade.cases(cutoff, months)
                rng = np.random.default_rng([seed, cutoff.toordinal()])
                return cases if cases.outcome is None else replace(cases, outcome=rng.permutation(cases.outcome))

            verdicts.append(predicted(churn_spec(Side.BUYER), split, shuffled, dict).card.verdict)
    assert verdicts == [ModelVerdict.NO_SIGNAL] * 20


def test_as_of_an_earlier_day_nothing_later_is_known(demo: Store) -> None:
    card = churn(demo, Side.BUYER, as_of=date(2026, 3, 31)).card
    assert card.scored_on == date(2026, 4, 1)
    assert card.test_span == (date(2026, 1, 1), date(2026, 3, 31))
    assert max(card.train_cutoffs) == date(2025, 10, 1)


def test_a_short_history_and_a_sample_are_refused() -> None:
    orders = [
        {"buyer_id": f"b{i % 7}", "supplier_id": "s", "placed_at": f"2025-{1 + i % 8:02d}-10", "amount": 100}
        for i in range(80)
    ]
    assert "history is too short" in churn(market_of(orders=orders), Side.BUYER).card.reason
    assert "declared sample" in churn(market_of(orders=orders, sample=True), Side.BUYER).card.reason
    early = churn(market_of(orders=orders), Side.BUYER, as_of=date(2024, 1, 1)).card
    assert early.reason.startswith("no order is known by ")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("side", "cases", "ranking", "verdict"),
    [(Side.BUYER, 448, 0.80, ModelVerdict.USABLE), (Side.SUPPLIER, 305, 0.87, ModelVerdict.NOT_CALIBRATED)],
)
def test_on_the_uk_ledger_it_beats_the_recency_rule_by_four_points(
    ledger: Store, side: Side, cases: int, ranking: float, verdict: ModelVerdict
) -> None:
    """Of suppliers given three in ten, nearly six left: there the card ranks and gives no chances."""
    card = churn(ledger, side).card
    found = card.measured("auc")
    assert found is not None
    assert found.gap is not None
    assert found.gap.low is not None
    assert (card.n_test, card.test_span) == (cases, (date(2014, 4, 1), date(2014, 6, 30)))
    assert found.model.value >= ranking
    assert found.gap.value >= 0.04
    assert found.gap.low > 0
    assert card.verdict is verdict
    assert any(band.off for band in card.bands) is (verdict is ModelVerdict.NOT_CALIBRATED)
