"""Runs each side of a comparison in a fresh process, reads its CPU-seconds and peak memory, writes RESULTS.md.

CPU-seconds are user plus system time of the process: on a shared machine wall time says little.
"""

import json
import math
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does; the processes started here inherit it

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
RESULTS = FOLDER / "RESULTS.md"
GIB = 1024**3
_STEPS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one fresh process used, and the JSON object it printed last (empty when it printed none)."""

    cpu: float
    peak: int
    said: dict[str, Any]


def run(command: Sequence[str], *, env: dict[str, str] | None = None, allowed: Sequence[int] = (0,)) -> Run:
    """Run a command to its end. `peak` is bytes of resident memory.

    Raises RuntimeError with the end of its error output when it ends in a code that is not allowed.
    """
    with tempfile.TemporaryFile() as err:
        with subprocess.Popen(
            list(command), stdout=subprocess.PIPE, stderr=err, env={**os.environ, **(env or {})}
        ) as process:
            assert process.stdout is not None
            out = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            err.seek(0)
            tail = err.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(map(str, command))} ended in code {process.returncode}:\n{tail}")
    return Run(cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss * 1024, said=_last_object(out))


def run_self(script: str, *words: str) -> Run:
    """Run a benchmark script again as the process that does the work of one side."""
    return run([sys.executable, script, *words])


def cpu_seconds() -> float:
    """User plus system time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def say(**figures: Any) -> None:
    """Print the figures as the process's last line, for the script that started it."""
    print(json.dumps(figures), flush=True)


def connect() -> duckdb.DuckDBPyConnection:
    """A connection in memory with two threads and 8 GB, the same for both sides of a comparison."""
    return duckdb.connect(config={"threads": 2, "memory_limit": "8GB"})


def verdict(figure: float, bar: float, unit: str = "") -> str:
    """The figure against its bar in words, e.g. '0.98x, bar 1.15x: met'."""
    return f"{figure:.2f}{unit}, bar {bar:g}{unit}: {'met' if figure <= bar else 'MISSED'}"


def gigabytes(size: float) -> str:
    """Bytes as binary gigabytes."""
    return f"{size / GIB:.2f} GiB"


def write_section(name: str, lines: Sequence[str], *, results: Path = RESULTS) -> None:
    """Replace the script's own section of RESULTS.md, between its markers, and print it."""
    body = "\n".join([f"## {name}", "", *lines, "", f"<sub>{provenance()}</sub>"])
    block = f"<!-- {name}: begin -->\n{body}\n<!-- {name}: end -->"
    text = results.read_text(encoding="utf-8") if results.exists() else "# Benchmark results\n"
    pattern = re.compile(rf"<!-- {re.escape(name)}: begin -->.*?<!-- {re.escape(name)}: end -->", re.DOTALL)
    text = pattern.sub(lambda _: block, text) if pattern.search(text) else f"{text.rstrip()}\n\n{block}\n"
    results.write_text(text, encoding="utf-8")
    print("\n".join(lines))


def provenance() -> str:
    """Commit, machine, versions and the command that made the figures."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    words = " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])
    return (
        f"commit {commit()}; {_processor()}, {os.cpu_count()} CPUs, {gigabytes(memory)}; "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, {python_speed():.0f} M steps of a plain loop"
        f" per CPU-s; `{words}`"
    )


def python_speed() -> float:
    """Millions of steps of a plain loop of Python that a CPU-second of this machine, as busy as it is, is good for.

    The best of five: figures of two machines, or of one machine while others load it, compare only beside this.
    """
    best = math.inf
    for _ in range(5):
        begin, total = time.process_time(), 0
        for step in range(_STEPS):
            total += step & 7
        best = min(best, time.process_time() - begin)
    return _STEPS / best / 1e6


def commit() -> str:
    """The short commit, with a plus sign when sources differ from it."""
    git = ["git", "-C", str(FOLDER.parent)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode:
        return "unknown"
    dirty = subprocess.run([*git, "status", "--porcelain", "src"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found.group(1).strip() if found else platform.machine()


def _last_object(out: bytes) -> dict[str, Any]:
    lines = out.decode(errors="replace").strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {}
    said: dict[str, Any] = json.loads(lines[-1])
    return said
