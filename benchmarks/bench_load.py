"""Loading one big CSV of orders through a sync, against DuckDB's own typed read of the same file into a table.

The sync also keeps the text as received, checks every value, hashes every row, looks for repeated keys and accounts
for every physical line. Nothing but the load is counted: the hook that builds the metric states does nothing here.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import harness

from bothsides.ingest import sync
from bothsides.workspace import Settings, Workspace

RATIO_BAR = 2.5
NOW = datetime(2026, 1, 1, tzinfo=UTC)

TYPES = {
    "order_id": "VARCHAR",
    "buyer_id": "VARCHAR",
    "supplier_id": "VARCHAR",
    "placed_at": "TIMESTAMP",
    "amount": "DECIMAL(18,2)",
    "currency": "VARCHAR",
    "status": "VARCHAR",
    "category": "VARCHAR",
}

MAPPING = """
id_space = "marketplace"
files = ["{path}"]

[[table]]
name = "orders"
key = ["order_id"]
[table.columns]
buyer_id = "buyer_id"
supplier_id = "supplier_id"
placed_at = "placed_at"
amount = "amount"
currency = "currency"
status = "status"
category = "category"
"""


def write_orders(path: Path, lines: int) -> None:
    """Write the CSV: the same content for the same number of lines within one DuckDB version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with duckdb.connect(config={"threads": 2, "memory_limit": "8GB"}) as con:
        con.execute(
            f"""
            COPY (
                SELECT 'O-' || lpad(i::VARCHAR, 9, '0') AS order_id, 'B-' || hash(i * 17) % 200000 AS buyer_id,
                       'S-' || hash(i * 19) % 20000 AS supplier_id,
                       strftime(TIMESTAMP '2024-01-01' + to_seconds((hash(i * 29) % 63072000)::BIGINT),
                                '%Y-%m-%d %H:%M:%S') AS placed_at,
                       ((2000 + hash(i * 37) % 9000000) / 100)::DECIMAL(12, 2) AS amount, 'EUR' AS currency,
                       CASE WHEN hash(i * 31) % 100 < 4 THEN 'cancelled' ELSE 'completed' END AS status,
                       'category ' || hash(i * 23) % 20 AS category
                FROM range(1, {lines} + 1) t(i)
            ) TO '{unfinished}' (FORMAT csv, HEADER)
            """
        )
    unfinished.rename(path)


def load_plain(path: Path) -> None:
    """DuckDB's own read with declared types into a table of a database file."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    config: dict[str, str | bool | int | float | list[str]] = {"threads": 2, "memory_limit": "8GB"}
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(str(Path(folder) / "plain.duckdb"), config=config) as con,
    ):
        con.execute(f"CREATE TABLE orders AS FROM read_csv('{path}', header = true, columns = {{{columns}}})")
        con.execute("CHECKPOINT")
        rows = con.execute("SELECT count(*), sum(amount) FROM orders").fetchall()[0]
    harness.say(rows=rows[0], total=float(rows[1]))


def load_synced(path: Path) -> None:
    """A sync of the same file into a new workspace, the CPU-seconds of each of its steps beside it."""
    steps: dict[str, float] = {}
    last: list[Any] = ["starting", harness.cpu_seconds()]

    def progress(line: str) -> None:
        now = harness.cpu_seconds()
        steps[last[0]] = round(steps.get(last[0], 0.0) + now - last[1], 2)
        last[:] = [line, now]

    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder), Settings(name="bench", currency="EUR", time_zone="UTC"))
        (workspace.mappings_dir / "orders.toml").write_text(MAPPING.format(path=path), encoding="utf-8")
        report = sync(workspace, now=NOW, refresh=lambda _: None, progress=progress)
        with duckdb.connect(str(workspace.warehouse_path), read_only=True) as con:
            total = int(con.execute("SELECT sum(amount) FROM orders").fetchall()[0][0])
    source = report.sources[0]
    harness.say(rows=source.new, quarantined=source.quarantined, total=total / 100, steps=steps)


def compare(path: Path, lines: int, rounds: int, results: Path) -> int:
    """Each side in fresh processes, turn by turn; the least CPU of each side counts, as the machine is shared."""
    plain: list[harness.Run] = []
    synced: list[harness.Run] = []
    for _ in range(rounds):
        for part, runs in (("plain", plain), ("synced", synced)):
            runs.append(harness.run_self(__file__, "--part", part, "--file", str(path)))
            print(part, round(runs[-1].cpu, 2), runs[-1].said, harness.gigabytes(runs[-1].peak), flush=True)
    theirs, ours = min(run.cpu for run in plain), min(run.cpu for run in synced)
    said = synced[0].said
    agree = said["rows"] == plain[0].said["rows"] == lines and abs(said["total"] - plain[0].said["total"]) < 0.005
    steps = ", ".join(f"{name} {seconds}" for name, seconds in said["steps"].items())
    peaks = [harness.gigabytes(max(run.peak for run in runs)) for runs in (plain, synced)]
    size = path.stat().st_size / 1e6
    harness.write_section(
        f"Load of {lines:,} lines",
        [
            f"A CSV of orders, 8 columns, {size:,.0f} MB; whole fresh processes, least of {rounds}.",
            "",
            "| | CPU-s | peak memory |",
            "|---|---|---|",
            f"| DuckDB read_csv with types, into a file | {theirs:.2f} | {peaks[0]} |",
            f"| bothsides sync, no states built | {ours:.2f} | {peaks[1]} |",
            "",
            f"- Sync over plain read: {harness.verdict(ours / theirs, RATIO_BAR, 'x')}",
            f"- CPU-seconds of the sync by step (first round): {steps}",
            f"- Rows and total amount: {'equal' if agree else 'DIFFERENT'}; {said['quarantined']} quarantined",
        ],
        results=results,
    )
    return 0 if agree else 1


def main() -> int:
    """Write the CSV if it is not there, load it both ways, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000_000, help="lines of the CSV (the bar is set at 10000000)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--file", type=Path, help="where the CSV is, or is to be written")
    parser.add_argument("--part", choices=("plain", "synced"), help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.part:
        {"plain": load_plain, "synced": load_synced}[words.part](words.file)
        return 0
    path: Path = words.file or harness.DATA / f"orders-{words.lines}.csv"
    if not path.exists():
        write_orders(path, words.lines)
    return compare(path, words.lines, words.rounds, words.results)


if __name__ == "__main__":
    sys.exit(main())
