"""What `--at` may say: a moment of the years of which the desk knows working hours."""

import json
from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns, desk_at, did

from bothsides.cli import at_the_desk
from bothsides.cli.at_the_desk import moment
from bothsides.leads.desk.agreed import YEARS_AHEAD, YEARS_BACK
from bothsides.logbook import set_timer
from bothsides.schema.instant import iso
from bothsides.schema.working_time import public
from bothsides.workspace import Workspace
from bothsides.workspace.stores import open_logbook


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1973-01-01", "1973-01-01T00:00:00Z"),
        ("2026-04-01T09:00+02:00", "2026-04-01T07:00:00Z"),
        ("2097-12-31T23:59:59", "2097-12-31T23:59:59Z"),
    ],
)
def test_a_moment_is_read_in_utc_unless_it_names_its_zone(typed: str, meant: str) -> None:
    assert iso(moment(typed)) == meant


@pytest.mark.parametrize("typed", ["1969-01-01", "1972-12-31T23:59", "2098-01-01", "0001-01-01T00:00+14:00"])
def test_a_moment_of_which_no_calendar_knows_the_working_hours_is_one_clear_line(typed: str) -> None:
    with pytest.raises(ValueError, match=rf"^--at '{typed[:10]}.*': must lie from 1973 to 2097, [^\n]*$"):
        moment(typed)


def test_the_years_are_those_of_the_calendars() -> None:
    first, last = public.years_known(())
    assert (first + YEARS_BACK, last - YEARS_AHEAD) == (at_the_desk.FIRST_YEAR, at_the_desk.LAST_YEAR)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


LOOKS = (
    ("leads",),
    ("leads", "agenda"),
    ("route",),
    ("route", "try", "--side", "buyer"),
    ("sla",),
    ("sla", "clocks"),
    ("sla", "meetings"),
    ("score",),
    ("merge",),
    ("hygiene",),
    ("leads", "refused"),
)


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_what_shows_the_desk_as_it_stands_refuses_a_moment_before_its_newest_line(
    desk: DeskRuns, words: tuple[str, ...]
) -> None:
    desk.lead(id="1", name="Joan Harland", company="Harland Pumps Ltd", deal_size=60_000)
    named = r"--at 2026-03-31T09:00:00Z or later.*bothsides leads show ID.*logbook history ID.*bothsides replay"
    with pytest.raises(ValueError, match=rf"^--at '2026-03-31T08:59' is before the newest line .*{named}"):
        desk.text(*words, at="2026-03-31T08:59")
    assert desk.text(*words, at="2026-03-31T09:00:00Z"), "the moment that the refusal names"
    assert desk.text(*words, at="2026-04-30T09:00")


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_the_help_of_what_shows_the_desk_says_which_moments_it_takes(desk: DeskRuns, words: tuple[str, ...]) -> None:
    told = " ".join(desk.text(*words, "--help", at=None).replace("\N{BOX DRAWINGS LIGHT VERTICAL}", " ").split())
    assert "not before the logbook's newest line" in told
    assert "As if it were then" not in told


def test_one_looked_at_too_early_leaves_no_line_and_age_is_never_below_nothing(desk: DeskRuns) -> None:
    lead = desk.lead(id="1", name="Joan Harland", company="Harland Pumps Ltd", email="joan@harland.example")
    before = desk.record("logbook", "history", lead, at=None)
    for words in (("leads", "show", lead), ("route", "explain", lead), ("score", "explain", lead)):
        with pytest.raises(ValueError, match="is before the newest line of the logbook"):
            desk.text(*words, at="2026-03-01T00:00")
    assert desk.record("logbook", "history", lead, at=None) == before
    (queue,) = desk.record("route", at="2026-03-31T10:00")["queues"]
    assert queue["oldest_seconds"] == 3600


