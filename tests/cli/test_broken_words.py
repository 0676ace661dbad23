"""Texts that no database keeps, lines that are no happening, and words that are not UTF-8: told, never a crash."""

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cyclopts import CycloptsError
from tests.cli.desk_runs import DeskRuns, desk_at, did

from bothsides.cli.app import app, main, mistake
from bothsides.leads.intake import Refused, Source, read_lead
from bothsides.leads.intake.refusals import keep_refused
from bothsides.logbook import Logbook

AT = "2026-03-31T08:30Z"


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


@pytest.fixture
def lead(desk: DeskRuns) -> str:
    told = did("demo_requested", "quote_requested")
    return desk.lead(id="H1", company="Harland", name="Joan Harland", email="joan@harland.example", events=told)


def refused(desk: DeskRuns, *lines: object) -> str:
    """What is said of a file none of whose lines is taken; a text is a line as it stands."""
    path = desk.folder / "told.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), newline="\n")
    with pytest.raises(ValueError, match=r"nothing was written down$") as raised:
        desk.text("leads", "happened", path)
    return str(raised.value).removeprefix(f"{path}: ").removesuffix("; nothing was written down")


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("id", {"what": "touch"}),
        ("by", {"what": "touch"}),
        ("lead", {"what": "touch"}),
        ("at", {"what": "touch"}),
        ("note", {"what": "verdict", "verdict": "rejected", "reason": "no_budget"}),
        ("reason", {"what": "verdict", "verdict": "rejected"}),
        ("note", {"what": "stage", "stage": "closed_lost", "reason": "price", "objections": ["none"]}),
        ("subject", {"what": "reached", "reached": "rfq_sent"}),
        ("detail", {"what": "reached", "subject": "q-1", "reached": "rfq_sent"}),
        ("reached", {"what": "reached", "subject": "q-1"}),
        ("owner", {"what": "reached", "subject": "q-1", "reached": "rfq_sent"}),
    ],
)
def test_a_text_that_no_database_keeps_is_refused_with_its_line(
    desk: DeskRuns, lead: str, key: str, told: dict[str, Any], sign: str
) -> None:
    whose = {} if told["what"] == "reached" else {"lead": lead}
    good = {"what": "touch", "lead": lead, "at": AT}
    said = refused(desk, good, {**whose, **told, key: f"x{sign}y"})
    assert said == f"line 2: {key} = {f'x{sign}y'!r}: must be a text without NUL or half a surrogate pair"
    assert desk.record("leads", "show", lead)["attempts"] == 0


def test_a_code_or_a_field_that_no_database_keeps_is_refused_with_its_line(desk: DeskRuns, lead: str) -> None:
    lost = {"what": "stage", "lead": lead, "stage": "closed_lost", "reason": "price", "objections": ["\ud800"]}
    assert refused(desk, lost) == "line 1: objections = ['\\ud800']: must be a list of texts"
    asked = {"what": "reached", "subject": "q-1", "reached": "rfq_sent"}
    assert "fields.note: '\\ud800' must be a text" in refused(desk, {**asked, "fields": {"note": "\ud800"}})
    assert "must be a name such as deal_size" in refused(desk, {**asked, "fields": {"\ud800": 1}})
    assert "unknown; a reached says" in refused(desk, {**asked, "\ud800": 1})


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize("depth", [12, 500, 900, 960, 990, 100_000])
@pytest.mark.parametrize(
    "line", ['{{"what": {deep}}}', '{{"what": "reached", "subject": "q", "fields": {{"a": {deep}}}}}']
)
def test_a_line_that_nests_too_deeply_is_named(desk: DeskRuns, depth: int, line: str) -> None:
    good = {"what": "reached", "subject": "rfq-1", "reached": "rfq_sent"}
    said = refused(desk, good, line.format(deep="[" * depth + "]" * depth))
    assert said == "line 2: not JSON that can be read: it nests too deeply"


