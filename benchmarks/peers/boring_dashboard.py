"""boring-semantic-layer's side of the peer comparison, run by the Python of its own environment.

    python boring_dashboard.py SCRIPT MARKET OUT

SCRIPT is the benchmark folder's bsl.py: it declares the metrics, asks for them twice, prints what each run took and
leaves the joined answer in `r`. Here its printed figures are read, the second run's count, and its cells written.
"""

import contextlib
import io
import json
import re
import runpy
import sys
from pathlib import Path

NAMES = {
    "s_gmv": "gmv",
    "orders": "orders",
    "s_revenue": "revenue",
    "s_refund": "refund",
    "active": "active_accounts",
    "newt": "new_transacting",
    "aov": "aov",
    "take_rate": "take_rate",
    "refund_rate": "refund_rate",
    "gpa": "gmv_per_active",
    "opa": "orders_per_active",
    "rshare": "repeat_share",
    "searches": "searches",
    "eva": "event_accounts",
    "s2o": "search_to_order",
    "signups": "signups",
    "ar": "activation_rate",
    "s_cost": "cost",
    "wr": "win_rate",
}
"""The script's names of the metrics: 19 of the 20, as a ratio over two tables (cac) is none it can declare."""


def main(script: Path, market: str, out: Path) -> None:
    """Run the script, write the cells, say the figures."""
    sys.argv = [str(script), market]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        answer = runpy.run_path(str(script), run_name="__main__")["r"]
    runs = re.findall(r"rep \d+ rows (\d+) wall ([\d.]+) cpu ([\d.]+) compile ([\d.]+)", said.getvalue())
    rows, wall, cpu, compiling = runs[-1]
    cells = {}
    for (moment, side, category), row in answer.iterrows():
        year, week, _ = moment.isocalendar()
        found = {NAMES[name]: None if row[name] != row[name] else row[name] for name in answer.columns}
        cells[f"{year}-W{week:02d}|{side}|{category}"] = found
    out.write_text(json.dumps(cells, default=str), encoding="utf-8")
    figures = {
        "cpu": float(cpu) - float(compiling),
        "wall": float(wall),
        "compile": float(compiling),
        "rows": int(rows),
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
