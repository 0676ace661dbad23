"""Who stays: retention by hand, the leak it shows, and falls that are no leak."""

from collections.abc import Callable
from datetime import date

import pytest

from bothsides.diagnosis import BENCHMARKS, DiagnosisPolicy, Finding, Sureness
from bothsides.diagnosis.retention import kept, retention, retention_findings
from bothsides.diagnosis.retention_cause import of_searches, share_it
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
    assert " % for two quarters; now it is " in finding.success.says
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


def causes(store: Store, months: int) -> str:
    end = add_months(date(2023, 1, 1), months)
    known = Span(start=date(2023, 1, 1), end=date.fromordinal(end.toordinal() - 1))
    sides = retention(store, known, known.end)
    (finding,) = retention_findings(sides, "EUR", DiagnosisPolicy(), BENCHMARKS, store=store)
    return finding.cause


def test_the_cause_splits_the_fall_into_orders_price_and_accounts_and_names_the_command(
    market: Callable[..., Store],
) -> None:
    # Each buyer orders twice a month until August 2023; then 48 of 60 once and 12 not at all, at the same price.
    rows = monthly(15, lambda b, m: 1000 if m < 9 or b % 5 else 0)
    rows += [row | {"placed_at": add_months(date(2023, 1, 20), m)} for row in rows[:60] for m in range(9)]
    cause = causes(build(market, rows, 15), 15)
    assert cause.startswith(
        "Fewer orders, not smaller ones: 360 in 2023-Q3 and 144 in 2024-Q1, at EUR 10 and EUR 10 each. "
        "48 buyers traded less (EUR 1.44 k), 12 stopped (EUR 720); new and returned ones brought EUR 0."
    )
    assert "run bothsides change gmv --period 2024-Q1 --against 2023-Q3 on the command line." in cause
    assert "hole" not in cause


def test_smaller_orders_are_told_from_fewer(market: Callable[..., Store]) -> None:
    cause = causes(build(market, monthly(15, lambda b, m: 1000 if m < 9 else 400), 15), 15)
    assert cause.startswith(
        "Smaller orders, not fewer: EUR 10 in 2023-Q3 and EUR 4 in 2024-Q1 each, 180 and 180 of them."
    )


def test_newcomers_that_make_up_for_the_fall_are_said_to(market: Callable[..., Store]) -> None:
    rows = monthly(15, lambda b, m: 1000 if m < 9 else 400)
    rows += [
        {
            "buyer_id": f"n{b}",
            "supplier_id": f"s{b % 40}",
            "placed_at": add_months(date(2023, 1, 15), m),
            "amount": 2000,
        }
        for m in range(9, 15)
        for b in range(30)
    ]
    cause = causes(build(market, rows, 15), 15)
    assert cause.startswith(
        "All buyers together traded no less in 2024-Q1 than in 2023-Q3: new and returned ones brought"
    )


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ((8126, 0.326), (4367, 0.323), "Searches fell with it (8,126 to 4,367), and as many of 100 led to an order"),
        (
            (8126, 0.326),
            (4367, 0.2),
            "Searches fell with it (8,126 to 4,367), and fewer of 100 led to an order (33 to 20)",
        ),
        (
            (8126, 0.326),
            (8000, 0.2),
            "Searches did not fall (8,126 to 8,000), but fewer of 100 led to an order (33 to 20)",
        ),
        ((8126, 0.326), (8000, 0.33), "Neither searches (8,126 to 8,000) nor the share that led to an order fell"),
    ],
)
def test_searches_tell_less_wanted_from_less_found(then: tuple[int, float], now: tuple[int, float], said: str) -> None:
    assert of_searches(then, now).startswith(said)


def test_breadth_is_told_by_how_many_labels_share_the_fall() -> None:
    then = {"North": 100.0, "South": 100.0, "West": 100.0}
    assert share_it("region", then, {"North": 50.0, "South": 55.0, "West": 40.0}) == "all 3 regions"
    assert share_it("region", then, {"North": 10.0, "South": 100.0, "West": 100.0}) == "1 of 3 regions (North)"
    assert share_it("category", {"A": 100.0}, {"A": 50.0}) == ""
