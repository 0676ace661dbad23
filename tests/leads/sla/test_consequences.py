"""What follows from breaches that stand at the close of a month."""

from dataclasses import replace

import pytest
from tests.leads.sla.promised import CLOSE, MAY, PAUSE, POLICY, START, clock, lead

from bothsides.leads.sla.commitment_terms import Consequence, Team, Then
from bothsides.leads.sla.commitments import judge_month
from bothsides.leads.sla.consequences import consequences, used
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR

ENOUGH = [lead(n) for n in range(60)]
KEPT_BUYERS = replace(POLICY.marketing[0], contact_rate=None)
AGREED = replace(POLICY, marketing=(KEPT_BUYERS,))


def due(clocks, *, policy=AGREED, leads=ENOUGH, close=CLOSE):
    kept = judge_month(policy, period=MAY, start=START, close=close, leads=leads, clocks=clocks)
    return consequences(policy, period=MAY, start=START, close=close, clocks=clocks, kept=kept)


def test_more_breaches_than_tolerated_let_marketing_pause_its_volume():
    (one,) = due([clock(n, met=n > 2) for n in range(20)])
    assert (one.by, one.to, one.then, one.side) == (Team.SALES, Team.MARKETING, Then.PAUSE_VOLUME, Side.BUYER)
    assert (one.period, one.until, one.withheld, one.used) == ("2026-05", "2026-06", None, None)
    assert one.breaches == ("clock-000", "clock-001", "clock-002")
    assert "marketing may pause its volume commitment for buyer leads next month" in one.words
    assert due([clock(n, met=n > 1) for n in range(20)]) == ()


def test_breaches_reversed_by_the_close_do_not_count_and_later_ones_do():
    clocks = [clock(n, met=n > 2) for n in range(20)]
    in_time = [replace(clocks[0], reversed_at=CLOSE), *clocks[1:]]
    too_late = [replace(clocks[0], reversed_at=CLOSE + DAY), *clocks[1:]]
    assert due(in_time) == ()
    assert len(due(too_late)) == 1
    assert due([replace(one, due_at=CLOSE) for one in clocks]) == ()


def test_who_broke_its_own_word_cannot_claim_the_others():
    clocks = [clock(n, met=n > 2) for n in range(20)]
    (one,) = due(clocks, leads=ENOUGH[:10])
    assert one.withheld == "marketing missed its own qualified buyers in 2026-05"
    with pytest.raises(ValueError, match="does not apply"):
        used(one, True)
    (other,) = due(clocks)
    assert used(other, False).used is False


def test_leads_go_back_and_marketing_owes_a_meeting():
    policy = replace(
        AGREED,
        consequence=(
            Consequence(name="returned", by=Team.SALES, then=Then.RETURN_LEADS, clean_hands=False),
            Consequence(name="talk", by=Team.MARKETING, then=Then.MEETING, side=Side.BUYER),
        ),
    )
    clocks = [replace(clock(1, met=False), lead_id="lead-009"), replace(clock(2, met=False), lead_id="lead-009")]
    back, talk = due(clocks, policy=policy, leads=[])
    assert back.leads == ("lead-009",)
    assert (talk.to, talk.breaches) == (Team.SALES, ("qualified buyers",))


def test_a_share_can_be_agreed_beside_a_number():
    policy = replace(AGREED, consequence=(replace(PAUSE, more_than_share=0.2),))
    assert due([clock(n, met=n > 2) for n in range(20)], policy=policy) == ()
    assert len(due([clock(n, met=n > 4) for n in range(20)], policy=policy)) == 1


def month(clocks, number, *, known_at=None):
    """The breaches that a month from May on counts, each month thirty days long."""
    start, period = START + 30 * DAY * number, MAY
    for _ in range(number):
        period = period.next()
    found = consequences(
        replace(AGREED, consequence=(replace(PAUSE, more_than=0),)),
        period=period,
        start=start,
        close=start + 30 * DAY,
        clocks=clocks,
        kept=(),
        known_at=known_at,
    )
    return [breach for one in found for breach in one.breaches]


def test_a_breach_of_the_months_last_hours_counts_once_in_the_month_in_which_it_is_written():
    end = START + 30 * DAY
    before, at_it, after, much_later = (
        replace(clock(n, met=False), due_at=end - HOUR, breached_at=written)
        for n, written in enumerate((end - 60, end, end + 60, end + 40 * DAY))
    )
    next_months = replace(clock(4, met=False), due_at=end, breached_at=end)
    clocks = [before, at_it, after, much_later, next_months]
    assert month(clocks, 0) == ["clock-000", "clock-001"]
    assert month(clocks, 1) == ["clock-002", "clock-004"]
    assert month(clocks, 2) == ["clock-003"]
    assert month(clocks, 0, known_at=end + 90 * DAY) == ["clock-000", "clock-001"], "a later look moves none"


def test_of_a_share_a_clock_is_due_in_the_month_that_counts_its_breach():
    end = START + 30 * DAY
    late = [replace(clock(n, met=False), due_at=end - HOUR, breached_at=end + 60) for n in range(3)]
    of_june = [replace(clock(n), due_at=end + DAY, met_at=end + HOUR) for n in range(3, 10)]
    policy = replace(AGREED, consequence=(replace(PAUSE, more_than_share=0.29),))
    (one,) = consequences(policy, period=MAY.next(), start=end, close=end + 30 * DAY, clocks=[*late, *of_june], kept=())
    assert (len(one.breaches), one.due) == (3, 10)
    assert consequences(policy, period=MAY, start=START, close=end, clocks=late, kept=()) == ()


def test_a_breach_from_before_the_first_judged_month_counts_in_none():
    end = START + 30 * DAY
    late = [replace(clock(n, met=False), due_at=end - HOUR, breached_at=end + 60) for n in range(3)]
    found = consequences(
        AGREED, period=MAY.next(), start=end, close=end + 30 * DAY, clocks=late, kept=(), judged_from=end
    )
    assert found == ()
