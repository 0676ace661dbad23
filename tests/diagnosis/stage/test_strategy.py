"""Whom to win and where to go: named from the data, with the reason and the money, or nobody with the reason why."""

from collections.abc import Callable
from datetime import date

import pytest

from bothsides.diagnosis.stage.policy import StagePolicy
from bothsides.diagnosis.stage.reading import Stage, StageReading, Team, Vertical
from bothsides.diagnosis.stage.strategy import LOAD, PLANS, RETAIN, Ground, strategy
from bothsides.metrics import Store
from bothsides.schema import Side
from tests.diagnosis.stage.markets import Rows, accounts, monthly, order, stage_of

Market = Callable[..., Store]


def read(market: Market, orders: Rows, **more: Rows) -> StageReading:
    return stage_of(market(orders=orders, accounts=accounts(orders), **more))


def beside() -> Rows:
    """Eight buyers of Bolts; seven of them also buy some Pumps, the largest does not."""
    orders = []
    for month in range(24):
        for i in range(7):
            orders.append(order(f"buyer-{i}", f"bolts-{i % 3}", month, "Bolts", amount=80.0, day=2 + i))
            orders.append(order(f"buyer-{i}", f"pumps-{i % 3}", month, "Pumps", amount=20.0, day=2 + i))
        orders.append(order("large", f"bolts-{month % 3}", month, "Bolts", amount=1000.0, day=20))
    return orders


def test_a_large_buyer_whose_likes_buy_next_door_is_named_with_what_it_would_bring(market: Market) -> None:
    found = read(market, beside())
    assert [(a.name, a.category) for a in found.anchors] == [("large", "Pumps")]
    anchor = found.anchors[0]
    assert anchor.per_month == pytest.approx(1000 * 7 / 8 * 0.2, rel=0.02)
    assert "88 % of buyers who mainly buy Bolts also buy Pumps; it does not" in anchor.why
    assert "EUR 998 a month elsewhere" in anchor.why


def test_nobody_is_brought_to_a_cell_that_one_supplier_serves(market: Market) -> None:
    alone = [{**row, "supplier_id": "pumps-0"} if row["category"] == "Pumps" else row for row in beside()]
    found = read(market, alone)
    assert found.anchors == ()
    assert "no open deal is known" in found.no_anchors


def test_a_buyer_who_looked_in_vain_is_named_for_the_place_it_looked_in(market: Market) -> None:
    searches = [
        {
            "account_id": buyer,
            "name": "search",
            "category": "Pumps",
            "region": "North",
            "occurred_at": date(2024, 10, day),
        }
        for buyer, day in (("large", 3), ("large", 9), ("buyer-0", 4))
    ]
    found = read(market, beside(), events=searches)
    anchor = next(a for a in found.anchors if a.name == "large")
    assert (anchor.category, anchor.region) in {("Pumps", "North"), ("Pumps", None)}
    named = [value.metric for a in found.anchors for value in a.values]
    assert "bought_elsewhere" in named


def test_a_buyer_who_bought_what_it_looked_for_is_not_said_to_have_bought_nothing(market: Market) -> None:
    """Regions do not split this market: a search that names none looked in the place in which the buyer did buy."""
    searches = [
        {"account_id": buyer, "name": "search", "category": "Pumps", "region": region, "occurred_at": date(2024, 10, 3)}
        for buyer, region in (("buyer-0", None), ("buyer-1", "North"), ("large", None))
    ]
    found = read(market, beside(), events=searches)
    looked = {a.name for a in found.anchors if "looked or asked" in a.why}
    assert looked <= {"large"}


def test_two_buyers_of_one_name_are_both_named(market: Market) -> None:
    orders = beside()
    orders += [{**row, "buyer_id": "other"} for row in orders if row["buyer_id"] == "large"]
    named = [row | {"name": "Acme"} if row["account_id"] in ("large", "other") else row for row in accounts(orders)]
    found = stage_of(market(orders=orders, accounts=named))
    assert [(a.name, a.category) for a in found.anchors] == [("Acme", "Pumps"), ("Acme", "Pumps")]


def test_an_open_deal_is_named_until_its_buyer_has_ordered(market: Market) -> None:
    def deal(name: str, account: str | None, status: str = "open", **more: object) -> dict[str, object]:
        return {
            "name": name,
            "side": "buyer",
            "account_id": account,
            "status": status,
            "amount": 1_200_000,
            "category": "Pumps",
            "region": "North",
            "opened_at": date(2024, 11, 5),
            **more,
        }

    orders = beside()
    known = [*accounts(orders), {"account_id": "new", "side": "buyer", "name": "Newcomer Ltd"}]
    deals = [
        deal("d1", "new"),
        deal("d2", "buyer-0"),
        *(deal(f"w{i}", "buyer-1", "won", closed_at=date(2024, 12, 1)) for i in range(6)),
        *(deal(f"l{i}", None, "lost", closed_at=date(2024, 12, 1)) for i in range(6)),
    ]
    store = market(orders=orders, accounts=known, opportunities=deals, known_until=date(2024, 12, 31))
    found = stage_of(store)
    anchor = next(a for a in found.anchors if a.name == "Newcomer Ltd")
    assert anchor.per_month == pytest.approx(12_000 * 0.5 / 12)
    assert "open since November 2024" in anchor.why
    assert not any("A deal of" in a.why for a in found.anchors if a.name == "buyer-0")


