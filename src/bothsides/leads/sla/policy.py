"""What the teams owe each other, as `agreement/sla.toml` says it: policies by kind of lead, each with its clauses."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from bothsides.agreement import checked
from bothsides.agreement.conditions import Fields, Tests, When, read_tests
from bothsides.agreement.numbers import Length, LengthOrZero
from bothsides.schema.instant import Instant, instant

FOLDER = Path(__file__).parent
DEFAULT_SLA = FOLDER / "default_sla.toml"
"""The clauses for buyers, suppliers and all others that a workspace begins with."""
DEFAULT_CALENDAR = FOLDER / "default_calendar.toml"
"""The calendar that these clauses name."""


class ClockKind(StrEnum):
    """What a clock waits for."""

    FIRST_TOUCH = "first_touch"
    ATTEMPTS = "attempts"
    ROLLING_RESPONSE = "rolling_response"
    DISPOSITION = "disposition"
    HANDOVER = "handover"
    WELCOME_TOUCH = "welcome_touch"
    TIME_TO_FIRST = "time_to_first"
    RFQ_REPLY = "rfq_reply"
    LISTING_APPROVAL = "listing_approval"
    FULFILMENT = "fulfilment"


class Party(StrEnum):
    """Who owes, and to whom."""

    MARKETING = "marketing"
    SALES = "sales"
    CUSTOMER_SUCCESS = "customer_success"
    SUPPLIER = "supplier"
    MARKETPLACE = "marketplace"
    BUYER = "buyer"


class Counted(StrEnum):
    """Which hours a target counts: those of the calendar, or all."""

    WORKING = "working"
    WALL_CLOCK = "wall_clock"


class Severity(StrEnum):
    """How heavily a breach weighs at the monthly review."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Act(StrEnum):
    """What a step of the ladder does."""

    REMIND_OWNER = "remind_owner"
    NOTIFY_MANAGER = "notify_manager"
    REASSIGN = "reassign"
    BACK_TO_MARKETING = "back_to_marketing"


NEEDS_BREACH = frozenset({Act.REASSIGN, Act.BACK_TO_MARKETING})
"""Nothing is taken from a person while proof of the work may still be on its way: these wait for the written breach."""

STARTED_BY: Mapping[ClockKind, str] = {
    ClockKind.FIRST_TOUCH: "assigned",
    ClockKind.ATTEMPTS: "assigned",
    ClockKind.DISPOSITION: "assigned",
    ClockKind.ROLLING_RESPONSE: "message_received",
    ClockKind.HANDOVER: "won",
    ClockKind.WELCOME_TOUCH: "handed_over",
    ClockKind.TIME_TO_FIRST: "handed_over",
    ClockKind.RFQ_REPLY: "rfq_sent",
    ClockKind.LISTING_APPROVAL: "listing_submitted",
    ClockKind.FULFILMENT: "order_placed",
}
"""What starts a clock of each kind."""

REACHED: Mapping[ClockKind, tuple[str, ...]] = {
    ClockKind.HANDOVER: ("handed_over",),
    ClockKind.TIME_TO_FIRST: ("first_listing", "first_order"),
    ClockKind.LISTING_APPROVAL: ("listing_approved", "listing_rejected"),
    ClockKind.FULFILMENT: ("fulfilled",),
}
"""The stages that end a clock of a kind that waits for a stage, where its clause names none."""


