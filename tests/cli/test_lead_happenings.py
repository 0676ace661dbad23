"""What happened to leads, typed or in a file: each mistake is named with its line, and then nothing is kept."""

import json
from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns, desk_at, did

from bothsides.cli.lead_happenings import pair
from bothsides.cli.lead_told import FORMAT


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


@pytest.fixture
def lead(desk: DeskRuns) -> str:
    return desk.lead(
        id="H1",
        company="Harland",
        name="Joan Harland",
        email="joan@harland.example",
        deal_size=12_000,
        events=did("demo_requested", "quote_requested"),
    )


def file_of(desk: DeskRuns, *lines: object) -> Path:
    path = desk.folder / "told.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def test_every_line_of_a_file_that_cannot_be_taken_is_named(desk: DeskRuns, lead: str) -> None:
    wrong = {
        "at = '2026-03-31T10:30Z': is 1 hour 30 minutes in the future; at most 5 minutes are believed": {
            "what": "touch", "lead": lead, "at": "2026-03-31T10:30Z",
        },
        "occurred_at: unknown; a touch says lead, kind, direction, id, automated, by, at": {
            "what": "touch", "lead": lead, "occurred_at": "2026-03-31T08:30Z",
        },
        "automated = 'no': must be true or false": {"what": "touch", "lead": lead, "automated": "no"},
        "at = 'yesterday' is not a moment": {"what": "touch", "lead": lead, "at": "yesterday"},
        "did you mean demo_requested?": {"what": "event", "lead": lead, "event": "demo_request"},
        "by = 'tom.hadly' is nobody of routing.toml; did you mean tom.hadley?": {
            "what": "verdict", "lead": lead, "verdict": "accepted", "by": "tom.hadly",
        },
        "reason: missing; must be one of bad_timing": {"what": "verdict", "lead": lead, "verdict": "rejected"},
        "amount = '12k': must be a number in GBP": {"what": "stage", "lead": lead, "stage": "mql", "amount": "12k"},
        "objections = 'price': must be a list of texts": {
            "what": "stage", "lead": lead, "stage": "closed_lost", "objections": "price",
        },
        "give either lead, or subject": {"what": "reached", "reached": "reply"},
        "subject: 'r-1' is no lead and no clock of it began": {"what": "reached", "subject": "r-1", "reached": "reply"},
        "what = 'call': must be one of touch, event, verdict, stage, reached": {"what": "call", "lead": lead},
    }  # fmt: skip
    good = {"what": "touch", "lead": lead[:8], "at": "2026-03-31T08:30Z"}
    with pytest.raises(ValueError, match="nothing was written down") as raised:
        desk.text("leads", "happened", file_of(desk, good, *wrong.values()))
    told = str(raised.value)
    places = [told.find(f"line {number}: ") for number in range(2, len(wrong) + 2)]
    assert sorted(places) == places
    assert [told.index(words) > place for words, place in zip(wrong, places, strict=True)] == [True] * len(wrong)
    assert "line 1:" not in told
    assert desk.record("leads", "show", lead)["attempts"] == 0


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("deal_size=9000", 9000), ("gap=-3.5", -3.5), ("part=0.75", 0.75), ("urgent=true", True), ("side=us", "us"),
        ("sku=007", "007"), ("sku=1_000", "1_000"), ("sku=1e3", "1e3"), ("sku=nan", "nan"), ("sku=+5", "+5"),
        ("sku=.5", ".5"), ("sku=5.", "5."), ("sku=\u0663", "\u0663"), ("id=9007199254740993", 9007199254740993),
    ],
)  # fmt: skip
def test_a_field_is_a_number_only_where_it_is_written_as_one(given: str, value: object) -> None:
    name, _, _ = given.partition("=")
    assert pair(given) == (name, value)
    assert type(pair(given)[1]) is type(value)


def test_a_deal_is_worth_at_least_nothing(desk: DeskRuns, lead: str) -> None:
    close = ("leads", "stage", lead, "closed_won", "--reason", "price", "--objection", "none")
    with pytest.raises(ValueError, match=r"amount = -500\.0: must be at least 0"):
        desk.text(*close, "--amount=-500")
    assert desk.record("leads", "show", lead)["stage"] != "closed_won"


