"""What hangs on few accounts, by hand: shares, the loss of the largest, categories that depend on one."""

from dataclasses import replace

import pytest

from bothsides.diagnosis import DiagnosisPolicy, Sureness
from bothsides.diagnosis.behind import BEHIND
from bothsides.diagnosis.concentration import (
    Ledger,
    Trade,
    Trades,
    concentration_findings,
    dependents,
    exposure,
    held,
    lorenz,
    stress,
)
from bothsides.diagnosis.figures import rate
from bothsides.diagnosis.picture import SideConcentration
from bothsides.diagnosis.success import SUCCESS
from bothsides.schema import Side

NOBODY = dict.fromkeys(Side, None)


def ledger(*trades: tuple[int, int, str, float]) -> Ledger:
    return Ledger(
        trades=Trades.of(Trade(buyer=b, supplier=s, category=c, amount=a) for b, s, c, a in trades),
        names={101: "Anchor Ltd", 1: "Big Buyer"},
        currency="EUR",
        months=10.0,
    )


def test_the_loss_of_the_largest_supplier_leaves_its_lonely_buyers() -> None:
    found = ledger((1, 101, "x", 60), (2, 101, "x", 10), (2, 102, "x", 20), (3, 103, "x", 10))
    lost = stress(found, Side.SUPPLIER, 1)
    assert lost.names == ("Anchor Ltd",)
    assert lost.gmv_lost_share == 0.7
    assert lost.counterparties_left_alone == 1


def test_the_curve_runs_from_the_smallest_account() -> None:
    assert lorenz([70.0, 20.0, 10.0]) == ((0.0, 0.0), (1 / 3, 0.1), (2 / 3, pytest.approx(0.3)), (1.0, 1.0))
    assert lorenz([]) == ()
    assert lorenz([5.0, -5.0]) == ()
    assert len(lorenz([1.0] * 1000)) == 51


def test_dependents_do_most_of_their_trade_with_one() -> None:
    trades = ledger((1, 101, "x", 80), (1, 102, "x", 20), (2, 101, "x", 10), (2, 102, "x", 90)).trades
    assert dependents(trades, Side.SUPPLIER, 101, 0.8) == [(1, 80.0)]


def many(share: float, category: str = "Pumps") -> list[tuple[int, int, str, float]]:
    """Twenty suppliers of one category, the first with the share."""
    return [(1 + i % 15, 101 + i, category, 1000 * share if i == 0 else 1000 * (1 - share) / 19) for i in range(20)]


def test_a_category_that_hangs_on_one_supplier_is_found_with_its_worth() -> None:
    findings = concentration_findings(ledger(*many(0.4)), (), DiagnosisPolicy(), NOBODY)
    finding = next(f for f in findings if f.kind == "category_depends_on_one")
    assert finding.place.category == "Pumps"
    assert finding.sure is Sureness.CERTAIN
    assert "Anchor Ltd sold 40 %" in finding.title
    assert finding.worth is not None
    assert finding.worth.high == pytest.approx(40.0)
    assert finding.worth.per_month == pytest.approx(40.0 * DiagnosisPolicy().yearly_leave_share)
    assert "The share is counted" in finding.why_sure
    assert "worth is an estimate" in finding.why_sure


def test_few_equal_accounts_are_no_alarm() -> None:
    five = [(b, 101 + s, "Pumps", 10.0) for b in range(1, 6) for s in range(5)]
    assert concentration_findings(ledger(*five), (), DiagnosisPolicy(), NOBODY) == []


def test_small_categories_are_left_alone() -> None:
    trades = [*many(0.4, "Pumps"), *[(1 + i % 40, 201 + i % 60, "Valves", 1000.0) for i in range(120)]]
    assert concentration_findings(ledger(*trades), (), DiagnosisPolicy(), NOBODY) == []


def test_a_side_that_hangs_on_ten_is_said_once_not_again_per_category() -> None:
    trades = [(b, 101 + i, "Pumps", 600.0 if b <= 10 else 20.0) for b in range(1, 101) for i in range(3)]
    found = ledger(*trades)
    amounts = held(found.trades, Side.BUYER)
    values = {
        "top_1_share": rate("top_1_share", amounts[0][1], found.total),
        "top_10_share": rate("top_10_share", sum(a for _, a in amounts[:10]), found.total),
        "hhi": rate("hhi", 0.08, 1.0),
    }
    values = {name: replace(value, n=100) for name, value in values.items()}
    pictured = SideConcentration(
        side=Side.BUYER,
        values=values,
        curve=(),
        stress=(stress(found, Side.BUYER, 10),),
        sentence="",
    )
    findings = concentration_findings(found, (pictured,), DiagnosisPolicy(), NOBODY)
    assert [f.kind for f in findings] == ["buyer_concentration"]
    assert findings[0].place.category is None


def test_a_side_of_suppliers_that_hangs_on_ten_can_say_how_its_success_is_measured() -> None:
    trades = [(b, 101 + i, "Pumps", 600.0 if i < 10 else 20.0) for b in range(1, 4) for i in range(100)]
    found = ledger(*trades)
    amounts = held(found.trades, Side.SUPPLIER)
    parts = {"top_1_share": amounts[0][1], "top_10_share": sum(a for _, a in amounts[:10]), "hhi": 0.1 * found.total}
    values = {name: replace(rate(name, part, found.total), n=100) for name, part in parts.items()}
    pictured = SideConcentration(
        side=Side.SUPPLIER, values=values, curve=(), stress=(stress(found, Side.SUPPLIER, 10),), sentence=""
    )
    (finding,) = concentration_findings(found, (pictured,), DiagnosisPolicy(), NOBODY)
    assert finding.kind == "supplier_concentration"
    assert "sell more" in finding.success.says
    assert finding.kind in BEHIND


def test_what_a_whole_market_hangs_on_is_not_called_a_category() -> None:
    for kind in ("buyer_concentration", "supplier_concentration"):
        assert "category" not in f"{SUCCESS[kind].says} {BEHIND[kind][0]}"


def test_exposure_uses_who_really_left() -> None:
    left = rate("logo_retention", 90, 100)
    worth = exposure(1000.0, ledger((1, 101, "x", 1.0)), Side.SUPPLIER, DiagnosisPolicy(), left)
    assert worth.per_month == pytest.approx(100 * 12 / 104)
    nobody = exposure(1000.0, ledger((1, 101, "x", 1.0)), Side.SUPPLIER, DiagnosisPolicy(), rate("x", 100, 100))
    assert nobody.per_month > 0
