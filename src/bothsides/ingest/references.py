"""Checks that need more than one row: equal keys, references to missing records, currencies without a rate."""

from collections.abc import Sequence

import duckdb

from bothsides.ingest.casting import candidate_name
from bothsides.ingest.staged import NUMBER, Staged, distinct_rows, good_rows, mark_bad, repeats_name
from bothsides.ingest.staging import Stage
from bothsides.schema import Column, Kind
from bothsides.warehouse import current, quoted, stored_tables


def mark_duplicate_keys(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Mark every row of a key that stands with different content; of equal rows all but the first are repeats."""
    if not stage.item.key:
        return
    key, good = quoted(stage.table.key), distinct_rows(con, stage)
    rows, keys = con.execute(f"SELECT count(*), count(DISTINCT hash({key})) FROM {good}").fetchall()[0]
    if rows == keys:
        return
    clashing = f"SELECT {key} FROM {good} GROUP BY {key} HAVING count(*) > 1 AND min(row_hash) <> max(row_hash)"
    mark_bad(
        con,
        stage,
        f"SELECT {quoted(NUMBER)} FROM {good} WHERE {key} IN ({clashing})",
        f"{stage.table.key}:duplicate_key",
    )
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {quoted(repeats_name(stage))} (n BIGINT)")
    con.execute(
        f"INSERT INTO {quoted(repeats_name(stage))} SELECT {quoted(NUMBER)} AS n FROM {distinct_rows(con, stage)} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {quoted(NUMBER)}) > 1"
    )


def check_references(
    con: duckdb.DuckDBPyConnection, sources: Sequence[Staged], fed: frozenset[str]
) -> dict[str, tuple[int, int]]:
    """Mark rows that refer to nothing, until no marking makes another one.

    Returns how many references `orphans = "keep"` emptied, and of how many, by source and column. `fed` are the
    tables that some mapping feeds: a reference to any other table is not checked.
    """
    kept: dict[str, tuple[int, int]] = {}
    again = True
    while again:
        again = False
        for staged in sources:
            for stage in staged.stages:
                for column in stage.table.columns:
                    source = stage.item.column(column.name)
                    if source is None or column.references not in fed:
                        continue
                    there = _known(con, sources, str(column.references))
                    if candidate_name(column.name) in _columns(con, stage):
                        _choose_side(con, stage, column, there)
                    if source.orphans == "keep":
                        label = f"{staged.mapping.source}: {stage.table.name}.{column.name}"
                        emptied, total = kept.get(label) or (0, _filled(con, stage, column))
                        kept[label] = (emptied + _empty(con, stage, column, there), total)
                        continue
                    found = _orphans(con, stage, column, there)
                    again |= mark_bad(con, stage, found, f"{column.name}:orphan_reference") > 0
    return {label: found for label, found in kept.items() if found[0]}


def _filled(con: duckdb.DuckDBPyConnection, stage: Stage, column: Column) -> int:
    rows = con.execute(f"SELECT count({quoted(column.name)}) FROM {good_rows(con, stage)}").fetchall()
    return int(rows[0][0])


def _columns(con: duckdb.DuckDBPyConnection, stage: Stage) -> frozenset[str]:
    rows = con.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [stage.name]).fetchall()
    return frozenset(name for (name,) in rows)


def _known(con: duckdb.DuckDBPyConnection, sources: Sequence[Staged], table: str) -> str:
    """SQL of the ids that exist once this load is merged."""
    parts = [
        f"SELECT {quoted(stage.table.key)} AS id FROM {good_rows(con, stage)}"
        for staged in sources
        for stage in staged.stages
        if stage.table.name == table
    ]
    if table in stored_tables(con):
        key = next(stage.table.key for staged in sources for stage in staged.stages if stage.table.name == table)
        parts.append(f"SELECT {quoted(key)} FROM {current(table)} WHERE {_survives(sources, table)}")
    return f"({' UNION ALL '.join(parts)})"


def _survives(sources: Sequence[Staged], table: str) -> str:
    """SQL condition: the stored row is not replaced by a snapshot of this load."""
    whole = [
        staged.mapping.source
        for staged in sources
        if staged.is_whole and any(stage.table.name == table for stage in staged.stages)
    ]
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in whole)
    return f'"source" NOT IN ({listed})' if whole else "true"


def _orphans(con: duckdb.DuckDBPyConnection, stage: Stage, column: Column, there: str) -> str:
    name = quoted(column.name)
    return (
        f"SELECT g.{quoted(NUMBER)} FROM {good_rows(con, stage)} AS g ANTI JOIN {there} AS k ON k.id = g.{name} "
        f"WHERE g.{name} IS NOT NULL"
    )


def _choose_side(con: duckdb.DuckDBPyConnection, stage: Stage, column: Column, there: str) -> None:
    """A reference to either side of accounts takes the side on which the account exists."""
    name, candidate = quoted(column.name), quoted(candidate_name(column.name))
    con.execute(
        f"UPDATE {quoted(stage.name)} SET {name} = {candidate}, row_hash = hash(row_hash, {candidate}) "
        f"WHERE {name} <> {candidate} AND {name} NOT IN (SELECT id FROM {there} WHERE id IS NOT NULL) "
        f"AND {candidate} IN (SELECT id FROM {there} WHERE id IS NOT NULL)"
    )


def _empty(con: duckdb.DuckDBPyConnection, stage: Stage, column: Column, there: str) -> int:
    name = quoted(column.name)
    rows = con.execute(
        f"UPDATE {quoted(stage.name)} SET {name} = NULL, row_hash = hash(row_hash, {name}) "
        f"WHERE rowid IN ({_orphans(con, stage, column, there)})"
    ).fetchall()
    return int(rows[0][0])


def mark_missing_rates(con: duckdb.DuckDBPyConnection, sources: Sequence[Staged], reporting: str) -> None:
    """Mark rows in a currency that has no rate to the reporting currency on the row's date."""
    for staged in sources:
        for stage in staged.stages:
            if not stage.table.has_money or "currency" not in stage.stored:
                if stage.table.has_money and stage.ground.currency != reporting:
                    _mark_rates(con, stage, sources, reporting, f"'{stage.ground.currency}'")
                continue
            _mark_rates(con, stage, sources, reporting, "g.currency")


def _mark_rates(
    con: duckdb.DuckDBPyConnection, stage: Stage, sources: Sequence[Staged], reporting: str, currency: str
) -> None:
    good = good_rows(con, stage)
    foreign = con.execute(f"SELECT count(*) FROM {good} AS g WHERE {currency} <> ?", [reporting]).fetchall()[0][0]
    if not foreign:
        return
    event = stage.table.event_time
    dated = event is not None and event in stage.stored
    too_early = f"OR g.{quoted(str(event))} < r.first_on" if dated else ""
    paid = " OR ".join(
        f"g.{quoted(column.name)} IS NOT NULL"
        for column in stage.table.columns
        if column.kind is Kind.MONEY and column.name in stage.stored
    )
    if not paid:
        return
    mark_bad(
        con,
        stage,
        f"SELECT g.{quoted(NUMBER)} FROM {good} AS g LEFT JOIN ({_first_rates(con, sources)}) AS r "
        f"ON r.currency = {currency} WHERE {currency} <> '{reporting}' AND ({paid}) "
        f"AND (r.first_on IS NULL {too_early})",
        "currency:no_fx_rate",
    )


def _first_rates(con: duckdb.DuckDBPyConnection, sources: Sequence[Staged]) -> str:
    """SQL: from which day on each currency has a rate."""
    parts = ["SELECT NULL::VARCHAR AS currency, NULL::DATE AS quoted_on WHERE false"]
    parts += [
        f"SELECT currency, quoted_on FROM {good_rows(con, stage)}"
        for staged in sources
        for stage in staged.stages
        if stage.table.name == "fx_rates"
    ]
    if "fx_rates" in stored_tables(con):
        parts.append(f"SELECT currency, quoted_on FROM {current('fx_rates')} WHERE {_survives(sources, 'fx_rates')}")
    return f"SELECT currency, min(quoted_on) AS first_on FROM ({' UNION ALL '.join(parts)}) GROUP BY currency"
