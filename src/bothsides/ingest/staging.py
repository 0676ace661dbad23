"""One statement that turns a text table into typed rows with their ids, hashes and first problem."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from bothsides.ingest import keys
from bothsides.ingest.casting import CURRENCY_COLUMN, Cast, Ground, cast_column, constant, key_cast
from bothsides.ingest.literals import cleaned, composed, literal
from bothsides.ingest.mapping import ANY_VALUE, TableMap
from bothsides.schema import Table
from bothsides.warehouse import column_types, quoted

PROBLEM = "~problem"
"""'column:reason' of the first thing wrong with the row; NULL for a good one."""
FILE = "~file"
WEIGHT = "~bytes"
"""Bytes of text in the whole record: 0 for a record of blank fields only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A temporary table of typed rows of one mapped table.

    `stored` are the schema columns it holds; the other ones are constants. Its rowid counts the records from 0 in file
    order.
    """

    name: str
    item: TableMap
    ground: Ground
    casts: tuple[Cast, ...]

    @property
    def table(self) -> Table:
        """The schema table."""
        return self.item.table

    @property
    def stored(self) -> tuple[str, ...]:
        """The schema columns that the stage holds."""
        return tuple(name for cast in self.casts for name, _ in cast.values)

    def stored_value(self, name: str) -> str:
        """SQL over the stage (alias s) for a stored column, typed."""
        kind = column_types(self.table)[name]
        if name in self.stored:
            return f"s.{quoted(name)}"
        declared = [column for column in self.table.columns if column.name == name]
        return f"CAST({constant(declared[0], self.ground) if declared else 'NULL'} AS {kind})"


def plan_stage(name: str, item: TableMap, ground: Ground, *, by_file: bool = False) -> Stage:
    """What the stage of a mapped table will hold; `by_file`: the file's name is part of a keyless row's identity."""
    mapped = {source.column: source for source in item.columns}
    content = [field for column in item.table.columns if column.name in mapped for field in mapped[column.name].fields]
    content += [FILE] if by_file else []
    casts = [key_cast(item, ground, tuple(dict.fromkeys(content)))]
    fed = [column for column in item.table.columns[1:] if column.name in mapped]
    casts.extend(cast_column(column, mapped[column.name], item, ground) for column in fed)
    return Stage(name=name, item=item, ground=ground, casts=tuple(casts))


def stage_rows(
    con: duckdb.DuckDBPyConnection, stage: Stage, relation: str, fields: Sequence[str], kept: Sequence[str] = ()
) -> int:
    """Append the rows of a text relation to the stage, in file order; returns how many there were.

    `fields` are all its text fields, `kept` those whose text the entities need later.
    """
    exists = con.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = ?", [stage.name])
    verb = "INSERT INTO" if exists.fetchall()[0][0] else "CREATE TEMP TABLE"
    link = "" if verb == "INSERT INTO" else "AS"
    rows = con.execute(f"{verb} {quoted(stage.name)} {link} {typed_select(stage, relation, fields, kept)}").fetchall()
    return int(rows[0][0])


def typed_select(stage: Stage, relation: str, fields: Sequence[str], kept: Sequence[str]) -> str:
    """The SELECT behind a stage: one subquery a level, so that no expression is written or computed twice."""
    levels: list[list[tuple[str, str]]] = []
    for cast in stage.casts:
        for position, steps in enumerate(cast.steps):
            if position == len(levels):
                levels.append([])
            levels[position].extend(steps)
    if CURRENCY_COLUMN not in stage.stored and stage.table.has_money:
        levels[0].append((f"~v {CURRENCY_COLUMN}", literal(stage.ground.currency)))
    inner = relation
    for level in levels:
        listed = ", ".join(f"{expression} AS {quoted(alias)}" for alias, expression in level)
        inner = f"(SELECT *, {listed} FROM {inner})"
    values = [(name, sql) for cast in stage.casts for name, sql in (*cast.values, *cast.extras)]
    values.append((PROBLEM, _first_problem(stage.casts)))
    values.append((WEIGHT, " + ".join(f"strlen({quoted(name)})" for name in fields) or "0"))
    values += [(_kept(name), quoted(name)) for name in kept]
    outer = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in values)
    hashed = ", ".join(quoted(name) for name in stage.stored[1:]) or "0"
    return f"SELECT *, hash({hashed}) AS row_hash FROM (SELECT {outer} FROM {inner})"


def _kept(field: str) -> str:
    return f"~text {field}"


def _first_problem(casts: Sequence[Cast]) -> str:
    cases = " ".join(
        f"WHEN {condition} THEN {literal(f'{cast.column}:{reason}')}"
        for cast in casts
        for reason, condition in cast.problems
    )
    return f"CASE {cases} END" if cases else "CAST(NULL AS VARCHAR)"


def number_repeats(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Give keyless rows their id: content and ordinal among equal content, in file order."""
    key, name = quoted(stage.table.key), quoted(stage.name)
    space = stage.item.id_space or stage.ground.id_space
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE "~repeats" AS SELECT rowid AS n, '
        f"row_number() OVER (PARTITION BY {key} ORDER BY rowid) - 1 AS repeat FROM {name} "
        f"WHERE {key} IN (SELECT {key} FROM {name} GROUP BY {key} HAVING count(*) > 1)"
    )
    any_repeats = con.execute('SELECT count(*) FROM "~repeats"').fetchall()[0][0] > 0
    repeat = "coalesce(r.repeat, 0)" if any_repeats else "0"
    source = (
        f'{name} AS s LEFT JOIN "~repeats" AS r ON r.n = s.rowid ORDER BY s.rowid' if any_repeats else f"{name} AS s"
    )
    made = keys.row_id(stage.ground.workspace, space, stage.table.name, f"s.{key} || chr(31) || {repeat}")
    numbered = quoted(f"{stage.name} numbered")
    con.execute(f"CREATE TEMP TABLE {numbered} AS SELECT s.* REPLACE ({made} AS {key}) FROM {source}")
    con.execute(f'DROP TABLE {name}; DROP TABLE "~repeats"')
    con.execute(f"ALTER TABLE {numbered} RENAME TO {name}")


def entity_relation(main: Stage, item: TableMap, null_words: Sequence[str]) -> str:
    """A text relation of the entities found in the good rows of the main stage: the last word of each field per key."""
    texts = {name: quoted(_kept(name)) for name in item.fields}
    conditions = [f"{quoted(PROBLEM)} IS NULL"]
    conditions += [f"({cleaned(texts[name], null_words)}) IS NOT NULL" for name in item.key]
    for name, words in item.where:
        text = cleaned(texts[name], null_words)
        if words == (ANY_VALUE,):
            conditions.append(f"({text}) IS NOT NULL")
        else:
            conditions.append(f"({text}) IN ({', '.join(literal(composed(word)) for word in words)})")
    grouped = [f"({cleaned(texts[name], null_words)})" for name in item.key]
    chosen = [f"{text} AS {quoted(name)}" for text, name in zip(grouped, item.key, strict=True)]
    for name in item.fields:
        if name not in item.key:
            known = f"CASE WHEN ({cleaned(texts[name], null_words)}) IS NOT NULL THEN {texts[name]} END"
            chosen.append(f"coalesce(arg_max({known}, rowid), '') AS {quoted(name)}")
    return (
        f"(SELECT {', '.join(chosen)} FROM {quoted(main.name)} WHERE {' AND '.join(conditions)} "
        f"GROUP BY {', '.join(grouped)} ORDER BY {', '.join(grouped)})"
    )
