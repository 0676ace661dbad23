"""A workspace opens, or says what is wrong with it and what to run."""

from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.workspace import Settings, Workspace, WorkspaceMissing


def test_created_and_opened_are_the_same(tmp_path: Path) -> None:
    settings = Settings(name="acme-uk", currency="GBP", time_zone="Europe/London", fiscal_year_start=4)
    made = Workspace.create(tmp_path / "acme", settings)
    assert Workspace.open(tmp_path / "acme") == made
    assert made.settings == settings
    assert made.mappings_dir.is_dir()
    assert made.warehouse_path.parent == tmp_path / "acme"


def test_a_workspace_is_never_written_over(tmp_path: Path) -> None:
    Workspace.create(tmp_path, Settings(name="a", currency="GBP"))
    with pytest.raises(FileExistsError, match="left as it is"):
        Workspace.create(tmp_path, Settings(name="b", currency="EUR"))
    assert Workspace.open(tmp_path).settings.name == "a"


@pytest.mark.parametrize(("there", "said"), [(True, r"has no bothsides\.toml"), (False, "does not exist")])
def test_a_missing_workspace_says_which_command_makes_one(tmp_path: Path, there: bool, said: str) -> None:
    folder = tmp_path if there else tmp_path / "nowhere"
    with pytest.raises(WorkspaceMissing, match=f"{said}.*bothsides init {folder} --from FILES"):
        Workspace.open(folder)


def test_every_wrong_setting_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "bothsides.toml").write_text(
        'name = "Acme Ltd"\ncurrency = "GBX"\ntime_zone = "Europe/Lond"\nfiscal_year_start = 13\ncurency = "EUR"\n',
        encoding="utf-8",
    )
    with pytest.raises(AgreementError) as caught:
        Workspace.open(tmp_path)
    assert [problem.key for problem in caught.value.problems] == [
        "curency",
        "name",
        "currency",
        "time_zone",
        "fiscal_year_start",
    ]


def test_absolute_paths_are_no_time_zones(tmp_path: Path) -> None:
    (tmp_path / "bothsides.toml").write_text('name = "a"\ncurrency = "GBP"\ntime_zone = "/etc/passwd"\n', "utf-8")
    with pytest.raises(AgreementError, match="time_zone"):
        Workspace.open(tmp_path)


@pytest.mark.parametrize("name", ["raw", "reports", "mapping"])
def test_a_file_in_the_place_of_a_folder_is_said(tmp_path: Path, name: str) -> None:
    Workspace.create(tmp_path / "w", Settings(name="w", currency="EUR"))
    (tmp_path / "w" / "mapping").rmdir()
    (tmp_path / "w" / name).write_text("", encoding="utf-8")
    with pytest.raises(NotADirectoryError, match=f"{name} is a file, but a workspace keeps a folder there"):
        Workspace.open(tmp_path / "w")


def test_who_feeds_leads_is_the_crm_or_the_desk(tmp_path: Path) -> None:
    assert Workspace.create(tmp_path / "crm", Settings(name="crm", currency="EUR")).settings.leads == "crm"
    by_desk = Workspace.create(tmp_path / "desk", Settings(name="desk", currency="EUR", leads="desk"))
    assert Workspace.open(by_desk.folder).settings.leads == "desk"
    path = by_desk.folder / "bothsides.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"desk" ', '"both" '), encoding="utf-8")
    with pytest.raises(AgreementError, match='must be "crm", where mappings load leads'):
        Workspace.open(by_desk.folder)
