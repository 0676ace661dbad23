"""Clauses beside the market: green months that bring nothing, and deals that only the warehouse knows."""

from datetime import date

import duckdb
import pytest

from bothsides.leads.review.market import divergences, warehouse_deals
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy, LeadsOwed
from bothsides.leads.sla.divergence import Finding
from bothsides.leads.sla.statements import Line, close_month
from bothsides.schema import Side

TERMS = CommitmentsPolicy(marketing=(LeadsOwed(name="qualified buyers", side=Side.BUYER, leads=50),))
PERIODS = [f"2026-0{month}" for month in range(1, 8)]


def told(period: str, *, delivered: float = 60.0, missed: float = 0.0):
    lines = [
        Line(clause="qualified buyers", figure=figure, value=value)
        for figure, value in (("delivered", delivered), ("owed", 50.0), ("missed", missed))
    ]
    return close_month(period=period, closed_at=0, load_id="1", policy_version="v", lines=lines)


def market(growth: float) -> dict[str, tuple[float, int]]:
    wiggle = (1.0, 0.999, 1.001, 1.0, 0.999, 1.001, 1.0)
    return {period: (1000.0 * (1 + growth) ** n * wiggle[n], 400) for n, period in enumerate(PERIODS)}


def test_green_months_in_a_flat_market_call_for_counting_quality() -> None:
    statements = [told(period) for period in PERIODS]
    (flat,) = divergences(TERMS, statements, "GMV", market(0.0))
    assert flat.finding is Finding.SWITCH
    (grows,) = divergences(TERMS, statements, "GMV", market(0.04))
    assert grows.finding is Finding.NO_DIVERGENCE


def test_a_month_missed_for_its_contact_rate_is_no_green_one() -> None:
    statements = [told(period, missed=float(period == "2026-05")) for period in PERIODS]
    (found,) = divergences(TERMS, statements, "GMV", market(0.0))
    assert found.finding is Finding.NO_DIVERGENCE
    assert "not kept in 2026-05" in found.words


def test_months_without_a_statement_say_nothing() -> None:
    (found,) = divergences(TERMS, [told("2026-01")], "GMV", market(0.0))
    assert (found.finding, found.months) == (Finding.SILENT, 1)


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    lead = "'3f2a0000-0000-0000-0000-000000000001'::UUID"
    spring = "TIMESTAMP '2026-04-01'"
    rows = (
        f"(uuid(), 'buyer', 'ana', {spring}, 500000, 'GBP', 40.0, {lead}, uuid(), 'open')",
        f"(uuid(), 'buyer', 'ana', {spring}, 100, 'GBP', 0.5, NULL, uuid(), 'won')",
        f"(uuid(), 'supplier', 'ben', {spring}, NULL, NULL, NULL, NULL, uuid(), 'open')",
    )
    names = "opportunity_id, side, owner, opened_at, amount, currency, probability, lead_id, account_id, status"
    con.execute(f"CREATE TABLE deals AS SELECT * FROM (VALUES {', '.join(rows)}) AS deals({names})")
    return con


def test_deals_of_the_warehouse_stand_beside_those_of_the_desk(warehouse, monkeypatch) -> None:
    monkeypatch.setattr("bothsides.leads.review.market.stored_tables", lambda _: {"opportunities"})
    monkeypatch.setattr("bothsides.leads.review.market.current", lambda _: "deals")
    today = date(2026, 5, 1)
    found = warehouse_deals(warehouse, known=lambda _: False, next_step="x", today=today)
    assert sorted((one.side, one.owner, one.amounts, one.probability) for one in found) == [
        ("buyer", "ana", (5000.0,), 0.4),
        ("supplier", "ben", (), None),
    ]
    desk_has = "3f2a0000000000000000000000000001"
    left = warehouse_deals(warehouse, known=lambda lead: lead == desk_has, next_step="x", today=today)
    assert [one.owner for one in left] == ["ben"], "the desk works on the other one itself"
