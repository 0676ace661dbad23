"""Rows set aside for what was missing then, and stored rows that point to what is gone now."""

import duckdb

from bothsides.ingest.casting import Ground, candidate_name
from bothsides.ingest.mapping import Mapping, Mode
from bothsides.ingest.staging import PROBLEM, Stage, plan_stage, stage_rows
from bothsides.schema import TABLES
from bothsides.warehouse import current, quoted, stored_tables
from bothsides.workspace import Settings

_WAITING = ("orphan_reference", "no_fx_rate")


def loadable_now(con: duckdb.DuckDBPyConnection, mapping: Mapping, settings: Settings) -> int:
    """Records of changes or additions, set aside for a reference or a rate that was missing, that would load now.

    A snapshot brings its records again by itself; files of changes and additions have to be sent again.
    """
    name = mapping.main.name
    if mapping.mode is Mode.SNAPSHOT or mapping.reshape or name not in stored_tables(con):
        return 0
    fields = mapping.main.fields
    listed = ", ".join(f"json_extract_string(raw, ?) AS {quoted(field)}" for field in fields)
    pointers = ["/" + field.replace("~", "~0").replace("/", "~1") for field in fields]
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE "~held" AS SELECT DISTINCT {listed} FROM quarantine '
        'WHERE "source" = ? AND table_name = ? AND list_contains(?, reason) AND file IS NOT NULL AND json_valid(raw)',
        [*pointers, mapping.source, name, list(_WAITING)],
    )
    stage = plan_stage("~held rows", mapping.main, Ground.of(mapping, settings))
    if not con.execute('SELECT count(*) FROM "~held"').fetchall()[0][0]:
        return 0
    stage_rows(con, stage, 'temp."~held"', fields)
    conditions = [f"{quoted(PROBLEM)} IS NULL", *_found(con, stage), *_priced(con, stage, settings.currency)]
    if mapping.main.key:
        key = quoted(stage.table.key)
        conditions.append(f"{key} NOT IN (SELECT {key} FROM {current(name)})")
    count = con.execute(f"SELECT count(*) FROM {quoted(stage.name)} WHERE {' AND '.join(conditions)}").fetchall()
    con.execute(f'DROP TABLE {quoted(stage.name)}; DROP TABLE temp."~held"')
    return int(count[0][0])


def _found(con: duckdb.DuckDBPyConnection, stage: Stage) -> list[str]:
    """SQL conditions: every reference leads to a stored row."""
    conditions = []
    for column in stage.table.columns:
        source, target = stage.item.column(column.name), str(column.references)
        if source is None or target not in stored_tables(con) or source.orphans == "keep":
            continue
        there = f"(SELECT {quoted(TABLES[target].key)} FROM {current(target)})"
        name, other = quoted(column.name), candidate_name(column.name)
        extras = [extra for cast in stage.casts for extra, _ in cast.extras]
        either = f" OR {quoted(other)} IN {there}" if other in extras else ""
        conditions.append(f"({name} IS NULL OR {name} IN {there}{either})")
    return conditions


def _priced(con: duckdb.DuckDBPyConnection, stage: Stage, reporting: str) -> list[str]:
    """SQL condition: the row's currency has a rate by its day."""
    event = stage.table.event_time
    if not stage.table.has_money or "currency" not in stage.stored or event not in stage.stored:
        return []
    if "fx_rates" not in stored_tables(con):
        return [f"currency = '{reporting}'"]
    first = (
        f"(SELECT min(r.quoted_on) FROM {current('fx_rates')} AS r WHERE r.currency = {quoted(stage.name)}.currency)"
    )
    return [f"(currency = '{reporting}' OR {first} <= {quoted(event)})"]


def gone_parents(con: duckdb.DuckDBPyConnection, load_id: int) -> list[str]:
    """Sentences about stored rows whose reference leads to a row that this load closed."""
    notes = []
    stored = stored_tables(con)
    for target in sorted(stored):
        key = quoted(TABLES[target].key)
        closed = con.execute(f"SELECT count(*) FROM {quoted(target)} WHERE superseded_in = ?", [load_id]).fetchall()
        if not closed[0][0]:
            continue
        con.execute(
            f'CREATE OR REPLACE TEMP TABLE "~gone" AS SELECT DISTINCT {key} AS id FROM {quoted(target)} '
            f"WHERE superseded_in = ? AND {key} NOT IN (SELECT {key} FROM {current(target)})",
            [load_id],
        )
        if not con.execute('SELECT count(*) FROM "~gone"').fetchall()[0][0]:
            continue
        for name in sorted(stored):
            named = [column.name for column in TABLES[name].columns if column.references == target]
            if not named:
                continue
            pointing = " OR ".join(f'{quoted(one)} IN (SELECT id FROM "~gone")' for one in named)
            rows = con.execute(f"SELECT count(*) FROM {current(name)} WHERE {pointing}").fetchall()[0][0]
            if rows:
                notes.append(f"{rows:,} current {name} point to {target} that are gone")
    con.execute('DROP TABLE IF EXISTS "~gone"')
    return notes
