"""Every operator of the algebra gives the same cells on PostgreSQL, whether or not a declared metric uses it."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from bothsides.metrics import Better, Dictionary, Metric, Query, SideRule, Store, Tier, Unit
from bothsides.metrics.dictionary import Version
from bothsides.metrics.measure import Combination, Formula, Measure, Operator, Product, Ratio, Test
from bothsides.schema import Grain, Side
from bothsides.warehouse.postgres import Postgres
from tests.conformance.cells import cells, differences
from tests.conformance.conftest import copied
from tests.conformance.markets import market

pytestmark = pytest.mark.postgres

ORDERS = Measure(fact="orders", on="placed_on", aggregate="count")
VALUE = replace(ORDERS, aggregate="sum", column="value")
BUYERS = replace(ORDERS, aggregate="count_distinct", column="account", side=Side.BUYER)
PARTIES = replace(ORDERS, aggregate="count_distinct", column="account")
LEADS = Measure(fact="leads", on="created_on", aggregate="count")

OPERATORS: dict[str, Formula] = {
    "=": replace(ORDERS, where=(Test("category", "=", "a, b"),)),
    "!=": replace(VALUE, where=(Test("category", "!=", "Größe"),)),
    "<": replace(ORDERS, where=(Test("value", "<", 0),)),
    "<=": replace(ORDERS, where=(Test("value", "<=", 500),)),
    ">": replace(VALUE, where=(Test("placed_on", ">", date(2024, 1, 1)),)),
    ">=": replace(ORDERS, where=(Test("weight", ">=", 1.5),)),
    "in": replace(VALUE, where=(Test("region", "in", ("Tools", "")),)),
    "null": replace(ORDERS, where=(Test("region", "null"), Test("on_platform", "=", True))),
    "not null": replace(ORDERS, where=(Test("region", "not null"), Test("on_platform", "=", False))),
    "reached": replace(LEADS, where=(Test("won_on", "reached"),)),
}
CONSTRUCTS: dict[str, Formula] = {
    "a count": ORDERS,
    "a sum": VALUE,
    "a sum of a difference": replace(VALUE, column="(value - refunded)"),
    "accounts of one side": BUYERS,
    "accounts of either side": PARTIES,
    "only rows old enough": replace(ORDERS, maturity_days=60),
    "a share": Ratio(numerator=OPERATORS["not null"], denominator=ORDERS, share=True),
    "a mean, clustered": Ratio(numerator=VALUE, denominator=ORDERS, cluster="account", scale=0.5),
    "per account, clustered": Ratio(numerator=VALUE, denominator=PARTIES, cluster="account"),
    "a signed sum": Combination(((1, VALUE), (-1, replace(VALUE, column="refunded")))),
    "a ratio of a sum over two facts": Ratio(numerator=Combination(((1, ORDERS), (2, LEADS))), denominator=ORDERS),
    "a geometric mean": Product((ORDERS, PARTIES), 0.5),
    "a ratio of ratios": Ratio(
        numerator=Ratio(numerator=VALUE, denominator=ORDERS), denominator=Ratio(numerator=VALUE, denominator=BUYERS)
    ),
}
QUERIES = (
    Query(metrics=()),
    Query(metrics=(), grain=Grain.MONTH, by_side=True),
    Query(metrics=(), grain=Grain.FISCAL_YEAR, dims=("category",)),
    Query(metrics=(), by_side=True, dims=("region",), where=(("category", ("Tools", "(none)")),)),
    Query(metrics=(), grain=Grain.WEEK, where=(("side", ("supplier",)),), start=date(2023, 2, 3), end=date(2023, 8, 9)),
)


def declared(name: str, formula: Formula) -> Metric:
    """A metric of that formula."""
    return Metric(
        id=name,
        label=name,
        meaning=name,
        unit=Unit.RATIO,
        formula=formula,
        side=SideRule.OWN if formula is OPERATORS["reached"] else SideRule.EACH,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        family="conformance",
        row=0,
    )


METRICS = [declared(name, formula) for name, formula in (OPERATORS | CONSTRUCTS).items()]
DICTIONARY = Dictionary({metric.id: (Version(metric=metric),) for metric in METRICS})


@pytest.fixture(scope="module", params=["every edge", "a sample"])
def twins(request: pytest.FixtureRequest, postgres: Postgres) -> tuple[Store, Store]:
    """One market on both engines, under a dictionary of every construct."""
    store = market(request.param)
    return replace(store, dictionary=DICTIONARY), replace(copied(store, postgres), dictionary=DICTIONARY)


def test_every_operator_is_tried() -> None:
    assert set(OPERATORS) == set(get_args(Operator))


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_every_construct_is_the_same(query: Query, twins: tuple[Store, Store]) -> None:
    here, there = (cells(store, replace(query, metrics=DICTIONARY.ids[-len(METRICS) :])) for store in twins)
    assert {"a sum", "a mean, clustered"} <= {cell["cell"][0] for cell in here if cell["number"]}
    assert differences(here, there) == []
