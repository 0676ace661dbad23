"""Turns in a pool over any weights, arrivals and absences: nobody a lead ahead or behind, and claims equal turns."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.leads.route.desks import MONDAY, Desk, policy, pool

from bothsides.leads.route import Member, Place, Rule, To, claim, route_in_pool
from bothsides.leads.route.compiled import STRIDE
from bothsides.leads.route.policy import HEAVIEST
from bothsides.schema.instant import HOUR

weights = st.lists(st.integers(1, HEAVIEST), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(weights, st.integers(1, 150), st.text(max_size=3))
def test_everybody_is_within_a_lead_of_the_share(each: list[int], leads: int, seed: str) -> None:
    people = [Member(id=f"rep{at}", weight=weight) for at, weight in enumerate(each)]
    desk = Desk(policy(people, [pool(*people)], seed=seed))
    counts: Counter[str | None] = Counter()
    for total in range(1, leads + 1):
        counts[desk.lead().owner] += 1
        for member in people:
            assert abs(counts[member.id] * sum(each) - total * member.weight) < sum(each)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_overlapping_pools_with_weights_are_each_within_a_lead(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 6))
    people = [Member(id=f"rep{at}") for at in range(count)]
    inside = [data.draw(st.sets(st.sampled_from(range(count)), min_size=1), label="pool") for _ in range(3)]
    pools = [
        pool(*(people[at] for at in who), name=f"p{number}", weights={f"rep{at}": at + 1 for at in who})
        for number, who in enumerate(inside)
    ]
    desk = Desk(
        policy(people, pools, *(Rule(name=p.name, when={"wants": p.name}, to=To.POOL, target=p.name) for p in pools))
    )
    counts = [Counter[str | None](), Counter[str | None](), Counter[str | None]()]
    for number in data.draw(st.lists(st.integers(0, 2), max_size=80)):
        counts[number][desk.lead(wants=f"p{number}").owner] += 1
        total, heavy = counts[number].total(), sum(at + 1 for at in inside[number])
        assert all(abs(counts[number][f"rep{at}"] * heavy - total * (at + 1)) < heavy for at in inside[number])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_claim_decides_what_one_by_one_would(data: st.DataObject) -> None:
    people = [
        Member(
            id=f"rep{at}",
            weight=data.draw(st.integers(1, 4)),
            open_cap=data.draw(st.sampled_from([None, 1, 3, 9])),
            window_cap=data.draw(st.sampled_from([None, 2, 5])),
        )
        for at in range(data.draw(st.integers(1, 6)))
    ]
    agreed = policy(
        [*people, Member(id="boss")],
        [
            pool(
                *people,
                holdout_share=data.draw(st.sampled_from([0.0, 0.3])),
                manager="boss",
                when_all_full=data.draw(st.sampled_from(["queue", "manager", "route_anyway"])),
                when_all_away=data.draw(st.sampled_from(["queue", "manager", "route_anyway"])),
                after_absence=data.draw(st.sampled_from(["keep_place", "catch_up"])),
            )
        ],
    )
    together, single = Desk(agreed), Desk(agreed)
    number = 0
    for batch in data.draw(st.lists(st.tuples(st.integers(0, 12), st.sets(st.integers(0, 5))), max_size=6)):
        size, absent = batch
        now = MONDAY + 9 * HOUR + number * 400
        for desk in (together, single):
            for at, member in enumerate(people):
                desk.state.load_of(member.id).absent = at in absent
        leads = [f"lead{number + at}" for at in range(size)]
        number += size
        done = claim(together.compiled, "sales", leads, together.state, now)
        alone = [
            route_in_pool(single.compiled, single.compiled.pools["sales"], lead, single.state, now) for lead in leads
        ]
        assert done.owners == tuple(one.owner for one in alone)
        assert done.holdouts == tuple(one.holdout for one in alone)
        assert done.candidates == tuple(one.candidates for one in alone)
        assert {*done.changed} == {change for one in alone for change in one.changed}
        for one, other in ((together, single), (single, together)):
            for who, load in one.state.loads.items():
                assert other.state.load_of(who) == load
            for who, place in one.state.places.get("sales", {}).items():
                assert other.state.places_of("sales").get(who, Place()) == place


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 20)), max_size=12))
def test_whoever_comes_back_gets_no_more_than_a_turn_beyond_the_share(moves: list[tuple[int, bool, int]]) -> None:
    people = [Member(id=f"rep{at}") for at in range(4)]
    desk = Desk(policy(people, [pool(*people)]))
    desk.owners(4)
    for who, absent, leads in moves:
        desk.state.load_of(f"rep{who}").absent = absent
        here = [member.id for member in people if not desk.state.load_of(member.id).absent]
        counts = Counter(desk.owners(leads))
        assert not here or all(abs(counts[member] - leads / len(here)) <= 2 for member in here)
        assert here or counts == {None: leads}


def test_every_weight_has_a_whole_step() -> None:
    assert [weight for weight in range(1, HEAVIEST + 1) if STRIDE % weight] == []


def test_a_changed_weight_takes_effect_from_the_next_lead() -> None:
    people = [Member(id="rep0"), Member(id="rep1")]
    before = Desk(policy(people, [pool(*people)]))
    before.owners(100)
    after = Desk(policy(people, [pool(*people, weights={"rep1": 3})]))
    after.state, after.count = before.state, before.count
    assert Counter(after.owners(40)) == {"rep0": 10, "rep1": 30}
