"""Pairs that stop once they know each other: found where planted, silent where buyers switched, left or just differ."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.disintermediation.controls import Strata, matched_to
from bothsides.diagnosis.disintermediation.episodes import Stage, follow
from bothsides.diagnosis.disintermediation.signal import Signals, look_for_signals
from bothsides.diagnosis.disintermediation.units import Level, flipped_p, match_pairs, shortfalls
from tests.diagnosis.disintermediation.worlds import Leak, world

POLICY = DiagnosisPolicy()


def looked(seed: int, leak: Leak | None = None) -> Signals:
    return look_for_signals(follow(world(seed, leak), POLICY.trusted_orders), POLICY)


def test_markets_where_nobody_leaks_give_no_signal() -> None:
    found = [looked(seed) for seed in range(10)]
    assert sum(len(each.found) for each in found) == 0
    assert all(each.tested >= 50 for each in found)


@pytest.mark.parametrize("seed", range(4))
def test_a_category_whose_pairs_leave_is_named_as_a_whole(seed: int) -> None:
    (signal,) = looked(seed, Leak(category=2)).found
    assert (signal.level, signal.code, signal.stage) == (Level.CATEGORY, 2, Stage.NEW)
    assert signal.low <= -0.6 <= signal.high  # six in ten were drawn to leave
    assert signal.missing_value > 0


def test_a_single_cell_is_told_from_its_category() -> None:
    found = [looked(seed, Leak(category=2, region=1, share=0.75)).found for seed in range(5)]
    named = [(signal.level, signal.code) for each in found for signal in each]
    assert named.count((Level.CELL, 2 * 2**20 + 1)) >= 4
    assert len(named) == 5


def test_what_buyers_moved_to_new_suppliers_on_the_marketplace_is_not_missing() -> None:
    moved = [looked(seed, Leak(category=2, to_others=True)) for seed in range(8)]
    gone = [looked(seed, Leak(category=2)) for seed in range(8)]
    assert sum(bool(each.found) for each in moved) <= 2  # a whole category that switches at once is hard to tell
    assert all(each.found for each in gone)


def test_buyers_who_leave_altogether_are_churn_not_a_signal() -> None:
    for seed in range(4):
        found = looked(seed, Leak(category=2, buyers_leave=True))
        assert found.found == ()
        assert found.ended > 30
        assert looked(seed).ended < 5


def test_a_buyer_that_only_searches_is_followed_and_its_own_decline_explains_its_pairs() -> None:
    quiet = world(3, Leak(category=2, buyers_leave=True))
    seen = quiet.seen.copy()
    seen[quiet.buyer] = 1
    signals = look_for_signals(follow(replace(quiet, seen=seen), 3), POLICY)
    assert signals.ended < 5
    assert signals.found == ()


def test_a_short_history_gives_nothing_to_test() -> None:
    short = replace(world(1), whole=6)
    followed = follow(short, 3)
    assert all(not len(each) for each in followed.stages.values())
    assert look_for_signals(followed, POLICY).tested == 0


def test_a_new_pair_stands_at_one_landmark_a_later_one_at_several() -> None:
    stages = follow(world(1), 3).stages
    new, later = stages[Stage.NEW], stages[Stage.LATER]
    assert len(np.unique(new.pair)) == len(new)
    assert len(np.unique(later.pair)) < len(later)
    assert set(new.after.tolist()) == {0.0, 1.0}
    assert not np.isin(later.pair[later.landmark == 6], new.pair[new.landmark == 6]).any()


def test_controls_are_of_other_units_and_alike() -> None:
    part = follow(world(1), 3).stages[Stage.LATER].only(np.arange(6))
    part = replace(
        part,
        supplier=np.array([1, 1, 2, 3, 4, 4]),
        weight=np.array([2.0, 2.0, 2.0, 4.0, 2.0, 2.0]),
        after=np.array([0.0, 0.0, 1.0, 4.0, 1.0, 9.0]),
    )
    code = np.array([7, 7, 7, 7, 7, 8])
    strata = Strata.of(code, part.supplier)
    assert strata.outside(part.after).tolist() == [6.0, 6.0, 5.0, 2.0, 5.0, 0.0]
    assert strata.others(part.supplier).tolist() == [3.0, 3.0, 3.0, 3.0, 3.0, 0.0]
    assert not matched_to(part, part.supplier, [code]).known.any()  # ten controls are asked for


def test_the_controls_mean_is_in_proportion_to_what_came_before() -> None:
    found = follow(world(2), 3).stages[Stage.LATER]
    matched = match_pairs(found, Level.CATEGORY)
    assert matched.known.mean() > 0.75
    known = matched.known
    assert matched.after[known].sum() == pytest.approx(found.after[known].sum(), rel=0.05)


def test_flipped_signs_agree_that_a_planted_drop_is_no_luck() -> None:
    followed = follow(world(1, Leak(category=2)), 3)
    signals = look_for_signals(followed, POLICY)
    assert flipped_p(followed.stages[Stage.NEW], signals.found[0]) < 0.001
    plain = [s for s in signals.others if s.level is Level.CATEGORY and s.stage is Stage.NEW]
    assert all(flipped_p(followed.stages[Stage.NEW], signal) > 0.005 for signal in plain)


def test_the_shortfall_of_the_pairs_adds_up_to_that_of_their_place() -> None:
    followed = follow(world(1, Leak(category=2)), 3)
    (signal,) = look_for_signals(followed, POLICY).found
    part, likely, _ = shortfalls(followed.stages[signal.stage], signal)
    assert part.after.sum() == signal.orders
    assert likely.sum() == pytest.approx(signal.expected)


def test_a_small_drop_is_left_alone_however_sure() -> None:
    assert looked(1, Leak(category=2, share=0.6)).found
    strict = replace(POLICY, quiet_drop=0.9)
    assert look_for_signals(follow(world(1, Leak(category=2, share=0.6)), 3), strict).found == ()
