"""What decay promises, as checks that pass on the product and that planted naive versions must fail."""

from dataclasses import replace

from bothsides.leads.decay import (
    DecayKind,
    DecayPolicy,
    DecayReason,
    DecayRule,
    LeadRound,
    LeadTouch,
    compile_decay,
    decay_due,
    decide_decay,
    last_real_touch,
    may_reenter,
)
from bothsides.schema.instant import DAY, HOUR
from bothsides.schema.stage import LeadStage
from bothsides.schema.working_time import OFFICE, working_time

FRIDAY_16 = 1_784_908_800
"""2026-07-24, a Friday, 16:00 UTC."""
HOURS_48 = 48 * HOUR
USUAL = compile_decay(DecayPolicy())


def lead(**more: object) -> LeadRound:
    fields = {"assigned_at": FRIDAY_16, "owner": "ana", "owner_since": FRIDAY_16, "stage": LeadStage.MQL, **more}
    return LeadRound(lead_id="a" * 32, **fields)


def touch(at: int, kind: str = "call", *, incoming: bool = False, automated: bool = False) -> LeadTouch:
    return LeadTouch(kind=kind, direction="in" if incoming else "out", occurred_at=at, automated=automated)


def touched(*touches: LeadTouch, now: int) -> LeadRound:
    return lead(last_touch=last_real_touch(USUAL, touches, since=FRIDAY_16, until=now))


def due_to_the_second() -> None:
    assert decay_due(lead(), USUAL) == FRIDAY_16 + HOURS_48
    assert decide_decay(lead(), USUAL, FRIDAY_16 + HOURS_48 - 60) is None
    assert decide_decay(lead(), USUAL, FRIDAY_16 + HOURS_48 - 1) is None
    action = decide_decay(lead(), USUAL, FRIDAY_16 + HOURS_48)
    assert action is not None
    assert (action.kind, action.reason) == (DecayKind.RETURN_TO_MARKETING, DecayReason.NOT_CONTACTED)


def real_touches_reset() -> None:
    now = FRIDAY_16 + HOURS_48
    for kind in ("call", "email", "meeting", "chat"):
        for incoming in (False, True):
            at = FRIDAY_16 + 40 * HOUR
            kept = touched(touch(at, kind, incoming=incoming), now=now)
            assert decide_decay(kept, USUAL, now) is None
            assert decay_due(kept, USUAL) == at + HOURS_48


def machines_do_not_reset() -> None:
    now = FRIDAY_16 + HOURS_48
    sent = touch(now - HOUR, "email", automated=True)
    reply = touch(now - HOUR, "email", incoming=True, automated=True)
    assert decide_decay(touched(sent, reply, touch(now - HOUR, "ad"), now=now), USUAL, now) is not None


def a_touch_before_the_round_does_not_count() -> None:
    now = FRIDAY_16 + HOURS_48
    assert decay_due(lead(last_touch=FRIDAY_16 - 1), USUAL) == now
    action = decide_decay(lead(last_touch=FRIDAY_16 - 1), USUAL, now)
    assert action is not None
    assert action.reason is DecayReason.NOT_CONTACTED
    assert decay_due(touched(touch(FRIDAY_16 - 1), now=now), USUAL) == now


def a_touch_in_the_last_second_is_in_time() -> None:
    now = FRIDAY_16 + HOURS_48
    assert decide_decay(touched(touch(now), now=now), USUAL, now) is None
    assert decide_decay(touched(touch(now + 1), now=now), USUAL, now) is not None


def working_hours_leave_out_the_weekend() -> None:
    compiled = compile_decay(DecayPolicy(rule=(DecayRule(name="r", untouched_hours=8, counted_in="working_hours"),)))
    assert decay_due(lead(), compiled, working_time(OFFICE, 2026, 2026)) == FRIDAY_16 + 3 * DAY


def the_first_rule_counts() -> None:
    rules = (
        DecayRule(name="whales", when={"segment": "enterprise"}, decays=False),
        DecayRule(name="suppliers", when={"side": "supplier"}, untouched_hours=120),
        DecayRule(name="rest", untouched_hours=24),
    )
    compiled = compile_decay(DecayPolicy(rule=rules))
    due = [
        decay_due(lead(fields={"segment": segment, "side": side}), compiled)
        for segment, side in (("enterprise", "supplier"), ("small", "supplier"), ("small", "buyer"))
    ]
    assert due == [None, FRIDAY_16 + 120 * HOUR, FRIDAY_16 + 24 * HOUR]


