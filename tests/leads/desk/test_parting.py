"""Whose an event or a value is, once two leads that were one are parted: everybody's who was told of it."""

from typing import Any

import pytest
from tests.leads.desk.conftest import Desk, call
from tests.leads.desk.test_merging import all_standing, events, merge, stranger, undo

from bothsides.leads.desk.happenings import Did, tell
from bothsides.logbook import rebuild

PRICING = "pricing_viewed"


def told(desk: Desk, lead: str) -> list[object]:
    """What becomes of the event when it is told of the lead at the prompt or over the API."""
    viewed = Did(lead_id=lead, event=PRICING, occurred_at=desk.now - 3600)
    with desk.logbook.writing() as book:
        return list(tell(book, desk.agreed, [viewed], now=desk.now))


def sent(desk: Desk, name: str, lead: dict[str, Any]) -> str:
    """The record comes again in a file of its source, now with the event."""
    (taken,) = desk.take(desk.lead(**{**lead, "id": name, "events": [PRICING]}))
    return taken.outcome


def stands_as_rebuilt(desk: Desk) -> bool:
    before = all_standing(desk)
    with desk.logbook.writing() as book:
        rebuild(book)
    return all_standing(desk) == before


@pytest.mark.parametrize("way", ["prompt", "file", "batch"])
@pytest.mark.parametrize("first", ["kept", "absorbed"])
def test_an_event_that_both_were_told_of_stays_with_both(desk: Desk, way: str, first: str) -> None:
    one = {"company": "Aqua Ltd", "name": "Ann Bo", "email": "ann@aqua.example"}
    two = {"company": "Zeta GmbH", "name": "Ci Di", "email": "ci@zeta.example"}
    kept = desk.take_one(id="K", events=["email_opened"], **one).lead_id
    absorbed = desk.take_one(id="A", events=["email_opened"], **two).lead_id
    key = merge(desk, kept, absorbed)
    order = [("K", kept, one), ("A", absorbed, two)][:: 1 if first == "kept" else -1]
    if way == "batch":
        desk.take(*(desk.lead(**{**lead, "id": name, "events": [PRICING]}) for name, _, lead in order))
    for name, lead_id, lead in () if way == "batch" else order:
        (told(desk, lead_id) if way == "prompt" else sent(desk, name, lead))
    lines = desk.rows("SELECT count(*) FROM entries")
    again = [told(desk, lead_id) == ["known"] and sent(desk, name, lead) == "known" for name, lead_id, lead in order]
    assert all(again)
    assert desk.rows("SELECT count(*) FROM entries") == lines
    undo(desk, key)
    assert [events(desk, lead) for lead in (kept, absorbed)] == [["email_opened", PRICING]] * 2
    assert stands_as_rebuilt(desk)


def test_in_one_list_the_kept_lead_keeps_what_it_tells_after_the_one_that_went_into_it(desk: Desk) -> None:
    kept, absorbed = stranger(desk, 1, events=["email_opened"]), stranger(desk, 2, events=["email_opened"])
    key = merge(desk, kept, absorbed)
    both = [Did(lead_id=lead, event=PRICING, occurred_at=desk.now - 60) for lead in (absorbed, kept)]
    with desk.logbook.writing() as book:
        assert tell(book, desk.agreed, both, now=desk.now) == ["recorded", "recorded"]
        assert tell(book, desk.agreed, both, now=desk.now) == ["known", "known"]
    assert desk.rows("SELECT amount FROM events WHERE event = ?", PRICING) == [(1.0,), (1.0,)]
    undo(desk, key)
    assert [PRICING in events(desk, lead) for lead in (kept, absorbed)] == [True, True]


def test_what_the_middle_of_a_chain_was_told_too_stays_with_it(desk: Desk) -> None:
    top, middle, bottom = (stranger(desk, n, events=["email_opened"]) for n in range(3))
    inner = merge(desk, middle, bottom)
    outer = merge(desk, top, middle)
    for lead in (bottom, middle):
        assert told(desk, lead) == ["recorded"]
    undo(desk, outer)
    undo(desk, inner)
    assert [PRICING in events(desk, lead) for lead in (top, middle, bottom)] == [False, True, True]


