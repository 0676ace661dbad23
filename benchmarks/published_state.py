"""What a workspace shows to readers, as checksums that two runs can be compared by, and what a sync left lying about.

Load numbers differ between a run that was killed and one that was not; the checksums replace each by the step whose
exports the load read.
"""

import argparse
import collections
import hashlib
import json
import random
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bothsides.ingest import journal_of
from bothsides.warehouse import Run, open_reader, quoted
from bothsides.workspace import Workspace

LOAD_COLUMNS = ("load_id", "loaded_in", "superseded_in")
BOOKED_ONCE = ("load_sources", "quarantine")
"""Tables with rows for every load: of several loads of one step only the first is compared."""
OF_THE_LAST_LOAD = {"states": ("known_before",)}
"""Columns that say what the last load found: a second load of one step finds what the first had published."""
OWN_FILES = frozenset({"bothsides.toml", "mapping", "raw", "warehouse.duckdb", "syncs.jsonl", ".sync.lock"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one reader saw in one look: the newest load and a few figures, read twice."""

    load_id: int
    orders: int
    amount: int
    spend: int
    facts: int


LOOK = """
SELECT (SELECT max(load_id) FROM loads WHERE status = 'ok'), count(*), sum(amount),
  (SELECT count(*) FROM spend WHERE superseded_in IS NULL), (SELECT count(*) FROM fact_orders)
FROM orders WHERE superseded_in IS NULL
"""


def look(con: duckdb.DuckDBPyConnection) -> Answer:
    """The figures a reader asks for."""
    load_id, orders, amount, spend, facts = con.execute(LOOK).fetchall()[0]
    return Answer(load_id=load_id, orders=orders, amount=int(amount), spend=spend, facts=facts)


def checksums(warehouse: Path, steps: Mapping[int, int]) -> dict[str, str] | None:
    """A checksum of every table by name, None where nothing was published yet. `steps` says which step each load read.

    Raises KeyError for a published load that no step is known of.
    """
    if not warehouse.exists():
        return None
    con = open_reader(warehouse)
    try:
        loads = [n for (n,) in con.execute("SELECT load_id FROM loads WHERE status = 'ok' ORDER BY 1").fetchall()]
        by_load = {load: steps[load] for load in loads}
        first = {step: load for load, step in reversed(by_load.items())}
        columns = collections.defaultdict(list)
        for table, column in con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index"
        ).fetchall():
            columns[table].append(column)
        found = {
            table: _checksum(con, table, _lasting(table, names), by_load, tuple(first.values()))
            for table, names in columns.items()
            if table != "loads"
        }
    finally:
        con.close()
    return {**found, "loads": ",".join(map(str, sorted(first)))}


def _lasting(table: str, columns: list[str]) -> list[str]:
    return [name for name in columns if name not in OF_THE_LAST_LOAD.get(table, ())]


def _checksum(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str],
    by_load: Mapping[int, int],
    once: tuple[int, ...],
) -> str:
    steps = [by_load.get(load, -1) for load in range(1, max(by_load) + 1)]
    shown = [f"($steps)[{quoted(name)}]" if name in LOAD_COLUMNS else quoted(name) for name in columns]
    where = "WHERE list_contains($once, load_id)" if table in BOOKED_ONCE else "WHERE $once IS NOT NULL"
    rows, total = con.execute(
        f"SELECT count(*), sum(hash({', '.join(shown)})) FROM {quoted(table)} {where} AND $steps IS NOT NULL",
        {"steps": steps, "once": list(once)},
    ).fetchall()[0]
    return f"{rows}:{total}"


def differing(left: Mapping[str, str] | None, right: Mapping[str, str] | None) -> list[str]:
    """Names of the tables that differ."""
    mine, yours = left or {}, right or {}
    return sorted(name for name in mine.keys() | yours.keys() if mine.get(name) != yours.get(name))


def left_behind(folder: Path) -> list[str]:
    """Files in the workspace that a finished sync must not leave: builds, spills, spools, half-made copies."""
    strange = [path.name for path in folder.iterdir() if path.name not in OWN_FILES and path.suffix != ".csv"]
    raw = folder / "raw"
    return sorted(strange) + sorted(path.name for path in raw.glob("**/.arriving-*"))


def torn_copies(folder: Path) -> list[str]:
    """Landed files whose content is not what their folder's name says, and manifests that cannot be read."""
    raw = folder / "raw"
    torn = [
        str(path)
        for path in raw.glob("??/*/*")
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.parent.name and path.is_file()
    ]
    for path in (raw / "loads").glob("*.json"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            torn.append(str(path))
    return torn


def runs(folder: Path) -> tuple[Run, ...]:
    """The run log of the workspace."""
    return journal_of(Workspace.open(folder)).runs()


def recorded(folder: Path) -> dict[int, str]:
    """How the published warehouse says each load ended."""
    con = open_reader(folder / "warehouse.duckdb")
    try:
        return dict(con.execute("SELECT load_id, status FROM loads ORDER BY load_id").fetchall())
    finally:
        con.close()


def keep_reading(folder: Path, until: Path, seed: int) -> int:
    """Open, ask twice, close, again and again until the file `until` appears; print what was seen as JSON."""
    draw = random.Random(seed)
    seen: collections.Counter[Answer] = collections.Counter()
    wavering, errors = 0, []
    while not until.exists():
        if not (folder / "warehouse.duckdb").exists():
            time.sleep(0.05)
            continue
        try:
            con = open_reader(folder / "warehouse.duckdb")
            try:
                before = look(con)
                time.sleep(draw.random() * 0.05)
                wavering += look(con) != before
            finally:
                con.close()
        except duckdb.Error as error:
            errors.append(str(error))
            continue
        seen[before] += 1
        time.sleep(draw.random() * 0.3)
    answers = [[a.load_id, a.orders, a.amount, a.spend, a.facts, count] for a, count in seen.items()]
    print(json.dumps({"answers": answers, "wavering": wavering, "errors": errors[:5], "failed": len(errors)}))
    return 0


def main() -> int:
    """One reader, for the proofs that need readers of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("until", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    return keep_reading(words.folder, words.until, words.seed)


if __name__ == "__main__":
    sys.exit(main())
