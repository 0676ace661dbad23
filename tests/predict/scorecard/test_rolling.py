"""A market that moves: the level follows, refits look at nothing later, and drift is said in words."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.predict.logistic import sigmoid
from bothsides.predict.measures import brier
from bothsides.predict.scorecard.fitting import History, fit_card
from bothsides.predict.scorecard.rolling import Upkeep, corrected, drifted, walked
from bothsides.predict.scorecard.scoring import scores
from bothsides.schema import Side
from tests.predict.scorecard.funnel import START, funnel

SMALL = Upkeep(window=1500, refit_every=500, level_on=300, level_every=50)


def _moving(seed: int = 1, n: int = 4000) -> History:
    """A funnel whose chances rise by two logits from the first lead to the last."""
    history, truth = funnel(n, seed)
    logits = np.log(truth / (1 - truth)) + 2.0 * np.arange(n) / n - 1.0
    return replace(history, won=np.random.default_rng(seed).random(n) < sigmoid(logits))


def test_kept_up_it_is_nearer_than_a_card_that_stays() -> None:
    history = _moving()
    late = history.at(np.arange(2000, 4000))
    card = fit_card(history.at(np.arange(2000)), Side.BUYER, effective_from=START)
    stays = card.chances(scores(card, late.scored()))
    kept = walked(history, Side.BUYER, 2000, upkeep=SMALL)
    assert brier(kept, late.won).value < brier(stays, late.won).value - 0.01
    assert abs(kept.mean() - late.won.mean()) < 0.03 < abs(stays.mean() - late.won.mean())


def test_nothing_later_is_looked_at() -> None:
    history = _moving(n=2000)
    whole = walked(history, Side.BUYER, 1000, upkeep=SMALL)
    turned = history.won.copy()
    turned[1500:] = ~turned[1500:]
    other = walked(replace(history, won=turned), Side.BUYER, 1000, upkeep=SMALL)
    assert (whole[:501] == other[:501]).all()
    assert not (whole[501:] == other[501:]).all()


def test_outcomes_known_late_are_learned_from_late() -> None:
    history = _moving(n=1600)
    late = history.decided_at + 200 * 3600
    at_once, waiting = (
        walked(history, Side.BUYER, 1200, upkeep=SMALL, known_at=known) for known in (history.decided_at, late)
    )
    turned = history.won.copy()
    turned[1001:] = ~turned[1001:]
    other = walked(replace(history, won=turned), Side.BUYER, 1200, upkeep=SMALL, known_at=late)
    assert (waiting[:50] == other[:50]).all()
    assert (waiting[50:] != other[50:]).any()
    assert (waiting[:50] != at_once[:50]).any()


def test_the_level_is_corrected_and_points_stay() -> None:
    history = _moving()
    card = fit_card(history.at(np.arange(1500)), Side.BUYER, effective_from=START)
    latest = history.at(np.arange(3500, 4000))
    moved = corrected(card, latest)
    assert moved.fields == card.fields
    assert moved.chances(scores(moved, latest.scored())).mean() == pytest.approx(latest.won.mean(), abs=1e-6)


def test_drift_is_said_field_by_field_and_silence_is_no_drift() -> None:
    history, _ = funnel(3000, 2)
    card = fit_card(history.at(np.arange(2000)), Side.BUYER, effective_from=START)
    latest = history.at(np.arange(2000, 3000))
    assert drifted(card, latest) == ()
    columns = {**latest.leads.columns, "source": replace(latest.leads.columns["source"], codes=np.ones(1000, np.int32))}
    shifted = replace(latest, leads=replace(latest.leads, columns=columns), won=np.ones(1000, dtype=bool))
    notes = drifted(card, shifted)
    assert notes[0].startswith("1.000 are won now")
    assert any(note.startswith("source spreads otherwise") for note in notes)


def test_a_walk_is_in_order() -> None:
    history, _ = funnel(300, 3)
    with pytest.raises(ValueError, match="in order"):
        walked(history.at(np.arange(300)[::-1]), Side.BUYER, 200)
