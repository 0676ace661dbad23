"""Time goes by: warnings, breaches, ladders and decay come each once, whenever somebody looks."""

from collections import Counter
from dataclasses import replace

import pytest
from tests.leads.desk.conftest import Desk, at

from bothsides.leads.decay import DecayPolicy, DecayRule, compile_decay
from bothsides.leads.desk.happenings import Did, Touched
from bothsides.leads.desk.looking import look
from bothsides.leads.desk.overriding import override
from bothsides.leads.desk.rounds import go_round
from bothsides.leads.score import Band
from bothsides.logbook import Timer, advance


def changes(desk: Desk, lead: str, clause: str) -> list[str]:
    return [
        line.data["what"] for line in desk.history(lead) if line.data.get("clause") == clause and "what" in line.data
    ]


def test_an_untouched_lead_is_warned_breached_once_and_ends_back_with_marketing(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    for hour in range(1, 24 * 8):
        desk.until(at("03-31T09:00") + hour * 3600)
    told = changes(desk, lead, "first_touch")
    assert told.count("breached") == 1
    assert told.index("warned") < told.index("at_risk") < told.index("breached")
    row = desk.row(lead)
    assert (row["stage"], row["owner"], row["queue"], row["recycles"]) == ("recycled", None, "marketing", 1)


@pytest.mark.parametrize("step", [1, 7, 24, 24 * 8])
def test_how_often_one_looks_does_not_change_what_is_breached(desk: Desk, step: int) -> None:
    lead = desk.take_one().lead_id
    for hour in range(step, 24 * 8 + 1, step):
        desk.until(at("03-31T09:00") + hour * 3600)
    breached = [line for line in desk.history(lead) if line.kind == "breached" and line.data["clause"] == "first_touch"]
    assert len(breached) == 1
    assert [line.data["due_at"] for line in breached] == [breached[0].data["occurred_at"]]
    assert desk.row(lead)["stage"] == "recycled"


def test_looking_twice_at_one_moment_writes_nothing_more(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.until(at("04-01T12:00"))
    before = len(desk.history(lead))
    assert desk.until(at("04-01T12:00")) == 0
    assert len(desk.history(lead)) == before


def test_proof_that_comes_late_takes_the_breach_back(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    desk.until(at("04-02T12:00"))
    breached = [line for line in desk.history(lead) if line.kind == "breached" and line.data["clause"] == "first_touch"]
    assert len(breached) == 1
    early = Touched(touch_id="t1", lead_id=lead, kind="call", direction="out", occurred_at=at("03-31T10:00"), by="x")
    desk.record(early)
    reversal = next(line for line in desk.history(lead) if line.kind == "breach_reversed")
    assert reversal.reverses == breached[0].key
    assert desk.rows("SELECT status FROM clocks WHERE subject = ? AND kind = 'first_touch'", lead) == [("met",)]


def test_a_breach_waits_for_the_sources_of_touches_and_comes_as_soon_as_they_are_complete(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    (due,) = desk.rows("SELECT due_at FROM clocks WHERE subject = ? AND kind = 'first_touch'", lead)[0]
    with desk.logbook.writing() as book:
        advance(book, "touches:telephone", due - 60)
    desk.until(due)
    desk.until(due + 1800)
    assert "at_risk" in changes(desk, lead, "first_touch")
    assert "breached" not in changes(desk, lead, "first_touch")
    with desk.logbook.writing() as book:
        advance(book, "touches:telephone", due + 60)
    desk.until(due + 1900)
    assert changes(desk, lead, "first_touch").count("breached") == 1
    desk.until(due + 3600 * 48)
    assert changes(desk, lead, "first_touch").count("breached") == 1


def test_a_timer_that_nobody_looks_after_is_an_error_not_a_loss(desk: Desk) -> None:
    stray = Timer(timer_id="x", purpose="tea", subject="y", due_at=1)
    with pytest.raises(ValueError, match="timers for tea"), desk.logbook.writing() as book:
        look(book, desk.agreed, [stray], now=desk.now)


def test_a_week_of_it_is_folded_as_it_was_written(desk: Desk) -> None:
    for n in range(6):
        desk.take_one(email=f"a{n}@b{n}.example", company=f"B{n} Ltd", name=f"A{n} Z{n}")
    desk.until(at("04-03T12:00"))
    assert desk.folds_alike()


def _recycled(desk: Desk) -> str:
    lead = desk.take_one().lead_id
    for hour in range(1, 24 * 8):
        desk.until(at("03-31T09:00") + hour * 3600)
    assert desk.row(lead)["stage"] == "recycled"
    return lead


def _cool_down(desk: Desk) -> list[int]:
    return [due for (due,) in desk.rows("SELECT due_at FROM timers WHERE purpose = 'cool_down'")]


def test_a_recycled_lead_comes_back_when_its_cool_down_ends_though_nothing_else_happens(desk: Desk) -> None:
    lead = _recycled(desk)
    ((back_at,),) = desk.rows("SELECT recycled_at FROM leads WHERE lead_id = ?", lead)
    assert _cool_down(desk) == [back_at + 30 * 86400]
    desk.until(back_at + 30 * 86400 - 1)
    assert desk.row(lead)["stage"] == "recycled"
    desk.until(back_at + 30 * 86400)
    assert _cool_down(desk) == []
    row = desk.row(lead)
    assert (row["stage"], row["queue"]) == ("mql", None) if row["band"] == "sales" else ("recycled", row["band"])


def test_a_hot_lead_that_waited_out_its_cool_down_has_an_owner_and_clocks_anew(desk: Desk) -> None:
    lead = _recycled(desk)
    (due,) = _cool_down(desk)
    desk.now = due - 60
    desk.record(Did(lead_id=lead, event="supplier_profile_viewed", occurred_at=due - 60, amount=1.0))
    with desk.logbook.writing() as book:
        override(
            book, desk.agreed, lead, Band.SALES, who="priya", why="we know them", until=due + 9 * 86400, now=desk.now
        )
    assert desk.row(lead)["stage"] == "recycled", "not before the cool-down ends"
    desk.until(due)
    assert (desk.row(lead)["stage"], desk.row(lead)["queue"]) == ("mql", "uk"), "a Saturday: it waits for the pool"
    desk.now = at("05-05T09:00")  # after the bank holiday
    with desk.logbook.writing() as book:
        go_round(book, desk.agreed, now=desk.now)
    assert desk.row(lead)["owner"] is not None
    running = desk.rows("SELECT count(*) FROM clocks WHERE subject = ? AND status = 'running'", lead)
    assert running[0][0] >= 1
    assert desk.folds_alike()


def test_a_lead_that_asked_again_within_its_cool_down_is_not_brought_back_twice(desk: Desk) -> None:
    lead = _recycled(desk)
    desk.record(Did(lead_id=lead, event="demo_requested", occurred_at=desk.now, amount=1.0))
    assert desk.row(lead)["stage"] == "mql"
    assert _cool_down(desk) == []


def test_a_lead_that_went_back_as_often_as_agreed_waits_for_a_person(desk: Desk) -> None:
    desk.agreed = replace(desk.agreed, decay=compile_decay(replace(desk.agreed.decay.policy, most_recycles=1)))
    _recycled(desk)
    assert _cool_down(desk) == []


def test_whatever_a_clock_says_is_told_though_a_hand_over_made_it_say_it(desk: Desk) -> None:
    rule = DecayRule(name="r", untouched_hours=400, counted_in="working_hours", silent_hours=9)
    desk.agreed = replace(desk.agreed, decay=compile_decay(DecayPolicy(rule=(rule,))))
    lead = desk.take_one().lead_id
    # The desk stood still: the lead is handed over in the round in which its other clocks have run out, too.
    desk.until(at("04-30T12:00"))
    said = Counter(line.data.get("what") for line in desk.history(lead))
    sent = Counter(action for (action,) in desk.rows("SELECT action FROM outbox WHERE subject = ?", lead))
    for what in ("warned", "at_risk", "breached"):
        assert said[what] > 1
        assert sent[f"clock_{what}"] == said[what]
    assert said["step"] == desk.kinds(lead).count("escalated")
