"""The UK ledger as a warehouse, synced once for every test that asks for it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides import ingest
from bothsides.metrics import Store, open_store, refresh
from bothsides.workspace import Workspace

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "uk-digital-marketplace"


@pytest.fixture(scope="session")
def ledger(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Orders of 524 buyers with 343 suppliers over 27 months."""
    folder = tmp_path_factory.mktemp("uk") / "workspace"
    shutil.copytree(EXAMPLE, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOTHSIDES_DATA", str(real_data))
        opened = Workspace.open(folder)
        ingest.sync(opened, now=datetime(2026, 1, 1, tzinfo=UTC), refresh=refresh("GBP"), progress=lambda _: None)
    with open_store(opened.warehouse_path) as store:
        yield store
