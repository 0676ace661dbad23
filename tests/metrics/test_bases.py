"""Every number says where its interval comes from, and it is the interval its kind of number is promised."""

from collections.abc import Iterator

import pytest

from bothsides.metrics import METRICS, Basis, Metric, Query, SideRule, Status, Store, Unit, Value, ask
from bothsides.metrics.cohorts.lifecycle import Lifecycle
from bothsides.metrics.cohorts.retention import Returned
from bothsides.metrics.compile import expand
from bothsides.metrics.compile.clusters import account_terms
from bothsides.metrics.funnels.shape import Walk
from bothsides.metrics.funnels.throughput import Moves
from bothsides.metrics.measure import Combination, Measure, Product, Ratio
from bothsides.metrics.metric import Quotient
from bothsides.metrics.shapes import (
    Churned,
    Concentration,
    Growth,
    LifetimeValue,
    Median,
    PerAccount,
    Retained,
    Stock,
    SurvivalMedian,
    TrustedPairs,
    Winsorised,
)
from bothsides.schema import Grain, Side
from bothsides.simulate import demo_plan
from tests.diagnosis.conftest import simulated

PROMISED = {
    Stock: {Basis.CENSUS},
    SurvivalMedian: {Basis.KAPLAN_MEIER},
    Median: {Basis.RANKS},
    PerAccount: {Basis.RANKS},
    Concentration: {Basis.BOOTSTRAP},
    Churned: {Basis.WILSON, Basis.CLUSTER},
    Growth: {Basis.CLUSTER},
    LifetimeValue: {Basis.CLUSTER},
    Winsorised: {Basis.CLUSTER},
    Retained: {Basis.WILSON, Basis.CLUSTER},
    TrustedPairs: {Basis.WILSON, Basis.CLUSTER},
    Returned: {Basis.WILSON, Basis.CLUSTER},
    Lifecycle: {Basis.CENSUS},
}
"""What a shape is promised. A shape that is not here answers for itself in its own test."""


def promised(metric: Metric, *, sided: bool) -> set[Basis] | None:
    """The bases a value of the metric may have, None where its shape answers for itself."""
    formula = metric.formula
    match formula:
        case Measure() | Combination():
            return {Basis.CENSUS}
        case Product():
            return {Basis.CENSUS, Basis.NOT_COMPUTED}
        case Ratio(share=True):
            return {Basis.WILSON}
        case Ratio():
            whole = expand(formula, sided=sided)
            assert isinstance(whole, Ratio)
            return {Basis.CLUSTER} if account_terms(whole, sided=sided) else {Basis.NOT_COMPUTED}
        case Quotient():
            return None
        case Walk() | Moves():
            return {Basis.CENSUS} if metric.unit is Unit.COUNT else {Basis.WILSON, Basis.NOT_COMPUTED}
        case _:
            return PROMISED.get(type(formula))


@pytest.fixture(scope="module")
def market() -> Store:
    """A simulated market in which nearly every metric has a value."""
    return simulated(demo_plan(seed=3, orders=4_000))[1]


def answers(store: Store) -> Iterator[tuple[Value, bool]]:
    for sided in (False, True):
        barred = SideRule.MARKET if sided else SideRule.SPLIT
        asked = tuple(m.id for m in METRICS.values() if m.side is not barred)
        for value in ask(store, Query(metrics=asked, by_side=sided)):
            yield value, sided


def test_every_value_has_the_interval_that_its_kind_is_promised(market: Store) -> None:
    wrong, seen = [], set()
    for value, sided in answers(market):
        bases = promised(METRICS[value.metric], sided=sided)
        if value.value is None or bases is None or value.n < 10:
            continue
        seen.add(value.metric)
        if value.basis not in bases:
            wrong.append((value.metric, value.side, value.n, value.basis.value, sorted(bases)))
        if value.basis is Basis.CENSUS:
            assert value.low is None is value.high, value
        elif value.basis is not Basis.NOT_COMPUTED:
            assert value.low is not None or value.high is not None, value
        if value.low is not None and value.high is not None:
            assert value.low - 1e-9 <= value.value <= value.high + 1e-9, value
    assert wrong == []
    assert len(seen) > 0.75 * len(METRICS), sorted(set(METRICS) - seen)


def test_ledger_totals_never_have_an_interval_and_ratios_over_accounts_always() -> None:
    """The ratios without one are those whose parts belong to no account; a new one must be argued for here."""
    without = {
        m.id
        for m in METRICS.values()
        if isinstance(m.formula, Ratio) and promised(m, sided=m.side is SideRule.SPLIT) == {Basis.NOT_COMPUTED}
    }
    spend = {
        "cac",
        "paid_cac",
        "marketing_cost_per_new_account",
        "sales_cost_per_new_account",
        "onboarding_cost_per_new_account",
        "incentive_cost_per_new_account",
        "incentive_cost_per_referral",
    }
    leads = {
        "win_rate_by_value",
        "won_value_per_opportunity",
        "attributed_share",
        "visitor_to_lead_ratio",
        "mql_attempts",
    }
    records = {"lead_completeness", "opportunity_completeness", "contact_completeness"}
    products = {"liquidity_ratio", "matching_efficiency", "take_rate_leakage"}
    assert without - spend - leads - records - products - {"visits_per_visitor"} == set()


@pytest.mark.parametrize("metric", [m.id for m in METRICS.values() if m.maturity_days])
def test_a_period_too_young_for_its_outcome_is_immature(market: Store, metric: str) -> None:
    declared = METRICS[metric]
    where = (("side", (declared.side.value,)),) if declared.side in (SideRule.BUYER, SideRule.SUPPLIER) else ()
    by_side = declared.side in (SideRule.SPLIT, SideRule.OWN, SideRule.EACH)
    found = ask(market, Query(metrics=(metric,), grain=Grain.WEEK, by_side=by_side, where=where))
    if found[0].status is Status.UNAVAILABLE:
        pytest.skip(f"{metric}: {found[0].reason}")
    as_of = found[0].as_of
    assert as_of is not None
    last = max(value.period or "" for value in found)
    young = [value for value in found if value.period == last]
    assert young
    assert {value.status for value in young} <= {Status.IMMATURE}, young
    assert {side.value for side in Side} >= {value.side for value in young if value.side}
