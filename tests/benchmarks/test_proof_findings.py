"""The proof of planted problems runs, and its rule of what counts as found or false is the declared one."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.planted_worlds import calm_plan, cause, explains, in_rows, names, planted_plan, true_of_plan

from bothsides.diagnosis import Finding, Place, Sureness
from bothsides.schema import Side
from bothsides.simulate import demo_plan, simulate
from bothsides.simulate.planted import (
    CellProblem,
    DemandShort,
    FirstOrderLeak,
    OnboardingLeak,
    SupplierConcentration,
    SupplyShort,
    UnprofitableChannel,
)

ROOT = Path(__file__).resolve().parents[2]


def finding(kind: str, **place: object) -> Finding:
    return Finding(
        kind=kind, title="", place=Place(**place), sure=Sureness.LIKELY, why_sure="", evidence=(), worth=None,
        cause="", owner="", play="seed_supply", first_step="",
    )  # type: ignore[arg-type] # fields of a place by keyword  # fmt: skip


def test_one_world_of_each_is_looked_at_and_written_up(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_findings.py"), "--worlds", "1", "--healthy", "1"]
    done = subprocess.run(
        [*command, "--results", str(tmp_path / "R.md")], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode in (0, 1), done.stderr
    written = (tmp_path / "R.md").read_text(encoding="utf-8")
    planted = planted_plan(1).planted
    assert f"1 worlds with {len(planted)} planted problems, 1 without any" in written
    assert re.search(rf"found: \d+\.\d% \(.*\), \d+ of {len(planted)}; bar 95 %: (met|MISSED)", written)
    assert all(f"| {type(problem).__name__} | 1 |" in written for problem in planted)
    assert ("MISSED" in written) == (done.returncode == 1)


def test_where_the_time_is_up_what_was_looked_at_is_written_and_nothing_is_no_proof(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "proof_findings.py"), "--minutes", "0"]
    done = subprocess.run(
        [*command, "--worlds", "2", "--healthy", "0", "--results", str(tmp_path / "R.md")],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "the time is up" in done.stdout
    assert "0 worlds with 0 planted problems" in (tmp_path / "R.md").read_text(encoding="utf-8")


def test_worlds_differ_in_what_is_planted_and_where_and_repeat_by_seed() -> None:
    plans = [planted_plan(seed) for seed in range(30)]
    assert plans[4] == planted_plan(4)
    kinds = [frozenset(type(problem) for problem in plan.planted) for plan in plans]
    assert len(set(kinds)) > 20
    for plan in plans:
        cells = [(p.category, p.region) for p in plan.planted if isinstance(p, CellProblem)]
        assert len(set(cells)) == len(cells)
    assert all(not calm_plan(seed).planted for seed in range(4))


def test_a_finding_names_a_problem_by_kind_and_exact_place() -> None:
    short = cause(SupplyShort(category="Electrical", region="South"))
    here = {"side": Side.SUPPLIER, "category": "Electrical", "region": "South"}
    assert names(short, finding("supply_short_cell", **here))
    assert not names(short, finding("supply_short_cell", **{**here, "region": "North"}))
    assert not names(short, finding("demand_short_cell", **here))
    everywhere = cause(OnboardingLeak())
    assert names(everywhere, finding("onboarding_leak", side=Side.SUPPLIER))
    assert not names(everywhere, finding("onboarding_leak", side=Side.SUPPLIER, region="North"))


@pytest.mark.parametrize(
    ("kind", "place", "explained"),
    [
        ("thin_cell_spend", {"category": "Electrical", "region": "South"}, True),
        ("thin_cell_spend", {"category": "Electrical", "region": "North"}, False),
        ("fragile_cell", {"category": "Electrical", "region": "South"}, True),
        ("ndr_leak", {"side": Side.BUYER}, False),
        ("stalled_cell", {"category": "Electrical", "region": "South"}, False),
    ],
)
def test_only_declared_consequences_are_explained(kind: str, place: dict[str, str], explained: bool) -> None:
    assert explains(SupplyShort(category="Electrical", region="South"), finding(kind, **place)) is explained


def test_suppliers_without_a_first_sale_follow_from_their_regions_leak_alone() -> None:
    leak = FirstOrderLeak(region="North")
    assert explains(leak, finding("onboarding_leak", side=Side.SUPPLIER, region="North"))
    assert not explains(leak, finding("onboarding_leak", side=Side.SUPPLIER, region="West"))
    assert not explains(leak, finding("onboarding_leak", side=Side.SUPPLIER))


def test_suppliers_of_a_cell_without_buyers_wait_for_a_first_sale() -> None:
    short = DemandShort(category="Electrical", region="East")
    assert explains(short, finding("onboarding_leak", side=Side.SUPPLIER, category="Electrical"))
    assert explains(short, finding("onboarding_leak", side=Side.SUPPLIER, region="East"))
    assert not explains(short, finding("onboarding_leak", side=Side.SUPPLIER, category="Packaging"))


def test_a_dear_channel_explains_its_own_sides_economics() -> None:
    dear = UnprofitableChannel(side=Side.SUPPLIER, channel="outbound")
    assert explains(dear, finding("slow_payback", side=Side.SUPPLIER))
    assert not explains(dear, finding("slow_payback", side=Side.BUYER))


def test_a_concentration_nobody_can_carry_is_not_asked_for() -> None:
    """Two orders in a dozen weeks: no supplier lasts from before the launch in a category that has none."""
    plan = replace(demo_plan(seed=1, orders=2_000), planted=(SupplierConcentration(category="Fasteners"),))
    market = simulate(plan)
    carried = market.truth.planted[0]["measured"]["account_id"] is not None
    assert (len(in_rows(market)) == 1) is carried


def test_advice_is_true_where_the_plan_says_so() -> None:
    plan = demo_plan(seed=1)
    assert true_of_plan(plan, Side.BUYER, finding("fund_side", side=Side.BUYER))
    assert not true_of_plan(plan, Side.BUYER, finding("fund_side", side=Side.SUPPLIER))
    assert true_of_plan(plan, Side.BUYER, finding("below_threshold_cells", side=Side.SUPPLIER))
    assert not true_of_plan(calm_plan(2), Side.BUYER, finding("below_threshold_cells", side=Side.SUPPLIER))
    assert not true_of_plan(plan, Side.BUYER, finding("ndr_leak", side=Side.BUYER))
