"""One lead's way: rules in order, effective dates, known owners, territories, partners, and the trace that says why."""

from collections import Counter
from datetime import date

import pytest
from tests.leads.route.desks import MONDAY, Daily, Desk, members, policy, pool

from bothsides.leads.route import (
    Destination,
    Member,
    OwnerFirst,
    Pool,
    Rule,
    Territory,
    To,
    Waiting,
    claim,
    compile_routing,
    credit,
    drain,
)
from bothsides.schema.instant import DAY, HOUR
from bothsides.schema.working_time import OFFICE, Leave, working_time

NOON = MONDAY + 12 * HOUR


def two_teams(**more: object) -> Desk:
    people = (
        Member(id="senior", role="senior_rep"),
        Member(id="guide", team="onboarding"),
        Member(id="ana", manager="senior"),
    )
    pools = [Pool(name="enterprise", role="senior_rep"), Pool(name="onboarding", team="onboarding"), pool(people[2])]
    return Desk(
        policy(
            people,
            pools,
            Rule(name="cold", when={"band": "nurture"}, to=To.NURTURE, owner_first=False),
            Rule(name="no supply", when={"side": "buyer", "cell_suppliers": 0}, to=To.SUPPLY_RECRUIT),
            Rule(name="enterprise buyers", when={"side": "buyer", "deal_size": ">= 50000"},
                 to=To.POOL, target="enterprise"),
            Rule(name="small suppliers", when={"side": "supplier", "employees": "< 50"},
                 to=To.POOL, target="onboarding"),
            Rule(name="the fair", when={"campaign": "fair"}, to=To.OWNER, target="ana",
                 effective_from=date(2026, 6, 1), effective_until=date(2026, 6, 3)),
            Rule(name="buyers", when={"side": "buyer"}, to=To.POOL, target="sales"),
            **more,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "to", "owner", "rule"),
    [
        ({"side": "buyer", "deal_size": 72000}, "owner", "senior", "enterprise buyers"),
        ({"side": "buyer", "deal_size": 900}, "owner", "ana", "buyers"),
        ({"side": "buyer"}, "owner", "ana", "buyers"),
        ({"side": "supplier", "employees": 8}, "owner", "guide", "small suppliers"),
        ({"side": "buyer", "cell_suppliers": 0}, "supply_recruit", None, "no supply"),
        ({"side": "buyer", "band": "nurture", "account_owner": "ana"}, "nurture", None, "cold"),
        ({"side": "supplier", "employees": 900}, "queue", None, None),
        ({"side": "supplier", "employees": 900, "account_owner": "guide"}, "owner", "guide", None),
        ({"side": "supplier", "campaign": "fair"}, "owner", "ana", "the fair"),
    ],
)
def test_the_first_rule_that_holds_sends_the_lead(
    fields: dict[str, object], to: str, owner: str | None, rule: str | None
) -> None:
    decided = two_teams().lead(**fields)
    assert (decided.to, decided.owner, decided.rule) == (to, owner, rule)
    assert decided.queue == ("unrouted" if to == "queue" else None)


def test_a_rule_holds_from_its_first_day_to_the_end_of_its_last() -> None:
    desk = two_teams()
    moments = (MONDAY - 1, MONDAY, MONDAY + 3 * DAY - 1, MONDAY + 3 * DAY)
    assert [desk.lead(moment, campaign="fair").rule for moment in moments] == [None, "the fair", "the fair", None]


