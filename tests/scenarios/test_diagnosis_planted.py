"""Every problem planted in a simulated market is found where it was planted, with a worth of the right size."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bothsides.diagnosis import READINGS, Diagnosis, Finding, diagnose
from bothsides.metrics import METRICS, Store, Value
from bothsides.schema import Side
from bothsides.simulate import Market, demo_plan
from bothsides.simulate.market import settle
from bothsides.simulate.trade import conditions
from tests.diagnosis.conftest import simulated

SEEDS = (1, 6)

PLANTED = (
    ("supply_short_cell", Side.SUPPLIER, "Electrical", "South", None),
    ("demand_short_cell", Side.BUYER, "Packaging", "West", None),
    ("stalled_cell", None, "Cleaning supplies", "East", None),
    ("thin_cell_spend", Side.BUYER, "Safety equipment", "South", None),
    ("category_depends_on_one", Side.SUPPLIER, "Fasteners", None, None),
    ("buyer_concentration", Side.BUYER, "Fasteners", None, None),
    ("onboarding_leak", Side.SUPPLIER, None, None, None),
    ("first_transaction_leak", Side.BUYER, None, "North", None),
    ("unprofitable_channel", Side.BUYER, None, None, "paid_social"),
    ("ndr_leak", Side.BUYER, None, None, None),
)
"""What the demo plan plants, as findings: kind, side, category, region, channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One drawn market with what is true and what was found."""

    drawn: Market
    store: Store
    found: Diagnosis

    @property
    def every(self) -> tuple[Finding, ...]:
        """What was found, what is too small to be ranked included."""
        return (*self.found.findings, *self.found.unranked)

    def finding(self, kind: str, **place: object) -> Finding:
        """The finding of the kind at the place."""
        return next(f for f in self.every if f.kind == kind and all(getattr(f.place, k) == v for k, v in place.items()))

    def number(self, statement: str) -> float:
        """One number read from the store, over the diagnosis's window."""
        first, last = self.found.window
        (value,) = self.store.engine.row(statement, {"first": first, "last": last}) or (0.0,)
        return float(value or 0.0)

    @property
    def months(self) -> float:
        """Months of the window."""
        first, last = self.found.window
        return ((last - first).days + 1) / 30.4375


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> Case:
    drawn, store = simulated(demo_plan(seed=request.param))
    return Case(drawn=drawn, store=store, found=diagnose(store))


def test_every_planted_problem_is_found_in_its_place(case: Case) -> None:
    places = {(f.kind, f.place.side, f.place.category, f.place.region, f.place.channel) for f in case.every}
    assert set(PLANTED) <= places


def test_little_else_is_claimed(case: Case) -> None:
    """Consequences of what was planted are allowed: a thin cell is short of suppliers, short cells get spend too."""
    others = [
        f.kind
        for f in case.found.findings
        if (f.kind, f.place.side, f.place.category, f.place.region, f.place.channel) not in PLANTED
        and f.kind not in ("supply_short_cell", "thin_cell_spend", "fragile_cell")
    ]
    assert len(others) <= 2, others


def test_the_leak_comes_first_and_stands_in_the_verdict(case: Case) -> None:
    assert case.found.findings[0].kind == "ndr_leak"
    assert case.found.findings[0].title in case.found.verdict
    assert "uppliers are short in" in case.found.verdict
    assert "Electrical / South" in case.found.verdict


def within(found: float, truth: float, factor: float) -> bool:
    return truth / factor <= found <= truth * factor


def test_short_supply_is_worth_the_orders_that_found_no_supplier(case: Case) -> None:
    """The simulator knows what buyers of the cell wished to order each week and what part supply could serve."""
    finding = case.finding("supply_short_cell", category="Electrical")
    plan = case.drawn.plan
    at = conditions(settle(plan))
    cell = plan.cell("Electrical", "South")
    weeks = slice(plan.weeks - 52, plan.weeks)
    wished = at.scale * at.intent[weeks, cell] * at.cart[cell]
    missed = float((wished * (1 - at.served[weeks, cell])).sum())
    value = case.number(
        "SELECT avg(value) / 100 FROM fact_orders WHERE category = 'Electrical' AND placed_on BETWEEN $first AND $last"
    )
    assert finding.worth is not None
    assert within(finding.worth.per_month, missed * value / 12, 1.6)