def test_a_market_without_categories_names_nobody_and_says_why(market: Market) -> None:
    orders = [{**row, "category": None} for row in monthly(24)]
    found = read(market, orders)
    assert found.anchors == ()
    assert "orders carry no category" in found.no_anchors


def test_a_small_category_is_scored_by_the_buyers_and_suppliers_beside_it(market: Market) -> None:
    orders = list(monthly(24, buyers=12, categories=("Bolts", "Pumps", "Wire"), suppliers=6))
    for month in range(12, 24):
        orders += [
            order(f"buyer-{i}", f"Bolts-supplier-{i % 2}", month, "Safety", amount=5.0, day=20) for i in range(4)
        ]
        orders.append(order("outsider", "other", month, "Paint", amount=5.0, day=20))
    (best,) = read(market, orders).verticals
    assert (best.category, best.score) == ("Safety", 1.0)
    assert best.demand == pytest.approx(8 * 4 / 12)
    assert best.supply == pytest.approx(4 * 2 / 6)
    assert best.gmv_share < 0.02


def test_retention_comes_first_at_every_stage_while_accounts_leak() -> None:
    for stage in Stage:
        plan = strategy(stage, retention_first=True)
        assert [focus.does for focus in plan[: len(RETAIN)]] == [play.does for play in RETAIN]
        assert len(plan) == len(RETAIN) + 4
        assert strategy(stage, retention_first=False)[0].does not in {play.does for play in RETAIN}


def test_every_stage_tells_both_teams_what_to_do_for_both_sides() -> None:
    assert set(PLANS) == set(Stage)
    for plays in PLANS.values():
        assert {(play.team, play.side) for play in plays} == {(team, side) for team in Team for side in Side}


def test_advice_whose_ground_was_not_measured_gives_way_to_what_to_load() -> None:
    bare = strategy(Stage.GROWING, retention_first=True, measured=frozenset())
    assert not any("channels that pay back" in focus.does and not focus.lacks for focus in bare)
    told = {(focus.does, focus.lacks) for focus in bare if focus.lacks}
    assert told == {(f"Not known: {ground.value}.", LOAD[ground]) for ground in Ground}
    spent = strategy(Stage.GROWING, retention_first=False, measured=frozenset({Ground.SPEND}))
    assert [focus.does for focus in spent if not focus.lacks] == [
        play.does for play in PLANS[Stage.GROWING] if play.needs in (None, Ground.SPEND)
    ]


def test_a_ledger_of_orders_alone_gets_no_advice_on_channels_or_shortage(market: Market) -> None:
    found = read(market, list(monthly(30, amount=lambda month: 100 * 1.06**month)))
    lacking = {focus.lacks for focus in found.focus if focus.lacks}
    assert lacking == {LOAD[Ground.SPEND], LOAD[Ground.DEMAND]}


def test_a_buyer_at_risk_of_stopping_is_held_and_not_named_to_win(market: Market) -> None:
    orders = beside()
    store = market(orders=orders, accounts=accounts(orders))
    (large,) = store.engine.row("SELECT account FROM dim_accounts WHERE name = 'large'") or ()
    assert stage_of(store).to_hold == ()
    found = stage_of(store, leaving=frozenset({large}))
    assert (found.anchors, found.to_hold) == ((), ("large",))


def test_without_a_stage_only_retention_is_advised() -> None:
    assert strategy(None, retention_first=False) == ()
    assert len(strategy(None, retention_first=True)) == len(RETAIN)


def test_decline_goes_to_the_best_vertical_and_says_so_where_there_is_none() -> None:
    small = Vertical(category="Safety", score=1.0, demand=3.0, supply=2.0, unmet=4, gmv_share=0.01)
    assert all(focus.where == ("Safety",) for focus in strategy(Stage.LATE, retention_first=False, verticals=[small]))
    bare = strategy(Stage.LATE, retention_first=False)
    assert any("outside this data" in focus.does for focus in bare)
    assert all(focus.where == () for focus in bare)


def test_no_more_are_named_than_a_team_can_call() -> None:
    assert StagePolicy().most_anchors == 10
