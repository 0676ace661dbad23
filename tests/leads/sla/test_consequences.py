"""What follows from breaches that stand at the close of a month."""

from dataclasses import replace

import pytest
from tests.leads.sla.promised import CLOSE, MAY, PAUSE, POLICY, START, clock, lead

from bothsides.leads.sla.commitment_terms import Consequence, Team, Then
from bothsides.leads.sla.commitments import judge_month
from bothsides.leads.sla.consequences import consequences, used
from bothsides.schema import Side
from bothsides.schema.instant import DAY

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
