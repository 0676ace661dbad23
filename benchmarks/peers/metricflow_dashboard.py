"""MetricFlow's side of the peer comparison, run by the Python of its own environment.

    python metricflow_dashboard.py PROJECT METRICS MARKET OUT

MetricFlow compiles the request to SQL, in a process of its own as it keeps the project's file open; its SQL then runs
twice on DuckDB with two threads and the rows are fetched as tuples, the cheapest way to have them. The second counts.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb

KEYS = ("metric_time__week", "segment__side", "segment__category")


def cpu_seconds() -> float:
    """User plus system time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(project: Path, names: list[str], market: Path, out: Path) -> None:
    """Compile, run twice, write the cells, say the figures."""
    command = [sys.executable, str(Path(__file__).with_name("metricflow_compile.py")), str(project), ",".join(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    compiled = json.loads(done.stdout.strip().splitlines()[-1])
    statement, compiling = compiled["statement"], compiled["compile"]
    con = duckdb.connect(str(project / "project.duckdb"), config={"threads": 2, "memory_limit": "8GB"})
    con.execute(f"ATTACH '{market}' AS m (READ_ONLY)")
    rows, used, wall = [], 0.0, 0.0
    for _ in range(2):
        start, began = cpu_seconds(), time.perf_counter()
        rows = con.execute(statement).fetchall()
        used, wall = cpu_seconds() - start, time.perf_counter() - began
    columns = [column[0] for column in con.description]
    cells = {}
    for row in rows:
        found = dict(zip(columns, row, strict=True))
        year, week, _ = found[KEYS[0]].isocalendar()
        cells[f"{year}-W{week:02d}|{found[KEYS[1]]}|{found[KEYS[2]]}"] = {name: found[name] for name in names}
    out.write_text(json.dumps(cells, default=str), encoding="utf-8")
    print(json.dumps({"cpu": used, "wall": wall, "compile": compiling, "rows": len(rows)}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","), Path(sys.argv[3]), Path(sys.argv[4]))
