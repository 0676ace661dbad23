"""One read per fact and date, whatever is asked together; statements that a person can read."""

import random
import re
from collections import Counter
from datetime import date

import pytest

from bothsides.metrics import METRICS, Query, SideRule, Store, ask, explain
from bothsides.metrics.compile import Cut, Window, plan
from bothsides.metrics.measure import Measure, Test
from bothsides.schema import Grain
from tests.metrics.cases import World
from tests.metrics.cases_acquisition import TRADING
from tests.metrics.cases_activation import MARKET
from tests.metrics.cases_liquidity import ASKED, SHOP
from tests.metrics.cases_pipeline import PIPELINE
from tests.metrics.cases_take_rate import FEES
from tests.metrics.cases_volume import REFUNDS
from tests.metrics.conftest import build_market

EVERYTHING = World(
    {
        **{name: PIPELINE.tables[name] for name in ("leads", "stage_changes", "touches", "opportunities")},
        **{name: SHOP.tables[name] for name in ("listings", "order_lines", "events")},
        "quotes": ASKED.tables["quotes"],
        "accounts": MARKET.tables["accounts"],
        "orders": [*SHOP.tables["orders"], *MARKET.tables["orders"]],
        "spend": TRADING.tables["spend"],
        "fees": [{**fee, "account_id": None} if fee.get("order_id") else fee for fee in FEES],
        "refunds": REFUNDS,
    }
)


@pytest.fixture(scope="module")
def everything() -> Store:
    """A market in which every table is fed, each known from and to a day of its own."""
    return build_market(**EVERYTHING.tables)


def formulas(*, sided: bool) -> tuple[str, ...]:
    """Ids of what can be asked with or without sides."""
    rules = {SideRule.MARKET} if sided else {SideRule.SPLIT}
    return tuple(m.id for m in METRICS.values() if m.side not in rules)


@pytest.mark.parametrize("dims", [(), ("category",)])
def test_one_read_per_fact_and_date_by_side(everything: Store, dims: tuple[str, ...]) -> None:
    query = Query(metrics=formulas(sided=True), grain=Grain.WEEK, by_side=True, dims=dims)
    reads = Counter(_reads(explain(everything, query)))
    expected = {
        ("fact_order_parties", "placed_on"),
        ("fact_booking_parties", "placed_on"),
        ("fact_fee_parties", "charged_on"),
        ("fact_refund_parties", "refunded_on"),
        ("fact_accounts", "signed_up_on"),
        ("fact_accounts", "first_order_on"),
        ("fact_events", "occurred_on"),
        ("fact_requests", "requested_on"),
        ("fact_listings", "listed_on"),
        ("fact_leads", "created_on"),
    }
    assert expected <= set(reads)
    assert set(reads.values()) == {1}


def test_one_read_per_fact_and_date_in_total(everything: Store) -> None:
    reads = Counter(_reads(explain(everything, Query(metrics=formulas(sided=False)))))
    assert {("fact_orders", "buyer_lapsed_on"), ("fact_orders", "supplier_lapsed_on")} <= set(reads)
    assert set(reads.values()) == {1}


def _reads(statement: str) -> list[tuple[str, str]]:
    return re.findall(r"FROM (fact_\w+)(?: AS \w+)?\s+WHERE\s+(\w+) BETWEEN", statement)


def test_every_read_is_found_by_the_pattern(everything: Store) -> None:
    text = explain(everything, Query(metrics=formulas(sided=False)))
    assert len(_reads(text)) == len(re.findall(r"FROM fact_\w+", text))


@pytest.mark.parametrize(
    ("grain", "dims", "by_side"),
    [
        (Grain.MONTH, (), False),
        (None, ("category", "region"), True),
    ],
)
def test_asked_together_or_alone_in_any_order(
    everything: Store, grain: Grain | None, dims: tuple[str, ...], by_side: bool
) -> None:
    names = list(METRICS)
    random.Random(1).shuffle(names)
    query = {"grain": grain, "dims": dims, "by_side": by_side, "start": date(2024, 1, 4), "end": date(2024, 5, 20)}
    together = ask(everything, Query(metrics=tuple(names), **query))  # type: ignore[arg-type]
    alone = [v for name in names for v in ask(everything, Query(metrics=(name,), **query))]  # type: ignore[arg-type]
    assert together == alone


def test_the_statement_reads_as_one_would_write_it(everything: Store) -> None:
    text = explain(everything, Query(metrics=("gmv", "orders", "aov"), grain=Grain.MONTH))
    assert text.count("FROM fact_orders") == 1
    assert "DATE_TRUNC('MONTH', placed_on)" in text
    assert text.count("SUM(value)") == 1, "the GMV of `gmv` and of `aov` is one column"


def test_words_of_a_filter_stand_beside_the_statement(everything: Store) -> None:
    text = explain(everything, Query(metrics=("gmv",), where=(("category", ("a secret word", "x")),)))
    assert "secret" not in text
    assert re.search(r"category IN \(\$\w+, \$\w+\)", text)


def test_nothing_to_read_is_said(everything: Store) -> None:
    assert explain(everything, Query(metrics=("hhi",))).startswith("-- nothing to read")
    with pytest.raises(KeyError, match="not in the dictionary"):
        explain(everything, Query(metrics=("no such metric",)))


def _plan(measure: Measure) -> str:
    cut = Cut(grain=None, by_side=False, sided=False, dims=(), where=())
    days = Window(start=date(2024, 1, 1), end=date(2024, 12, 31), as_of=date(2024, 12, 31))
    return plan([measure], cut, {(measure.fact, measure.on): days}).statement


def test_a_measure_of_a_party_must_name_it_in_totals() -> None:
    with pytest.raises(ValueError, match="the measure must name a side in totals"):
        _plan(Measure(fact="orders", on="placed_on", aggregate="count_distinct", column="account"))


def test_what_was_reached_needs_an_as_of_date() -> None:
    test = Test("won_on", "reached")
    with pytest.raises(ValueError, match="bind the formula to an as-of date"):
        _plan(Measure(fact="leads", on="created_on", aggregate="count", where=(test,)))


def test_declared_words_are_quoted() -> None:
    text = _plan(Measure(fact="fees", on="charged_on", aggregate="count", where=(Test("kind", "in", ("a'b", "c")),)))
    assert "kind IN ('a''b', 'c')" in text
