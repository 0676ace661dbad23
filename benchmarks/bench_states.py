"""Prepared states on the benchmark file: what they cost to make, to refresh after a late week, and to answer from.

Needs the benchmark folder (BOTHSIDES_BENCH, else ../shared/bench) with generate.py, as bench_dashboard.py does.
"""

import argparse
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import harness
from bench_dashboard import METRIC_IDS, market
from dashboard_metrics import DASHBOARD

from bothsides.metrics import METRICS, Query, ask, read_store, store
from bothsides.metrics.states import build, rollups
from bothsides.metrics.states.grains import NO_STATES
from bothsides.schema import Grain
from bothsides.warehouse import DuckDB, Parameters, Row
from bothsides.warehouse.ddl import create_books

DASHBOARD_BAR, REFRESH_BAR = 0.1, 0.5
LATE = date(2025, 6, 2), date(2025, 6, 8)
FED = ("orders", "fees", "refunds", "events", "accounts", "leads", "stage_changes", "spend")

FACTS = (
    """
    CREATE TABLE fact_orders AS
    SELECT order_id, buyer_id::INTEGER AS buyer, supplier_id::INTEGER AS supplier, ordered_at::DATE AS placed_on,
           category, NULL::VARCHAR AS region, NULL::VARCHAR AS channel, (gmv * 100)::BIGINT AS value,
           (revenue * 100)::BIGINT AS fee, (refund * 100)::BIGINT AS refunded, b.is_first = 1 AS buyer_is_first,
           s.is_first = 1 AS supplier_is_first
    FROM m.orders o JOIN (SELECT order_id, is_first FROM m.order_party WHERE side = 'buyer') b USING (order_id)
    JOIN (SELECT order_id, is_first FROM m.order_party WHERE side = 'supplier') s USING (order_id) ORDER BY placed_on
    """,
    """
    CREATE TABLE fact_order_parties AS
    SELECT 'buyer' AS side, buyer AS account, placed_on, category, region, channel, value, fee, refunded,
           buyer_is_first AS is_first FROM fact_orders
    UNION ALL
    SELECT 'supplier', supplier, placed_on, category, region, channel, value, fee, refunded, supplier_is_first
    FROM fact_orders
    """,
    """
    CREATE TABLE fact_events AS
    SELECT side, account_id::INTEGER AS account, event_at::DATE AS occurred_on, category, NULL::VARCHAR AS region, name
    FROM m.events
    """,
    """
    CREATE TABLE fact_accounts AS
    SELECT side, account_id::INTEGER AS account, signup_at::DATE AS signed_up_on, category, NULL::VARCHAR AS region,
           NULL::VARCHAR AS channel, activated_30d FROM m.accounts
    """,
    """
    CREATE TABLE fact_leads AS
    SELECT side, created_at::DATE AS created_on, category, NULL::VARCHAR AS region, NULL::VARCHAR AS channel, is_won,
           is_lost FROM m.leads
    """,
    """
    CREATE TABLE fact_spend AS
    SELECT side, spend_at::DATE AS spent_on, category, NULL::VARCHAR AS region, NULL::VARCHAR AS channel,
           (cost * 100)::BIGINT AS amount FROM m.spend
    """,
    "CREATE TABLE dim_accounts AS SELECT account_id::INTEGER AS account, side FROM m.accounts",
    "CREATE TABLE unpriced (table_name VARCHAR, currency VARCHAR, unpriced_rows BIGINT, first_on DATE, last_on DATE)",
)
"""The benchmark's tables as the facts that a publish would have built: what is measured begins after them."""


class Meter(DuckDB):
    """An engine that adds up the CPU-seconds of its statements, fetching their rows included."""

    used: ClassVar[float] = 0.0
    fetched: ClassVar[int] = 0

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        """All rows."""
        start = harness.cpu_seconds()
        rows = super().rows(statement, parameters)
        Meter.used += harness.cpu_seconds() - start
        Meter.fetched = len(rows)
        return rows


def dashboard_only() -> None:
    """The twenty metrics are the whole dictionary of this process, and the prepared facts are its facts."""
    METRICS.clear()
    METRICS.update({metric.id: metric for metric in DASHBOARD})
    store.facts_version = rollups.facts_version = lambda: "benchmark"


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """The prepared file, with the threads and memory of every side of a comparison."""
    return duckdb.connect(str(path), config={"threads": 2, "memory_limit": "8GB"})


