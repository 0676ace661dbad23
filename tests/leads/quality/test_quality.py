"""Priority in money: worked examples, what stands in where little is known, grades, scarcity and a total order."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.agreement import AgreementError, load_policy
from bothsides.agreement.versions import load_signed
from bothsides.leads.quality import (
    CellFacts,
    Counted,
    ExtraFills,
    Fallback,
    GradeWeights,
    MarketFacts,
    Priority,
    QualityPolicy,
    compile_quality,
    in_order,
    priority,
    problems,
)
from bothsides.leads.quality.facts import Grade
from bothsides.leads.quality.shrinking import prior
from bothsides.schema import Money, Side

PAGE = Path(__file__).resolve().parents[3] / "docs" / "lead-quality.md"
POLICY = QualityPolicy(fallback=Fallback(contribution_per_order=60, own_contribution=400))
WHOLE = CellFacts(
    category="",
    region="",
    snapshot="load 7",
    filled=Counted(came=400, of=1000),
    first_orders=((Side.BUYER, "", Counted(came=300, of=1000)), (Side.SUPPLIER, "", Counted(came=200, of=400))),
    contribution_per_order=Money(minor=6000, currency="EUR"),
    own_contribution=(
        (Side.BUYER, "", Money(minor=50_000, currency="EUR")),
        (Side.SUPPLIER, "", Money(minor=120_000, currency="EUR")),
    ),
)
PUMPS = CellFacts(category="pumps", region="Kent", snapshot="load 7", suppliers=9, unmet_a_month=12)


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def at(
    side: Side, cell: CellFacts = PUMPS, *, whole: CellFacts = WHOLE, policy: QualityPolicy = POLICY, **told: object
) -> Priority:
    ready = compile_quality(policy, MarketFacts(snapshot="load 7", currency="EUR", whole=whole, cells=(cell,)))
    given = {"category": cell.category, "region": cell.region, "win_chance": 0.2, **told}
    return priority(ready, side=side, **given)  # type: ignore[arg-type]


def test_the_example_of_the_documentation_is_what_comes_out() -> None:
    found = at(Side.SUPPLIER)
    told = [f"EUR {line.money.major}" if line.money else "" for line in found.lines]
    page = PAGE.read_text(encoding="utf-8").split("```text\n")[-1].split("```")[0]
    assert [f"{money:<13}{line.says}".rstrip() for money, line in zip(told, found.lines, strict=True)] == (
        page.rstrip("\n").split("\n")
    )
    assert found.money == eur(12_000 + 14_400)
    assert found.step == "jump_the_queue"


def test_the_policy_of_the_documentation_can_be_signed_and_is_the_default_but_for_amounts(tmp_path: Path) -> None:
    block = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    (tmp_path / "quality.toml").write_text(block, encoding="utf-8")
    policy = load_signed(tmp_path / "quality.toml", QualityPolicy, time_zone="Europe/London").policy
    assert problems(policy) == ()
    assert policy == POLICY


def test_amounts_to_fall_back_on_must_be_written_and_above_0(tmp_path: Path) -> None:
    (tmp_path / "quality.toml").write_text("[fallback]\nown_contribution = 0\n", encoding="utf-8")
    with pytest.raises(AgreementError) as raised:
        load_policy(tmp_path / "quality.toml", QualityPolicy)
    assert "fallback.own_contribution = 0: must be an amount above 0" in str(raised.value)
    assert "fallback.contribution_per_order: missing" in str(raised.value)


def test_a_buyer_of_a_cell_that_fills_badly_is_worth_less() -> None:
    good = replace(PUMPS, filled=Counted(came=80, of=100))
    bad = replace(PUMPS, filled=Counted(came=10, of=100))
    assert at(Side.BUYER, good).own > at(Side.BUYER).own > at(Side.BUYER, bad).own
    assert at(Side.BUYER).own == round(0.2 * 0.3 * 50_000)
    # (80 + 0.4 x 20) / 120 = 0.7333 of requests, 1.8333 times the market's
    assert at(Side.BUYER, good).worth.first_order.value == pytest.approx(0.3 * (88 / 120) / 0.4)


def test_cases_of_the_cell_and_the_size_draw_the_rate_to_themselves() -> None:
    cell = replace(
        PUMPS,
        first_orders=((Side.SUPPLIER, "", Counted(came=0, of=20)), (Side.SUPPLIER, "large", Counted(came=20, of=20))),
    )
    of_cell = (0 + 0.5 * 20) / 40
    assert at(Side.SUPPLIER, cell).worth.first_order.value == pytest.approx(of_cell)
    assert at(Side.SUPPLIER, cell, size="large").worth.first_order.value == pytest.approx((20 + of_cell * 20) / 40)


def test_where_no_first_orders_are_known_the_fill_rate_stands_in_and_says_so() -> None:
    found = at(Side.BUYER, replace(PUMPS, filled=Counted(came=10, of=20)), whole=replace(WHOLE, first_orders=()))
    assert found.worth.first_order.value == pytest.approx((10 + 0.4 * 20) / 40)
    assert "the fill rate stands in" in found.worth.first_order.basis
    assert found.assumed == ("extra orders",)


def test_what_nobody_knows_is_taken_from_the_agreement_never_as_0() -> None:
    nothing = CellFacts(category="", region="", snapshot="load 7")
    found = at(Side.BUYER, replace(nothing, category="pumps"), whole=nothing, win_chance=None)
    assert found.own == round(0.05 * 0.3 * 40_000)
    assert found.assumed == (
        "chance of winning",
        "first order within 90 days",
        "own contribution",
        "extra orders",
        "contribution per order",
    )
    assert all("as agreed" in line.says for line in found.lines[2:5])
    assert "none is counted" in found.lines[5].says
    assert found.lines[-1].says == "how many suppliers pumps has is not known: in turn"


@pytest.mark.parametrize(
    ("grade", "counted"),
    [("randomised", 10.0), ("instrumented", 10.0), ("fixed effects", 7.0), ("correlational", 2.5), ("refused", 24.0)],
)
def test_an_effect_counts_by_what_it_rests_on_and_a_refused_one_not_at_all(grade: Grade, counted: float) -> None:
    found = at(Side.SUPPLIER, replace(PUMPS, extra_fills=(fills(grade=grade),)))
    assert found.worth.fills.value == counted  # refused: the 24 a year of the agreement
    # Who never trades brings nobody: effects were measured on accounts that do.
    assert found.others == round(0.2 * 0.5 * counted * 6000)
    assert ("extra orders" in found.assumed) is (grade == "refused")


def test_the_lines_tell_the_range_of_an_effect_and_what_it_rests_on() -> None:
    found = at(Side.SUPPLIER, replace(PUMPS, extra_fills=(fills(grade="fixed effects"),)))
    assert found.lines[1].says == "for buyers: 20.0% won x 50.0% first order x 7 more orders a year x EUR 60.00"
    assert found.lines[5].says == (
        "orders of buyers: 10 (4 to 16) a year, from how suppliers move buyers and the size of pumps in Kent"
        " (fixed effects), counted at 70%"
    )


def test_an_effect_that_may_be_none_leaves_the_agreement_standing_and_is_told() -> None:
    found = at(Side.SUPPLIER, replace(PUMPS, extra_fills=(fills(low=-1.04),)))
    assert found.worth.fills.value == 24
    assert found.lines[5].says == (
        "orders of buyers: an effect is open: 10 (-1 to 16) a year, from how suppliers move buyers and the size of"
        " pumps in Kent (randomised); 2 of 12 unfilled requests a month, 2 as agreed"
    )
    buyer = at(Side.BUYER, replace(PUMPS, extra_fills=(fills(added=Side.BUYER, low=-1),)))
    assert buyer.others == 0
    assert buyer.lines[5].says.endswith("(randomised), none is counted")


def test_a_cell_without_an_effect_takes_the_markets() -> None:
    whole = replace(WHOLE, extra_fills=(fills(a_year=120, low=80, high=1600),))
    found = at(Side.SUPPLIER, whole=whole)
    assert found.worth.fills.value == 120
    assert "x 120 more orders a year" in found.lines[1].says
    assert "120 (80 to 1,600) a year" in found.lines[5].says
    assert "the size of the whole market" in found.lines[5].says
    cell = at(Side.SUPPLIER, replace(PUMPS, extra_fills=(fills(),)), whole=whole)
    assert cell.worth.fills.value == 10


def test_an_effect_that_takes_orders_away_counts_as_none() -> None:
    found = at(Side.SUPPLIER, replace(PUMPS, extra_fills=(fills(a_year=-5, low=-9, high=-1),)))
    assert found.others == 0
    assert found.lines[5].says.endswith("counted at 100%, fewer count as none")


def fills(**told: object) -> ExtraFills:
    given = {"added": Side.SUPPLIER, "a_year": 10, "low": 4, "high": 16, "grade": "randomised", **told}
    return ExtraFills(**given)  # type: ignore[arg-type]  # the names and values of the test


def test_before_a_card_is_fitted_the_band_tells_leads_of_one_cell_apart() -> None:
    policy = replace(POLICY, fallback=replace(POLICY.fallback, win_chance_by_band={"sales": 0.3, "nurture": 0.01}))
    sales, serve, nurture = (
        at(Side.BUYER, policy=policy, win_chance=None, band=band) for band in ("sales", "self_serve", "nurture")
    )
    assert [one.win_chance.value for one in (sales, serve, nurture)] == [0.3, 0.05, 0.01]
    assert sales.lines[2].says == "chance of winning: not known, 30% of sales leads as agreed"
    assert "chance of winning" in sales.assumed
    assert at(Side.BUYER, policy=policy, band="nurture").win_chance.value == 0.2


def test_a_chance_for_what_is_no_band_or_no_share_is_a_mistake(tmp_path: Path) -> None:
    head = "[fallback]\ncontribution_per_order = 1\nown_contribution = 1\n[fallback.win_chance_by_band]\n"
    for line, said in (("hot = 0.5", "'hot' is no band; allowed: sales, self_serve"), ("sales = 30", "sales = 30")):
        (tmp_path / "quality.toml").write_text(head + line + "\n", encoding="utf-8")
        with pytest.raises(AgreementError, match=said):
            load_policy(tmp_path / "quality.toml", QualityPolicy)


def test_an_effect_of_the_other_side_is_not_taken() -> None:
    cell = replace(PUMPS, extra_fills=(fills(added=Side.BUYER),))
    assert at(Side.SUPPLIER, cell).worth.fills.value == 24
    assert at(Side.BUYER, cell).worth.fills.value == 10


def test_a_buyer_without_supply_waits_for_a_supply_recruit_task() -> None:
    assert at(Side.BUYER, replace(PUMPS, suppliers=2)).step == "recruit_supply_first"
    assert at(Side.BUYER, replace(PUMPS, suppliers=3)).step == "in_turn"
    assert at(Side.BUYER, replace(PUMPS, filled=Counted(came=0, of=500))).step == "recruit_supply_first"
    assert at(Side.SUPPLIER, replace(PUMPS, suppliers=0, unmet_a_month=4)).step == "in_turn"


def test_turns_go_by_scarcity_then_money_then_age_then_id() -> None:
    jump, turn = at(Side.SUPPLIER), at(Side.BUYER)
    small, waits = at(Side.BUYER, win_chance=0.1), at(Side.BUYER, replace(PUMPS, suppliers=0))
    leads = [("f", 5, waits), ("e", 5, small), ("d", 9, turn), ("c", 5, turn), ("b", 5, turn), ("a", 99, jump)]
    assert in_order(leads) == ("a", "b", "c", "d", "e", "f")
    assert in_order(leads[::-1]) == in_order(leads)


@given(
    won=st.floats(0, 1),
    more=st.floats(0, 1),
    came=st.integers(0, 50),
    side=st.sampled_from(Side),
    unmet=st.integers(0, 40),
)
def test_lines_sum_to_the_priority_which_rises_with_the_chance(
    won: float, more: float, came: int, side: Side, unmet: int
) -> None:
    cell = replace(PUMPS, filled=Counted(came=came, of=50), unmet_a_month=unmet)
    low, high = (at(side, cell, win_chance=chance) for chance in sorted((won, more)))
    assert sum(line.money.minor for line in low.lines if line.money) == low.money.minor
    assert low.money.minor <= high.money.minor


def test_cells_that_differ_only_by_luck_are_hardly_believed_and_others_are() -> None:
    alike = [Counted(came=20 + n % 3, of=100) for n in range(10)]
    apart = [Counted(came=5 if n % 2 else 40, of=100) for n in range(10)]
    whole = Counted(came=210, of=1000)
    assert prior(alike, whole, weight=20, least_cells=5).weight == 10_000
    assert prior(apart, whole, weight=20, least_cells=5).weight < 10
    assert prior(apart[:4], whole, weight=20, least_cells=5).weight == 20


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="5 of 4"):
        Counted(came=5, of=4)
    with pytest.raises(ValueError, match="snapshot load 6"):
        MarketFacts(snapshot="load 7", currency="EUR", whole=WHOLE, cells=(replace(PUMPS, snapshot="load 6"),))
    with pytest.raises(ValueError, match="the market is in GBP"):
        MarketFacts(snapshot="load 7", currency="GBP", whole=WHOLE)
    with pytest.raises(ValueError, match=r"win_chance = 1\.5"):
        at(Side.BUYER, win_chance=1.5)
    wrong = replace(POLICY, counts=GradeWeights(correlational=0.9, refused=0.1))
    assert [problem.split(":")[0] for problem in problems(wrong)] == ["counts", "counts.refused = 0.1"]
    with pytest.raises(ValueError, match="must not count more"):
        at(Side.BUYER, policy=wrong)
