"""Records set aside because what they refer to is missing, although its key is there in another id space."""

import dataclasses
from collections.abc import Sequence

import duckdb

from bothsides.ingest.casting import Ground, candidate_name
from bothsides.ingest.mapping import ColumnMap, Mapping
from bothsides.ingest.staged import Staged
from bothsides.ingest.staging import Stage, plan_stage, stage_rows
from bothsides.schema import TABLES
from bothsides.warehouse import current, quoted, stored_tables
from bothsides.workspace import Settings


def tell_other_spaces(
    con: duckdb.DuckDBPyConnection, load_id: int, mapping: Mapping, sources: Sequence[Staged], settings: Settings
) -> list[str]:
    """Write into the quarantine in which id space the missing keys do exist; returns a sentence for each column."""
    notes = []
    rows = con.execute(
        'SELECT DISTINCT column_name FROM quarantine WHERE load_id = ? AND "source" = ? AND table_name = ? '
        "AND reason = 'orphan_reference' AND file IS NOT NULL ORDER BY 1",
        [load_id, mapping.source, mapping.main.name],
    ).fetchall()
    for (name,) in rows:
        column = mapping.main.column(name)
        target = str(mapping.main.table.column(name).references)
        if column is None or target not in stored_tables(con):
            continue
        own = column.id_space or mapping.id_space
        spaces = {
            stage.item.id_space or source.mapping.id_space
            for source in sources
            for stage in source.stages
            if stage.table.name == target
        }
        for space in sorted(spaces - {own}):
            found = _mark(con, load_id, mapping, column, target, space, settings)
            if found:
                notes.append(
                    f"{mapping.source}: {found:,} of the keys in {name} that were not found exist in id space "
                    f"{space!r} and were looked for in {own!r}; write id_space = {_text(space)} in its mapping, "
                    f"for all its keys at the top or for these as {name} = {{ field = ..., id_space = {_text(space)} }}"
                )
    return notes


def _text(word: str) -> str:
    return f'"{word}"'


def _mark(
    con: duckdb.DuckDBPyConnection,
    load_id: int,
    mapping: Mapping,
    column: ColumnMap,
    target: str,
    space: str,
    settings: Settings,
) -> int:
    """Add the id space to the records of the column whose key exists there; returns how many."""
    fields = mapping.main.fields
    listed = ", ".join(f"json_extract_string(raw, ?) AS {quoted(field)}" for field in fields)
    pointers = ["/" + field.replace("~", "~0").replace("/", "~1") for field in fields]
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE "~orphans" AS SELECT rowid AS "~line", {listed} FROM quarantine '
        'WHERE load_id = ? AND "source" = ? AND table_name = ? AND column_name = ? AND reason = ? '
        "AND file IS NOT NULL AND json_valid(raw) ORDER BY rowid",
        [*pointers, load_id, mapping.source, mapping.main.name, column.column, "orphan_reference"],
    )
    columns = tuple(
        dataclasses.replace(one, id_space=space) if one.column == column.column else one for one in mapping.main.columns
    )
    stage = plan_stage(
        "~orphans there", dataclasses.replace(mapping.main, columns=columns), Ground.of(mapping, settings)
    )
    stage_rows(con, stage, 'temp."~orphans"', fields)
    said = f"; in id space {space!r} it exists: write id_space = {_text(space)}"
    rows = con.execute(
        "UPDATE quarantine SET detail = detail || ? WHERE rowid IN ("
        f'SELECT o."~line" FROM temp."~orphans" AS o JOIN {quoted(stage.name)} AS s ON s.rowid = o.rowid '
        f"WHERE {_exists(stage, column, target)})",
        [said],
    ).fetchall()
    con.execute(f'DROP TABLE {quoted(stage.name)}; DROP TABLE temp."~orphans"')
    return int(rows[0][0])


def _exists(stage: Stage, column: ColumnMap, target: str) -> str:
    there = f"(SELECT {quoted(TABLES[target].key)} FROM {current(target)})"
    other = candidate_name(column.column)
    either = any(extra == other for cast in stage.casts for extra, _ in cast.extras)
    names = [column.column, other] if either else [column.column]
    return "(" + " OR ".join(f"s.{quoted(name)} IN {there}" for name in names) + ")"
