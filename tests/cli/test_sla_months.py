"""`bothsides sla scorecard | month | meetings | escalations | reps | pipeline | propose`: the teams' month by hand."""

import json
import re
from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns, desk_at, did, widest

HOT = did("demo_requested", "quote_requested", at="2026-04-01T08:00:00Z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("teams") / "acme"


@pytest.fixture
def desk(folder: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    """Two leads of April: one called in time and rejected, one left alone; looked back at in May."""
    if folder.exists():
        return DeskRuns(folder=folder, capture=capsys)
    made = desk_at(folder, capsys)
    at = "2026-04-01T09:00"
    lines = [
        {"id": str(n), "side": "buyer", "country": "GB", "company": f"firm{n}", "name": f"Ada {n}",
         "email": f"ada@firm{n}.example", "events": HOT}
        for n in range(2)
    ]  # fmt: skip
    path = folder / "two.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    made.record("leads", "take", path, "--source", "api", at=at)
    first = made.record("leads", at=at)["leads"][0]["lead_id"]
    made.record("leads", "touch", first, "--by", "priya.nair", at="2026-04-01T10:00")
    made.record(
        "leads", "verdict", first, "rejected", "--reason", "no_budget", "--by", "priya.nair", at="2026-04-01T11:00"
    )
    made.text("tick", at="2026-04-20T12:00")
    made.record("sla", "review", at="2026-04-20T12:00")
    made.record("sla", "review", at="2026-05-04T12:00")
    return made


LATER = "2026-05-04T13:00"


def test_the_scorecard_says_who_kept_their_word_and_is_written_as_a_page(desk: DeskRuns) -> None:
    card = desk.record("sla", "scorecard", "--month", "2026-04", at=LATER)
    kept = {one["clause"]: one for one in card["card"]["kept"]}
    assert (kept["qualified buyers"]["delivered"], kept["qualified buyers"]["owed"]) == (2.0, 50.0)
    touch = kept["first touch of buyers in time"]
    assert (touch["n"], touch["delivered"], touch["word"]) == (2, 0.5, "missed")
    assert (card["frozen"], card["is_over"]) == (True, True)
    moments = (card["start"], card["close"], card["known_at"])
    assert moments == ("2026-03-31T23:00:00Z", "2026-04-30T23:00:00Z", "2026-04-30T23:00:00Z")
    text = desk.text("sla", "scorecard", "--month", "2026-04", "--html", at=LATER)
    assert "Marketing missed both clauses: qualified buyers (2 of 50 owed), qualified suppliers (0 of 20 owed)." in text
    assert "first touch of buyers in time" in text
    page = (desk.folder / "reports" / "sla-2026-04.html").read_text(encoding="utf-8")
    assert "Who kept their word" in page
    assert "Marketing missed both clauses" in page
    assert f"--words &quot;...&quot; -w {desk.folder.resolve()}" in page, "a page is read far from where it was written"
    told = desk.text("sla", "scorecard", "--month", "2026-04", at=LATER)
    assert f"--month 2026-04 --html -w {desk.folder}" in " ".join(told.split())


def test_the_month_under_way_says_so_far(desk: DeskRuns) -> None:
    assert "so far" in desk.text("sla", "scorecard", at=LATER)
    with pytest.raises(ValueError, match=r"2026-07 has not begun; 2026-05 is under way"):
        desk.text("sla", "scorecard", "--month", "2026-07", at=LATER)
    with pytest.raises(ValueError, match="'2026-Q2' is no month"):
        desk.text("sla", "scorecard", "--month", "2026-Q2", at=LATER)


def test_a_month_looked_at_while_it_ran_is_not_yet_frozen_and_knows_nothing_to_come(desk: DeskRuns) -> None:
    then = desk.record("sla", "scorecard", "--month", "2026-04", at="2026-04-10T12:00")
    assert (then["frozen"], then["is_over"], then["agenda"]) == (False, False, [])
    text = desk.text("sla", "scorecard", "--month", "2026-04", at="2026-04-03T12:00")
    assert "How the month paces, by its working days up to the end of 2026-04-02:" in text
    assert "so far: too early to tell: qualified buyers (2 of 50 owed)" in text
    assert "missed" not in text


def test_without_a_month_the_last_in_which_leads_moved_is_shown_and_said(desk: DeskRuns) -> None:
    assert desk.record("sla", "scorecard", at="2026-07-15T12:00")["period"] == "2026-04"
    text = desk.text("sla", "scorecard", at="2026-07-15T12:00")
    assert "No lead moved since 2026-04. The month under way: --month 2026-07" in text
    assert desk.record("sla", "scorecard", "--month", "2026-07", at="2026-07-15T12:00")["period"] == "2026-07"


def test_a_month_without_commitments_says_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = desk_at(tmp_path / "acme", capsys)
    (bare.folder / "agreement" / "commitments.toml").unlink()
    bare.lead(id="1", company="lundco", name="Joan Lund", email="x@lundco.example")
    text = bare.text("sla", "scorecard")
    assert "write agreement/commitments.toml" in text
    assert "clause" not in text


def test_the_statement_is_read_back_under_its_seal(desk: DeskRuns) -> None:
    told = desk.record("sla", "month", "2026-04", at=LATER)
    assert (told["untouched"], told["closed_at"]) == (True, "2026-04-30T23:00:00Z")
    assert {"clause": "qualified buyers", "figure": "delivered", "value": 2.0, "words": ""} in told["lines"]
    text = desk.text("sla", "month", at=LATER)
    assert "holds" in text
    assert re.search(r"first touch of buyers in time +(missed)? +90 % +\d+ % ", text)
    assert widest(text) <= 100
    with pytest.raises(LookupError, match=r"2026-03 has no statement; frozen are 2026-04"):
        desk.text("sla", "month", "2026-03", at=LATER)


def test_meetings_are_listed_with_packs_and_decided_once(desk: DeskRuns) -> None:
    item = "alignment/2026-04/buyer/qualified buyers"
    meetings = {one["item_id"]: one for one in desk.record("sla", "meetings", at=LATER)}
    assert (meetings[item]["owner"], meetings[item]["due_at"]) == ("VP Marketing", "2026-04-22T23:00:00Z")
    assert "delivered so far: 2" in desk.text("sla", "meetings", "--open", at=LATER)
    assert f'by the end of 2026-04-22: bothsides sla decide "{item}" --words' in desk.text("sla", "meetings", at=LATER)
    told = desk.text("sla", "meetings", "--open", at=LATER)
    assert f'"{item}" --words "..." -w {desk.folder}' in " ".join(told.split())
    agenda = desk.text("leads", "agenda", at=LATER)
    assert "due by the end of 2026-04-22" in agenda
    assert "consequence: consequence/" not in agenda, "it says what the month brought, not its key"
    words = ("sla", "decide", item, "--words", "two webinars", "--by", "ana")
    decision = desk.record(*words, at=LATER)["decision"]
    assert (decision["words"], decision["at"]) == ("two webinars", "2026-05-04T13:00:00Z")
    with pytest.raises(ValueError, match="was decided already"):
        desk.text(*words, at=LATER)
    assert "decided by ana" in desk.text("sla", "meetings", at=LATER)
    assert "two webinars" in desk.text("sla", "meetings", at=LATER)
    right = "consequence/2026-04/buyer/short of leads"
    assert desk.record("sla", "decide", right, "--waive", "--words", "a holiday", at=LATER)["state"] == "waived"
    with pytest.raises(ValueError, match="give one of them"):
        desk.text("sla", "decide", right, "--use", "--waive", "--words", "x", at=LATER)


def test_a_review_is_called_by_a_person_with_the_real_leads_in_it(desk: DeskRuns) -> None:
    at = "2026-04-02T12:00"
    called = desk.record("sla", "escalate", "buyer", "--why", "nobody buys", "--by", "vp.sales", at=at)
    assert called["content"]["why"].endswith("1 of 1 lead answered in 14 days was rejected; nobody buys")
    assert [one["code"] for one in called["content"]["rejected_leads"]] == ["no_budget"]
    assert called["item_id"] in desk.text("sla", "escalations", "--open", at=at)
    with pytest.raises(ValueError, match="must be one of"):
        desk.text("sla", "escalate", "sideways", at=at)


def test_people_pipeline_and_response_times(desk: DeskRuns) -> None:
    reps = desk.record("sla", "reps", at=LATER)
    assert sum(one["leads"] for one in reps) >= 2
    assert {one["standing"] for one in reps} == {"too few to say"}
    assert widest(desk.text("sla", "reps", at=LATER)) <= 100
    proposed = desk.record("sla", "propose", at="2026-07-30T12:00")["response_times"]
    assert [one["hours"] for one in proposed] == [None, None]
    assert "1,000 are needed" in desk.text("sla", "propose", at="2026-07-30T12:00")
    assert desk.record("sla", "pipeline", at=LATER)["deals"] == []
    assert "No lead is open with sales." in desk.text("sla", "pipeline", at=LATER)
