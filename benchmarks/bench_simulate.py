"""Simulating a marketplace and writing its exports: CPU-seconds at a million orders, peak memory at ten million."""

import argparse
import sys
import tempfile
from pathlib import Path

import harness

from bothsides.simulate import demo_plan, simulate, write

CPU_BAR = 30.0
CPU_BAR_ORDERS = 1_000_000
MEMORY_BAR = 8.0
MEMORY_BAR_ORDERS = 10_000_000
SEED = 7


def draw_and_write(orders: int) -> None:
    """Draw the demo market at this size and write every table and the truth to a folder that is then removed."""
    started = harness.cpu_seconds()
    market = simulate(demo_plan(seed=SEED, orders=orders))
    drawn = harness.cpu_seconds()
    rows = {name: len(next(iter(columns.values()))) for name, columns in market.tables.items() if columns}
    with tempfile.TemporaryDirectory(dir=harness.DATA) as folder:
        paths = write(market, Path(folder), form="csv")
        size = sum(path.stat().st_size for path in paths)
    harness.say(draw=drawn - started, orders=rows["orders"], rows=sum(rows.values()), size=size)


def compare(sizes: list[int], results: Path) -> None:
    """Each size in a fresh process; a section of the results for each."""
    harness.DATA.mkdir(parents=True, exist_ok=True)
    for orders in sizes:
        used = harness.run_self(__file__, "--part", str(orders))
        said = used.said
        bars = []
        if orders == CPU_BAR_ORDERS:
            bars.append(f"- Drawing and writing: {harness.verdict(used.cpu, CPU_BAR, ' s of CPU')}")
        if orders <= MEMORY_BAR_ORDERS:
            bars.append(f"- Peak memory: {harness.verdict(used.peak / harness.GIB, MEMORY_BAR, ' GiB')}")
        setting = (
            f"The demo market, seed {SEED}: {said['orders']:,} orders, {said['rows']:,} rows in all tables, "
            f"{said['size'] / 1e6:,.0f} MB of CSV; one fresh process."
        )
        harness.write_section(
            f"Simulation of {orders:,} orders",
            [
                setting,
                "",
                f"- CPU-seconds: {said['draw']:.1f} to draw, {used.cpu:.1f} with start and writing",
                *bars,
            ],
            results=results,
        )


def main() -> int:
    """Simulate at the sizes asked for, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--orders",
        type=int,
        nargs="+",
        default=[CPU_BAR_ORDERS],
        help=f"sizes; the memory bar is set at {MEMORY_BAR_ORDERS} (about 10 GB of disk)",
    )
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.part:
        draw_and_write(words.part)
    else:
        compare(words.orders, words.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
