"""A small marketplace whose files a test writes, and what a sync made of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides.ingest import Quarantined, SyncReport, quarantine, sync
from bothsides.warehouse import open_reader
from bothsides.workspace import Settings, Workspace

ORDERS = """
id_space = "market"
files = ["orders*.csv"]
{extra}
[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "supplier"
placed_at = "day"
amount = "amount"
"""


@dataclass(frozen=True)
class Market:
    workspace: Workspace

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.workspace.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def map(self, source: str, text: str) -> None:
        (self.workspace.mappings_dir / f"{source}.toml").write_text(text, encoding="utf-8")

    def orders(self, extra: str = "", columns: str = "") -> None:
        """Map orders*.csv with id, buyer, supplier, day, amount."""
        self.map("orders", ORDERS.format(extra=extra) + columns)

    def sync(self, progress: Callable[[str], None] = lambda _: None) -> SyncReport:
        return sync(self.workspace, now=datetime(2026, 1, 1, tzinfo=UTC), refresh=lambda _: None, progress=progress)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        con = open_reader(self.workspace.warehouse_path)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()

    def quarantine(self) -> list[Quarantined]:
        con = open_reader(self.workspace.warehouse_path)
        try:
            return list(quarantine(con))
        finally:
            con.close()


@pytest.fixture
def market(tmp_path: Path) -> Market:
    settings = Settings(name="market", currency="EUR", time_zone="UTC")
    return Market(workspace=Workspace.create(tmp_path / "market", settings))


@pytest.fixture
def london(tmp_path: Path) -> Market:
    settings = Settings(name="market", currency="GBP", time_zone="Europe/London")
    return Market(workspace=Workspace.create(tmp_path / "london", settings))