def test_the_lines_that_help_shows_are_taken(desk: DeskRuns, lead: str) -> None:
    shown = [json.loads(line) for line in FORMAT.splitlines() if line.lstrip().startswith("{")]
    assert {one["what"] for one in shown} == {"touch", "event", "verdict", "reached"}
    lines = [{**one, "lead": lead} if "lead" in one else one for one in shown]
    told = desk.record("leads", "happened", file_of(desk, *lines), at="2026-04-01T10:00")
    assert (told["told"], told["new"]) == (len(shown), len(shown))
    of_another, unknown = told["notes"]
    assert of_another.endswith("'s: the verdict stands in its history as said by ana.ruiz")
    assert unknown.startswith("'ana.ruiz' is nobody whom the agreement knows; it knows priya.nair, tom.hadley")
    stands = desk.record("leads", "show", lead, at="2026-04-01T10:00")
    assert (stands["attempts"], stands["stage"], stands["queue"]) == (1, "recycled", "marketing")


def test_nobody_unknown_ends_what_sales_owes_at_the_prompt(desk: DeskRuns, lead: str) -> None:
    touch, known = ("leads", "touch", lead), "is nobody whom the agreement knows; it knows priya.nair, tom.hadley"
    with pytest.raises(ValueError, match=f"^--by: missing; your user name '.*' {known}.*VP Sales"):
        desk.text(*touch)
    with pytest.raises(ValueError, match=f"^--by 'nobody.here' {known}"):
        desk.text(*touch, "--by", "nobody.here")
    with pytest.raises(ValueError, match=f"^--by: missing; your user name '.*' {known}"):
        desk.text("leads", "verdict", lead, "rejected", "--reason", "no_budget")
    assert desk.record("leads", "show", lead)["attempts"] == 0
    assert desk.record(*touch, "--way", "in")["new"] == 1, "the lead answered: nobody of ours need be named"
    assert desk.record(*touch, "--by", "VP Sales")["new"] == 1, "has an address in delivery.toml"
    assert desk.record("leads", "show", lead)["attempts"] == 1


def test_a_request_starts_and_ends_the_clock_of_its_supplier(desk: DeskRuns, lead: str) -> None:
    asked = ("leads", "reached", "rfq-881", "rfq_sent", "--owner", "supplier-7", "--field")
    with pytest.raises(ValueError, match=r"--field 'side': must be NAME=VALUE"):
        desk.text(*asked, "side")
    with pytest.raises(ValueError, match=r"fields.side: 'byer' must be buyer or supplier"):
        desk.text(*asked, "side=byer")
    assert desk.record(*asked, "side=buyer", "--field", "deal_size=9000")["new"] == 1
    (clock,) = desk.record("sla", "clocks", "--owner", "supplier-7")
    assert (clock["lead_id"], clock["clause"]) == ("rfq-881", "answer_to_request")
    assert desk.record("leads", "reached", "rfq-881", "reply", at="2026-03-31T10:00")["new"] == 1
    listed = desk.record("leads", "reached", "l-1", "listing_submitted", "--field", "side=buyer")
    assert listed["notes"] == ["no clause of sla.toml begins a clock for 'l-1' with listing_submitted and these fields"]
    with pytest.raises(ValueError, match="--occurred '2026-03-31T10:30Z': is 1 hour 30 minutes in the future"):
        desk.text("leads", "touch", lead, "--by", "priya.nair", "--occurred", "2026-03-31T10:30Z")
    paused = desk.record("leads", "reached", lead[:8], "pause", "--detail", "asked to call later")
    assert [one["lead_id"] for one in paused["leads"]] == [lead]


def test_an_event_that_nothing_listens_to_is_taken_and_said_so(desk: DeskRuns, lead: str) -> None:
    told = desk.record("leads", "event", lead, "weather_asked")
    assert (told["new"], told["notes"]) == (
        1, ["'weather_asked' earns no points and asks for nobody by this agreement"],
    )  # fmt: skip


def test_an_event_that_a_machine_misspelt_before_is_still_questioned_at_the_prompt(desk: DeskRuns) -> None:
    events = [{"event": "quote_requestd", "occurred_at": "2026-03-30T09:00:00Z"}]
    lead = desk.lead(id="H2", company="Marsh", name="Tim Marsh", email="tim@marsh.example", events=events)
    with pytest.raises(ValueError, match="did you mean quote_requested"):
        desk.text("leads", "event", lead, "quote_requestd")


