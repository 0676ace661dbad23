"""`bothsides audit` beside stored models: one of a later load is left out, one before the last load is said so."""

import re
from pathlib import Path

import pytest
from tests.cli.conftest import MAPPING, Run

REPORTED = "Spend forecast, buyers"


@pytest.fixture(scope="module")
def restated(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """A year of orders, restated tenfold for the same days by a second load, from which spend was foretold."""
    folder = tmp_path_factory.mktemp("restated")
    (folder / "mapping").mkdir()
    (folder / "mapping" / "ledger.toml").write_text('id_space = "acme"\n' + MAPPING)
    (folder / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\ntime_zone = "UTC"\n')
    for each in (100, 1000):
        load(run, folder, each)
    assert run("predict", "spend", "-w", folder).code == 0
    return folder


def load(run: Run, folder: Path, amount: int) -> None:
    lines = [f"{i},2024-{i % 12 + 1:02}-10,Buyer {i % 7},Supplier {i % 3},Pumps,{amount}.00" for i in range(60)]
    (folder / "orders.csv").write_text("id,date,buyer,supplier,category,amount\n" + "\n".join(lines) + "\n")
    done = run("sync", folder)
    assert done.code == 0, done.err


def report(run: Run, folder: Path, *words: str) -> str:
    done = run("audit", *words, "-w", folder)
    assert done.code == 0, done.err
    path = re.search(r"Report: (\S+)", done.out)
    assert path is not None
    return Path(path[1]).read_text()


def test_what_was_known_at_a_load_does_not_hold_a_model_of_a_later_one(run: Run, restated: Path) -> None:
    then = report(run, restated, "--known-on", "1")
    assert f"{REPORTED}</b>" not in then
    assert "Left out, since made from what came later: Spend forecast, buyers; Spend forecast, suppliers." in then
    now = report(run, restated)
    assert f"{REPORTED}</b>" in now
    assert "Left out" not in now
    assert "before the last load" not in now


def test_a_model_made_before_the_last_load_is_not_called_today_s(run: Run, restated: Path) -> None:
    load(run, restated, 700)
    line = report(run, restated).split(f"{REPORTED}</b>")[1].split("</li>")[0]
    assert "Made before the last load, as of" in line
    assert "to make it anew: <code>bothsides predict spend --side buyer</code>" in line
