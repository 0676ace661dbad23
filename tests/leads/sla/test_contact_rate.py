"""The contact rate is marketing's only as far as sales tried."""

import numpy as np
import pytest

from bothsides.leads.sla.contact_rate import Attempted, contact_rate


def tried(n, attempts, *, contacted=False, over=True, name="x"):
    return [Attempted(lead_id=f"{name}{i}", attempts=attempts, contacted=contacted, over=over) for i in range(n)]


def test_leads_all_tried_in_full_give_the_plain_share():
    seen = contact_rate(tried(20, 1, contacted=True) + tried(80, 3), attempts=3)
    assert seen.rate == pytest.approx(0.2)
    assert seen.low < 0.2 < seen.high
    assert (seen.n, seen.contacted, seen.tried_in_full, seen.charged_to_sales) == (100, 20, 100, ())


def test_leads_nobody_tried_again_are_for_sales_to_answer():
    """Ten reached at the first call, the other ninety never called again: nothing is known of three attempts."""
    seen = contact_rate(tried(10, 1, contacted=True) + tried(90, 1, name="dropped"), attempts=3)
    assert seen.rate is None
    assert len(seen.charged_to_sales) == 90
    assert "not judged" in seen.words


def test_one_attempt_and_one_lead_are_told_as_one():
    seen = contact_rate(tried(1, 1, contacted=True) + tried(3, 1, name="silent"), attempts=1)
    assert seen.words == "25 % reached within 1 attempt where all are made: 1 of 4 was reached, 3 not within 1 attempt"
    assert "no lead was tried 1 time (0 of 2 reached so far)" in contact_rate(tried(2, 0), attempts=1).words


def test_giving_up_early_moves_the_rate_neither_way():
    """Each attempt reaches 10 %; sales stops after any attempt with chance one half. Three attempts reach 27.1 %."""
    draws = np.random.default_rng(3)
    leads = []
    for i in range(20_000):
        attempts, contacted = 0, False
        while attempts < 3 and not contacted and (attempts == 0 or draws.random() < 0.5):
            attempts += 1
            contacted = bool(draws.random() < 0.1)
        leads.append(Attempted(lead_id=str(i), attempts=attempts, contacted=contacted, over=True))
    seen = contact_rate(leads, attempts=3)
    assert seen.low < 0.271 < seen.high
    naive = seen.contacted / seen.tried_in_full
    assert naive > 0.33, "reached over tried in full flatters marketing"


def test_leads_still_in_time_wait_and_an_untouched_one_says_nothing():
    seen = contact_rate(
        tried(5, 2, contacted=True) + tried(5, 3) + tried(3, 0, over=False) + tried(2, 0, name="untouched"), attempts=3
    )
    assert seen.rate == pytest.approx(0.5)
    assert seen.waiting == 3
    assert seen.charged_to_sales == ("untouched0", "untouched1")


def test_nobody_and_everybody_keep_an_honest_interval():
    none = contact_rate(tried(30, 3), attempts=3)
    assert (none.rate, none.low, none.high) == (0.0, 0.0, 0.1)
    everyone = contact_rate(tried(30, 1, contacted=True), attempts=3)
    assert (everyone.rate, everyone.low, everyone.high) == (1.0, 0.9, 1.0)
    assert contact_rate([], attempts=3).words == "no lead to reach"
