"""The records behind a finding are those its claim was counted from."""

from dataclasses import replace

import pytest

from bothsides.diagnosis import Diagnosis, Finding, Rows, diagnose
from bothsides.diagnosis.behind import BEHIND, MOST, with_rows
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import minor_units
from bothsides.simulate import demo_plan
from tests.diagnosis.conftest import simulated


@pytest.fixture(scope="module")
def looked() -> tuple[Store, Diagnosis]:
    _, store = simulated(demo_plan(seed=1))
    return store, diagnose(store)


def rows_of(looked: tuple[Store, Diagnosis], kind: str) -> tuple[Finding, Rows]:
    finding = next(f for f in looked[1].findings if f.kind == kind)
    (rows,) = [e.rows for e in finding.evidence if e.rows is not None]
    return finding, rows


def test_every_finding_of_the_demo_has_records(looked: tuple[Store, Diagnosis]) -> None:
    for finding in looked[1].findings:
        (rows,) = [e.rows for e in finding.evidence if e.rows is not None]
        assert 0 < len(rows.rows) <= MOST
        assert rows.of >= len(rows.rows)
        assert all(len(row) == len(rows.columns) for row in rows.rows)


def test_unserved_searches_add_up_to_those_of_the_cell(looked: tuple[Store, Diagnosis]) -> None:
    store, found = looked
    _, rows = rows_of(looked, "supply_short_cell")
    finding = next(f for f in found.findings if f.kind == "supply_short_cell")
    first, last = found.window
    counted = store.engine.row(
        """
        SELECT account, count(*) FILTER (NOT converted) FROM fact_events
        WHERE name = 'search' AND side = 'buyer' AND category = $category AND region = $region
            AND occurred_on BETWEEN $first AND $last AND account = (
                SELECT account FROM dim_accounts WHERE name = $name AND side = 'buyer' LIMIT 1)
        GROUP BY 1
        """,
        {
            "category": finding.place.category,
            "region": finding.place.region,
            "first": first,
            "last": last,
            "name": rows.rows[0][0],
        },
    )
    assert counted is not None
    assert rows.rows[0][rows.columns.index("without an order")] == counted[1]


def test_the_largest_suppliers_shares_are_of_the_category(looked: tuple[Store, Diagnosis]) -> None:
    store, found = looked
    finding, rows = rows_of(looked, "category_depends_on_one")
    first, last = found.window
    total = store.engine.row(
        "SELECT sum(value)::DOUBLE FROM fact_orders WHERE category = $c AND placed_on BETWEEN $first AND $last",
        {"c": finding.place.category, "first": first, "last": last},
    )
    assert total is not None
    gmv, share = rows.rows[0][2], rows.rows[0][3]
    assert isinstance(gmv, float)
    assert share == pytest.approx(gmv * 10 ** minor_units(store.currency) / total[0])
    amounts = [float(row[2]) for row in rows.rows if isinstance(row[2], float)]
    assert amounts == sorted(amounts, reverse=True)


def test_accounts_stuck_before_a_step_did_not_take_it(looked: tuple[Store, Diagnosis]) -> None:
    store, _ = looked
    _, rows = rows_of(looked, "onboarding_leak")
    assert rows.columns == ("account", "signed up", "verified")
    names = [row[0] for row in rows.rows]
    past = store.engine.rows(
        "SELECT d.name FROM fact_accounts f JOIN dim_accounts d USING (account)"
        " WHERE f.side = 'supplier' AND f.days_to_catalogue IS NOT NULL"
    )
    unique = store.engine.rows("SELECT name FROM dim_accounts WHERE side = 'supplier' GROUP BY 1 HAVING count(*) = 1")
    alone = {name for (name,) in unique}
    assert not {name for (name,) in past} & {name for name in names if name in alone}


def test_what_was_spent_on_a_channel_adds_up(looked: tuple[Store, Diagnosis]) -> None:
    store, found = looked
    finding, rows = rows_of(looked, "unprofitable_channel")
    first, last = found.window
    spent = store.engine.row(
        "SELECT sum(amount)::DOUBLE FROM fact_spend WHERE side = $side AND channel = $channel"
        " AND spent_on BETWEEN $first AND $last",
        {"side": finding.place.side, "channel": finding.place.channel, "first": first, "last": last},
    )
    assert spent is not None
    assert sum(row[1] for row in rows.rows if isinstance(row[1], float)) == pytest.approx(spent[0] / 100)


def test_a_finding_that_brings_its_records_keeps_them(looked: tuple[Store, Diagnosis]) -> None:
    store, found = looked
    span = Span(start=found.window[0], end=found.window[1])
    assert with_rows(store, found.findings, span) == found.findings


def test_a_market_without_the_records_says_nothing(looked: tuple[Store, Diagnosis]) -> None:
    store, found = looked
    span = Span(start=found.window[0], end=found.window[1])
    elsewhere = [
        replace(f, evidence=(), place=replace(f.place, category="nowhere", region="nowhere"))
        for f in found.findings
        if f.kind in BEHIND
    ]
    assert all(f.evidence == () for f in with_rows(store, elsewhere, span))
