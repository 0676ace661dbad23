"""The known answers of the UK ledger after one sync, and the same after a second one."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from bothsides.ingest import SyncReport, sync
from bothsides.warehouse import open_reader
from bothsides.workspace import Settings, Workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)

LEDGER = """
id_space = "marketplace"
files = ["${BOTHSIDES_DATA}/uk-digital-marketplace/G-Cloud-Spend*.csv"]
date_grain = "month"

[[table]]
name = "orders"
key = ["ID"]
[table.columns]
buyer_id = "CustomerName"
supplier_id = "SupplierName"
placed_at = "ReturnMonth"
amount = "EvidencedSpend"
status = { value = "completed" }
category = { field = "LotDescription", map = { "1" = "IaaS", "2" = "PaaS", "3" = "SaaS", "4" = "Specialist services" } }
region = "Sector"

[[table]]
name = "accounts"
entities = true
key = ["SupplierName"]
[table.columns]
side = { value = "supplier" }
name = "SupplierName"

[[table]]
name = "accounts"
entities = true
key = ["CustomerName"]
[table.columns]
side = { value = "buyer" }
name = "CustomerName"
region = "Sector"
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Iterator[tuple[Workspace, SyncReport]]:
    before = os.environ.get("BOTHSIDES_DATA")
    os.environ["BOTHSIDES_DATA"] = str(real_data)
    workspace = Workspace.create(
        tmp_path_factory.mktemp("uk"), Settings(name="uk", currency="GBP", time_zone="Europe/London")
    )
    (workspace.mappings_dir / "ledger.toml").write_text(LEDGER, encoding="utf-8")
    yield workspace, sync(workspace, now=NOW, refresh=lambda _: None)
    if before is None:
        del os.environ["BOTHSIDES_DATA"]
    else:
        os.environ["BOTHSIDES_DATA"] = before


def answers(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute(
        "SELECT count(*), sum(amount), min(placed_on), max(placed_on), "
        "(SELECT list(n ORDER BY n) "
        "FROM (SELECT count(*) AS n FROM accounts WHERE superseded_in IS NULL GROUP BY side)) "
        "FROM orders WHERE superseded_in IS NULL"
    ).fetchall()


@pytest.mark.real_data
def test_the_ledger_is_booked_to_the_penny_and_every_line_is_accounted_for(
    ledger: tuple[Workspace, SyncReport],
) -> None:
    workspace, report = ledger
    orders = report.sources[0]
    assert (orders.read, orders.new, orders.quarantined) == (13492, 13492, 0)
    assert (orders.physical_lines, orders.header_lines, orders.record_lines) == (13493, 1, 13492)
    assert orders.rounding_difference == Decimal("0.0115")
    con = open_reader(workspace.warehouse_path)
    count, total, first, last, accounts = answers(con)[0]
    assert (count, total, accounts) == (13492, 21745567438, [343, 524])
    assert (str(first), str(last)) == ("2012-04-01", "2014-06-01")
    watermark = con.execute("SELECT last_on FROM watermarks WHERE table_name = 'orders'").fetchall()
    assert str(watermark[0][0]) == "2014-06-30"
    assert con.execute("SELECT DISTINCT category FROM orders ORDER BY 1").fetchall()[0] == ("IaaS",)


@pytest.mark.real_data
def test_the_same_ledger_again_changes_nothing(ledger: tuple[Workspace, SyncReport]) -> None:
    workspace, _ = ledger
    before = answers(open_reader(workspace.warehouse_path))
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    assert [(item.new, item.changed, item.deleted) for item in report.sources] == [(0, 0, 0)] * 3
    assert report.sources[0].unchanged == 13492
    con = open_reader(workspace.warehouse_path)
    assert answers(con) == before
    assert con.execute("SELECT count(*) FROM orders").fetchall() == [(13492,)]
