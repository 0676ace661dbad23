"""A 4-step 7-day funnel over 20 M events: one pass over the sorted state against chained SQL, the same counts.

Needs the benchmark folder (BOTHSIDES_BENCH, else ../shared/bench): see bench_dashboard.py, which generates the file.
"""

import argparse
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import harness
from bench_dashboard import market

from bothsides.metrics import Query, Store, ask
from bothsides.metrics.dictionary import Dictionary, Version
from bothsides.metrics.facts.steps import KINDS, mark
from bothsides.metrics.funnels import Funnel, Step, metrics_of
from bothsides.schema import Grain
from bothsides.warehouse import DuckDB

CPU_BAR = 1.0
MEMORY_BAR = 2.0
DAYS = 7

NAMES = {"search": "search", "view": "supplier_view", "cart": "cart_add", "order": "order"}
"""The file's events and the sources they stand for."""

_CODES = " ".join(f"WHEN '{name}' THEN {KINDS[source]}" for name, source in NAMES.items())

STATE = f"""
CREATE TABLE state_steps AS
SELECT mark, CAST(day AS INTEGER) AS day, 0 AS category, 0 AS region FROM (
    SELECT {mark("account_id", "event_at", f"CASE name {_CODES} END")} AS mark,
           event_at::DATE - DATE '1970-01-01' AS day
    FROM m.events
) ORDER BY mark
"""


def build_state(path: Path, state: Path) -> None:
    """The sorted state beside the file, made once as a publish would make it."""
    state.unlink(missing_ok=True)
    con = duckdb.connect(str(state), config={"threads": 2, "memory_limit": "8GB"})
    con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS m (READ_ONLY)")
    start = harness.cpu_seconds()
    con.execute(STATE)
    con.execute("CREATE TABLE dim_accounts AS SELECT account_id::INTEGER AS account, side FROM m.accounts")
    con.execute("CREATE TABLE step_labels (label VARCHAR, code INTEGER)")
    con.execute("CHECKPOINT")
    harness.say(cpu=harness.cpu_seconds() - start)


def funnel(entry: str, steps: int = 4) -> Funnel:
    """Search, view, cart, order within a week of the search, by account; more steps go round again."""
    sources = [list(NAMES.values())[n % 4] for n in range(steps)]
    return Funnel(
        id="path",
        label="Path",
        side=None,
        walker="account",
        steps=tuple(
            Step(name=source, source=source, where=(), within=None, where_absent="refuse") for source in sources
        ),
        entry="any_entry" if entry == "any_entry" else "first_touch",
        order="ordered",
        window=timedelta(days=DAYS),
        exclusions=(),
        hold="none",
        count="accounts",
        attribution="first_touch",
        denominator="entrants",
        maturity="counted",
    )


def bind(con: duckdb.DuckDBPyConnection, one: Funnel) -> Store:
    """A store over the state with the funnel's two metrics."""
    metrics = [replace(metric, needs=()) for metric in metrics_of(one, row=15)]
    fed = frozenset({"orders", "events", "accounts"})
    return Store(
        engine=DuckDB(con),
        name="benchmark",
        currency="EUR",
        fiscal_start=1,
        fed=fed,
        ranges=dict.fromkeys(fed, (date(2024, 1, 1), date(2025, 12, 31))),
        dictionary=Dictionary({metric.id: (Version(metric=metric),) for metric in metrics}),
    )


def run_pass(state: Path, entry: str, split: str) -> None:
    """The funnel asked as a person asks it, in a fresh process; counts by step."""
    con = duckdb.connect(str(state), read_only=True, config={"threads": 2, "memory_limit": "8GB"})
    store = bind(con, funnel(entry, 10 if split == "ten" else 4))
    by_month = {"grain": Grain.MONTH, "by_side": True} if split == "month" else {}
    query = Query(metrics=("path_reached",), dims=("step",), **by_month)
    start = harness.cpu_seconds()
    values = ask(store, query)
    used = harness.cpu_seconds() - start
    counts = [value.value for value in values] if split != "month" else []
    harness.say(cpu=used, counts=counts, values=len(values))


def chained(entry: str) -> str:
    """The same in SQL, step by step: each step's first row after the one before, by an ASOF join."""
    first = "SELECT account_id, min(event_at) AS at0 FROM m.events WHERE name = 'search' GROUP BY account_id"
    every = "SELECT account_id, event_at AS at0 FROM m.events WHERE name = 'search'"
    parts = [
        f"s0 AS (SELECT account_id, at0 AS begun, at0 AS reached FROM ({every if entry == 'any_entry' else first}))"
    ]
    for number, name in enumerate(list(NAMES)[1:], start=1):
        parts.append(
            f"s{number} AS (SELECT s.account_id, s.begun, e.event_at AS reached FROM s{number - 1} s ASOF JOIN"
            f" (SELECT account_id, event_at FROM m.events WHERE name = '{name}') e"
            f" ON e.account_id = s.account_id AND e.event_at >= s.reached"
            f" WHERE e.event_at <= s.begun + INTERVAL {DAYS} DAY)"
        )
    counts = ", ".join(f"(SELECT count(DISTINCT account_id) FROM s{n})" for n in range(4))
    return f"WITH {', '.join(part.replace(' AS (', ' AS MATERIALIZED (', 1) for part in parts)} SELECT {counts}"


