"""Weeks at a desk, step by step: leads come, some are called, time goes by; every step may be done again."""

import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bothsides.delivery import DeliveryPolicy, Secret, Sink
from bothsides.delivery.egress import EgressPolicy
from bothsides.delivery.limits import BreakerPolicy
from bothsides.delivery.policy import RoutePolicy, WebhookPolicy
from bothsides.delivery.retry import RetryPolicy
from bothsides.delivery.webhook import WebhookSink
from bothsides.leads.desk.happenings import Did, Happening, Touched
from bothsides.leads.intake import Lead, Source, read_lead
from bothsides.logbook import Entry, Kind, Logbook, standing
from bothsides.schedule import Job, Sending
from bothsides.schedule.cadence import Hourly
from bothsides.schedule.timetable import Run
from bothsides.schema.instant import HOUR, Instant, in_utc, instant
from bothsides.workspace import Settings, Workspace

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "desk-agreement"
BEGUN = instant(datetime(2026, 4, 1, 6, 0, tzinfo=UTC))
ACTIONS = (
    "clock_warned clock_at_risk clock_breached lead_assigned lead_returned remind_owner notify_manager reassign"
    " back_to_marketing open_alignment_meeting"
).split()


def workspace(folder: Path) -> Workspace:
    """A workspace under the demo's agreement; 5 % of the leads are given at random."""
    made = Workspace.create(folder, Settings(name="story", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, made.agreement_dir)
    return made


def moment(step: int) -> Instant:
    """When the step is: half an hour after the one before."""
    return BEGUN + step * HOUR // 2


def lead_of(step: int, name: str = "") -> Lead:
    """The lead that comes in this step; one in six is of a person who came before. `name` is its id at its source."""
    dice = random.Random(step)
    who = dice.randrange(step) if step > 6 and dice.random() < 1 / 6 else step
    large = random.Random(who * 31 + 7).random() < 0.2
    raw: dict[str, Any] = {
        "id": name or f"S{step}",
        "side": "buyer",
        "company": f"Company {who} Ltd",
        "name": f"Ana {who}",
        "email": f"ana@company{who}.example",
        "country": ("GB", "DE", "FR")[who % 3],
        "deal_size": 90_000 if large else 12_000,
        "employees": 120,
        "events": [{"event": name, "occurred_at": _iso(moment(step) - 600)} for name in _did(dice)],
    }
    read = read_lead(raw, Source(name="web-form"), workspace="story", now=moment(step), ahead=300)
    if not isinstance(read, Lead):
        raise TypeError(f"step {step}: the story's lead was refused: {read}")
    return read


def _did(dice: random.Random) -> list[str]:
    return ["demo_requested", "quote_requested"] if dice.random() < 0.7 else ["pricing_viewed"]


def _iso(at: Instant) -> str:
    return in_utc(at).isoformat()


def happenings_of(step: int) -> list[Happening]:
    """What is heard of earlier leads: a call, a mail that a machine sent, another look at a supplier."""
    found: list[Happening] = []
    for back in (2, 9, 20):
        earlier = step - back
        dice = random.Random(step * 1000 + back)
        if earlier < 0 or dice.random() < 0.5:
            continue
        lead, at = lead_of(earlier).lead_id, moment(step) - dice.randrange(60, 1500)
        if dice.random() < 0.7:
            touch = Touched(
                touch_id=f"t{step}-{back}", lead_id=lead, kind="call", direction="out", occurred_at=at, by="tom.hadley",
                automated=dice.random() < 0.2,
            )  # fmt: skip
            found.append(touch)
        else:
            found.append(Did(lead_id=lead, event="supplier_profile_viewed", occurred_at=at))
    return found


def hourly(run: Run) -> str:
    """A job that leaves a trace each time it runs."""
    item = f"job:{run.due_at}"
    data = {"item": item, "kind": "proof", "content": {}}
    run.book.post([Entry(kind=Kind.AGENDA_OPENED, subject="proof", at=run.now, data=data)], now=run.now)
    return "done"


TIMETABLE = (Job(name="hourly", when=Hourly(), does="leaves a trace", work=hourly),)

POLICY = DeliveryPolicy(
    webhook={"hook": WebhookPolicy(url="https://x.test", timeout_seconds=5)},
    route=tuple(RoutePolicy(action=action, sink="hook") for action in ACTIONS),
    retry=RetryPolicy(most_attempts=1000, oldest_hours=10**6, longest_wait_hours=0.4),
    breaker=BreakerPolicy(failures=10**9),
)


def hook(url: str) -> Sink:
    """The way to the receiver."""
    return WebhookSink(
        url=Secret("proof", url), secrets=(Secret("proof", "s"),), egress=EgressPolicy(allow_hosts=("127.0.0.1",))
    )


def sending(made: Workspace, logbook: Logbook, sink: Sink) -> Sending:
    """Sends everything to the receiver."""
    return Sending(workspace=made, logbook=logbook, policy=POLICY, sinks={"hook": sink}, most=20)


def outcome(logbook: Logbook) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Everything that is folded from the journal, but how often a message had to be tried and when it got through."""
    with logbook.reading() as book:
        found: dict[str, Sequence[tuple[Any, ...]]] = dict(standing(book))
        found["outbox"] = book.all(
            "SELECT effect_id, action, subject, payload, sink, state FROM outbox ORDER BY effect_id"
        )
    return found


def differences(one: Mapping[str, Sequence[Any]], other: Mapping[str, Sequence[Any]]) -> list[str]:
    """Where two outcomes differ, in a line for each table."""
    found = []
    for table in one:
        mine, theirs = set(map(repr, one[table])), set(map(repr, other[table]))
        if list(map(repr, one[table])) != list(map(repr, other[table])):
            first = sorted(mine ^ theirs)[:1] or ["the same rows more than once"]
            found.append(f"{table}: {len(mine - theirs)} rows too many, {len(theirs - mine)} missing: {first[0][:160]}")
    return found