def test_the_trace_says_which_test_failed_and_who_was_skipped() -> None:
    people = members(3, calendar="day")
    desk = Desk(
        policy(people, [pool(*people)], Rule(name="big", when={"deal_size": ">= 50000"}, to=To.POOL, target="sales"),
               Rule(name="all", to=To.POOL, target="sales")),
        {"day": Daily(), "rep0": Daily(leave=((MONDAY, MONDAY + DAY),))},
    )  # fmt: skip
    desk.state.load_of("rep1").absent = True
    decided = desk.lead(NOON, deal_size=900, account_owner="nina")
    assert decided.owner == "rep2"
    assert decided.trace == (
        ("rule", "big", "deal_size", ">= 50000"),
        ("owner", "account_owner", "nina", "not in the roster"),
        ("skipped", "rep0", "outside working hours"),
        ("skipped", "rep1", "absent"),
    )
    assert decided.saw == (900,)
    assert decided.why() == (
        "rule big: deal_size is 900, wanted >= 50000",
        "account_owner is nina, passed over: not in the roster",
        "rep0 had no turn: outside working hours",
        "rep1 had no turn: absent",
    )
    assert decided.changed == (("load", "rep2", ""), ("place", "rep2", "sales"))
    assert decided.candidates == 1


def test_owners_go_in_the_agreed_order_and_a_night_does_not_pass_them_over() -> None:
    people = members(3, calendar="day")
    leave = Daily(leave=((MONDAY, MONDAY + 20 * DAY),))
    desk = Desk(policy(people, [pool(*people)]), {"day": Daily(), "rep2": leave})
    night = MONDAY + 22 * HOUR
    assert desk.lead(night, account_owner="rep0", open_deal_owner="rep1").known_by == "open_deal_owner"
    assert desk.lead(night, account_owner="rep0").owner == "rep0"
    passed = desk.lead(night, account_owner="rep2", other_side_owner="rep1")
    assert (passed.owner, passed.known_by) == ("rep1", "other_side_owner")


def test_owners_may_be_held_to_their_caps() -> None:
    people = members(2, open_cap=1)
    desk = Desk(policy(people, [pool(*people)], owner_first=OwnerFirst(respect_caps=True)))
    assert [desk.lead(account_owner="rep0").owner for _ in range(3)] == ["rep0", "rep1", None]


def test_members_get_leads_only_from_their_first_to_their_last_day() -> None:
    people = (Member(id="rep0", active_from=date(2026, 6, 2)), Member(id="rep1", active_until=date(2026, 6, 1)))
    desk = Desk(policy(people, [pool(*people)]))
    assert {*desk.owners(4, NOON)} == {"rep1"}
    assert {*desk.owners(4, MONDAY + DAY)} == {"rep0"}


WORLD = (
    Territory(name="london", countries=("UK",), postcodes=("EC", "W1"), member="rep1"),
    Territory(name="soho", countries=("UK",), postcodes=("W1D",), member="rep2"),
    Territory(name="uk", countries=("UK",), pool="sales"),
    Territory(name="bavaria", regions=("Bavaria",), member="rep3"),
    Territory(name="dach", countries=("DE", "AT", "CH"), pool="sales"),
)


@pytest.mark.parametrize(
    ("fields", "territory", "owner"),
    [
        ({"country": "uk", "postcode": "w1d 4hs"}, "soho", "rep2"),
        ({"country": "UK", "postcode": "W1A 1AA"}, "london", "rep1"),
        ({"country": "UK", "postcode": "M1 1AE"}, "uk", "rep0"),
        ({"country": "DE", "postcode": "EC1"}, "dach", "rep0"),
        ({"country": "DE", "region": "bavaria"}, "bavaria", "rep3"),
        ({"country": "FR"}, None, None),
        ({}, None, None),
    ],
)
def test_the_narrowest_territory_wins(fields: dict[str, object], territory: str | None, owner: str | None) -> None:
    people = members(4)
    rule = Rule(name="by place", to=To.TERRITORY)
    desk = Desk(policy(people, [pool(people[0])], rule, territory=WORLD))
    decided = desk.lead(**fields)
    assert (decided.trace[0], decided.owner) == (("territory", territory), owner)
    assert decided.queue == (None if owner else "unrouted")