SILENT = compile_decay(DecayPolicy(rule=(DecayRule(name="r", silent_hours=8, most_reassignments=1),)))


def silent_owners_lose_the_lead_while_the_48_hours_run_on() -> None:
    first = decide_decay(lead(), SILENT, FRIDAY_16 + 8 * HOUR)
    assert first is not None
    assert (first.kind, first.reason, first.owner) == (DecayKind.REASSIGN, DecayReason.OWNER_SILENT, "ana")
    assert (first.step, first.recycles) == (None, 0)
    second = lead(owner="ben", owner_since=FRIDAY_16 + 8 * HOUR, reassignments=1)
    assert decay_due(second, SILENT) == FRIDAY_16 + HOURS_48
    assert decide_decay(second, SILENT, FRIDAY_16 + 47 * HOUR) is None
    gone = decide_decay(second, SILENT, FRIDAY_16 + HOURS_48)
    assert gone is not None
    assert gone.kind is DecayKind.RETURN_TO_MARKETING
    assert gone.key != first.key


def after_an_outage_a_cold_lead_goes_back_once() -> None:
    late = decide_decay(lead(), SILENT, FRIDAY_16 + 7 * DAY)
    assert late is not None
    assert (late.kind, late.due_at) == (DecayKind.RETURN_TO_MARKETING, FRIDAY_16 + HOURS_48)


def it_waits_for_evidence_but_not_for_ever() -> None:
    due = FRIDAY_16 + HOURS_48
    assert decide_decay(lead(), USUAL, due + HOUR, known_until=due - 1) is None
    assert decide_decay(lead(), USUAL, due + HOUR, known_until=due) is not None
    assert decide_decay(lead(), USUAL, due + 6 * HOUR, known_until=due - 1) is not None


def only_leads_that_are_worked_decay() -> None:
    for stage in LeadStage:
        worked = stage in (LeadStage.MQL, LeadStage.SALES_QUALIFIED)
        assert (decay_due(lead(stage=stage), USUAL) is not None) == worked
    assert decay_due(lead(assigned_at=None), USUAL) is None


def the_way_back_is_history_and_counted() -> None:
    now = FRIDAY_16 + HOURS_48
    for before, count, back in ((0, 1, now + 30 * DAY), (1, 2, now + 30 * DAY), (2, 3, None)):
        action = decide_decay(lead(recycles=before), USUAL, now)
        assert action is not None
        assert action.step is not None
        assert (action.recycles, action.re_enters_from) == (count, back)
        assert (action.step.before, action.step.after) == (LeadStage.MQL, LeadStage.RECYCLED)
        assert action.step.reason == "not_contacted"


def a_lead_returns_after_its_cool_down_and_not_too_often() -> None:
    gone = lead(stage=LeadStage.RECYCLED, recycled_at=FRIDAY_16, recycles=1)
    ready = FRIDAY_16 + 30 * DAY
    assert [may_reenter(gone, USUAL, at).allowed for at in (ready - 1, ready)] == [False, True]
    assert may_reenter(gone, USUAL, ready - 1).from_when == ready
    assert may_reenter(gone, USUAL, FRIDAY_16 + 1, event="demo_requested").allowed
    assert not may_reenter(gone, USUAL, FRIDAY_16 + 1, event="pricing_viewed").allowed
    often = replace(gone, recycles=3)
    assert not may_reenter(often, USUAL, ready, event="demo_requested").allowed
    assert may_reenter(lead(), USUAL, FRIDAY_16).allowed


CHECKS = (
    due_to_the_second,
    real_touches_reset,
    machines_do_not_reset,
    a_touch_before_the_round_does_not_count,
    a_touch_in_the_last_second_is_in_time,
    working_hours_leave_out_the_weekend,
    the_first_rule_counts,
    silent_owners_lose_the_lead_while_the_48_hours_run_on,
    after_an_outage_a_cold_lead_goes_back_once,
    it_waits_for_evidence_but_not_for_ever,
    only_leads_that_are_worked_decay,
    the_way_back_is_history_and_counted,
    a_lead_returns_after_its_cool_down_and_not_too_often,
)
