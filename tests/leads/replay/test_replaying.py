"""The record comes out of itself again; another agreement moves what it should, and nothing else."""

import json
from dataclasses import asdict

from tests.leads.replay.conftest import FRIDAY, Worked, changed, figures, halved

from bothsides.leads.replay import Replayed
from bothsides.schema.instant import DAY, in_utc

MEMBER = '''[[member]]
id = "nina.holt"
name = "Nina Holt"
team = "uk"
calendar = "office"
open_cap = 80
day_cap = 12

[[pool]]
name = "enterprise"'''


def again(found: Replayed) -> str:
    return json.dumps(asdict(found))


def test_the_record_comes_out_again_to_the_last_value(same: Replayed) -> None:
    assert same.record.decisions > 1000
    assert (same.record.equal, same.record.differences) == (same.record.decisions, ())


def test_so_does_a_span_that_begins_and_ends_amid_open_leads(worked: Worked, same: Replayed) -> None:
    opens = worked.quarter.opens_at
    found = worked.tried("sla", lambda text: text, since=opens + 16 * DAY, until=opens + 37 * DAY)
    assert found.record.share == 1
    assert found.moved.any == 0
    assert 0 < found.leads < same.leads


def test_the_same_agreement_gives_the_same_figures(same: Replayed) -> None:
    assert same.moved.any == 0
    assert changed(same) == set()
    assert (same.assumed.moved, same.assumed.drawn) == (0, 0)
    assert same.assumed.as_recorded > 50
    assert [one.in_force == one.tried for one in same.changed] == [True]


def test_the_same_seed_gives_the_same_bytes_another_one_other_draws_and_the_logbook_stays(worked: Worked) -> None:
    def lines() -> list[tuple[object, ...]]:
        with worked.logbook.reading() as book:
            return [*book.all("SELECT count(*), max(seq) FROM entries"), *book.all("SELECT * FROM pool_members")]

    def heavier(seed: str) -> Replayed:
        return worked.tried("routing", lambda text: text.replace('"tom.hadley" = 2', '"tom.hadley" = 9'), seed=seed)

    before = lines()
    one, equal, other = heavier("1"), heavier("1"), heavier("2")
    assert again(one) == again(equal)
    assert one.assumed.drawn > 0
    assert figures(other) != figures(one)
    assert lines() == before


def test_half_the_time_for_a_first_touch_breaks_more_promises_and_sends_no_lead_elsewhere(worked: Worked) -> None:
    found = worked.tried("sla", halved, draws=3)
    before, after = figures(found)["promise", "buyer first_touch", "breach rate"]
    assert before is not None
    assert after is not None
    assert after > before + 0.1
    assert (found.moved.hands, found.moved.band, found.moved.merged) == (0, 0, 0)
    with worked.logbook.reading() as book:
        promised = book.one("SELECT count(DISTINCT subject) FROM clocks WHERE kind = 'first_touch'")
    assert promised == (found.moved.clock,)
    assert found.assumed.draws == 3
    rate = next(one for one in found.measures if one.of == "buyer first_touch" and one.what == "breach rate")
    assert (rate.low or 1) <= (rate.after or 0) <= (rate.high or 0)


def test_another_word_of_the_ladder_changes_nobodys_leads(worked: Worked) -> None:
    found = worked.tried("sla", lambda text: text.replace('act = "notify_manager"', 'act = "remind_owner"'))
    assert found.changed[0].in_force != found.changed[0].tried
    assert found.moved.any == 0
    assert changed(found) == set()


def test_a_ladder_without_reassignment_leaves_leads_where_they_are(worked: Worked) -> None:
    found = worked.tried("sla", lambda text: text.replace('act = "reassign"', 'act = "notify_manager"'))
    before, after = figures(found)["back", "to another owner", "leads"]
    assert (before or 0) > 0
    assert after == 0
    # Whoever kept a lead that the record took away untouched goes on as they did with others.
    assert found.assumed.drawn > 0
    assert (found.moved.clock, found.moved.band, found.moved.hands) == (0, 0, 0)


def test_one_more_person_takes_turns_from_their_own_pool_alone(worked: Worked) -> None:
    found = worked.tried(
        "routing", lambda text: text.replace('[[pool]]\nname = "enterprise"', MEMBER).replace(
            '"callum.reid" = 2 }', '"callum.reid" = 2, "nina.holt" = 2 }')
    )  # fmt: skip
    told = figures(found)
    before, after = told["load", "nina.holt", "given"]
    assert before == 0
    assert (after or 0) >= 3
    for member in ("jonas.weber", "marek.nowak", "ben.archer"):
        given, given_after = told.get(("load", member, "given"), (0, 0))
        assert given == given_after
    assert (found.moved.band, found.moved.hands, found.moved.clock) == (0, 0, 0)
    assert found.moved.owner >= 3
    assert found.assumed.from_others > 0  # she has no record of her own


def test_other_points_move_bands_and_with_them_whose_hands_leads_come_to(worked: Worked) -> None:
    found = worked.tried(
        "scoring", lambda text: text.replace("points = 20", "points = 2").replace("points = 30", "points = 3")
    )
    assert found.moved.band > 5
    before, after = figures(found)["hands", "sales", "leads"]
    assert before is not None
    assert after is not None
    assert after < before
    mover = found.moved.movers[0]
    assert mover.why_before != mover.why_after


def test_no_work_on_friday_afternoons_moves_due_times_to_later_and_leaves_bands(worked: Worked) -> None:
    usual = '"monday to friday" = ["09:00-12:30", "13:15-17:30"]'
    found = worked.tried("calendar", lambda text: text.replace(usual, FRIDAY))
    assert 0 < found.moved.clock < found.leads / 2
    assert (found.moved.band, found.moved.hands) == (0, 0)
    for mover in found.moved.movers:
        due, before = mover.after["due_at"], mover.before["due_at"]
        assert isinstance(due, int)
        assert isinstance(before, int)
        assert in_utc(due).weekday() != 4 or in_utc(due).hour < 12
        assert due >= before or mover.before["owner"] != mover.after["owner"]
