"""Findings beside the last periods: a verdict that no longer holds, and worths at today's rate."""

from dataclasses import replace
from datetime import date

from bothsides.diagnosis import Finding, Place, Sureness
from bothsides.diagnosis.cells import Cell, Cells
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.lately import beside_last_periods, last_contradiction
from bothsides.diagnosis.liquidity_audit import CellHistory, CellPeriod, CellVerdict, LiquidityAudit, RecruitList
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.verdict import verdict
from bothsides.metrics import Unit, Value
from bothsides.schema import Grain, Period
from bothsides.schema.period import periods_between
from tests.diagnosis.test_ranking import finding

YEAR = Span(start=date(2025, 1, 1), end=date(2025, 12, 31))
SHORT, STALLED, UNKNOWN = CellVerdict.SUPPLY_SHORT, CellVerdict.STALLED, CellVerdict.UNKNOWN
QUARTERS: tuple[Period, ...] = tuple(periods_between(YEAR.start, YEAR.end, Grain.QUARTER))


def gmv(amount: float) -> Value:
    return figure("gmv", amount, Unit.MONEY, n=9, currency="EUR")


def pumps(*verdicts: CellVerdict, amounts: tuple[float, ...] = (30.0,) * 4, buyers: int = 20) -> LiquidityAudit:
    """One cell, Pumps / North, over the four quarters of 2025."""
    periods = tuple(
        CellPeriod(
            label=quarter.label,
            first=quarter.start,
            last=quarter.end,
            verdict=says,
            why="",
            values={
                "gmv": gmv(amount),
                "cell_buyers": figure("cell_buyers", buyers if i == 3 else 20, Unit.COUNT, n=9),
            },
        )
        for i, (quarter, says, amount) in enumerate(zip(QUARTERS, verdicts, amounts, strict=True))
    )
    page = CellHistory(
        category="Pumps",
        region="North",
        verdict=SHORT,
        why="",
        window={"gmv": gmv(sum(amounts))},
        periods=periods,
        moved="",
        accounts=(),
    )
    return LiquidityAudit(
        grain=Grain.QUARTER,
        periods=tuple(q.label for q in QUARTERS),
        cells=(page,),
        gaps=(),
        recruits=RecruitList(types=(), unmet=0.0, at_most=0.0, sentence=""),
    )


FOUND = Cells(
    cells=(
        Cell(category="Pumps", region="North", buyers=40, suppliers=2),
        *(Cell(category="Pumps", region=name, buyers=20, suppliers=10) for name in "abcd"),
    ),
    by_category=True,
    by_region=True,
    span=YEAR,
    market_gmv=0.0,
    demand="orders and searches",
    supply="live listings",
)


HERE = Place(category="Pumps", region="North")


def told(audit: LiquidityAudit, kind: str = "supply_short_cell", where: Place = HERE) -> Finding:
    said = replace(
        finding(kind, 1000.0), place=where, title="Pumps / North is short of suppliers, 2 for 40 buyers: much"
    )
    return beside_last_periods([said], audit, FOUND)[0]


def test_a_verdict_that_the_last_quarters_contradict_is_directional_and_not_said_of_today() -> None:
    past = told(pumps(SHORT, STALLED, UNKNOWN, STALLED))
    assert past.title == (
        "Pumps / North was short of suppliers until 2025-Q1; since then: stalled. Over the window 2 for 40 buyers: much"
    )
    assert past.sure is Sureness.DIRECTIONAL
    assert "the last two quarters that could be judged do not" in past.why_sure
    assert "Recruit" not in past.first_step
    assert verdict([past], [], judged=9).startswith("Neither side is still short in the 9 cells that could be judged.")


def test_one_other_quarter_does_not_overturn_a_year() -> None:
    still = told(pumps(SHORT, STALLED, SHORT, STALLED))
    assert still.sure is Sureness.LIKELY
    assert "is short of suppliers" in still.title
    assert last_contradiction(pumps(UNKNOWN, UNKNOWN, UNKNOWN, STALLED).cells[0].periods, SHORT) is None


def test_a_worth_of_a_year_is_told_at_the_rate_of_its_last_quarter_where_trade_fell() -> None:
    fell = told(pumps(*(SHORT,) * 4, amounts=(40.0, 40.0, 30.0, 10.0)))
    assert fell.worth is not None
    assert fell.worth.per_month == 1000.0
    assert fell.worth.reckoning.endswith(
        "At the rate of the last three months (2025-Q4, trade there at 33 % of the window's mean) about EUR 331 a "
        "month."
    )
    level = told(pumps(*(SHORT,) * 4, amounts=(40.0, 30.0, 30.0, 25.0)))
    assert level.worth is not None
    assert "last three months" not in level.worth.reckoning


def test_leaks_are_told_at_the_rate_of_their_own_region() -> None:
    audit = pumps(*(SHORT,) * 4, amounts=(40.0, 40.0, 30.0, 10.0))
    here, elsewhere = (told(audit, "first_transaction_leak", Place(region=name)) for name in ("North", "South"))
    assert here.worth is not None
    assert elsewhere.worth is not None
    assert "last three months" in here.worth.reckoning
    assert "last three months" not in elsewhere.worth.reckoning


def test_suppliers_to_recruit_are_told_for_todays_buyers() -> None:
    fell = told(pumps(*(SHORT,) * 4, amounts=(40.0, 40.0, 30.0, 10.0), buyers=10))
    assert fell.first_step.startswith(
        "Recruit about 18 suppliers (about 10 at the demand of 2025-Q4: 10 buyers, 18 in a mean quarter of the window)"
    )
