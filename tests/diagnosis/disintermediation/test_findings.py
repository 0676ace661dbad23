"""What is said of quiet pairs in a simulated market, from its orders alone."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from bothsides.diagnosis import DiagnosisPolicy, Sureness
from bothsides.diagnosis.disintermediation import (
    Leakage,
    disintermediation_findings,
    look_for_leakage,
    periods,
    quiet_pictures,
)
from bothsides.diagnosis.disintermediation.periods import DAYS, read_periods
from bothsides.diagnosis.disintermediation.signal import look_for_signals
from bothsides.diagnosis.disintermediation.units import Level
from bothsides.diagnosis.span import Span, known_span
from bothsides.schema.plays import play
from bothsides.simulate import MarketPlan, healthy_plan, simulate
from bothsides.simulate.planted import Disintermediation
from tests.diagnosis.conftest import market_of, store_of

UNREAD = ("leads", "shipments", "reviews", "touches", "stage_changes", "listings", "order_lines", "visits")


def leakage(plan: MarketPlan) -> Leakage:
    store = store_of(simulate(plan), without=UNREAD)
    known = known_span(store, "orders", None)
    assert known is not None
    names = dict(store.engine.rows("SELECT account, name FROM dim_accounts"))
    return look_for_leakage(store, known, names, DiagnosisPolicy())


def leaking(seed: int) -> MarketPlan:
    planted = (Disintermediation(category="Electrical"),)
    return replace(healthy_plan(seed=seed, orders=20_000), planted=planted)


@pytest.fixture(scope="module")
def found() -> Leakage:
    return leakage(leaking(2))


def test_what_is_charged_and_what_comes_in_stand_beside_the_suspicion(found: Leakage) -> None:
    (finding,) = disintermediation_findings(found)
    said = finding.evidence[-1]
    assert " of the orders in Electrical that carried one and " in said.sentence
    assert "of all GMV there (whole market:" in said.sentence
    assert [value.metric for value in said.values] == ["charged_take_rate", "take_rate"]
    assert all(dict(value.dims) == {"category": "Electrical"} for value in said.values)
    charged, over_all = (float(value.value or 0) for value in said.values)
    assert charged >= over_all > 0
    assert [value.metric for value in quiet_pictures(found).rates] == ["charged_take_rate", "take_rate"]
    without = disintermediation_findings(replace(found, rates={}))
    assert len(without[0].evidence) == len(finding.evidence) - 1


def test_fees_beside_a_suppliers_finding_are_said_of_its_category_or_not_at_all(found: Leakage) -> None:
    some = next(s for s in found.signals.others if s.level is Level.SUPPLIER and s.expected > 0)
    told = replace(found, signals=replace(found.signals, found=(some,)))
    (finding,) = disintermediation_findings(told)
    category, everywhere = finding.place.category, found.rates[None, None]
    assert category is not None
    rated = replace(told, rates={(None, None): everywhere, (category, None): everywhere})
    assert f"of the orders in {category} that carried one" in disintermediation_findings(rated)[0].evidence[-1].sentence
    unlabelled = replace(rated, found=replace(found.found, category=np.zeros_like(found.found.category)))
    (bare,) = disintermediation_findings(unlabelled)
    assert (bare.place.category, bare.place.region) == (None, None)
    assert not any("whole market" in evidence.sentence for evidence in bare.evidence)


def test_the_place_is_named_with_what_is_missing_and_no_accusation(found: Leakage) -> None:
    (finding,) = disintermediation_findings(found)
    assert (finding.kind, finding.place.category, finding.place.region) == (
        "disintermediation_signal",
        "Electrical",
        None,
    )
    assert finding.sure is Sureness.LIKELY
    assert finding.worth is not None
    assert finding.worth.low is not None
    assert finding.worth.high is not None
    assert 0 < finding.worth.low < finding.worth.per_month < finding.worth.high
    assert "suspicion" in finding.why_sure
    assert "Nobody is accused" in finding.caveat
    assert play(finding.play)
    assert finding.success.metric == "quiet_pair_change"


def test_one_suppliers_figure_is_not_said_of_the_others(found: Leakage) -> None:
    some = next(s for s in found.signals.others if s.level is Level.SUPPLIER and s.expected > 0)
    pair = [replace(some, orders=some.expected * (1 - drop), moved=0.0) for drop in (0.45, 0.3)]
    several = replace(found, signals=replace(found.signals, found=tuple(pair)))
    (finding,) = disintermediation_findings(several)
    assert "1 other supplier order" in finding.title
    assert "30 % to 45 % less" in finding.title


def test_the_pairs_behind_it_are_listed_for_somebody_to_call(found: Leakage) -> None:
    rows = disintermediation_findings(found)[0].evidence[0].rows
    assert rows is not None
    assert len(rows.rows) == 20
    assert rows.of > 20
    missing = [row[-1] for row in rows.rows]
    assert missing == sorted(missing, reverse=True)
    assert not any(str(row[0]).startswith("account ") for row in rows.rows)


def test_the_picture_carries_what_was_not_judged(found: Leakage) -> None:
    picture = quiet_pictures(found)
    assert picture.places[0].believed
    assert picture.places[0].category == "Electrical"
    assert not any(place.believed for place in picture.places[1:])
    assert picture.pairs > 1000
    assert picture.tested > 100
    assert picture.reason == ""
    assert picture.outside is not None  # the simulator records three of a hundred orders as placed outside
    assert picture.outside.value == pytest.approx(0.03, abs=0.01)


def test_a_healthy_market_raises_no_suspicion() -> None:
    assert disintermediation_findings(leakage(healthy_plan(seed=2, orders=20_000))) == []


def test_the_same_market_gives_the_same_words(found: Leakage) -> None:
    again = replace(found, signals=look_for_signals(found.followed, DiagnosisPolicy()))
    assert disintermediation_findings(again) == disintermediation_findings(found)


def test_periods_count_back_from_the_last_known_day() -> None:
    known = Span(start=known_day(0), end=known_day(100))
    orders = [order(day, "b", "s") for day in (0, 16, 17, 72, 73, 100)] + [order(50, "b", "other")]
    orders.append(order(99, "b", "s") | {"on_platform": False})
    found = read_periods(market_of(orders=orders), known, 3)
    assert found.whole == 101 // DAYS
    assert found.on[0, :4].tolist() == [2.0, 1.0, 1.0, 2.0]
    assert found.outside[0, 0] == 1.0
    assert found.bought[found.buyer[0]].sum() == 7.0
    assert found.sold[found.supplier[0]].sum() == 6.0
    assert len(found.buyer) == 1  # the other pair has one order


def test_of_a_large_market_one_buyer_in_so_many_is_followed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [order(day, f"b{buyer}", f"s{buyer % 3}") for buyer in range(9) for day in (0, 30, 60)]
    known = Span(start=known_day(0), end=known_day(100))
    store = market_of(orders=orders)
    assert len(read_periods(store, known, 3).buyer) == 9
    monkeypatch.setattr(periods, "FOLLOWED_ORDERS", 10)
    found = read_periods(store, known, 3)
    assert found.one_in == 3
    assert 2 <= len(found.buyer) <= 4
    assert found.on.sum(axis=1).tolist() == [3.0] * len(found.buyer)


def test_too_short_a_history_says_so() -> None:
    orders = [order(day, f"b{day % 5}", f"s{day % 3}") for day in range(60)]
    looked = look_for_leakage(
        market_of(orders=orders), Span(start=known_day(0), end=known_day(59)), {}, DiagnosisPolicy()
    )
    assert quiet_pictures(looked).reason == "8 weeks of orders are known; 28 are needed"
    assert disintermediation_findings(looked) == []


def known_day(n: int) -> date:
    return date(2024, 1, 1) + timedelta(days=n)


def order(day: int, buyer: str, supplier: str) -> dict[str, Any]:
    return {"buyer_id": buyer, "supplier_id": supplier, "placed_at": known_day(day), "amount": 100, "category": "Pumps"}
