"""Upgrades of supplier plans: features by hand, no look past the cut-off, the simulator's truth, honest refusals."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.asking import help_for
from bothsides.predict.cases import Cases
from bothsides.predict.judging import predicted
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.plan_features import PLAN_SIGNALS, PlanMembers
from bothsides.predict.upsell import UNTRIED, UPSELL, upsell
from bothsides.predict.validation import changed_by_the_future, time_split
from bothsides.simulate import demo_plan, healthy_plan
from tests.diagnosis.conftest import market_of, simulated

CUTOFF = date(2025, 1, 1)


@cache
def responsive() -> Store:
    """A market in which busy suppliers move up sooner: one more log of orders, e times the chance."""
    plan = healthy_plan(seed=1, orders=10_000)
    many = replace(plan.suppliers, signups=1_400)
    return simulated(replace(plan, suppliers=many, subscribed_share=0.9, upgrade_response=1.0))[1]


def test_busy_suppliers_are_the_ones_that_move_up() -> None:
    found = upsell(responsive())
    card = found.card
    assert card.verdict in (ModelVerdict.USABLE, ModelVerdict.NOT_CALIBRATED)
    ranking = card.measured("auc")
    assert ranking is not None
    assert ranking.wins
    weights = {feature.name: feature.weight for feature in card.features}
    assert weights["orders_recent"] + weights["load"] > 0
    assert weights["dearest"] < 0
    assert UNTRIED in card.notes
    assert found.table is not None
    assert found.table.amounts is not None
    assert set(np.round(found.table.amounts, 2)) <= {39.0, 79.0, 149.0}


def test_shuffled_outcomes_hold_no_signal() -> None:
    store = responsive()
    split = time_split(*store.ranges["orders"], horizon=UPSELL.horizon_months, step=UPSELL.step_months)
    assert split is not None
    members = PlanMembers(engine=store.engine, unit=100)

    def shuffled(cutoff: date, months: int | None, seed: int) -> Cases:
        cases = members.cases(cutoff, months)
        rng = np.random.default_rng([seed, cutoff.toordinal()])
        return cases if cases.outcome is None else replace(cases, outcome=rng.permutation(cases.outcome))

    for seed in range(10):
        card = predicted(UPSELL, split, lambda day, months, seed=seed: shuffled(day, months, seed), dict).card  # type: ignore[misc]  # the seed is bound by default
        assert card.verdict is ModelVerdict.NO_SIGNAL


def test_where_upgrades_are_rare_it_says_so() -> None:
    card = upsell(simulated(demo_plan(seed=7))[1]).card
    assert card.verdict is ModelVerdict.TOO_LITTLE
    assert "of either outcome are needed" in card.reason
    assert card.notes == (UNTRIED,)


def test_no_feature_looks_past_its_cut_off() -> None:
    store, cutoff = responsive(), date(2026, 1, 1)
    whole = PlanMembers(engine=store.engine, unit=100).cases(cutoff, 3)
    with on_day(store, date(2025, 12, 31)) as then:
        truncated = PlanMembers(engine=then.engine, unit=100).cases(cutoff, None)
    assert len(whole) > 200
    assert whole.accounts.tolist() == truncated.accounts.tolist()
    assert changed_by_the_future(whole.features, truncated.features, PLAN_SIGNALS) == ()
    assert whole.amounts is not None
    assert truncated.amounts is not None
    assert whole.amounts.tolist() == truncated.amounts.tolist()


def _plan(supplier: str, start: str, amount: int, end: str | None = None) -> dict[str, object]:
    return {"account_id": supplier, "started_at": start, "ended_at": end, "amount": amount, "interval": "month"}


def test_a_member_by_hand() -> None:
    orders = [
        {"buyer_id": "b", "supplier_id": "up", "placed_at": day, "amount": 100_00}
        for day in ("2024-08-10", "2024-10-05", "2024-11-05", "2024-12-31", "2025-01-01")
    ]
    plans = [
        _plan("up", "2024-03-01", 39_00, "2024-06-01"),
        _plan("up", "2024-06-01", 79_00, "2025-02-10"),
        _plan("up", "2025-02-10", 149_00),
        _plan("still", "2024-01-01", 39_00),
        _plan("left", "2024-01-01", 39_00, "2024-12-01"),
        _plan("closed", "2024-01-01", 39_00),
    ]
    closed = {"up": None, "still": None, "left": None, "closed": "2024-12-20"}
    accounts = [{"account_id": name, "side": "supplier", "name": name, "closed_at": on} for name, on in closed.items()]
    buyers = [{"account_id": "b", "side": "buyer", "name": "b"}]
    store = market_of(orders=orders, subscriptions=plans, accounts=[*accounts, *buyers])
    cases = PlanMembers(engine=store.engine, unit=100).cases(CUTOFF, 3)
    called = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    members = {called[a]: row for a, row in zip(cases.accounts.tolist(), cases.features.tolist(), strict=True)}
    assert set(members) == {"up", "still"}
    assert cases.notes == ("1 account on record as closed is left out: it has left already",)
    days = (CUTOFF - date(2024, 6, 1)).days
    wanted = [np.log1p(3), np.log1p(3) - np.log1p(1), np.log1p(300 / 79), np.log1p(days), 1.0, 1.0]
    assert members["up"] == pytest.approx(wanted)
    assert members["still"][0] == members["still"][4] == members["still"][5] == 0
    came = dict(zip((called[a] for a in cases.accounts.tolist()), cases.known.tolist(), strict=True))
    assert came == {"up": True, "still": False}
    assert cases.amounts is not None
    assert sorted(cases.amounts.tolist()) == [39.0, 79.0]


def test_without_plans_the_missing_table_is_named_and_no_older_orders_are_asked_for() -> None:
    orders = [{"buyer_id": "b", "supplier_id": "s", "placed_at": "2025-01-10", "amount": 100}]
    card = upsell(market_of(orders=orders)).card
    assert (card.reason, card.lacks) == (
        "no paid plans are known: the table `subscriptions` is missing",
        "subscriptions",
    )
    said = help_for(card)
    assert said is not None
    assert "load the table `subscriptions`" in said
    assert "orders" not in said