MUCH = '{"what": "reached", "subject": "q", "reached": "rfq_sent", "fields": {"n": '


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON: Expecting property name enclosed in double quotes"),
        ('{"what": NaN}', "not JSON: NaN is no number of JSON"),
        ('{"what": "touch", "by": "ana", "by": "tom"}', 'cannot be read one way: "by" stands twice in one object'),
        ("[1]", 'must be an object such as {"what": "touch", "lead": "3f2a91"}'),
        (MUCH + "9" * 400 + "}}", "fields.n: inf"),
        (MUCH + "9" * 5000 + "}}", "fields.n: inf"),
    ],
)
def test_what_is_no_json_is_told_in_words(desk: DeskRuns, line: str, said: str) -> None:
    assert refused(desk, "", line).startswith(f"line 2: {said}")


def test_a_deal_that_no_database_keeps_is_refused(desk: DeskRuns, lead: str) -> None:
    lost = {"what": "stage", "lead": lead, "stage": "closed_lost", "reason": "price", "objections": ["none"]}
    for amount in (1e300, 10**30, 10**299):
        assert refused(desk, {**lost, "amount": amount}).endswith("must be at most 90071992547409.92")
    event = {"what": "event", "lead": lead, "event": "demo_requested", "amount": 10**299}
    assert desk.record("leads", "happened", path_of(desk, event))["new"] == 1


def path_of(desk: DeskRuns, *lines: object) -> Path:
    path = desk.folder / "told.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return path


def test_a_line_ends_where_the_file_ends_it_and_nowhere_in_a_text(desk: DeskRuns, lead: str) -> None:
    words = "it is\u2028too\x85dear\u2029for us\x1e\x0c"
    rejected = {"what": "verdict", "lead": lead, "verdict": "rejected", "reason": "no_budget", "by": "priya.nair"}
    text = json.dumps({**rejected, "note": words}, ensure_ascii=False).replace("\\u001e\\f", "")
    path = desk.folder / "told.jsonl"
    path.write_bytes((text + "\r\n" + "oops" + "\r" + "\n").encode())
    with pytest.raises(ValueError, match=r"told\.jsonl: line 2: not JSON: Expecting value; nothing was written down"):
        desk.text("leads", "happened", path)
    path.write_bytes((text + "\r\n").encode())
    assert desk.record("leads", "happened", path)["new"] == 1


BAD = "x\udcffy"
"""As a word of bytes that are not UTF-8 comes in."""

AWRY: dict[str, Callable[[str], list[str]]] = {
    "--by": lambda lead: ["leads", "touch", lead, "--by", BAD],
    "--touch-id": lambda lead: ["leads", "touch", lead, f"--touch-id={BAD}"],
    "--note": lambda lead: ["leads", "verdict", lead, "rejected", "--reason", "no_budget", "--note", BAD],
    "--objection": lambda lead: ["leads", "stage", lead, "closed_lost", "--objection", "none", "--objection", BAD],
    "--detail": lambda _: ["leads", "reached", "q-1", "rfq_sent", "--detail", BAD],
    "SUBJECT": lambda _: ["leads", "reached", BAD, "rfq_sent"],
    "--field": lambda _: ["leads", "reached", "q-1", "rfq_sent", "--field", f"a={BAD}"],
    "--owner": lambda _: ["leads", "reached", "q-1", "rfq_sent", "--owner", BAD],
    "WHAT": lambda lead: ["leads", "event", lead, BAD],
    "LEAD": lambda _: ["leads", "show", "--json", BAD],
    "--why": lambda _: ["leads", "discard", "--source", "trade_fair", "--why", BAD],
    "--set": lambda _: ["leads", "retry", "3f2a", "--set", f"name={BAD}"],
    "RECORD": lambda _: ["leads", "retry", BAD],
    "--source": lambda _: ["hygiene", "enrich", "none.csv", "--source", BAD],
    "--from": lambda _: ["metrics", "gmv", "--from", BAD],
    "DECISION": lambda _: ["leads", "decide", "review:x", BAD, "--why", "so"],
    "FILES": lambda _: ["leads", "take", BAD, "--source", "trade_fair"],
}


