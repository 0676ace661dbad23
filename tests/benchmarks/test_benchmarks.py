"""The benchmark scripts run and compare what they say they compare, at a small size; nobody looks at their time."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDERS = 20_000


def run(script: str, *words: str, results: Path, code: int = 0) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / script), *words, "--results", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return results.read_text(encoding="utf-8") if results.exists() else done.stdout


@pytest.fixture(scope="module")
def bench_folder() -> Path:
    """The folder of the reference query; missing fails in CI, skips elsewhere."""
    folder = Path(os.environ.get("BOTHSIDES_BENCH") or ROOT.parent / "shared" / "bench")
    if not (folder / "reference_bitstring.sql").exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the benchmark folder: {folder}")
        pytest.skip(f"the benchmark folder is not here ({folder}); name it in BOTHSIDES_BENCH")
    return folder


def write_market(path: Path) -> None:
    """A small market in the layout of the benchmark file, with weeks, sides and categories that lack something."""
    cell = "'cat' || lpad((hash(i * 23) % 3)::VARCHAR, 2, '0') AS category"
    moment = "TIMESTAMP '2024-01-01' + to_seconds((hash(i * 29) % 5000000)::BIGINT)"
    side = "CASE WHEN hash(i * 31) % 4 > 0 THEN 'buyer' ELSE 'supplier' END AS side"
    tables = {
        "order_party": f"""
            SELECT i * 2 + p AS party_id, i AS order_id, ['buyer', 'supplier'][p::INT + 1] AS side,
                   p * 1000 + 1 + hash(i * (17 + p)) % 300 AS account_id, {cell}, {moment} AS ordered_at,
                   (hash(i * 37) % 100000 / 100)::DECIMAL(12, 2) AS gmv, (hash(i * 41) % 9000 / 100)::DECIMAL(12, 2)
                   AS revenue, (hash(i * 43) % 3000 / 100)::DECIMAL(12, 2) AS refund, (hash(i * 47) % 9 = 0)::INT
                   AS is_first, (hash(i * 47) % 9 > 0)::INT AS is_repeat
            FROM range({ORDERS}) o(i), range(2) q(p)""",
        "events": f"""
            SELECT {side}, 1 + hash(i * 59) % 900 AS account_id, {cell}, {moment} AS event_at,
                   ['search', 'view', 'cart', 'order'][1 + (hash(i * 71) % 4)::INT] AS name
            FROM range({ORDERS}) t(i)""",
        "accounts": f"""
            SELECT {side}, i AS account_id, {cell}, {moment} AS signup_at, (hash(i * 13) % 3 = 0)::INT AS activated_30d
            FROM range(1, 400) t(i)""",
        "leads": f"""
            SELECT {side}, {cell}, {moment} AS created_at, 1 AS is_mql, (hash(i * 89) % 9 = 0)::INT AS is_won,
                   (hash(i * 89) % 9 BETWEEN 1 AND 3)::INT AS is_lost FROM range(300) t(i)""",
        "spend": f"""
            SELECT {side}, {cell}, {moment} AS spend_at, (hash(i * 97) % 9999 / 100)::DECIMAL(12, 2) AS cost
            FROM range(200) t(i)""",
    }
    with duckdb.connect(str(path)) as con:
        for name, rows in tables.items():
            seg = "(substr(category, 4)::INT * 2 + (side = 'supplier')::INT)::SMALLINT AS seg"
            con.execute(f"CREATE TABLE {name} AS SELECT *, {seg} FROM ({rows})")
        con.execute("CREATE TABLE segments AS SELECT DISTINCT seg, side, category FROM order_party")


@pytest.fixture(scope="module")
def small_market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("market") / "market.duckdb"
    write_market(path)
    return path


def test_the_dashboard_equals_the_reference_cell_by_cell(
    bench_folder: Path, small_market: Path, tmp_path: Path
) -> None:
    written = run("bench_dashboard.py", "--market", str(small_market), "--rounds", "1", results=tmp_path / "R.md")
    assert "Cell by cell: equal" in written
    assert re.search(r"Statement over reference: \d+\.\d\dx, bar 1.15x", written)
    assert "54 rows" in written  # 9 weeks, 2 sides, 3 categories


def test_a_dashboard_that_differs_is_called_different(bench_folder: Path, small_market: Path, tmp_path: Path) -> None:
    reference = (bench_folder / "reference_bitstring.sql").read_text(encoding="utf-8")
    (tmp_path / "reference_bitstring.sql").write_text(
        reference.replace("sum(is_first) newt", "sum(is_first) + 1 newt"), encoding="utf-8"
    )
    (tmp_path / "generate.py").write_text("", encoding="utf-8")
    command = [sys.executable, str(ROOT / "benchmarks" / "bench_dashboard.py"), "--market", str(small_market)]
    done = subprocess.run(
        [*command, "--rounds", "1", "--results", str(tmp_path / "R.md")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BOTHSIDES_BENCH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "DIFFERENCES" in (tmp_path / "R.md").read_text(encoding="utf-8")


def test_without_the_benchmark_folder_the_dashboard_says_so(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "bench_dashboard.py"), "--results", str(tmp_path / "R.md")]
    env = {**os.environ, "BOTHSIDES_BENCH": str(tmp_path / "nowhere")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, "skipped" in done.stdout, (tmp_path / "R.md").exists()) == (0, True, False)


def test_without_the_benchmark_folder_the_peers_say_so(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "bench_peers.py"), "--results", str(tmp_path / "R.md")]
    env = {**os.environ, "BOTHSIDES_BENCH": str(tmp_path / "nowhere")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, "skipped" in done.stdout, (tmp_path / "R.md").exists()) == (0, True, False)


def test_growth_is_measured_and_drawn_size_by_size(tmp_path: Path) -> None:
    """The largest against the smallest, and the market of each is gone afterwards."""
    words = ("--sizes", "2000", "6000", "--rounds", "1", "--plot", str(tmp_path / "growth.svg"))
    written = run("bench_growth.py", *words, results=tmp_path / "R.md")
    assert re.search(r"\n\| 2,000 \| \d,\d{3} \|.*\n\| 6,000 \| \d,\d{3} \|", written)
    assert "An order at 6,000 over one at 2,000" in written
    assert "per million orders" in (tmp_path / "growth.svg").read_text(encoding="utf-8")
    assert not list((ROOT / "benchmarks" / "data").glob("growth-*"))


def test_the_load_compares_rows_and_amounts(tmp_path: Path) -> None:
    words = ("--lines", str(ORDERS), "--rounds", "1", "--file", str(tmp_path / "orders.csv"))
    written = run("bench_load.py", *words, results=tmp_path / "R.md")
    assert "Load of 20,000 lines" in written
    assert "Rows and total amount: equal; 0 quarantined" in written


def test_the_simulation_is_measured(tmp_path: Path) -> None:
    written = run("bench_simulate.py", "--orders", str(ORDERS), results=tmp_path / "R.md")
    assert re.search(r"Simulation of 20,000 orders\n\nThe demo market, seed 7: \d\d,\d{3} orders", written)


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    results = tmp_path / "R.md"
    results.write_text("# Results\n\n<!-- Other: begin -->\nkept\n<!-- Other: end -->\n", encoding="utf-8")
    for _ in range(2):
        written = run("bench_simulate.py", "--orders", "2000", results=results)
    assert written.count("## Simulation of 2,000 orders") == 1
    assert "<!-- Other: begin -->\nkept\n<!-- Other: end -->" in written
