"""The service's agreement: files that change while it goes round."""

import pytest

from bothsides.schedule import InForce
from bothsides.schedule import in_force as room
from bothsides.workspace import Workspace
from tests.leads.desk.conftest import Desk


def test_a_change_whose_reading_failed_is_read_again(
    desk: Desk, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = InForce(workspace=ws, logbook=desk.logbook)
    before = running.at(desk.now)
    path = ws.agreement_dir / "decay.toml"
    path.write_text(path.read_text().replace("untouched_hours = 16", "untouched_hours = 17"), encoding="utf-8")
    opens = room.open_desk

    def locked(*_: object, **__: object) -> None:
        raise desk.logbook.engine.dialect.loaded_dbapi.OperationalError("database is locked")

    monkeypatch.setattr(room, "open_desk", locked)
    with pytest.raises(desk.logbook.engine.dialect.loaded_dbapi.OperationalError):
        running.at(desk.now + 1)
    monkeypatch.setattr(room, "open_desk", opens)
    assert running.at(desk.now + 2).versions["decay"] != before.versions["decay"]


def test_wrong_files_are_not_read_again_until_they_change(
    desk: Desk, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = InForce(workspace=ws, logbook=desk.logbook)
    before = running.at(desk.now)
    path = ws.agreement_dir / "decay.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"colour = 1\n{text}", encoding="utf-8")
    assert running.at(desk.now + 1) is before
    assert "colour" in running.mistakes
    with monkeypatch.context() as patched:
        patched.setattr(room, "open_desk", None)
        assert running.at(desk.now + 2) is before
    path.write_text(text, encoding="utf-8")
    running.at(desk.now + 3)
    assert running.mistakes == ""


def test_files_that_cannot_be_looked_at_leave_the_agreement_in_force_until_they_can(
    desk: Desk, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "agreement/sla.toml")

    running = InForce(workspace=ws, logbook=desk.logbook)
    with monkeypatch.context() as patched:
        patched.setattr(room, "stamp_of", refused)
        with pytest.raises(PermissionError):
            running.at(desk.now)
    before = running.at(desk.now)
    with monkeypatch.context() as patched:
        patched.setattr(room, "stamp_of", refused)
        assert running.at(desk.now + 1) is before
    assert "Permission denied" in running.mistakes
    running.at(desk.now + 2)
    assert running.mistakes == ""
