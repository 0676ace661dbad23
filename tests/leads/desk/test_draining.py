"""Leads that wait for a pool go to its members when there is room or the working day begins, the most worth first."""

from dataclasses import replace

import pytest
from tests.leads.desk.conftest import Desk, at

from bothsides.leads.desk.draining import Drained, drain_pool, frees_at, waiting_pools, wake_at
from bothsides.leads.desk.turns import read_pool_turns
from bothsides.leads.route.compiled import compile_routing
from bothsides.logbook import Entry, Kind

NIGHT = at("03-31T20:00")  # a Tuesday, 21:00 in London
MORNING = at("04-01T08:00")  # 09:00 in London


def drain(desk: Desk, pool: str, *, limit: int = 50) -> Drained:
    with desk.logbook.writing() as book:
        drained = drain_pool(book, desk.agreed, pool, now=desk.now, limit=limit)
        book.post(wake_at(book, drained, now=desk.now), now=desk.now)
    return drained


def at_night(desk: Desk, count: int) -> list[str]:
    """Leads that came when nobody of their pool was at work."""
    desk.now = NIGHT
    return [
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}").lead_id
        for n in range(count)
    ]


def test_leads_of_the_night_wait_and_are_given_evenly_in_the_morning(desk: Desk) -> None:
    leads = at_night(desk, 14)
    assert {desk.row(lead)["queue"] for lead in leads} == {"uk"}
    assert drain(desk, "uk").given == 0
    desk.now = MORNING
    assert drain(desk, "uk").given == 14
    owners = desk.rows("SELECT owner, count(*) FROM leads GROUP BY owner ORDER BY owner")
    assert dict(owners) == {"amara.osei": 4, "callum.reid": 4, "priya.nair": 2, "tom.hadley": 4}
    assert {desk.row(lead)["queue"] for lead in leads} == {None}
    assert all("assigned" in desk.kinds(lead) and "clock_started" in desk.kinds(lead) for lead in leads)
    assert desk.folds_alike()


def test_a_timer_stands_for_the_moment_when_they_are_at_work_again(desk: Desk) -> None:
    at_night(desk, 1)
    assert drain(desk, "uk").next_at == MORNING
    timer = "SELECT timer_id, due_at FROM timers WHERE purpose = 'queue'"
    assert desk.rows(timer) == [("queue:uk", MORNING)]
    lines = desk.rows("SELECT count(*) FROM entries")
    drain(desk, "uk")
    assert desk.rows("SELECT count(*) FROM entries") == lines, "a timer that stands is not set again"


def test_the_most_worth_goes_first_then_who_waits_longest(desk: Desk) -> None:
    low, high, other = at_night(desk, 3)
    worth = {low: 10, high: 90, other: 10}
    with desk.logbook.writing() as book:
        book.post(
            [Entry(kind=Kind.SCORED, subject=lead, at=NIGHT, data={"priority": n}) for lead, n in worth.items()],
            now=NIGHT,
        )
    desk.now = MORNING
    given = []
    while drain(desk, "uk", limit=1).given:
        rows = desk.rows("SELECT subject FROM entries WHERE kind = 'assigned' ORDER BY seq DESC LIMIT 1")
        given.append(rows[0][0])
    assert given[0] == high
    assert sorted(given[1:]) == sorted([low, other])


def test_only_as_many_as_there_is_room_for_and_the_timer_says_when_there_is_more(desk: Desk) -> None:
    leads = at_night(desk, 60)
    desk.now = MORNING
    while drain(desk, "uk").given:
        pass
    taken = dict(desk.rows("SELECT member, taken FROM member_days"))
    assert {name: taken[name] for name in ("tom.hadley", "amara.osei", "callum.reid", "priya.nair")} == {
        "tom.hadley": 12, "amara.osei": 12, "callum.reid": 12, "priya.nair": 24,
    }, "who manages the pool takes what nobody has room for"  # fmt: skip
    assert len(leads) == 60