@pytest.fixture
def joined(desk: Desk) -> tuple[str, str, str]:
    """A lead, one of the same person that went into it as it came with a segment and employees, and the merge's key."""
    kept = desk.take_one(id="K", employees="").lead_id
    desk.now += 60
    (absorbed,) = desk.take(desk.lead(id="A", employees=50, segment="smb"))
    assert absorbed.stands.lead_id == kept
    ((key,),) = desk.rows("SELECT key FROM entries WHERE kind = 'leads_merged'")
    desk.now += 60
    return kept, absorbed.lead_id, key


def test_a_value_that_the_kept_leads_own_source_tells_too_stays_with_it(
    desk: Desk, joined: tuple[str, str, str]
) -> None:
    kept, absorbed, key = joined
    said = desk.lead(id="K", employees=50, events=())
    assert [desk.take(said)[0].outcome for _ in range(2)] == ["known", "known"]
    assert desk.kinds(kept).count("lead_changed") == 1
    undo(desk, key)
    assert (desk.fields(kept)["employees"], desk.fields(kept).get("segment")) == (50, None)
    assert (desk.fields(absorbed)["employees"], desk.fields(absorbed)["segment"]) == (50, "smb")
    assert stands_as_rebuilt(desk)


def test_a_value_of_its_own_comes_back_where_the_other_source_had_corrected_it_since(
    desk: Desk, joined: tuple[str, str, str]
) -> None:
    kept, absorbed, key = joined
    desk.take(desk.lead(id="K", employees="", phone="020 7946 0008", events=()))
    desk.now += 60
    desk.take(desk.lead(id="A", employees=50, segment="smb", phone="020 7946 0009", events=()))
    assert desk.fields(kept)["phone"] == "020 7946 0009"
    undo(desk, key)
    assert [desk.fields(lead)["phone"] for lead in (kept, absorbed)] == ["020 7946 0008", "020 7946 0009"]
    assert stands_as_rebuilt(desk)


def test_a_correction_to_what_the_kept_lead_has_already_goes_back_with_the_absorbed_one(
    desk: Desk, joined: tuple[str, str, str]
) -> None:
    kept, absorbed, key = joined
    desk.take(desk.lead(id="K", segment="large", events=()))
    (again,) = desk.take(desk.lead(id="A", employees=50, segment="large", events=()))
    assert (again.outcome, again.stands.lead_id) == ("known", kept)
    undo(desk, key)
    assert [desk.fields(lead)["segment"] for lead in (kept, absorbed)] == ["large", "large"]
    assert stands_as_rebuilt(desk)


def keys_of(desk: Desk, lead: str) -> set[str]:
    return {key for (key,) in desk.rows("SELECT identity_key FROM lead_keys WHERE lead_id = ?", lead)}


def test_parted_leads_are_found_by_what_each_of_them_is_called_and_by_nothing_else(desk: Desk) -> None:
    kept = desk.take_one(phone="020 7946 0007").lead_id
    other = {"id": "B", "company": "Bos BV", "name": "Piet Bos", "email": "piet@bos.example", "phone": "020 7946 0003"}
    (taken,) = desk.take(desk.lead(**other))
    absorbed, before = taken.lead_id, keys_of(desk, kept)
    key = merge(desk, kept, absorbed)
    desk.now += 60
    desk.take(desk.lead(**{**other, "email": "piet@bosgroup.example"}))
    assert desk.fields(kept)["email"] == "piet@bosgroup.example"
    undo(desk, key)
    assert keys_of(desk, kept) == before
    mails = {one for one in keys_of(desk, absorbed) if one.startswith("mail:")}
    assert mails == {"mail:piet@bosgroup.example"}
    assert stands_as_rebuilt(desk)
    again = desk.take_one(id="L9", company=None, name=None)
    assert (again.outcome, again.stands.lead_id) == ("merged", kept)