def partners(**each: object) -> Desk:
    people = (
        Member(id="gold", partner=True, grade="gold", territories=("uk", "dach")),
        Member(id="silver", partner=True, grade="silver", territories=("uk",)),
        Member(id="bronze", partner=True, grade="bronze", territories=("dach",)),
    )
    return Desk(
        policy(
            people,
            [pool(*people, name="partners", by_territory=True)],
            Rule(name="partners", to=To.PARTNER, target="partners"),
            territory=(Territory(name="uk", countries=("UK",)), Territory(name="dach", countries=("DE",))),
            grade_weights={"gold": 3, "silver": 2, "bronze": 1},
            **each,
        )
    )


def test_partners_share_a_territory_by_grade_and_those_who_declined_are_out() -> None:
    desk = partners()
    assert Counter(desk.lead(country="UK").owner for _ in range(50)) == {"gold": 30, "silver": 20}
    assert desk.lead(country="UK").to is Destination.PARTNER
    assert {desk.lead(country="UK", left_out=("gold",)).owner for _ in range(5)} == {"silver"}
    nobody = desk.lead(country="UK", left_out=("gold", "silver"))
    assert (nobody.to, nobody.queue, nobody.trace[-1]) == ("queue", "partners", ("all", "partners", "left out"))
    assert desk.lead(country="FR").queue == "partners"


def test_each_territory_has_its_own_turns() -> None:
    desk = partners()
    for _ in range(50):
        desk.lead(country="UK")
    decided = [desk.lead(country="DE") for _ in range(40)]
    assert Counter(one.owner for one in decided) == {"gold": 30, "bronze": 10}
    assert {one.lane for one in decided} == {"partners/dach"}
    assert ("place", decided[0].owner, "partners/dach") in decided[0].changed
    assert credit(desk.compiled, desk.state, "partners/dach", "bronze", "rejected", NOON, NOON)
    assert Counter(desk.lead(country="DE").owner for _ in range(3)) == {"gold": 2, "bronze": 1}


def test_leads_that_wait_for_partners_drain_by_their_territory() -> None:
    desk = partners()
    leads = [
        Waiting(lead_id=f"w{at}", fields={"country": country}, pool="partners")
        for at, country in enumerate(["FR", "DE"])
    ]
    assert [one.lead_id for one in drain(desk.compiled, leads, desk.state, NOON)] == ["w1"]
    with pytest.raises(ValueError, match="not by territory"):
        claim(desk.compiled, "partners", ["a"], desk.state, NOON)


def test_always_on_pools_give_leads_at_night_but_not_over_a_long_leave() -> None:
    people = members(3, calendar="day")
    hours = {"day": Daily(), "rep1": Daily(leave=((MONDAY, MONDAY + 10 * DAY),))}
    desk = Desk(policy(people, [pool(*people, schedule="always")]), hours)
    assert Counter(desk.owners(10, MONDAY + 22 * HOUR)) == {"rep0": 5, "rep2": 5}


def test_real_calendars_with_holidays_and_leave() -> None:
    people = members(2, calendar="office")
    away = Leave(who="rep1", first_day=date(2026, 6, 1), last_day=date(2026, 6, 5))
    hours = {"office": working_time(OFFICE, 2026, 2026), "rep1": working_time(OFFICE, 2026, 2026, leave=(away,))}
    desk = Desk(policy(people, [pool(*people)]), hours)
    assert {*desk.owners(4, NOON)} == {"rep0"}
    assert {*desk.owners(4, NOON + 7 * DAY)} == {"rep0", "rep1"}
    assert desk.owners(1, NOON + 5 * DAY) == [None]


def test_full_pools_queue_and_a_full_manager_pool_goes_up() -> None:
    people = members(2, open_cap=1)
    boss = Member(id="boss")
    desk = Desk(policy((*people, boss), [pool(*people, when_all_full="manager", manager="boss", queue="overflow")]))
    assert desk.owners(4)[2:] == ["boss", "boss"]
    desk.state.load_of("boss").absent = True
    decided = desk.lead()
    assert (decided.queue, decided.trace[-1]) == ("overflow", ("skipped", "boss", "absent"))
    anyway = Desk(policy(people, [pool(*people, when_all_full="route_anyway")]))
    assert None not in anyway.owners(6)