def test_a_full_pool_waits_for_the_next_day(desk: Desk) -> None:
    desk.now = NIGHT
    for n in range(30):
        lead = desk.lead(company=f"Firm {n} Ltd", email=f"ana@firm{n}.example", name=f"Ana {n}")
        desk.take(replace(lead, source="partner"))
    desk.now = MORNING
    while (drained := drain(desk, "partner leads")).given:
        pass
    waiting = desk.rows("SELECT count(*) FROM leads WHERE queue = 'partner leads'")
    assert waiting == [(30 - 24,)], "two members with a cap of 12 a day"
    assert drained.next_at == at("04-02T07:00"), "Lucie begins at 9 in Paris the day after"


def test_who_stayed_silent_on_a_lead_does_not_get_it_back_from_the_queue(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    owner = desk.row(lead)["owner"]
    (given_at,) = desk.rows("SELECT assigned_at FROM leads WHERE lead_id = ?", lead)[0]
    data = {"owner": owner, "pool": "partner leads", "queue": "partner leads"}
    with desk.logbook.writing() as book:
        book.post([Entry(kind=Kind.RELEASED, subject=lead, at=given_at, data=data)], now=desk.now)
    assert drain(desk, "partner leads").given == 1
    assert desk.row(lead)["owner"] in {"lucie.marchand", "amara.osei"} - {owner}


def test_a_recycled_lead_waits_in_no_pool(desk: Desk) -> None:
    (lead,) = at_night(desk, 1)
    with desk.logbook.writing() as book:
        book.post([Entry(kind=Kind.STAGE_CHANGED, subject=lead, at=NIGHT, data={"stage": "recycled"})], now=NIGHT)
        assert waiting_pools(book, desk.agreed) == ()


def test_nobody_frees_by_the_calendar_where_all_are_reported_absent(desk: Desk) -> None:
    at_night(desk, 1)
    with desk.logbook.writing() as book:
        assert waiting_pools(book, desk.agreed) == ("uk",)
        book.post(
            [
                Entry(kind=Kind.MEMBER_ABSENT, subject=name, at=NIGHT, data={"absent": True})
                for name in ("tom.hadley", "amara.osei", "callum.reid", "priya.nair")
            ],
            now=NIGHT,
        )
        pool = desk.agreed.routing.pools["uk"]
        turns = read_pool_turns(book, desk.agreed, pool, NIGHT)
        assert frees_at(desk.agreed, pool, turns, NIGHT) is None


def test_an_unknown_pool_is_named(desk: Desk) -> None:
    with desk.logbook.writing() as book, pytest.raises(KeyError, match="east"):
        drain_pool(book, desk.agreed, "east", now=desk.now)


def test_leads_of_both_queues_of_a_pool_are_looked_at_once_whatever_the_batch(desk: Desk) -> None:
    routing = desk.agreed.routing_policy
    uk = {"queue": "night desk", "when_all_full": "queue", "manager": ""}
    pools = tuple(replace(pool, **uk) if pool.name == "uk" else pool for pool in routing.pool)
    asked = replace(routing, pool=pools)
    desk.agreed = replace(desk.agreed, routing_policy=asked, routing=compile_routing(asked, desk.agreed.calendars))
    leads = at_night(desk, 9)
    with desk.logbook.writing() as book:
        for lead in leads[::2]:  # as decay puts them back, under the pool's own name
            book.run("UPDATE leads SET queue = 'uk' WHERE lead_id = ?", lead)
        for lead in leads[:6]:  # whoever is there stayed silent on them
            book.run("UPDATE leads SET round_at = ? WHERE lead_id = ?", NIGHT, lead)
            had = "INSERT INTO assignments (lead_id, assigned_at, member, holdout) VALUES (?, ?, 'callum.reid', 0)"
            book.run(had, lead, NIGHT)
        book.post(
            [
                Entry(kind=Kind.MEMBER_ABSENT, subject=name, at=NIGHT, data={"absent": True})
                for name in ("tom.hadley", "amara.osei", "priya.nair")
            ],
            now=NIGHT,
        )
    desk.now = MORNING
    seen, last = 0, None
    with desk.logbook.writing() as book:
        while (batch := drain_pool(book, desk.agreed, "uk", now=MORNING, limit=2, after=last)).seen:
            seen, last = seen + batch.seen, batch.last
    assert seen == 9
    assert {desk.row(lead)["owner"] for lead in leads[6:]} == {"callum.reid"}
    assert {desk.row(lead)["owner"] for lead in leads[:6]} == {None}
