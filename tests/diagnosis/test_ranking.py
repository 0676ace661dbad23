"""The order of findings: worth times sureness, the leak first, one per kind and place."""

from dataclasses import replace

import pytest

from bothsides.diagnosis import DiagnosisPolicy, Finding, Place, Sureness, Worth
from bothsides.diagnosis.ranking import Market, ranked


def finding(
    kind: str, worth: float | None, *, sure: Sureness = Sureness.LIKELY, of: str = "GMV", **place: str
) -> Finding:
    return Finding(
        kind=kind,
        title=kind,
        place=Place(**place),  # type: ignore[arg-type]
        sure=sure,
        why_sure="",
        evidence=(),
        worth=None
        if worth is None
        else Worth(per_month=worth, low=None, high=None, currency="EUR", reckoning="", of=of),
        cause="",
        owner="",
        play="seed_supply",
        first_step="",
    )


def order(*findings: Finding) -> list[str]:
    return [f.kind for f in ranked(findings, DiagnosisPolicy())[0]]


def test_nothing_worth_less_and_no_surer_stands_above() -> None:
    gmv, spend = finding("gmv", 5_000.0), finding("spend", 1_000.0, of="spend")
    assert order(spend, gmv) == ["gmv", "spend"]
    assert order(gmv, finding("spend", 6_000.0, of="spend")) == ["spend", "gmv"]


def test_a_guess_ranks_behind_a_count_of_the_same_worth() -> None:
    guess = finding("guess", 1_000.0, sure=Sureness.DIRECTIONAL)
    assert order(guess, finding("count", 900.0, sure=Sureness.CERTAIN)) == ["count", "guess"]


def test_a_leak_comes_first_whatever_its_worth() -> None:
    assert order(finding("big", 1e6), finding("ndr_leak", 10.0)) == ["ndr_leak", "big"]


def test_while_accounts_leak_what_keeps_them_comes_before_what_wins_new_ones() -> None:
    win_back = replace(finding("lost_accounts", 50.0), play="win_back")
    supply, spend = finding("supply_short_cell", 9_000.0), finding("thin_cell_spend", 4_000.0, of="spend")
    assert order(supply, win_back, spend) == ["supply_short_cell", "thin_cell_spend", "lost_accounts"]
    leak = finding("ndr_leak", 10.0)
    assert order(supply, win_back, spend, leak) == ["ndr_leak", "lost_accounts", "supply_short_cell", "thin_cell_spend"]


@pytest.mark.parametrize("acquires", ["seed_supply", "seed_demand", "kickstart_cell", "diversify_buyers"])
def test_no_acquisition_play_stands_above_the_leak(acquires: str) -> None:
    big = replace(finding("big", 1e9, sure=Sureness.CERTAIN), play=acquires)
    assert order(big, finding("ndr_leak", 10.0, sure=Sureness.DIRECTIONAL)) == ["ndr_leak", "big"]


def test_ranks_count_from_one_and_the_list_is_capped() -> None:
    many = [finding(f"kind{i}", float(i)) for i in range(50)]
    found, beyond, small = ranked(many, DiagnosisPolicy(most_findings=5))
    assert [f.rank for f in found] == [1, 2, 3, 4, 5]
    assert (len(beyond), len(small)) == (45, 0)
    assert found[0].kind == "kind49"


def test_one_kind_and_place_is_said_once_with_its_larger_worth() -> None:
    (kept,), *_ = ranked([finding("x", 1.0, category="A"), finding("x", 2.0, category="A")], DiagnosisPolicy())
    assert kept.worth is not None
    assert kept.worth.per_month == 2.0


def test_findings_of_one_cell_refer_to_each_other() -> None:
    cell, spend = finding("supply_short_cell", 9.0, category="A", region="N"), finding("thin_cell_spend", 1.0)
    spend = replace(spend, place=Place(category="A", region="N"))
    both, *_ = ranked([cell, spend], DiagnosisPolicy())
    assert "See also finding 2," in both[0].caveat
    assert "See also finding 1," in both[1].caveat
    assert ranked([cell], DiagnosisPolicy())[0][0].caveat == ""


def test_a_trifle_is_folded_and_spend_is_held_against_net_revenue() -> None:
    """0.1 % of GMV is 100, 0.5 % of net revenue 50; without revenue spend is held against GMV."""
    trifle, spend, waste = finding("trifle", 90.0), finding("spend", 60.0, of="spend"), finding("w", 40.0, of="spend")
    given = [waste, trifle, spend, finding("unpriced", None)]
    found, _, small = ranked(given, DiagnosisPolicy(), Market(gmv=100_000.0, net_revenue=10_000.0))
    assert [f.kind for f in found] == ["spend", "unpriced"]
    assert [(f.kind, f.rank) for f in small] == [("trifle", 0), ("w", 0)]
    assert [f.kind for f in ranked(given, DiagnosisPolicy(), Market(gmv=100_000.0))[0]] == ["unpriced"]


def test_what_is_beyond_the_list_is_no_trifle_and_keeps_its_severity() -> None:
    given = [finding("first", 9_000.0), finding("second", 5_000.0), finding("trifle", 90.0)]
    found = ranked(given, DiagnosisPolicy(most_findings=1), Market(gmv=100_000.0))
    assert [[f.kind for f in each] for each in found] == [["first"], ["second"], ["trifle"]]
    assert [(f.rank, f.severity) for f in (*found.beyond, *found.smaller)] == [(0, "high"), (0, "low")]


def test_what_wins_buyers_waits_for_the_retention_work_where_that_comes_first() -> None:
    win = replace(finding("demand_short_cell", 1e6, category="Pumps"), play="seed_demand", first_step="Run a campaign.")
    leak = finding("ndr_leak", 10.0)
    steps = {f.kind: f.first_step for f in ranked([win, leak], DiagnosisPolicy()).listed}
    assert steps["demand_short_cell"] == "Run a campaign. Do this after the retention work of finding 1."
    assert ranked([win], DiagnosisPolicy()).listed[0].first_step == "Run a campaign."
    assert steps["ndr_leak"] == leak.first_step
