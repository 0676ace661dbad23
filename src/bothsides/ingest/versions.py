"""Merging good rows into the warehouse: every load is a version, nothing is overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from bothsides.ingest.literals import literal
from bothsides.ingest.mapping import Mode
from bothsides.ingest.staged import NUMBER, Staged, distinct_rows, good_rows, mark_bad
from bothsides.ingest.staging import Stage
from bothsides.warehouse import SYSTEM_COLUMNS, column_types, quoted, stored_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Rows of one stage in one load."""

    new: int
    changed: int
    unchanged: int


def create_table(con: duckdb.DuckDBPyConnection, stage: Stage, source: str, load_id: int) -> int:
    """The stored table with a stage's good rows in it; returns how many."""
    types = column_types(stage.table)
    values = {name: stage.stored_value(name) for name in stage.table.stored_names}
    values |= {"source": literal(source), "loaded_in": str(load_id), "superseded_in": "NULL", "row_hash": "s.row_hash"}
    listed = ", ".join(f"CAST({values[name]} AS {kind}) AS {quoted(name)}" for name, kind in types.items())
    name, good = quoted(stage.table.name), distinct_rows(con, stage)
    return int(con.execute(f"CREATE TABLE {name} AS SELECT {listed} FROM {good} AS s").fetchall()[0][0])


def stored_rows(con: duckdb.DuckDBPyConnection, source: str, table: str) -> int:
    """How many current rows of a table the source feeds."""
    if table not in stored_tables(con):
        return 0
    known = f'SELECT count(*) FROM {quoted(table)} WHERE superseded_in IS NULL AND "source" = ?'
    return int(con.execute(known, [source]).fetchall()[0][0])


def delete_absent(con: duckdb.DuckDBPyConnection, staged: Staged, stages: Sequence[Stage], load_id: int) -> int:
    """Close the stored rows of one table whose key a snapshot no longer holds; returns how many.

    A key that stands in a quarantined row is not absent: its last good version stays. `stages` are the source's stages
    of that table.
    """
    table = stages[0].table
    if not staged.is_whole or table.name not in stored_tables(con):
        return 0
    key = quoted(table.key)
    present = " UNION ALL ".join(f"SELECT {key} FROM {quoted(stage.name)} WHERE {key} IS NOT NULL" for stage in stages)
    rows = con.execute(
        f'UPDATE {quoted(table.name)} SET superseded_in = ? WHERE superseded_in IS NULL AND "source" = ? '
        f"AND {key} NOT IN ({present})",
        [load_id, staged.mapping.source],
    ).fetchall()
    return int(rows[0][0])


def retire(con: duckdb.DuckDBPyConnection, sources: Sequence[str], load_id: int) -> list[str]:
    """Close the rows of snapshots that no mapping names any more; returns sentences about every such source.

    Sources of changes or additions keep their rows: their files could not bring them back.
    """
    notes = []
    fed = con.execute('SELECT "source", arg_max(mode, load_id) FROM load_sources GROUP BY 1 ORDER BY 1').fetchall()
    for source, mode in fed:
        if source in sources:
            continue
        if mode != Mode.SNAPSHOT:
            notes.append(f"{source}: has no mapping any more; its rows stay as they were last loaded")
            continue
        closed = 0
        for name in sorted(stored_tables(con)):
            rows = con.execute(
                f'UPDATE {quoted(name)} SET superseded_in = ? WHERE superseded_in IS NULL AND "source" = ?',
                [load_id, source],
            ).fetchall()
            closed += int(rows[0][0])
        con.execute('DELETE FROM watermarks WHERE "source" = ?', [source])
        if closed:
            notes.append(f"{source}: has no mapping any more; its {closed:,} rows were closed")
    return notes


