"""A stateful model of one clock, and what must be true of it after every step.

The expectation walks quarter of an hour by quarter of an hour from wall times and knows nothing of the code under test.
The model delivers facts late and in any order, tells them twice, jumps in time, forwards, backwards and by a week.
"""

import dataclasses
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bothsides.leads.sla.clocks import Change, ChangeKind, Clock, ClockState, apply, next_look, start, started, timers
from bothsides.leads.sla.evidence import Event, EventKind, tick, watermark
from bothsides.leads.sla.policy import Act, Clause, ClockKind, Counted, Party, Step
from bothsides.leads.sla.stored import as_state, from_state
from bothsides.schema.working_time import Calendar, Leave, working_time

QUARTER = 900
ORIGIN = int(datetime(2026, 3, 16, tzinfo=UTC).timestamp())
"""A Monday two weeks before the clocks of Europe change."""
DAYS = 150
BLOCKS = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 18 * 60))
CLOSED = ("2026-04-03", "2026-04-06")
"""Good Friday and Easter Monday."""
CALENDAR = working_time(
    Calendar(
        name="office",
        zone="Europe/Berlin",
        week={
            "monday to friday": ("09:00-12:30", "13:30-18:00"),
            "sunday": ("01:00-04:00",),  # across the hours at which clocks change
        },
        holidays=("DE",),
    ),
    2026,
    2026,
    leave=(Leave(who="ana", first_day=datetime(2026, 4, 9).date(), last_day=datetime(2026, 4, 9).date()),),
)
STEPS = (
    Step(act=Act.REMIND_OWNER, in_working_hours_only=True),
    Step(act=Act.NOTIFY_MANAGER, after_hours=2),
    Step(act=Act.REASSIGN, after_hours=6, in_working_hours_only=True),
    Step(act=Act.BACK_TO_MARKETING, after_hours=12),
)
FIRST_TOUCH = Clause(
    name="first touch",
    clock=ClockKind.FIRST_TOUCH,
    hours=4,
    owed_by=Party.SALES,
    owed_to=Party.MARKETING,
    pause_when=("waiting",),
    grace_hours=6,
    ladder=STEPS,
)
CLAUSES = (
    FIRST_TOUCH,
    dataclasses.replace(FIRST_TOUCH, name="attempts", clock=ClockKind.ATTEMPTS, attempts=2, hours=12),
    dataclasses.replace(FIRST_TOUCH, name="wall", counted=Counted.WALL_CLOCK, hours=24, grace_hours=0),
)


def _open_quarters() -> list[bool]:
    place = zoneinfo.ZoneInfo("Europe/Berlin")
    flags = []
    for number in range(DAYS * 96):
        shown = datetime.fromtimestamp(ORIGIN + number * QUARTER, place)
        minute, day = shown.hour * 60 + shown.minute, shown.date().isoformat()
        if shown.weekday() == 6:
            open_now = 60 <= minute < 240
        else:
            open_now = shown.weekday() < 5 and any(begins <= minute < ends for begins, ends in BLOCKS)
        shut = day in (*CLOSED, "2026-05-01", "2026-05-14", "2026-05-25", "2026-04-09")
        flags.append(open_now and not shut)
    return flags


OPEN = _open_quarters()


