"""Bought data in the logbook: blanks are filled, what a person entered stands."""

from pathlib import Path
from typing import Any

import pytest
from tests.leads.desk.conftest import Desk
from tests.leads.upkeep.test_upkeep import correct

from bothsides.connectors.files import FileRefused
from bothsides.leads.upkeep.bought import Row, read_bought
from bothsides.leads.upkeep.enrichment import Offered, offered
from bothsides.leads.upkeep.fixes import make
from bothsides.schema.instant import DAY


def bought(desk: Desk, provider: str, *rows: dict[str, Any], days_old: int = 0) -> Offered:
    lines = [Row(line=line, values=row) for line, row in enumerate(rows, start=1)]
    with desk.logbook.writing() as book:
        found = offered(book, desk.agreed, lines, provider, now=desk.now, known_at=desk.now - days_old * DAY)
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
    with pytest.raises(ValueError, match=r'^line 2: employees: "12\.000" may be 12 or 12000'):
        bought(desk, "zoominfo", {"lead_id": lead}, {"lead_id": lead, "employees": "12.000"})
    bought(desk, "zoominfo", {"lead_id": lead, "employees": "12,000"})
    assert fields(desk, lead)["employees"] == 12_000


def test_a_number_that_no_lead_could_come_with_stops_the_file(desk: Desk) -> None:
    lead = desk.take_one(employees=None).lead_id
    for given in ("-5", -5, "- 5", True, float("inf"), [5]):
        with pytest.raises(ValueError, match=r"^line 1: employees: "):
            bought(desk, "zoominfo", {"lead_id": lead, "employees": given})
    assert "employees" not in fields(desk, lead)


def test_old_data_and_strangers_are_left_out(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    old = bought(desk, "zoominfo", {"lead_id": lead, "website": "harland.example"}, days_old=200)
    assert [why for _, why in old.enriched.left_out] == ["the data is 200 days old, at most 180 agreed"]
    other = bought(desk, "guesses", {"lead_id": lead, "website": "harland.example"})
    assert other.enriched.left_out[0][1].startswith("guesses is not among the providers agreed")
    dated = {"lead_id": lead, "website": "harland.example", "known_at": "2026-03-30"}
    assert len(bought(desk, "zoominfo", dated, days_old=300).enriched.fixes) == 1


def test_data_of_a_day_to_come_stops_the_file(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    with pytest.raises(
        ValueError, match=r"^line 1: known_at = '9999-01-01' is [0-9,]+ days [0-9]+ hours in the future"
    ):
        bought(desk, "zoominfo", {"lead_id": lead, "website": "harland.example", "known_at": "9999-01-01"})


def test_what_could_not_be_a_value_of_a_lead_stops_the_file_where_it_may_be_filled(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    for given in ("x\x00", "x" * 10_001, ["x.example"], {"at": "x.example"}, float("inf")):
        with pytest.raises(ValueError, match=r"^line 1: website: "):
            bought(desk, "zoominfo", {"lead_id": lead, "website": given})
        left = bought(desk, "zoominfo", {"lead_id": lead, "technologies": given}).enriched.left_out
        assert [why for _, why in left] == [
            "technologies may not be filled; agreed: employees, phone, segment, website"
        ]
    assert "website" not in fields(desk, lead)


def test_files_of_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffemail,website,phone\njoan@x.example,x.example,\n")
    (tmp_path / "a.jsonl").write_text('\n{"email": "joan@x.example", "employees": 12}\n\n')
    assert read_bought(tmp_path / "a.csv").rows == (
        Row(line=2, values={"email": "joan@x.example", "website": "x.example"}),
    )
    assert read_bought(tmp_path / "a.jsonl").rows == (Row(line=2, values={"email": "joan@x.example", "employees": 12}),)
    (tmp_path / "b.jsonl").write_text("[1]\n")
    with pytest.raises(FileRefused, match="line 1: JSON, but a list instead of an object"):
        read_bought(tmp_path / "b.jsonl")
    (tmp_path / "c.csv").write_text("website\nx.example\n")
    with pytest.raises(ValueError, match="nobody knows whose data it is"):
        read_bought(tmp_path / "c.csv")
    (tmp_path / "d.txt").write_text("x")
    with pytest.raises(ValueError, match=r"read from \.csv and \.jsonl"):
        read_bought(tmp_path / "d.txt")
    (tmp_path / "e.csv").write_text("email,website\n")
    assert read_bought(tmp_path / "e.csv").rows == ()


def test_every_line_of_a_file_is_a_row_or_set_aside_with_its_number(tmp_path: Path) -> None:
    rows = "".join(f"p{n}@a.example,{n},x\n" for n in range(1000))
    (tmp_path / "a.csv").write_text(f'email,employees,industry\na@a.example,10,"unclosed\n{rows}')
    found = read_bought(tmp_path / "a.csv")
    assert (found.lines.physical, found.lines.header, found.lines.record, found.lines.quarantined) == (1002, 1, 1000, 1)
    assert [(one.line, one.reason) for one in found.aside] == [(2, "unclosed_quote")]
    assert found.rows[0] == Row(line=3, values={"email": "p0@a.example", "employees": "0", "industry": "x"})
    assert found.rows[-1].line == 1002

    (tmp_path / "b.csv").write_text(
        'email,employees,industry\na@a.example,10,x,surplus\nb@b.example\n\nc@c.example,3,"two\nlines"\nd@d.example,4,x\n'
    )
    found = read_bought(tmp_path / "b.csv")
    assert [(one.line, one.reason) for one in found.aside] == [(2, "too_many_fields"), (3, "too_few_fields")]
    assert [(row.line, row.values["email"]) for row in found.rows] == [(5, "c@c.example"), (7, "d@d.example")]
    assert (found.lines.physical, found.lines.blank, found.lines.record) == (7, 1, 3)


def test_lines_of_json_end_where_the_file_ends_them_and_the_wrong_ones_are_set_aside(tmp_path: Path) -> None:
    lines = (
        '{"email": "a@a.example", "industry": "x\u2028y\u0085z"}', "[1]", '{"email": "b@b.example"', "",
        '{"email": "c\\ud800@c.example"}', '{"a":' * 2000 + "1" + "}" * 2000, '{"email": "d@d.example", "open": true}',
        '{"email": "e@e.example", "employees": ' + "9" * 5000 + "}",
    )  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
    found = read_bought(tmp_path / "a.jsonl")
    assert [(row.line, dict(row.values)) for row in found.rows] == [
        (1, {"email": "a@a.example", "industry": "x\u2028y\u0085z"}),
        (7, {"email": "d@d.example", "open": True}),
        (8, {"email": "e@e.example", "employees": float("inf")}),
    ]
    assert [(one.line, one.reason) for one in found.aside] == [
        (2, "not_an_object"), (3, "invalid_json"), (5, "invalid_encoding"), (6, "invalid_json"),
    ]  # fmt: skip
    assert found.lines.physical == found.lines.record + found.lines.blank + found.lines.quarantined == 8
