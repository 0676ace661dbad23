"""`bothsides replay` answers on one screen and as a record, and refuses in words."""

import json
import shutil
from pathlib import Path

import pytest

from bothsides.cli.replay import replay
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.rehearsal import rehearse
from bothsides.logbook import Entry, Kind
from bothsides.schema.instant import DAY, HOUR
from bothsides.simulate.desk import quarter
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "desk-agreement"
SPAN = {"from_": "2026-03-30", "to": "2026-04-12"}


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks that were worked at a desk."""
    folder = tmp_path_factory.mktemp("replay") / "acme"
    workspace = Workspace.create(folder, Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    small = quarter(7, leads_per_week=20)
    logbook = open_logbook(workspace, {}, create=True)
    agreed = open_desk(workspace, logbook, now=small.opens_at - HOUR)
    rehearse(logbook, agreed, small, workspace="acme", tick=2 * HOUR, until=small.opens_at + 14 * DAY)
    logbook.close()
    return folder


@pytest.fixture
def proposal(tmp_path: Path) -> Path:
    """Priya with more turns, beside an SLA as it is and a file that decides on no lead."""
    text = (EXAMPLE / "routing.toml").read_text("utf-8").replace('"priya.nair" = 1', '"priya.nair" = 12')
    (tmp_path / "routing.toml").write_text(text, "utf-8")
    shutil.copy(EXAMPLE / "sla.toml", tmp_path / "sla.toml")
    shutil.copy(EXAMPLE / "delivery.toml", tmp_path / "delivery.toml")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], worked: Path, proposal: Path, *, json: bool) -> str:
    replay(**SPAN, agreement=[proposal], workspace=worked, draws=2, json=json)
    return capsys.readouterr().out


def test_the_screen_says_what_is_assumed_before_what_would_have_been(
    worked: Path, proposal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = told(capsys, worked, proposal, json=False)
    lines = out.splitlines()
    assert lines[0].startswith("Replay of 2026-03-30 to 2026-04-12: ")
    assert "Tried: routing " in lines[1]
    assert "The same as in force when the span ended: sla" in out
    assert "Left out, since they decide on no lead: delivery.toml" in out
    assert "recorded decisions come out again (100 %)" in out
    assert out.index("Assumed: people touch as recorded.") < out.index("Owner load")
    assert "priya.nair" in out[out.index("Owner load") :]
    assert "xpected revenue" in out
    assert " -> priya.nair" in out
    movers = json.loads(told(capsys, worked, proposal, json=True))["moved"]["movers"]
    assert movers
    assert all(one["company"] for one in movers)
    for one in movers:
        assert f"  {one['lead']}  {one['company']}" in out


def test_a_decision_that_does_not_come_out_again_is_named_by_company_and_id(
    worked: Path, proposal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "acme"
    shutil.copytree(worked, folder)
    logbook = open_logbook(Workspace.open(folder), {})
    with logbook.writing() as book:
        row = book.one("SELECT lead_id, fields, received_at FROM leads ORDER BY received_at")
        assert row is not None
        lead, company, at = row[0], json.loads(row[1])["company"], row[2]
        data = {"queue": "elsewhere", "to": "queue"}
        book.post([Entry(kind=Kind.QUEUED, subject=name, at=at, data=data) for name in (lead, "rfq-1")], now=at)
    logbook.close()
    out = told(capsys, folder, proposal, json=False)
    assert f"only in the record: queued of {lead[:8]} ({company}) at 2026-03-30 " in out
    assert "only in the record: queued of rfq-1 at 2026-03-30 " in out
    odd = json.loads(told(capsys, folder, proposal, json=True))["record"]["differences"]
    assert {(one["subject"], one["company"]) for one in odd} == {(lead, company), ("rfq-1", None)}


def test_the_record_for_scripts_is_the_same_to_the_byte(
    worked: Path, proposal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = told(capsys, worked, proposal, json=True)
    assert told(capsys, worked, proposal, json=True) == first
    found = json.loads(first)
    assert found["record"]["share"] == 1
    assert (found["currency"], found["since"], found["until"]) == (
        "GBP",
        "2026-03-29T23:00:00Z",
        "2026-04-12T23:00:00Z",
    )
    assert found["assumed"]["draws"] == 2
    given = next(one for one in found["measures"] if (one["of"], one["what"]) == ("priya.nair", "given"))
    assert given["after"] > given["before"]
    assert found["files_left_out"] == ["delivery.toml"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"to": "2026-03-01"}, "--to 2026-03-01 is before --from 2026-03-30"),
        ({"from_": "spring"}, "--from 'spring' is not a day like"),
        ({"draws": 0}, "--draws 0: must be from 1 to 1000"),
        ({"from_": "2027-01-01", "to": "2027-01-31"}, "the logbook's leads came between 2026-03-3"),
        ({"agreement": [Path("/nowhere/sla.toml")]}, "/nowhere/sla.toml: there is no such file or folder"),
    ],
)
def test_a_wrong_call_is_refused_in_words(worked: Path, proposal: Path, changed: dict[str, object], said: str) -> None:
    call: dict[str, object] = {**SPAN, "agreement": [proposal], "workspace": worked, **changed}
    with pytest.raises((ValueError, FileNotFoundError)) as raised:
        replay(**call)  # type: ignore[arg-type]  # keywords of many types
    assert said in str(raised.value)
