"""The pass over the sorted stream against trying every chain, on random lives."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.metrics.facts.steps import KIND_BITS, KINDS, SECOND_BITS
from bothsides.metrics.funnels import Exclusion, Funnel, Step
from bothsides.metrics.funnels.cells import Axis, Places, Tally
from bothsides.metrics.funnels.entries import entering, judged
from bothsides.metrics.funnels.shape import add_rows
from bothsides.metrics.funnels.stream import read
from bothsides.metrics.funnels.walk import rules_of
from bothsides.metrics.measure import Test
from bothsides.warehouse import Capabilities, Columns
from tests.metrics.funnel_reference import Done, entries

SOURCES = ("search", "supplier_view", "cart_add", "order", "other")


DAY = 5
"""Seconds of a day in these lives."""


class Sorted:
    """An engine that has nothing but a stream, given in batches of a few rows."""

    capabilities = Capabilities(bitstrings=False, columns=True)

    def __init__(self, done: list[Done], batch: int) -> None:
        marks = [(d.who << KIND_BITS + SECOND_BITS) + (d.second << KIND_BITS) + KINDS[d.source] for d in done]
        order = np.argsort(np.array(marks, dtype=np.int64), kind="stable")
        self.batch = batch
        self.table = {
            "mark": np.array(marks, dtype=np.int64)[order],
            "day": np.array([d.second // DAY for d in done], dtype=np.int64)[order],
            "category": np.array([d.category for d in done], dtype=np.int64)[order],
            "amount": np.array([d.number for d in done], dtype=np.int64)[order],
        }

    def columns(self, statement: str, parameters: Any = None) -> Iterator[Columns]:
        for start in range(0, len(self.table["mark"]), self.batch):
            yield {name: column[start : start + self.batch] for name, column in self.table.items()}

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return [("1", 1), ("2", 2)]


def walked(funnel: Funnel, done: list[Done], batch: int = 1_000) -> dict[int, int | None]:
    """The pass's answer, by the number of the entering thing."""
    kept = tuple(range(len(funnel.steps)))
    found: dict[int, int | None] = {}
    stream = read(Sorted(done, batch), funnel, funnel.steps, last_day=99, wanted=("amount", "day"))  # type: ignore[arg-type]
    for rows in stream:
        begun = entering(funnel, rows)
        result, out = judged(funnel, kept, rules_of(funnel, kept), rows, begun)
        gone = np.zeros(len(begun), dtype=bool) if out is None else out
        for row, depth, is_out in zip(begun, result.depth, gone, strict=True):
            found[int(rows.columns["amount"][row])] = None if is_out else int(depth)
    return found


def funnel(*sources: str, **knobs: Any) -> Funnel:
    """A funnel of these sources; what is not said is the plainest."""
    within = knobs.pop("within", (None,) * len(sources))
    where = knobs.pop("where", ((),) * len(sources))
    plain: dict[str, Any] = {
        "id": "f",
        "label": "F",
        "side": None,
        "walker": "account",
        "entry": "any_entry",
        "order": "ordered",
        "window": "none",
        "exclusions": (),
        "hold": "none",
        "count": "entries",
        "attribution": "first_touch",
        "denominator": "entrants",
        "maturity": "counted",
    }
    steps = tuple(
        Step(name=name, source=name, where=tests, within=wait, where_absent="refuse")
        for name, wait, tests in zip(sources, within, where, strict=True)
    )
    return Funnel(steps=steps, **(plain | knobs))


seconds = st.integers(1, 12)

TESTS: tuple[tuple[Test, ...], ...] = (
    (),
    (),
    (Test("category", "=", "1"),),
    (Test("category", "=", "2"),),
    (Test("category", "!=", "1"),),
    (Test("category", "in", ("1", "2")),),
)
"""Labels are called by their numbers here."""


@st.composite
def funnels(draw: st.DrawFn) -> Funnel:
    order = draw(st.sampled_from(("ordered", "ordered", "ordered", "strict", "any")))
    few = st.sampled_from(SOURCES[:2] if draw(st.booleans()) else SOURCES)
    sources = draw(st.lists(few, min_size=2, max_size=5 if order == "any" else 4))
    where = [draw(st.sampled_from(TESTS)) for _ in sources]
    spans = st.one_of(st.none(), seconds.map(lambda s: timedelta(seconds=s)))
    within: tuple[timedelta | None, ...] = (None,) * len(sources)
    if order != "any" and draw(st.booleans()):
        within = (None, *(draw(spans) for _ in sources[1:]))
    window: Any = draw(spans) or "none"
    if window == "none" and all(within[1:]) and order != "any":
        window = "per_step"
    exclusions = ()
    if draw(st.booleans()):
        after = draw(st.integers(1, len(sources) - 1))
        before = draw(st.integers(after + 1, len(sources)))
        exclusions = (Exclusion(source=draw(st.sampled_from(SOURCES)), where=(), after=after, before=before),)
    return funnel(
        *sources,
        where=where,
        within=within,
        window=window,
        order=order,
        exclusions=exclusions,
        entry=draw(st.sampled_from(("first_touch", "any_entry"))),
        hold=draw(st.sampled_from(("none", "none", "category"))),
    )


