"""What one order costs the 20-metric dashboard as a marketplace grows: files of 1 to 30 M orders of the same shape.

Each file is drawn by hashes into benchmarks/data, read in fresh processes and deleted. Accounts, events and leads grow
with the orders; weeks, sides and categories, and so the cells of the answer, do not.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import bench_dashboard
import harness
import vl_convert

MILLION = 1_000_000
SIZES = (MILLION, 3 * MILLION, 10 * MILLION, 30 * MILLION)
BAR = 1.2
PLOT = harness.FOLDER / "growth.svg"

CATEGORY = "'cat' || lpad((hash({i} * {seed}) % 20)::VARCHAR, 2, '0') AS category"
SIDE = "CASE WHEN hash({i} * {seed}) % 10 < 9 THEN 'buyer' ELSE 'supplier' END AS side"
SECONDS = 63_072_000
"""Two years: orders come ever denser, events and signups evenly, both in the order of time, as a ledger has them."""


def draw(path: Path, orders: int) -> None:
    """A marketplace of so many orders in the layout of the benchmark file."""
    path.unlink(missing_ok=True)
    buyers, suppliers = orders // 50, orders // 500
    buyer = f"1 + least({buyers} - 1, floor({buyers} * pow((hash(i * 17) % 1000003) / 1000003.0, 2)))"
    supplier = (
        f"1 + {buyers} + least({suppliers} - 1, floor({suppliers} * pow((hash(i * 19) % 1000003) / 1000003.0, 2.5)))"
    )
    moment = "TIMESTAMP '2024-01-01' + to_seconds(({share} * {seconds})::BIGINT)"
    placed = moment.format(share=f"sqrt((i - 1) / {orders}.0)", seconds=SECONDS)
    tables = {
        "order_party": f"""
            SELECT p.side, CASE p.side WHEN 'buyer' THEN buyer_id ELSE supplier_id END AS account_id, category,
                   ordered_at, gmv, revenue, refund, is_first, 1 - is_first AS is_repeat
            FROM (SELECT ({buyer})::BIGINT AS buyer_id, ({supplier})::BIGINT AS supplier_id,
                         {CATEGORY.format(i="i", seed=23)}, {placed} AS ordered_at,
                         (20 + hash(i * 37) % 100000 / 100)::DECIMAL(12, 2) AS gmv,
                         (2 + hash(i * 41) % 9000 / 100)::DECIMAL(12, 2) AS revenue,
                         (CASE WHEN hash(i * 31) % 100 < 3 THEN hash(i * 43) % 3000 / 100 ELSE 0 END)::DECIMAL(12, 2)
                         AS refund, (hash(i * 47) % 45 = 0)::INT AS is_first
                  FROM range(1, {orders + 1}) o(i)) o, (VALUES ('buyer'), ('supplier')) p(side)""",
        "events": f"""
            SELECT {SIDE.format(i="i", seed=53)}, (1 + hash(i * 59) % {buyers + suppliers})::BIGINT AS account_id,
                   {CATEGORY.format(i="i", seed=61)},
                   {moment.format(share=f"(i - 1) / {2 * orders}.0", seconds=SECONDS)} AS event_at,
                   ['search', 'view', 'cart', 'order'][1 + (hash(i * 71) % 4)::INT] AS name
            FROM range(1, {2 * orders + 1}) e(i)""",
        "accounts": f"""
            SELECT i AS account_id, CASE WHEN i <= {buyers} THEN 'buyer' ELSE 'supplier' END AS side,
                   {CATEGORY.format(i="i", seed=7)},
                   {moment.format(share="(hash(i * 11) % 1000003) / 1000003.0", seconds=SECONDS)} AS signup_at,
                   (hash(i * 13) % 100 < 42)::INT AS activated_30d
            FROM range(1, {buyers + suppliers + 1}) a(i)""",
        "leads": f"""
            SELECT {SIDE.format(i="i", seed=73)}, {CATEGORY.format(i="i", seed=79)},
                   {moment.format(share=f"(i - 1) / {orders // 20}.0", seconds=SECONDS)} AS created_at,
                   (hash(i * 89) % 100 < 5)::INT AS is_won, (hash(i * 89) % 100 BETWEEN 5 AND 17)::INT AS is_lost
            FROM range(1, {orders // 20 + 1}) l(i)""",
        "spend": f"""
            SELECT s.side, {CATEGORY.format(i="k", seed=83)}, d AS spend_at,
                   (50 + hash(k * 97) % 500)::DECIMAL(12, 2) AS cost
            FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2025-12-30', INTERVAL 1 DAY) g(d),
                 (VALUES ('buyer'), ('supplier')) s(side), range(20) r(k)""",
    }
    con = harness.connect()
    con.execute(f"ATTACH '{path}' AS m")
    for name, rows in tables.items():
        con.execute(f"CREATE TABLE m.{name} AS {rows}")
    con.close()


def measure(orders: int, rounds: int) -> list[harness.Run]:
    """The dashboard over a file of so many orders, each time in a fresh process; the file is deleted."""
    path = harness.DATA / f"growth-{orders}.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        draw(path, orders)
        words = ("--part", "compiled", "--market", str(path), "--out", str(path.with_suffix(".json")))
        return [harness.run_self(bench_dashboard.__file__, *words) for _ in range(rounds)]
    finally:
        for suffix in (".duckdb", ".duckdb.wal", ".json"):
            path.with_suffix(suffix).unlink(missing_ok=True)


def plot(costs: dict[int, float], to: Path) -> None:
    """CPU-seconds a million orders over the orders, both read from their axes."""
    marks = [{"orders": orders, "cost": cost} for orders, cost in costs.items()]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 420,
        "height": 200,
        "background": "white",
        "data": {"values": marks},
        "mark": {"type": "line", "point": True, "color": "#1f5f8b"},
        "encoding": {
            "x": {
                "field": "orders",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": {"title": "orders", "format": "~s", "values": list(costs)},
            },
            "y": {"field": "cost", "type": "quantitative", "axis": {"title": "CPU-seconds per million orders"}},
        },
    }
    to.write_text(vl_convert.vegalite_to_svg(json.dumps(spec)), encoding="utf-8")


