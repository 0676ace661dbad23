"""Twenty metrics by week, side and category: the metric compiler against the hand-written fused query, cell by cell.

Needs the benchmark folder (BOTHSIDES_BENCH, else ../shared/bench) with generate.py and the reference query.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import harness
from dashboard_metrics import DASHBOARD, ratios

from bothsides.metrics import METRICS, Metric, Query, Status, Store, Unit, Value, ask, explain
from bothsides.metrics.measure import Measure
from bothsides.schema import Grain, Period
from bothsides.warehouse import DuckDB, Parameters, Row

RATIO_BAR = 1.15
CPU_BAR = 2.5
MEMORY_BAR = 2.0
COMPILE_BAR = 0.2
COMPILED = 80
"""So many metrics are compiled together: the dashboard's and ratios of its plain measures."""

TOLERANCE = 1e-9
METRIC_IDS = tuple(metric.id for metric in DASHBOARD)

BINDINGS = (
    """
    CREATE TEMP VIEW fact_order_parties AS
    SELECT side, account_id::INTEGER AS account, ordered_at::DATE AS placed_on, category, gmv AS value, revenue AS fee,
           refund AS refunded, is_first = 1 AS is_first
    FROM m.order_party
    """,
    """
    CREATE TEMP VIEW fact_events AS
    SELECT side, account_id::INTEGER AS account, event_at::DATE AS occurred_on, category, name FROM m.events
    """,
    """
    CREATE TEMP VIEW fact_accounts AS
    SELECT side, account_id::INTEGER AS account, signup_at::DATE AS signed_up_on, category, activated_30d
    FROM m.accounts
    """,
    "CREATE TEMP VIEW dim_accounts AS SELECT side, account_id::INTEGER AS account FROM m.accounts",
    """
    CREATE TEMP VIEW fact_leads AS
    SELECT side, created_at::DATE AS created_on, category, is_won, is_lost FROM m.leads
    """,
    """
    CREATE TEMP VIEW fact_spend AS
    SELECT side, spend_at::DATE AS spent_on, category, cost AS amount FROM m.spend
    """,
)
"""The benchmark's tables under the names and columns of the facts: views, so nothing is copied."""


def bench_folder() -> Path:
    """The folder of generate.py and the reference query."""
    named = os.environ.get("BOTHSIDES_BENCH")
    return Path(named) if named else harness.FOLDER.parent.parent / "shared" / "bench"


def open_market(path: Path) -> duckdb.DuckDBPyConnection:
    """The benchmark file attached read-only as `m`."""
    con = harness.connect()
    con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS m (READ_ONLY)")
    return con


def bind(con: duckdb.DuckDBPyConnection) -> Store:
    """A store over the attached file, whose amounts are decimals of major units: see Meter."""
    for statement in BINDINGS:
        con.execute(statement)
    fed = frozenset({"orders", "fees", "refunds", "events", "accounts", "leads", "stage_changes", "spend"})
    first, last = date(2024, 1, 1), date(2025, 12, 31)
    return Store(
        engine=DuckDB(con),
        name="benchmark",
        currency="EUR",
        fiscal_start=1,
        fed=fed,
        ranges=dict.fromkeys(fed, (first, last)),
    )


def reference_sql() -> str:
    """The hand-written query. `cost` may not be a bare alias in every DuckDB version, so it gets its AS."""
    text = (bench_folder() / "reference_bitstring.sql").read_text(encoding="utf-8")
    return text.replace("(cost) cost", "(cost) AS cost").rstrip().rstrip(";")


def run_reference(path: Path, out: Path) -> None:
    """The hand-written query, twice; the second run counts."""
    con = open_market(path)
    used = 0.0
    rows: list[tuple[Any, ...]] = []
    for _ in range(2):
        start = harness.cpu_seconds()
        rows = con.execute(reference_sql()).fetchall()
        used = harness.cpu_seconds() - start
    names = [column[0] for column in con.description or ()]
    labels = names.index("metric_time__week"), names.index("segment__side"), names.index("segment__category")
    cells = {
        "|".join((Period.containing(row[labels[0]].date(), Grain.WEEK).label, row[labels[1]], row[labels[2]])): {
            name: row[names.index(name)] for name in METRIC_IDS
        }
        for row in rows
    }
    _write(cells, out)
    harness.say(cpu=used, rows=len(rows))


