"""Who depends on whom, the clusters that hang on one account, and the pairs that know each other."""

from datetime import date

import pytest

from bothsides.diagnosis import DiagnosisPolicy, diagnose
from bothsides.diagnosis.concentration import Ledger, Trade, Trades, concentration_findings, hanging_picture
from bothsides.diagnosis.concentration.partners import dependence, partners
from bothsides.diagnosis.concentration.trusted import trusted_places
from bothsides.schema import Side
from tests.diagnosis.conftest import market_of

POLICY = DiagnosisPolicy()


def ledger(*trades: tuple[int, int, float, int]) -> Ledger:
    rows = (Trade(buyer=b, supplier=s, category="Pumps", amount=a, orders=n) for b, s, a, n in trades)
    return Ledger(trades=Trades.of(rows), names={101: "Anchor Ltd"}, currency="EUR", months=10.0)


def test_an_account_with_a_single_order_does_not_depend_on_anybody() -> None:
    found = partners(ledger((1, 101, 50.0, 1), (2, 101, 80.0, 3), (2, 102, 20.0, 1)).trades, Side.BUYER)
    assert found.account.tolist() == [2]
    assert (found.largest[0], found.share[0], found.orders[0]) == (101, 0.8, 3)
    assert 1 / found.spread[0] == pytest.approx(1 / 0.68)


def test_a_cluster_counts_who_hangs_on_it_directly_and_through_others() -> None:
    found = ledger(
        *[(b, 101, 100.0, 4) for b in (1, 2, 3)],  # three buyers that depend on the anchor
        (1, 105, 10.0, 4),  # a supplier that depends on the first of them
        *[(b, s, 50.0, 2) for b in (7, 8) for s in (106, 107)],
    )
    buyers, suppliers = dependence(found, POLICY)
    (cluster,) = buyers.clusters
    assert (cluster.name, cluster.side, cluster.direct, cluster.indirect) == ("Anchor Ltd", Side.SUPPLIER, 3, 1)
    assert cluster.gmv == 310.0
    assert cluster.gmv_share == pytest.approx(310 / 510)
    assert [tie.name for tie in cluster.ties] == ["account 1", "account 2", "account 3"]
    assert cluster.ties[0].share == pytest.approx(100 / 110)
    assert buyers.values["depends_on_one"].value == pytest.approx(3 / 5)
    assert suppliers.clusters == ()


def test_two_that_live_off_each_other_are_counted_once() -> None:
    found = ledger(*[(b, 101, 100.0, 4) for b in (1, 2, 3)], (4, 102, 50.0, 3))
    (cluster,) = dependence(found, POLICY)[0].clusters
    assert (cluster.direct, cluster.indirect, cluster.gmv) == (3, 0, 300.0)


def test_many_small_buyers_that_depend_on_one_supplier_are_a_finding_though_it_is_not_large() -> None:
    small = [(b, 101, 10.0, 2) for b in range(1, 21)]
    large = [(b, 110 + s, 30.0, 2) for b in range(30, 60) for s in range(20)]
    findings = concentration_findings(ledger(*small, *large), (), POLICY, dict.fromkeys(Side, None))
    (finding,) = findings
    assert finding.kind == "buyers_cluster_on_one"
    assert "20 buyers of 50 that came back depend on one supplier, Anchor Ltd" in finding.title
    assert finding.place.category == "Pumps"
    assert finding.worth is not None
    assert finding.worth.high == pytest.approx(20.0)
    assert finding.success.metric == "dependent_share"
    rows = finding.evidence[0].rows
    assert rows is not None
    assert rows.of == 20


def test_trusted_pairs_are_told_for_the_market_and_by_category() -> None:
    whole, pumps = trusted_places(ledger((1, 101, 90.0, 3), (2, 101, 10.0, 2), (2, 102, 20.0, 1)), POLICY)
    assert (whole.category, pumps.category) == (None, "Pumps")
    assert (whole.pairs, whole.gmv) == (1, 90.0)
    assert whole.values["trusted_pair_rate"].value == pytest.approx(1 / 3)
    assert whole.values["trusted_pair_gmv_share"].value == pytest.approx(0.75)


def test_a_diagnosis_carries_what_hangs_on_whom() -> None:
    orders = [
        {
            "buyer_id": f"b{i % 12}",
            "supplier_id": f"s{i % 5}",
            "category": "Pumps",
            "placed_at": date(2024, 1 + i % 12, 1 + i % 27),
            "amount": 1000 + i,
        }
        for i in range(300)
    ]
    found = diagnose(market_of(orders=orders)).hanging
    assert found is not None
    assert {place.side for place in found.places} == set(Side)
    assert found.trusted[0].values["trusted_pair_rate"].value == 1.0
    assert found.quiet is not None
    assert found.quiet.places == () or not any(place.believed for place in found.quiet.places)


def test_a_market_without_trade_hangs_on_nobody() -> None:
    empty = Ledger(trades=Trades.of(()), names={}, currency="EUR", months=1.0)
    found = hanging_picture(empty, POLICY, None)
    assert (found.places, found.dependence, found.trusted) == ((), (), ())
