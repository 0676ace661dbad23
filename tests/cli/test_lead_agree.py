"""`bothsides leads agree`: what is drafted loads, what it leaves undone is said, and every mistake comes at once."""

import tomllib
from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns

from bothsides.agreement import AgreementError
from bothsides.identity.addresses import FREE_MAIL


@pytest.fixture
def new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "bothsides.toml").write_text('name = "new"\ncurrency = "EUR"\n')
    return DeskRuns(folder=folder, capture=capsys)


def test_what_a_new_user_still_has_to_do_is_said(new: DeskRuns) -> None:
    told = new.text("leads", "agree", at=None)
    assert "Still to do: routing.toml gives leads to first.member, which is nobody" in told
    assert "no member has a manager" in told
    assert "there is no delivery.toml" in told
    path = new.folder / "agreement" / "routing.toml"
    text = path.read_text().replace("first.member", "ana.ruiz").replace("# manager = ", "manager = ")
    path.write_text(text.replace("another.member", "ana.ruiz"))
    told_again = new.record("leads", "agree", "--member", "ana.ruiz", "--member", "tom.hadley", at=None)
    assert [said.partition(",")[0] for said in told_again["unfinished"]] == [
        "nobody signed calendar.toml",
        "there is no commitments.toml",
        "there is no delivery.toml",
    ]
    assert told_again["members_not_used"] == ["tom.hadley"]
    assert "commitments" in told_again["house"]
    assert "sla" not in told_again["house"]
    told = new.text("leads", "agree", "--member", "tom.hadley", at=None)
    assert "--member tom.hadley not used" in told
    assert "The agreement loads: calendar, decay, routing, scoring, sla." in told


def test_every_draft_says_how_it_is_signed_and_what_nobody_signed_is_still_to_do(new: DeskRuns) -> None:
    told = new.text("leads", "agree", "--member", "ana.ruiz", at=None)
    unsigned = "nobody signed calendar.toml, decay.toml, routing.toml, scoring.toml, sla.toml: the desk works by them"
    assert unsigned in " ".join(told.split())
    for path in (new.folder / "agreement").glob("*.toml"):
        text = path.read_text()
        start = text.index("# [signed]")
        path.write_text(text[:start] + text[start:].replace("# [signed]", "[signed]").replace("\n# ", "\n"))
    again = new.record("leads", "agree", at=None)
    assert not [said for said in again["unfinished"] if "signed" in said]


def test_a_version_that_begins_before_the_last_tick_is_named_before_anything_is_stopped_by_it(new: DeskRuns) -> None:
    new.text("leads", "agree", "--member", "ana.ruiz", at=None)
    (new.folder / "one.csv").write_text("id,side,company,email\n1,buyer,Marsh Valves,tim@marsh.example\n")
    new.text("leads", "take", new.folder / "one.csv", "--source", "fair", at=None)
    new.text("tick", at=None)
    path = new.folder / "agreement" / "decay.toml"
    changed = path.read_text().replace("cool_down_days = 30", "cool_down_days = 31")
    path.write_text(changed + "\n[signed]\nsince = 2026-01-01\nby = ['Ana']\n")
    for words in (("leads", "agree"), ("tick",)):
        with pytest.raises(AgreementError, match=r"is before the last tick.*write a later day, or restate = true"):
            new.text(*words, at=None)
    path.write_text(changed + "\n[signed]\nsince = 2026-01-01\nby = ['Ana']\nrestate = true\n")
    assert "The agreement loads" in new.text("leads", "agree", at=None)


