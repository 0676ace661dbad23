"""Random histories of a desk against a plain recount: the absent and the full get nothing, no lead waits in vain."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.leads.route.desks import MONDAY, Daily, Desk, policy, pool

from bothsides.leads.route import Member, RoutingPolicy, release
from bothsides.schema.instant import DAY, HOUR

REPS = 4
events = st.one_of(
    st.tuples(st.just("leads"), st.integers(1, 6)),
    st.tuples(st.just("wait"), st.integers(1, 30 * HOUR)),
    st.tuples(st.just("absent"), st.integers(0, REPS - 1)),
    st.tuples(st.just("closed"), st.integers(0, REPS - 1)),
)


def agreed(caps: list[tuple[int | None, int | None, int | None]], after_absence: str) -> RoutingPolicy:
    people = [
        Member(
            id=f"rep{at}",
            calendar="day",
            weight=1 + at,
            open_cap=opened,
            day_cap=daily,
            window_cap=window,
            window_hours=2,
        )
        for at, (opened, daily, window) in enumerate(caps)
    ]
    return policy(people, [pool(*people, after_absence=after_absence)], holdout_share=0.2)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(*(st.sampled_from([None, 1, 2, 5]) for _ in range(3))), min_size=REPS, max_size=REPS),
    st.sampled_from(["keep_place", "catch_up"]),
    st.lists(events, max_size=40),
)
def test_nobody_absent_or_full_gets_a_lead_and_no_lead_waits_for_nothing(
    caps: list[tuple[int | None, int | None, int | None]], after_absence: str, history: list[tuple[str, int]]
) -> None:
    hours = Daily(begin=8, end=18)
    desk = Desk(agreed(caps, after_absence), {"day": hours})
    now, absent = MONDAY + 9 * HOUR, [False] * REPS
    given_at: list[list[int]] = [[] for _ in range(REPS)]
    opened = [0] * REPS
    for kind, number in history:
        if kind == "wait":
            now += number
        elif kind == "absent":
            absent[number] = not absent[number]
            desk.state.load_of(f"rep{number}").absent = absent[number]
        elif kind == "closed":
            opened[number] = max(opened[number] - 1, 0)
            release(desk.state, f"rep{number}")
        for _ in range(number if kind == "leads" else 0):
            free = {
                f"rep{at}"
                for at, (most_open, most_a_day, most_in_window) in enumerate(caps)
                if hours.is_open(now)
                and not absent[at]
                and (most_open is None or opened[at] < most_open)
                and (most_a_day is None or sum(one // DAY == now // DAY for one in given_at[at]) < most_a_day)
                and (most_in_window is None or sum(one > now - 2 * HOUR for one in given_at[at]) < most_in_window)
            }
            decided = desk.lead(now)
            assert (decided.owner in free) if free else (decided.queue == "sales")
            if decided.owner is not None:
                at = int(decided.owner.removeprefix("rep"))
                opened[at] += 1
                given_at[at].append(now)
                assert decided.candidates == len(free)
