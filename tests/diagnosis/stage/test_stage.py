"""The stage of whole markets: what it says, how sure, what would move it, and what it will not say."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bothsides.diagnosis import DiagnosisPolicy, Sureness, diagnose, read_policy
from bothsides.diagnosis.stage.reading import Stage, StageReading, Team
from bothsides.metrics import Store
from bothsides.schema import Side
from tests.diagnosis.stage.markets import Rows, accounts, monthly, order, stage_of

Market = Callable[..., Store]


def read(market: Market, orders: Rows, **more: object) -> StageReading:
    return stage_of(market(orders=orders, accounts=accounts(orders), **more))


def test_a_market_that_doubles_with_cells_that_work_is_growing(market: Market) -> None:
    found = read(market, list(monthly(30, amount=lambda month: 100 * 1.06**month)))
    assert (found.stage, found.possible) == (Stage.GROWING, (Stage.GROWING,))
    assert "GMV grew 101 % in a year" in found.sentence
    assert "100 % of 2 cells have regular trade" in found.sentence
    assert found.to_next.startswith("Mature once growth slows below 25 %")
    assert all(checked.met for checked in found.rule)


def test_a_market_that_shrinks_is_late_and_retention_comes_before_everything(market: Market) -> None:
    found = read(market, list(monthly(30, amount=lambda month: 100 * 0.97**month)))
    assert (found.stage, found.retention_first) == (Stage.LATE, True)
    assert "buyers' NDR is 69 %" in found.sentence
    assert (
        found.to_next
        == "Out of decline: GMV growth in a year back to 0 % or more or buyers' NDR back to 100 % or more."
    )
    first = found.focus[0]
    assert (first.team, first.side) == (Team.SALES, Side.BUYER)
    assert first.does.startswith("Hold acquisition")


def test_an_even_market_whose_buyers_hold_is_mature(market: Market) -> None:
    found = read(market, list(monthly(30, buyers=20)))
    assert (found.stage, found.sure, found.retention_first) == (Stage.MATURE, Sureness.DIRECTIONAL, False)
    assert found.rival is not None
    assert "turn late with GMV growth in a year below 0 %" in found.to_next
    assert any("Account-based plans" in focus.does for focus in found.focus)


def test_a_verdict_clear_of_every_bound_is_likely(market: Market) -> None:
    orders = list(monthly(30, buyers=40, amount=lambda month: 100 * 1.06**month))
    found = read(market, orders)
    assert (found.stage, found.sure) == (Stage.GROWING, Sureness.LIKELY)
    assert found.rival is not None
    assert found.rival.says.startswith("With ")


def test_buyers_who_never_come_back_are_a_market_before_fit(market: Market) -> None:
    orders = [
        order(f"buyer-{month}-{i}", f"supplier-{i % 3}", month, "Bolts", day=2 + i)
        for month in range(28)
        for i in range(6)
    ]
    found = read(market, orders)
    assert found.stage is Stage.PRE_FIT
    assert "0 % of new buyers order again within 90 days" in found.sentence
    assert found.to_next.startswith("Early once it has new buyers that order again within 90 days at least 25 %")


def test_few_working_cells_are_an_early_market_that_needs_depth(market: Market) -> None:
    thin = [order("buyer-0", "lone", month, f"Thin {n}") for month in range(30) for n in range(6)]
    found = read(market, [*monthly(30, categories=("Bolts",), amount=lambda m: 100 * 1.01**m), *thin])
    assert found.stage is Stage.EARLY
    assert any("Depth of supply in few cells" in focus.does for focus in found.focus)


def test_a_declared_sample_leaves_the_stage_open_and_says_which_are_possible(market: Market) -> None:
    found = read(market, list(monthly(30, amount=lambda month: 100 * 1.06**month)), sample=True)
    assert found.stage is None
    assert found.possible == (Stage.PRE_FIT, Stage.EARLY, Stage.GROWING)
    assert found.sentence.startswith("Not enough is known for a stage: it could be pre-fit, early or growing.")
    assert "declared sample" in found.why_sure
    assert found.sure is None
    assert (found.anchors, found.focus) == ((), ())


def test_one_supplier_is_a_shop_and_gets_no_stage(market: Market) -> None:
    found = read(market, list(monthly(26, categories=("Bolts",), suppliers=1)))
    assert found.stage is None
    assert "a shop's ledger, not a marketplace" in found.sentence
    assert found.focus == ()


def test_half_a_year_is_read_at_a_yearly_pace_and_says_that_seasons_do_not_cancel(market: Market) -> None:
    found = read(market, list(monthly(8, buyers=12)))
    growth = next(value for value in found.values if value.metric == "gmv_growth_year")
    assert growth.value == pytest.approx(0.0)
    assert "seasons do not cancel" in str(growth.reason)
    assert "in a year" not in found.sentence
    assert found.sure is not Sureness.LIKELY


def test_the_stage_of_an_earlier_day_is_read_from_what_was_known_then(market: Market) -> None:
    orders = list(monthly(34, amount=lambda month: 100 * (1.06**month if month < 24 else 1.06**24 * 0.01)))
    store = market(orders=orders, accounts=accounts(orders))
    now, then = stage_of(store), diagnose(store, as_of=date(2024, 12, 31)).stage
    assert then is not None
    assert then.stage is Stage.GROWING
    assert now.stage is Stage.LATE


def test_a_changed_rule_changes_the_verdict(market: Market, tmp_path: Path) -> None:
    (tmp_path / "agreement").mkdir()
    (tmp_path / "agreement" / "diagnosis.toml").write_text(
        '[stage]\ncell_buyers = 50\n[stage.early]\nbuyer_repeat = ">= 0.25"\n'
    )
    orders = list(monthly(30, amount=lambda month: 100 * 1.06**month))
    store = market(orders=orders, accounts=accounts(orders))
    found = stage_of(store, stage=read_policy(tmp_path).stage)
    assert found.stage is Stage.EARLY
    assert DiagnosisPolicy().stage.cell_buyers == 3
