"""A card finds what tells apart, leaves out what does not, and says chances that hold."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.predict.calibration import calibration_error
from bothsides.predict.measures import auc
from bothsides.predict.scorecard.card import AGREED
from bothsides.predict.scorecard.fitting import Fitting, History, fit_card
from bothsides.predict.scorecard.printed import printed
from bothsides.predict.scorecard.scoring import points, scores
from bothsides.schema import Side
from tests.predict.scorecard.funnel import START, funnel

SUPPLIER = Side.SUPPLIER


def test_a_card_ranks_nearly_as_the_truth_and_its_chances_hold() -> None:
    history, _ = funnel(3000, 1)
    later, truth = funnel(4000, 2)
    card = fit_card(history, SUPPLIER, effective_from=START)
    given = scores(card, later.scored())
    best = auc(truth, later.won).value
    assert auc(given.astype(float), later.won).value > best - 0.012
    assert calibration_error(card.chances(given), later.won).value < 0.03
    assert "noise" not in card.names
    assert {"source", "sku_count"} <= set(card.names)


def test_points_are_whole_start_at_zero_and_reach_a_hundred() -> None:
    card = fit_card(funnel(1500, 3)[0], SUPPLIER, effective_from=START)
    seen = [[p for p, n in zip(f.points, f.seen, strict=True) if n] for f in card.fields]
    assert all(min(p) == 0 for p in seen)
    assert sum(max(p) for p in seen) == 100
    assert [f.most for f in card.fields] == sorted((f.most for f in card.fields), reverse=True)


def test_expected_and_won_agree_over_the_bands() -> None:
    history, _ = funnel(3000, 4)
    card = fit_card(history, SUPPLIER, effective_from=START)
    assert sum(band.n for band in card.bands) == 3000
    assert sum(band.won for band in card.bands) == history.won.sum() == card.won
    assert sum(band.expected * band.n for band in card.bands) == pytest.approx(history.won.sum(), rel=1e-4)
    assert card.learned_from == (history.decided_at[0], history.decided_at[-1])


def test_the_same_history_gives_the_same_version_and_another_one_another() -> None:
    history, _ = funnel(600, 5)
    versions = {fit_card(h, SUPPLIER, effective_from=START).version for h in (history, history, funnel(600, 6)[0])}
    assert len(versions) == 2


def test_with_few_outcomes_the_agreed_points_carry_the_card() -> None:
    """At 50 leads the card with them is better than without, and on average than they alone; no draw is far below."""
    gains, above = [], []
    later, _ = funnel(3000, 7)
    for seed in range(8):
        history, _ = funnel(50, 100 + seed)
        with_them, without = (
            scores(fit_card(h, SUPPLIER, effective_from=START), later.scored()).astype(float)
            for h in (history, replace(history, agreed=None))
        )
        by_hand = auc(later.agreed, later.won).value  # type: ignore[arg-type]  # the funnel has agreed points
        gains.append(auc(with_them, later.won).value - auc(without, later.won).value)
        above.append(auc(with_them, later.won).value - by_hand)
    assert np.mean(gains) > 0.005
    assert np.mean(above) > 0.01
    assert min(above) > -0.03


def test_agreed_points_that_read_backwards_are_not_used() -> None:
    history, _ = funnel(1000, 8)
    turned = replace(history, agreed=-history.agreed)  # type: ignore[operator]  # the funnel has agreed points
    assert AGREED not in fit_card(turned, SUPPLIER, effective_from=START).names


def test_a_direction_is_kept() -> None:
    history, _ = funnel(400, 9, agreed=False)
    card = fit_card(history, SUPPLIER, effective_from=START, policy=Fitting(directions={"sku_count": 1}))
    (skus,) = (field for field in card.fields if field.name == "sku_count")
    assert list(skus.points[:-1]) == sorted(skus.points[:-1])


def test_no_more_fields_than_agreed() -> None:
    card = fit_card(funnel(2000, 10)[0], SUPPLIER, effective_from=START, policy=Fitting(most_fields=1))
    assert len(card.names) == 2
    assert AGREED in card.names


def test_bins_come_from_the_leads_learned_from() -> None:
    """Levels never seen are scored by the bin of any other, and cost nothing."""
    history, _ = funnel(1000, 11)
    card = fit_card(history, SUPPLIER, effective_from=START)
    (source,) = (field for field in card.fields if field.name == "source")
    assert source.seen[-2:] == (0, 0)
    assert 0 < source.points[-2] < source.most
    assert set(points(card, history.leads)) == set(card.names)


def test_nothing_is_fitted_to_one_outcome_or_no_field() -> None:
    history, _ = funnel(100, 12)
    with pytest.raises(ValueError, match="only 0 leads of the rarer outcome"):
        fit_card(replace(history, won=np.zeros(100, dtype=bool)), SUPPLIER, effective_from=START)
    bare = History(leads=history.leads.only(()), won=history.won, decided_at=history.decided_at)
    with pytest.raises(ValueError, match="no field tells apart"):
        fit_card(bare, SUPPLIER, effective_from=START)
    with pytest.raises(ValueError, match="one a lead"):
        replace(history, won=np.zeros(99, dtype=bool))
    with pytest.raises(ValueError, match="a lead without any has 0"):
        replace(history, agreed=np.full(100, np.nan))


@pytest.mark.parametrize("n", [24, 40, 1200])
def test_outcomes_that_come_at_regular_places_are_learned_from_too(n: int) -> None:
    """Every fourth lead won, as of a list dealt to four people, must not end up in one part."""
    history, _ = funnel(n, 14)
    regular = replace(history, won=np.arange(n) % 4 == 0) if n > 24 else replace(history, won=np.arange(n) < 5)
    assert fit_card(regular, SUPPLIER, effective_from=START, keep=("source", "sku_count")).n == n


def test_the_printed_card_shows_points_counts_and_what_ten_points_are_worth() -> None:
    card = fit_card(funnel(1500, 13, agreed=False)[0], SUPPLIER, effective_from=START)
    text = printed(card)
    assert f"version {card.version}" in text
    assert all(f"{field.name} (up to {field.most} points)" in text for field in card.fields)
    assert sum(line.startswith("  ") and "%" in line and " to " in line for line in text.splitlines()) >= 8
    assert "referral" in text
