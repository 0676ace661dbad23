"""What routing promises, as checks that pass on the product and that planted naive versions must fail."""

from collections import Counter

from tests.leads.route.desks import MONDAY, Daily, Desk, members, policy, pool

from bothsides.leads.route import Pool, Rule, To, Waiting, assign_batch, credit, drain
from bothsides.schema.instant import DAY, HOUR

NOON = MONDAY + 12 * HOUR


def even_after_every_lead() -> None:
    people = members(7)
    desk = Desk(policy(people, [pool(*people)]))
    counts: Counter[str | None] = Counter({member.id: 0 for member in people})
    for _ in range(100):
        counts[desk.lead().owner] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


def within_one_of_the_weights() -> None:
    people = members(11)
    desk = Desk(policy(people, [pool(*people, weights={"rep0": 20})]))
    shares = {"rep0": 20 / 30, **{f"rep{at}": 1 / 30 for at in range(1, 11)}}
    counts: Counter[str | None] = Counter()
    for total in range(1, 200):
        counts[desk.lead().owner] += 1
        assert all(abs(counts[who] - total * part) < 1 for who, part in shares.items())


def same_seed_same_owner() -> None:
    people = members(5)
    first, again = (Desk(policy(people, [pool(*people, holdout_share=0.5)])) for _ in range(2))
    assert first.owners(200) == again.owners(200)


def ties_do_not_favour_age() -> None:
    """Over seeds, everybody is first about equally often; 40 seeds and 4 people: fewer than 3 is one in 300."""
    people = members(4)
    firsts = Counter(Desk(policy(people, [pool(*people)], seed=f"s{at}")).lead().owner for at in range(40))
    assert min(firsts[member.id] for member in people) >= 3


def best_of_each_round_goes_around() -> None:
    people = members(4)
    owners = Desk(policy(people, [pool(*people)])).owners(160)
    firsts = Counter(owners[::4])
    assert min(firsts[member.id] for member in people) >= 3


def nobody_away_gets_a_lead() -> None:
    people = members(3, calendar="day")
    hours = {"day": Daily(), "rep1": Daily(leave=((MONDAY, MONDAY + 7 * DAY),))}
    desk = Desk(policy(people, [pool(*people)]), hours)
    desk.state.load_of("rep2").absent = True
    assert {*desk.owners(10, NOON)} == {"rep0"}
    assert {*desk.owners(3, MONDAY + 20 * HOUR)} == {None}


def no_flood_after_leave() -> None:
    people = members(4, calendar="day")
    hours = {"day": Daily(), "rep1": Daily(leave=((MONDAY, MONDAY + 5 * DAY),))}
    desk = Desk(policy(people, [pool(*people)]), hours)
    desk.state.places_of("sales")
    desk.owners(4, NOON - 7 * DAY)
    desk.owners(90, NOON)
    back = Counter(desk.owners(40, NOON + 6 * DAY))
    assert 9 <= back["rep1"] <= 11


def catch_up_gives_missed_turns() -> None:
    people = members(4, calendar="day")
    hours = {"day": Daily(), "rep1": Daily(leave=((MONDAY, MONDAY + 5 * DAY),))}
    desk = Desk(policy(people, [pool(*people, after_absence="catch_up")]), hours)
    desk.owners(4, NOON - 7 * DAY)
    desk.owners(30, NOON)
    assert {*desk.owners(10, NOON + 6 * DAY)} == {"rep1"}


def newcomer_starts_at_the_level() -> None:
    people = members(4)
    desk = Desk(policy(people[:3], [pool(*people[:3], after_absence="catch_up")]))
    desk.owners(90)
    grown = Desk(policy(people, [pool(*people, after_absence="catch_up")]))
    grown.state, grown.count = desk.state, desk.count
    assert 4 <= Counter(grown.owners(20))["rep3"] <= 6


def caps_are_exact() -> None:
    people = members(2, open_cap=3)
    desk = Desk(policy(people, [pool(*people)]))
    assert [owner is None for owner in desk.owners(8)] == [False] * 6 + [True] * 2
    assert desk.given() == {"rep0": 3, "rep1": 3}


def day_cap_ends_at_local_midnight() -> None:
    people = members(1, day_cap=2)
    desk = Desk(policy(people, [pool(*people)], time_zone="America/New_York"))
    midnight = MONDAY + 4 * HOUR
    assert desk.owners(3, midnight - 1) == ["rep0", "rep0", None]
    assert desk.owners(3, midnight) == ["rep0", "rep0", None]


def window_cap_ends_to_the_second() -> None:
    people = members(1, window_cap=2, window_hours=1)
    desk = Desk(policy(people, [pool(*people)]))
    assert desk.owners(1, NOON) + desk.owners(2, NOON + 60) == ["rep0", "rep0", None]
    assert desk.owners(1, NOON + HOUR - 1) == [None]
    assert desk.owners(2, NOON + HOUR) == ["rep0", None]


def owner_goes_first() -> None:
    people = members(4)
    desk = Desk(policy(people, [pool(*people)]))
    assert {desk.lead(account_owner="rep2").owner for _ in range(5)} == {"rep2"}
    assert desk.lead(account_owner="gone").owner is not None


def owner_first_counts_in_caps() -> None:
    people = members(2, open_cap=3)
    desk = Desk(policy(people, [pool(*people)]))
    for _ in range(3):
        desk.lead(account_owner="rep0")
    assert {*desk.owners(3)} == {"rep1"}


