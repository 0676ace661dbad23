"""Every model by its name: asked of a side or of the market, and what is kept of its answer."""

import json

import pytest

from bothsides.predict.asking import HELPS, MODELS, Question, kept
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.shelf import plain
from bothsides.schema import Side
from bothsides.simulate import demo_plan
from tests.diagnosis.conftest import simulated


@pytest.mark.parametrize("name", MODELS)
def test_every_model_answers_for_the_simulated_market_and_can_be_kept(name: str) -> None:
    store = simulated(demo_plan(seed=7))[1]
    model = MODELS[name]
    answer = model.ask(store, Question(side=Side.SUPPLIER if model.by_side else None))
    assert answer.card.model == name
    assert answer.card.reason
    told = json.loads(json.dumps(plain(kept(answer)), allow_nan=False))
    if answer.card.verdict in (ModelVerdict.USABLE, ModelVerdict.NOT_CALIBRATED):
        assert told["scores"]
        assert len(told["scores"]) == len({tuple(row[:-1]) for row in told["scores"]})


def test_a_model_of_sides_asks_for_one() -> None:
    store = simulated(demo_plan(seed=7))[1]
    with pytest.raises(ValueError, match="buyer or supplier"):
        MODELS["ltv"].ask(store, Question())


def test_the_supplier_s_credit_is_what_the_buyer_s_leaves() -> None:
    store = simulated(demo_plan(seed=7))[1]
    shares = [MODELS["ltv"].ask(store, Question(side=side, credit=0.7)).credit for side in Side]  # type: ignore[union-attr]
    assert shares == pytest.approx([0.7, 0.3])


def test_every_verdict_that_forbids_something_says_what_would_help() -> None:
    assert set(HELPS) == set(ModelVerdict) - {ModelVerdict.USABLE}
