"""A marketplace whose leads go through the desk, and what syncs made of its journal."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.leads.desk.conftest import EXAMPLE, Desk, at

from bothsides.ingest import SyncReport, sync
from bothsides.leads.desk.opening import open_desk
from bothsides.metrics import refresh
from bothsides.schema.instant import in_utc
from bothsides.warehouse import open_reader
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

MARKET = """
id_space = "market"
files = ["orders.csv"]
[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "supplier"
placed_at = "day"
amount = "amount"
[[table]]
name = "accounts"
entities = true
key = ["buyer"]
[table.columns]
name = "buyer"
side = { value = "buyer" }
[[table]]
name = "accounts"
entities = true
key = ["supplier"]
[table.columns]
name = "supplier"
side = { value = "supplier" }
"""


@dataclass(kw_only=True)
class DeskedMarket:
    """The desk beside the warehouse that it feeds."""

    workspace: Workspace
    desk: Desk

    def sync(self, *, facts: bool = False) -> SyncReport:
        """A sync; with the facts of metrics only where they are asked for, since they take most of its time."""
        made = refresh(self.workspace.settings.currency) if facts else lambda _: None
        return sync(self.workspace, now=in_utc(self.desk.now), refresh=made)

    def reopen(self) -> None:
        """Read the settings again."""
        self.workspace = Workspace.open(self.workspace.folder)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        con = open_reader(self.workspace.warehouse_path)
        try:
            return con.execute(statement).fetchall()
        finally:
            con.close()

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """The current rows of a table, without which load brought them."""
        columns = "* EXCLUDE (loaded_in, superseded_in, row_hash)"
        return self.rows(f"SELECT {columns} FROM {name} WHERE superseded_in IS NULL ORDER BY ALL")


@pytest.fixture
def desked(tmp_path: Path) -> Iterator[DeskedMarket]:
    settings = Settings(name="acme", currency="GBP", leads="desk")
    workspace = Workspace.create(tmp_path / "acme", settings)
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    (workspace.mappings_dir / "orders.toml").write_text(MARKET, encoding="utf-8")
    orders = (
        "id,buyer,supplier,day,amount\n1,Nordwind,Alder Parts,2026-01-05,100\n2,Nordwind,Birch Metals,2026-02-09,250\n"
    )
    (workspace.folder / "orders.csv").write_text(orders, encoding="utf-8")
    logbook = open_logbook(workspace, {}, create=True)
    now = at("03-31T09:00")
    yield DeskedMarket(
        workspace=workspace, desk=Desk(agreed=open_desk(workspace, logbook, now=now), logbook=logbook, now=now)
    )
    logbook.close()
