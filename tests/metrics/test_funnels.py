"""One market, many funnels: each choice changes the numbers as it says."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bothsides.metrics import Query, Store, ask, parse_by, parse_where
from bothsides.metrics.dictionary import Dictionary, Version
from bothsides.metrics.funnels import Exclusion, Funnel, Step, metrics_of
from bothsides.metrics.measure import Test
from bothsides.schema import Side
from tests.metrics.cases import account, dated, order
from tests.metrics.cases_activation import event
from tests.metrics.cases_pipeline import lead, stage
from tests.metrics.conftest import build_market

UNTIL = date(2024, 3, 31)

# b1: search x, look, cart, order in ten days. b2: searches twice, the second time it looks. b3: looks first, abandons a
# cart before it orders.
TABLES: dict[str, Any] = {
    "accounts": [account(f"b{i}", "2024-01-01", channel="ads" if i == 1 else "seo") for i in (1, 2, 3)]
    + [account("s1", "2024-01-01")],
    "events": [
        event("b1", "search", "2024-01-01", category="x", session_id="a", results=5),
        event("b1", "supplier_view", "2024-01-02", category="x", session_id="a"),
        event("b1", "cart_add", "2024-01-03", category="y", session_id="b"),
        event("b2", "search", "2024-01-01", category="x", session_id="c", results=0),
        event("b2", "search", "2024-02-10", category="y", session_id="d", results=3),
        event("b2", "supplier_view", "2024-02-11", category="y", session_id="d"),
        event("b3", "supplier_view", "2024-02-01", category="x", session_id="e"),
        event("b3", "search", "2024-02-02", category="x", session_id="e"),
        event("b3", "supplier_view", "2024-02-03", category="x", session_id="f"),
        event("b3", "cart_add", "2024-02-04", category="x", session_id="f"),
        event("b3", "cart_abandon", "2024-02-05", category="x", session_id="f"),
    ],
    "orders": [
        order("b1", "s1", "2024-01-11", 90_00, category="y"),
        order("b3", "s1", "2024-02-06", 10_00, category="x", status="placed"),
        order("b2", "s1", "2024-02-12", 10_00, status="cancelled"),
    ],
}
PATH = ("search", "supplier_view", "cart_add", "order")


def step(source: str, within: timedelta | None = None, where: tuple[Test, ...] = ()) -> Step:
    return Step(name=source, source=source, where=where, within=within, where_absent="refuse")


def absent(source: str) -> Step:
    return replace(step(source), where_absent="leave_out")


def funnel(*steps: str | Step, **knobs: Any) -> Funnel:
    plain: dict[str, Any] = {
        "id": "way",
        "label": "Way",
        "side": Side.BUYER,
        "walker": "account",
        "entry": "any_entry",
        "order": "ordered",
        "window": timedelta(days=10),
        "exclusions": (),
        "hold": "none",
        "count": "accounts",
        "attribution": "first_touch",
        "denominator": "entrants",
        "maturity": "left_out",
    }
    return Funnel(steps=tuple(s if isinstance(s, Step) else step(s) for s in steps), **(plain | knobs))


@pytest.fixture(scope="module")
def store() -> Store:
    return build_market(known_until=UNTIL, **TABLES)


def answer(store: Store, one: Funnel, by: str = "step", where: tuple[str, ...] = (), **days: Any) -> list[Any]:
    """Reached counts, with the labels before them where there are more than the step."""
    named = {metric.id: (Version(metric=metric),) for metric in metrics_of(one, row=15)}
    grain, by_side, dims = parse_by([word for word in by.split(",") if word])
    query = Query(
        metrics=("way_reached",), grain=grain, by_side=by_side, dims=dims, where=parse_where(list(where)), **days
    )
    values = ask(replace(store, dictionary=Dictionary(named)), query)
    refused = [value.reason for value in values if value.value is None]
    assert not refused, refused
    if by == "step":
        return [value.value for value in values]
    return [(*((value.period,) if grain else ()), *(label for _, label in value.dims), value.value) for value in values]


def conversions(store: Store, one: Funnel) -> list[float | int | None]:
    named = {metric.id: (Version(metric=metric),) for metric in metrics_of(one, row=15)}
    query = Query(metrics=("way_conversion",), dims=("step",))
    return [value.value for value in ask(replace(store, dictionary=Dictionary(named)), query)]


@pytest.mark.parametrize(
    ("knobs", "reached"),
    [
        ({}, [3, 3, 2, 2]),
        ({"entry": "first_touch"}, [3, 2, 2, 2]),  # b2's first search led nowhere
        ({"count": "entries"}, [4, 3, 2, 2]),  # b2 entered twice
        ({"window": timedelta(days=9)}, [3, 3, 2, 1]),  # b1 ordered on day 10
        ({"window": "none"}, [3, 3, 2, 2]),
        ({"order": "strict"}, [3, 3, 2, 1]),  # b3 gave a cart up in between
        # whichever comes first enters, and orders are known from b1's on the 11th: so are entries
        ({"order": "any"}, [3, 2, 1, 1]),
        ({"exclusions": (Exclusion(source="cart_abandon", where=(), after=3, before=4),)}, [2, 2, 1, 1]),
        ({"exclusions": (Exclusion(source="cart_abandon", where=(), after=1, before=3),)}, [3, 3, 2, 2]),
        ({"hold": "category"}, [3, 3, 1, 1]),  # b1's cart was of another category
    ],
)
def test_the_same_events_by_other_choices(store: Store, knobs: dict[str, Any], reached: list[int]) -> None:
    assert answer(store, funnel(*PATH, **knobs)) == reached


def test_a_session_held_through_what_has_sessions(store: Store) -> None:
    assert answer(store, funnel(*PATH[:3], hold="session")) == [3, 2, 0]  # b3 looked in another session


NO_ORDER = (Exclusion(source="order", where=(), after=1, before=2),)


@pytest.mark.parametrize(
    ("steps", "knobs", "said"),
    [
        (("search", "order"), {"hold": "session"}, "hold: order has no session; these have: visit, search, "),
        (("search", "order"), {"hold": "quote"}, "hold: search has no quote; these have: request, reply, award, "),
        (("search", "order"), {"hold": "counterparty"}, "hold: search has no counterparty; these have: order, sale"),
        # an exclusion that is never seen would exclude nobody
        (("search", "supplier_view"), {"hold": "session", "exclusions": NO_ORDER}, "hold: order has no session"),
        (
            ("lead", "order"),
            {"hold": "quote", "walker": "lead", "count": "leads"},
            "hold: only accounts have the quote",
        ),
        (("search", step("order", where=(Test("results", ">", 0),))), {}, "steps[1].where: order has no results"),
        ((step("search", where=(Test("completed", "=", 1),)), "order"), {}, "steps[0].where: search has no completed"),
        ((step("search", where=(Test("amount", ">", 0),)), "order"), {}, "steps[0].where: search has no amount"),
        (("search", "order"), {"window": timedelta()}, "window: a window of 0:00:00: it must be more than nothing"),
        ((absent("signup"), "sale"), {}, "steps[0].where_absent: 'leave_out' of signup, the first step"),
        (("signup", absent("verified")), {}, "steps[1].where_absent: 'leave_out' of verified, the last step"),
        (("search", absent("cart_add"), "order"), {"order": "any"}, "steps[1].where_absent: 'leave_out' of cart_add"),
    ],
)
def test_what_the_data_can_never_answer_is_refused(
    steps: tuple[str | Step, ...], knobs: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=f"^funnel 'way': {re.escape(said)}"):
        funnel(*steps, **knobs)


def test_a_test_that_a_label_is_not_needs_a_label() -> None:
    """As in a formula: a row without a label is not counted on either side."""
    rows = [*TABLES["events"], event("b3", "search", "2024-01-06")]
    market = build_market(known_until=UNTIL, **TABLES | {"events": rows})

    def searches(test: Test) -> list[Any]:
        return answer(market, funnel(step("search", where=(test,)), "supplier_view", count="entries", window="none"))

    assert searches(Test("category", "=", "x"))[0] == 3
    assert searches(Test("category", "!=", "x"))[0] == 1  # b2's in y; b3's of the 6th has no category
    assert searches(Test("category", "!=", "unheard of"))[0] == 4


def test_a_label_that_no_row_has_is_named(store: Store) -> None:
    one = funnel(step("search", where=(Test("category", "in", ("X", "x ")),)), "supplier_view")
    named = {metric.id: (Version(metric=metric),) for metric in metrics_of(one, row=15)}
    (value,) = ask(replace(store, dictionary=Dictionary(named)), Query(metrics=("way_conversion",)))
    assert (value.value, value.reason) == (None, "nobody entered here; no row has the label 'X', 'x '")


def test_any_order_enters_with_whichever_comes_first(store: Store) -> None:
    # b3 looks before it searches: in order its entry is the search, in any order the look
    assert answer(store, funnel("search", "cart_add", order="any", window=timedelta(days=1))) == [3, 0]
    assert answer(store, funnel("supplier_view", "search", order="any", window=timedelta(days=1))) == [3, 3]
    assert answer(store, funnel("supplier_view", "search", window=timedelta(days=1))) == [3, 1]


def test_a_window_per_step_counts_from_the_step_before(store: Store) -> None:
    day = timedelta(days=1)
    hops = funnel(
        "search", step("supplier_view", day), step("cart_add", day), step("order", 8 * day), window="per_step"
    )
    assert answer(store, hops) == [3, 3, 2, 2]
    short = funnel(
        "search", step("supplier_view", day), step("cart_add", day), step("order", 7 * day), window="per_step"
    )
    assert answer(store, short) == [3, 3, 2, 1]


def test_every_step_over_the_entrants_or_over_the_step_before(store: Store) -> None:
    assert conversions(store, funnel(*PATH, window=timedelta(days=9))) == [1, 1, 2 / 3, 1 / 3]
    assert conversions(store, funnel(*PATH, window=timedelta(days=9), denominator="previous_step")) == [
        1,
        1,
        2 / 3,
        1 / 2,
    ]


def test_steps_may_be_tested(store: Store) -> None:
    empty = step("search", where=(Test("results", "=", 0),))
    assert answer(store, funnel(empty, "supplier_view", window="none")) == [1, 1]  # b2 looked forty days later
    found = step("search", where=(Test("results", ">", 0),))
    assert answer(store, funnel(found, "supplier_view", "order")) == [2, 2, 1]  # b3's search has no count of results
    large = step("order", where=(Test("amount", ">=", 50_00),))
    assert answer(store, funnel("search", large)) == [3, 1]
    fulfilled = step("order", where=(Test("completed", "=", 1),))
    assert answer(store, funnel("search", fulfilled)) == [3, 1]
    in_y = step("search", where=(Test("category", "in", ("y", "unheard of")),))
    assert answer(store, funnel(in_y, "supplier_view")) == [1, 1]


@pytest.mark.parametrize(
    ("attribution", "expected"),
    [
        ("first_touch", [("x", 2), ("y", 0)]),
        ("last_touch", [("x", 1), ("y", 1)]),  # b1 searched in x and ordered in y
        ("per_step", [("x", 1), ("y", 1)]),
    ],
)
def test_whose_category_an_entry_carries(store: Store, attribution: str, expected: list[Any]) -> None:
    assert answer(store, funnel(*PATH, attribution=attribution), by="category") == expected


def test_entrants_by_the_category_they_carry(store: Store) -> None:
    # b1 and b3 in x, b2 in x and in y; by last touch b1's entry is of y, where it ordered
    first = answer(store, funnel(*PATH), by="category,step")[::4]
    assert first == [("x", "1 search", 3), ("y", "1 search", 1)]
    last = answer(store, funnel(*PATH, attribution="last_touch"), by="category,step")[::4]
    assert last == [("x", "1 search", 2), ("y", "1 search", 2)]


def test_filters_go_by_what_an_entry_carries(store: Store) -> None:
    assert answer(store, funnel(*PATH), where=("category=y",)) == [1, 1, 0, 0]
    assert answer(store, funnel(*PATH), where=("channel=ads",)) == [1, 1, 1, 1]
    assert answer(store, funnel(*PATH, attribution="last_touch"), where=("category=y",)) == [2, 2, 1, 1]


def test_a_walker_is_counted_in_every_period_it_enters(store: Store) -> None:
    by_month = answer(store, funnel(*PATH[:2]), by="month,step")
    assert [row[-1] for row in by_month] == [2, 1, 2, 2]
    assert by_month[0][:2] == ("2024-01", "1 search")


def test_what_comes_after_the_as_of_date_is_not_known(store: Store) -> None:
    assert answer(store, funnel(*PATH, maturity="counted"), as_of=date(2024, 1, 2)) == [2, 1, 0, 0]
    assert answer(store, funnel(*PATH), as_of=date(2024, 1, 20)) == [2, 1, 1, 1]


def test_young_entries_are_left_out_or_counted(store: Store) -> None:
    def within(days: int, **knobs: Any) -> Funnel:
        return funnel(*PATH, window=timedelta(days=days), count="entries", **knobs)

    assert answer(store, within(50)) == [4, 4, 2, 2]  # until 10 February
    assert answer(store, within(51)) == [3, 3, 2, 2]  # b2's second search is too young
    assert answer(store, within(51, maturity="counted")) == [4, 4, 2, 2]


def test_steps_from_three_sources_and_a_company_with_both_roles() -> None:
    store = build_market(
        known_until=UNTIL,
        accounts=[
            account("b1", "2024-01-10", organization_id="o"),
            account("s1", "2024-01-12", organization_id="o"),
            account("s2", "2024-01-01"),
            account("b2", "2024-01-01"),
        ],
        leads=[
            lead("l1", "buyer", "2024-01-01", account_id="b1"),
            lead("l2", "supplier", "2024-01-02", account_id="s1"),
        ],
        stage_changes=[stage("l1", "closed_won", "2024-01-08"), stage("l2", "closed_won", "2024-01-09")],
        events=[event("b1", "search", "2024-01-15"), event("s1", "search", "2024-01-15")],
        orders=[order("b1", "s2", "2024-01-20", 1_00), order("b2", "s1", "2024-01-25", 1_00)],
    )
    steps = ("closed_won", "signup", "search", "order")
    long = timedelta(days=30)
    assert answer(store, funnel(*steps, window=long, side=None)) == [2, 2, 2, 1]
    assert answer(store, funnel(*steps, window=long, side=None), where=("side=supplier",)) == [1, 1, 1, 0]
    sold = ("lead", "closed_won", "signup", "sale")
    assert answer(store, funnel(*sold, window=long, side=Side.SUPPLIER)) == [1, 1, 1, 1]
    # the same from the lead on, by leads
    by_lead = funnel("lead", "closed_won", "order", window=long, side=None, walker="lead", count="leads")
    assert answer(store, by_lead) == [2, 2, 1]


def test_two_roles_in_one_second_stay_in_the_order_of_the_steps() -> None:
    noon = datetime(2024, 1, 5, 12)
    store = build_market(
        known_until=UNTIL,
        events=[
            {"account_id": "b1", "name": "supplier_view", "occurred_at": noon},
            {"account_id": "b1", "name": "search", "occurred_at": noon},
        ],
        orders=[order("b1", "s1", "2024-01-01", 1_00)],
    )
    assert answer(store, funnel("search", "supplier_view")) == [1, 1]
    assert answer(store, funnel("supplier_view", "search")) == [1, 1]
    assert answer(store, funnel("supplier_view", "search", order="strict")) == [1, 1]


def test_as_known_at_an_earlier_load() -> None:
    search, look, *_ = TABLES["events"]
    rows = [search, look | {"loaded_in": 2}, event("b3", "supplier_view", "2024-02-01")]
    tables = TABLES | {"events": rows}
    now, then = (build_market(known_until=UNTIL, known_on=load, **tables) for load in (None, 1))
    assert answer(now, funnel("search", "supplier_view")) == [1, 1]
    assert answer(then, funnel("search", "supplier_view")) == [1, 0]


def test_staff_and_test_orders_are_on_no_way() -> None:
    tables = {
        "accounts": [account("b1", "2024-01-01"), account("b9", "2024-01-01", is_internal=True), account("s1")],
        "events": [event("b1", "search", "2024-01-02"), event("b9", "search", "2024-01-02")],
        "orders": [
            order("b1", "s1", "2024-01-03", 1_00, is_test=True),
            order("b9", "s1", "2024-01-03", 1_00),
            order("b1", "s1", "2024-03-01", 1_00),
        ],
    }
    assert answer(build_market(known_until=UNTIL, **tables), funnel("search", "order")) == [1, 0]


def test_a_moment_of_another_century_does_no_harm() -> None:
    odd = [dated({"account_id": "b1", "name": "search", "occurred_at": day}) for day in ("1900-01-01", "2024-01-02")]
    tables = TABLES | {"events": [*odd, event("b1", "supplier_view", "2024-01-03")]}
    assert answer(
        build_market(known_until=UNTIL, **tables), funnel("search", "supplier_view"), start=date(2024, 1, 1)
    ) == [1, 1]