def run_prepare(source: Path, target: Path) -> None:
    """Facts and books of a warehouse, from the benchmark file."""
    con = connect(target)
    con.execute(f"ATTACH '{source}' AS m (READ_ONLY)")
    create_books(con)
    for statement in FACTS:
        con.execute(statement)
    for name in FED:
        con.execute(f"CREATE TABLE {name} AS SELECT 1 AS loaded_in, NULL::INTEGER AS superseded_in")
        con.execute(f"INSERT INTO watermarks VALUES ('{name}', 'file', '2025-12-31', '2024-01-01')")
    con.execute("INSERT INTO loads VALUES (1, NULL, NULL, 'ok', NULL)")
    con.execute("INSERT INTO meta VALUES ('name', 'benchmark'), ('currency', 'EUR'), ('fiscal_year_start', '1')")
    con.execute("INSERT INTO meta VALUES ('facts', 'benchmark')")
    con.execute("CHECKPOINT")
    con.close()
    harness.say(size=target.stat().st_size)


def run_build(target: Path) -> None:
    """Every state from nothing."""
    dashboard_only()
    before, con = target.stat().st_size, connect(target)
    start = harness.cpu_seconds()
    build.refresh_states(DuckDB(con), currency="EUR")
    used = harness.cpu_seconds() - start
    con.execute("CHECKPOINT")
    con.close()
    harness.say(cpu=used, size=target.stat().st_size - before)


def run_dashboard(target: Path) -> None:
    """The dashboard by week, and rolled up to quarters, from states; then the same from facts, value by value."""
    dashboard_only()
    con = connect(target)
    opened = read_store(DuckDB(con))
    if not opened.states.states:
        raise ValueError(f"{target}: its states are not those of this version")
    figures: dict[str, Any] = {}
    for name, grain in (("week", Grain.WEEK), ("quarter", Grain.QUARTER)):
        query = Query(metrics=METRIC_IDS, grain=grain, by_side=True, dims=("category",), intervals=False)
        values, answers, statements = [], [], []
        for _ in range(5):
            Meter.used = 0.0
            start = harness.cpu_seconds()
            values = ask(replace(opened, engine=Meter(con)), query)
            answers.append(harness.cpu_seconds() - start)
            statements.append(Meter.used)
        figures |= {f"{name}_answer": min(answers), f"{name}_sql": min(statements), f"{name}_values": len(values)}
        figures[f"{name}_rows"] = Meter.fetched
        by_fact = ask(replace(opened, states=NO_STATES), query)
        figures[f"{name}_wrong"] = sum(a != b for a, b in zip(values, by_fact, strict=True))
    harness.say(**figures)


def run_late(target: Path) -> None:
    """A thousand orders of a week long gone arrive: find the days, remake what they touch."""
    dashboard_only()
    con = connect(target)
    engine = DuckDB(con)
    columns = "order_id, buyer, supplier, placed_on, category, region, channel, value, fee, refunded"
    con.execute(
        f"INSERT INTO fact_orders SELECT {columns.replace('order_id', '-order_id')}, false, false FROM"
        f" (SELECT * FROM fact_orders WHERE placed_on BETWEEN '{LATE[0]}' AND '{LATE[1]}' ORDER BY order_id LIMIT 1000)"
    )
    for side in ("buyer", "supplier"):
        con.execute(
            f"INSERT INTO fact_order_parties SELECT '{side}', {side}, placed_on, category, region, channel, value, fee,"
            " refunded, false FROM fact_orders WHERE order_id < 0"
        )
    con.execute("INSERT INTO orders VALUES (2, NULL)")
    con.execute("INSERT INTO loads VALUES (2, NULL, NULL, 'ok', NULL)")
    con.execute("CHECKPOINT")
    found = build._dirty
    figures: dict[str, Any] = {}

    def timed(*words: Any) -> Any:
        start = harness.cpu_seconds()
        dirty = found(*words)
        figures["finding"] = harness.cpu_seconds() - start
        figures["days"] = max(len(dirt.days) for dirt in dirty.values())
        return dirty

    build._dirty = timed
    start = harness.cpu_seconds()
    build.refresh_states(engine, currency="EUR")
    figures["all"] = harness.cpu_seconds() - start
    harness.say(**figures)


