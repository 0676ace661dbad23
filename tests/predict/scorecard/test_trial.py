"""A challenger is tried on later leads of its side, and every objection is said."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.scorecard.binning import with_points
from bothsides.predict.scorecard.card import AGREED, Card
from bothsides.predict.scorecard.columns import Numbers
from bothsides.predict.scorecard.fitting import History, agreed_card, fit_card
from bothsides.predict.scorecard.leaks import Finding, Refused
from bothsides.predict.scorecard.scoring import scores
from bothsides.predict.scorecard.trial import challenge, snapshot, tried
from bothsides.schema import Side
from tests.predict.scorecard.funnel import START, funnel

SUPPLIER = Side.SUPPLIER


def _cards(n: int = 2000, seed: int = 1) -> tuple[Card, Card, History]:
    """The agreed points and a fitted card over the first half, and the later half."""
    history, _ = funnel(n, seed)
    early, late = history.at(np.arange(n // 2)), history.at(np.arange(n // 2, n))
    return (
        agreed_card(early, SUPPLIER, effective_from=START),
        fit_card(early, SUPPLIER, effective_from=START),
        late,
    )


def test_a_card_that_found_more_than_the_agreed_points_passes() -> None:
    champion, challenger, late = _cards()
    trial = tried(challenger, champion, late, at=START)
    assert (trial.passed, trial.failed, trial.verdict) == (True, (), ModelVerdict.USABLE)
    assert (trial.challenger, trial.champion) == (challenger.version, champion.version)
    assert (trial.n, trial.won, trial.snapshot) == (1000, int(late.won.sum()), snapshot(late))
    assert trial.gap is not None
    assert trial.gap.value > 0.02


def test_the_agreed_card_keeps_the_order_of_the_agreed_points() -> None:
    champion, _, late = _cards()
    assert champion.names == (AGREED,)
    assert (np.diff(scores(champion, late.scored())[np.argsort(late.agreed, kind="stable")]) >= 0).all()


def test_agreed_points_that_read_backwards_stay_a_card() -> None:
    history, _ = funnel(500, 2)
    turned = agreed_card(replace(history, agreed=100 - history.agreed), SUPPLIER, effective_from=START)
    assert turned.slope == 0
    assert turned.chance(0) == pytest.approx(history.won.mean(), abs=1e-6)


@pytest.mark.parametrize("finding", [Finding.LEAK, Finding.PROTECTED])
def test_a_refused_field_fails_the_card(finding: Finding) -> None:
    champion, challenger, late = _cards()
    refusal = Refused(field="source", finding=finding, tells=("told",))
    trial = tried(challenger, champion, late, at=START, refusals=(refusal,))
    assert not trial.passed
    assert trial.failed == (f"it uses source, which is {finding.value}",)


def test_a_reason_that_turns_round_needs_a_signature() -> None:
    _, challenger, late = _cards()
    (source,) = (field for field in challenger.fields if field.name == "source")
    turned = with_points(source, tuple(source.most - p for p in source.points))
    champion = replace(challenger, fields=tuple(turned if f.name == "source" else f for f in challenger.fields))
    trial = tried(challenger, champion, late, at=START)
    assert trial.failed == ("source now counts the other way round; somebody must sign that off by name",)
    assert tried(challenger, champion, late, at=START, signed_off=("source",)).passed


def test_leads_learned_from_and_cards_of_two_sides_are_refused() -> None:
    champion, challenger, late = _cards()
    with pytest.raises(ValueError, match="not later than"):
        tried(challenger, champion, replace(late, decided_at=late.decided_at - 10**7), at=START)
    with pytest.raises(ValueError, match="buyer card cannot be tried against a supplier card"):
        tried(replace(challenger, side=Side.BUYER), champion, late, at=START)


def test_a_card_with_agreed_points_is_not_tried_without_them() -> None:
    champion, challenger, late = _cards()
    with pytest.raises(ValueError, match="counts agreed_points"):
        tried(challenger, champion, replace(late, agreed=None), at=START)


def test_few_later_leads_promote_nothing() -> None:
    champion, challenger, late = _cards()
    trial = tried(challenger, champion, late.at(np.arange(30)), at=START)
    assert (trial.passed, trial.verdict) == (False, ModelVerdict.TOO_LITTLE)


def test_shuffled_outcomes_have_no_signal_and_nothing_is_promoted() -> None:
    history, _ = funnel(1500, 3)
    for seed in range(20):
        shuffled = replace(history, won=np.random.default_rng(seed).permutation(history.won))
        found = challenge(shuffled, SUPPLIER, at=START)
        assert found.verdict is ModelVerdict.NO_SIGNAL
        assert not found.passed
        assert found.champion.names == (AGREED,)


def test_a_challenge_leaves_out_and_names_what_leaks() -> None:
    history, _ = funnel(2000, 4)
    leak = Numbers(values=np.where(history.won, 1.0, 0.0))
    found = challenge(replace(history, leads=history.leads.with_field("handed_over", leak)), SUPPLIER, at=START)
    assert found.passed
    assert found.card is not None
    assert "handed_over" not in found.card.names
    assert [one.field for one in found.refused] == ["handed_over"]
    known = Refused(field="source", finding=Finding.LEAK, tells=("write times",))
    again = challenge(history, SUPPLIER, at=START, known_leaks=(known,), protected=("verified",))
    assert again.card is not None
    assert not {"source", "verified"} & set(again.card.names)
    assert {one.field for one in again.refused} == {"source", "verified"}


def test_a_short_history_says_too_little() -> None:
    found = challenge(funnel(80, 5)[0], SUPPLIER, at=START)
    assert (found.card, found.trial, found.verdict) == (None, None, ModelVerdict.TOO_LITTLE)
    assert "are needed" in found.reason


def test_a_champion_in_use_is_the_one_to_beat() -> None:
    history, _ = funnel(3000, 6)
    first = challenge(history, SUPPLIER, at=START)
    assert first.card is not None
    again = challenge(history, SUPPLIER, at=START, champion=first.card)
    assert again.champion is first.card
    assert not again.passed


def test_the_snapshot_is_of_the_very_data() -> None:
    history, _ = funnel(200, 7)
    turned = history.won.copy()
    turned[5] = ~turned[5]
    other = [
        replace(history, won=turned),
        replace(history, decided_at=history.decided_at + 1),
        history.at(np.arange(199)),
    ]
    assert snapshot(history) == snapshot(funnel(200, 7)[0])
    assert snapshot(history) not in [snapshot(one) for one in other]
