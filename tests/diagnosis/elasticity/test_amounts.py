"""What an account costs and contributes comes from the store's own totals, and is None where nothing is recorded."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from bothsides.diagnosis import DiagnosisPolicy, diagnose
from bothsides.diagnosis.elasticity import Judgement, account_costs, leaks, read_money
from bothsides.diagnosis.panel import Panel, read_panel
from bothsides.diagnosis.threshold import Thresholds
from bothsides.metrics import Store
from bothsides.schema import Side

START = date(2023, 1, 2)
WEEKS = 104


def orders() -> list[dict[str, Any]]:
    """A new buyer every week, who orders every fortnight for half a year from one of 12 suppliers in two categories."""
    rows = []
    for i in range(WEEKS):
        for k in range(13):
            day = START + timedelta(weeks=i + 2 * k)
            if day < START + timedelta(weeks=WEEKS):
                rows.append(
                    {
                        "order_id": f"{i}-{k}",
                        "buyer_id": f"b{i}",
                        "supplier_id": f"s{i % 12}",
                        "placed_at": day,
                        "amount": 100_00,
                        "category": ("Pumps", "Bolts")[i % 2],
                    }
                )
    return rows


def fees(since: int = 0) -> list[dict[str, object]]:
    """Of the orders from a week on."""
    return [
        {"order_id": row["order_id"], "charged_at": row["placed_at"], "amount": 10_00, "kind": "commission"}
        for row in orders()
        if row["placed_at"] >= START + timedelta(weeks=since)
    ]


def spend() -> list[dict[str, object]]:
    return [
        {"spent_at": START + timedelta(weeks=i), "amount": 50_00, "side": "buyer", "kind": "marketing"}
        for i in range(WEEKS)
    ]


def panel_and_store(market: Callable[..., Store], **tables: object) -> tuple[Panel, Store]:
    store = market(orders=orders(), **tables)
    panel = read_panel(store)
    assert isinstance(panel, Panel)
    return panel, store


def test_costs_and_contributions_are_totals_over_the_panels_accounts(market: Callable[..., Store]) -> None:
    panel, store = panel_and_store(market, fees=fees(), spend=spend())
    money = read_money(store, panel)
    buyers = money[Side.BUYER]
    assert buyers.cost == pytest.approx(50.0, rel=0.1)  # one buyer joins a week and 50 are spent
    assert buyers.monthly_spend == pytest.approx(50 * 52 / 12, rel=0.05)
    # 13 orders a week with a commission of 10 each: half to the buyer, of whom 25 are there, half to 12 suppliers
    assert buyers.contribution == pytest.approx(13 * 5 / 25, rel=0.05)
    assert money[Side.SUPPLIER].contribution == pytest.approx(13 * 5 / 12, rel=0.05)
    assert money[Side.SUPPLIER].cost is None
    assert account_costs(store, panel) == {side: of.cost for side, of in money.items()}


def test_without_fees_a_contribution_is_not_known(market: Callable[..., Store]) -> None:
    panel, store = panel_and_store(market, spend=spend())
    assert read_money(store, panel)[Side.BUYER].contribution is None


def test_a_diagnosis_carries_the_reading_and_says_why_there_is_no_number(market: Callable[..., Store]) -> None:
    reading = diagnose(market(orders=orders(), fees=fees(), spend=spend())).elasticity
    assert reading is not None
    assert reading.cells == 2
    assert all(e.value is None and "needs at least 10 x 26" in e.reason for e in reading.effects)
    assert reading.funding.side is None


@pytest.mark.parametrize("known", [slice(70, None), slice(None, 75)], ids=["spend begins late", "spend ends early"])
def test_spend_of_a_part_of_the_year_is_shared_by_those_who_joined_in_that_part(
    market: Callable[..., Store], known: slice
) -> None:
    panel, store = panel_and_store(market, fees=fees(), spend=spend()[known])
    buyers = read_money(store, panel)[Side.BUYER]
    assert buyers.cost == pytest.approx(50.0, rel=0.1)
    assert buyers.monthly_spend == pytest.approx(50 * 52 / 12, rel=0.1)


def test_fees_of_a_part_of_the_year_are_set_against_that_part(market: Callable[..., Store]) -> None:
    late = fees(since=70)
    panel, store = panel_and_store(market, fees=late, spend=spend())
    assert read_money(store, panel)[Side.BUYER].contribution == pytest.approx(13 * 5 / 25, rel=0.1)


def test_an_account_costs_the_same_where_a_threshold_prices_the_missing_as_where_a_side_is_funded(
    market: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    priced: list[object] = []

    def look(panel: object, policy: object, *, costs: object) -> Thresholds:
        priced.append(costs)
        return Thresholds(reason="")

    monkeypatch.setattr("bothsides.diagnosis.accounts.read_thresholds", look)
    panel, store = panel_and_store(market, fees=fees(), spend=spend())
    diagnose(store)
    assert priced == [account_costs(store, panel)]


def test_what_people_believe_reaches_the_diagnosis(market: Callable[..., Store]) -> None:
    belief = Judgement(side=Side.BUYER, belief="draws", who="Ada", on=date(2025, 1, 2), why="They bring their own.")
    reading = diagnose(market(orders=orders()), judgements=(belief,)).elasticity
    assert reading is not None
    assert reading.judgements == (belief,)


def test_where_the_audit_finds_a_leak_so_does_the_reading_by_itself(market: Callable[..., Store]) -> None:
    leaves = orders()
    steady = [row | {"buyer_id": f"b{int(str(row['buyer_id'])[1:]) % 26}"} for row in leaves]
    for rows, expected in ((leaves, True), (steady, False)):
        store = market(orders=rows)
        kinds = {finding.kind for finding in diagnose(store).findings}
        assert ("ndr_leak" in kinds) is expected
        assert leaks(store, DiagnosisPolicy()) is expected
