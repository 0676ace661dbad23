"""Points: the arithmetic of decay, repetition, sets, wholes and caps; lines that sum to the score whatever happens."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.leads.score import Card, Group, Rule, Score, Thresholds, compiled, score
from bothsides.schema import Side
from bothsides.schema.instant import DAY

NOW = 1_800_000_000
BANDS = Thresholds(sales_from=60, self_serve_from=30)


def rule(code: str = "demo", points: int = 10, **told: object) -> Rule:
    given: dict[str, object] = {"event": "demo_requested"} if not {"event", "events", "when"} & told.keys() else {}
    return Rule(code=code, says=code, points=points, **{**given, **told})  # type: ignore[arg-type]


def card(*rules: Rule, **told: object) -> Card:
    group = Group(id="all", rule=rules, most=told.pop("group_most", None))  # type: ignore[arg-type]
    return Card(id="c", side=Side.BUYER, engagement=(group,), thresholds=BANDS, **told)  # type: ignore[arg-type]


def points(one: Card, *events: tuple[str, float], fields: dict[str, object] | None = None, now: int = NOW) -> Score:
    """Events as name and days ago."""
    return score(compiled(one), fields or {}, [(name, NOW - round(ago * DAY), 1.0) for name, ago in events], now)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"loses_a_month": 0.5}, {0: 10, 15: 8, 30: 5, 45: 3, 60: 0, 90: 0}),
        ({"half_life_days": 14}, {0: 10, 14: 5, 28: 3, 42: 1, 70: 0}),
        ({"within_days": 30}, {0: 10, 30: 10, 31: 0}),
        ({}, {0: 10, 1000: 10}),
    ],
)
def test_a_rule_decays_in_its_own_way(told: dict[str, object], expected: dict[int, int]) -> None:
    one = card(rule(**told))
    assert {days: points(one, ("demo_requested", days)).points for days in expected} == expected


def test_deductions_wear_off_too() -> None:
    one = card(rule("visit", 50, event="visit"), rule("bounced", -20, event="bounced", loses_a_month=1))
    assert points(one, ("visit", 90), ("bounced", 0)).points == 30
    assert points(one, ("visit", 90), ("bounced", 15)).points == 40
    assert points(one, ("visit", 90), ("bounced", 31)).points == 50


def test_what_is_not_repeatable_counts_once_at_its_latest_time() -> None:
    one = card(rule(loses_a_month=0.5))
    assert points(one, ("demo_requested", 50), ("demo_requested", 30), ("demo_requested", 40)).points == 5


def test_repeats_count_up_to_the_most_and_not_within_the_cool_down() -> None:
    one = card(rule(repeatable=True, most_times=2, cool_down_days=90))
    assert points(one, ("demo_requested", 80), ("demo_requested", 40)).points == 10
    assert points(one, ("demo_requested", 100), ("demo_requested", 40), ("demo_requested", 20)).points == 10
    assert points(one, ("demo_requested", 100), ("demo_requested", 10)).points == 20
    assert points(one, *(("demo_requested", days) for days in (400, 300, 200, 100))).points == 20


def test_an_event_counts_from_its_least_amount_on() -> None:
    one = compiled(card(rule("bulk", 30, event="listing_added", least_amount=10)))
    assert score(one, {}, [("listing_added", NOW, 9.0)], NOW).points == 0
    assert score(one, {}, [("listing_added", NOW, 9.0), ("listing_added", NOW, 10.0)], NOW).points == 30


def test_events_after_now_have_not_happened_yet() -> None:
    assert points(card(rule()), ("demo_requested", -1)).points == 0


def test_a_set_is_as_old_as_the_oldest_event_it_needs() -> None:
    one = card(rule("both", 20, events={"a": 2, "b": 1}, within_days=10))
    assert points(one, ("a", 1), ("b", 1)).points == 0
    assert points(one, ("a", 1), ("a", 11), ("b", 1)).points == 0
    assert points(one, ("a", 1), ("a", 9), ("a", 50), ("b", 1)).points == 20


def test_without_asks_that_it_never_happened() -> None:
    one = card(rule("only_prices", 5, event="pricing_viewed", without=("verification_viewed",)))
    assert points(one, ("pricing_viewed", 1)).points == 5
    assert points(one, ("pricing_viewed", 1), ("verification_viewed", 900)).points == 0


def test_of_a_whole_and_its_parts_the_larger_counts_never_both() -> None:
    one = card(
        rule("verification", 6, event="v"),
        rule("logistics", 6, event="l"),
        rule("serious", 18, events={"v": 1, "l": 1}, loses_a_month=0.5, instead_of=("verification", "logistics")),
    )
    assert points(one, ("v", 0)).points == 6
    fresh = points(one, ("v", 0), ("l", 0))
    assert fresh.points == 18
    assert [(reason.code, reason.points) for reason in fresh.reasons] == [
        ("verification", 0),
        ("logistics", 0),
        ("serious", 18),
    ]
    assert "counted within serious" in fresh.reasons[0].how
    old = points(one, ("v", 40), ("l", 40))
    assert old.points == 12
    assert [(reason.code, reason.points) for reason in old.reasons] == [
        ("verification", 6),
        ("logistics", 6),
        ("serious", 0),
    ]


def test_a_whole_of_wholes_counts_once() -> None:
    one = card(
        rule("a", 5, event="a"),
        rule("b", 5, event="b"),
        rule("ab", 12, events={"a": 1, "b": 1}, instead_of=("a", "b")),
        rule("c", 5, event="c"),
        rule("abc", 30, events={"a": 1, "b": 1, "c": 1}, instead_of=("ab", "c")),
    )
    assert points(one, ("a", 1), ("b", 1)).points == 12
    assert points(one, ("a", 1), ("c", 1)).points == 10
    assert points(one, ("a", 1), ("b", 1), ("c", 1)).points == 30


def test_caps_are_lines_of_their_own() -> None:
    one = card(rule("a", 40, event="a"), rule("b", 50, event="b"), group_most=70, engagement_most=60, most=55)
    one = replace(one, thresholds=Thresholds(sales_from=50, self_serve_from=30))
    found = points(one, ("a", 0), ("b", 0))
    assert found.points == 55
    assert found.uncapped == 60
    assert [(reason.code, reason.points) for reason in found.reasons] == [
        ("a", 40),
        ("b", 50),
        ("cap:all", -20),
        ("cap:engagement", -10),
        ("cap:score", -5),
    ]
    below = points(card(rule("bad", -30, event="a")), ("a", 0))
    assert [(reason.code, reason.points) for reason in below.reasons] == [("bad", -30), ("floor:score", 30)]


def test_lines_are_rounded_by_largest_remainder() -> None:
    one = card(*(rule(name, 10, event=name, loses_a_month=1) for name in "abc"))
    found = points(one, ("a", 19.8), ("b", 19.98), ("c", 20.1))
    assert found.points == 10
    assert [(reason.code, reason.points) for reason in found.reasons] == [("a", 4), ("b", 3), ("c", 3)]


def test_the_arithmetic_of_decay_is_written_out() -> None:
    one = card(rule("demo", 30, loses_a_month=0.5), rule("quote", 20, event="q", half_life_days=21))
    told = {reason.code: reason.how for reason in points(one, ("demo_requested", 15), ("q", 21)).reasons}
    assert told["demo"].startswith("30 x (1 - 50 % x 15 / 30 days) = 22.50, rounded to 23")
    assert told["quote"] == "20 x 0.5^(21 / 21 days) = 10.00"


EVENTS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 120 * DAY).map(lambda ago: NOW - ago), st.just(1.0)), max_size=12
)


@st.composite
def cards(draw: st.DrawFn, *, positive: bool = False) -> Card:
    groups = []
    for number in range(draw(st.integers(1, 3))):
        rules = [
            Rule(
                code=f"{name}{number}",
                says=name,
                points=draw(st.integers(1 if positive else -25, 40)),
                event=name,
                **draw(st.sampled_from([{}, {"loses_a_month": 0.37}, {"half_life_days": 9.5}, {"within_days": 33.0}])),
                repeatable=(again := draw(st.booleans())),
                most_times=draw(st.integers(1, 3)) if again else None,
                cool_down_days=draw(st.sampled_from([None, 12.0])),
            )
            for name in "abcd"
        ]
        if draw(st.booleans()):
            whole = draw(st.integers(1, 60))
            ages = draw(st.sampled_from([{}, {"loses_a_month": 0.8}, {"within_days": 20.0}]))
            parts = (f"a{number}", f"b{number}")
            rules.append(
                Rule(code=f"ab{number}", says="ab", points=whole, events={"a": 1, "b": 2}, instead_of=parts, **ages)
            )
        most = draw(st.sampled_from([None, 30]))
        groups.append(Group(id=f"g{number}", rule=tuple(rules), most=most))
    return Card(id="any", side=Side.BUYER, engagement=tuple(groups), engagement_most=80, thresholds=BANDS)


@given(one=cards(), events=EVENTS, later=st.integers(0, 100 * DAY))
def test_reasons_sum_to_the_score(one: Card, events: list[tuple[str, int, float]], later: int) -> None:
    found = score(compiled(one), {}, events, NOW + later)
    assert sum(reason.points for reason in found.reasons) == found.points
    assert 0 <= found.points <= 100


@given(one=cards(), events=EVENTS, data=st.data())
def test_the_order_of_events_does_not_matter(
    one: Card, events: list[tuple[str, int, float]], data: st.DataObject
) -> None:
    ready = compiled(one)
    shuffled = data.draw(st.permutations(events))
    assert score(ready, {}, events, NOW).reasons == score(ready, {}, shuffled, NOW).reasons


@given(one=cards(positive=True), events=EVENTS, gaps=st.lists(st.integers(1, 20 * DAY), min_size=2, max_size=6))
def test_while_nothing_happens_points_only_fall(
    one: Card, events: list[tuple[str, int, float]], gaps: list[int]
) -> None:
    ready = compiled(one)
    moments = [NOW + sum(gaps[:number]) for number in range(len(gaps) + 1)]
    seen = [score(ready, {}, events, moment).points for moment in moments]
    assert seen == sorted(seen, reverse=True)
