"""`bothsides sla`: clocks by clause and one by one, and deadlines by a calendar."""

from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.desk_runs import DeskRuns, desk_at, did, widest

from bothsides.cli.lead_words import show_table

HOT = did("demo_requested", "quote_requested")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


def test_clocks_by_clause_before_and_after_they_are_due(desk: DeskRuns) -> None:
    for n, (name, firm) in enumerate([("Joan Lund", "lundco"), ("Ada Berg", "bergltd")]):
        desk.lead(id=str(n), company=firm, name=name, email=f"x@{firm}.example", events=HOT)
    first, _ = (lead["lead_id"] for lead in desk.record("leads")["leads"])
    clauses = {one["clause"]: one for one in desk.record("sla")["clauses"]}
    assert (clauses["first_touch"]["running"], clauses["first_touch"]["attainment"]) == (2, None)
    desk.record("leads", "touch", first, "--by", "priya.nair", at="2026-03-31T10:00")
    desk.text("tick", at="2026-04-02T16:00")
    later = desk.record("sla", at="2026-04-02T16:00")
    assert later["month_from"] == "2026-03-31T23:00:00Z"
    touch = next(one for one in later["clauses"] if one["clause"] == "first_touch")
    assert (touch["running"], touch["at_risk"], touch["breached"], touch["met"]) == (0, 0, 1, 1)
    assert touch["attainment"] == 0.5
    text = desk.text("sla", at="2026-04-02T16:00")
    assert "50 %" in text
    assert "first touch " in text
    assert widest(text) <= 100


def test_clocks_are_listed_by_due_time_and_shown_whole(desk: DeskRuns) -> None:
    lead = desk.lead(id="1", company="lundco", name="Joan Lund", email="x@lundco.example", events=HOT)
    owner = desk.record("leads", "show", lead)["owner"]
    found = desk.record("sla", "clocks", "--owner", owner)
    with pytest.raises(LookupError, match=r"--owner 'priya\.nail': no member is called so; did you mean"):
        desk.text("sla", "clocks", "--owner", "priya.nail")
    assert [one["due_at"] for one in found] == sorted(one["due_at"] for one in found)
    assert {one["lead_id"] for one in found} == {lead}
    another = next(name for name in ("priya.nair", "tom.hadley") if name != owner)
    assert desk.record("sla", "clocks", "--owner", another) == []
    whole = desk.record("sla", "show", found[0]["clock_id"][:8])
    assert whole["clock_id"] == found[0]["clock_id"]
    assert [one["kind"] for one in whole["history"]] == ["clock_started"]
    assert whole["allowed_seconds"] > 0
    assert widest(desk.text("sla", "clocks")) <= 100
    assert widest(desk.text("sla", "show", found[0]["clock_id"])) <= 100
    with pytest.raises(LookupError, match="no clock 'ffff'"):
        desk.text("sla", "show", "ffff")
    with pytest.raises(ValueError, match=r"--state 'late': must be one of running, paused"):
        desk.text("sla", "clocks", "--state", "late")


def test_a_clock_whose_time_is_over_is_past_due_before_the_desk_goes_round(desk: DeskRuns) -> None:
    desk.lead(id="1", company="lundco", name="Joan Lund", email="x@lundco.example", events=HOT)
    clauses = {one["clause"]: one for one in desk.record("sla", at="2026-04-20T12:00")["clauses"]}
    assert (clauses["first_touch"]["running"], clauses["first_touch"]["at_risk"]) == (0, 1)
    late = desk.record("sla", "clocks", "--state", "at_risk", at="2026-04-20T12:00")
    assert "first_touch" in {one["clause"] for one in late}
    assert len(late) == sum(one["at_risk"] for one in clauses.values())
    running = desk.record("sla", "clocks", "--state", "running", at="2026-04-20T12:00")
    assert len(running) == sum(one["running"] for one in clauses.values())
    listed = desk.text("sla", "clocks", "--state", "at_risk", at="2026-04-20T12:00")
    assert "past due" in listed
    assert "running" not in listed


def test_a_missed_clock_names_who_missed_it_beside_who_has_the_lead_now(desk: DeskRuns) -> None:
    """A large buyer of half a day; the ladder gives it to somebody else four hours after it was missed."""
    lead = desk.lead(id="1", company="lundco", name="Joan", email="x@lundco.example", deal_size=60_000, events=HOT)
    first = desk.record("leads", "show", lead)["owner"]
    for moment in ("2026-03-31T14:00", "2026-04-01T10:00", "2026-04-01T16:00", "2026-04-02T10:00"):
        desk.text("tick", at=moment)
    then = desk.record("leads", "show", lead, at=moment)["owner"]
    assert then not in (None, first)
    (missed,) = desk.record("sla", "clocks", "--state", "breached", "--owner", first, at=moment)
    assert (missed["missed_by"], missed["now_with"]) == (first, then)
    assert desk.record("sla", "clocks", "--state", "breached", "--owner", then, at=moment) == []
    shown = desk.text("sla", "clocks", "--state", "breached", at=moment)
    (row,) = [line for line in shown.splitlines() if lead[:8] in line]
    assert row.index(first) < row.index(then)


def test_a_deadline_by_a_calendar_shows_the_stretches_it_counted(desk: DeskRuns) -> None:
    desk.lead(id="1", company="lundco", name="Joan Lund", email="x@lundco.example")
    words = ("sla", "calendar", "office", "--hours", 8)
    # Thursday before Easter, 16:00 in London: good Friday and Easter Monday are holidays.
    found = desk.record(*words, at="2026-04-02T16:00+01:00")
    assert found["deadline"] == "2026-04-07T15:15:00Z"
    assert [(one["from"], one["until"]) for one in found["blocks"]] == [
        ("2026-04-02T15:00:00Z", "2026-04-02T16:30:00Z"),
        ("2026-04-07T08:00:00Z", "2026-04-07T11:30:00Z"),
        ("2026-04-07T12:15:00Z", "2026-04-07T15:15:00Z"),
    ]
    assert sum(one["seconds"] for one in found["blocks"]) == 8 * 3600
    assert "8 hours of office are over at 2026-04-07 16:15" in desk.text(*words, at="2026-04-02T16:00+01:00")
    one = desk.text("sla", "calendar", "office", "--hours", 1, at="2026-04-02T16:00+01:00")
    assert "1 hour of office is over at 2026-04-02 17:00" in one
    with pytest.raises(ValueError, match="calendar 'pub': must be one of office, berlin"):
        desk.text("sla", "calendar", "pub")


def test_a_history_is_wrapped_in_a_terminal_and_never_cut() -> None:
    console = Console(width=40, record=True, quiet=False)
    show_table(console, ("when", "what"), [("2026-03-31 10:00", "a word " * 12)], wrapped=("what",))
    text = console.export_text()
    assert text.split().count("word") == 12
    assert widest(text) <= 40
