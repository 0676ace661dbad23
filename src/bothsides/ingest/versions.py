"""Merging good rows into the warehouse: every load is a version, nothing is overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from bothsides.ingest.staged import NUMBER, Staged, good_rows, mark_bad
from bothsides.ingest.staging import Stage
from bothsides.schema import Table
from bothsides.warehouse import column_types, quoted, stored_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Rows of one table of one source in one load. `elsewhere`: rows that another source owns, left out."""

    new: int
    changed: int
    unchanged: int
    deleted: int
    elsewhere: int = 0


def create_table(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """The stored table, empty."""
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in column_types(table).items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({columns})")


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
    create_table(con, stage.table)
    name = quoted(stage.table.name)
    known = con.execute(
        f'SELECT count(*) FROM {name} WHERE superseded_in IS NULL AND "source" = ?', [source]
    ).fetchall()[0][0]
    return _insert_all(con, stage, source, load_id) if known == 0 else _compare(con, stage, source, load_id)


def _values(stage: Stage) -> str:
    return ", ".join(stage.stored_value(name) for name in stage.table.stored_names)


def _once(good: str, key: str) -> str:
    """SQL: the first of the rows that repeat a key (with equal content; others are quarantined by now)."""
    return f"(SELECT * FROM {good} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {quoted(NUMBER)}) = 1)"


def _insert_all(con: duckdb.DuckDBPyConnection, stage: Stage, source: str, load_id: int) -> Merged:
    key, good = quoted(stage.table.key), good_rows(con, stage)
    rows, keys = con.execute(f"SELECT count(*), count(DISTINCT hash({key})) FROM {good}").fetchall()[0]
    if rows != keys:
        good = _once(good, key)
    inserted = con.execute(
        f"INSERT INTO {quoted(stage.table.name)} SELECT {_values(stage)}, ?, ?, NULL, s.row_hash FROM {good} AS s",
        [source, load_id],
    ).fetchall()[0][0]
    return Merged(new=inserted, changed=0, unchanged=rows - inserted, deleted=0)


def _compare(con: duckdb.DuckDBPyConnection, stage: Stage, source: str, load_id: int) -> Merged:
    key, name = quoted(stage.table.key), quoted(stage.table.name)
    good = good_rows(con, stage)
    differs = " OR ".join(
        f"c.{quoted(column)} IS DISTINCT FROM {stage.stored_value(column)}"
        for column in stage.table.stored_names
        if column != stage.table.key
    )
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE "~merge" AS SELECT s.{quoted(NUMBER)} AS n, c.rowid AS stored, '
        f"c.rowid IS NULL AS is_new, c.rowid IS NOT NULL AND c.row_hash <> s.row_hash AND ({differs}) AS is_changed "
        f"FROM {_once(good, key)} AS s "
        f'LEFT JOIN (SELECT rowid, * FROM {name} WHERE superseded_in IS NULL AND "source" = ?) AS c '
        f"ON c.{key} = s.{key}",
        [source],
    )
    rows = con.execute(f"SELECT count(*) FROM {good}").fetchall()[0][0]
    new, changed = con.execute(
        'SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed) FROM "~merge"'
    ).fetchall()[0]
    if changed:
        con.execute(
            f'UPDATE {name} SET superseded_in = ? WHERE rowid IN (SELECT stored FROM "~merge" WHERE is_changed)',
            [load_id],
        )
    if new or changed:
        con.execute(
            f"INSERT INTO {name} SELECT {_values(stage)}, ?, ?, NULL, s.row_hash FROM {good} AS s "
            f'WHERE s.{quoted(NUMBER)} IN (SELECT n FROM "~merge" WHERE is_new OR is_changed)',
            [source, load_id],
        )
    con.execute('DROP TABLE "~merge"')
    return Merged(new=new, changed=changed, unchanged=rows - new - changed, deleted=0)
