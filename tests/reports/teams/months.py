"""A small fixed month of the teams, by hand: two sides, a campaign that brought nobody, a person on the way up."""

from dataclasses import replace
from datetime import date

from bothsides.goals import GoalsPolicy
from bothsides.leads.review.agenda import Item
from bothsides.leads.review.judging import MonthReview
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, LeadsOwed, ServiceOwed
from bothsides.leads.sla.commitments import ClockResult, QualifiedLead, judge_month
from bothsides.leads.sla.policy import ClockKind
from bothsides.leads.sla.scorecard import Worked, scorecard
from bothsides.leads.sla.statements import Adjustment
from bothsides.leads.teams.feedback import Feedback, reject_reasons
from bothsides.leads.teams.lead_quality import Handed, quality_rows
from bothsides.leads.teams.reasons import Means, Reason, ReasonsPolicy
from bothsides.leads.teams.rep_scorecard import Given, rep_scorecards
from bothsides.leads.teams.win_loss import Closing, reason_mix, supply_gaps
from bothsides.reports.teams import TeamsMonth
from bothsides.schema import Grain, Period, Side
from bothsides.schema.instant import DAY, HOUR

START = 1_775_001_600  # 2026-04-01T00:00Z
CLOSE = START + 30 * DAY
PERIOD = Period(start=date(2026, 4, 1), grain=Grain.MONTH)
TERMS = CommitmentsPolicy(
    marketing=(
        LeadsOwed(name="qualified buyers", side=Side.BUYER, leads=50, contact_rate=0.2, attempts=3),
        LeadsOwed(name="qualified suppliers", side=Side.SUPPLIER, leads=20),
    ),
    sales=(
        ServiceOwed(name="first touch of buyers in time", side=Side.BUYER, clock=ClockKind.FIRST_TOUCH, share=0.9),
        ServiceOwed(name="verdict on suppliers in time", side=Side.SUPPLIER, clock=ClockKind.DISPOSITION, share=0.8),
    ),
    customer_success=(
        ServiceOwed(name="buyers welcomed in time", side=Side.BUYER, clock=ClockKind.WELCOME_TOUCH, share=0.95),
    ),
)
REASONS = ReasonsPolicy(
    reject=(Reason(code="no_need", words="wanted the prize, not the goods"), Reason(code="small", words="too small")),
    win=(Reason(code="range", words="more suppliers than elsewhere", means=Means.MESSAGE),),
    loss=(Reason(code="no_supplier", words="no supplier had it", means=Means.SUPPLY_GAP),),
)
NAMES = {"ana": "Ana Sousa", "ben": "Ben Archer"}


def leads() -> list[QualifiedLead]:
    """Sixty buyers, twelve suppliers; every third buyer is reached at the second attempt."""
    return [
        QualifiedLead(
            lead_id=f"{side}{n}",
            side=side,
            qualified_at=START + n * 6 * HOUR,
            assigned_at=START + n * 6 * HOUR,
            attempts=2 if n % 3 == 0 else 3,
            contacted_at=START + n * 6 * HOUR + DAY if n % 3 == 0 else None,
            win_chance=0.3,
            fields={"source": "web_form", "campaign": "prize" if n % 4 == 0 else None},
        )
        for side, many in ((Side.BUYER, 60), (Side.SUPPLIER, 12))
        for n in range(many)
    ]


def clocks() -> list[ClockResult]:
    """Of sixty first touches eight were missed, one of them taken back; two of three welcomes were in time."""
    found = [
        ClockResult(
            clock_id=f"t{n}",
            clock=ClockKind.FIRST_TOUCH,
            side=Side.BUYER,
            lead_id=f"buyer{n}",
            owner="ana" if n % 2 else "ben",
            due_at=START + n * 6 * HOUR + DAY,
            met_at=START + n * 6 * HOUR + 2 * HOUR if n >= 8 else None,
            breached_at=START + n * 6 * HOUR + 2 * DAY if n < 8 else None,
            working_seconds=2 * HOUR if n >= 8 else None,
        )
        for n in range(60)
    ]
    found[0] = replace(found[0], reversed_at=START + 5 * DAY, paused_seconds=3 * HOUR)
    found += [
        ClockResult(
            clock_id=f"w{n}",
            clock=ClockKind.WELCOME_TOUCH,
            side=Side.BUYER,
            lead_id=f"buyer{n}",
            owner=None,
            due_at=START + 20 * DAY,
            met_at=START + 19 * DAY if n else None,
            breached_at=None if n else START + 21 * DAY,
        )
        for n in range(3)
    ]
    return found


