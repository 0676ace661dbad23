"""A small workspace loaded through the real commands, and a way to run them."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ORDERS = """\
id,date,buyer,supplier,category,amount
1,2024-01-10,Acme,Pumps Ltd,Pumps,100.00
2,2024-01-20,Acme,Valves Co,Valves,200.00
3,2024-02-05,Beta,Pumps Ltd,Pumps,300.00
4,2024-03-31,Beta,Pumps Ltd,Pumps,-50.00
5,2024-03-31,Beta,Pumps Ltd,Pumps,not money
"""

MAPPING = """\
files = ["orders.csv"]

[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "supplier"
placed_at = "date"
amount = "amount"
category = "category"

[[table]]
name = "accounts"
entities = true
key = ["buyer"]
[table.columns]
side = { value = "buyer" }
name = "buyer"

[[table]]
name = "accounts"
entities = true
key = ["supplier"]
[table.columns]
side = { value = "supplier" }
name = "supplier"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command printed and how it ended."""

    out: str
    err: str
    code: int


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def run() -> Run:
    """Run `bothsides` as a person does."""

    def command(*words: str | Path, cwd: Path | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "bothsides.cli", *map(str, words)],
            capture_output=True,
            text=True,
            cwd=cwd,
            check=False,
        )
        return Ran(out=done.stdout, err=done.stderr, code=done.returncode)

    return command


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """Four orders and one broken line, loaded."""
    folder = tmp_path_factory.mktemp("acme")
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "mapping").mkdir()
    (folder / "mapping" / "ledger.toml").write_text(MAPPING)
    (folder / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\ntime_zone = "UTC"\n')
    loaded = run("sync", folder)
    assert loaded.code == 0, loaded.err
    return folder
