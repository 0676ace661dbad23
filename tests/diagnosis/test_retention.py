"""Who stays: retention by hand, the leak it shows, and falls that are no leak."""

from collections.abc import Callable
from datetime import date

import pytest

from bothsides.diagnosis import BENCHMARKS, DiagnosisPolicy, Finding, Sureness
from bothsides.diagnosis.retention import kept, retention, retention_findings
from bothsides.diagnosis.span import Span
from bothsides.metrics import Status, Store
from bothsides.schema import Side
from bothsides.schema.period import add_months

Rows = list[dict[str, object]]


def monthly(months: int, amount: Callable[[int, int], int], *, accounts: int = 60) -> Rows:
    """An order a month for each buyer of `accounts`, of the amount for (buyer, month); none for 0."""
    return [
        {
            "buyer_id": f"b{b}",
            "supplier_id": f"s{b % 40}",
            "placed_at": add_months(date(2023, 1, 15), m),
            "amount": amount(b, m),
        }
        for m in range(months)
        for b in range(accounts)
        if amount(b, m)
    ]


def findings(store: Store, months: int) -> list[Finding]:
    end = add_months(date(2023, 1, 1), months)
    known = Span(start=date(2023, 1, 1), end=date.fromordinal(end.toordinal() - 1))
    sides = retention(store, known, known.end)
    return retention_findings(sides, "EUR", DiagnosisPolicy(), BENCHMARKS)


def build(market: Callable[..., Store], rows: Rows, months: int) -> Store:
    end = add_months(date(2023, 1, 1), months)
    return market(orders=rows, known_until=date.fromordinal(end.toordinal() - 1))


def test_kept_follows_the_accounts_of_the_months_before(market: Callable[..., Store]) -> None:
    rows = monthly(6, lambda b, m: 1000 if m < 3 else (500 if b % 2 else 0), accounts=4)
    rows.append({"buyer_id": "new", "supplier_id": "s1", "placed_at": date(2023, 5, 1), "amount": 99_000})
    found = kept(build(market, rows, 6), Side.BUYER, date(2023, 6, 30), 3)
    assert found is not None
    assert (found.accounts, found.stayed, found.base, found.later) == (4, 2, 120.0, 30.0)
    assert found.ndr.value == 0.25


def test_a_month_whose_last_days_are_not_known_is_partial(market: Callable[..., Store]) -> None:
    store = build(market, monthly(6, lambda b, m: 1000, accounts=40), 6)
    whole, cut = (kept(store, Side.BUYER, date(2023, 6, day), 3) for day in (30, 27))
    assert whole is not None
    assert cut is not None
    assert (whole.ndr.status, whole.ndr.period) == (Status.OK, "3 months to 2023-06")
    assert (cut.ndr.status, cut.ndr.period) == (Status.PARTIAL, "3 months to 2023-06-27")
    assert cut.logo.reason == "known until 2023-06-27, the month ends 2023-06-30"


def test_a_fall_in_the_latest_half_year_is_a_leak(market: Callable[..., Store]) -> None:
    rows = monthly(14, lambda b, m: 1000 if m < 8 else (500 if b % 5 else 0))
    (finding,) = findings(build(market, rows, 14), 14)
    assert finding.kind == "ndr_leak"
    assert finding.place.side is Side.BUYER
    assert finding.sure is Sureness.LIKELY
    assert finding.worth is not None
    # Six months at 60 x 10 a month before, of which 48 x 5 are left.
    assert finding.worth.per_month == pytest.approx(600 - 240)
    assert "12 of 60 buyers did not come back" in finding.evidence[1].sentence
    assert finding.title.startswith("Buyers active March 2023 to August 2023 spend 60 % less since: EUR 360 a month")


def test_the_accounts_to_call_are_named_with_what_they_brought(market: Callable[..., Store]) -> None:
    (finding,) = findings(build(market, monthly(14, lambda b, m: 1000 + b if m < 8 else (600 if b % 5 else 0)), 14), 14)
    (called,) = [e.rows for e in finding.evidence if e.rows is not None]
    assert called.columns == ("buyer", "GMV of 6 months before", "GMV of the last 6 months")
    assert called.money == set(called.columns[1:])
    assert called.rows[:2] == (("b55", pytest.approx(63.3), 0.0), ("b50", pytest.approx(63.0), 0.0))
    assert called.of == len(called.rows) == 12
    assert {later for _, _, later in called.rows} == {0.0}
    assert finding.first_step.startswith("Call the 12 buyers named in the evidence")


def test_steady_accounts_do_not_leak(market: Callable[..., Store]) -> None:
    assert findings(build(market, monthly(26, lambda b, m: 1000), 26), 26) == []


def test_a_season_seen_a_year_ago_is_not_a_leak(market: Callable[..., Store]) -> None:
    rows = monthly(30, lambda b, m: 2000 if m % 12 in range(6) else 1000)
    assert findings(build(market, rows[: 24 * 60], 24), 24) == []


def test_few_accounts_prove_nothing(market: Callable[..., Store]) -> None:
    rows = monthly(14, lambda b, m: 1000 if m < 8 else 300, accounts=10)
    assert findings(build(market, rows, 14), 14) == []


def test_too_short_a_history_says_nothing(market: Callable[..., Store]) -> None:
    assert findings(build(market, monthly(4, lambda b, m: 1000 if m < 2 else 100), 4), 4) == []


def test_suppliers_are_named_where_they_leave_and_buyers_do_not(market: Callable[..., Store]) -> None:
    rows = monthly(14, lambda b, m: 1000 if m < 8 else 500)
    for row in rows:
        if row["placed_at"] >= date(2023, 9, 1):  # type: ignore[operator]
            row["supplier_id"] = f"s{int(str(row['buyer_id'])[1:]) % 10}"
    (finding,) = findings(build(market, rows, 14), 14)
    assert finding.place.side is Side.SUPPLIER
