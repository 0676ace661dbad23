"""The side to fund: what accounts bring themselves and what they bring over, per unit of spend."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.elasticity import (
    Effect,
    Funding,
    Identification,
    Interval,
    Margin,
    SideMoney,
    elasticity,
    elasticity_findings,
)
from bothsides.diagnosis.elasticity.funding import Money, fund, recent_flow
from bothsides.diagnosis.finding import Sureness
from bothsides.diagnosis.panel import Assignment, Panel, SidePanel
from bothsides.metrics import Basis
from bothsides.schema import Side
from tests.diagnosis.elasticity.worlds import panel, world

POLICY = DiagnosisPolicy()
MONEY: Money = {side: SideMoney(cost=100.0, contribution=2.0, monthly_spend=10_000.0) for side in Side}


def still(*, cells: int = 10, weeks: int = 30) -> Panel:
    """100 buyers and 20 suppliers in every cell; 5 and 1 join and leave a week."""

    def side(stock: float, moved: float) -> SidePanel:
        grid = np.ones((cells, weeks))
        return SidePanel(stock=stock * grid, joined=moved * grid, left=moved * grid, push=0 * grid)

    return Panel(
        cells=tuple((f"c{i}", None) for i in range(cells)),
        weeks=tuple(date(2025, 1, 6) + timedelta(weeks=i) for i in range(weeks)),
        buyers=side(100.0, 5.0),
        suppliers=side(20.0, 1.0),
        orders=np.ones((cells, weeks)),
        gmv=np.ones((cells, weeks)),
        assignment=dict.fromkeys(Side, Assignment.NONE),
    )


def drawn(side: Side, value: float, grade: Identification = Identification.RANDOMISED, *, wide: float = 0.0) -> Effect:
    ends = Interval(low=value - 2 * wide, high=value + 2 * wide)
    return Effect(side=side, margin=Margin.INFLOW, grade=grade, why="", value=value, error=wide, interval=ends)


def funded(
    buyers: float, suppliers: float, *, weeks: int | None = None, money: Money = MONEY, wide: float = 0.0
) -> Funding:
    effects = (drawn(Side.BUYER, buyers, wide=wide), drawn(Side.SUPPLIER, suppliers, wide=wide))
    return fund(still(), effects, money, POLICY, 1, weeks=weeks)


def test_without_cross_effects_a_unit_returns_what_its_own_accounts_bring_while_they_stay() -> None:
    found = funded(0.0, 0.0)
    own = 2.0 / 100 * (1 - 0.95**52) / 0.05
    for each in found.returns:
        assert each.total == pytest.approx(own)
        assert each.cross == pytest.approx(0)
    assert found.side is None
    assert "about the same" in found.sentence


def test_a_first_week_brings_over_the_elasticity_times_joiners_per_account() -> None:
    found = {r.side: r for r in funded(0.5, 0.0, weeks=2).returns}
    # 1/100 of a supplier draws 0.5 x 5/20 buyers each in the first week, who contribute 2 in the second.
    assert found[Side.SUPPLIER].cross == pytest.approx(0.01 * 0.5 * 5 / 20 * 2.0)
    assert found[Side.BUYER].cross == pytest.approx(0)


def test_the_side_that_draws_the_other_in_is_funded() -> None:
    found = funded(0.5, 0.1, wide=0.02)
    assert found.side is Side.SUPPLIER
    assert (found.probability or 0) > 0.99
    assert (found.gap or 0) > 2
    assert "fund suppliers" in found.sentence


def test_a_dear_account_turns_the_choice() -> None:
    dear = {**MONEY, Side.SUPPLIER: SideMoney(cost=1000.0, contribution=2.0)}
    assert funded(0.5, 0.1, money=dear).side is Side.BUYER


def test_second_rounds_count() -> None:
    once = {r.side: r.cross for r in funded(0.5, 0.0).returns}
    twice = {r.side: r.cross for r in funded(0.5, 0.5).returns}
    assert twice[Side.SUPPLIER] > once[Side.SUPPLIER]


def test_an_effect_that_is_only_correlational_may_be_nothing() -> None:
    sure = (drawn(Side.BUYER, 0.6, wide=0.05), drawn(Side.SUPPLIER, 0.1, wide=0.05))
    weak = (drawn(Side.BUYER, 0.6, Identification.CORRELATIONAL, wide=0.05), sure[1])
    firm, loose = (fund(still(), effects, MONEY, POLICY, 1) for effects in (sure, weak))
    spread = [r.high - r.low for f in (firm, loose) for r in f.returns if r.side is Side.SUPPLIER]
    assert spread[1] > 2 * spread[0]
    assert loose.grade is Identification.CORRELATIONAL


def test_unknown_costs_and_contributions_are_refused_with_what_to_collect() -> None:
    effects = (drawn(Side.BUYER, 0.5), drawn(Side.SUPPLIER, 0.1))
    half = {Side.BUYER: SideMoney(cost=None, contribution=2.0), Side.SUPPLIER: MONEY[Side.SUPPLIER]}
    found = fund(still(), effects, half, POLICY, 1)
    assert found.side is None
    assert found.collect == ("what is spent on winning buyers: load `spend` with its side",)
    assert len(fund(still(), effects, {}, POLICY, 1).collect) == 2


def test_without_an_elasticity_there_is_no_choice() -> None:
    refused = Effect(side=Side.BUYER, margin=Margin.INFLOW, grade=Identification.REFUSED, why="", reason="few")
    found = fund(still(), (refused, drawn(Side.SUPPLIER, 0.1)), MONEY, POLICY, 1)
    assert (found.side, found.probability) == (None, None)
    assert found.collect == ()


@pytest.mark.parametrize(
    ("name", "side"), [("supply_returns_double", Side.SUPPLIER), ("demand_returns_double", Side.BUYER)]
)
def test_where_one_side_returns_double_it_is_named_and_its_return_is_close_to_the_truth(name: str, side: Side) -> None:
    true = world(name, 40, 104)
    money = {s: SideMoney(cost=true.plan.side(s).cost, contribution=true.plan.side(s).contribution) for s in Side}
    reading = elasticity(panel(name, 40, 104), money=money)
    assert reading.funding.side is side
    for each in reading.funding.returns:
        assert each.low <= true.truth.returns[each.side].total * 1.15
        assert each.high >= true.truth.returns[each.side].total * 0.85


def test_a_finding_proposes_the_side_with_its_worth_and_its_doubt() -> None:
    money = {
        s: SideMoney(cost=c, contribution=5.0, monthly_spend=40_000.0) for s, c in zip(Side, (150.0, 90.0), strict=True)
    }
    reading = elasticity(panel("randomised_pushes_both", 40, 104), money=money)
    (finding,) = elasticity_findings(reading, money, "EUR", POLICY)
    assert (finding.kind, finding.place.side, finding.play) == ("fund_side", Side.SUPPLIER, "fund_side")
    assert finding.worth is not None
    assert finding.worth.low is not None
    assert finding.worth.high is not None
    assert finding.worth.low <= finding.worth.per_month <= finding.worth.high
    assert finding.success.metric == "return_per_spend"
    assert "randomised" in finding.why_sure
    assert finding.title.startswith("On average")


def test_correlation_alone_proposes_nothing() -> None:
    money = {
        s: SideMoney(cost=c, contribution=5.0, monthly_spend=1.0) for s, c in zip(Side, (900.0, 50.0), strict=True)
    }
    reading = elasticity(panel("cell_shocks", 40, 104), money=money)
    assert reading.funding.side is Side.SUPPLIER
    assert elasticity_findings(reading, money, "EUR", POLICY) == []


def test_flows_are_those_of_the_last_known_weeks() -> None:
    market = still()
    market.buyers.joined[:, :4] = 500.0
    market.buyers.left[:, -3:] = np.nan
    assert recent_flow(market, Side.BUYER).joined == pytest.approx((23 * 5 * 10 + 3 * 500 * 10) / 26, rel=0.2)
    assert recent_flow(still(), Side.SUPPLIER).stock == 200


def test_a_choice_that_no_trial_stands_behind_only_points_a_way() -> None:
    money = {
        s: SideMoney(cost=c, contribution=5.0, monthly_spend=40_000.0) for s, c in zip(Side, (900.0, 50.0), strict=True)
    }
    reading = elasticity(panel("common_shocks", 40, 104), money=money)
    (finding,) = elasticity_findings(reading, money, "EUR", POLICY)
    assert reading.funding.grade is Identification.FIXED_EFFECTS
    assert finding.sure is Sureness.DIRECTIONAL
    assert "no trial has tested" in finding.why_sure
    assert "if no shocks of single cells went unseen" in reading.funding.sentence


def test_a_choice_by_lot_is_likely_only_where_its_range_holds_no_loss() -> None:
    pushed = panel("randomised_pushes_both", 40, 104)
    money = {
        s: SideMoney(cost=c, contribution=5.0, monthly_spend=40_000.0) for s, c in zip(Side, (150.0, 90.0), strict=True)
    }
    reading = elasticity(pushed, money=money)
    (finding,) = elasticity_findings(reading, money, "EUR", POLICY)
    assert finding.sure is Sureness.LIKELY
    loose = replace(reading, funding=replace(reading.funding, more_low=-0.1))
    (finding,) = elasticity_findings(loose, money, "EUR", POLICY)
    assert finding.sure is Sureness.DIRECTIONAL
    assert finding.worth is not None
    assert (finding.worth.low or 0) < 0


def test_the_worth_is_that_of_the_difference_and_its_range() -> None:
    found = funded(0.5, 0.1, wide=0.02)
    better, worse = sorted(found.returns, key=lambda r: -r.total)
    assert found.more == pytest.approx(better.total - worse.total)
    assert (found.more_low or 0) < (found.more or 0) < (found.more_high or 0)
    # Both returns rest on the same draws: their difference is known better than its ends taken apart.
    assert (found.more_low or 0) >= better.low - worse.high


def test_no_side_is_funded_for_losing_less() -> None:
    lossy: Money = {
        Side.BUYER: SideMoney(cost=100.0, contribution=-5.0, monthly_spend=1.0),
        Side.SUPPLIER: SideMoney(cost=100.0, contribution=-1.0, monthly_spend=1.0),
    }
    assert funded(0.0, 0.0, money=lossy, wide=0.01).side is None


def test_a_side_that_does_not_return_its_cost_is_not_praised() -> None:
    poor: Money = {s: SideMoney(cost=1000.0, contribution=c) for s, c in zip(Side, (1.0, 4.0), strict=True)}
    found = funded(0.1, 0.1, money=poor, wide=0.01)
    assert found.side is Side.SUPPLIER
    assert "Neither side returns within 52 weeks what is spent on it." in found.sentence


def test_a_correlation_is_no_order_to_fund() -> None:
    money = {
        s: SideMoney(cost=c, contribution=5.0, monthly_spend=1.0) for s, c in zip(Side, (900.0, 50.0), strict=True)
    }
    said = elasticity(panel("cell_shocks", 40, 104), money=money).funding.sentence
    assert "fund suppliers" not in said
    assert "only a correlation" in said
    assert "probability" not in said


def test_a_choice_rests_on_every_effect_that_is_in_it() -> None:
    lot = (drawn(Side.BUYER, 0.5, wide=0.02), drawn(Side.SUPPLIER, 0.1, wide=0.02))
    kept = replace(drawn(Side.BUYER, -0.2, Identification.FIXED_EFFECTS, wide=0.02), margin=Margin.RETENTION)
    open_ = Effect(side=Side.SUPPLIER, margin=Margin.RETENTION, grade=Identification.REFUSED, why="")
    assert fund(still(), lot, MONEY, POLICY, 1).grade is Identification.RANDOMISED
    assert fund(still(), (*lot, open_), MONEY, POLICY, 1).grade is Identification.RANDOMISED
    assert fund(still(), (*lot, kept, open_), MONEY, POLICY, 1).grade is Identification.FIXED_EFFECTS


def test_cost_and_return_say_why_they_are_not_those_of_the_unit_economics() -> None:
    said = funded(0.5, 0.1, wide=0.02).reckoned
    assert "joined a cell in the last year" in said
    assert "contribute within 52 weeks" in said
    assert "CAC and LTV:CAC of the unit economics count first orders" in said


def test_where_accounts_leak_whom_to_fund_is_second_to_keeping_them() -> None:
    effects = (drawn(Side.BUYER, 0.5, wide=0.02), drawn(Side.SUPPLIER, 0.1, wide=0.02))
    found = fund(still(), effects, MONEY, POLICY, 1, retention_first=True)
    assert found.side is Side.SUPPLIER
    assert found.sentence.startswith("Accounts leak (net retention is under 100 %): keep those there are first.")
    assert "if you fund acquisition at all: suppliers" in found.sentence
    assert "fund suppliers" not in found.sentence


def test_an_effect_on_leaving_without_a_number_counts_as_none_and_is_named() -> None:
    open_end = Effect(side=Side.BUYER, margin=Margin.RETENTION, grade=Identification.REFUSED, why="", reason="open")
    effects = (drawn(Side.BUYER, 0.5, wide=0.02), drawn(Side.SUPPLIER, 0.1, wide=0.02), open_end)
    said = "How well suppliers keep buyers has no number and counts as nothing here."
    assert fund(still(), effects, MONEY, POLICY, 1).sentence.endswith(said)
    assert said not in funded(0.5, 0.1, wide=0.02).sentence


def test_the_first_step_moves_what_the_worth_is_reckoned_on_and_waits_for_retention() -> None:
    money = {
        s: SideMoney(cost=c, contribution=5.0, monthly_spend=40_000.0) for s, c in zip(Side, (150.0, 90.0), strict=True)
    }
    market = panel("randomised_pushes_both", 40, 104)
    for leak, begins in ((False, "Move 25 % of next quarter's spend on buyers"), (True, "Once what keeps accounts is")):
        (finding,) = elasticity_findings(elasticity(market, money=money, retention_first=leak), money, "EUR", POLICY)
        assert finding.first_step.startswith(begins)
        assert finding.worth is not None
        assert "25 % of what is spent a month on buyers" in finding.worth.reckoning
        assert finding.evidence[0].values[0].basis is Basis.DRAWS
        assert finding.evidence[1].values[0].basis is Basis.CELLS


def test_the_headline_says_that_it_is_an_average_and_what_part_rests_on_whom_they_draw() -> None:
    found = funded(0.5, 0.1, wide=0.02)
    assert found.sentence.startswith("On average over everyone who joined, paid for or not, and so not what the next")
    better = max(found.returns, key=lambda r: r.total)
    assert f"{better.own:.2f} come from the suppliers won themselves and {better.cross:.2f} rest on" in found.sentence


def test_a_choice_whose_effects_are_open_is_directional_and_claims_no_probability() -> None:
    dear = {**MONEY, Side.BUYER: SideMoney(cost=1000.0, contribution=2.0)}
    for leak in (False, True):
        effects = (drawn(Side.BUYER, 0.1, wide=0.1), drawn(Side.SUPPLIER, 0.1, wide=0.1))
        found = fund(still(), effects, dear, POLICY, 1, retention_first=leak)
        assert found.side is Side.SUPPLIER
        assert "points to suppliers and is directional, no more" in found.sentence
        assert "Whether the sides draw each other in at all is open." in found.sentence
        assert "probability" not in found.sentence
        assert ("if you fund acquisition at all" in found.sentence) is leak
