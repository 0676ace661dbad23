"""The UK ledger as a warehouse, synced once, and the demo's market, now and as of an earlier day."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bothsides import ingest
from bothsides.metrics import Store, open_store, refresh
from bothsides.metrics.hindsight import on_day
from bothsides.simulate import demo_plan
from bothsides.workspace import Workspace
from tests.diagnosis.conftest import simulated

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


@pytest.fixture(scope="session")
def demo() -> Store:
    """The demo's market, orders to the end of September 2026."""
    return simulated(demo_plan(seed=7))[1]


@pytest.fixture(scope="session")
def demo_by_march(demo: Store) -> Iterator[Store]:
    """What was known of it on 31 March 2026, its facts built without what came after."""
    with on_day(demo, date(2026, 3, 31)) as then:
        yield then
