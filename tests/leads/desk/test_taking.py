"""Leads come in: scored, matched, merged, given to somebody and clocked, once, in one transaction."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.leads.desk.conftest import BUYER, Desk

from bothsides.identity import Party, normalise
from bothsides.leads.desk.candidates import identity_keys
from bothsides.leads.desk.taking import Taken
from bothsides.leads.intake import Lead, Source, read_lead
from bothsides.leads.intake.reading import utc_text
from bothsides.logbook import PublishedParty, broken_seals, publish, seal, standing
from bothsides.schema import Side


def account(party_id: str, **told: Any) -> PublishedParty:
    data = {"kind": "account", "sides": ["buyer"], **told}
    party = Party(party_id=party_id, **{**data, "sides": tuple(Side(side) for side in data["sides"])})
    return PublishedParty(party_id=party_id, data=data, keys=identity_keys(normalise(party)))


def publish_accounts(desk: Desk, *accounts: PublishedParty) -> None:
    with desk.logbook.writing() as book:
        publish(book, load_id=1, now=desk.now, cells=[], parties=accounts, watermarks={})


def test_a_hot_lead_is_scored_given_and_clocked_at_once(desk: Desk) -> None:
    taken = desk.take_one()
    row = desk.row(taken.lead_id)
    assert (taken.outcome, row["stage"], row["band"]) == ("new", "mql", "sales")
    assert row["owner"] in {"priya.nair", "tom.hadley", "amara.osei", "callum.reid"}
    lines = desk.history(taken.lead_id)
    scored = next(line for line in lines if line.kind == "scored")
    assert sum(points for _, points, _ in scored.data["reasons"]) == scored.data["score"] == row["score"]
    assigned = next(line for line in lines if line.kind == "assigned")
    assert assigned.data["rule"] == "United Kingdom and Ireland"
    assert assigned.policy == desk.agreed.versions["routing"]
    clocks = desk.rows("SELECT kind, status, owner FROM clocks WHERE subject = ? ORDER BY kind", taken.lead_id)
    assert [kind for kind, _, _ in clocks] == ["attempts", "disposition", "first_touch"]
    assert {(status, owner) for _, status, owner in clocks} == {("running", row["owner"])}
    assert desk.rows("SELECT count(*) FROM timers WHERE purpose = 'decay' AND subject = ?", taken.lead_id) == [(1,)]


def test_a_cold_lead_waits_without_an_owner_and_what_it_does_later_brings_it_to_sales(desk: Desk) -> None:
    taken = desk.take_one(events=["email_opened"])
    row = desk.row(taken.lead_id)
    assert (row["owner"], row["stage"]) == (None, "lead")
    assert row["band"] == row["queue"] != "sales"
    (again,) = desk.take(desk.lead(id="L1"))
    assert (again.outcome, again.lead_id) == ("changed", taken.lead_id)
    row = desk.row(taken.lead_id)
    assert row["stage"] == "mql"
    assert row["owner"] is not None
    assert row["queue"] is None


def test_a_lead_sent_twice_is_taken_once_within_a_call_and_over_calls(desk: Desk) -> None:
    lead = desk.lead()
    first, second = desk.take(lead, lead)
    (third,) = desk.take(lead)
    assert [taken.outcome for taken in (first, second, third)] == ["new", "known", "known"]
    assert desk.kinds(lead.lead_id).count("lead_received") == 1
    assert desk.kinds(lead.lead_id).count("assigned") == 1


def test_the_same_person_in_another_spelling_goes_into_the_open_lead(desk: Desk) -> None:
    first = desk.take_one()
    owner = desk.row(first.lead_id)["owner"]
    second = desk.take_one(company="HARLAND PUMPS LIMITED", email="Joan@HarlandPumps.example", phone="020 7946 0000")
    assert (second.outcome, second.stands.lead_id) == ("merged", first.lead_id)
    absorbed = desk.row(second.lead_id)
    assert (absorbed["merged_into"], absorbed["is_open"], absorbed["owner"]) == (first.lead_id, 0, None)
    (fields,) = desk.rows("SELECT fields FROM leads WHERE lead_id = ?", first.lead_id)
    assert json.loads(fields[0])["phone"] == "020 7946 0000"
    assert desk.row(first.lead_id)["owner"] == owner
    assert sum(count for (count,) in desk.rows("SELECT open_leads FROM members")) == 1
    third = desk.take_one(email="joan@harlandpumps.example", company="Harland")
    assert third.stands.lead_id == first.lead_id


def test_one_company_on_both_sides_stays_two_leads(desk: Desk) -> None:
    buyer, supplier = desk.take_one(), desk.take_one(side="supplier", events=["listing_added"])
    assert supplier.outcome == "new"
    assert buyer.lead_id != supplier.stands.lead_id


def test_a_colleague_goes_to_who_has_the_lead_of_the_company_and_stays_a_lead_of_their_own(desk: Desk) -> None:
    first = desk.take_one()
    second = desk.take_one(name="Piet Vos", email="piet@harlandpumps.example")
    assert second.outcome == "new"
    assert second.stands.known["company_lead_owner"] == desk.row(first.lead_id)["owner"]


def test_the_owner_of_the_account_gets_its_leads_and_the_match_says_why(desk: Desk) -> None:
    publish_accounts(
        desk,
        account("acc1", company="Harland Pumps", website="harlandpumps.example", country="GB", owner_id="tom.hadley"),
        account("acc2", company="Harlan Dumps", website="harlandumps.example", country="GB", owner_id="amara.osei"),
    )
    takings = [desk.take_one(email=f"p{n}@harlandpumps.example", name=f"P{n} Q{n}") for n in range(3)]
    assert {desk.row(taken.lead_id)["owner"] for taken in takings} == {"tom.hadley"}
    matched = next(line for line in desk.history(takings[0].lead_id) if line.kind == "lead_matched")
    assert matched.data["account"] == "acc1"
    assert matched.data["rule"]
    assigned = next(line for line in desk.history(takings[0].lead_id) if line.kind == "assigned")
    assert assigned.data["known_by"] == "account_owner"


def test_free_mail_addresses_do_not_make_strangers_one_company(desk: Desk) -> None:
    leads = [
        desk.lead(email=f"person{n}@gmail.com", company=f"{word} Tools", name=f"{word} {word}son")
        for n, word in enumerate(["Alder", "Birch", "Cedar"])
    ]
    assert [taken.outcome for taken in desk.take(*leads)] == ["new"] * 3


def test_batch_and_one_by_one_decide_alike(desk: Desk) -> None:
    leads = [
        desk.lead(company=f"Firm {n % 9} Ltd", email=f"u{n % 12}@firm{n % 9}.example", name=f"N{n % 12} M{n % 12}")
        for n in range(30)
    ]
    many = [(t.outcome, t.stands.lead_id, t.stands.owner, t.stands.score) for t in desk.take(*leads)]
    with desk.logbook.writing() as book:
        history = standing(book)
        for (table,) in [("entries",), *((name,) for name in history if name != "policy_versions")]:
            book.run(f"DELETE FROM {table}")
    single = []
    for lead in leads:
        (taken,) = desk.take(lead)
        single.append((taken.outcome, taken.stands.lead_id, taken.stands.owner, taken.stands.score))
    assert single == many


def test_what_stands_is_what_the_journal_says_and_the_journal_is_sealed(desk: Desk) -> None:
    desk.take(
        *(desk.lead(email=f"p{n % 7}@x{n % 5}.example", company=f"X{n % 5}", name=f"A{n} B{n}") for n in range(20))
    )
    assert desk.folds_alike()
    with desk.logbook.writing() as book:
        assert seal(book, now=desk.now) is not None
        assert broken_seals(book) == ()


def test_a_lead_of_a_form_keeps_the_fields_it_came_with(desk: Desk) -> None:
    taken = desk.take_one(newsletter=True, notes="call after lunch")
    (received,) = (line for line in desk.history(taken.lead_id) if line.kind == "lead_received")
    assert received.data["fields"] == {
        **{name: value for name, value in BUYER.items() if name != "side"},
        "newsletter": True,
        "notes": "call after lunch",
    }


def test_many_leads_of_one_company_do_not_hide_its_account(desk: Desk) -> None:
    publish_accounts(
        desk, account("acc1", company="Harland Pumps", website="harlandpumps.example", owner_id="tom.hadley")
    )
    desk.take(*(desk.lead(email=f"p{n}@harlandpumps.example", name=f"Per{n} Son{n}") for n in range(25)))
    late = desk.take_one(email="last@harlandpumps.example", name="Last Comer")
    assert late.stands.account_id == "acc1"


def test_the_new_owner_hears_of_a_lead_once(desk: Desk) -> None:
    lead = desk.lead()
    (taken,) = desk.take(lead)
    desk.take(lead)
    told = desk.rows("SELECT action, payload FROM outbox WHERE subject = ?", taken.lead_id)
    assert [action for action, _ in told] == ["lead_assigned"]
    assert json.loads(told[0][1])["to"] == taken.stands.owner


def test_what_a_record_tells_twice_counts_as_often_as_it_is_kept(desk: Desk) -> None:
    taken = desk.take_one(events=["demo_requested", "demo_requested", "pricing_viewed"])
    assert len(taken.stands.events) == 2
    assert desk.rows("SELECT count(*) FROM events WHERE lead_id = ?", taken.lead_id) == [(2,)]
    assert desk.kinds(taken.lead_id).count("event_seen") == 2


def test_what_a_source_merely_says_again_does_not_undo_a_merge(desk: Desk) -> None:
    first, second = desk.lead(phone="020 7946 0000", events=()), desk.lead(phone="020 7946 0001", events=())
    desk.take(first)
    desk.now += 60
    assert [one.outcome for one in desk.take(second)] == ["merged"]
    assert desk.fields(first.lead_id)["phone"] == "020 7946 0001"
    assert [one.outcome for one in desk.take(first, second)] == ["known", "known"]
    assert desk.fields(first.lead_id)["phone"] == "020 7946 0001"
    corrected = desk.lead(id="L1", phone="020 7946 0002", events=())
    assert [one.outcome for one in desk.take(corrected)] == ["changed"]
    assert desk.fields(first.lead_id)["phone"] == "020 7946 0002"


def test_a_correction_of_a_merged_lead_reaches_the_one_that_stands_for_it(desk: Desk) -> None:
    first = desk.take_one(events=()).lead_id
    told = {"id": "L9", "city": "Leeds", "deal_size": 15_000, "events": ()}
    (second,) = desk.take(desk.lead(**told))
    assert (second.outcome, second.stands.lead_id) == ("merged", first)
    corrected = desk.lead(**{**told, "city": "Bradford", "deal_size": 18_000, "phone": "020 7946 0009"})
    assert [one.outcome for one in desk.take(corrected)] == ["changed"]
    stands = desk.fields(first)
    # The city came from the corrected lead; the deal's size the other had said itself, and the first known stays.
    assert (stands["city"], stands["phone"], stands["deal_size"]) == ("Bradford", "020 7946 0009", 12_000)
    assert desk.fields(second.lead_id)["deal_size"] == 18_000
    assert [one.outcome for one in desk.take(corrected)] == ["known"]
    assert desk.folds_alike()


@pytest.mark.parametrize("asks_colleagues", [True, False])
def test_a_merge_tells_the_keys_that_the_open_lead_gains_and_those_alone(desk: Desk, asks_colleagues: bool) -> None:
    if not asks_colleagues:
        fields = ("open_deal_owner", "account_owner")
        routing = replace(desk.agreed.routing, owner_first=replace(desk.agreed.routing.owner_first, fields=fields))
        desk.agreed = replace(desk.agreed, routing=routing, asks_colleagues=False)
    first = desk.take_one().lead_id
    had = {key for (key,) in desk.rows("SELECT identity_key FROM lead_keys WHERE lead_id = ?", first)}
    desk.take_one(phone="020 7946 0000", company="Harland Pumps and Valves")
    (merged,) = [line for line in desk.history(first) if line.kind == "leads_merged"]
    assert "phone:442079460000" in merged.data["keys"]
    assert had.isdisjoint(merged.data["keys"])
    has = {key for (key,) in desk.rows("SELECT identity_key FROM lead_keys WHERE lead_id = ?", first)}
    assert has == had | set(merged.data["keys"])


def test_within_a_batch_a_corrected_lead_is_found_by_what_it_is_now_and_not_by_what_it_was(desk: Desk) -> None:
    first = desk.take_one(id="L1", name=None).lead_id
    corrected = desk.lead(id="L1", email="hannah@wexfordmills.example", company="Wexford Mills", name=None)
    now = desk.lead(email="hannah@wexfordmills.example", company="Wexford Mills", name=None)
    was = desk.lead(name=None)
    outcomes = [(taken.outcome, taken.stands.lead_id) for taken in desk.take(corrected, now, was)]
    assert outcomes[:2] == [("changed", first), ("merged", first)]
    assert outcomes[2][0] == "new"
    assert desk.folds_alike()


def told_again(desk: Desk, *, after: int = 86_400, **record: Any) -> Taken:
    """What becomes of a record of a file, a while later."""
    desk.now += after
    read = read_lead({**BUYER, **record}, Source(name="fair"), workspace="acme", now=desk.now, ahead=300)
    assert isinstance(read, Lead), read
    (taken,) = desk.take(read)
    return taken


def events_of(desk: Desk, lead_id: str) -> list[tuple[str, int]]:
    return desk.rows("SELECT event, occurred_at FROM events WHERE lead_id = ? ORDER BY occurred_at, event", lead_id)


def test_an_event_without_a_moment_of_its_own_is_brought_once_by_its_record(desk: Desk) -> None:
    record = {"id": "F1", "events": [{"event": "demo_requested"}]}
    first = told_again(desk, **record)
    received = desk.now
    lines = desk.kinds(first.lead_id)
    assert [told_again(desk, **record).outcome for _ in range(3)] == ["known"] * 3
    assert desk.kinds(first.lead_id) == lines
    assert events_of(desk, first.lead_id) == [("demo_requested", received)]


def test_an_event_that_its_record_tells_later_is_brought_once_too(desk: Desk) -> None:
    lead = told_again(desk, id="F1").lead_id
    record = {"id": "F1", "events": [{"event": "demo_requested"}, {"event": "demo_requested"}]}
    assert told_again(desk, **record).outcome == "changed"
    told = desk.now
    assert [told_again(desk, **record).outcome for _ in range(2)] == ["known"] * 2
    assert events_of(desk, lead) == [("demo_requested", told)]


def test_an_event_without_a_moment_happened_when_its_record_was_created(desk: Desk) -> None:
    created = desk.now - 3600
    record = {"id": "F1", "created_at": utc_text(created), "events": [{"event": "demo_requested"}]}
    lead = told_again(desk, **record).lead_id
    assert events_of(desk, lead) == [("demo_requested", created)]
    assert told_again(desk, **record).outcome == "known"
    assert told_again(desk, id="F1", events=[{"event": "demo_requested"}]).outcome == "known"
    assert events_of(desk, lead) == [("demo_requested", created)]


def test_an_event_with_a_moment_of_its_own_stays_news(desk: Desk) -> None:
    lead = told_again(desk, id="F1", events=[{"event": "demo_requested"}]).lead_id
    first = desk.now
    dated = {"event": "demo_requested", "occurred_at": utc_text(first + 3600)}
    assert told_again(desk, id="F1", events=[dated]).outcome == "changed"
    assert told_again(desk, id="F1", events=[{"event": "demo_requested"}, dated]).outcome == "known"
    assert events_of(desk, lead) == [("demo_requested", first), ("demo_requested", first + 3600)]


def test_an_event_that_was_told_with_a_moment_says_nothing_of_one_without(desk: Desk) -> None:
    dated = {"event": "demo_requested", "occurred_at": utc_text(desk.now)}
    lead = told_again(desk, id="F1", events=[dated]).lead_id
    assert told_again(desk, id="F1", events=[{"event": "demo_requested"}]).outcome == "changed"
    assert len(events_of(desk, lead)) == 2


def test_a_record_without_an_id_that_comes_again_asks_again(desk: Desk) -> None:
    lead = told_again(desk, events=[{"event": "demo_requested"}]).lead_id
    again = told_again(desk, events=[{"event": "demo_requested"}])
    assert (again.lead_id, again.outcome) == (lead, "changed")


def test_an_event_without_a_moment_of_a_merged_record_is_brought_once(desk: Desk) -> None:
    kept = desk.take_one(id="L1").lead_id
    record = {"id": "F1", "events": [{"event": "catalog_viewed"}]}
    gone = told_again(desk, **record)
    assert (gone.outcome, gone.stands.lead_id) == ("merged", kept)
    later = {"id": "F1", "events": [{"event": "catalog_viewed"}, {"event": "price_asked"}]}
    assert told_again(desk, **later).outcome == "changed"
    events, lines = events_of(desk, kept), desk.kinds(kept) + desk.kinds(gone.lead_id)
    assert [told_again(desk, **one).outcome for one in (record, later, later)] == ["known"] * 3
    assert events_of(desk, kept) == events
    assert desk.kinds(kept) + desk.kinds(gone.lead_id) == lines


def test_what_another_record_of_the_same_moment_brought_is_not_its_own(desk: Desk) -> None:
    """Both came at one moment and are one lead; parted, each has what it was told of."""
    told = [{"id": "F1"}, {"id": "F2", "events": [{"event": "demo_requested"}]}]
    read = [read_lead({**BUYER, **one}, Source(name="fair"), workspace="acme", now=desk.now, ahead=300) for one in told]
    kept, gone = desk.take(*(one for one in read if isinstance(one, Lead)))
    assert gone.stands.lead_id == kept.lead_id
    record = {"id": "F1", "events": [{"event": "demo_requested"}]}
    assert told_again(desk, **record).outcome == "changed"
    assert told_again(desk, **record).outcome == "known"
    assert events_of(desk, kept.lead_id)[-1] == ("demo_requested", desk.now - 86_400)
