"""New pairs on a simulated market and on the UK ledger, beside how popular a supplier is among buyers alike."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bothsides.metrics import Store
from bothsides.predict.cases import Cases
from bothsides.predict.judging import predicted
from bothsides.predict.match import MATCH, best_suppliers, match, suppliers_of
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.pair_features import pair_trade
from bothsides.predict.scores import Prediction
from bothsides.predict.validation import time_split
from tests.diagnosis.conftest import market_of


@pytest.fixture(scope="module")
def found(demo: Store) -> Prediction:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bothsides.predict.pair_features.MOST_PAIRS", 60_000)
        return match(demo)


def test_buyers_of_a_category_meet_its_suppliers(found: Prediction) -> None:
    """In the simulator a buyer buys in one category: who sells in it is nearly all there is to know."""
    ranking, recall = found.card.measured("auc"), found.card.measured("recall_at_10")
    assert ranking is not None
    assert recall is not None
    assert ranking.model.value > 0.95
    assert ranking.wins
    assert recall.wins
    assert found.card.verdict in (ModelVerdict.USABLE, ModelVerdict.NOT_CALIBRATED)
    assert "one in" in " ".join(found.card.notes)


def test_a_buyer_s_best_suppliers_are_of_its_category_and_cell(demo: Store, found: Prediction) -> None:
    best = found.highest(1)[0]
    everywhere = best_suppliers(found, best.account)
    assert 0 < len(everywhere) <= 10
    assert all(score.account == best.account for score in everywhere)
    chances = [score.probability for score in everywhere]
    assert chances == sorted(chances, reverse=True)
    (category,) = demo.engine.row(
        "SELECT mode(category) FROM fact_orders WHERE buyer = $buyer", {"buyer": best.account}
    ) or (None,)
    cell = suppliers_of(demo, category=category)
    assert {score.counterparty for score in everywhere} <= cell
    other = suppliers_of(demo, category="Packaging" if category != "Packaging" else "Electrical", region="West")
    assert all(score.counterparty in other for score in best_suppliers(found, best.account, among=other))
    assert best_suppliers(found, -1) == ()


def test_shuffled_outcomes_hold_no_signal(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bothsides.predict.pair_features.MOST_PAIRS", 12_000)
    split = time_split(*demo.ranges["orders"], horizon=MATCH.horizon_months, step=MATCH.step_months)
    assert split is not None
    verdicts = []
    with pair_trade(demo, split.now, told=split.told) as trade:
        for seed in range(3):

            def shuffled(cutoff: date, months: int | None, seed: int = seed) -> Cases:
                cases = trade.cases(cutoff, months)
                rng = np.random.default_rng([seed, cutoff.toordinal()])
                return cases if cases.outcome is None else replace(cases, outcome=rng.permutation(cases.outcome))

            verdicts.append(predicted(MATCH, split, shuffled, dict).card.verdict)
    assert verdicts == [ModelVerdict.NO_SIGNAL] * 3


def test_a_short_history_and_a_sample_are_refused() -> None:
    orders = [
        {"buyer_id": f"b{i % 7}", "supplier_id": "s", "placed_at": f"2025-{1 + i % 9:02d}-10", "amount": 100}
        for i in range(90)
    ]
    assert "history is too short" in match(market_of(orders=orders)).card.reason
    assert "declared sample" in match(market_of(orders=orders, sample=True)).card.reason
    assert match(market_of(orders=orders), as_of=date(2024, 1, 1)).card.reason.startswith(
        "no order is known by 2024-01-01: "
    )


@pytest.mark.real_data
def test_on_the_uk_ledger_it_beats_sector_popularity_and_its_highest_chances_are_said_not_to_hold(
    ledger: Store,
) -> None:
    card = match(ledger).card
    ranking, recall, ratio = (card.measured(name) for name in ("auc", "recall_at_10", "observed_to_predicted"))
    assert ranking is not None
    assert recall is not None
    assert ratio is not None
    assert (card.test_span, round((card.base_rate or 0) * card.n_test)) == ((date(2013, 10, 1), date(2014, 6, 30)), 225)
    assert ranking.model.value >= 0.82
    assert ranking.wins
    assert recall.model.value >= 0.35
    assert 0.67 <= ratio.model.value <= 1.5
    assert (card.verdict, card.bands[-1].off) == (ModelVerdict.NOT_CALIBRATED, True)
