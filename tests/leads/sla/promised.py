"""A small agreement, and leads and clocks in its words, for tests of what teams owe each other."""

from datetime import UTC, date, datetime, timedelta

from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, Consequence, LeadsOwed, ServiceOwed, Team, Then
from bothsides.leads.sla.commitments import ClockResult, QualifiedLead
from bothsides.leads.sla.policy import ClockKind
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR, in_utc, instant
from bothsides.schema.period import parse_period

MAY = parse_period("2026-05")
START = instant(datetime(2026, 5, 1, tzinfo=UTC))
CLOSE = instant(datetime(2026, 6, 1, tzinfo=UTC))
WORKING = [day for n in range(45) if (day := date(2026, 5, 1) + timedelta(days=n)).weekday() < 5]

BUYERS = LeadsOwed(name="qualified buyers", side=Side.BUYER, leads=50, contact_rate=0.2, attempts=3)
FIRST_TOUCH = ServiceOwed(name="first touch of buyers", side=Side.BUYER, clock=ClockKind.FIRST_TOUCH, share=0.9)
WELCOME = ServiceOwed(name="welcome of suppliers", side=Side.SUPPLIER, clock=ClockKind.WELCOME_TOUCH, share=0.8)
PAUSE = Consequence(name="volume paused", by=Team.SALES, then=Then.PAUSE_VOLUME, more_than=2)
POLICY = CommitmentsPolicy(marketing=(BUYERS,), sales=(FIRST_TOUCH,), customer_success=(WELCOME,), consequence=(PAUSE,))


def day_of(moment):
    return in_utc(moment).date()


def lead(n, **changes):
    """The n-th buyer of May: qualified on a working morning, assigned an hour later."""
    qualified = START + (n % 20) * DAY + 9 * HOUR
    usual = {
        "lead_id": f"lead-{n:03d}",
        "side": Side.BUYER,
        "qualified_at": qualified,
        "assigned_at": qualified + HOUR,
        "attempts": 3,
        "win_chance": 0.2,
        "quality": 400.0,
        "fields": {"source": "webinar" if n % 2 else "search", "region": "EU"},
    }
    return QualifiedLead(**usual | changes)


def clock(n, *, met=True, **changes):
    due = START + (n % 20) * DAY + 34 * HOUR
    usual = {
        "clock_id": f"clock-{n:03d}",
        "clock": ClockKind.FIRST_TOUCH,
        "side": Side.BUYER,
        "lead_id": f"lead-{n:03d}",
        "owner": "ada" if n % 2 else "ben",
        "due_at": due,
        "met_at": due - HOUR if met else None,
        "breached_at": None if met else due + 60,
        "working_seconds": 2 * HOUR if met else None,
    }
    return ClockResult(**usual | changes)