def claim(con: duckdb.DuckDBPyConnection, staged: Staged, stage: Stage, keepers: frozenset[str], load_id: int) -> int:
    """Settle rows whose key another source feeds already; returns how many found rows of this stage are left out.

    `keepers` are the sources that keep records of this table, the others only find its rows inside their records.
    Found rows never replace anything; a record takes its key over from a found row; a record that another keeper
    feeds already is quarantined.
    """
    key, name, mine = quoted(stage.table.key), quoted(stage.table.name), staged.mapping.source
    left_out = _repeated_here(con, staged, stage) if stage.item.entities else 0
    if stage.table.name not in stored_tables(con):
        return left_out
    others = f'SELECT {key} FROM {name} WHERE superseded_in IS NULL AND "source" <> ?'
    if stage.item.entities:
        rows = con.execute(f"DELETE FROM {quoted(stage.name)} WHERE {key} IN ({others})", [mine]).fetchall()
        return left_out + int(rows[0][0])
    listed = sorted(keepers - {mine})
    con.execute(
        f'UPDATE {name} SET superseded_in = ? WHERE superseded_in IS NULL AND "source" <> ? '
        f'AND NOT list_contains(?::VARCHAR[], "source") AND {key} IN (SELECT {key} FROM {good_rows(con, stage)})',
        [load_id, mine, listed],
    )
    owned = con.execute(
        f'SELECT DISTINCT {key} FROM {name} WHERE superseded_in IS NULL AND "source" <> ? '
        f"AND {key} IN (SELECT {key} FROM {good_rows(con, stage)})",
        [mine],
    ).fetchall()
    if owned:
        con.execute('CREATE OR REPLACE TEMP TABLE "~owned" AS SELECT unnest(?::UUID[]) AS id', [[i for (i,) in owned]])
        twice = f'SELECT {quoted(NUMBER)} FROM {good_rows(con, stage)} WHERE {key} IN (SELECT id FROM "~owned")'
        mark_bad(con, stage, twice, f"{stage.table.key}:duplicate_key")
    return 0


def _repeated_here(con: duckdb.DuckDBPyConnection, staged: Staged, stage: Stage) -> int:
    """Rows that an earlier table of the same mapping has found already."""
    key, left_out = quoted(stage.table.key), 0
    for earlier in staged.stages[: staged.stages.index(stage)]:
        if earlier.table.name == stage.table.name:
            rows = con.execute(
                f"DELETE FROM {quoted(stage.name)} WHERE {key} IN (SELECT {key} FROM {quoted(earlier.name)})"
            ).fetchall()
            left_out += int(rows[0][0])
    return left_out


def merge(con: duckdb.DuckDBPyConnection, staged: Staged, stage: Stage, load_id: int) -> Merged:
    """Insert new keys, supersede changed ones, leave equal ones alone."""
    source = staged.mapping.source
    rows = con.execute(f"SELECT count(*) FROM {good_rows(con, stage)}").fetchall()[0][0]
    if stage.table.name not in stored_tables(con):
        new = create_table(con, stage, source, load_id)
        return Merged(new=new, changed=0, unchanged=rows - new)
    if stored_rows(con, source, stage.table.name) == 0:
        new = _insert(con, stage, f"{distinct_rows(con, stage)} AS s", source, load_id)
        return Merged(new=new, changed=0, unchanged=rows - new)
    return _compare(con, stage, source, load_id, rows)


def _insert(con: duckdb.DuckDBPyConnection, stage: Stage, rows: str, source: str, load_id: int) -> int:
    names = stage.table.stored_names
    values = ", ".join(stage.stored_value(name) for name in names)
    listed = ", ".join(quoted(name) for name in (*names, *SYSTEM_COLUMNS))
    inserted = con.execute(
        f"INSERT INTO {quoted(stage.table.name)} ({listed}) SELECT {values}, ?, ?, NULL, s.row_hash FROM {rows}",
        [source, load_id],
    ).fetchall()
    return int(inserted[0][0])


def _compare(con: duckdb.DuckDBPyConnection, stage: Stage, source: str, load_id: int, rows: int) -> Merged:
    key, name = quoted(stage.table.key), quoted(stage.table.name)
    differs = " OR ".join(
        f"c.{quoted(column)} IS DISTINCT FROM {stage.stored_value(column)}"
        for column in stage.table.stored_names
        if column != stage.table.key
    )
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE "~merge" AS SELECT s.{quoted(NUMBER)} AS n, c.rowid AS stored, '
        f"c.rowid IS NULL AS is_new, c.rowid IS NOT NULL AND c.row_hash <> s.row_hash AND ({differs}) AS is_changed "
        f"FROM {distinct_rows(con, stage)} AS s "
        f'LEFT JOIN (SELECT rowid, * FROM {name} WHERE superseded_in IS NULL AND "source" = ?) AS c '
        f"ON c.{key} = s.{key}",
        [source],
    )
    new, changed = con.execute(
        'SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed) FROM "~merge"'
    ).fetchall()[0]
    if changed:
        con.execute(
            f'UPDATE {name} SET superseded_in = ? WHERE rowid IN (SELECT stored FROM "~merge" WHERE is_changed)',
            [load_id],
        )
    if new or changed:
        fresh = f'WHERE s.{quoted(NUMBER)} IN (SELECT n FROM "~merge" WHERE is_new OR is_changed)'
        _insert(con, stage, f"{good_rows(con, stage)} AS s {fresh}", source, load_id)
    con.execute('DROP TABLE "~merge"')
    return Merged(new=new, changed=changed, unchanged=rows - new - changed)
