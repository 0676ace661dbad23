"""When a score will move by itself: to the second; and why it moved, line by line."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.leads.score.test_points import EVENTS, NOW, Card, card, cards, rule

from bothsides.leads.score import Thresholds, compiled, next_change, score, standing, why_it_moved
from bothsides.schema.instant import DAY


def test_linear_decay_names_the_second_at_which_the_next_point_goes() -> None:
    one = compiled(card(rule("demo", 10, loses_a_month=0.5)))
    events = [("demo_requested", NOW, 1.0)]
    found = next_change(score(one, {}, events, NOW), {}, events)
    assert found is not None
    assert (found.due_at - NOW, found.points) == (3 * DAY + 1, 9)


def test_the_band_can_be_waited_for_alone() -> None:
    one = compiled(card(rule("demo", 80, loses_a_month=0.5)))
    events = [("demo_requested", NOW, 1.0)]
    found = next_change(score(one, {}, events, NOW), {}, events, banded=True)
    assert found is not None
    assert score(one, {}, events, found.due_at).band == "self_serve"
    assert score(one, {}, events, found.due_at - 1).band == "sales"


def test_a_time_frame_ends_one_second_after_its_last() -> None:
    one = compiled(card(rule("demo", 10, within_days=7)))
    events = [("demo_requested", NOW - DAY, 1.0)]
    found = next_change(score(one, {}, events, NOW), {}, events)
    assert found is not None
    assert (found.due_at - NOW, found.points) == (6 * DAY + 1, 0)


def test_what_does_not_age_asks_for_no_timer() -> None:
    one = compiled(card(rule("demo", 10)))
    events = [("demo_requested", NOW - DAY, 1.0)]
    assert next_change(score(one, {}, events, NOW), {}, events) is None


@settings(deadline=None, max_examples=60)
@given(one=cards(positive=True), events=EVENTS, share=st.floats(0.01, 0.99))
def test_nothing_moves_before_the_moment_named(one: Card, events: list[tuple[str, int, float]], share: float) -> None:
    ready = compiled(one)
    now = score(ready, {}, events, NOW)
    found = next_change(now, {}, events)
    until = NOW + 4000 * DAY if found is None else found.due_at - 1
    between = score(ready, {}, events, NOW + round((until - NOW) * share))
    assert (between.points, between.band) == (now.points, now.band)
    assert score(ready, {}, events, until).points == now.points
    if found is not None:
        assert score(ready, {}, events, found.due_at).points == found.points


@settings(deadline=None, max_examples=80)
@given(one=cards(), events=EVENTS, share=st.floats(0.01, 0.99), hysteresis=st.sampled_from([0, 7]))
def test_the_band_does_not_move_before_the_moment_named(
    one: Card, events: list[tuple[str, int, float]], share: float, hysteresis: int
) -> None:
    ready = compiled(replace(one, thresholds=Thresholds(sales_from=40, self_serve_from=15, hysteresis=hysteresis)))
    now = score(ready, {}, events, NOW)
    was = standing(now)
    found = next_change(now, {}, events, banded=True)
    until = NOW + 4000 * DAY if found is None else found.due_at - 1
    for at in (until, NOW + round((until - NOW) * share)):
        assert score(ready, {}, events, at, was=was).band == now.band
    if found is not None:
        assert score(ready, {}, events, found.due_at, was=was).band != now.band


@given(one=cards(), other=cards(), events=EVENTS, later=st.integers(1, 100 * DAY))
def test_moves_sum_to_the_change_also_between_two_cards(
    one: Card, other: Card, events: list[tuple[str, int, float]], later: int
) -> None:
    before, after = score(compiled(one), {}, events, NOW), score(compiled(other), {}, events, NOW + later)
    moves = why_it_moved(before, after)
    assert sum(move.change for move in moves) == after.points - before.points
    assert all(move.change for move in moves)
