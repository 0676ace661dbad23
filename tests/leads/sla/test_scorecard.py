"""The monthly scorecard: each figure worked by hand, side by side."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.leads.sla.promised import CLOSE, MAY, POLICY, START, clock, lead

from bothsides.leads.sla.commitments import judge_month
from bothsides.leads.sla.policy import ClockKind
from bothsides.leads.sla.scorecard import Worked, percentile, scorecard
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR


def worked(n, **changes):
    asked = START + n * DAY
    usual = {
        "lead_id": f"lead-{n:03d}",
        "side": Side.BUYER,
        "owner": "ada",
        "asked_at": asked,
        "assigned_at": asked + HOUR,
        "first_touch_at": asked + (2 + n) * HOUR,
        "accepted": n % 4 != 0,
        "disposition": "working",
        "won": n == 1 if n < 4 else None,
    }
    return Worked(**usual | changes)


def card(clocks, leads, ways):
    kept = judge_month(POLICY, period=MAY, start=START, close=CLOSE, leads=leads, clocks=clocks)
    return scorecard(
        POLICY,
        period=MAY,
        close=CLOSE,
        policy_version="v1",
        load_id="load-7",
        kept=kept,
        clocks=clocks,
        leads=leads,
        worked=ways,
    )


def test_clocks_by_side_with_breaches_reversals_and_excuses():
    clocks = [clock(n) for n in range(8)]
    clocks += [clock(8, met=False), replace(clock(9, met=False), reversed_at=CLOSE - DAY, paused_seconds=3 * HOUR)]
    clocks += [clock(10, met=False, breached_at=None), clock(11, side=Side.SUPPLIER, clock=ClockKind.WELCOME_TOUCH)]
    touch, welcome = card(clocks, [], []).clocks
    assert (touch.due, touch.met, touch.breached, touch.reversed, touch.undecided) == (11, 9, 1, 1, 1)
    assert touch.attainment == pytest.approx(0.9)
    assert touch.low < 0.9 < touch.high
    assert (touch.excused, touch.excused_hours) == (1, 3.0)
    assert (touch.median_hours, touch.agreed) == (2.0, 0.9)
    assert (welcome.side, welcome.met, welcome.team) == (Side.SUPPLIER, 1, "customer_success")


def test_owners_add_up_to_the_team_and_unagreed_clocks_are_shown():
    clocks = [clock(n, met=n % 5 != 0) for n in range(20)] + [clock(30, clock=ClockKind.DISPOSITION)]
    made = card(clocks, [], [])
    touch = made.clocks[0]
    mine = [score for score in made.by_owner if score.clock == "first_touch"]
    assert [score.owner for score in mine] == ["ada", "ben"]
    assert sum(score.met for score in mine) == touch.met == 16
    assert sum(score.breached for score in mine) == touch.breached == 4
    assert (made.clocks[1].clock, made.clocks[1].agreed) == ("disposition", None)


def test_speed_to_lead_is_routing_plus_sla_and_untouched_leads_stand_beside_it():
    ways = [worked(0), worked(1), worked(2), worked(3, first_touch_at=None)]
    (speed,) = card([], [], ways).speed
    assert (speed.lead_median, speed.sla_median, speed.routing_median) == (3.0, 2.0, 1.0)
    assert speed.lead_p90 == pytest.approx(3.8)
    assert (speed.n, speed.waiting) == (4, 1)


def test_quality_says_what_sales_said_and_what_was_expected():
    leads = [lead(n) for n in range(8)] + [lead(9, withdrawn=True), lead(10, side=Side.SUPPLIER)]
    ways = [worked(n) for n in range(7)]
    ways[6] = worked(6, accepted=None, disposition=None, returned_at=CLOSE - DAY, recovered=True)
    ways[1] = worked(1, owner="ben", disposition=None)
    made = card([], leads, ways)
    buyer, supplier = made.quality
    assert (buyer.handed_over, buyer.answered, buyer.rejected) == (8, 6, 2)
    assert buyer.feedback_rate == pytest.approx(5 / 8)
    mine = {one.owner: (one.side, one.handed_over, one.feedback_rate) for one in made.quality_by_owner}
    assert mine == {"ada": (Side.BUYER, 6, pytest.approx(5 / 6)), "ben": (Side.BUYER, 1, 0.0)}
    assert buyer.reject_rate == pytest.approx(1 / 3)
    assert buyer.low < 1 / 3 < buyer.high
    assert (buyer.win_chance, buyer.quality) == (pytest.approx(0.2), 3200)
    assert (buyer.decided, buyer.won, buyer.returned, buyer.recovered) == (4, 1, 1, 1)
    assert (supplier.handed_over, supplier.feedback_rate, supplier.reject_rate) == (1, 0.0, None)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_among_the_numbers(numbers, share):
    assert min(numbers) <= percentile(numbers, share) <= max(numbers) + 1e-6
    assert percentile([], share) is None