def is_open(moment: int) -> bool:
    return OPEN[(moment - ORIGIN) // QUARTER]


@dataclass(slots=True)
class Expected:
    """What is true of a clock by all that was told of it."""

    state: ClockState = ClockState.RUNNING
    due: int | None = None
    done: int | None = None
    ended: int | None = None
    held: int = 0
    owner: str | None = "ana"
    failed_by: int | None = None


def expected(clause: Clause, begun: int, acted: int, told: Sequence[Event], now: int, mark: int | None) -> Expected:
    """Walk from the start, a quarter of an hour at a time."""
    order = {EventKind.PAUSE: 3, EventKind.RESUME: 4, EventKind.RETURNED: 5}
    facts = sorted(told, key=lambda event: (event.occurred_at, order.get(event.kind, 1), event.event_id))
    found, at, used, count, on_hold, held = Expected(), begun, 0, 0, False, 0
    counts = {EventKind.TOUCH_OUT, EventKind.ATTEMPT}
    for event in facts:
        if event.kind in (EventKind.REASSIGNED, EventKind.OWNER_LOST) and event.occurred_at >= begun:
            found.owner = event.detail or None

    def walk(until: int) -> None:
        nonlocal at, used, held
        while at < until:
            runs = clause.counted is Counted.WALL_CLOCK or is_open(at)
            if on_hold:
                held += QUARTER * runs
            else:
                used += QUARTER * runs
            at += QUARTER
            if used == clause.hours * 3600 and found.due is None:
                found.due = at

    for event in facts:
        if event.occurred_at < acted or event.kind in (EventKind.REASSIGNED, EventKind.OWNER_LOST):
            continue
        walk(event.occurred_at)
        passed = found.due is not None and event.occurred_at > found.due
        if event.kind is EventKind.PAUSE:
            if not on_hold and found.due is None:
                on_hold, held = True, 0
        elif event.kind is EventKind.RESUME:
            if on_hold:
                on_hold, found.held = False, found.held + held
        elif event.kind is EventKind.RETURNED:
            found.ended = event.occurred_at
            if not passed:
                found.state = ClockState.CANCELLED
            break
        else:
            count += event.kind in counts
            if clause.clock is not ClockKind.ATTEMPTS or event.kind is EventKind.TOUCH_IN or count == clause.attempts:
                found.done = event.occurred_at
                if not passed:
                    found.state = ClockState.MET
                break
    if found.state is not ClockState.RUNNING:
        return found
    if on_hold:
        found.state, found.due = ClockState.PAUSED, None
        return found
    while found.due is None:
        walk(at + QUARTER)
    end = found.done if found.done is not None else found.ended
    if end is not None:
        runs = clause.counted is Counted.WALL_CLOCK
        found.failed_by = QUARTER * sum(runs or is_open(moment) for moment in range(found.due, end, QUARTER))
    if found.due <= now:
        known = (mark is not None and mark > found.due) or now >= found.due + clause.grace_hours * 3600
        found.state = ClockState.BREACHED if known else ClockState.AT_RISK
    return found


class ClockModel(RuleBasedStateMachine):
    """Everything that can happen to a clock. `engine` is what the checks are made of."""

    apply: ClassVar[Callable[..., tuple[Clock, tuple[Change, ...]]]] = staticmethod(apply)

    @initialize(clause=st.sampled_from(CLAUSES), quarter=st.integers(0, 14 * 96), delay=st.sampled_from((0, 1, 30)))
    def begin(self, clause: Clause, quarter: int, delay: int) -> None:
        self.clause = clause
        self.acted = ORIGIN + quarter * QUARTER
        self.begun = self.now = self.acted + delay * QUARTER
        self.clock = start(clause, "lead", self.begun, CALENDAR, acted_at=self.acted, owner="ana", version="v1")
        self.changes = [started(self.clock)]
        self.told: dict[str, Event] = {}
        self.mark: int | None = None
        self.number = 0

    def tell(self, event: Event) -> None:
        self.now = max(self.now, event.known_at)
        before = len(self.changes)
        restored = from_state(as_state(self.clock), self.clause)
        assert restored == self.clock
        self.clock, new = self.apply(restored, event, CALENDAR)
        self.changes += new
        again, nothing = self.apply(self.clock, event, CALENDAR)
        assert again == self.clock, "told twice, it changes nothing"
        assert nothing == ()
        self.check(self.changes[before:])

    def happen(self, kind: EventKind, ago: int, detail: str = "") -> None:
        self.number += 1
        occurred = max(self.now - ago * QUARTER, self.acted - QUARTER)
        event = Event(event_id=f"e{self.number:03}", kind=kind, occurred_at=occurred, known_at=self.now, detail=detail)
        self.told[event.event_id] = event
        self.tell(event)

    late = st.sampled_from((0, 0, 0, 1, 4, 20, 96, 300))

    @rule(ago=late, kind=st.sampled_from((EventKind.TOUCH_OUT, EventKind.ATTEMPT)), sure=st.integers(0, 3))
    def touch(self, ago: int, kind: EventKind, sure: int) -> None:
        """Not often: what follows a touch in time is told quickly."""
        if sure == 0:
            self.happen(kind, ago)

    @rule(sure=st.integers(0, 1))
    def proof_in_the_very_second(self, sure: int) -> None:
        """A touch at the due time exactly, where that has come."""
        if sure == 0 and self.clock.due_at is not None and self.clock.due_at <= self.now:
            self.happen(EventKind.TOUCH_OUT, (self.now - self.clock.due_at) // QUARTER)

    @rule(ago=late)
    def pause(self, ago: int) -> None:
        self.happen(EventKind.PAUSE, ago, "waiting")

    @rule(ago=late)
    def resume(self, ago: int) -> None:
        self.happen(EventKind.RESUME, ago)

    @rule(quarters=st.sampled_from((1, 8, 50, 96, 300)))
    def hold_for_a_while(self, quarters: int) -> None:
        self.happen(EventKind.PAUSE, 0, "waiting")
        self.look_at(self.now + quarters * QUARTER)
        self.happen(EventKind.RESUME, 0)

    @rule(ago=late, who=st.sampled_from(("ben", "cyd")))
    def reassigned(self, ago: int, who: str) -> None:
        self.happen(EventKind.REASSIGNED, ago, who)

    @rule()
    def owner_lost(self) -> None:
        self.happen(EventKind.OWNER_LOST, 0)

    @rule(ago=late, sure=st.integers(0, 7))
    def returned(self, ago: int, sure: int) -> None:
        if sure == 0:
            self.happen(EventKind.RETURNED, ago, "recycled")

    @rule(pick=st.integers(0, 999))
    def told_again(self, pick: int) -> None:
        if self.told:
            event = list(self.told.values())[pick % len(self.told)]
            self.tell(dataclasses.replace(event, known_at=self.now))

    @rule(behind=st.sampled_from((-8, 0, 1, 8, 40)))
    def sources_complete(self, behind: int) -> None:
        until = self.now - behind * QUARTER
        self.mark = max(self.mark or 0, min(until, self.now))
        self.tell(watermark(until, self.now))

    @rule(quarters=st.sampled_from((1, 2, 4, 8, 16, 48, 96, -4, -96)))
    def time_passes(self, quarters: int) -> None:
        self.look_at(self.now + quarters * QUARTER)

    @rule()
    def outage_of_seven_days(self) -> None:
        self.look_at(self.now + 7 * 96 * QUARTER)

    @rule()
    def at_the_next_timer(self) -> None:
        moment = next_look(self.clock)
        if moment is not None:
            self.look_at(max(moment, self.now))

    def look_at(self, now: int) -> None:
        if now < ORIGIN + (DAYS - 45) * 86400:
            self.tell(tick(now))

    def check(self, new: Sequence[Change]) -> None:
        facts = list(self.told.values())
        wanted = expected(self.clause, self.begun, self.acted, facts, self.now, self.mark)
        clock = self.clock
        assert clock.state is wanted.state, f"{clock.state}, by hand {wanted.state}, due {wanted.due}, now {self.now}"
        if wanted.state not in (ClockState.MET, ClockState.CANCELLED):
            assert clock.due_at == wanted.due
            assert clock.held_seconds == wanted.held
        assert (clock.done_at, clock.ended_at, clock.owner) == (wanted.done, wanted.ended, wanted.owner)
        assert clock.failed_by == wanted.failed_by
        assert clock.policy_version == "v1"
        assert all(moment > self.now for _, moment in timers(clock)), "nothing that was due is left over"
        assert all(change.noticed_at == self.now for change in new)
        self.check_history()
        self.check_ladder(new, wanted)

    def check_history(self) -> None:
        kinds = [change.kind for change in self.changes]
        keys = [change.key for change in self.changes]
        assert keys == [f"{self.clock.clock_id}:{number}" for number in range(len(keys))]
        assert kinds.count(ChangeKind.WARNED) <= 1
        balance = 0
        for kind in kinds:
            balance += (kind is ChangeKind.BREACHED) - (kind is ChangeKind.REVERSED)
            assert balance in (0, 1), "a breach is written once, and taken back once"
        assert balance == (self.clock.state is ClockState.BREACHED)
        risks = [change.due_at for change in self.changes if change.kind is ChangeKind.AT_RISK]
        assert len(risks) == len(set(risks)), "each due time is told once"

    def check_ladder(self, new: Sequence[Change], wanted: Expected) -> None:
        steps = [change.reason for change in self.changes if change.kind is ChangeKind.STEP]
        assert steps == [f"step {number + 1}" for number in range(len(steps))], "each step once, from the top"
        for change in new:
            if change.kind is ChangeKind.STEP:
                step = STEPS[int(change.reason.removeprefix("step ")) - 1]
                assert not step.in_working_hours_only or is_open(change.noticed_at), "nobody is called in closed hours"
                assert wanted.state is ClockState.BREACHED or step.act in (Act.REMIND_OWNER, Act.NOTIFY_MANAGER)
                assert change.act is not Act.REMIND_OWNER or change.owner is not None
        over = wanted.done is not None or wanted.ended is not None
        if wanted.state in (ClockState.AT_RISK, ClockState.BREACHED) and not over:
            assert self.clock.warned
            if is_open(self.now):
                assert len(steps) >= self.steps_owed(wanted)

    def steps_owed(self, wanted: Expected) -> int:
        """Steps that must have been taken by now, an open moment."""
        assert wanted.due is not None
        owed, passed, runs = 0, 0, self.clause.counted is Counted.WALL_CLOCK
        hours = [step.after_hours * 3600 for step in STEPS]
        if wanted.state is ClockState.AT_RISK:
            hours = hours[:2]
        for moment in range(wanted.due, self.now + 1, QUARTER):
            while owed < len(hours) and hours[owed] <= passed:
                if STEPS[owed].in_working_hours_only and not is_open(moment):
                    break
                owed += 1
            passed += QUARTER * (runs or is_open(moment))
        return owed