class Meter(DuckDB):
    """An engine that adds up the CPU-seconds spent in its statements, fetching their rows included.

    Sums of the file's decimal amounts leave it as minor units, which is what our facts hold.
    """

    used: ClassVar[float] = 0.0
    wall: ClassVar[float] = 0.0
    fetched: ClassVar[int] = 0

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        """All rows."""
        start, began = harness.cpu_seconds(), time.perf_counter()
        rows = [
            tuple(int(cell * 100) if isinstance(cell, Decimal) else cell for cell in row)
            for row in super().rows(statement, parameters)
        ]
        Meter.used += harness.cpu_seconds() - start
        Meter.wall += time.perf_counter() - began
        Meter.fetched = len(rows)
        return rows


def run_compiled(path: Path, out: Path) -> None:
    """Our compiler, twice; the second run counts: compiling apart, the statements, then the whole answer."""
    many = (*DASHBOARD, *ratios(COMPILED - len(DASHBOARD)))
    METRICS.update({metric.id: metric for metric in many})
    con = open_market(path)
    store = bind(con)
    query = Query(metrics=METRIC_IDS, grain=Grain.WEEK, by_side=True, dims=("category",))
    figures: dict[str, float] = {}
    values: list[Value] = []
    for _ in range(2):
        start = harness.cpu_seconds()
        explain(store, query)
        figures["compile"] = harness.cpu_seconds() - start
        start = harness.cpu_seconds()
        explain(store, replace(query, metrics=tuple(metric.id for metric in many)))
        figures["compile_many"] = harness.cpu_seconds() - start
        Meter.used, Meter.wall = 0.0, 0.0
        start = harness.cpu_seconds()
        values = ask(replace(store, engine=Meter(con)), query)
        figures |= {"answer": harness.cpu_seconds() - start, "cpu": Meter.used, "wall": Meter.wall}
        figures |= {"rows": Meter.fetched, "values": len(values)}
    refused = {f"{value.metric}: {value.reason}" for value in values if value.status is Status.UNAVAILABLE}
    if refused:
        raise ValueError("; ".join(sorted(refused)))
    cells: dict[str, dict[str, Any]] = {}
    for value in values:
        key = "|".join((str(value.period), str(value.side), str(value.dim("category"))))
        cells.setdefault(key, {})[value.metric] = value.value
    _write(cells, out)
    harness.say(**figures)


def _write(cells: dict[str, dict[str, Any]], out: Path) -> None:
    out.write_text(json.dumps(cells, default=str), encoding="utf-8")


def differences(ours: dict[str, dict[str, Any]], reference: dict[str, dict[str, Any]]) -> list[str]:
    """Every cell that differs: counts must be equal, other numbers within 1e-9 of their size, empty ratios in both."""
    found = [f"{key}: only in one of the two" for key in sorted(ours.keys() ^ reference.keys())]
    for key in sorted(ours.keys() & reference.keys()):
        for metric in DASHBOARD:
            left, right = ours[key].get(metric.id), reference[key].get(metric.id)
            if not equal(left, right, metric):
                found.append(f"{key} {metric.id}: {left} against {right}")
    return found


def equal(left: Any, right: Any, metric: Metric) -> bool:
    """Whether our value is the other's: counts exactly, the rest within 1e-9."""
    # A total of no rows is empty in the reference and 0 here, and so is a ratio with such a numerator.
    if right is None:
        return left is None or left == 0
    if left is None:
        return isinstance(metric.formula, Measure) and right == 0
    if metric.unit is Unit.COUNT:
        return int(left) == int(right)
    return math.isclose(float(left), float(right), rel_tol=TOLERANCE, abs_tol=0.0)


