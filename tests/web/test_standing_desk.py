"""A process that stands for months: the agreement's files change under it, rightly or wrongly."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.delivery import SecretMissing
from bothsides.logbook import Logbook
from bothsides.logbook.upgrading import upgrade
from bothsides.schedule.in_force import Stamp
from bothsides.schema.instant import DAY
from bothsides.web import standing_desk
from tests.web.conftest import TUESDAY, Api, api_over, lead, workspace_at


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Api]:
    api = api_over(workspace_at(tmp_path / "acme"), empty(tmp_path))
    yield api
    api.close()


def empty(folder: Path) -> Logbook:
    logbook = Logbook.open(folder / "logbook.sqlite")
    upgrade(logbook)
    return logbook


def change(api: Api, name: str, old: str, new: str) -> None:
    path = api.desk.workspace.agreement_dir / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_changed_files_are_in_force_a_second_later_and_recorded(standing: Api) -> None:
    before = standing.desk.agreed.versions["intake"]
    change(standing, "intake.toml", "most_bytes = 1_000_000", "most_bytes = 2_000")
    assert standing.post("/api/leads", lead(notes="x" * 3000)).status_code == 201  # looked at a moment ago
    standing.clock[0] += 1
    assert standing.post("/api/leads", lead(notes="x" * 3000)).status_code == 413
    versions = {version for (version,) in standing.rows("SELECT version FROM policy_versions WHERE section = 'intake'")}
    assert versions == {before, standing.desk.agreed.versions["intake"]}
    assert len(versions) == 2


def test_wrong_files_leave_the_agreement_in_force_and_health_says_so(standing: Api) -> None:
    agreed = standing.desk.agreed
    change(standing, "routing.toml", 'seed = "fixwell-2026-q2"', "seed = 7\ncolour = 1")
    standing.clock[0] += 1
    assert standing.post("/api/leads", lead()).status_code == 201
    assert standing.desk.agreed is agreed
    assert "colour" in standing.desk.mistakes
    assert "mistakes" in standing.call("GET", "/api/health").json()["agreement"]
    change(standing, "routing.toml", "seed = 7\ncolour = 1", 'seed = "fixwell-2026-q2"')
    standing.clock[0] += 1
    assert standing.call("GET", "/api/health").json()["agreement"] == "in force"


def test_files_that_cannot_be_looked_at_leave_the_agreement_in_force_until_they_can(
    standing: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_: object) -> Stamp:
        raise PermissionError(13, "Permission denied", "agreement/sla.toml")

    agreed = standing.desk.agreed
    with monkeypatch.context() as patch:
        patch.setattr(standing_desk, "stamp_of", refused)
        for _ in range(3):
            standing.clock[0] += 1
            assert standing.post("/api/leads", lead(id="once")).status_code in (200, 201)
    assert standing.desk.agreed is agreed
    assert "Permission denied: 'agreement/sla.toml'" in standing.desk.mistakes
    assert [one for one in caplog.messages if "Permission denied" in one] == caplog.messages[:1]
    assert "mistakes" in standing.call("GET", "/api/health").json()["agreement"]
    standing.clock[0] += 1
    assert standing.call("GET", "/api/health").json()["agreement"] == "in force"


def test_a_token_that_is_agreed_later_counts_from_then_on(standing: Api) -> None:
    assert standing.post("/api/leads", lead()).status_code == 201
    path = standing.desk.workspace.agreement_dir / "api.toml"
    path.write_text('tokens = ["env:API_TOKEN"]\n', encoding="utf-8")
    standing.clock[0] += 1
    assert standing.post("/api/leads", lead()).status_code == 401
    assert standing.post("/api/leads", lead(), authorization="Bearer letmein").status_code == 200


def test_a_version_that_begins_later_begins_then(standing: Api) -> None:
    before = standing.desk.agreed.versions["sla"]
    change(standing, "sla.toml", "hours = 120", "hours = 100")
    change(standing, "sla.toml", "since = 2026-03-30", "since = 2026-04-02")
    standing.clock[0] = TUESDAY + 1
    standing.call("GET", "/api/health")
    assert standing.desk.agreed.versions["sla"] == before
    standing.clock[0] = TUESDAY + 3 * DAY
    standing.call("GET", "/api/health")
    assert standing.desk.agreed.versions["sla"] != before


@pytest.mark.parametrize("text", ['tokens = ["letmein"]', "token = 1", 'tokens = ["env:A", "env:B", "env:C"]'])
def test_wrong_tokens_are_named_at_the_start(tmp_path: Path, text: str) -> None:
    workspace = workspace_at(tmp_path / "acme")
    (workspace.agreement_dir / "api.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AgreementError, match=r"api\.toml"):
        api_over(workspace, empty(tmp_path))


def test_a_token_whose_variable_is_not_set_is_named_at_the_start(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path / "acme")
    (workspace.agreement_dir / "api.toml").write_text('tokens = ["env:NOWHERE"]', encoding="utf-8")
    with pytest.raises(SecretMissing, match="env:NOWHERE"):
        api_over(workspace, empty(tmp_path))


def test_a_change_whose_reading_failed_is_read_again_once_it_can_be(
    standing: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = standing.desk.agreed
    change(standing, "intake.toml", "most_bytes = 1_000_000", "most_bytes = 2_000")
    read = standing.desk.read

    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(standing.desk, "read", locked)
    standing.clock[0] += 1
    assert standing.call("GET", "/api/health").status_code == 200, "the agreement before goes on"
    assert standing.desk.agreed is before
    monkeypatch.setattr(standing.desk, "read", read)
    standing.clock[0] += 1
    standing.call("GET", "/api/health")
    assert standing.desk.agreed.intake.most_bytes == 2_000


def test_a_secret_that_is_put_in_place_later_is_found_within_a_minute(standing: Api) -> None:
    path = standing.desk.workspace.agreement_dir / "api.toml"
    path.write_text('tokens = ["env:API_TOKEN", "env:NOT_YET"]\n', encoding="utf-8")
    standing.clock[0] += 1
    standing.call("GET", "/api/health")
    assert "NOT_YET" in standing.desk.mistakes
    standing.desk.environment = {**(standing.desk.environment or {}), "NOT_YET": "hush"}
    standing.clock[0] += 60
    standing.call("GET", "/api/health")
    assert standing.desk.mistakes == ""
