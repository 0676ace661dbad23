"""Costs and returns by hand: a channel that never pays back, one too young to judge, data that is missing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from bothsides.diagnosis import BENCHMARKS, DiagnosisPolicy, Finding, SideEconomics, Sureness
from bothsides.diagnosis.economics import Economics, economics, economics_findings, so_far
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.span import Span
from bothsides.metrics import Status, Store, Unit
from bothsides.schema import Side
from bothsides.schema.period import add_months

KNOWN = Span(start=date(2022, 1, 1), end=date(2023, 12, 31))
WINDOW = Span(start=date(2023, 1, 1), end=date(2023, 12, 31))


def tables(*, cost: int, first: date = date(2022, 1, 5)) -> dict[str, list[dict[str, object]]]:
    """Twenty buyers by two channels, an order of 100 a month each with a fee of 10; spend on one channel."""
    accounts: list[dict[str, object]] = [
        {
            "account_id": f"b{b}",
            "side": "buyer",
            "channel": "fair" if b % 2 else "search",
            "signed_up_at": date(2022, 1, 2),
        }
        for b in range(40)
    ]
    accounts += [{"account_id": f"s{s}", "side": "supplier", "signed_up_at": date(2022, 1, 2)} for s in range(12)]
    orders: list[dict[str, object]] = []
    fees: list[dict[str, object]] = []
    for m in range(24):
        day = add_months(first, m)
        if day > KNOWN.end:
            break
        for b in range(40):
            order = {"order_id": f"o{m}-{b}", "buyer_id": f"b{b}", "supplier_id": f"s{b % 12}", "placed_at": day}
            orders.append({**order, "amount": 10_000})
            fees.append({"order_id": f"o{m}-{b}", "kind": "commission", "charged_at": day, "amount": 1_000})
    spend = [
        {
            "side": "buyer",
            "channel": name,
            "spent_at": add_months(date(2022, 1, 5), m),
            "amount": amount * 20 // 24,
            "kind": "marketing",
        }
        for name, amount in (("fair", cost), ("search", 240))
        for m in range(24)
    ]
    return {"accounts": accounts, "orders": orders, "fees": fees, "spend": spend}


def build(market: Callable[..., Store], **changes: object) -> Store:
    made = tables(**{"cost": 50_000, **changes})  # type: ignore[arg-type]
    return market(**made, known_until=KNOWN.end)


def test_a_channel_that_costs_more_than_it_brings_is_found(market: Callable[..., Store]) -> None:
    found = economics(build(market), WINDOW, KNOWN, DiagnosisPolicy())
    assert found is not None
    channels = [
        f for f in economics_findings(found, "EUR", DiagnosisPolicy(), BENCHMARKS) if f.kind == "unprofitable_channel"
    ]
    assert [(f.place.side, f.place.channel) for f in channels] == [(Side.BUYER, "fair")]
    worth = channels[0].worth
    assert worth is not None
    assert worth.of == "spend"
    # 10,000 spent on twenty accounts that bring 24 months x 5, half of a fee of 10, each.
    spend = 20 * 500 / found.span.months
    assert worth.per_month == pytest.approx(spend * (1 - 120 / 500), rel=0.03)


def test_a_channel_that_pays_back_is_not(market: Callable[..., Store]) -> None:
    found = economics(build(market, cost=1_000), WINDOW, KNOWN, DiagnosisPolicy())
    assert found is not None
    assert economics_findings(found, "EUR", DiagnosisPolicy(), BENCHMARKS) == []


def channel(accounts: float, spend: float, *, old: int = 50, young: bool = False) -> list[Finding]:
    """Buyers who bring 500 each, at most 600; one channel won few of them, too few to know what they bring."""
    (whole,) = side(ratio=2.0, high=3.0, payback=12.0).sides
    ltv = figure("ltv", 500.0, Unit.MONEY, n=90, low=400.0, high=600.0, currency="EUR")
    ltv = replace(ltv, status=Status.IMMATURE, reason="covers the 9 months seen, of 24") if young else ltv
    values = {
        "acquisition_spend": figure("acquisition_spend", spend, Unit.MONEY, n=9, currency="EUR"),
        "new_transacting_accounts": figure("new_transacting_accounts", accounts, Unit.COUNT, n=int(accounts)),
        "cac": figure("cac", spend / accounts if accounts else None, Unit.MONEY, n=int(accounts), reason="none came"),
    }
    pictured = replace(whole, values=whole.values | {"ltv": ltv}, by_channel=(("fair", values),))
    found = Economics(sides=(pictured,), span=KNOWN, old={(Side.BUYER, None): old})
    every = economics_findings(found, "EUR", DiagnosisPolicy(), BENCHMARKS)
    return [f for f in every if f.kind == "unprofitable_channel"]


def test_a_channel_of_few_accounts_is_told_by_its_cost_alone() -> None:
    """Three came for 60,000; even nine, the most that chance allows, would have cost more than any of them brings."""
    (finding,) = channel(3, 60_000.0)
    assert finding.sure is Sureness.LIKELY
    assert "at least EUR 6.84 k each" in finding.title
    assert finding.worth is not None
    monthly = 60_000 / KNOWN.months
    assert finding.worth.per_month == pytest.approx(monthly * (1 - 500 / 20_000))
    assert finding.worth.low == pytest.approx(monthly * (1 - 600 / 6_843.5), rel=1e-3)
    assert finding.worth.high == pytest.approx(monthly)


def test_a_channel_by_which_nobody_came_is_told_too() -> None:
    (finding,) = channel(0, 60_000.0)
    assert "nobody who came by it has traded" in finding.title
    assert finding.worth is not None
    assert finding.worth.per_month == pytest.approx(60_000 / KNOWN.months)


@pytest.mark.parametrize(
    ("accounts", "spend", "old", "young"),
    [(3, 5_000.0, 50, False), (0, 2_000.0, 50, False), (3, 60_000.0, 5, False), (3, 9_000.0, 50, True)],
)
def test_what_chance_or_youth_may_explain_is_not_a_dear_channel(
    accounts: float, spend: float, old: int, young: bool
) -> None:
    assert channel(accounts, spend, old=old, young=young) == []


def test_young_accounts_are_not_judged(market: Callable[..., Store]) -> None:
    found = economics(build(market, first=date(2023, 6, 1)), WINDOW, KNOWN, DiagnosisPolicy())
    assert found is not None
    assert economics_findings(found, "EUR", DiagnosisPolicy(), BENCHMARKS) == []


def test_without_fees_nobody_knows_what_an_account_brings(market: Callable[..., Store]) -> None:
    made = tables(cost=1_000)
    del made["fees"]
    assert economics(market(**made, known_until=KNOWN.end), WINDOW, KNOWN, DiagnosisPolicy()) is None


def test_without_spend_the_return_is_shown_and_the_cost_is_not(market: Callable[..., Store]) -> None:
    made = tables(cost=1_000)
    del made["spend"]
    found = economics(market(**made, known_until=KNOWN.end), WINDOW, KNOWN, DiagnosisPolicy())
    assert found is not None
    assert "what it cost to win is not known" in found.sides[0].sentence
    assert economics_findings(found, "EUR", DiagnosisPolicy(), BENCHMARKS) == []


def side_findings(found: Economics) -> list[Finding]:
    every = economics_findings(found, "EUR", DiagnosisPolicy(), BENCHMARKS)
    return [f for f in every if f.kind in ("ltv_below_cac", "slow_payback")]


def side(**numbers: float) -> Economics:
    """Buyers whose economics are given: spend, cac, ltv_to_cac, cac_payback_months."""
    values = {
        "acquisition_spend": figure("acquisition_spend", 24_000.0, Unit.MONEY, n=9, currency="EUR"),
        "cac": figure("cac", 1_000.0, Unit.MONEY, n=90, currency="EUR"),
        "ltv": figure("ltv", 1_000.0 * numbers["ratio"], Unit.MONEY, n=90, currency="EUR"),
        "ltv_to_cac": figure("ltv_to_cac", numbers["ratio"], Unit.RATIO, n=90, high=numbers["high"]),
        "cac_payback_months": figure("cac_payback_months", numbers["payback"], Unit.MONTHS, n=90),
    }
    pictured = SideEconomics(side=Side.BUYER, values=values, by_channel=(), sentence="A buyer costs EUR 1 k.")
    return Economics(sides=(pictured,), span=KNOWN, old={(Side.BUYER, None): 50})


def test_a_side_that_brings_less_than_it_costs() -> None:
    (finding,) = side_findings(side(ratio=0.6, high=0.8, payback=50.0))
    assert finding.kind == "ltv_below_cac"
    assert "each one loses EUR 400" in finding.title
    assert finding.worth is not None
    assert finding.worth.per_month == pytest.approx(24_000 / KNOWN.months * 0.4)
    assert finding.worth.low == pytest.approx(24_000 / KNOWN.months * 0.2)


def test_an_interval_that_reaches_the_cost_is_no_loss_but_payback_may_be_slow() -> None:
    (finding,) = side_findings(side(ratio=0.9, high=1.1, payback=48.0))
    assert (finding.kind, finding.sure) == ("slow_payback", Sureness.DIRECTIONAL)
    assert any("Poor against a benchmark" in evidence.sentence for evidence in finding.evidence)
    assert side_findings(side(ratio=1.5, high=2.0, payback=12.0)) == []


def test_what_young_accounts_bring_is_said_to_be_so_far() -> None:
    (given,) = side(ratio=0.6, high=0.8, payback=50.0).sides
    young = replace(given.values["ltv"], status=Status.IMMATURE, reason="covers the 9 months seen, of 24")
    found = replace(
        side(ratio=0.6, high=0.8, payback=50.0), sides=(replace(given, values={**given.values, "ltv": young}),)
    )
    (finding,) = side_findings(found)
    assert "bring EUR 600 so far: each one loses EUR 400" in finding.title
    assert so_far(given.values["ltv"]) == ""


def test_the_months_in_which_nobody_can_be_told_to_be_new_are_not_judged(market: Callable[..., Store]) -> None:
    made = tables(cost=1_000)
    earlier = {"side": "buyer", "channel": "fair", "spent_at": date(2021, 12, 1), "amount": 99, "kind": "marketing"}
    made["spend"].append(earlier)
    found = economics(market(**made, known_until=KNOWN.end), WINDOW, KNOWN, DiagnosisPolicy())
    assert found is not None
    assert found.span == Span(start=date(2022, 4, 1), end=KNOWN.end)
