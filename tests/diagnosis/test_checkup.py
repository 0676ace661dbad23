"""What the doctor finds wrong with a workspace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bothsides.diagnosis.checkup import Severity, checkup
from bothsides.ingest import sync
from bothsides.workspace import Settings, Workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MAPPING = """
files = ["orders*.csv"]
[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "supplier"
placed_at = "day"
amount = "amount"
"""
HEADER = "id,buyer,supplier,day,amount\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One order, loaded."""
    made = Workspace.create(tmp_path / "w", Settings(name="market", currency="EUR", time_zone="UTC"))
    (made.folder / "orders.csv").write_text(HEADER + "1,b,s,2025-12-30,5\n")
    write(made, MAPPING)
    sync(made, now=NOW, refresh=lambda _: None)
    return made


def write(workspace: Workspace, text: str) -> None:
    (workspace.mappings_dir / "orders.toml").write_text(text, encoding="utf-8")


def found(workspace: Workspace) -> list[tuple[Severity, str]]:
    return [(one.severity, one.what) for one in checkup(workspace, now=NOW)]


def test_every_field_that_no_file_has_is_named_at_once_without_a_sync(workspace: Workspace) -> None:
    assert found(workspace) == []
    (workspace.folder / "orders-2.csv").write_text(HEADER)
    write(workspace, MAPPING.replace('"amount"', '"Netto"').replace('"day"', '{ field = "Day" }'))
    told = found(workspace)
    assert [severity for severity, _ in told] == [Severity.BROKEN] * 2
    assert "orders.columns.placed_at" in told[0][1]
    assert "orders-2.csv has no such field; did you mean 'day'? it has: id, buyer" in told[0][1]
    assert "orders.columns.amount" in told[1][1]


def test_a_file_that_cannot_be_read_is_named(workspace: Workspace) -> None:
    (workspace.folder / "orders-2.csv").write_bytes(b"%PDF-1.7 no table")
    ((severity, what),) = found(workspace)
    assert (severity, "orders-2.csv" in what, "PDF" in what) == (Severity.BROKEN, True, True)