@pytest.mark.parametrize("name", AWRY)
def test_a_word_that_is_not_utf8_is_named_whatever_command_it_is_for(
    desk: DeskRuns, lead: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["bothsides", *AWRY[name](lead), "-w", str(desk.folder)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = desk.capture.readouterr().err
    assert "Traceback" not in said
    shown = next(word for word in AWRY[name](lead) if BAD in word).rpartition(f"{name}=")[2].replace(BAD, r"x\xffy")
    assert said == f"bothsides: {name} '{shown}': holds bytes that are not UTF-8; write it in UTF-8\n"


def test_a_folder_may_be_called_as_its_disk_allows(desk: DeskRuns, lead: str) -> None:
    folder = desk.folder.parent / os.fsdecode(b"a\xffcme")
    desk.folder.rename(folder)
    app(["leads", "show", lead, "--json", "-w", str(folder)], exit_on_error=False, print_error=False)
    assert json.loads(desk.capture.readouterr().out)["lead_id"] == lead


def test_the_bytes_of_a_real_command_line_are_told_as_they_came(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "bothsides.cli", "merge", "undo", "m-1", "--why", b"caf\xe9", "-w", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, check=False, env={**os.environ, "PYTHONUTF8": "1"})
    assert (done.returncode, done.stderr) == (
        2,
        b"bothsides: --why 'caf\\xe9': holds bytes that are not UTF-8; write it in UTF-8\n",
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("touch", "LEAD", "--by", "x" * 201), "--by: has 201 letters; at most 200 are kept"),
        (("lift", "LEAD", "--why", "x" * 10_001), "--why: has 10001 letters; at most 10000 are kept"),
        (("discard", "--source", "api", "--why", "x" * 10_001), "--why: has 10001 letters; at most 10000 are kept"),
        (("verdict", "LEAD", "rejected", "--note", "x" * 10_001), "note: has 10001 letters; at most 10000 are kept"),
        (("touch", "LEAD", "--touch-id", "x" * 201), "id: has 201 letters; at most 200 are kept"),
        (("reached", "x" * 201, "rfq_sent"), "subject: has 201 letters; at most 200 are kept"),
        (("reached", "r1", "rfq_sent", "--owner", "x" * 201), "owner: has 201 letters; at most 200 are kept"),
        (
            ("stage", "LEAD", "closed_won", "--reason", "price", "--objection", "x" * 201),
            "objections: one has 201 letters; at most 200 are kept",
        ),
        (
            ("stage", "LEAD", "closed_won", "--reason", "price", *("--objection", "price") * 51),
            "objections: has 51 codes; at most 50 are kept",
        ),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_what_is_longer_than_what_the_api_takes_is_refused_with_its_length_and_the_bound(
    desk: DeskRuns, lead: str, words: tuple[str, ...], told: str
) -> None:
    with pytest.raises((ValueError, CycloptsError)) as refused:
        desk.text("leads", *(lead if word == "LEAD" else word for word in words))
    assert mistake(refused.value) == told


def test_what_is_as_long_as_the_api_takes_is_kept(desk: DeskRuns, lead: str) -> None:
    desk.record(
        "leads", "verdict", lead, "rejected", "--reason", "no_budget", "--note", "x" * 10_000, "--by", "VP Sales"
    )
    (told,) = (one for one in desk.record("logbook", "history", lead, at=None) if one["kind"] == "feedback")
    assert len(told["data"]["note"]) == 10_000


def test_a_user_name_that_is_not_utf8_is_no_name(desk: DeskRuns, lead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: BAD)
    with pytest.raises(ValueError, match=r"your user name 'x\\xffy': holds bytes that are not UTF-8; say --by"):
        desk.text("leads", "verdict", lead, "rejected", "--reason", "no_budget")


def test_a_refused_record_with_half_a_surrogate_pair_is_shown_and_corrected(desk: DeskRuns, lead: str) -> None:
    raw = {"id": "H2", "side": "buyer", "company": "Bos\ud800", "email": "piet@bos.example"}
    sent = read_lead(raw, Source(name="web-form"), workspace="acme", now=1_774_947_600, ahead=300)
    assert isinstance(sent, Refused)
    logbook = Logbook.open(desk.folder / "logbook.sqlite")
    with logbook.writing() as book:
        keep_refused(book, [sent], now=1_774_947_600)
    logbook.close()
    (kept,) = desk.record("leads", "refused")
    assert kept["raw"] == raw
    assert desk.record("leads", "retry", kept["record"], "--set", "company=Bos")["new"] == 1
    assert desk.record("leads", "refused") == []