def report(runs: dict[int, Sequence[harness.Run]], results: Path, svg: Path) -> None:
    """Write the section of RESULTS.md and the plot beside it."""
    least = {orders: min(run.said["cpu"] for run in found) for orders, found in runs.items()}
    costs = {orders: cpu * MILLION / orders for orders, cpu in least.items()}
    plot(costs, svg)
    smallest, largest = min(costs), max(costs)
    rows = [
        f"| {orders:,} | {runs[orders][0].said['rows']:,} | {least[orders]:.2f} | {costs[orders]:.3f} "
        f"| {min(run.said['answer'] for run in runs[orders]):.2f} "
        f"| {harness.gigabytes(max(run.peak for run in runs[orders]))} |"
        for orders in costs
    ]
    setting = (
        "The 20-metric dashboard by week x side x category, from facts, over files that differ in size alone; second "
        f"run in a fresh process, least of {len(runs[smallest])}."
    )
    ratio = harness.verdict(costs[largest] / costs[smallest], BAR, "x")
    harness.write_section(
        "Growth",
        [
            setting,
            "",
            "| orders | cells | statement, CPU-s | CPU-s per million orders | whole answer, CPU-s | peak memory |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"- An order at {largest:,} over one at {smallest:,}: {ratio}",
            "",
            f"![CPU-seconds per million orders over the number of orders]({svg.name})",
        ],
        results=results,
    )


def main() -> int:
    """Draw, measure, delete, size by size; write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--plot", type=Path, default=PLOT)
    words = parser.parse_args()
    runs: dict[int, Sequence[harness.Run]] = {}
    for orders in words.sizes:
        runs[orders] = measure(orders, words.rounds)
        for run in runs[orders]:
            print(f"{orders:,}", run.said, harness.gigabytes(run.peak), flush=True)
    report(runs, words.results, words.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
