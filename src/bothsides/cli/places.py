"""Which workspace and which warehouse a command means."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

if TYPE_CHECKING:
    from bothsides.warehouse.address import Address
    from bothsides.workspace import Workspace

WorkspaceFolder: TypeAlias = Annotated[
    Path,
    Parameter(
        name=["--workspace", "-w"],
        env_var="BOTHSIDES_WORKSPACE",
        help="The workspace folder; the current folder when it is not given.",
    ),
]


def word_and_folder(word: str | None, folder: Path) -> tuple[str | None, Path]:
    """The word and the workspace that are meant where a command takes a word first: a workspace alone may stand there
    too, as it does in commands without a word."""
    from bothsides.workspace import SETTINGS_FILE

    if word is not None and folder == Path() and (Path(word) / SETTINGS_FILE).is_file():
        return None, Path(word)
    return word, folder


def of_folder(folder: Path) -> str:
    """What a command told to a person needs to mean this workspace too, as it was given here.

    >>> of_folder(Path("demo/desk")), of_folder(Path("my desk")), of_folder(Path())
    (' -w demo/desk', " -w 'my desk'", '')
    """
    return "" if folder == Path() else f" -w {shlex.quote(str(folder))}"


def published(workspace: Workspace) -> Path:
    """The workspace's published warehouse. Raises WarehouseMissing naming the command that makes one."""
    from bothsides.warehouse import WarehouseMissing

    path = workspace.warehouse_path
    if not path.exists():
        raise WarehouseMissing(f"{workspace.folder} has no warehouse yet: run bothsides sync {workspace.folder}")
    return path


def read_from(folder: Path, warehouse: str | None) -> Path | Address:
    """What a command reads: the address it was given, else the published warehouse of the workspace."""
    from bothsides.warehouse.address import parse_address
    from bothsides.workspace import Workspace

    return parse_address(warehouse, os.environ) if warehouse else published(Workspace.open(folder))