def compare(path: Path, rounds: int, results: Path) -> int:
    """Each part in fresh processes; the least CPU of the rounds counts, as the machine is shared."""
    runs: dict[str, list[harness.Run]] = {"build": [], "dashboard": [], "late": []}
    with tempfile.TemporaryDirectory(dir=harness.DATA) as folder:
        prepared, target = Path(folder) / "facts.duckdb", Path(folder) / "states.duckdb"
        harness.run_self(__file__, "--part", "prepare", "--market", str(path), "--target", str(prepared))
        for _ in range(rounds):
            shutil.copyfile(prepared, target)
            for name, done in runs.items():
                done.append(harness.run_self(__file__, "--part", name, "--target", str(target)))
                print(name, done[-1].said, harness.gigabytes(done[-1].peak), flush=True)
    return report(runs, results)


def report(runs: dict[str, list[harness.Run]], results: Path) -> int:
    """Write the section of RESULTS.md."""
    least = {
        f"{name}_{figure}": min(run.said[figure] for run in done)
        for name, done in runs.items()
        for figure in done[0].said
    }
    wrong = least["dashboard_week_wrong"] + least["dashboard_quarter_wrong"]
    states_alone = min(run.said["all"] - run.said["finding"] for run in runs["late"])
    size, verdict = least["build_size"] / 1024**2, harness.verdict
    rows, values = least["dashboard_week_rows"], least["dashboard_week_values"]
    setting = (
        "20 metrics, 10 M orders (19.2 M order parties) and 20 M events as facts in a file; least of "
        f"{len(runs['build'])} rounds, each part in a fresh process, the least of five answers. Sums by day, "
        "distinct accounts by week and month, each whole and by category. Answers without account-clustered "
        "intervals, which are read from the facts."
    )
    table = {
        "build of every state": (f"{least['build_cpu']:.2f}", _peak(runs["build"])),
        f"dashboard by week, side and category: statement, {rows:,} rows fetched": (
            f"{least['dashboard_week_sql']:.3f}",
            _peak(runs["dashboard"]),
        ),
        f"the same with compiling and {values:,} values in Python": (f"{least['dashboard_week_answer']:.2f}", ""),
        "by quarter, distinct accounts united from months: statement": (f"{least['dashboard_quarter_sql']:.3f}", ""),
        "1,000 late orders in one week: remaking the states": (f"{states_alone:.2f}", _peak(runs["late"])),
        "the same with finding out which days changed": (f"{least['late_all']:.2f}", ""),
    }
    whole = "every fact that hangs on orders is hashed whole"
    harness.write_section(
        "States",
        [
            setting,
            "",
            "| | CPU-s | peak memory |",
            "|---|---|---|",
            *(f"| {name} | {cpu} | {peak} |" for name, (cpu, peak) in table.items()),
            "",
            f"- Dashboard from states, statement: {verdict(least['dashboard_week_sql'], DASHBOARD_BAR, ' CPU-s')}",
            f"- One late week, states alone: {verdict(states_alone, REFRESH_BAR, ' CPU-s')}",
            f"- One late week with finding it: {verdict(least['late_all'], REFRESH_BAR, ' CPU-s')} ({whole})",
            f"- Size in the file: {size:.0f} MiB",
            f"- Value by value against the facts: {'equal' if not wrong else f'{wrong} DIFFERENCES'}",
        ],
        results=results,
    )
    return 1 if wrong else 0


def _peak(runs: list[harness.Run]) -> str:
    return harness.gigabytes(max(run.peak for run in runs))


def main() -> int:
    """Prepare the facts, build, ask, refresh, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--market", type=Path, help="the benchmark file (default benchmarks/data/market.duckdb)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", choices=("prepare", "build", "dashboard", "late"), help=argparse.SUPPRESS)
    parser.add_argument("--target", type=Path, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.part == "prepare":
        run_prepare(words.market, words.target)
        return 0
    if words.part:
        {"build": run_build, "dashboard": run_dashboard, "late": run_late}[words.part](words.target)
        return 0
    path = market(words.market)
    return compare(path, words.rounds, words.results) if path else 0


if __name__ == "__main__":
    sys.exit(main())
