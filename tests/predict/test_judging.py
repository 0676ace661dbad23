"""The whole way from cases to a card: signal found, no signal where there is none, the rule where it is enough."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bothsides.predict.cases import Cases, ModelSpec, Signal
from bothsides.predict.judging import Read, fitted, predicted, refused, rule_chances, stretch
from bothsides.predict.logistic import sigmoid
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.scores import Prediction
from bothsides.predict.validation import time_split

SPEC = ModelSpec(
    id="leave-buyer",
    model="leave",
    side=None,
    label="leaves",
    horizon_months=3,
    step_months=3,
    rule="days away",
    rule_signal="away",
    signals=(Signal(name="away", says="days away", direction=1), Signal(name="orders", says="orders", direction=-1)),
    ridge=10.0,
)
SPLIT = time_split(date(2023, 1, 1), date(2025, 6, 30), horizon=3, step=3)
Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def _market(logit: Draw, *, seed: int = 1, n: int = 400, stride: int = 1) -> Read:
    """Cases with two features; what comes of them follows the logit."""

    def read(cutoff: date, months: int | None) -> Cases:
        rng = np.random.default_rng([seed, cutoff.toordinal()])
        features = rng.normal(size=(n, 2))
        outcome = rng.random(n) < sigmoid(logit(rng, features))
        return Cases(
            cutoff=cutoff,
            accounts=np.arange(n),
            features=features,
            rule=features[:, 0],
            outcome=None if months is None else outcome,
            stride=1 if months is None else stride,
        )

    return read


def _both(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    return 0.8 * x[:, 0] - 1.2 * x[:, 1] - 0.5


def _look(read: Read, spec: ModelSpec = SPEC) -> Prediction:
    assert SPLIT is not None
    return predicted(spec, SPLIT, read, lambda: {0: "Acme"})


def test_a_model_that_sees_more_than_its_rule_is_used() -> None:
    found = _look(_market(_both))
    card = found.card
    assert (card.verdict, card.n_train, card.n_test) == (ModelVerdict.USABLE, 1600, 400)
    assert "better than the rule (days away)" in card.reason
    ranking = card.measured("auc")
    assert ranking is not None
    assert ranking.wins
    assert [feature.weight > 0 for feature in card.features] == [True, False]
    assert found.table is not None
    assert card.scored_on == date(2025, 7, 1)


def test_scores_are_the_sum_of_their_reasons_and_carry_names() -> None:
    found = _look(_market(_both))
    assert found.table is not None
    score = found.table.score(0)
    parts = sum(reason.contribution for reason in score.reasons)
    assert score.logit == pytest.approx(found.card.intercept + parts)
    assert score.probability == pytest.approx(found.table.probabilities[0])
    assert (score.name, found.table.score(1).name) == ("Acme", "account 1")
    highest = [s.probability for s in found.highest(5)]
    assert highest == sorted(found.table.probabilities.tolist(), reverse=True)[:5]


def test_where_the_rule_says_it_all_the_rule_is_the_model() -> None:
    found = _look(_market(lambda rng, x: 1.5 * x[:, 0]))
    assert found.card.verdict is ModelVerdict.USABLE
    assert found.card.reason.startswith("the rule itself is used (days away)")
    assert [feature.weight != 0 for feature in found.card.features] == [True, False]
    assert any("add nothing beyond chance to the rule: " in note for note in found.card.notes)


def test_twenty_of_twenty_shuffled_markets_hold_no_signal() -> None:
    verdicts = [_look(_market(lambda rng, x: rng.permutation(_both(rng, x)), seed=seed)).card for seed in range(20)]
    assert [card.verdict for card in verdicts] == [ModelVerdict.NO_SIGNAL] * 20
    assert "ranks no better than chance" in verdicts[0].reason


def test_no_signal_gives_no_scores() -> None:
    found = _look(_market(lambda rng, x: np.zeros(len(x))))
    assert (found.table, found.highest(3)) == (None, ())


def test_a_level_that_jumps_after_the_cut_off_is_not_calibrated() -> None:
    def jump(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
        return _both(rng, x) - 1.0

    steady = _market(jump)

    def read(cutoff: date, months: int | None) -> Cases:
        late = SPLIT is not None and cutoff >= SPLIT.test and months is not None
        cases = steady(cutoff, months)
        if not late:
            return cases
        outcome = np.random.default_rng(9).random(len(cases)) < sigmoid(
            _both(np.random.default_rng(1), cases.features) + 1.5
        )
        return replace(cases, outcome=outcome)

    card = _look(read).card
    assert card.verdict is ModelVerdict.NOT_CALIBRATED
    assert card.ranks
    assert not card.usable
    assert "for each 100 foretold" in card.reason
    assert any(note.startswith("it came true for") for note in card.notes)
    steady_notes = _look(steady).card.notes
    assert not any(note.startswith("it came true for") for note in steady_notes)


def test_a_rare_outcome_is_too_little_data() -> None:
    card = _look(_market(lambda rng, x: np.full(len(x), -5.0))).card
    assert card.verdict is ModelVerdict.TOO_LITTLE
    assert (card.scored_on, card.bands) == (None, ())


def test_a_feature_that_knows_the_outcome_is_left_out_and_named() -> None:
    honest = _market(_both)

    def read(cutoff: date, months: int | None) -> Cases:
        cases = honest(cutoff, months)
        known = honest(cutoff, 3).known
        rng = np.random.default_rng(cutoff.toordinal())
        late = known + 0.1 * rng.normal(size=len(cases))
        return replace(cases, features=np.column_stack([cases.features, rng.normal(size=len(cases)), late]))

    more = (Signal(name="noise", says="noise"), Signal(name="closed_reason", says="why", dated=False))
    card = _look(read, replace(SPEC, signals=(*SPEC.signals, *more))).card
    assert card.features[-1].weight == 0
    assert any(note.startswith("closed_reason was left out") for note in card.notes)
    ranking = card.measured("auc")
    assert ranking is not None
    assert ranking.model.value < 0.9


def test_a_horizon_s_odds_are_a_step_s_times_how_much_more_came_in_it() -> None:
    longer = replace(SPEC, horizon_months=9)
    hundred = _market(_both, n=100)(date(2025, 1, 1), 3)
    few, many = (replace(hundred, outcome=np.arange(100) < n) for n in (40, 80))
    assert stretch(SPEC, [(few, many)]) == 1.0
    assert stretch(longer, []) == 3.0
    assert stretch(longer, [(few, many)]) == pytest.approx((80 + 30) / (40 + 10))
    assert stretch(longer, [(many, few), (many, few)]) == 1.0  # never less than within a step
    cases = _market(_both)(date(2025, 1, 1), 3)
    gap = fitted(SPEC, [cases], steps=3.0).intercept - fitted(SPEC, [cases]).intercept
    assert gap == pytest.approx(np.log(3))


def test_a_rule_s_probability_is_the_share_it_scored_alike() -> None:
    cases = Cases(
        cutoff=date(2025, 1, 1),
        accounts=np.arange(100),
        features=np.zeros((100, 2)),
        rule=np.repeat([1.0, 2.0], 50),
        outcome=np.r_[np.arange(50) < 10, np.arange(50) < 40],
    )
    chances = rule_chances([cases], cases)
    assert chances[[0, -1]].tolist() == pytest.approx([11 / 52, 41 / 52])


def test_a_fixed_share_of_the_accounts_is_said_on_the_card() -> None:
    card = _look(_market(_both, stride=4)).card
    assert any("one in 4 of the accounts; all are scored" in note for note in card.notes)


def test_the_same_market_gives_the_same_version_and_another_another() -> None:
    versions = [_look(_market(_both, seed=seed)).card.version for seed in (1, 1, 2)]
    assert versions[0] == versions[1] != versions[2]


def test_a_refusal_says_why() -> None:
    card = refused(SPEC, "no dated order is known").card
    assert (card.verdict, card.reason, card.usable) == (ModelVerdict.TOO_LITTLE, "no dated order is known", False)
