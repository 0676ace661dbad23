"""Fitting, trying, promoting and rolling back from the command line."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App
from tests.leads.desk.conftest import EXAMPLE, at
from tests.leads.models.conftest import MODELS_TOML, ModelDesk, drawn

from bothsides.cli.score_models import COMMANDS, models
from bothsides.schema.instant import DAY
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose logbook holds a history with truth in it."""
    workspace = Workspace.create(
        tmp_path_factory.mktemp("desk") / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London")
    )
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    (workspace.agreement_dir / "models.toml").write_text(MODELS_TOML)
    logbook = open_logbook(workspace, os.environ, create=True)
    ModelDesk(workspace=workspace, logbook=logbook, now=at("04-30T09:00")).adopt(700)
    logbook.close()
    return workspace.folder


@pytest.fixture
def score(folder: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """`bothsides score` with these words; what it printed, and its code where it is not 0."""
    app = App(name="score", result_action="return_value")
    for name, says in COMMANDS.items():
        app.command(f"bothsides.cli.score_models:{name}", name=name, help=says)

    def run(*words: str, day: int = 0, workspace: Path = folder) -> Any:
        moment = datetime.fromtimestamp(at("04-30T09:00") + day * DAY, UTC).isoformat()
        code = app([*words, "--at", moment, "-w", str(workspace)], exit_on_error=False)
        out = capsys.readouterr().out
        return (json.loads(out) if "--json" in words else out), code

    return run


def test_a_card_is_fitted_tried_signed_and_taken_back(score: Command) -> None:
    out, _ = score("fit", "buyer", "--by", "ana")
    assert "buyers: usable" in out
    assert "employees (up to" in out
    assert "expected" in out
    assert "Sales from" in out
    assert "before the desk" in out

    record, code = score("trial", "buyer", "--json", day=20)
    assert code == 0
    assert record["passed"] is True
    assert record["gap"]["low"] > 0
    assert record["champion"] == "agreed"
    assert sum(one["leads"] for one in record["by_treatment"]) == record["leads"]

    out, _ = score("promote", "buyer", "--signed-by", "Ana Ruiz", "Tom Hadley", day=20)
    assert f"{record['challenger']} in force, before it was the signed points" in out
    sides, _ = score("models", "--json", day=21)
    assert sides[0]["in_force"] == record["challenger"]
    assert [act["act"] for act in sides[0]["acts"]] == ["shadowed", "tried", "promoted"]
    assert sides[0]["acts"][2]["signed_by"] == ["Ana Ruiz", "Tom Hadley"]

    card, _ = score("models", record["challenger"][:5], day=21)
    assert "champion, learned on" in card
    assert "90 to 100" in card

    record, _ = score("rollback", "buyer", "--reason", "too many small ones", "--json", day=22)
    assert record["now_in_force"] == "agreed"
    out, _ = score("models", day=22)
    assert "rolled back" in out
    assert "too many small ones" in out


def test_without_signal_the_signed_points_stay(score: Command, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "noise", Settings(name="noise", currency="GBP", time_zone="UTC"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    logbook = open_logbook(workspace, os.environ, create=True)
    desk = ModelDesk(workspace=workspace, logbook=logbook, now=at("04-30T09:00"))
    desk.adopt(400, won=lambda number, _: drawn("noise", number) < 0.3)
    logbook.close()
    out, _ = score("fit", "buyer", workspace=workspace.folder)
    assert "no signal" in out
    assert "The signed points stay as they are." in out
    with pytest.raises(ValueError, match="bothsides score fit buyer makes one"):
        score("trial", "buyer", workspace=workspace.folder)
    with pytest.raises(KeyError, match="bothsides score fit makes one"):
        score("models", "abc", workspace=workspace.folder)


def test_a_wrong_side_and_a_wrong_moment_say_what_is_allowed(score: Command, folder: Path) -> None:
    with pytest.raises(ValueError, match="side 'seller': must be "):
        score("fit", "seller")
    with pytest.raises(ValueError, match="is not a moment: write"):
        models(at="yesterday", workspace=folder)