def market(path: Path | None) -> Path | None:
    """The benchmark file, generated once (about a minute or five, 1.2 GB); None without the benchmark folder."""
    generator = bench_folder() / "generate.py"
    if not generator.exists():
        print(f"skipped: no benchmark folder at {bench_folder()}; name it in BOTHSIDES_BENCH")
        return None
    found = path or harness.DATA / "market.duckdb"
    if not found.exists():
        found.parent.mkdir(parents=True, exist_ok=True)
        unfinished = found.with_suffix(".unfinished.duckdb")
        subprocess.run([sys.executable, str(generator), str(unfinished)], check=True)
        unfinished.rename(found)
    return found


def compare(path: Path, rounds: int, results: Path) -> int:
    """Each side in fresh processes, turn by turn; the least CPU of each side counts, as the machine is shared."""
    reference: list[harness.Run] = []
    compiled: list[harness.Run] = []
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: Path(folder) / f"{name}.json" for name in ("reference", "compiled")}
        for _ in range(rounds):
            for name, runs in (("reference", reference), ("compiled", compiled)):
                runs.append(harness.run_self(__file__, "--part", name, "--market", str(path), "--out", str(outs[name])))
                print(name, runs[-1].said, harness.gigabytes(runs[-1].peak), flush=True)
        wrong = differences(*(json.loads(outs[name].read_text(encoding="utf-8")) for name in ("compiled", "reference")))
    report(reference, compiled, wrong, results)
    return 1 if wrong else 0


def report(reference: list[harness.Run], compiled: list[harness.Run], wrong: list[str], results: Path) -> None:
    """Write the section of RESULTS.md."""
    theirs = min(run.said["cpu"] for run in reference)
    ours = min(run.said["cpu"] for run in compiled)
    pairs = sorted(c.said["cpu"] / r.said["cpu"] for r, c in zip(reference, compiled, strict=True))
    compiling, many = (min(run.said[name] for run in compiled) for name in ("compile", "compile_many"))
    answer = min(run.said["answer"] for run in compiled)
    peak = max(run.peak for run in compiled)
    values = compiled[0].said["values"]
    setting = (
        f"20 metrics by week x side x category, {compiled[0].said['rows']:,} rows, {values:,} values; second run in a "
        f"fresh process, least of {len(compiled)} rounds in turn. The compiler reads the prepared `order_party` table "
        "through views that only rename and cast: the file's order parties stand for our by-side fact."
    )
    equality = "equal" if not wrong else f"{len(wrong)} DIFFERENCES, first: {wrong[0]}"
    harness.write_section(
        "Dashboard",
        [
            setting,
            "",
            "| | CPU-s | peak memory |",
            "|---|---|---|",
            f"| reference_bitstring.sql | {theirs:.2f} | {harness.gigabytes(max(r.peak for r in reference))} |",
            f"| compiled statement, rows fetched | {ours:.2f} | {harness.gigabytes(peak)} |",
            f"| compiling it | {compiling:.3f} | |",
            f"| compiling {COMPILED} metrics | {many:.3f} | |",
            f"| the whole answer: compiling, statement, {values:,} values with n, status and reason | {answer:.2f} | |",
            "",
            f"- Statement, rows fetched: {harness.verdict(ours, CPU_BAR, ' s of CPU')}",
            f"- Statement over reference: {harness.verdict(ours / theirs, RATIO_BAR, 'x')}",
            f"- The same, round by round: {', '.join(f'{ratio:.2f}' for ratio in pairs)}",
            f"- Whole answer over reference: {answer / theirs:.2f}x (it includes the Python records; no bar)",
            f"- Compiling {COMPILED} metrics: {harness.verdict(many, COMPILE_BAR, ' s of CPU')}",
            f"- Peak memory: {harness.verdict(peak / harness.GIB, MEMORY_BAR, ' GiB')}",
            f"- Cell by cell: {equality} (counts exactly, the rest within 1e-9; no rows: empty there, 0 here)",
        ],
        results=results,
    )


def main() -> int:
    """Generate the file if it is not there, compare, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--market", type=Path, help="the benchmark file (default benchmarks/data/market.duckdb)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", choices=("reference", "compiled"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.part:
        {"reference": run_reference, "compiled": run_compiled}[words.part](words.market, words.out)
        return 0
    path = market(words.market)
    return compare(path, words.rounds, words.results) if path else 0


if __name__ == "__main__":
    sys.exit(main())
