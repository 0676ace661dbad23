"""Bought data in the logbook: blanks are filled, what a person entered stands."""

from pathlib import Path
from typing import Any

import pytest
from tests.leads.desk.conftest import Desk
from tests.leads.upkeep.test_upkeep import correct

from bothsides.leads.upkeep.enrichment import Offered, offered, read_rows
from bothsides.leads.upkeep.fixes import make
from bothsides.schema.instant import DAY


def bought(desk: Desk, provider: str, *rows: dict[str, Any], days_old: int = 0) -> Offered:
    with desk.logbook.writing() as book:
        found = offered(book, desk.agreed, rows, provider, now=desk.now, known_at=desk.now - days_old * DAY)
        make(book, desk.agreed, found.enriched.fixes, who="ana", now=desk.now, provider=provider)
    return found


def fields(desk: Desk, lead_id: str) -> dict[str, Any]:
    return dict(desk.history(lead_id)[0].data["fields"]) | {
        line.data["field"]: line.data["value_after"] for line in desk.history(lead_id) if line.kind == "fix_applied"
    }


def test_blanks_are_filled_and_what_stands_is_shown_as_a_conflict(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    row = {"email": "JOAN@harlandpumps.example ", "website": "harland.example", "employees": "140", "country": "IE"}
    found = bought(desk, "zoominfo", row, {"email": "nobody@else.example", "website": "x.example"})
    assert found.nobody == (2,)
    assert fields(desk, lead)["website"] == "harland.example"
    (conflict,) = found.enriched.conflicts
    assert (conflict.field, conflict.kept, conflict.offered) == ("employees", 120, 140)
    assert [why for _, why in found.enriched.left_out] == [
        "country may not be filled; agreed: employees, phone, segment, website"
    ]


def test_a_provider_replaces_what_it_wrote_and_never_what_a_person_corrected(desk: Desk) -> None:
    lead = desk.take_one(employees=None).lead_id
    bought(desk, "zoominfo", {"lead_id": lead, "employees": 100})
    bought(desk, "zoominfo", {"lead_id": lead, "employees": 110})
    assert fields(desk, lead)["employees"] == 110
    bought(desk, "hubspot_breeze", {"lead_id": lead, "employees": 115})  # the more trusted one
    assert fields(desk, lead)["employees"] == 115
    assert bought(desk, "zoominfo", {"lead_id": lead, "employees": 90}).enriched.fixes == ()
    correct(desk, lead, "tom.hadley", employees=118)
    found = bought(desk, "hubspot_breeze", {"lead_id": lead, "employees": 125})
    assert found.enriched.fixes == ()
    assert (found.enriched.conflicts[0].kept, found.enriched.conflicts[0].entered_by) == (118, "a person")


def test_a_number_that_two_countries_read_differently_stops_the_file(desk: Desk) -> None:
    lead = desk.take_one(employees=None).lead_id
    with pytest.raises(ValueError, match=r'row 2: employees: "12\.000" may be 12 or 12000'):
        bought(desk, "zoominfo", {"lead_id": lead}, {"lead_id": lead, "employees": "12.000"})
    bought(desk, "zoominfo", {"lead_id": lead, "employees": "12,000"})
    assert fields(desk, lead)["employees"] == 12_000


def test_a_number_that_no_lead_could_come_with_stops_the_file(desk: Desk) -> None:
    lead = desk.take_one(employees=None).lead_id
    for given in ("-5", -5, "- 5", True, float("inf"), [5]):
        with pytest.raises(ValueError, match=r"^row 1: employees: "):
            bought(desk, "zoominfo", {"lead_id": lead, "employees": given})
    assert "employees" not in fields(desk, lead)


def test_old_data_and_strangers_are_left_out(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    old = bought(desk, "zoominfo", {"lead_id": lead, "website": "harland.example"}, days_old=200)
    assert [why for _, why in old.enriched.left_out] == ["is 200 days old, at most 180 agreed"]
    other = bought(desk, "guesses", {"lead_id": lead, "website": "harland.example"})
    assert other.enriched.left_out[0][1].startswith("guesses is not among the providers agreed")
    dated = {"lead_id": lead, "website": "harland.example", "known_at": "2026-03-30"}
    assert len(bought(desk, "zoominfo", dated, days_old=300).enriched.fixes) == 1


def test_files_of_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffemail,website\njoan@x.example,x.example\n")
    (tmp_path / "a.jsonl").write_text('{"email": "joan@x.example", "employees": 12}\n\n')
    assert read_rows(tmp_path / "a.csv") == [{"email": "joan@x.example", "website": "x.example"}]
    assert read_rows(tmp_path / "a.jsonl") == [{"email": "joan@x.example", "employees": 12}]
    (tmp_path / "b.jsonl").write_text("[1]\n")
    with pytest.raises(ValueError, match="line 1: is no JSON object"):
        read_rows(tmp_path / "b.jsonl")
    (tmp_path / "c.csv").write_text("website\nx.example\n")
    with pytest.raises(ValueError, match="nobody knows whose data it is"):
        read_rows(tmp_path / "c.csv")
    (tmp_path / "d.txt").write_text("x")
    with pytest.raises(ValueError, match=r"read from \.csv and \.jsonl"):
        read_rows(tmp_path / "d.txt")
