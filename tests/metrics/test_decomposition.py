"""Changes taken apart by hand, and in any market: the parts add up to the change, and the change to what is asked."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.metrics import METRICS, Query, Status, Store, ask
from bothsides.metrics.decompose import Change, Comparison, Split, decompose, named_period
from bothsides.metrics.decompose.factors import Cell, effects
from bothsides.metrics.decompose.rounding import allocate
from bothsides.metrics.dictionary import Dictionary, Version
from bothsides.schema import Grain, Period, Side
from bothsides.schema.period import parse_period
from tests.metrics.cases import World, dated, order, world
from tests.metrics.conftest import build_market
from tests.metrics.test_identities import FEW, markets

FEB, MARCH = parse_period("2024-02"), parse_period("2024-03")

# February 380.00 in 3 orders, March 290.00 in 6; b3 bought in January, b6 begins with a credit note.
BRIDGE = world(
    "2024-03-31",
    orders=[
        order("b9", "s1", "2024-01-01", 5_00),
        order("b3", "s1", "2024-01-10", 40_00),
        order("b1", "s1", "2024-02-01", 100_00),
        order("b2", "s1", "2024-02-29", 200_00),
        order("b5", "s1", "2024-02-15", 80_00),
        order("b1", "s1", "2024-03-01", 150_00),
        order("b3", "s1", "2024-03-31", 70_00),
        order("b4", "s1", "2024-03-05", 30_00),
        order("b5", "s1", "2024-03-06", 20_00),
        order("b5", "s2", "2024-03-07", 30_00),
        order("b6", "s1", "2024-03-08", -10_00),
        order("b1", "s1", "2024-03-09", 999_00, status="cancelled"),
    ],
)


def build(of: World) -> Store:
    return build_market(**of.options, **of.tables)


def change(of: World | Store, metric: str = "gmv", **asked: Any) -> Change:
    store = build(of) if isinstance(of, World) else of
    return decompose(store, Comparison(metric=metric, **asked))


def amounts(split: Split) -> dict[str, tuple[int, int | None]]:
    return {part.part: (part.amount, part.accounts) for part in split.parts}


def cell(orders_then: int, orders_now: int, then: int, now: int) -> Cell:
    return Cell(orders_then=orders_then, orders_now=orders_now, then=then, now=Fraction(now))


def test_the_last_two_whole_months_by_what_each_account_did() -> None:
    found = change(BRIDGE)
    assert (found.period, found.against, found.reason) == ("2024-03", "2024-02", None)
    buyers, suppliers, market = found.splits
    assert (buyers.side, buyers.base, buyers.now, buyers.change) == (Side.BUYER, 380_00, 290_00, -90_00)
    assert amounts(buyers) == {
        "new": (20_00, 2),
        "returned": (70_00, 1),
        "expansion": (50_00, 1),
        "contraction": (-30_00, 1),
        "churned": (-200_00, 1),
    }
    assert [part.share for part in buyers.parts][-1] == pytest.approx(200 / 90)
    assert amounts(suppliers)["new"] == (30_00, 1)
    assert amounts(suppliers)["contraction"] == (-120_00, 1)
    assert market.side is None
    assert amounts(market)["volume"] == (Fraction(3) * (Fraction(380_00, 3) + Fraction(290_00, 6)) / 2, 8)


def test_who_came_between_the_two_periods_is_neither_new_nor_returned() -> None:
    found = change(BRIDGE, period=MARCH, against=parse_period("2024-01"), side=Side.BUYER)
    assert {name: one for name, one in amounts(found.splits[0]).items() if one[1]} == {
        "new": (20_00, 2),
        "between": (200_00, 2),
        "expansion": (30_00, 1),
        "churned": (-5_00, 1),
    }


MIX = world(
    "2024-03-31",
    orders=[
        *(order("b1", "s1", "2024-02-01", 100_00, category="x") for _ in range(2)),
        *(order("b1", "s1", "2024-02-01", 50_00, category="y") for _ in range(2)),
        order("b1", "s1", "2024-03-01", 120_00, category="x"),
        *(order("b1", "s1", "2024-03-01", 60_00, category="y") for _ in range(5)),
    ],
)


def test_volume_price_and_mix_by_midpoints() -> None:
    """4 orders of 75.00 become 6 of 70.00: volume 2 x 72.50; 20.00 and 10.00 dearer, fewer of the dear ones."""
    split = change(MIX, period=MARCH, against=FEB, dim="category").splits[-1]
    assert {part.part: part.amount for part in split.parts} == {"volume": 145_00, "price": 66_66, "mix": -91_66}
    assert [(part.label, part.part, part.amount) for part in split.cells] == [
        ("x", "volume", 70_00),
        ("x", "price", 33_33),
        ("x", "mix", -183_33),
        ("y", "volume", 75_00),
        ("y", "price", 33_33),
        ("y", "mix", 91_67),
    ]
    whole = change(MIX, period=MARCH, against=FEB).splits[-1]
    assert {part.part: part.amount for part in whole.parts} == {"volume": 145_00, "price": -25_00}


def test_a_label_without_orders_at_one_end_has_no_price_effect() -> None:
    found = effects({"old": cell(4, 0, 400, 0), "both": cell(4, 4, 200, 240), "begun": cell(0, 4, 0, 600)})
    assert found["old"].price == found["begun"].price == 0
    assert (found["old"].volume + found["old"].mix, found["begun"].volume + found["begun"].mix) == (-400, 600)
    assert (found["both"].volume, found["both"].price, found["both"].mix) == (0, 40, 0)


@pytest.mark.parametrize(("then", "now"), [((0, 0), (3, 90)), ((3, 90), (0, 0)), ((0, 0), (0, 0))])
def test_a_period_without_an_order_is_all_volume(then: tuple[int, int], now: tuple[int, int]) -> None:
    one = effects({"x": cell(then[0], now[0], then[1], now[1])})["x"]
    assert (one.volume, one.price, one.mix) == (now[1] - then[1], 0, 0)


@given(
    st.dictionaries(
        st.sampled_from("abcde"),
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-500, 500), st.integers(-500, 500)),
        max_size=5,
    )
)
def test_effects_sum_to_the_change_of_every_label(drawn: dict[str, tuple[int, int, int, int]]) -> None:
    cells = {name: cell(a, b, c if a else 0, d if b else 0) for name, (a, b, c, d) in drawn.items()}
    found = effects(cells)
    for name, one in cells.items():
        assert found[name].volume + found[name].price + found[name].mix == one.now - one.then
    then, now = sum(c.orders_then for c in cells.values()), sum(c.orders_now for c in cells.values())
    if then and now:
        mean = (Fraction(sum(c.then for c in cells.values()), then) + sum(c.now for c in cells.values()) / now) / 2
        assert sum(one.volume for one in found.values()) == (now - then) * mean


@given(st.lists(st.fractions(-100, 100, max_denominator=50), min_size=1, max_size=8), st.integers(-2, 2))
def test_allocated_units_sum_and_stay_within_one_of_the_amount(shares: list[Fraction], off: int) -> None:
    total = sum(shares).__floor__()
    whole = allocate(shares, total)
    assert sum(whole) == total
    assert all(abs(unit - share) < 1 for unit, share in zip(whole, shares, strict=True))
    assert sum(allocate(shares, total + off)) == total + off


def test_nothing_cannot_take_something() -> None:
    assert allocate([], 0) == []
    with pytest.raises(ValueError, match="5 cannot be allocated"):
        allocate([], 5)


USD = [
    {"currency": "USD", "quoted_on": date(2024, 1, 1), "rate": 0.8},
    {"currency": "USD", "quoted_on": date(2024, 2, 16), "rate": 1.0},
    {"currency": "USD", "quoted_on": date(2024, 3, 1), "rate": 1.5},
]
RATED = world(
    "2024-03-31",
    fx_rates=USD,
    orders=[
        order("b0", "s1", "2024-02-01", 10_00),
        order("b1", "s1", "2024-02-01", 100_00, currency="USD"),
        order("b1", "s1", "2024-03-01", 116_00, currency="USD"),
        order("b2", "s1", "2024-03-01", 58_00, currency="USD"),
        order("b2", "s1", "2024-03-01", 10_00),
    ],
)


def test_what_exchange_rates_did_stands_apart() -> None:
    """February's days: 15 at 0.8 and 14 at 1.0, 26 in all; at 26/29 March's 174.00 USD are 156.00, not 261.00."""
    found = change(RATED, dim="category")
    buyers, suppliers, market = found.splits
    assert (buyers.base, buyers.now) == (90_00, 271_00)
    assert amounts(buyers) == {
        "new": (62_00, 1),
        "returned": (0, 0),
        "expansion": (24_00, 1),
        "contraction": (0, 0),
        "churned": (-10_00, 1),
        "currency": (105_00, 3),
    }
    assert amounts(suppliers)["expansion"] == (76_00, 1)
    assert {split.parts[-1].amount for split in (buyers, suppliers, market)} == {105_00}
    # 2 orders of 45.00 become 3 of 166 / 3 in February's money.
    assert amounts(market)["volume"][0] == round((45_00 + Fraction(166_00, 3)) / 2)


def test_a_currency_without_a_rate_then_is_refused() -> None:
    late = RATED.but({"fx_rates": [USD[2]], "orders": [*RATED.tables["orders"][:1], *RATED.tables["orders"][2:]]})
    assert "USD has no rate on 2024-02-01" in (change(late).reason or "")
    without = RATED.but({"fx_rates": None})
    assert "in USD have no rate" in (change(without).reason or "")


REVENUE = world(
    "2024-03-31",
    orders=[
        order("b1", "s1", "2024-02-01", 100_00, order_id="o1"),
        order("b2", "s1", "2024-02-01", 100_00, order_id="o2"),
        order("b1", "s2", "2024-03-01", 100_00, order_id="o3"),
    ],
    fees=[
        dated({"order_id": "o1", "charged_at": "2024-02-01", "amount": 10_01}),
        dated({"order_id": "o2", "charged_at": "2024-02-01", "amount": 10_00}),
        dated({"order_id": "o3", "charged_at": "2024-03-01", "amount": 15_00}),
        dated({"account_id": "s1", "charged_at": "2024-03-05", "amount": 7_00, "kind": "subscription"}),
    ],
    refunds=[dated({"order_id": "o2", "refunded_at": "2024-03-09", "amount": 50_00, "fee_amount": 4_00})],
)


def test_net_revenue_by_half_a_side_and_what_stands_beside_orders() -> None:
    """By side 20.01 and 18.00 - 4.00 less: the odd cent goes half to each side, and is rounded once."""
    found = change(REVENUE, "net_revenue")
    buyers, suppliers, market = found.splits
    assert (buyers.base, buyers.now) == (10_00, 5_50)
    assert amounts(buyers) == {
        "new": (0, 0),
        "returned": (0, 0),
        "expansion": (2_50, 1),
        "contraction": (0, 0),
        "churned": (-7_00, 1),
    }
    assert (suppliers.base, suppliers.now) == (10_00, 12_50)
    assert amounts(suppliers) == {
        "new": (7_50, 1),
        "returned": (0, 0),
        "expansion": (0, 0),
        "contraction": (-5_00, 1),
        "churned": (0, 0),
    }
    # 2 orders of 10.005 become 1 of 15.00.
    assert {part.part: part.amount for part in market.parts} == {
        "volume": -12_50,
        "price": 7_49,
        "other fees": 7_00,
        "returned fees": -4_00,
    }
    assert market.change == 18_00 - 20_01


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"metric": "aov"}, "'aov' cannot be taken apart: only of gmv or net_revenue"),
        ({"metric": "gmv", "against": FEB}, "--against 2024-02 needs a --period"),
        ({"metric": "gmv", "period": MARCH, "against": parse_period("2023")}, "is a year, --period 2024-03 a month"),
        ({"metric": "gmv", "period": FEB, "against": MARCH}, "2024-03 does not lie before --period 2024-02"),
        ({"metric": "gmv", "side": Side.BUYER, "where": (("side", ("buyer",)),)}, "named twice"),
        (
            {"metric": "net_revenue", "dim": "step"},
            "'step' is not what net_revenue can be split by: category or region",
        ),
        ({"metric": "gmv", "dim": "segment"}, "differs between the two parties: name one with --side"),
    ],
)
def test_a_wrong_question_names_what_is_wrong(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        change(BRIDGE, **asked)


def test_what_cannot_be_compared_says_why() -> None:
    store = build(BRIDGE)
    assert "2023-12 starts 2023-12-01" in (change(store, period=parse_period("2024-01")).reason or "")
    early = change(store, period=parse_period("2020-01"), against=parse_period("2019-12"))
    assert early.reason == "compares whole periods: known from 2024-01-01, 2020-01 starts 2020-01-01"
    assert "known until 2024-03-31: 2024-04" in (change(store, period=parse_period("2024-04")).reason or "")
    assert "needs fees, refunds" in (change(store, "net_revenue").reason or "")
    assert "no row has category 'z'" in (change(store, where=(("category", ("z",)),)).reason or "")
    assert "declared sample" in (change(BRIDGE.but(sample=True)).reason or "")
    booked = replace(METRICS["gmv"], formula=METRICS["booked_gmv"].formula, version=2)
    agreed = replace(store, dictionary=Dictionary({"gmv": (Version(metric=booked),)}))
    assert "gmv is defined by agreement in 2024-02: only" in (change(agreed).reason or "")
    (growth,) = ask(agreed, Query(metrics=("gmv_growth",)))
    assert (growth.value, growth.status) == (None, Status.UNAVAILABLE)
    assert change(store, period=parse_period("2024-04")).splits == ()


def test_periods_before_an_agreed_definition_are_taken_apart() -> None:
    store = build(BRIDGE)
    booked = replace(METRICS["gmv"], formula=METRICS["booked_gmv"].formula, version=2)
    versions = (Version(metric=METRICS["gmv"]), Version(metric=booked, effective_from=date(2024, 3, 2)))
    agreed = replace(store, dictionary=Dictionary({"gmv": versions}))
    assert change(agreed, period=MARCH).splits == change(store, period=MARCH).splits
    later = (versions[0], replace(versions[1], effective_from=date(2024, 3, 1)))
    found = change(replace(store, dictionary=Dictionary({"gmv": later})), period=MARCH)
    assert (found.splits, found.reason) == (
        (),
        "gmv is defined by agreement in 2024-03: only the house's definition can be taken apart",
    )


def test_an_unfinished_period_is_compared_only_when_the_same_days_are_asked_for() -> None:
    young = BRIDGE.but(known_until=date(2024, 3, 7))
    young = young.but({"orders": [o for o in young.tables["orders"] if o["placed_at"] <= date(2024, 3, 7)]})
    assert "known until 2024-03-07, 2024-03 ends 2024-03-31; --same-days" in (change(young, period=MARCH).reason or "")
    found = change(young, period=MARCH, same_days=True, side=Side.BUYER)
    assert found.days == ((date(2024, 2, 1), date(2024, 2, 7)), (date(2024, 3, 1), date(2024, 3, 7)))
    assert (found.splits[0].base, found.splits[0].now) == (100_00, 230_00)
    assert (found.period, found.against) == ("2024-03 to 2024-03-07", "2024-02 to 2024-02-07")
    assert amounts(found.splits[0])["between"] == (50_00, 1)


def test_same_days_of_a_longer_month_end_with_the_shorter() -> None:
    until = world("2024-03-30", orders=[order("b1", "s1", "2024-02-01", 1_00), order("b1", "s1", "2024-03-30", 1_00)])
    found = change(until, period=MARCH, same_days=True)
    assert found.days is not None
    assert found.days[0] == (date(2024, 2, 1), date(2024, 2, 29))


def test_under_a_filter_an_account_is_judged_by_what_it_leaves() -> None:
    orders = [
        order("b1", "s1", "2024-01-10", 100_00, category="x"),
        order("b1", "s1", "2024-03-10", 50_00, category="y"),
        order("b2", "s1", "2024-02-10", 30_00, category="y"),
    ]
    of = world("2024-03-31", orders=orders)
    found = change(of, period=MARCH, side=Side.BUYER, where=(("category", ("y",)),))
    assert {name: one for name, one in amounts(found.splits[0]).items() if one[1]} == {
        "new": (50_00, 1),
        "churned": (-30_00, 1),
    }
    (note,) = found.notes
    assert note.startswith("Only orders with category = y are looked at: new means none of these before, gone none")
    whole = change(of, period=MARCH, side=Side.BUYER)
    assert amounts(whole.splits[0])["returned"] == (50_00, 1)
    assert whole.notes == ("New means no order before; orders are known from 2024-01-10.",)


def test_fiscal_years_are_named_by_their_last_year() -> None:
    assert named_period("FY2025", fiscal_start=4).start == date(2024, 4, 1)
    assert named_period("FY2025", fiscal_start=1).label == "FY2025"
    assert named_period("FY0002", fiscal_start=4).start == date(1, 4, 1)
    for label in ("FY0000", "FY0001"):
        with pytest.raises(ValueError, match=f"'{label}' is no period: write a fiscal year like FY2013"):
            named_period(label, fiscal_start=1)
    with pytest.raises(ValueError, match=r"'FY25' is no period: .*; a fiscal year like FY2013"):
        named_period("FY25", fiscal_start=4)


@FEW
@given(markets(least=-50_000), st.sampled_from(["gmv", "net_revenue"]), st.sampled_from([None, *Side]), st.data())
def test_in_any_market_the_parts_sum_to_the_change_that_is_asked_for(
    tables: dict[str, Any], metric: str, side: Side | None, data: st.DataObject
) -> None:
    store = build_market(**tables, known_until=date(2025, 12, 31))
    if not tables["refunds"]:
        return
    first = store.ranges["orders"][0].replace(day=1) + timedelta(days=31)
    period = Period.containing(first, Grain.QUARTER).next(data.draw(st.integers(1, 4), label="quarters"))
    against = period.next(-1)
    dim = data.draw(st.sampled_from([None, "category", "region"]))
    found = decompose(store, Comparison(metric=metric, period=period, against=against, side=side, dim=dim))
    if found.reason:
        assert "known" in found.reason
        return
    where = (("side", (side.value,)),) if side else ()
    for split in found.splits:
        assert sum(part.amount for part in split.parts) == split.change
        for part in split.parts:
            of_part = [one.amount for one in split.cells if one.part == part.part]
            assert not split.cells or sum(of_part) == part.amount
    shown = ask(store, Query(metrics=(metric,), grain=Grain.QUARTER, where=where))
    asked = {value.period: value.value or 0 for value in shown}
    split = found.splits[-1]
    assert split.now / 100 == pytest.approx(asked[period.label], abs=0.011)
    assert split.base / 100 == pytest.approx(asked[against.label], abs=0.011)
