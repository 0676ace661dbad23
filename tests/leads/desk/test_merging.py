"""Two leads become one by a person's word, and two again, exactly as they were."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.leads.desk.conftest import Desk, at, won

from bothsides.leads.desk.happenings import Did, Happening, Judged, Touched, UnknownLead
from bothsides.leads.desk.merging import further, merge_leads, undo_merge
from bothsides.leads.desk.standing import leads_by_id
from bothsides.logbook import rebuild, standing
from bothsides.logbook.in_words import in_words

LETTERS = str.maketrans("0123456789", "ghijklmnop")
BY: dict[str, Any] = {"who": "ana.ruiz", "why": "the same person, she said so"}


def merge(desk: Desk, kept: str, absorbed: str) -> str:
    with desk.logbook.writing() as book:
        return merge_leads(book, desk.agreed, kept, absorbed, now=desk.now, **BY)[0]


def undo(desk: Desk, key: str) -> None:
    with desk.logbook.writing() as book:
        undo_merge(book, desk.agreed, key, now=desk.now, who="ana.ruiz", why="two brothers")


def all_standing(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    with desk.logbook.reading() as book:
        return standing(book)


def stranger(desk: Desk, n: int, **more: Any) -> str:
    """A lead of a person and a company that nobody else resembles."""
    word = hashlib.sha256(f"{n} {desk.count}".encode()).hexdigest().translate(LETTERS)
    lead = {"company": word[:9], "name": f"{word[9:16]} {word[16:24]}", "email": f"{word[24:30]}@{word[:9]}.example"}
    return desk.take_one(**{**lead, **more}).lead_id


def call(lead: str, moment: int, name: str) -> Touched:
    return Touched(touch_id=name, lead_id=lead, kind="call", direction="out", occurred_at=moment, by="x")


def clocks(desk: Desk, subject: str) -> dict[str, str]:
    return dict(desk.rows("SELECT kind, status FROM clocks WHERE subject = ? ORDER BY due_at DESC", subject))


def test_the_absorbed_lead_leaves_its_owner_with_the_turn_given_back(desk: Desk) -> None:
    one, two = stranger(desk, 1), stranger(desk, 2, phone="020 7946 0001")
    owner, other = desk.row(one)["owner"], desk.row(two)["owner"]
    assert owner != other
    (before,) = desk.rows("SELECT pointer FROM pool_members WHERE member = ? AND pool = 'uk'", other)
    key = merge(desk, one, two)
    kept, absorbed = desk.row(one), desk.row(two)
    assert (kept["owner"], absorbed["owner"], absorbed["merged_into"]) == (owner, None, one)
    assert dict(desk.rows("SELECT member, open_leads FROM members"))[other] == 0
    (after,) = desk.rows("SELECT pointer FROM pool_members WHERE member = ? AND pool = 'uk'", other)
    assert after < before
    assert desk.rows("SELECT count(*) FROM timers WHERE subject = ?", two) == [(0,)]
    assert json.loads(desk.rows("SELECT fields FROM leads WHERE lead_id = ?", one)[0][0])["phone"] == "020 7946 0001"
    line = next(line for line in desk.history(one) if line.key == key)
    assert (line.kind, line.actor, line.reason) == ("leads_merged", "ana.ruiz", "the same person, she said so")


def test_one_promise_of_the_two_runs_on_the_one_due_first(desk: Desk) -> None:
    one = stranger(desk, 1)
    desk.now = at("03-31T11:00")
    two = stranger(desk, 2)
    merge(desk, one, two)
    assert set(clocks(desk, one).values()) == {"running"}
    assert set(clocks(desk, two).values()) == {"cancelled"}
    three = stranger(desk, 3)
    (due,) = desk.rows("SELECT min(due_at) FROM clocks WHERE kind = 'first_touch' AND status = 'running'")
    merge(desk, three, one)
    running = desk.rows("SELECT subject, due_at FROM clocks WHERE kind = 'first_touch' AND status = 'running'")
    assert running == [(three, due[0])]
    owners = desk.rows("SELECT DISTINCT owner FROM clocks WHERE subject = ? AND status = 'running'", three)
    assert owners == [(desk.row(three)["owner"],)]


def test_a_warning_that_nobody_looked_at_yet_leaves_one_promise_with_the_owner_who_is_warned(desk: Desk) -> None:
    one, two = stranger(desk, 1), stranger(desk, 2)
    owner = desk.row(one)["owner"]
    assert owner != desk.row(two)["owner"]
    (due,) = desk.rows("SELECT due_at FROM clocks WHERE kind = 'first_touch' AND subject = ?", one)[0]
    desk.now = due - 60
    merge(desk, one, two)
    running = "SELECT subject, owner FROM clocks WHERE kind = 'first_touch' AND status = 'running'"
    assert desk.rows(running) == [(one, owner)]
    desk.until(desk.now)
    warned = [line for line in desk.history(one) if line.kind == "clock_changed" and line.data["what"] == "warned"]
    assert [line.data["owner"] for line in warned] == [owner]


def test_a_first_touch_that_was_made_is_not_owed_again(desk: Desk) -> None:
    one, two = stranger(desk, 1), stranger(desk, 2)
    desk.record(call(one, desk.now, "t1"))
    merge(desk, one, two)
    assert desk.rows("SELECT count(*) FROM clocks WHERE kind = 'first_touch' AND status = 'running'") == [(0,)]


def test_what_the_absorbed_lead_did_counts_for_the_kept_one_when_time_is_looked_after(desk: Desk) -> None:
    one = stranger(desk, 1, events=["demo_requested", "quote_requested"])
    two = stranger(desk, 2, events=["listing_added", "pricing_viewed"])
    key = merge(desk, one, two)
    events = {name for (name,) in desk.rows("SELECT event FROM events WHERE lead_id = ?", one)}
    assert events == {"demo_requested", "quote_requested", "listing_added", "pricing_viewed"}
    before = desk.row(one)["score"]
    desk.until(desk.now)
    assert desk.row(one)["score"] >= before
    undo(desk, key)
    desk.until(desk.now)
    assert {name for (name,) in desk.rows("SELECT event FROM events WHERE lead_id = ?", one)} == {
        "demo_requested",
        "quote_requested",
    }
    assert desk.row(one)["score"] == before


STATES = st.sampled_from(["fresh", "cold", "touched", "accepted", "recycled"])


def in_state(desk: Desk, lead: str, state: str, n: int) -> None:
    happened: dict[str, list[Happening]] = {
        "touched": [call(lead, desk.now, f"t{n}-{lead}")],
        "accepted": [Judged(lead_id=lead, verdict="accepted", reason="fits", by="x", occurred_at=desk.now)],
        "recycled": [Judged(lead_id=lead, verdict="recycled", reason="bad_timing", by="x", occurred_at=desk.now)],
    }
    if state in happened:
        desk.record(*happened[state])


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.tuples(STATES, STATES), hours=st.tuples(st.integers(0, 20), st.integers(0, 20)))
def test_a_merge_taken_back_leaves_everything_as_it_stood(
    desk: Desk, states: tuple[str, str], hours: tuple[int, int]
) -> None:
    leads = []
    for n, (state, later) in enumerate(zip(states, hours, strict=True)):
        lead = stranger(desk, n, **({"events": ["email_opened"]} if state == "cold" else {}))
        in_state(desk, lead, state, n)
        leads.append(lead)
        desk.until(desk.now + later * 3600)
    before = all_standing(desk)
    with desk.logbook.reading() as book:
        kept, absorbed = further(*leads_by_id(book, leads, locked=False).values())
    key = merge(desk, kept.lead_id, absorbed.lead_id)
    assert all_standing(desk) != before
    undo(desk, key)
    assert all_standing(desk) == before
    with desk.logbook.writing() as book:
        rebuild(book)
    assert all_standing(desk) == before


def test_what_happened_since_stays_with_the_kept_lead(desk: Desk) -> None:
    one = stranger(desk, 1)
    desk.now = at("03-31T10:00")
    two = stranger(desk, 2)
    owner = desk.row(two)["owner"]
    key = merge(desk, one, two)
    desk.now = at("03-31T12:00")
    desk.record(call(two, desk.now, "t1"))
    undo(desk, key)
    assert (desk.row(one)["attempts"], desk.row(two)["attempts"]) == (1, 0)
    assert clocks(desk, one)["first_touch"] == "met"
    assert (desk.row(two)["owner"], clocks(desk, two)["first_touch"]) == (owner, "running")
    assert dict(desk.rows("SELECT member, open_leads FROM members"))[owner] == 1
    desk.until(at("04-03T12:00"))
    breached = [line.subject for lead in (one, two) for line in desk.history(lead) if line.kind == "breached"]
    assert breached == [two]


def test_a_merge_that_the_desk_made_can_be_taken_back_too(desk: Desk) -> None:
    first = desk.take_one()
    second = desk.take_one(company="HARLAND PUMPS LIMITED", phone="020 7946 0000", events=["pricing_viewed"])
    assert second.outcome == "merged"
    (key,) = (line.key for line in desk.history(first.lead_id) if line.kind == "leads_merged")
    assert key
    undo(desk, key)
    row = desk.row(second.lead_id)
    assert (row["merged_into"], row["is_open"]) == (None, 1)
    assert row["score"] is not None
    assert desk.rows("SELECT event FROM events WHERE lead_id = ?", second.lead_id) == [("pricing_viewed",)]
    fields = json.loads(desk.rows("SELECT fields FROM leads WHERE lead_id = ?", first.lead_id)[0][0])
    assert "phone" not in fields
    assert desk.folds_alike()


def events(desk: Desk, lead: str) -> list[str]:
    return [name for (name,) in desk.rows("SELECT event FROM events WHERE lead_id = ? ORDER BY event", lead)]


def test_parted_leads_have_the_events_they_were_told_of_and_their_scores_at_once(desk: Desk) -> None:
    one, two = stranger(desk, 1, events=["email_opened"]), stranger(desk, 2, events=["email_opened"])
    alone = stranger(desk, 3, events=["email_opened", "pricing_viewed"])
    key = merge(desk, one, two)
    desk.until(desk.now)
    asked = desk.now - 3600
    desk.record(
        Did(lead_id=two, event="pricing_viewed", occurred_at=asked),
        Did(lead_id=one, event="demo_requested", occurred_at=asked),
    )
    assert events(desk, one) == ["demo_requested", "email_opened", "pricing_viewed"]
    undo(desk, key)
    assert events(desk, one) == ["demo_requested", "email_opened"]
    assert events(desk, two) == events(desk, alone) == ["email_opened", "pricing_viewed"]
    assert desk.row(two)["score"] == desk.row(alone)["score"]
    before = [desk.row(lead) for lead in (one, two)]
    desk.until(desk.now)
    assert [desk.row(lead) for lead in (one, two)] == before
    assert desk.folds_alike()


def test_a_lead_that_came_in_merged_takes_what_both_did_with_it_and_gets_an_owner(desk: Desk) -> None:
    first, second = desk.take_one(), desk.take_one(email="j.harland@harlandpumps.example", id="L7")
    assert second.outcome == "merged"
    (again,) = desk.take(desk.lead(email="j.harland@harlandpumps.example", id="L7", events=["pricing_viewed"]))
    assert (again.outcome, again.stands.lead_id) == ("changed", first.lead_id)
    (line,) = (line for line in desk.history(first.lead_id) if line.kind == "leads_merged")
    assert (line.reason, line.data["agrees"]) == (
        "same name at the same company",
        {"person": "same", "company": "same"},
    )
    undo(desk, str(line.key))
    row = desk.row(second.lead_id)
    assert events(desk, second.lead_id) == ["demo_requested", "pricing_viewed", "quote_requested"]
    assert events(desk, first.lead_id) == ["demo_requested", "quote_requested"]
    assert row["score"] >= desk.row(first.lead_id)["score"] > 0
    assert row["owner"] == desk.row(first.lead_id)["owner"]
    assert clocks(desk, second.lead_id)["first_touch"] == "running"
    said = [in_words(line, str) for line in desk.history(second.lead_id) if line.kind == "stands_as"]
    assert said == [
        f"went into lead {first.lead_id}, which stands for it now",
        f"stands for itself again: it was taken out of lead {first.lead_id}, by ana.ruiz: two brothers",
    ]


def test_an_event_told_at_the_bottom_of_a_chain_stays_with_it_when_the_chain_is_taken_apart(desk: Desk) -> None:
    top, middle, bottom = (stranger(desk, n, events=["email_opened"]) for n in range(3))
    inner = merge(desk, middle, bottom)
    outer = merge(desk, top, middle)
    desk.record(Did(lead_id=bottom, event="pricing_viewed", occurred_at=desk.now - 60))
    assert "pricing_viewed" in events(desk, top)
    undo(desk, outer)
    assert ["pricing_viewed" in events(desk, lead) for lead in (top, middle, bottom)] == [False, True, True]
    undo(desk, inner)
    assert ["pricing_viewed" in events(desk, lead) for lead in (top, middle, bottom)] == [False, False, True]


def test_an_event_that_another_absorbed_lead_brought_too_stays(desk: Desk) -> None:
    one, two, three = (stranger(desk, n, events=["email_opened"] * (n == 0)) for n in range(3))
    desk.record(*(Did(lead_id=lead, event="pricing_viewed", occurred_at=desk.now - 60) for lead in (two, three)))
    first, second = merge(desk, one, two), merge(desk, one, three)
    undo(desk, first)
    assert "pricing_viewed" in events(desk, one)
    undo(desk, second)
    assert events(desk, one) == ["email_opened"]


def test_a_chain_is_taken_back_from_its_end(desk: Desk) -> None:
    one, two, three = (stranger(desk, n) for n in range(3))
    first = merge(desk, two, three)
    second = merge(desk, one, two)
    with pytest.raises(ValueError, match=f"first undo {second}"):
        undo(desk, first)
    undo(desk, second)
    undo(desk, first)
    with pytest.raises(ValueError, match=r"taken back already, by ana\.ruiz"):
        undo(desk, first)
    again = merge(desk, two, three)
    assert again != first


def test_what_cannot_be_one_is_refused_with_both_named(desk: Desk) -> None:
    one, cold = stranger(desk, 1), stranger(desk, 2, events=["email_opened"])
    supplier = stranger(desk, 3, side="supplier")
    with pytest.raises(ValueError, match=f"with nobody: keep|keep {one} and absorb {cold}"):
        merge(desk, cold, one)
    with pytest.raises(ValueError, match="a company on both sides has two leads"):
        merge(desk, one, supplier)
    with pytest.raises(ValueError, match="cannot be merged with itself"):
        merge(desk, one, one)
    with pytest.raises(UnknownLead, match="nobody"):
        merge(desk, one, "nobody")
    with pytest.raises(LookupError, match="no merge of leads 'x'"):
        undo(desk, "x")


def test_a_correction_of_the_absorbed_lead_goes_back_with_it(desk: Desk) -> None:
    first = desk.take_one(events=()).lead_id
    before = dict(desk.fields(first))
    told = {"id": "L9", "city": "Leeds", "events": ()}
    (second,) = desk.take(desk.lead(**told))
    desk.take(desk.lead(**{**told, "city": "Bradford", "phone": "020 7946 0009"}))
    assert desk.fields(first)["city"] == "Bradford"
    (key,) = (line.key for line in desk.history(first) if line.kind == "leads_merged")
    undo(desk, str(key))
    assert desk.fields(first) == before
    assert (desk.fields(second.lead_id)["city"], desk.fields(second.lead_id)["phone"]) == ("Bradford", "020 7946 0009")


def test_a_won_lead_goes_into_no_open_one_and_no_open_one_into_it(desk: Desk) -> None:
    first, second = stranger(desk, 1), stranger(desk, 2)
    owner = desk.row(first)["owner"]
    desk.record(won(first, owner, desk.now, amount=80_000_00))
    for kept, absorbed in ((first, second), (second, first)):
        with pytest.raises(ValueError, match=f"lead {first} was won: its deal stays with it, and {second} apart"):
            merge(desk, kept, absorbed)
    assert desk.row(first)["stage"] == "closed_won"
