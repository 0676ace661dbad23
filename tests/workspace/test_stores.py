"""Where a workspace keeps its logbook, and what is said where there is none or the setting cannot be meant."""

import re
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.logbook import LogbookNewer, LogbookUnavailable
from bothsides.workspace import SETTINGS_FILE, Settings, Workspace
from bothsides.workspace.stores import LogbookMissing, open_logbook


def workspace(folder: Path, *, logbook: str | None = None) -> Workspace:
    made = Workspace.create(folder / "acme", Settings(name="acme", currency="GBP"))
    if logbook is None:
        return made
    path = made.folder / SETTINGS_FILE
    path.write_text(path.read_text() + f'logbook = "{logbook}"\n')
    return Workspace.open(made.folder)


def test_a_file_of_the_folder_made_when_asked_for_and_found_again(tmp_path: Path) -> None:
    acme = workspace(tmp_path)
    with pytest.raises(LogbookMissing, match="bothsides tick"):
        open_logbook(acme, {})
    open_logbook(acme, {}, create=True).close()
    assert (acme.folder / "logbook.sqlite").exists()
    found = open_logbook(acme, {})
    assert found.is_current
    found.close()


def test_a_schema_of_postgresql_named_by_a_variable(tmp_path: Path, postgres_url: str) -> None:
    acme = workspace(tmp_path, logbook="env:ACME_LOGBOOK")
    environment = {"ACME_LOGBOOK": f"{postgres_url}?schema=acme_stores_test"}
    book = open_logbook(acme, environment, create=True)
    with book.writing() as page:
        assert page.one("SELECT current_schema()") == ("acme_stores_test",)
        page.run("DROP SCHEMA acme_stores_test CASCADE")
    book.close()


def test_one_that_cannot_be_opened_says_where_it_was_looked_for_and_why(tmp_path: Path) -> None:
    acme = workspace(tmp_path)
    path = acme.folder / "logbook.sqlite"
    path.write_bytes(b"this is no database" * 100)
    for create in (False, True):
        with pytest.raises(LogbookUnavailable, match=f"^{path}: the logbook cannot be opened: file is not a database$"):
            open_logbook(acme, {}, create=create)
    away = workspace(tmp_path / "other", logbook="env:ACME_LOGBOOK")
    with pytest.raises(LogbookUnavailable, match=r"^postgresql://ana@127\.0\.0\.1:1/x: .*refused") as raised:
        open_logbook(away, {"ACME_LOGBOOK": "postgresql://ana:geheim@127.0.0.1:1/x"})
    assert "geheim" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_one_of_another_release_is_named(tmp_path: Path) -> None:
    acme = workspace(tmp_path)
    book = open_logbook(acme, {}, create=True)
    with book.writing() as page:
        page.run("UPDATE alembic_version SET version_num = '0000'")
    book.close()
    with pytest.raises(LogbookNewer, match="another release"):
        open_logbook(acme, {})


def test_a_variable_that_is_not_set_is_told_of_the_logbook(tmp_path: Path) -> None:
    acme = workspace(tmp_path, logbook="env:ACME_LOGBOOK")
    with pytest.raises(ValueError, match=r"^logbook env:ACME_LOGBOOK: the environment variable 'ACME_LOGBOOK' is not"):
        open_logbook(acme, {})
    with pytest.raises(ValueError, match=r"^a logbook's address must begin with"):
        open_logbook(acme, {"ACME_LOGBOOK": "elsewhere"})


@pytest.mark.parametrize(
    "wrong", ["postgresql://ana:secret@db/market", "elsewhere/x.sqlite", "logbook.db", "../x.sqlite"]
)
def test_a_setting_that_cannot_be_meant_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(AgreementError, match=re.escape("file name ending in .sqlite")):
        workspace(tmp_path, logbook=wrong)