def test_a_file_or_an_event_that_is_misspelt_is_said(new: DeskRuns) -> None:
    new.text("leads", "agree", "--member", "ana.ruiz", at=None)
    folder = new.folder / "agreement"
    path = folder / "scoring.toml"
    path.write_text(path.read_text().replace("demo_requested", "demo_request"))
    (folder / "scoring-2025.toml").write_text("")
    undone = new.record("leads", "agree", at=None)["unfinished"]
    waits = "the agreement waits for the event 'demo_request' that nobody tells; did you mean demo_requested?"
    assert waits in undone
    assert "nobody reads scoring-2025.toml: no part of the agreement is called so" in undone
    route = '[file.out]\npath = "out.jsonl"\n[[route]]\naction = "clock_warnd"\nsink = "out"\n'
    (folder / "delivery.toml").write_text(route)
    said = "Still to do: delivery.toml sends 'clock_warnd', for which nothing asks; did you mean clock_warned? "
    assert said in " ".join(new.text("leads", "agree", at=None).split())
    (folder / "delivery.toml").write_text(route.replace("clock_warnd", "crm_updated"))
    assert not [one for one in new.record("leads", "agree", at=None)["unfinished"] if "nothing asks" in one]
    (folder / "comitments.toml").write_text("")
    for command in (("leads", "agree"), ("tick",)):
        with pytest.raises(AgreementError, match="unknown file, which nobody reads; did you mean commitments"):
            new.text(*command, at=None)


def test_every_mistake_of_every_file_comes_at_once_with_its_place(new: DeskRuns) -> None:
    new.text("leads", "agree", "--member", "ana.ruiz", at=None)
    folder = new.folder / "agreement"

    def change(name: str, old: str, written: str) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, written, 1))

    change("routing.toml", 'calendar = "office"', 'calendar = "ofice"')
    change("routing.toml", 'band = "nurture"', 'band = "nurtur"')
    change("sla.toml", 'side = "buyer"', 'side = "buyers"')
    change("scoring.toml", "deal_size", "dealsize")
    change("decay.toml", "untouched_hours = 16", "untouched_hours = 12")
    (folder / "delivery.toml").write_text("colour = 1\n")
    (folder / "api.toml").write_text("token = 1\n")
    with pytest.raises(AgreementError) as raised:
        new.text("leads", "agree", at=None)
    with pytest.raises(AgreementError) as stopped:
        new.text("tick", at=None)
    assert str(stopped.value) == str(raised.value)
    lines = [line.removeprefix(f"{folder}/") for line in str(raised.value).splitlines()]
    for start, end in (
        ("routing.toml: member[0].calendar", "calendar.toml has office; did you mean 'office'?"),
        ("routing.toml: rule[0].when.band", "did you mean 'nurture'?"),
        ("sla.toml: policy[0].when.side", "must be one of buyer, supplier; did you mean 'buyer'?"),
        (
            "scoring.toml: card[0].fit[0].rule[0].when.dealsize",
            "did you mean 'deal_size'?; one that forms bring so is named in a rename of intake.toml",
        ),
        ("sla.toml: ladder", "so the colleague has it for no time; leave 2 at least"),
        ("delivery.toml: colour", ""),
        ("api.toml: token", ""),
    ):
        assert [line for line in lines if line.startswith(start) and line.endswith(end)], (start, lines)


def test_a_source_of_ones_own_is_no_fault_where_no_spellings_are_agreed(new: DeskRuns) -> None:
    new.text("leads", "agree", "--member", "ana.ruiz", at=None)
    new.lead(id="1", company="Acme", name="Ana", email="a@acme.example")
    assert new.record("hygiene", "fixes") == []
    (new.folder / "agreement" / "hygiene.toml").write_text('[sources]\nreferral = ["word of mouth"]\n')
    assert len(new.record("hygiene", "fixes")) == 1


def test_the_draft_knows_the_free_mailboxes_that_identity_knows(new: DeskRuns) -> None:
    new.text("leads", "agree", "--member", "ana.ruiz", at=None)
    card = tomllib.loads((new.folder / "agreement" / "scoring.toml").read_text())["card"][0]
    (free,) = (rule for group in card["fit"] for rule in group["rule"] if rule["code"] == "free_mail")
    assert {test.removeprefix("ends with @") for test in free["when"]["email"]} == FREE_MAIL
    assert {"libero.it", "web.de", "gmx.de", "t-online.de"} <= FREE_MAIL