def test_a_moment_that_the_other_clock_is_ahead_by_is_told_again_as_itself_in_a_file_and_at_the_prompt(
    desk: DeskRuns, lead: str
) -> None:
    event = {"what": "event", "lead": lead, "event": "pricing_viewed", "at": "2026-03-31T09:04:59Z"}
    assert desk.record("leads", "happened", file_of(desk, event))["new"] == 1
    assert desk.record("leads", "event", lead, "pricing_viewed", "--occurred", event["at"])["new"] == 0
    at, words = "2026-03-31T09:05:01Z", "5 minutes 1 second in the future; at most 5 minutes are believed"
    with pytest.raises(ValueError, match=f"^.*line 1: at = '{at}': is {words}; nothing was written down$"):
        desk.text("leads", "happened", file_of(desk, event | {"at": at}))
    with pytest.raises(ValueError, match=f"^--occurred '{at}': is {words}$"):
        desk.text("leads", "event", lead, "pricing_viewed", "--occurred", at)


def test_without_signed_reasons_the_standard_codes_hold(desk: DeskRuns, lead: str) -> None:
    (desk.folder / "agreement" / "reasons.toml").unlink()
    with pytest.raises(ValueError, match="reason: missing; must be one of bad_timing"):
        desk.text("leads", "verdict", lead, "rejected", "--by", "priya.nair")
    with pytest.raises(ValueError, match=r"objections: missing; must be some of .*, or only 'none'"):
        desk.text("leads", "stage", lead, "closed_won", "--reason", "price")
    lost = ("leads", "stage", lead, "closed_lost", "--reason", "other", "--objection", "none")
    with pytest.raises(ValueError, match="note: missing; 'other' needs a sentence beside it"):
        desk.text(*lost)
    assert desk.record(*lost, "--note", "moved to Mars")["leads"][0]["stage"] == "closed_lost"


def test_what_is_typed_names_the_lead_by_its_company_too_and_a_file_by_its_id_only(desk: DeskRuns, lead: str) -> None:
    typed = (
        ("leads", "touch", "harland ltd", "--by", "tom.hadley"),
        ("leads", "event", "harland.example", "pricing_viewed"),
        ("leads", "reached", "HARLAND", "pause", "--detail", "asked to call later", "--by", "tom.hadley"),
        ("leads", "verdict", "Joan@harland.example", "accepted", "--by", "tom.hadley"),
        ("leads", "override", "Harland", "sales", "--why", "met", "--until", "2026-05-01T09:00", "--by", "tom.hadley"),
        ("leads", "lift", "Harland", "--why", "no", "--by", "tom.hadley"),
        ("score", "explain", "Harland"),
        ("score", "why", "Harland"),
        ("route", "explain", "Harland"),
    )
    for words in typed:
        told = desk.record(*words)
        assert lead in (told.get("lead_id"), *(one["lead_id"] for one in told.get("leads", ()))), words
    line = {"what": "touch", "lead": "Harland", "at": "2026-03-31T08:30Z"}
    with pytest.raises(ValueError, match="lead 'Harland' never came in"):
        desk.text("leads", "happened", file_of(desk, line))


def test_a_verdict_of_somebody_else_is_taken_and_both_are_told(desk: DeskRuns, lead: str) -> None:
    (owner,) = {desk.record("leads", "show", lead)["owner"]}
    other = next(name for name in ("priya.nair", "tom.hadley") if name != owner)
    told = desk.record("leads", "verdict", lead, "rejected", "--reason", "no_budget", "--by", other)
    assert told["notes"] == [f"lead {lead[:8]} was {owner}'s: the verdict stands in its history as said by {other}"]
    assert f"rejected for no budget, by {other}, of a lead that {owner} had" in desk.text(
        "logbook", "history", lead, at=None
    )


def test_a_verdict_of_the_owner_says_nothing_beside(desk: DeskRuns, lead: str) -> None:
    owner = desk.record("leads", "show", lead)["owner"]
    assert desk.record("leads", "verdict", lead, "accepted", "--by", owner)["notes"] == []
    assert "of a lead that" not in desk.text("logbook", "history", lead, at=None)
