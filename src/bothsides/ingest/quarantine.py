"""Records set aside, each with its reason, source, file and line; kept in the warehouse and browsable."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from bothsides.connectors.files.table import RAW_LIMIT_BYTES
from bothsides.ingest.casting import FALSE_WORDS, LARGEST_AMOUNT, TRUE_WORDS
from bothsides.ingest.reading import FileCount, Text, opened, physical_lines
from bothsides.ingest.staged import NUMBER, Staged, bad_count, bad_name
from bothsides.ingest.staging import Stage
from bothsides.schema import Column
from bothsides.warehouse import quoted

_DETAILS = {
    "missing_required": "{column} is required and the field is empty",
    "partial_reference": "some of the fields that make up {column} are empty",
    "bad_amount": "not an amount with decimal {decimal!r}; is the decimal sign of the mapping right?",
    "impossible_amount": "beyond {largest} minor units; were two fields run together?",
    "bad_integer": "not a whole number",
    "bad_number": "not a number",
    "bad_boolean": "allowed: {booleans}",
    "bad_date": "not a date or time that exists{formats}",
    "impossible_date": "not between 1900 and 2200",
    "unknown_value": "allowed: {allowed}",
    "unknown_currency": "not an active ISO 4217 code such as EUR, GBP or USD",
    "no_fx_rate": "no rate to the reporting currency on that date in fx_rates",
    "below_minimum": "below {minimum:g}",
    "above_maximum": "above {at_most}, which is {usual} where the mapping says nothing else",
    "duplicate_key": "the same key stands with different content, here or in another source",
    "orphan_reference": "no {references} record has this key",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One record that was set aside. `line` is the physical line in the file, None where it is not known."""

    load_id: int
    source: str
    table_name: str
    file: str | None
    line: int | None
    reason: str
    column_name: str | None
    value: str | None
    detail: str
    raw: str | None


