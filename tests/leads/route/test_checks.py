"""Routing keeps its promises, and naive versions of it, planted here, are each found out by the same checks."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from tests.leads.route import checks

from bothsides.leads.route import batch, deciding, seats, turns


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_the_product_keeps(check: Callable[[], None]) -> None:
    check()


def _random_owner(seats_: Any, *_: Any) -> int:
    return random.randrange(len(seats_))


def _oldest_first(seats_: Any, pointers: Any, *_: Any) -> int:
    """The lowest pointer, ties to who was hired first: the usual defect."""
    return min(range(len(seats_)), key=lambda at: pointers[at] + seats_[at].step)


def _lowest_pointer(seats_: Any, pointers: Any, *_: Any) -> int:
    return min(range(len(seats_)), key=lambda at: (pointers[at], seats_[at].salt))


def _cap_one_too_many(member: Any, load: Any, today: int, now: int) -> str | None:
    if load is None:
        return None
    over = member.open_cap is not None and load.open > member.open_cap
    return seats.OPEN_CAP if over or (member.day_cap is not None and load.today > member.day_cap) else None


def _cap_one_too_few(member: Any, load: Any, today: int, now: int) -> str | None:
    opened = 0 if load is None else load.open
    return seats.OPEN_CAP if member.open_cap is not None and opened + 1 >= member.open_cap else None


def _none(*_: Any) -> None:
    return None


def _forgetful_day(compiled: Any, state: Any, member: str, now: int) -> None:
    """Counts a day from the first lead ever, not from local midnight."""
    load = state.load_of(member)
    load.open, load.day, load.today = load.open + 1, compiled.days.start(now), load.today + 1


def _uncounted(compiled: Any, state: Any, member: str, now: int) -> None:
    state.load_of(member)


def _by_arrival(leads: Any) -> list[Any]:
    return sorted(leads, key=lambda lead: (lead.since, lead.lead_id))


def _drawn_anew(key: bytes, lead_id: str) -> tuple[int, int]:
    return random.getrandbits(64), random.getrandbits(64)


def _one_number(key: bytes, lead_id: str) -> tuple[int, int]:
    """The same number says whether a lead is held out and who gets it: all held out go to the first."""
    below, _ = turns.draw(key, lead_id)
    return below, below


PLANTED: tuple[tuple[str, Any, str, Any, tuple[Callable[[], None], ...]], ...] = (
    ("random owner", deciding, "next_turn", _random_owner, (checks.even_after_every_lead, checks.same_seed_same_owner)),
    ("oldest first", deciding, "next_turn", _oldest_first, (checks.ties_do_not_favour_age,)),
    ("same order every round", turns, "_mixed", lambda salt, turn: salt, (checks.best_of_each_round_goes_around,)),
    ("lowest pointer only", deciding, "next_turn", _lowest_pointer, (checks.within_one_of_the_weights,)),
    (
        "absent get leads",
        seats,
        "away",
        _none,
        (checks.nobody_away_gets_a_lead, checks.all_away_follows_the_pool),
    ),
    ("flood after leave", deciding, "missed", lambda *_: (), (checks.no_flood_after_leave,)),
    ("newcomer gets the history", turns, "level", lambda *_: 0, (checks.newcomer_starts_at_the_level,)),
    ("cap one too many", seats, "full", _cap_one_too_many, (checks.caps_are_exact, checks.queue_drains_best_first)),
    ("cap one too few", seats, "full", _cap_one_too_few, (checks.caps_are_exact,)),
    ("no window", seats, "full", _cap_one_too_many, (checks.window_cap_ends_to_the_second,)),
    ("day never ends", deciding, "take", _forgetful_day, (checks.day_cap_ends_at_local_midnight,)),
    ("leads not counted", deciding, "take", _uncounted, (checks.caps_are_exact, checks.owner_first_counts_in_caps)),
    ("no owner first", deciding, "_known_owner", _none, (checks.owner_goes_first,)),
    (
        "owner's turn not moved",
        deciding,
        "_owner_turn",
        lambda *_: (),
        (checks.owner_first_moves_the_turn_where_agreed,),
    ),
    ("no credit", deciding, "give_back", lambda *_: False, (checks.credit_gives_the_turn_back,)),
    (
        "queue by arrival",
        batch,
        "in_order",
        _by_arrival,
        (checks.queue_drains_best_first, checks.batch_goes_by_priority),
    ),
    ("holdout drawn anew", deciding, "draw", _drawn_anew, (checks.same_seed_same_owner,)),
    ("holdout to the first", deciding, "draw", _one_number, (checks.holdout_is_even_chance,)),
)


@pytest.mark.parametrize(
    ("module", "name", "naive", "found_by"), [one[1:] for one in PLANTED], ids=[one[0] for one in PLANTED]
)
def test_a_naive_version_is_found_out(
    module: Any, name: str, naive: Any, found_by: tuple[Callable[[], None], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    random.seed(7)
    monkeypatch.setattr(module, name, naive)
    for check in found_by:
        with pytest.raises(AssertionError):
            check()