def run_sql(path: Path, entry: str) -> None:
    """The chained SQL in a fresh process."""
    con = harness.connect()
    con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS m (READ_ONLY)")
    start = harness.cpu_seconds()
    row = con.execute(chained(entry)).fetchone()
    harness.say(cpu=harness.cpu_seconds() - start, counts=list(row or ()))


def compare(path: Path, rounds: int, results: Path) -> int:
    """Each side in fresh processes, turn by turn; the least CPU counts, as the machine is shared."""
    state = path.with_name("steps.duckdb")
    built = harness.run_self(__file__, "--part", "build", "--market", str(path), "--state", str(state))
    runs: dict[str, list[harness.Run]] = {}
    for _ in range(rounds):
        for entry in ("first_touch", "any_entry"):
            for split in ("none", "month", "ten"):
                words = ["--part", "pass", "--state", str(state), "--entry", entry, "--split", split]
                runs.setdefault(f"{entry} {split}", []).append(harness.run_self(__file__, *words))
                print(entry, split, runs[f"{entry} {split}"][-1], flush=True)
    for entry in ("first_touch", "any_entry"):
        runs[f"{entry} sql"] = [harness.run_self(__file__, "--part", "sql", "--market", str(path), "--entry", entry)]
        print(entry, "sql", runs[f"{entry} sql"][-1], flush=True)
    return report(built, runs, results)


def report(built: harness.Run, runs: dict[str, list[harness.Run]], results: Path) -> int:
    """Write the section of RESULTS.md."""
    told = {
        "none": "4 steps",
        "month": "4 steps, by month and side",
        "ten": "10 steps",
        "sql": "chained SQL over the raw events",
    }
    setting = (
        f"4 steps within {DAYS} days over 20 M events of 220 k accounts, counted by account; fresh processes, reading "
        "the state included; least CPU of the rounds. Chained SQL joins each step's first row after the one before."
    )
    lines = [
        setting,
        "",
        "| entry | | CPU-s | peak memory | reached |",
        "|---|---|---|---|---|",
    ]
    least: dict[str, float] = {}
    for entry in ("first_touch", "any_entry"):
        for part, words in told.items():
            found = runs[f"{entry} {part}"]
            least[f"{entry} {part}"] = min(run.said["cpu"] for run in found)
            counts = ", ".join(f"{count:,}" for count in found[0].said["counts"])
            peak = harness.gigabytes(max(run.peak for run in found))
            lines.append(f"| {entry} | {words} | {least[f'{entry} {part}']:.2f} | {peak} | {counts} |")
    wrong = [
        entry
        for entry in ("first_touch", "any_entry")
        if runs[f"{entry} none"][0].said["counts"] != runs[f"{entry} sql"][0].said["counts"]
    ]
    peak = max(run.peak for name, found in runs.items() if not name.endswith("sql") for run in found) / harness.GIB
    lines += [
        "",
        f"- First touch: {harness.verdict(least['first_touch none'], CPU_BAR, ' CPU-s')}",
        f"- Any entry: {harness.verdict(least['any_entry none'], CPU_BAR, ' CPU-s')}",
        f"- Peak memory: {harness.verdict(peak, MEMORY_BAR, ' GiB')}",
        f"- Counts: {'equal to the SQL' if not wrong else 'DIFFERENT for ' + ', '.join(wrong)}",
        f"- The sorted state, built once at publish: {built.said['cpu']:.1f} CPU-s",
    ]
    harness.write_section("Funnel", lines, results=results)
    return 1 if wrong else 0


def main() -> int:
    """Build the state, compare, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--market", type=Path, help="the benchmark file (default benchmarks/data/market.duckdb)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    parser.add_argument("--part", choices=("build", "pass", "sql"), help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--entry", choices=("first_touch", "any_entry"), default="any_entry", help=argparse.SUPPRESS)
    parser.add_argument("--split", choices=("none", "month", "ten"), default="none", help=argparse.SUPPRESS)
    words = parser.parse_args()
    parts: dict[str, Any] = {
        "build": lambda: build_state(words.market, words.state),
        "pass": lambda: run_pass(words.state, words.entry, words.split),
        "sql": lambda: run_sql(words.market, words.entry),
    }
    if words.part:
        parts[words.part]()
        return 0
    path = market(words.market)
    return compare(path, words.rounds, words.results) if path else 0


if __name__ == "__main__":
    sys.exit(main())
