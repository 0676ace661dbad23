"""Which definition answers which period: dated versions, history told anew, quotients whose parts change."""

from dataclasses import replace
from datetime import date

import pytest

from bothsides.metrics import METRICS, Query, Status, ask
from bothsides.metrics.dictionary import Dictionary, Version
from bothsides.metrics.measure import Ratio
from bothsides.schema import Grain
from tests.metrics.cases import order
from tests.metrics.conftest import Market

BOOKED = METRICS["booked_gmv"].formula
MARCH = date(2024, 3, 1)
ORDERS = [
    order("b1", "s1", "2024-01-10", 100_00),
    order("b1", "s1", "2024-02-10", 50_00),
    order("b1", "s1", "2024-02-11", 7_00, status="cancelled"),
    order("b1", "s1", "2024-03-10", 30_00),
    order("b1", "s1", "2024-03-11", 5_00, status="cancelled"),
    order("b1", "s1", "2024-04-30", 1_00),
]


def gmv(number: int, effective_from: date | None = None, *, restate: bool = False) -> Version:
    """GMV as booked value under a version number."""
    metric = replace(METRICS["gmv"], formula=BOOKED, version=number)
    return Version(metric=metric, effective_from=effective_from, restate=restate)


HOUSE_GMV = Version(metric=METRICS["gmv"], agreed=False)


def by_month(market: Market, dictionary: Dictionary, *names: str) -> list[tuple[str | None, str, float | None]]:
    """Period, definition and value of each cell."""
    store = replace(market(orders=ORDERS), dictionary=dictionary)
    return [(v.period, v.definition, v.value) for v in ask(store, Query(metrics=names, grain=Grain.MONTH))]


def test_a_new_definition_answers_the_periods_that_start_on_its_day_or_later(market: Market) -> None:
    found = by_month(market, Dictionary({"gmv": (HOUSE_GMV, gmv(2, MARCH))}), "gmv")
    assert found == [
        ("2024-01", "gmv@1", 100.0),
        ("2024-02", "gmv@1", 50.0),
        ("2024-03", "gmv@2", 35.0),
        ("2024-04", "gmv@2", 1.0),
    ]


def test_a_change_inside_a_period_waits_for_the_next_one(market: Market) -> None:
    found = by_month(market, Dictionary({"gmv": (HOUSE_GMV, gmv(2, date(2024, 2, 2)))}), "gmv")
    assert found[1:3] == [("2024-02", "gmv@1", 50.0), ("2024-03", "gmv@2", 35.0)]


def test_a_definition_that_restates_answers_all_periods(market: Market) -> None:
    found = by_month(market, Dictionary({"gmv": (HOUSE_GMV, gmv(2, MARCH, restate=True))}), "gmv")
    assert [(definition, value) for _, definition, value in found] == [
        ("gmv@2", 100.0),
        ("gmv@2", 57.0),
        ("gmv@2", 35.0),
        ("gmv@2", 1.0),
    ]


def test_each_version_can_be_asked_for_by_name(market: Market) -> None:
    dictionary = Dictionary({"gmv": (HOUSE_GMV, gmv(2, MARCH))})
    found = by_month(market, dictionary, "gmv@2", "gmv@1")
    assert [value for _, _, value in found] == [100.0, 57.0, 35.0, 1.0, 100.0, 50.0, 30.0, 1.0]
    with pytest.raises(KeyError, match="gmv has version 1, 2"):
        dictionary.metric("gmv@3")


def test_before_its_first_definition_a_metric_is_unavailable_and_says_from_when_on(market: Market) -> None:
    own = Version(metric=replace(METRICS["gmv"], id="basket", formula=BOOKED), effective_from=date(2024, 4, 1))
    store = replace(market(orders=ORDERS), dictionary=Dictionary({"basket": (own,)}))
    before, after = ask(store, Query(metrics=("basket",), grain=Grain.MONTH))
    assert (before.status, before.value) == (Status.UNAVAILABLE, None)
    assert before.reason == "is defined from 2024-04-01 on; restate = true would answer the time before as well"
    assert (after.period, after.value) == ("2024-04", 1.0)


def test_the_whole_span_is_answered_by_the_definition_of_its_first_day(market: Market) -> None:
    store = replace(market(orders=ORDERS), dictionary=Dictionary({"gmv": (HOUSE_GMV, gmv(2, MARCH))}))
    (whole,) = ask(store, Query(metrics=("gmv",)))
    (late,) = ask(store, Query(metrics=("gmv",), start=date(2024, 3, 5)))
    assert (whole.definition, whole.value, late.definition, late.value) == ("gmv@1", 181.0, "gmv@2", 36.0)


def test_a_quotient_follows_its_parts_and_names_them() -> None:
    cac = replace(METRICS["cac"], version=2)
    house = Version(metric=METRICS["cac"], agreed=False)
    held = Dictionary({"cac": (house, Version(metric=cac, effective_from=MARCH))}).held("ltv_to_cac")
    assert [(h.first, h.last, h.metric.definition) for h in held] == [
        (None, date(2024, 2, 29), "ltv_to_cac@1 (ltv / cac@1)"),
        (MARCH, None, "ltv_to_cac@1 (ltv / cac@2)"),
    ]


def test_the_house_dictionary_holds_every_definition_since_ever() -> None:
    house = Dictionary()
    assert house.ids == tuple(METRICS)
    assert all(house.held(name)[0].metric is METRICS[name] and len(house.held(name)) == 1 for name in METRICS)


def test_each_part_of_the_health_score_is_that_of_the_definition_in_force(market: Market) -> None:
    # Matching is 1, 2, 3, 2 and 4 until May and by the new definition, ten in every month, 10 in June: it beats all
    # before. The largest ten always have all, 50 on either side.
    counts = zip(range(1, 7), (1, 2, 3, 2, 4, 1), strict=True)
    orders = [order("b1", "s1", f"2024-{month:02}-{i:02}", 1_00) for month, n in counts for i in range(1, n + 1)]
    store = market(orders=orders, known_until=date(2024, 6, 30))
    house = METRICS["matching_efficiency"]
    one = METRICS["orders"].formula
    ten = replace(house, formula=Ratio(numerator=one, denominator=one, scale=10.0), version=2)
    query = Query(metrics=("marketplace_health_score",), grain=Grain.MONTH, start=date(2024, 5, 1))

    def scores(*versions: Version) -> list[float | None]:
        return [v.value for v in ask(replace(store, dictionary=Dictionary({house.id: versions})), query)]

    old = Version(metric=house, agreed=False)
    assert scores(old, Version(metric=ten, effective_from=date(2024, 6, 1))) == [200 / 3, 200 / 3]
    assert scores(old, Version(metric=ten, effective_from=date(2024, 6, 1), restate=True)) == [50.0, 50.0]
