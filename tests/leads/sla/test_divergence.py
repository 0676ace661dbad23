"""The switch to quality: proposed where the market is flat, rarely where it grows, never on thin data."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from tests.leads.sla.promised import BUYERS, POLICY

from bothsides.leads.sla.commitment_terms import Counting
from bothsides.leads.sla.divergence import Finding, OutcomeMonth, divergence, t_quantile, t_tail


def months(outcomes, *, attainment=1.1, cases=400):
    return [
        OutcomeMonth(period=f"2026-{n:02d}", attainment=attainment, outcome=value, cases=cases)
        for n, value in enumerate(outcomes, 1)
    ]


def said(outcomes, clause=BUYERS, **changes):
    return divergence(POLICY, clause, "fill rate", months(outcomes, **changes), earlier_win_chance=0.2)


FLAT = [0.300, 0.302, 0.299, 0.301, 0.300, 0.299]


def test_green_beside_a_flat_market_proposes_quality():
    seen = said(FLAT)
    assert seen.finding is Finding.SWITCH
    assert seen.growth == pytest.approx(0, abs=0.003)
    assert seen.high < 0.02
    assert seen.p_value < 0.05
    assert seen.proposed_standard == 0.2
    assert "supply, price or sales" in seen.words


def test_a_growing_market_a_red_clause_and_a_weighted_one_do_not():
    grows = said([0.3 * 1.03**n for n in range(6)])
    assert (grows.finding, grows.proposed_standard) == (Finding.NO_DIVERGENCE, None)
    red = said(FLAT, attainment=0.9)
    assert red.finding is Finding.NO_DIVERGENCE
    assert "mend that first" in red.words
    assert said(FLAT, clause=replace(BUYERS, counted=Counting.MONEY)).finding is Finding.NO_DIVERGENCE


def test_thin_or_restless_months_say_nothing():
    assert said(FLAT[:5]).finding is Finding.SILENT
    assert said(FLAT, cases=20).finding is Finding.SILENT
    assert said([*FLAT[:5], 0.0]).finding is Finding.SILENT
    restless = said([0.2, 0.4, 0.25, 0.38, 0.22, 0.31])
    assert restless.finding is Finding.NO_DIVERGENCE
    assert "cannot be ruled out" in restless.words


def test_it_cries_no_oftener_than_agreed_and_sees_what_is_flat():
    """Months with 2 % noise: growing exactly as expected (the worst case of no divergence), and flat."""
    draws = np.random.default_rng(11)
    wrong = right = 0
    for _ in range(400):
        noise = draws.normal(0, 0.02, 6)
        grows = [math.exp(math.log1p(0.02) * n + e) for n, e in enumerate(noise)]
        wrong += said(grows).finding is Finding.SWITCH
        right += said([math.exp(e) for e in noise]).finding is Finding.SWITCH
    assert wrong / 400 <= 0.075
    assert right / 400 >= 0.6


@given(st.floats(-8, 8), st.integers(1, 40))
def test_the_tail_is_students(t, freedom):
    assert t_tail(t, freedom) == pytest.approx(student.sf(t, freedom), abs=1e-9)


def test_the_quantile_is_students():
    assert t_quantile(0.95, 4) == pytest.approx(student.ppf(0.95, 4), abs=1e-6)