def proper_share(value: float) -> float:
    """A share above 0 and below 1; 0 for no warning. Raises ValueError for another."""
    if not 0 <= value < 1:
        raise ValueError("must be a share of the time allowed, above 0 and below 1, or 0 for no warning")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the ladder, so many hours after the due time, counted as the clause counts its own."""

    act: Act
    after_hours: LengthOrZero = 0
    in_working_hours_only: bool = False
    """Waits for the calendar to open, so that nobody is called at midnight or at the weekend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing that one party owes another within a time."""

    name: str
    clock: ClockKind
    hours: Length
    owed_by: Party
    owed_to: Party
    hours_from: str = ""
    """A field that holds the subject's own hours, such as a supplier's terms; where it is unknown, `hours` hold."""
    counted: Counted = Counted.WORKING
    calendar: str = "office"
    attempts: int = 0
    """For `attempts`: how many are owed within the time; a lead that answers ends the clock at once."""
    until: tuple[str, ...] = ()
    """For clocks that wait for a stage: the stages that end it; none takes those of its kind."""
    warn_at: Annotated[float, checked(proper_share)] = 0.75
    """Share of the time allowed after which it warns that the due time is near."""
    pause_when: tuple[str, ...] = ()
    """Statuses and hold reasons that stop the clock; others do not."""
    grace_hours: LengthOrZero = 24
    """Wall-clock hours after the due time for which a breach waits at most for evidence that comes late."""
    automated_counts: bool = False
    """Whether an automatic message is a touch."""
    severity: Severity = Severity.MAJOR
    ladder: tuple[Step, ...] = ()

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that end it."""
        return self.until or REACHED.get(self.clock, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicy:
    """The clauses for one kind of lead, over the days on which they hold."""

    name: str
    when: When = field(default_factory=dict)
    """Field tests; a policy without any is the default and stands last."""
    effective_from: date | None = None
    effective_until: date | None = None
    """The last day on which clocks start under it, in UTC like the first."""
    clause: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """The whole of `agreement/sla.toml`: the first policy that matches holds."""

    policy: tuple[SlaPolicy, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ready:
    policy: SlaPolicy
    tests: Tests
    start: float
    end: float
    by_trigger: dict[str, tuple[Clause, ...]]


@dataclass(frozen=True, slots=True)
class CompiledSla:
    """Policies made ready to be asked many times."""

    ready: tuple[_Ready, ...]

    def choose(self, fields: Fields, moment: Instant) -> SlaPolicy | None:
        """The policy for a lead whose clock starts at the moment: the first that matches, the default last."""
        found = self._find(fields, moment)
        return found.policy if found else None

    def started_by(self, trigger: str, fields: Fields, moment: Instant) -> tuple[SlaPolicy | None, tuple[Clause, ...]]:
        """The policy and its clauses whose clocks start with the trigger, a word of STARTED_BY such as "assigned"."""
        found = self._find(fields, moment)
        return (found.policy, found.by_trigger.get(trigger, ())) if found else (None, ())

    def why(self, fields: Fields, moment: Instant) -> tuple[tuple[str, str], ...]:
        """Every policy up to the one that holds, with why it does not hold, or "holds"."""
        trace = []
        for each in self.ready:
            reason = each.tests.why_not(fields)
            if not each.start <= moment < each.end:
                reason = (
                    f"holds from {each.policy.effective_from or 'ever'} until {each.policy.effective_until or 'ever'}"
                )
            trace.append((each.policy.name, reason or "holds"))
            if reason is None:
                break
        return tuple(trace)

    def _find(self, fields: Fields, moment: Instant) -> _Ready | None:
        for each in self.ready:
            if each.start <= moment < each.end and each.tests.hold(fields):
                return each
        return None


def compile_sla(sla: Sla) -> CompiledSla:
    """The policies in the order in which they are tried: as they stand in the file, those without a test last."""
    ordered = sorted(sla.policy, key=lambda policy: not policy.when)
    return CompiledSla(tuple(_ready(policy) for policy in ordered))


def _ready(policy: SlaPolicy) -> _Ready:
    by_trigger: dict[str, tuple[Clause, ...]] = {}
    for clause in policy.clause:
        trigger = STARTED_BY[clause.clock]
        by_trigger[trigger] = (*by_trigger.get(trigger, ()), clause)
    first, last = policy.effective_from, policy.effective_until
    return _Ready(
        policy=policy,
        tests=read_tests(policy.when),
        start=_midnight(first) if first else -math.inf,
        end=_midnight(last + timedelta(days=1)) if last else math.inf,
        by_trigger=by_trigger,
    )


def _midnight(day: date) -> Instant:
    return instant(datetime(day.year, day.month, day.day, tzinfo=UTC))