@st.composite
def walks(draw: st.DrawFn) -> tuple[Funnel, list[Done]]:
    """A funnel, and lives that are mostly about its steps: short lists of anything seldom get anywhere."""
    one = draw(funnels())
    draws = draw(st.randoms(use_true_random=False))
    sources = (*(step.source for step in one.steps), *(step.source for step in one.steps), "other")
    done = [
        Done(draws.randint(1, 2), draws.randint(0, 25), draws.choice(sources), draws.choice((0, 1, 1, 2)), number)
        for number in range(draws.randint(0, 24))
    ]
    return one, done


@settings(max_examples=400, deadline=None)
@given(walks(), st.integers(1, 20))
def test_the_pass_finds_what_trying_every_chain_finds(walk: tuple[Funnel, list[Done]], batch: int) -> None:
    one, done = walk
    assert walked(one, done, batch) == entries(one, done)


@settings(max_examples=300, deadline=None)
@given(walks(), st.integers(1, 20), st.integers(0, 2), st.integers(2, 6))
def test_walkers_are_counted_once_a_period(
    walk: tuple[Funnel, list[Done]], batch: int, first_day: int, last_day: int
) -> None:
    """Entries that need not be followed are left out, and nobody is missed for it."""
    one, done = replace(walk[0], count="accounts"), walk[1]
    periods = np.array([day // 2 for day in range(first_day, last_day + 1)] + [0])
    where = Places(
        first_day=first_day,
        last_day=last_day,
        periods=periods,
        axes=(Axis(name="period", labels=("one", "two", "three", "four")),),
        attributes={},
        allowed={},
    )
    kept = tuple(range(len(one.steps)))
    tally = Tally()
    for rows in read(Sorted(done, batch), one, one.steps, last_day=99, wanted=("amount", "day")):  # type: ignore[arg-type]
        add_rows(tally, one, kept, rules_of(one, kept), rows, where)
    expected: Counter[tuple[int, int]] = Counter()
    by_number = {d.number: d for d in done}
    found = {(by_number[n].who, by_number[n].second // DAY, depth) for n, depth in entries(one, done).items() if depth}
    for step in kept:
        reached = {(who, day // 2) for who, day, depth in found if depth > step and first_day <= day <= last_day}
        expected.update((period, step) for _, period in reached)
    assert {key: count for key, count in tally.counted.items() if count} == dict(expected)


def does(text: str, who: int = 1, first: int = 0) -> list[Done]:
    """`s0 v3 c4 o9`: a search in second 0, a view in second 3, a cart, an order; `x` is any other event."""
    words = {"s": "search", "v": "supplier_view", "c": "cart_add", "o": "order", "x": "other"}
    return [Done(who, int(w[1:]), words[w[0]], 0, first + n) for n, w in enumerate(text.split())]


def spans(*seconds: int | None) -> tuple[timedelta | None, ...]:
    return tuple(None if s is None else timedelta(seconds=s) for s in seconds)


@pytest.mark.parametrize(
    ("life", "knobs", "reached"),
    [
        # every search is judged by itself; only the second is soon enough
        ("s0 s5 v9", {"window": timedelta(seconds=5)}, {0: 1, 1: 2}),
        ("s0 s5 v9", {"window": timedelta(seconds=5), "entry": "first_touch"}, {0: 1}),
        # one look serves both searches
        ("s0 s5 v9", {}, {0: 2, 1: 2}),
        # exactly the window is inside
        ("s0 v5", {"window": timedelta(seconds=5)}, {0: 2}),
        ("s0 v6", {"window": timedelta(seconds=5)}, {0: 1}),
        # the same second counts as after, whichever was written first
        ("v4 s4", {}, {1: 2}),
        ("v3 s4", {}, {1: 1}),
        # strict: nothing may come between, another search neither
        ("s0 x1 v2", {}, {0: 2}),
        ("s0 x1 v2", {"order": "strict"}, {0: 1}),
        ("s0 s1 v2", {"order": "strict"}, {0: 1, 1: 2}),
        # any order: the look enters as well
        ("v0 s3", {"order": "any"}, {0: 2, 1: 1}),
        ("v0 s3", {"order": "any", "window": timedelta(seconds=2)}, {0: 1, 1: 1}),
        # an excluding event between drops the entry, before or after it does not
        ("x0 s1 v3 x4", {"exclusions": (Exclusion(source="other", where=(), after=1, before=2),)}, {1: 2}),
        ("s1 x2 v3", {"exclusions": (Exclusion(source="other", where=(), after=1, before=2),)}, {0: None}),
        ("s1 x1 v3", {"exclusions": (Exclusion(source="other", where=(), after=1, before=2),)}, {0: 2}),
    ],
)
def test_two_steps(life: str, knobs: dict[str, Any], reached: dict[int, int | None]) -> None:
    one = funnel("search", "supplier_view", **knobs)
    assert walked(one, does(life)) == reached
    assert entries(one, does(life)) == reached, "the slow reading agrees with the paper"


def test_an_exclusion_reaches_to_the_end_of_the_window_of_those_who_never_came() -> None:
    gone = Exclusion(source="other", where=(), after=1, before=2)
    one = funnel("search", "supplier_view", window=timedelta(seconds=5), exclusions=(gone,))
    assert walked(one, does("s0 x5")) == {0: None}
    assert walked(one, does("s0 x6")) == {0: 1}


def test_a_window_per_step_takes_the_look_that_still_leads_on() -> None:
    late = funnel("search", "supplier_view", "cart_add", window="per_step", within=spans(None, 7, 7))
    assert walked(late, does("s0 v1 c9")) == {0: 2}
    life = does("s0 v1 v6 c12")
    per_step = funnel("search", "supplier_view", "cart_add", window="per_step", within=spans(None, 7, 7))
    assert walked(per_step, life) == {0: 3}  # the look at 1 is 11 seconds before the cart
    assert walked(funnel("search", "supplier_view", "cart_add", window=timedelta(seconds=7)), life) == {0: 2}
    both = funnel("search", "supplier_view", "cart_add", window=timedelta(seconds=11), within=spans(None, 7, 7))
    assert walked(both, life) == {0: 2}


def test_steps_of_the_same_kind_are_different_rows() -> None:
    again = funnel("order", "order", "order")
    assert walked(again, does("o0 o1")) == {0: 2, 1: 1}
    assert walked(again, does("o1 o1 o1")) == {0: 3, 1: 2, 2: 1}


def test_nobody_walks_in_the_steps_of_another() -> None:
    one = funnel("search", "supplier_view")
    assert walked(one, [*does("s0"), *does("v1", who=2, first=1)]) == {0: 1}


def test_in_any_order_a_thing_is_one_step_only() -> None:
    both = funnel("search", "search", "order", order="any")
    assert walked(both, does("s0 o5")) == {0: 2, 1: 1}  # one search is not two
    assert walked(both, does("s0 s1 o5")) == {0: 3, 1: 2, 2: 1}
    assert walked(both, does("s0 o1 s5")) == {0: 3, 1: 2, 2: 1}
    assert walked(replace(both, window=timedelta(seconds=4)), does("s0 o1 s5")) == {0: 2, 1: 2, 2: 1}
    two = funnel("search", "search", order="any", where=((), (Test("category", "=", "1"),)))
    assert walked(two, [Done(1, 0, "search", 1, 0)]) == {0: 1}
    # the first search is of category 1 and stands for that step, so the second may be any search
    assert walked(two, [Done(1, 0, "search", 1, 0), Done(1, 3, "search", 2, 1)]) == {0: 2, 1: 1}
    assert walked(two, [Done(1, 0, "search", 2, 0), Done(1, 3, "search", 2, 1)]) == {0: 1, 1: 1}


def test_forty_steps_in_any_order() -> None:
    life = " ".join(f"s{n}" for n in range(39))
    assert walked(funnel(*["search"] * 40, order="any"), does(life))[0] == 39


def test_forty_steps() -> None:
    sources = ("search", "supplier_view") * 20
    life = " ".join(f"{'s' if n % 2 == 0 else 'v'}{n}" for n in range(40))
    within = spans(None, *([1] * 39))
    assert walked(funnel(*sources), does(life))[0] == 40
    assert walked(funnel(*sources, window="per_step", within=within), does(life))[0] == 40
    assert walked(funnel(*sources), does(life.replace("v39", "x39")))[0] == 39


def test_what_is_held_constant_keeps_lives_apart() -> None:
    done = [Done(1, 0, "search", 1, 0), Done(1, 1, "search", 2, 1), Done(1, 2, "supplier_view", 2, 2)]
    assert walked(funnel("search", "supplier_view"), done) == {0: 2, 1: 2}
    assert walked(funnel("search", "supplier_view", hold="category"), done) == {0: 1, 1: 2}
    unlabelled = [Done(1, 0, "search", 0, 0), Done(1, 1, "supplier_view", 0, 1)]
    assert walked(funnel("search", "supplier_view", hold="category"), unlabelled) == {}


def test_a_stream_out_of_order_is_refused() -> None:
    engine = Sorted(does("s0 v1"), 10)
    engine.table["mark"] = engine.table["mark"][::-1]
    one = funnel("search", "supplier_view")
    with pytest.raises(ValueError, match="not in order"):
        list(read(engine, one, one.steps, last_day=99, wanted=()))  # type: ignore[arg-type]