def owner_first_moves_the_turn_where_agreed() -> None:
    people = members(2)
    agreed = policy(people, [pool(*people)])
    moving = policy(people, [pool(*people)], owner_first=type(agreed.owner_first)(moves_turn=True))
    for one, expected in ((agreed, {"rep0": 14, "rep1": 10}), (moving, {"rep0": 12, "rep1": 12})):
        desk = Desk(one)
        desk.owners(4)
        for _ in range(4):
            desk.lead(account_owner="rep0")
        desk.owners(16)
        assert desk.given() == expected


def credit_gives_the_turn_back() -> None:
    people = members(3, day_cap=20)
    desk = Desk(policy(people, [pool(*people)]))
    desk.owners(9, NOON)
    for _ in range(2):
        assert credit(desk.compiled, desk.state, "sales", "rep1", "no_show", NOON, NOON)
    assert (desk.state.loads["rep1"].open, desk.state.loads["rep1"].today) == (1, 1)
    desk.owners(8, NOON)
    assert desk.given() == {"rep0": 5, "rep1": 5, "rep2": 5}


def queue_drains_best_first() -> None:
    people = members(2, open_cap=1)
    desk = Desk(policy(people, [pool(*people)]))
    desk.owners(2)
    waiting = [Waiting(lead_id=f"w{at}", priority=at % 5, since=at, pool="sales") for at in range(10)]
    for member in people:
        desk.state.loads[member.id].open = 0
    drained = drain(desk.compiled, waiting, desk.state, NOON)
    assert [decision.lead_id for decision in drained] == ["w4", "w9"]


def batch_goes_by_priority() -> None:
    people = members(1, open_cap=2)
    desk = Desk(policy(people, [pool(*people)]))
    leads = [Waiting(lead_id=f"w{at}", priority=at) for at in range(5)]
    decided = assign_batch(desk.compiled, leads, desk.state, NOON)
    assert [decision.lead_id for decision in decided if decision.owner] == ["w4", "w3"]


def overlapping_pools_are_each_even() -> None:
    people = members(5)
    pools = [pool(*people[:3], name="west"), pool(*people[2:], name="east")]
    rules = [Rule(name=name, when={"region": name}, to=To.POOL, target=name) for name in ("west", "east")]
    desk = Desk(policy(people, pools, *rules))
    counts: dict[str, Counter[str | None]] = {"west": Counter(), "east": Counter()}
    for at in range(300):
        region = "west" if at * 7 % 3 else "east"
        counts[region][desk.lead(region=region).owner] += 1
        for name, who in (("west", people[:3]), ("east", people[2:])):
            each = [counts[name][member.id] for member in who]
            assert max(each) - min(each) <= 1


def holdout_is_even_chance() -> None:
    """Weights do not bear on the holdout: 8 % of 6,000 leads to 4 people, 120 each give or take 40."""
    people = members(4)
    desk = Desk(policy(people, [pool(*people, weights={"rep0": 9}, holdout_share=0.08)]))
    held = [one.owner for one in (desk.lead() for _ in range(6000)) if one.holdout]
    assert 400 <= len(held) <= 560
    assert all(80 <= Counter(held)[member.id] <= 160 for member in people)


def holdout_keeps_numbers_even() -> None:
    people = members(8)
    desk = Desk(policy(people, [pool(*people, holdout_share=0.05)]))
    desk.owners(4000)
    given = desk.given().values()
    assert max(given) - min(given) <= 3


def all_away_follows_the_pool() -> None:
    people = members(2, calendar="day")
    night = MONDAY + 22 * HOUR
    hours = {"day": Daily()}
    assert Desk(policy(people, [pool(*people)]), hours).lead(night).queue == "sales"
    anyway = Desk(policy(people, [pool(*people, when_all_away="route_anyway")]), hours)
    assert Counter(anyway.owners(10, night)) == {"rep0": 5, "rep1": 5}
    boss = (*people, *(type(people[0])(id="boss"),))
    up = Desk(policy(boss, [pool(*people, when_all_away="manager", manager="boss")]), hours)
    assert up.lead(night).owner == "boss"


def left_out_get_nothing() -> None:
    people = members(3)
    desk = Desk(policy(people, [Pool(name="sales", members=tuple(member.id for member in people))]))
    assert {desk.lead(left_out=("rep0", "rep2"), account_owner="rep0").owner for _ in range(5)} == {"rep1"}


CHECKS = (
    even_after_every_lead,
    within_one_of_the_weights,
    same_seed_same_owner,
    ties_do_not_favour_age,
    best_of_each_round_goes_around,
    nobody_away_gets_a_lead,
    no_flood_after_leave,
    catch_up_gives_missed_turns,
    newcomer_starts_at_the_level,
    caps_are_exact,
    day_cap_ends_at_local_midnight,
    window_cap_ends_to_the_second,
    owner_goes_first,
    owner_first_counts_in_caps,
    owner_first_moves_the_turn_where_agreed,
    credit_gives_the_turn_back,
    queue_drains_best_first,
    batch_goes_by_priority,
    overlapping_pools_are_each_even,
    holdout_is_even_chance,
    holdout_keeps_numbers_even,
    all_away_follows_the_pool,
    left_out_get_nothing,
)