def test_a_key_that_another_absorbed_lead_brought_stands_whatever_its_rival_is_called(desk: Desk) -> None:
    kept = desk.take_one().lead_id
    desk.now += 60
    (twin,) = desk.take(desk.lead(id="T", phone="020 7946 0008"))
    assert twin.stands.lead_id == kept
    (rival,) = desk.take(desk.lead(id="R", company="Bos BV", name="Piet Bos", email="piet@bos.example"))
    before = keys_of(desk, kept)
    key = merge(desk, kept, rival.lead_id)
    desk.now += 60
    corrected = {"id": "R", "company": "Bos BV", "name": "Piet Bos", "email": "piet@bos.example"}
    desk.take(desk.lead(**corrected, phone="020 7946 0009"))
    assert desk.fields(kept)["phone"] == "020 7946 0009"
    assert "phone:442079460008" in keys_of(desk, kept) & before
    undo(desk, key)
    assert keys_of(desk, kept) == before
    assert stands_as_rebuilt(desk)


PIET = {"company": "Bos BV", "name": "Piet Bos", "email": "piet@bos.example"}


def test_who_went_into_a_lead_is_known_still_when_the_lead_is_corrected(desk: Desk) -> None:
    kept = desk.take_one(id="K", employees="", **PIET).lead_id
    desk.now += 60
    assert desk.take_one(id="T", **PIET).stands.lead_id == kept
    desk.take(desk.lead(id="K", **{**PIET, "name": "Ada Zed", "email": "ada@zed.example"}))
    desk.now += 60
    again = desk.take_one(id="N", **PIET)
    assert (again.outcome, again.stands.lead_id) == ("merged", kept)
    assert stands_as_rebuilt(desk)


def test_who_went_into_a_lead_is_known_by_what_its_source_corrected_since(desk: Desk) -> None:
    kept = desk.take_one(id="K", **PIET).lead_id
    desk.now += 60
    assert desk.take_one(id="T", **PIET).stands.lead_id == kept
    moved = {**PIET, "company": "Vis BV", "email": "piet@vis.example"}
    desk.take(desk.lead(id="T", **moved), desk.lead(id="K", **{**PIET, "name": "Ada Zed", "email": "ada@zed.example"}))
    desk.now += 60
    again = desk.take_one(id="N", **moved)
    assert (again.outcome, again.stands.lead_id) == ("merged", kept)


def test_values_are_as_if_a_merge_had_never_been_made_whichever_of_several_goes_first(desk: Desk) -> None:
    kept, one, two = (stranger(desk, n, employees="", deal_size="") for n in range(3))
    desk.take(desk.lead(id="L2", employees=50, city="Leeds", events=()))
    desk.take(desk.lead(id="L3", employees=70, city="York", region="north", events=()))
    alone = [dict(desk.fields(lead)) for lead in (kept, one, two)]
    first, second = merge(desk, kept, one), merge(desk, kept, two)
    undo(desk, first)
    of_two = {name: alone[2][name] for name in ("employees", "city", "region")}
    assert {name: desk.fields(kept).get(name) for name in of_two} == of_two
    undo(desk, second)
    assert [dict(desk.fields(lead)) for lead in (kept, one, two)] == alone
    assert stands_as_rebuilt(desk)


def touches(desk: Desk, lead: str) -> tuple[Any, ...]:
    return desk.rows("SELECT first_touch_at, last_touch_at, attempts FROM leads WHERE lead_id = ?", lead)[0]


def test_a_first_touch_of_the_kept_lead_since_is_its_first_when_an_earlier_one_goes_back(desk: Desk) -> None:
    kept, absorbed = stranger(desk, 1), stranger(desk, 2)
    before = desk.now
    desk.record(call(absorbed, before, name="a"))
    key = merge(desk, kept, absorbed)
    desk.now += 60
    desk.record(call(kept, desk.now, name="k"))
    assert touches(desk, kept) == (before, desk.now, 2)
    undo(desk, key)
    assert touches(desk, kept) == (desk.now, desk.now, 1)
    assert touches(desk, absorbed) == (before, before, 1)
    assert stands_as_rebuilt(desk)


def test_touches_of_another_lead_that_went_into_it_stay_whichever_of_several_goes_first(desk: Desk) -> None:
    kept, one, two = (stranger(desk, n) for n in range(3))
    desk.record(call(one, desk.now - 10, name="a"), call(two, desk.now - 20, name="b"))
    first, second = merge(desk, kept, one), merge(desk, kept, two)
    undo(desk, first)
    assert touches(desk, kept) == (desk.now - 20, desk.now - 20, 1)
    undo(desk, second)
    assert touches(desk, kept) == (None, None, 0)
    assert stands_as_rebuilt(desk)
