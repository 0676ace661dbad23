"""A workspace with the example agreement and a desk to work on, in each of the two databases."""

from tests.leads.desk.conftest import Desk, at, desk

__all__ = ["Desk", "at", "desk", "ws"]

from pathlib import Path

import pytest

from bothsides.workspace import Workspace


@pytest.fixture
def ws(desk: Desk, tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "acme")
