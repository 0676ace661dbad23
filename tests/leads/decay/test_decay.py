"""Decay keeps its promises, naive versions planted here are found out, and over random histories it is exactly once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.leads.decay import checks
from tests.leads.decay.checks import FRIDAY_16, HOURS_48, USUAL, lead, touch
from tests.leads.route.desks import Desk, members, pool
from tests.leads.route.desks import policy as routing_policy

from bothsides.leads.decay import (
    DecayKind,
    DecayPolicy,
    DecayRule,
    compile_decay,
    decay_due,
    decide_decay,
    deciding,
    last_real_touch,
    problems,
    reentered,
)
from bothsides.schema.instant import HOUR
from bothsides.schema.stage import LeadStage


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_the_product_keeps(check: Callable[[], None]) -> None:
    check()


def _whole_days(start: int, hours: float, *_: Any) -> int:
    """Counts calendar days, as a date difference does."""
    day = 24 * HOUR
    return start // day * day + round(hours * HOUR)


def _counts_machines(compiled: Any, touches: Any, *, since: int, until: int) -> int | None:
    return max((one.occurred_at for one in touches if since <= one.occurred_at <= until), default=None)


def _only_outgoing(compiled: Any, touches: Any, *, since: int, until: int) -> int | None:
    outgoing = (one for one in touches if one.direction == "out" and not one.automated)
    return max((one.occurred_at for one in outgoing if since <= one.occurred_at <= until), default=None)


def _minute_early(start: int, hours: float, *_: Any) -> int:
    return start + round(hours * HOUR) - 60


def _minute_late(start: int, hours: float, *_: Any) -> int:
    return start + round(hours * HOUR) + 60


PLANTED: tuple[tuple[str, Any, str, Any, tuple[Callable[[], None], ...]], ...] = (
    ("touch does not reset", deciding, "_touch", lambda lead: None, (checks.real_touches_reset,)),
    ("old touch counts", deciding, "_touch", lambda lead: lead.last_touch,
     (checks.a_touch_before_the_round_does_not_count,)),
    ("47:59", deciding, "_after", _minute_early, (checks.due_to_the_second,)),
    ("48:01", deciding, "_after", _minute_late, (checks.due_to_the_second,)),
    ("whole days", deciding, "_after", _whole_days, (checks.due_to_the_second,)),
    ("weekend counts", deciding, "_after", lambda start, hours, *_: start + round(hours * HOUR),
     (checks.working_hours_leave_out_the_weekend,)),
    ("machines count", checks, "last_real_touch", _counts_machines, (checks.machines_do_not_reset,)),
    ("replies do not count", checks, "last_real_touch", _only_outgoing, (checks.real_touches_reset,)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("module", "name", "naive", "found_by"), [one[1:] for one in PLANTED], ids=[one[0] for one in PLANTED]
)
def test_a_naive_version_is_found_out(
    module: Any, name: str, naive: Any, found_by: tuple[Callable[[], None], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, naive)
    for check in found_by:
        with pytest.raises(AssertionError):
            check()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-20, 300), st.booleans()), max_size=8),
    st.lists(st.integers(1, 60), min_size=1, max_size=12),
)
def test_however_the_clock_is_looked_at_a_lead_goes_back_once_and_only_when_due(
    touches: list[tuple[int, bool]], looks: list[int]
) -> None:
    """Sweeps at any moments, with gaps of days: due exactly when no real touch lies in the last 48 hours."""
    made = [touch(FRIDAY_16 + at * HOUR, automated=automated) for at, automated in touches]
    real = sorted(one.occurred_at for one in made if not one.automated and one.occurred_at >= FRIDAY_16)
    now, keys = FRIDAY_16, []
    for hours in looks:
        now += hours * HOUR
        seen = lead(last_touch=last_real_touch(USUAL, made, since=FRIDAY_16, until=now))
        last = max([FRIDAY_16, *(at for at in real if at <= now)])
        action = decide_decay(seen, USUAL, now)
        assert (action is not None) == (now - last >= HOURS_48)
        if action is not None:
            assert action.due_at == last + HOURS_48 == decay_due(seen, USUAL)
            keys.append(action.key)
    assert len({*keys}) <= 1


def test_after_a_touch_other_hours_may_count_or_none() -> None:
    once = lead(last_touch=FRIDAY_16 + HOUR)
    longer, never = (compile_decay(DecayPolicy(rule=(DecayRule(name="r", after_touch_hours=h),))) for h in (240, 0))
    assert decay_due(once, longer) == FRIDAY_16 + 241 * HOUR
    assert decay_due(once, never) is None
    late = decide_decay(once, longer, FRIDAY_16 + 241 * HOUR)
    assert late is not None
    assert late.reason == "no_follow_up"


def test_a_silent_owner_may_lose_the_lead_to_the_queue() -> None:
    compiled = compile_decay(DecayPolicy(rule=(DecayRule(name="r", silent_hours=8, silent_then="queue"),)))
    action = decide_decay(lead(), compiled, FRIDAY_16 + 8 * HOUR)
    assert action is not None
    assert action.kind is DecayKind.RETURN_TO_QUEUE
    waiting = lead(owner=None, owner_since=None, reassignments=1)
    assert decay_due(waiting, compiled) == FRIDAY_16 + HOURS_48


def test_a_touch_of_the_owner_before_does_not_save_a_silent_owner() -> None:
    compiled = compile_decay(DecayPolicy(rule=(DecayRule(name="r", silent_hours=8, most_reassignments=2),)))
    second = lead(owner="ben", owner_since=FRIDAY_16 + 10 * HOUR, last_touch=FRIDAY_16 + 2 * HOUR, reassignments=1)
    assert decay_due(second, compiled) == FRIDAY_16 + 18 * HOUR
    assert decay_due(replace(second, last_touch=FRIDAY_16 + 11 * HOUR), compiled) == FRIDAY_16 + 59 * HOUR


@pytest.mark.parametrize("touched", [None, FRIDAY_16 + HOUR], ids=["untouched", "touched"])
def test_whoever_gets_a_lead_late_has_it_for_the_agreed_hours_whether_it_was_touched_or_not(
    touched: int | None,
) -> None:
    compiled = compile_decay(DecayPolicy(rule=(DecayRule(name="all", after_touch_hours=24, new_owner_hours=2),)))
    before = lead(last_touch=touched)
    due = decay_due(before, compiled)
    assert due is not None
    handed = replace(before, owner="ben", owner_since=due - 60)
    assert decay_due(handed, compiled) == due - 60 + 2 * HOUR
    early = replace(before, owner="ben", owner_since=due - 3 * HOUR)
    assert decay_due(early, compiled) == due


def test_re_entering_is_a_step_of_history() -> None:
    gone = lead(stage=LeadStage.RECYCLED, recycled_at=FRIDAY_16, recycles=1)
    step = reentered(gone, FRIDAY_16 + HOUR, LeadStage.MQL, "demo_requested")
    assert (step.before, step.after, step.reason) == (LeadStage.RECYCLED, LeadStage.MQL, "demo_requested")
    with pytest.raises(ValueError, match="must be 'recycled'"):
        reentered(lead(), FRIDAY_16, LeadStage.MQL, "demo_requested")


def test_working_hours_need_a_calendar() -> None:
    compiled = compile_decay(DecayPolicy(rule=(DecayRule(name="desk", counted_in="working_hours"),)))
    with pytest.raises(ValueError, match="rule 'desk' counts working hours"):
        decay_due(lead(), compiled)


def test_what_cannot_stand_together_is_named() -> None:
    policy = DecayPolicy(
        real_touches=(),
        stages=(LeadStage.CLOSED_WON,),
        rule=(DecayRule(name="a", silent_hours=48), DecayRule(name="a", when={"side": "buyer"})),
    )
    told = " ".join(problems(policy))
    for part in ("declared 2 times", "'closed_won' cannot decay", "names none", "must be less than", "put it last"):
        assert part in told
    with pytest.raises(ValueError, match="put it last"):
        compile_decay(policy)


def test_a_silent_owners_lead_goes_to_a_colleague_even_where_the_owner_knows_the_company() -> None:
    people = members(3)
    desk = Desk(routing_policy(people, [pool(*people)]))
    first = desk.lead(FRIDAY_16, account_owner="rep1")
    compiled = compile_decay(DecayPolicy(rule=(DecayRule(name="r", silent_hours=8),)))
    action = decide_decay(lead(owner=first.owner), compiled, FRIDAY_16 + 8 * HOUR)
    assert action is not None
    assert action.owner == "rep1"
    again = desk.lead(action.at, account_owner="rep1", left_out=(action.owner,))
    assert again.owner in ("rep0", "rep2")
    assert again.why()[0] == "account_owner is rep1, passed over: left out for this lead"