def test_nothing_happens_to_a_lead_before_it_came_in_though_what_it_did_before_is_told(desk: DeskRuns) -> None:
    one = desk.lead(id="1", name="Joan Harland", company="Harland Pumps Ltd", email="joan@harland.example")
    two = desk.lead(id="2", name="Tim Marsh", company="Marsh Valves", email="tim@marsh.example")
    early, sales, until = "2026-03-29T09:00", ("--by", "priya.nair"), ("--until", "2026-05-01")
    for words in (
        ("event", one, "demo_requested"),
        ("touch", one, *sales),
        ("verdict", one, "rejected", "--reason", "no_budget", *sales),
        ("stage", one, "opportunity", *sales),
        ("reached", one, "pause", "--detail", "asked to call later"),
        ("override", one, "sales", "--why", "met", *until),
        ("lift", one, "--why", "met"),
    ):
        with pytest.raises(
            ValueError, match=rf"{one[:8]} came in 2026-03-31T09:00:00Z: nothing can happen to it before"
        ):
            desk.text("leads", *words, at=early)
    with pytest.raises(ValueError, match="nothing can happen to it before"):
        desk.text("merge", "leads", one, two, "--why", "same", at=early)
    with pytest.raises(ValueError, match="a lead came in 2026-03-31T09:00:00Z: nothing can happen to it"):
        desk.text("tick", at=early)
    assert desk.record("leads", "event", one, "demo_requested", "--occurred", early)["new"] == 1
    assert desk.record("leads", "show", one)["events"][0]["occurred_at"] == "2026-03-29T09:00:00Z"
    assert json.loads(desk.text("tick", "--json"))["parked"] == []


def test_no_review_is_answered_and_no_merge_taken_back_before_it_was_there(desk: DeskRuns) -> None:
    hot = did("demo_requested", "quote_requested")
    desk.lead(id="A", company="Harland Pumps", name="Joan Harland", email="info@harlandpumps.example", events=hot)
    two = desk.lead(id="B", company="Harland Pump", name="J Harland", phone="020 7946 0001", email="jh@gmail.com")
    for answer in ("yes", "no"):
        with pytest.raises(ValueError, match="put on the agenda 2026-03-31T09:00:00Z: nothing is decided before"):
            desk.text("merge", answer, two[:8], "--why", "same telephone", at="2026-03-31T08:00")
    merged = desk.record("merge", "yes", two[:8], "--why", "same telephone", at="2026-03-31T11:00")
    with pytest.raises(ValueError, match="was made 2026-03-31T11:00:00Z: nothing is taken back before"):
        desk.text("merge", "undo", merged["merge"], "--why", "two brothers", at="2026-03-31T10:00")
    assert (
        desk.record("merge", "undo", merged["merge"], "--why", "two brothers", at="2026-03-31T11:00")["of"] == "leads"
    )


def test_what_stands_before_the_operator_takes_only_words_that_mean_something(desk: DeskRuns) -> None:
    desk.lead(id="1", name="Joan Harland", company="Harland Pumps Ltd", email="joan@harland.example")
    logbook = open_logbook(Workspace.open(desk.folder), {})
    with logbook.writing() as book:
        book.post([set_timer("moon", "full", moment("2026-03-31T09:30"), now=moment("2026-03-31T09:00"))], now=1)
    logbook.close()
    desk.text("tick", at="2026-03-31T10:00")
    (waits,) = desk.record("leads", "agenda", "--kind", "parked_timer", at="2026-03-31T11:00")
    decide = ("leads", "decide", waits["item"])
    with pytest.raises(ValueError, match="a parked_timer is 'foo': must be one of mended, known"):
        desk.text(*decide, "foo", "--why", "x", at="2026-03-31T11:00")
    with pytest.raises(ValueError, match="it was put on the agenda 2026-03-31T10:00:00Z: nothing is decided before"):
        desk.text(*decide, "mended", "--why", "x", at="2026-03-31T08:00")
    assert desk.record(*decide, "mended", "--why", "x", at="2026-03-31T11:00")["decision"] == "mended"