def quarantine(
    con: duckdb.DuckDBPyConnection,
    *,
    source: str | None = None,
    reason: str | None = None,
    load: int | None = None,
    limit: int = 100,
) -> tuple[Quarantined, ...]:
    """Records set aside in a load (None: the last one that was published), by source, file and line."""
    rows = con.execute(
        'SELECT load_id, "source", table_name, file, line, reason, column_name, "value", detail, raw FROM quarantine '
        'WHERE ($source IS NULL OR "source" = $source) AND ($reason IS NULL OR reason = $reason) '
        "AND load_id = coalesce($load, (SELECT max(load_id) FROM loads WHERE status = 'ok')) "
        'ORDER BY "source", file NULLS LAST, line NULLS LAST, reason, "value" LIMIT $limit',
        {"source": source, "reason": reason, "load": load, "limit": limit},
    ).fetchall()
    return tuple(
        Quarantined(
            load_id=row[0],
            source=row[1],
            table_name=row[2],
            file=row[3],
            line=row[4],
            reason=row[5],
            column_name=row[6],
            value=row[7],
            detail=row[8],
            raw=row[9],
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How many records of a source were set aside for one reason."""

    source: str
    reason: str
    records: int


def reason_counts(
    con: duckdb.DuckDBPyConnection, *, source: str | None = None, reason: str | None = None, load: int | None = None
) -> tuple[ReasonCount, ...]:
    """The reasons of a load with their counts, most frequent first.

    Raises LookupError for a source, a reason or a load that there is none of, naming those there are.
    """
    _check_choice(con, source, reason, load)
    rows = con.execute(
        'SELECT "source", reason, count(*) AS n FROM quarantine '
        'WHERE ($source IS NULL OR "source" = $source) AND ($reason IS NULL OR reason = $reason) '
        "AND load_id = coalesce($load, (SELECT max(load_id) FROM loads WHERE status = 'ok')) "
        "GROUP BY ALL ORDER BY n DESC, 1, 2",
        {"source": source, "reason": reason, "load": load},
    ).fetchall()
    return tuple(ReasonCount(source=name, reason=why, records=records) for name, why, records in rows)


def _check_choice(con: duckdb.DuckDBPyConnection, source: str | None, reason: str | None, load: int | None) -> None:
    sources = [name for (name,) in con.execute('SELECT DISTINCT "source" FROM load_sources ORDER BY 1').fetchall()]
    if source is not None and source not in sources:
        raise LookupError(f"no source {source!r} was ever loaded; there are: {', '.join(sources)}")
    loads = [number for (number,) in con.execute("SELECT load_id FROM loads WHERE status = 'ok' ORDER BY 1").fetchall()]
    if load is not None and load not in loads:
        shown = ", ".join(map(str, loads[-10:])) + (f", and {len(loads) - 10} earlier ones" if len(loads) > 10 else "")
        raise LookupError(f"load {load} was not published; there are: {shown}")
    reasons = [word for (word,) in con.execute("SELECT DISTINCT reason FROM quarantine ORDER BY 1").fetchall()]
    if reason is not None and reason not in reasons and reason not in _DETAILS:
        there = f"there are: {', '.join(reasons)}" if reasons else "nothing was ever set aside"
        raise LookupError(f"no record was ever set aside as {reason!r}; {there}")


def write_rejects(con: duckdb.DuckDBPyConnection, load_id: int, staged: Staged, count: FileCount) -> None:
    """Records that the file's reader could not make sense of."""
    if not count.rejects:
        return
    con.execute(
        "INSERT INTO quarantine SELECT ?, ?, ?, ?, line, reason, NULL, NULL, detail, raw FROM (SELECT "
        "unnest(?::BIGINT[]) AS line, unnest(?::VARCHAR[]) AS reason, unnest(?::VARCHAR[]) AS detail, "
        "unnest(?::VARCHAR[]) AS raw)",
        [
            load_id,
            staged.mapping.source,
            staged.main.table.name,
            count.file.name,
            [reject.line for reject in count.rejects],
            [reject.reason for reject in count.rejects],
            [reject.detail for reject in count.rejects],
            [reject.raw.decode("utf-8", "replace").replace("\0", "\ufffd") for reject in count.rejects],
        ],
    )


def write_bad_rows(con: duckdb.DuckDBPyConnection, load_id: int, staged: Staged) -> None:
    """Records that were read but are not good, found again in their files for line, value and text."""
    _describe(con, staged.main)
    if bad_count(con, staged.main):
        start = 0
        for text in staged.texts:
            _write_from_text(con, load_id, staged, text, start)
            start += text.records
    for stage in staged.entities:
        _describe(con, stage)
        _write_found(con, load_id, staged, stage)
    con.execute('DROP TABLE IF EXISTS "~reasons"')


def _describe(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """A table of the problems that occur, taken apart, each with its sentence for a person."""
    problems = con.execute(f"SELECT DISTINCT problem FROM {quoted(bad_name(stage))} ORDER BY problem").fetchall()
    taken = [problem.partition(":") for (problem,) in problems]
    con.execute(
        'CREATE OR REPLACE TEMP TABLE "~reasons" AS SELECT unnest(?::VARCHAR[]) AS problem, unnest(?::VARCHAR[]) AS '
        "column_name, unnest(?::VARCHAR[]) AS reason, unnest(?::VARCHAR[]) AS detail",
        [
            [problem for (problem,) in problems],
            [column for column, _, _ in taken],
            [reason for _, _, reason in taken],
            [_detail(stage, column, reason) for column, _, reason in taken],
        ],
    )


def _detail(stage: Stage, name: str, reason: str) -> str:
    if name == stage.table.key and reason == "missing_required":
        return f"the key is {', '.join(stage.item.key)}, and one of these fields is empty"
    column: Column = stage.table.column(name)
    source = stage.item.column(name)
    formats = (source.formats if source else ()) or stage.ground.formats
    return _DETAILS[reason].format(
        column=f"{stage.table.name}.{name}",
        decimal=stage.ground.decimal,
        booleans=", ".join((*TRUE_WORDS, *FALSE_WORDS)),
        formats=f" in the format {' or '.join(formats)}" if formats else "",
        allowed=", ".join(column.allowed),
        minimum=column.minimum or 0,
        at_most=column.at_most,
        usual=stage.table.column(column.at_most).default if column.at_most else "",
        largest=f"{LARGEST_AMOUNT:,}",
        references=column.references,
    )


def _shown_value(stage: Stage, fields: Sequence[str]) -> str:
    """SQL: the text behind the problem's column."""
    cases = []
    for cast in stage.casts:
        source = stage.item.column(cast.column)
        names = source.fields if source else stage.item.key
        present = [f"r.{quoted(name)}" for name in names if name in fields]
        if present:
            cases.append(f"WHEN '{cast.column}' THEN concat_ws(' | ', {', '.join(present)})")
        elif source is not None and source.value is not None:
            cases.append(f"WHEN '{cast.column}' THEN '" + source.value.replace("'", "''") + "'")
    return f"CASE p.column_name {' '.join(cases)} END" if cases else "NULL"


def _write_from_text(con: duckdb.DuckDBPyConnection, load_id: int, staged: Staged, text: Text, start: int) -> None:
    stage, end = staged.main, start + text.records
    bad = f"(SELECT n - {start} AS n, problem FROM {quoted(bad_name(stage))} WHERE n >= {start} AND n < {end})"
    numbers = [n for (n,) in con.execute(f"SELECT n FROM {bad} ORDER BY n").fetchall()]
    if not numbers:
        return
    line, join = "NULL::BIGINT", ""
    if text.table is not None and text.table.line_column is not None:
        line = f"TRY_CAST(r.{quoted(text.table.line_column)} AS BIGINT)"
    elif text.table is not None:
        lines = physical_lines(text, numbers)
        con.execute(
            'CREATE OR REPLACE TEMP TABLE "~lines" AS SELECT unnest(?::BIGINT[]) AS n, unnest(?::BIGINT[]) AS line',
            [list(lines), list(lines.values())],
        )
        line, join = "l.line", 'LEFT JOIN "~lines" AS l ON l.n = b.n'
    raw = "to_json({" + ", ".join(f"{_json_key(name)}: r.{quoted(name)}" for name in text.fields) + "})"
    with opened(con, text) as relation:
        con.execute(
            f"INSERT INTO quarantine SELECT ?, ?, ?, ?, {line}, p.reason, p.column_name, "
            f"left({_shown_value(stage, text.fields)}, {RAW_LIMIT_BYTES}), p.detail, "
            f"left(CAST({raw} AS VARCHAR), {RAW_LIMIT_BYTES}) "
            f"FROM (SELECT row_number() OVER () - 1 AS {quoted(NUMBER)}, * FROM {relation}) AS r "
            f'JOIN {bad} AS b ON b.n = r.{quoted(NUMBER)} JOIN "~reasons" AS p ON p.problem = b.problem {join} '
            f"ORDER BY b.n",
            [load_id, staged.mapping.source, stage.table.name, text.name],
        )


def _json_key(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _write_found(con: duckdb.DuckDBPyConnection, load_id: int, staged: Staged, stage: Stage) -> None:
    con.execute(
        f"INSERT INTO quarantine SELECT ?, ?, ?, NULL, NULL, p.reason, p.column_name, NULL, p.detail, "
        f"CAST(s.{quoted(stage.table.key)} AS VARCHAR) FROM {quoted(bad_name(stage))} AS b "
        f'JOIN "~reasons" AS p ON p.problem = b.problem JOIN {quoted(stage.name)} AS s ON s.rowid = b.n '
        "ORDER BY b.n",
        [load_id, staged.mapping.source, stage.table.name],
    )
