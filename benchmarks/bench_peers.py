"""The 20-metric dashboard against MetricFlow and boring-semantic-layer: the same file, the same run, cell by cell.

Each peer is installed into an environment of its own under benchmarks/data/peers, with the pins below; one that
cannot be installed is skipped and said so. Needs the benchmark folder (BOTHSIDES_BENCH, else ../shared/bench).
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench_dashboard
import duckdb
import harness

PEERS = harness.DATA / "peers"
ENGINE = f"duckdb=={duckdb.__version__}"
"""Every side runs on the same DuckDB."""

Cells = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another metric layer: what it is installed from, how its side runs, and how much more it has to take."""

    name: str
    pins: tuple[str, ...]
    bar: float
    command: Callable[[Path, Path, Path], Sequence[str]]
    """From its Python, the market and the file to write its cells into."""

    @property
    def folder(self) -> Path:
        """Where its environment is."""
        return PEERS / self.name

    @property
    def python(self) -> Path:
        """Its environment's Python."""
        return self.folder / "bin" / "python"


def metricflow(python: Path, market: Path, out: Path) -> Sequence[str]:
    """MetricFlow over its dbt project, which is made and run here, outside the measurement."""
    project = PEERS / "metricflow-project"
    names = (bench_dashboard.bench_folder() / "metricflow_20_metrics.txt").read_text(encoding="utf-8").strip()
    profiles = project / "profiles.yml"
    if not profiles.exists() or str(market) not in profiles.read_text(encoding="utf-8"):
        make_project(python, project, market)
    script = harness.FOLDER / "peers" / "metricflow_dashboard.py"
    return [str(python), str(script), str(project), names, str(market), str(out)]


