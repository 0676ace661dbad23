"""What people do with a lead: the same answer to the same decision, and the true effects in the rows."""

from statistics import mean, median

import pytest

from bothsides.schema.instant import DAY, HOUR
from bothsides.schema.side import Side
from bothsides.schema.stage import LeadStage
from bothsides.simulate.desk import Quarter, QuarterLead, Reaction, past_leads, quarter, reaction
from bothsides.simulate.desk.odds import win_probability
from bothsides.simulate.desk.reaction import heat
from bothsides.simulate.desk.reasons import REJECTED_PRIZE_DRAW, UNREACHABLE


@pytest.fixture(scope="module")
def busy() -> Quarter:
    return quarter(3, leads_per_week=250)


def answers(one: Quarter, owner: str, **how: int) -> list[tuple[QuarterLead, Reaction]]:
    wait, allowed = how.get("wait", 60), how.get("allowed", 2 * DAY)
    return [
        (lead, reaction(one, lead, owner, lead.arrived_at + wait, lead.arrived_at + wait + allowed))
        for lead in one.leads
    ]


def won(reactions: list[tuple[QuarterLead, Reaction]]) -> float:
    return mean(bool(after.close and after.close.won) for _, after in reactions)


def test_the_same_decision_has_the_same_answer(spring: Quarter) -> None:
    assert answers(spring, "amara.osei") == answers(spring, "amara.osei")
    assert answers(spring, "amara.osei") != answers(spring, "tom.hadley")


def test_an_owner_who_is_not_on_the_roster_is_told(spring: Quarter) -> None:
    with pytest.raises(ValueError, match=r"'nobody' is not on the roster: one of priya\.nair"):
        reaction(spring, spring.leads[0], "nobody", 0, 0)


def test_everything_happens_in_order_and_after_the_assignment(spring: Quarter) -> None:
    for lead, after in answers(spring, "sofia.conti"):
        at = [touch.occurred_at for touch in after.touches]
        assert at == sorted(at)
        assert all(moment > lead.arrived_at for moment in at)
        assert all(touch.logged_at > touch.occurred_at for touch in after.touches)
        moves = [move.moved_at for move in after.stages]
        assert moves == sorted(moves)
        if after.disposition is not None:
            assert after.disposition.given_at >= at[-1]
            assert after.disposition.accepted == (after.disposition.reason is None)
        if after.close is not None:
            assert after.disposition is not None
            assert after.disposition.accepted
            assert after.stages[-1].stage is (LeadStage.CLOSED_WON if after.close.won else LeadStage.CLOSED_LOST)
            assert after.close.amount.minor == lead.deal_size * 100
            assert (after.close.note == "") == (after.close.objections == ("none",))


def test_few_leads_are_never_touched_and_callum_leaves_most(busy: Quarter) -> None:
    silent = {
        owner: mean(
            not after.touches for lead, after in answers(busy, owner) if lead.arrived_at < busy.opens_at + 50 * DAY
        )
        for owner in ("amara.osei", "callum.reid")
    }
    assert silent["amara.osei"] < 0.07 < silent["callum.reid"] < 0.4


def test_touches_out_of_hours_are_rare_and_some_are_told_after_they_were_due(busy: Quarter) -> None:
    reactions = answers(busy, "sofia.conti")
    touches = [touch for _, after in reactions for touch in after.touches]
    hours = busy.reps["sofia.conti"].hours
    assert 0.001 < mean(not hours.inside(touch.occurred_at) for touch in touches) < 0.05
    due = [(after.touches[0], lead.arrived_at + 60 + 2 * DAY) for lead, after in reactions if after.touches]
    assert sum(touch.occurred_at <= limit < touch.logged_at for touch, limit in due) > 20


def test_nobody_works_on_leave_or_after_leaving(busy: Quarter) -> None:
    away, left = busy.reps["jonas.weber"], busy.reps["callum.reid"]
    assert away.away is not None
    assert left.left_on is not None
    gone = busy.opens_at + ((left.left_on - busy.start).days + 1) * DAY
    first = busy.opens_at + (away.away[0] - busy.start).days * DAY
    for _, after in answers(busy, "jonas.weber"):
        assert not any(first <= touch.occurred_at < first + 14 * DAY - 8 * HOUR for touch in after.touches)
    for lead, after in answers(busy, "callum.reid"):
        assert all(touch.occurred_at < gone for touch in after.touches)
        if lead.arrived_at > gone:
            assert after == Reaction()


def test_skill_and_speed_win_for_the_same_leads(busy: Quarter) -> None:
    assert won(answers(busy, "priya.nair")) > won(answers(busy, "marek.nowak")) + 0.03
    assert won(answers(busy, "amara.osei")) > won(answers(busy, "amara.osei", wait=3 * DAY)) + 0.02


def test_a_lead_won_late_is_won_early_too(busy: Quarter) -> None:
    """One hidden draw for each lead: sooner never loses what later would have won."""
    early, late = answers(busy, "hanna.lindqvist"), answers(busy, "hanna.lindqvist", wait=4 * DAY)
    for (_, sooner), (_, later) in zip(early, late, strict=True):
        if (
            later.close is not None
            and later.close.won
            and sooner.touches[0].occurred_at <= later.touches[0].occurred_at
        ):
            assert sooner.close is not None
            assert sooner.close.won


def test_good_leads_are_called_first(busy: Quarter) -> None:
    waits = [
        (heat(busy.seed, lead), after.touches[0].occurred_at - lead.arrived_at)
        for lead, after in answers(busy, "lucie.marchand")
        if after.touches
    ]
    hot = median(wait for looks, wait in waits if looks > 0.6)
    assert hot < median(wait for looks, wait in waits if looks < 0.2) / 1.5


def test_sales_calls_the_prize_draw_unqualified(busy: Quarter) -> None:
    verdicts = [
        (lead.prize_draw, after.disposition) for lead, after in answers(busy, "amara.osei") if after.disposition
    ]
    rejected = {draw: mean(not one.accepted for prize, one in verdicts if prize is draw) for draw in (True, False)}
    assert rejected[True] > 0.9
    assert rejected[False] < 0.65
    reasons = {one.reason for prize, one in verdicts if prize and not one.accepted}
    assert reasons == {*REJECTED_PRIZE_DRAW, UNREACHABLE}


def test_past_leads_are_closed_before_they_are_needed_and_won_about_as_often() -> None:
    past = past_leads(7)
    assert past == past_leads(7)
    assert 0.12 < mean(one.won for one in past) < 0.3
    assert all(one.closed_at > one.lead.arrived_at for one in past)
    high = [one.won for one in past if one.lead.win_probability > 0.4]
    low = [one.won for one in past if one.lead.win_probability < 0.15]
    assert mean(high) > mean(low) + 0.2


def test_raw_figures_overstate_what_speed_does(busy: Quarter) -> None:
    raw: dict[bool, list[bool]] = {True: [], False: []}
    true: dict[bool, list[float]] = {True: [], False: []}
    for lead, after in answers(busy, "lucie.marchand"):
        if lead.side is Side.BUYER and not lead.prize_draw and after.touches:
            hours = (after.touches[0].occurred_at - lead.arrived_at) / HOUR
            if hours < 4 or hours > 24:
                raw[hours < 4].append(bool(after.close and after.close.won))
            for soon in (True, False):
                true[soon].append(win_probability(lead.side, lead.traits, hours_to_contact=2 if soon else 36))
    assert len(raw[True]) > 100 < len(raw[False])
    assert mean(raw[True]) - mean(raw[False]) > 1.3 * (mean(true[True]) - mean(true[False])) > 0.05
