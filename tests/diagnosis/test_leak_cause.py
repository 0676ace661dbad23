"""What lies behind a leak, planted by hand: slow checks, empty catalogues, slow replies, empty searches, left carts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from bothsides.diagnosis import DiagnosisPolicy, Finding
from bothsides.diagnosis.figures import READINGS
from bothsides.diagnosis.first_transaction import first_transaction
from bothsides.diagnosis.leak_cause import CLUES
from bothsides.diagnosis.onboarding import onboarding
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.simulate import demo_plan
from tests.diagnosis.conftest import simulated

KNOWN = Span(start=date(2023, 1, 1), end=date(2024, 6, 30))
WINDOW = Span(start=date(2023, 7, 1), end=date(2024, 6, 30))
POLICY = DiagnosisPolicy()

Rows = list[dict[str, Any]]


def day(offset: int) -> date:
    return date(2023, 6, 1) + timedelta(days=offset)


def suppliers(
    *, north_verified: bool = True, north_sells: bool = True, wait: int = 3, skus: int = 6
) -> dict[str, Rows]:
    """Two hundred suppliers in two regions, all verified, live and selling but for what is planted in the North."""
    accounts: Rows = [{"account_id": "b", "side": "buyer"}]
    orders: Rows = []
    listings: Rows = []
    for i in range(200):
        north, joined = i % 2 == 0, day(i % 150)
        stuck = north and i % 4 == 0
        verified = not (stuck and not north_verified)
        live = joined + timedelta(days=(wait if north else 3) + i % 3 + 6)
        accounts.append({
            "account_id": f"s{i}", "side": "supplier", "region": "North" if north else "South", "signed_up_at": joined,
            "verified_at": joined + timedelta(days=(wait if north else 3) + i % 3) if verified else None,
            "catalogue_at": live - timedelta(days=3) if verified else None, "live_at": live if verified else None,
        })  # fmt: skip
        listings += [
            {"supplier_id": f"s{i}", "listed_at": joined + timedelta(days=10), "category": "Pumps"}
            for _ in range(0 if not verified else (skus if north else 6) + i % 2)
        ]
        if verified and not (stuck and not north_sells):
            orders.append({
                "buyer_id": "b", "supplier_id": f"s{i}", "amount": 100_00, "placed_at": live + timedelta(days=9),
                "status": "completed",
            })  # fmt: skip
    return {"accounts": accounts, "orders": orders, "listings": listings}


def the_leak(findings: list[Finding]) -> Finding:
    assert findings
    return findings[0]


def supplier_leak(store: Store) -> Finding:
    return the_leak(onboarding(store, KNOWN, WINDOW, POLICY)[1])


def test_slow_checks_are_onboarding_s(market: Callable[..., Store]) -> None:
    found = supplier_leak(market(**suppliers(north_verified=False, wait=20), known_until=KNOWN.end))
    assert found.place.region == "North"
    assert found.cause == "Onboarding: verification takes 21.0 days, against 4.0 elsewhere."
    assert found.owner == "Onboarding manager"
    values = found.evidence[-1].values
    assert [(v.metric, v.value) for v in values] == [("verification_days", 21.0), ("verification_days", 4.0)]
    assert values[0].n == 50


def test_the_same_leak_without_slow_checks_names_the_usual_cause_and_says_so(market: Callable[..., Store]) -> None:
    found = supplier_leak(market(**suppliers(north_verified=False), known_until=KNOWN.end))
    assert found.cause.startswith("Onboarding: documents asked for")
    assert "Nothing on record shows why" in found.caveat


def test_few_articles_before_the_first_sale_are_content(market: Callable[..., Store]) -> None:
    found = supplier_leak(market(**suppliers(north_sells=False, skus=1), known_until=KNOWN.end))
    assert found.cause == "Content: suppliers have 1.0 listings after their first 30 days, against 7.0 elsewhere."
    assert "to be tried" in found.caveat


def test_slow_answers_before_the_first_sale_are_sales(market: Callable[..., Store]) -> None:
    made = suppliers(north_sells=False)
    quotes: Rows = []
    for account in made["accounts"][1:]:
        asked = account["signed_up_at"] + timedelta(days=12)
        name, late = str(account["account_id"]), account["region"] == "North"
        quotes.append({"quote_id": f"r-{name}", "kind": "request", "buyer_id": "b", "requested_at": asked})
        quotes.append({
            "quote_id": f"a-{name}", "kind": "reply", "request_id": f"r-{name}", "supplier_id": name,
            "requested_at": asked + timedelta(days=4 if late else 1 + int(name[1:]) % 2),
        })  # fmt: skip
    found = supplier_leak(market(**made, quotes=quotes, known_until=KNOWN.end))
    assert found.cause.startswith("Sales: suppliers take 96.0 hours to answer a request")


def buyers(*, empty: bool = False, abandon: bool = False) -> dict[str, Rows]:
    """Two hundred buyers who search, view, fill a cart and order, but for what is planted in the North."""
    accounts: Rows = [{"account_id": "s", "side": "supplier"}]
    events: Rows = []
    orders: Rows = []
    for i in range(200):
        north, joined, name = i % 2 == 0, day(i % 150), f"b{i}"
        stuck = north and i % 4 == 0
        region = "North" if north else "South"
        accounts.append({"account_id": name, "side": "buyer", "region": region, "signed_up_at": joined})
        names = ["search", "search", "supplier_view", "cart_add"]
        if stuck:
            names = ["search", "search"] if empty else [*names, "cart_abandon"]
        elif abandon and north and i % 3:
            names = [*names, "cart_abandon"]
        for k, event in enumerate(names):
            none = event == "search" and empty and north and k == 0
            events.append({
                "account_id": name, "side": "buyer", "name": event, "occurred_at": joined + timedelta(days=k),
                "results": (0 if none else 9) if event == "search" else None,
            })  # fmt: skip
        if not stuck:
            order = {"buyer_id": name, "supplier_id": "s", "amount": 100_00, "status": "completed"}
            orders.append({**order, "placed_at": joined + timedelta(days=9)})
    return {"accounts": accounts, "events": events, "orders": orders}


def buyer_leak(store: Store) -> Finding:
    return the_leak(first_transaction(store, KNOWN, WINDOW, POLICY)[1])


def test_searches_that_find_nothing_are_supply(market: Callable[..., Store]) -> None:
    found = buyer_leak(market(**buyers(empty=True), known_until=KNOWN.end))
    assert found.cause == "Supply: 50 % of a buyer's searches find nothing, against 0 % elsewhere."
    assert found.owner == "Category manager, supplier side"


def requests(made: dict[str, Rows], *, after: int, unanswered: str) -> Rows:
    """Two requests of every buyer so many days after it joined; those of one region have no reply."""
    return [
        {"quote_id": f"{account['account_id']}-{k}", "kind": "request", "buyer_id": account["account_id"]}
        | {"responses": 0 if account["region"] == unanswered else 3}
        | {"requested_at": account["signed_up_at"] + timedelta(days=after + k)}
        for account in made["accounts"][1:]
        for k in range(2)
    ]


def test_requests_left_unanswered_in_the_days_of_the_step_are_supply(market: Callable[..., Store]) -> None:
    made = buyers()
    asked = requests(made, after=5, unanswered="North")
    found = buyer_leak(market(**made, quotes=asked, known_until=KNOWN.end))
    assert found.cause.startswith("Supply: 100 % of a buyer's requests get no answer")


@pytest.mark.parametrize("fact", ["requests", "searches"])
def test_what_came_after_the_days_of_the_step_explains_nothing(market: Callable[..., Store], fact: str) -> None:
    made = buyers()
    more: dict[str, Rows] = {}
    if fact == "requests":
        more["quotes"] = requests(made, after=100, unanswered="North")
    else:
        made["events"] += [
            {"account_id": account["account_id"], "side": "buyer", "name": "search", "results": 0}
            | {"occurred_at": account["signed_up_at"] + timedelta(days=100 + k)}
            for account in made["accounts"][1:]
            if account["region"] == "North"
            for k in range(4)
        ]
    found = buyer_leak(market(**made, **more, known_until=KNOWN.end))
    assert found.cause.startswith("Product: 50 % of a buyer's carts are left")


def test_carts_left_are_product(market: Callable[..., Store]) -> None:
    found = buyer_leak(market(**buyers(abandon=True), known_until=KNOWN.end))
    assert found.cause.startswith("Product: ")
    assert "of a buyer's carts are left" in found.cause


def test_the_simulated_leak_of_the_north_is_told_by_its_carts() -> None:
    _, store = simulated(demo_plan(seed=7))
    known = Span(start=store.ranges["orders"][0], end=store.ranges["orders"][1])
    window = Span(start=known.end - timedelta(days=364), end=known.end)
    found = [f for f in first_transaction(store, known, window, POLICY)[1] if f.place.region == "North"]
    assert [f.cause.partition(":")[0] for f in found] == ["Product"]
    assert [v.metric for v in found[0].evidence[-1].values] == ["carts_abandoned", "carts_abandoned"]


def test_a_leak_against_the_other_steps_is_never_explained_by_stopping_itself() -> None:
    _, store = simulated(demo_plan(seed=7))
    known = Span(start=store.ranges["orders"][0], end=store.ranges["orders"][1])
    window = Span(start=known.end - timedelta(days=364), end=known.end)
    found = onboarding(store, known, window, POLICY)[1][0]
    assert "catalogue" in found.title
    assert "Nothing on record shows why" in found.caveat


def test_leaks_are_told_by_the_money_they_cost(market: Callable[..., Store]) -> None:
    _, store = simulated(demo_plan(seed=7))
    known = Span(start=store.ranges["orders"][0], end=store.ranges["orders"][1])
    for way in (onboarding, first_transaction):
        worths = [f.worth.per_month for f in way(store, known, known, POLICY)[1] if f.worth]
        assert worths == sorted(worths, reverse=True)


@pytest.mark.parametrize("clue", CLUES, ids=lambda clue: clue.id)
def test_every_clue_has_a_label_a_remedy_and_a_category(clue) -> None:  # type: ignore[no-untyped-def]
    assert clue.id in READINGS
    assert clue.category in ("content", "sales", "onboarding", "product", "supply")
    assert clue.owner
    assert clue.first_step.endswith(".")
    assert "{here}" in clue.says
    assert "{there}" in clue.says
