"""A record that one file tells several times is taken once, as told last; what is no lead is refused by itself."""

from typing import Any

from bothsides.leads.intake import Lead, Refused, Source, read_lead
from bothsides.leads.intake.tellings import key_of, tellings

CRM = Source(name="crm", side="buyer", rename={"Id": "id", "Company": "company"})
CALL = {"event": "demo_requested", "occurred_at": "2026-03-31T08:00:00Z"}


def come(*records: dict[str, Any]) -> tuple[list[list[Lead | Refused]], int]:
    """What is ready after each record, and how many tellings went into later ones."""
    told = tellings(records, CRM)
    read = [read_lead(one, CRM, workspace="acme", now=1_800_000_000, ahead=300) for one in records]
    return [told.ready(raw, one) for raw, one in zip(records, read, strict=True)], told.repeated


def fields(one: Lead | Refused) -> dict[str, Any]:
    assert isinstance(one, Lead)
    return dict(one.fields)


def test_the_last_telling_stands_with_what_only_earlier_ones_say() -> None:
    ready, repeated = come(
        {"Id": "2", "Company": "Marsh", "city": "Leeds", "events": [CALL]},
        {"Id": 3, "Company": "Harland"},
        {"Id": 2, "Company": "Marsh Valves", "events": [{**CALL, "event": "quote_requested"}]},
    )
    assert [len(each) for each in ready] == [0, 1, 1]
    assert repeated == 1
    (last,) = ready[2]
    assert fields(last) == {"company": "Marsh Valves", "city": "Leeds"}
    assert isinstance(last, Lead)
    assert [one.event for one in last.events] == ["demo_requested", "quote_requested"]


def test_a_last_telling_that_is_no_lead_is_refused_and_the_one_before_it_stands() -> None:
    ready, repeated = come(
        {"Id": 2, "Company": "Marsh"}, {"Id": 2, "Company": "Marsh Valves"}, {"Id": 2, "side": "x", "Company": "M"}
    )
    refused, lead = ready[2]
    assert isinstance(refused, Refused)
    assert (ready[:2], fields(lead), repeated) == ([[], []], {"company": "Marsh Valves"}, 1)


def test_records_of_which_none_is_a_lead_are_all_refused() -> None:
    ready, repeated = come({"Id": 2, "side": "x"}, {"Id": 2, "side": "y"})
    assert [[type(one) for one in each] for each in ready] == [[Refused], [Refused]]
    assert repeated == 0


def test_what_says_who_it_is_in_another_telling_is_a_lead() -> None:
    ready, _ = come({"Id": 2, "deal_size": 500}, {"Id": 2, "Company": "Marsh"})
    ((lead,),) = ready[1:]
    assert isinstance(lead, Lead)
    assert (lead.unnamed, fields(lead)) == (None, {"deal_size": 500, "company": "Marsh"})


def test_only_what_can_be_an_id_is_one() -> None:
    keys = [key_of(raw, CRM) for raw in ({"Id": 7}, {"id": "7"}, {"Id": ""}, {"Id": True}, {"Id": [7]}, {}, "7")]
    assert keys == ["7", "7", None, None, None, None, None]