def test_a_credit_while_away_is_kept_for_the_return() -> None:
    people = members(2)
    desk = Desk(policy(people, [pool(*people)]))
    desk.owners(4)
    desk.state.loads["rep1"].absent = True
    desk.owners(10)
    assert credit(desk.compiled, desk.state, "sales", "rep1", "rejected", NOON, NOON)
    desk.state.loads["rep1"].absent = False
    assert Counter(desk.owners(11))["rep1"] in (6, 7)


def test_credit_only_for_agreed_reasons_and_known_members() -> None:
    people = members(2)
    desk = Desk(policy(people, [pool(*people)], credit_back=("no_show",)))
    desk.owners(2)
    assert not credit(desk.compiled, desk.state, "sales", "rep1", "duplicate", NOON, NOON)
    with pytest.raises(ValueError, match="'nina' must be one of rep0, rep1"):
        credit(desk.compiled, desk.state, "sales", "nina", "no_show", NOON, NOON)


def test_a_calendar_that_nobody_declared_is_named() -> None:
    people = members(1, calendar="moon")
    with pytest.raises(ValueError, match="calendar 'moon' is not one of day"):
        compile_routing(policy(people, [pool(*people)]), {"day": Daily()})


def test_draining_routes_what_no_rule_took_and_leaves_the_rest_waiting() -> None:
    people = members(2, open_cap=2)
    desk = Desk(policy(people, [pool(*people)], Rule(name="uk", when={"country": "UK"}, to=To.POOL, target="sales")))
    leads = [
        Waiting(lead_id="a", fields={"country": "UK"}, since=2, queue="unrouted"),
        Waiting(lead_id="b", fields={"country": "FR"}, since=1, queue="unrouted"),
        *(Waiting(lead_id=f"w{at}", pool="sales", since=5 + at) for at in range(6)),
    ]
    assert [one.lead_id for one in drain(desk.compiled, leads, desk.state, NOON)] == ["a", "w0", "w1", "w2"]
    moved = drain(desk.compiled, [Waiting(lead_id="c", fields={"country": "UK"}, queue="unrouted")], desk.state, NOON)
    assert [(one.lead_id, one.queue, one.owner) for one in moved] == [("c", "sales", None)]


def test_queues_and_persons_of_rules() -> None:
    people = members(1, calendar="day")
    desk = Desk(
        policy(
            people,
            [pool(*people)],
            Rule(name="look by hand", when={"country": "XX"}, to=To.QUEUE, target="by_hand"),
            Rule(name="hers", to=To.OWNER, target="rep0"),
        ),
        {"day": Daily(leave=((MONDAY, MONDAY + 90 * DAY),))},
    )
    assert desk.lead(NOON, country="XX").queue == "by_hand"
    away = desk.lead(NOON)
    assert (away.queue, away.owner) == ("unrouted", None)
    assert away.why() == ("rule look by hand: country is unknown, wanted XX", "rep0 had no turn: outside working hours")


def test_the_words_of_every_step() -> None:
    desk = partners()
    told = desk.lead(country="UK", left_out=("gold", "silver")).why()
    assert told == (
        "territory uk",
        "gold had no turn: left out for this lead",
        "silver had no turn: left out for this lead",
        "bronze had no turn: has another territory",
        "all of pool partners are left out",
    )
    assert desk.lead(country="FR").why()[0] == "no territory has the lead"
    assert two_teams().lead(MONDAY - DAY, side="buyer").why()[-1] == "rule the fair: not in effect"


def test_a_lead_given_without_a_turn_is_credited_in_the_caps_only() -> None:
    people = members(2, day_cap=1, window_cap=1)
    desk = Desk(policy(people, [pool(*people)]))
    decided = desk.lead(NOON, account_owner="rep0")
    assert decided.lane is None
    assert credit(desk.compiled, desk.state, decided.lane, "rep0", "no_show", NOON, NOON)
    assert desk.state.loads["rep0"].open == desk.state.loads["rep0"].today == 0
    assert {*desk.owners(2, NOON)} == {"rep0", "rep1"}
