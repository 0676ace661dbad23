"""Reps on leads whose truth is known: equal skill on unequal leads, one truly better, and a favourite."""

import numpy as np
import pytest

from bothsides.leads.teams.rep_scorecard import Given, Standing, rep_scorecards
from bothsides.schema import Side

REPS = tuple("abcdef")


def given(seed, *, skill=None, n=250, by_lot=0.0, favourite=None, side=Side.BUYER):
    """Rep a is given the best leads, f the worst. `skill` multiplies a rep's odds.

    `favourite` is also given leads that are hotter than their score says, except where leads are dealt by lot.
    """
    draws = np.random.default_rng(seed)
    made = []
    for place, rep in enumerate(REPS):
        for i in range(n):
            lot = bool(draws.random() < by_lot)
            chance = float(draws.beta(2, 6)) if lot else float(draws.beta(4 - place / 2, 6))
            heat = 2.5 if rep == favourite and not lot else 1.0
            odds = chance / (1 - chance) * (skill or {}).get(rep, 1.0) * heat
            made.append(
                Given(
                    lead_id=f"{rep}{i}",
                    side=side,
                    rep=rep,
                    win_chance=chance,
                    won=bool(draws.random() < odds / (1 + odds)),
                    accepted=bool(draws.random() < 0.4 + chance),
                    in_time=bool(draws.random() < (0.6 if rep == "e" else 0.9)),
                    touch_hours=float(draws.exponential(4)),
                    by_lot=lot,
                )
            )
    return made


def by_rep(scores):
    return {score.rep: score for score in scores}


def test_equal_skill_on_unequal_leads_shows_raw_gaps_and_no_adjusted_one():
    called = 0
    for seed in range(20):
        scores = by_rep(rep_scorecards(given(seed)))
        assert scores["a"].raw_win_rate > scores["f"].raw_win_rate + 0.1
        called += any(score.standing is not Standing.AS_EXPECTED for score in scores.values())
        assert all(0.75 < score.shrunk < 1.25 for score in scores.values())
    assert called <= 3


def test_a_truly_better_rep_is_found_though_given_the_worst_leads():
    found = others = 0
    for seed in range(12):
        scores = by_rep(rep_scorecards(given(seed, skill={"f": 2.2}, n=400)))
        best = scores["f"]
        found += best.standing is Standing.ABOVE
        others += any(scores[rep].standing is not Standing.AS_EXPECTED for rep in "abcde")
        assert best.rank == 1
        assert best.above_middle > 0.95
        assert 1 < best.shrunk < best.wins.ratio
        assert best.raw_win_rate < scores["a"].raw_win_rate
    assert found >= 11
    assert others <= 3, "one who is better does not make the others worse"


def test_a_favourite_is_seen_through_where_leads_are_dealt_by_lot():
    adjusted = by_rep(rep_scorecards(given(1, favourite="b")))
    assert adjusted["b"].standing is Standing.ABOVE
    assert adjusted["b"].grade == "adjusted"
    called = 0
    for seed in range(10):
        newcomer = [Given(lead_id="new", side=Side.BUYER, rep="new", win_chance=0.2, won=True)]
        dealt = by_rep(rep_scorecards([*given(seed, favourite="b", by_lot=0.3, n=500), *newcomer]))
        assert dealt["new"].standing is Standing.TOO_FEW
        assert dealt["b"].grade == "randomised"
        assert dealt["b"].by_lot >= 30
        assert "dealt by lot" in dealt["b"].words
        called += dealt["b"].standing is Standing.ABOVE
    assert called <= 1


def test_few_leads_say_so_and_ranks_are_shared_where_luck_explains_all():
    scores = rep_scorecards(given(1, n=8))
    assert {score.standing for score in scores} == {Standing.TOO_FEW}
    assert "at least 5 wins and losses" in scores[0].words
    even = [
        Given(lead_id=f"{rep}{i}", side=Side.BUYER, rep=rep, win_chance=0.3, won=i < 30)
        for rep in "ab"
        for i in range(100)
    ]
    assert [(score.rank, score.shrunk, score.above_middle) for score in rep_scorecards(even)] == [(1, 1.0, 0.5)] * 2


def test_speed_and_acceptance_are_against_what_others_reach_on_such_leads():
    scores = by_rep(rep_scorecards(given(3)))
    assert scores["e"].in_time.high < 0.9
    assert scores["a"].in_time.low > 0.95
    raw = {rep: score.accepted.observed / score.accepted.n for rep, score in scores.items()}
    assert raw["a"] > raw["f"] + 0.05
    assert scores["a"].accepted.low < 1 < scores["a"].accepted.high
    assert scores["a"].median_hours == pytest.approx(4 * np.log(2), rel=0.3)


def test_sides_are_judged_apart_and_open_leads_wait():
    leads = given(1, n=60) + given(2, n=60, side=Side.SUPPLIER)
    leads += [Given(lead_id="x", side=Side.BUYER, rep="a", win_chance=0.5)]
    leads += [Given(lead_id="y", side=Side.SUPPLIER, rep="new", win_chance=None)]
    scores = {(score.side, score.rep): score for score in rep_scorecards(leads)}
    assert scores[Side.BUYER, "a"].open == 1
    assert scores[Side.BUYER, "a"].leads == 61
    new = scores[Side.SUPPLIER, "new"]
    assert (new.standing, new.wins.ratio, new.raw_win_rate) == (Standing.TOO_FEW, None, None)
    alone = {score.rep: score for score in rep_scorecards(given(1, n=60))}
    assert alone["b"].wins == scores[Side.BUYER, "b"].wins