def month(*, over: bool = True, items: tuple[Item, ...] = ()) -> TeamsMonth:
    """The month, over or on its fifteenth day."""
    known = CLOSE if over else START + 14 * DAY
    mine, ran = leads(), clocks()
    kept = judge_month(
        TERMS, period=PERIOD, start=START, close=CLOSE, leads=mine, clocks=ran, goals=GoalsPolicy(), known_at=known
    )
    worked = [_worked(lead, n) for n, lead in enumerate(mine)]
    handed = [_handed(lead, one) for lead, one in zip(mine, worked, strict=True)]
    card = scorecard(
        TERMS,
        period=PERIOD,
        close=known,
        policy_version="0123456789ab",
        load_id="7",
        kept=kept,
        clocks=ran,
        leads=mine,
        worked=worked,
        adjusted=[
            Adjustment(
                period="2026-03", clause="qualified buyers", figure="delivered", told=41.0, value=-1.0,
                words="2026-03, qualified buyers: delivered 41 becomes 40",
            )
        ],
    )  # fmt: skip
    closed = [_closing(n) for n in range(6)]
    review = MonthReview(
        period="2026-04",
        start=START,
        close=CLOSE,
        known_at=known,
        last_seq=4711,
        is_over=over,
        frozen=over,
        card=card,
        paces=(),
        quality=tuple(
            (side, quality_rows([one for one in handed if one.side is side], mature_before=CLOSE)) for side in Side
        ),
        rejects=reject_reasons(REASONS, [_answer(one) for one in handed if one.accepted is not None]),
        win_loss=reason_mix(REASONS, closed),
        gaps=supply_gaps(REASONS, closed),
        reps=rep_scorecards([_given(n) for n in range(200)]),
    )
    return TeamsMonth(name="fixwell", review=review, items=items, names=NAMES, currency="GBP")


def _worked(lead: QualifiedLead, n: int) -> Worked:
    answered = n % 5 != 0
    return Worked(
        lead_id=lead.lead_id,
        side=lead.side,
        owner="ana" if n % 2 else "ben",
        asked_at=lead.qualified_at - HOUR,
        assigned_at=lead.assigned_at,
        first_touch_at=None if n % 20 == 0 else lead.qualified_at + 2 * HOUR,
        accepted=(lead.fields["campaign"] is None) if answered else None,
        disposition="said" if answered else None,
        won=n % 7 == 1 if answered else None,
    )


def _handed(lead: QualifiedLead, one: Worked) -> Handed:
    campaign = lead.fields["campaign"]
    return Handed(
        lead_id=lead.lead_id,
        side=lead.side,
        handed_at=lead.qualified_at,
        source="web_form",
        campaign=campaign if isinstance(campaign, str) else None,
        win_chance=0.3,
        owner=one.owner,
        accepted=one.accepted,
        code=None if one.accepted is not False else "no_need",
        won=one.won,
    )


def _answer(one: Handed) -> Feedback:
    accepted = bool(one.accepted)
    return Feedback(
        lead_id=one.lead_id, side=one.side, accepted=accepted, code=one.code, note="", by="ana", at=one.handed_at
    )


def _given(n: int) -> Given:
    """Ana wins two of three, Ben one of six, on leads of the same promise."""
    ana = n % 2 == 0
    won = (n // 2) % 3 != 0 if ana else (n // 2) % 6 == 0
    return Given(
        lead_id=f"g{n}", side=Side.BUYER, rep="ana" if ana else "ben", win_chance=0.3 + 0.001 * (n % 7), won=won,
        accepted=True, in_time=n % 9 != 0, touch_hours=2.0,
    )  # fmt: skip


def _closing(n: int) -> Closing:
    won = n % 3 != 0
    return Closing(
        opportunity_id=f"c{n}", side=Side.BUYER, won=won, reasons=("range" if won else "no_supplier",),
        objections=("none",), amount=10_000.0, owner="ana", closed_at=CLOSE - DAY, category="Steel", region="EU",
    )  # fmt: skip


def waiting() -> Item:
    """A review with a proposal, not decided."""
    return Item(
        item_id="escalation/buyer/2026-04-20",
        kind="escalation",
        state="open",
        opened_at=START + 19 * DAY,
        due_at=START + 22 * DAY,
        owner="RevOps analyst",
        content={
            "side": "buyer",
            "why": "15 of 20 leads answered in 14 days were rejected",
            "in_words": "12 of 12 leads of campaign <prize> were rejected, of the others 3 of 8",
            "proposals": [{"proposal_id": "campaign/prize", "what": "hold back a source", "words": "12 of 12"}],
        },
    )


def decided() -> Item:
    """A meeting and what it decided."""
    return Item(
        item_id="alignment/2026-04/supplier/qualified suppliers",
        kind="meeting",
        state="decided",
        opened_at=START + 10 * DAY,
        due_at=START + 13 * DAY,
        owner="VP Marketing",
        content={"side": "supplier", "why": "behind"},
        decision={
            "words": "two fairs more",
            "owner": "VP Marketing",
            "by": "ana",
            "at": START + 12 * DAY,
            "chosen": [],
        },
    )