def make_project(python: Path, project: Path, market: Path) -> None:
    """The dbt project of the benchmark folder's models: views on the market, and MetricFlow's table of days."""
    shutil.rmtree(project, ignore_errors=True)
    models = project / "models"
    models.mkdir(parents=True)
    for path in (bench_dashboard.bench_folder() / "metricflow_models").iterdir():
        if path.name != "metrics80.yml":
            (models / path.name).write_bytes(path.read_bytes())
    words = {"name": "dashboard", "version": "1.0", "profile": "dashboard", "model-paths": ["models"]}
    (project / "dbt_project.yml").write_text(json.dumps(words), encoding="utf-8")
    attach = [{"path": str(market), "alias": "m", "read_only": True}]
    output = {"type": "duckdb", "path": str(project / "project.duckdb"), "threads": 2, "attach": attach}
    profile = {"dashboard": {"target": "dev", "outputs": {"dev": output}}}
    (project / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
    dbt = [str(python), "-c", "from dbt.cli.main import cli; cli()", "--no-send-anonymous-usage-stats", "run"]
    harness.run([*dbt, "--project-dir", str(project), "--profiles-dir", str(project)])


def boring(python: Path, market: Path, out: Path) -> Sequence[str]:
    """boring-semantic-layer over the benchmark folder's declarations."""
    script = harness.FOLDER / "peers" / "boring_dashboard.py"
    return [str(python), str(script), str(bench_dashboard.bench_folder() / "bsl.py"), str(market), str(out)]


ALL = (
    Peer(
        name="metricflow",
        pins=("dbt-core==1.11.16", "dbt-duckdb==1.11.1", "dbt-metricflow==0.15.0", ENGINE),
        bar=5,
        command=metricflow,
    ),
    Peer(
        name="boring-semantic-layer",
        pins=("boring-semantic-layer==0.3.18", "ibis-framework[duckdb]==11.0.0", ENGINE),
        bar=3,
        command=boring,
    ),
)


def install(peer: Peer) -> str | None:
    """Install the peer where it is not there in these versions; why it could not be, None where it is there."""
    stamp = peer.folder / "installed.txt"
    pins = "\n".join(peer.pins)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == pins:
        return None
    print(f"installing {', '.join(peer.pins)} into {peer.folder}", flush=True)
    shutil.rmtree(peer.folder, ignore_errors=True)
    steps: tuple[list[str], ...] = (
        [sys.executable, "-m", "venv", str(peer.folder)],
        [str(peer.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.pins],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stderr.strip() or done.stdout.strip() or f"code {done.returncode}").splitlines()[-1]
    stamp.write_text(pins, encoding="utf-8")
    return None


def differences(peer: Cells, ours: Cells) -> tuple[int, list[str]]:
    """How many values were compared, and every one that differs. A metric that the peer has not is left out."""
    given = {name for row in peer.values() for name in row}
    compared, found = 0, [f"{key}: only in one of the two" for key in sorted(ours.keys() ^ peer.keys())]
    for key in sorted(ours.keys() & peer.keys()):
        for metric in bench_dashboard.DASHBOARD:
            if metric.id not in given:
                continue
            compared += 1
            left, right = ours[key].get(metric.id), peer[key].get(metric.id)
            if not bench_dashboard.equal(left, right, metric):
                found.append(f"{key} {metric.id}: {left} against {right}")
    return compared, found


def main() -> int:
    """Install, run turn by turn, compare, write the results. Code 1 where a peer's cells differ from ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--market", type=Path, help="the benchmark file (default benchmarks/data/market.duckdb)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    market = bench_dashboard.market(words.market)
    if market is None:
        return 0
    peers = []
    for peer in ALL:
        if why := install(peer):
            print(f"skipped: {peer.name} could not be installed: {why}")
        else:
            peers.append(peer)
    runs: dict[str, list[harness.Run]] = {}
    wrong: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: Path(folder) / f"{name}.json" for name in ("ours", *(peer.name for peer in peers))}
        ours = [sys.executable, bench_dashboard.__file__, "--part", "compiled", "--market", str(market), "--out"]
        commands = {"ours": [*ours, str(outs["ours"])]}
        commands |= {peer.name: [*peer.command(peer.python, market.resolve(), outs[peer.name])] for peer in peers}
        for _ in range(words.rounds):
            for name, command in commands.items():
                runs.setdefault(name, []).append(harness.run(command))
                print(name, runs[name][-1].said, harness.gigabytes(runs[name][-1].peak), flush=True)
        cells = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in outs.items()}
    for peer in peers:
        compared, found = differences(cells[peer.name], cells["ours"])
        wrong[peer.name] = f"{len(found)} DIFFERENCES, first: {found[0]}" if found else f"all {compared:,} equal"
    if peers:
        report(peers, runs, wrong, words.results)
    return int(any("DIFFERENCES" in said for said in wrong.values()))


def report(peers: Sequence[Peer], runs: dict[str, list[harness.Run]], wrong: dict[str, str], results: Path) -> None:
    """Write the section of RESULTS.md."""

    def least(name: str, figure: str) -> float:
        return float(min(run.said[figure] for run in runs[name]))

    def peak(name: str) -> str:
        return harness.gigabytes(max(run.peak for run in runs[name]))

    statement, compiling, answer = (least("ours", figure) for figure in ("cpu", "compile", "answer"))
    wall = least("ours", "wall")
    rows = [
        f"| bothsides: statement and rows | {statement:.2f} | {wall:.1f} | {compiling:.3f} | {peak('ours')} | 1 | |",
        f"| bothsides: the whole answer, values with n, interval, status and reason | {answer:.2f} | | (in it) | | | |",
    ]
    bars = []
    for peer in peers:
        used, theirs = least(peer.name, "cpu"), least(peer.name, "compile")
        rows.append(
            f"| {peer.name} | {used:.2f} | {least(peer.name, 'wall'):.1f} | {theirs:.2f} | {peak(peer.name)} "
            f"| {used / statement:.1f} | {wrong[peer.name]} |"
        )
        ratio = (used + theirs) / answer
        met = "met" if ratio >= peer.bar else "MISSED"
        bars.append(f"- {peer.name}, compiled and run, over our whole answer: {ratio:.1f}x, bar {peer.bar:g}x: {met}")
    setting = (
        "20 metrics by week x side x category on one file of 10 M orders, 20 M events; two threads, "
        f"{ENGINE.replace('==', ' ')} for every side; second run in a fresh process, least of {len(runs['ours'])} "
        "rounds in turn. Every side reads the prepared `order_party` table."
    )
    harness.write_section(
        "Peers",
        [
            setting,
            "",
            "| | CPU-s | wall, s | compile, CPU-s | peak memory | CPU over our statement | its cells against ours |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            *bars,
            f"- Installed: {'; '.join(', '.join(peer.pins) for peer in peers)}",
        ],
        results=results,
    )


if __name__ == "__main__":
    sys.exit(main())
