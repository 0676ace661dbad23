"""The old score decided who was called; a call wins leads. The new card must not take the call for the lead."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.predict.logistic import Floats, sigmoid
from bothsides.predict.measures import Bools, auc
from bothsides.predict.scorecard.columns import leads
from bothsides.predict.scorecard.fitting import History, fit_card
from bothsides.predict.scorecard.scoring import scores
from bothsides.predict.scorecard.treatment import refit_treated
from bothsides.predict.scorecard.trial import tried
from bothsides.schema import Side


def _world(n: int, seed: int, *, holdout: float) -> tuple[History, list[str], Bools, Floats]:
    """`believed` decided who was called and says nothing; `real` decides who wins; a call adds 1.8 logits.

    Returns the leads, their treatment, who was in the holdout, and the chance of each where nobody is called.
    """
    rng = np.random.default_rng(seed)
    believed, real = rng.normal(size=n), rng.normal(size=n)
    held = rng.random(n) < holdout
    called = np.where(held, rng.random(n) < 0.4, believed > 0.3)
    untreated = 0.9 * real - 1.5
    history = History(
        leads=leads({"believed": believed, "real": real}),
        won=rng.random(n) < sigmoid(untreated + 1.8 * called),
        decided_at=np.arange(n, dtype=np.int64),
    )
    return history, ["sales" if one else "nurture" for one in called], held, sigmoid(untreated)


@pytest.mark.parametrize(("holdout", "learned_on"), [(0.02, "within 2 treatments"), (0.3, "random holdout")])
def test_a_refit_learns_the_leads_where_a_naive_one_learns_the_call(holdout: float, learned_on: str) -> None:
    history, treatment, held, _ = _world(4000, 1, holdout=holdout)
    naive = fit_card(history, Side.BUYER, effective_from=0)
    refit = refit_treated(history, treatment, held, Side.BUYER, effective_from=0)
    most = [{f.name: f.most for f in card.fields} for card in (naive, refit.card)]
    assert most[0]["believed"] >= 30
    assert most[1].get("believed", 0) <= 12
    assert learned_on in refit.learned_on
    fresh, _, _, chance = _world(4000, 2, holdout=0.0)
    would_win = np.random.default_rng(3).random(4000) < chance
    ranks = [auc(scores(card, fresh.leads).astype(float), would_win).value for card in (naive, refit.card)]
    best = auc(chance, would_win).value
    assert ranks[0] < best - 0.03
    assert ranks[1] > best - 0.015


def test_the_won_rate_is_always_told_by_treatment() -> None:
    history, treatment, held, _ = _world(3000, 4, holdout=0.2)
    table = refit_treated(history, treatment, held, Side.BUYER, effective_from=0).by_treatment
    assert [(row.treatment, row.in_holdout) for row in table] == [
        ("nurture", False), ("nurture", True), ("sales", False), ("sales", True)
    ]  # fmt: skip
    assert sum(row.n for row in table) == 3000
    assert sum(row.won for row in table) == history.won.sum()
    nurture, sales = (row for row in table if row.in_holdout)
    assert nurture.rate.high is not None
    assert sales.rate.low is not None
    assert nurture.rate.high < sales.rate.low


def test_a_trial_on_treated_leads_favours_the_card_that_treated_them_and_the_holdout_does_not() -> None:
    history, treatment, held, _ = _world(4000, 1, holdout=0.3)
    naive = fit_card(history.at(~held), Side.BUYER, effective_from=0)
    better = refit_treated(history, treatment, held, Side.BUYER, effective_from=0).card
    later, _, held_later, _ = _world(4000, 2, holdout=0.3)
    later = replace(later, decided_at=later.decided_at + 4000)
    assert not tried(better, naive, later.at(~held_later), at=8000).passed
    assert tried(better, naive, later.at(held_later), at=8000).passed


def test_one_treatment_is_fitted_as_it_is() -> None:
    history, _, _, _ = _world(800, 5, holdout=0.0)
    refit = refit_treated(history, ["sales"] * 800, np.zeros(800, dtype=bool), Side.BUYER, effective_from=0)
    assert refit.card == fit_card(history, Side.BUYER, effective_from=0)


def test_entries_must_be_one_a_lead() -> None:
    history, treatment, held, _ = _world(100, 6, holdout=0.0)
    with pytest.raises(ValueError, match="one a lead"):
        refit_treated(history, treatment[1:], held, Side.BUYER, effective_from=0)