def test_the_regional_leak_is_worth_the_carts_that_failed(case: Case) -> None:
    """Carts of the region become orders at the planted factor of what others do."""
    finding = case.finding("first_transaction_leak", region="North")
    factor = next(p for p in case.drawn.truth.planted if p["kind"] == "FirstOrderLeak")["planted"][
        "cart_to_order_factor"
    ]
    gmv = case.number(
        "SELECT sum(value) / 100 FROM fact_orders WHERE region = 'North' AND placed_on BETWEEN $first AND $last"
    )
    assert finding.worth is not None
    assert within(finding.worth.per_month, gmv / case.months * (1 / factor - 1), 2.0)


def test_the_wasteful_channel_is_worth_what_it_does_not_return(case: Case) -> None:
    finding = case.finding("unprofitable_channel")
    cost = case.number(
        "SELECT sum(amount) / 100 FROM fact_spend WHERE side = 'buyer' AND channel = 'paid_social'"
        " AND spent_on BETWEEN $first AND $last"
    )
    assert finding.worth is not None
    assert finding.worth.of == "spend"
    assert 0.2 * cost / case.months < finding.worth.per_month < 3 * cost / case.months


def test_the_fall_in_retention_is_worth_what_buyers_stopped_buying(case: Case) -> None:
    """Buyers of the half-year before buy at the planted rate, and some have left."""
    finding = case.finding("ndr_leak")
    planted = next(p for p in case.drawn.truth.planted if p["kind"] == "RetentionFall")["planted"]
    stay = planted["rate_factor"] * (1 - planted["extra_hazard"]) ** (planted["weeks"] / 2)
    ndr = finding.evidence[0].values[0].value
    assert ndr is not None
    assert ndr == pytest.approx(stay, abs=0.15)


def test_the_onboarding_leak_is_the_planted_step(case: Case) -> None:
    planted = next(p for p in case.drawn.truth.planted if p["kind"] == "OnboardingLeak")
    funnel = next(f for f in case.found.funnels if f.id == "onboarding")
    assert [step.id for step in funnel.steps if step.leak][:1] == [planted["planted"]["step"]]
    rate = next(step.rate for step in funnel.steps if step.leak)
    assert rate is not None
    assert rate.value == pytest.approx(planted["measured"]["step_rates"]["catalogue"], abs=0.05)


def test_every_finding_can_be_checked_and_acted_on(case: Case) -> None:
    for finding in case.found.findings:
        assert finding.evidence, finding.kind
        assert any(evidence.values for evidence in finding.evidence), finding.kind
        assert finding.owner, finding.kind
        assert finding.first_step, finding.kind
        if finding.worth is not None:
            low, high = finding.worth.low, finding.worth.high
            assert low is None or low <= finding.worth.per_month, finding.kind
            assert high is None or finding.worth.per_month <= high, finding.kind
    assert [f.rank for f in case.found.findings] == list(range(1, len(case.found.findings) + 1))


def values_of(found: Diagnosis) -> list[Value]:
    values = [v for f in found.findings for e in f.evidence for v in e.values]
    values += [v for cell in found.cells for v in cell.values.values()]
    values += [step.rate for funnel in found.funnels for step in funnel.steps if step.rate is not None]
    values += [v for edge in found.flywheel.edges for v in (edge.rate, edge.before, edge.lag_days) if v is not None]
    values += [v for side in found.economics for v in side.values.values()]
    return values + [headline.now for headline in found.headlines]


def test_every_value_has_a_name_and_an_empty_one_its_reason(case: Case) -> None:
    for value in values_of(case.found):
        assert value.metric in METRICS or value.metric in READINGS, value.metric
        assert value.value is not None or value.reason, value


def test_an_earlier_day_knows_nothing_of_later_ones(case: Case) -> None:
    """Before the half-year in which retention fell nobody can have seen the fall."""
    day = case.drawn.plan.end - timedelta(weeks=30)
    early = diagnose(case.store, as_of=day)
    assert early.as_of == day
    assert not any(f.kind == "ndr_leak" for f in early.findings)
    assert any(f.kind == "supply_short_cell" for f in early.findings)
