"""Response times on worlds whose truth is known: hot leads are called first, and the naive curve is wrong."""

import numpy as np
import pytest

from bothsides.leads.sla.commitment_terms import ProposalTerms
from bothsides.leads.sla.proposals import Answered, curve, propose
from bothsides.schema import Side

TERMS = ProposalTerms(draws=60)
BEND, SLOPE = 4.0, -0.05


def world(seed, *, n=20_000, slope=SLOPE, lottery=False, doors=0.5, unlike=0.0, side=Side.BUYER):
    """Buyers whose heat nobody records sets both who is called first and who is won.

    Up to four hours a wait costs nothing; then each doubling costs five points. Half arrive at closed doors.
    """
    draws = np.random.default_rng(seed)
    heat = draws.normal(size=n)
    closed = np.where(draws.random(n) < doors, draws.uniform(0.5, 62, n), 0.0)
    held = np.where(draws.random(n) < 0.5, 0.0, draws.choice([2.0, 8.0, 24.0, 48.0], n)) if lottery else np.zeros(n)
    score = 50 + 6 * heat + 8 * draws.normal(size=n) + unlike * (closed > 0)
    waited = np.exp(0.7 - 0.8 * heat + 0.5 * draws.normal(size=n)) + closed + held
    chance = np.clip(0.35 + 0.08 * heat + slope * np.maximum(0, np.log2(waited / BEND)), 0, 1)
    won = draws.random(n) < chance
    columns = zip(won.tolist(), waited.tolist(), closed.tolist(), score.tolist(), held.tolist(), strict=True)
    return [
        Answered(
            lead_id=str(i),
            side=side,
            won=w,
            waited_hours=hours,
            closed_hours=shut,
            score=points,
            held_hours=delay if lottery else None,
        )
        for i, (w, hours, shut, points, delay) in enumerate(columns)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("grade", "kind"), [("instrumented", {}), ("randomised", {"lottery": True, "doors": 0.0})])
def test_the_bend_and_its_cost_are_found_where_the_naive_curve_is_wrong(grade, kind, seed):
    seen = propose(TERMS, Side.BUYER, world(seed, **kind), present_hours=24)
    assert seen.grade == grade
    assert seen.refused is None
    assert seen.low <= BEND <= seen.high
    best = seen.estimates[0]
    assert best.slope_low <= SLOPE <= best.slope_high
    assert 2 <= seen.hours <= 8
    assert seen.naive.bend_high < BEND, "hot leads called first bend the naive curve where nothing bends"
    assert f"touch buyer leads within {seen.hours:g} h instead of 24 h" in seen.words
    assert seen.observational is (grade != "randomised")
    assert seen.words.endswith("observational, no wait was dealt by lot") is seen.observational


@pytest.mark.parametrize("seed", range(4))
def test_where_waiting_costs_nothing_no_time_is_proposed_though_the_naive_curve_falls(seed):
    seen = propose(TERMS, Side.BUYER, world(seed, slope=0.0, doors=0.2))
    assert seen.naive.slope < -0.01
    assert seen.naive.p_value < 1e-9
    assert seen.hours is None
    assert "no fall of conversion with waiting beyond chance" in seen.refused


def test_placebo_worlds_are_claimed_no_oftener_than_agreed():
    claims = sum(
        propose(ProposalTerms(draws=2), Side.BUYER, world(seed, slope=0.0, n=2_000)).hours is not None
        for seed in range(100, 160)
    )
    assert claims <= 6


def test_adjusted_alone_is_shown_and_refused_unless_the_teams_agree_otherwise():
    leads = world(1, doors=0.0, n=5_000)
    seen = propose(TERMS, Side.BUYER, leads)
    assert [one.grade for one in seen.estimates] == ["adjusted"]
    assert "only adjusted" in seen.refused
    assert seen.observational
    assert "goes with" in seen.estimates[0].words
    agreed = propose(ProposalTerms(draws=60, least_grade="adjusted"), Side.BUYER, leads)
    assert agreed.refused is None or "bend may lie" in agreed.refused


def test_doors_that_close_on_other_leads_are_no_instrument():
    seen = propose(TERMS, Side.BUYER, world(1, unlike=4.0, n=8_000))
    assert [(one.grade, one.usable) for one in seen.estimates] == [("instrumented", False), ("adjusted", True)]
    assert "score otherwise" in seen.estimates[0].words
    assert seen.hours is None


def test_few_leads_and_a_bend_anywhere_are_refused():
    few = propose(TERMS, Side.BUYER, world(1, n=900))
    assert few.refused == "900 leads old enough to tell; 1,000 are needed"
    anywhere = propose(ProposalTerms(draws=60, widest=1.5), Side.BUYER, world(1))
    assert "the bend may lie anywhere from" in anywhere.refused


def test_sides_do_not_mix_and_the_answer_is_the_same_each_time():
    both = world(1, n=4_000) + world(2, n=100, side=Side.SUPPLIER)
    assert propose(TERMS, Side.BUYER, both) == propose(TERMS, Side.BUYER, world(1, n=4_000))
    supplier = propose(TERMS, Side.SUPPLIER, both)
    assert (supplier.hours, supplier.naive.usable) == (None, False)


def test_the_curve_counts_each_lead_once():
    leads = world(1, n=3_000)
    points = curve(leads, TERMS.hours)
    assert sum(point.n for point in points) == 3_000
    assert all(point.low <= point.rate <= point.high for point in points)
