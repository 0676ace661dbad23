"""A person's SQL that turns text into text before the mapping: checked, then run where it can reach nothing else."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

from bothsides.agreement import Problem
from bothsides.connectors.files import CountsDisagree, TextTable, scan, verify
from bothsides.ingest.landing import Landed, LandedFile, reshape_text
from bothsides.ingest.literals import literal
from bothsides.ingest.mapping_file import MappingError
from bothsides.ingest.reading import FileCount, Text, file_count, read_file
from bothsides.warehouse import quoted

_ROW_MAKERS = ("unnest", "generate_series", "range")


def checked_sql(sql: str, inputs: Sequence[str], path: Path) -> str:
    """The SQL, when it is one SELECT that reads only the named inputs. Raises MappingError for anything else."""

    def refuse(value: str, allowed: str) -> MappingError:
        return MappingError([Problem(file=str(path), key="SQL", value=value, allowed=allowed)])

    try:
        parsed = sqlglot.parse(sql, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise refuse("", f"cannot be read: {str(error).splitlines()[0]}") from None
    statements = [one for one in parsed if one is not None and not isinstance(one, exp.Semicolon)]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise refuse("", "must be one SELECT that turns the inputs into the records to map")
    tree = statements[0]
    known = {*inputs, *(cte.alias for cte in tree.find_all(exp.CTE))}
    for node in tree.find_all(exp.Table):
        if isinstance(node.this, exp.Func):
            if node.this.sql_name().lower() not in _ROW_MAKERS and node.this.name.lower() not in _ROW_MAKERS:
                raise refuse(node.sql(dialect="duckdb"), f"reads only the inputs: {', '.join(inputs)}")
        elif node.name not in known or node.db or node.catalog:
            raise refuse(node.sql(dialect="duckdb"), f"reads only the inputs: {', '.join(inputs)}")
    for function in tree.find_all(exp.Anonymous):
        if str(function.this).lower().startswith(("read_", "query", "getenv", "parquet_", "sniff_", "glob")):
            raise refuse(function.sql(dialect="duckdb"), f"reads only the inputs: {', '.join(inputs)}")
    ends = [token.start for token in sqlglot.tokenize(sql, read="duckdb") if token.token_type.name == "SEMICOLON"]
    return sql[: ends[0]] if ends else sql


def reshape_sql(landed: Landed) -> tuple[str, Path]:
    """The reshape's checked SQL and its file. Raises MappingError."""
    mapping = landed.mapping
    path = (mapping.path.parent if mapping.path else Path()) / str(mapping.reshape)
    text = reshape_text(mapping)
    if text is None:
        where = str(mapping.path or mapping.source)
        allowed = f"{path} does not exist; it must lie beside the mapping"
        raise MappingError([Problem(file=where, key="reshape", value=repr(mapping.reshape), allowed=allowed)])
    return checked_sql(text, [name for name, _ in mapping.inputs], path), path


def reshaped(
    con: duckdb.DuckDBPyConnection, landed: Landed, spool: Path, sql: str, path: Path
) -> tuple[Text, list[FileCount]]:
    """Run a reshape in a database of its own, locked once the inputs are in; attach the result to the build.

    Returns the text relation and the counts of the input files. Raises FileRefused, or MappingError for bad SQL.
    """
    store = spool / f"{landed.mapping.source}.reshape.duckdb"
    store.unlink(missing_ok=True)
    counts: list[FileCount] = []
    apart = duckdb.connect(
        str(store), config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    try:
        for name, files in landed.inputs:
            counts += _fill(apart, name, files, landed, spool)
        apart.execute("SET enable_external_access = false")
        apart.execute("SET lock_configuration = true")
        fields, records = _run(apart, sql, path)
    finally:
        apart.close()
    attached = f"{landed.mapping.source} reshaped"
    con.execute(f"ATTACH {literal(str(store))} AS {quoted(attached)} (READ_ONLY)")
    return Text(name=path.name, fields=fields, records=records, table=None, file=None, attached=attached), counts


def _fill(
    con: duckdb.DuckDBPyConnection, name: str, files: Sequence[LandedFile], landed: Landed, spool: Path
) -> list[FileCount]:
    """One input as a table, its files below each other by column name."""
    counts = []
    for position, file in enumerate(files):
        table = read_file(file, landed, spool)
        try:
            _copy(con, name, table, first=position == 0)
        except (CountsDisagree, duckdb.Error) as error:
            if not table.fast or isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
                raise
            table = read_file(file, landed, spool, careful=True)
            _copy(con, name, table, first=position == 0)
        counts.append(file_count(file, table))
    return counts


def _copy(con: duckdb.DuckDBPyConnection, name: str, table: TextTable, *, first: bool) -> None:
    columns = ", ".join(quoted(column) for column in table.columns)
    con.begin()
    try:
        scan(con, table).create_view("~received", replace=True)
        verb = f"CREATE TABLE {quoted(name)} AS" if first else f"INSERT INTO {quoted(name)} BY NAME"
        rows = con.execute(f'{verb} SELECT {columns} FROM "~received"').fetchall()[0][0]
        con.execute('DROP VIEW "~received"')
        verify(table, rows)
    except BaseException:
        con.rollback()
        raise
    con.commit()


def _run(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> tuple[tuple[str, ...], int]:
    """The result as a table of text, NULL as the empty text that a file would have."""
    body = sql.strip()
    try:
        names = [row[0] for row in con.execute(f"DESCRIBE {body}").fetchall()]
        texts = ", ".join(f"coalesce(CAST({quoted(one)} AS VARCHAR), '') AS {quoted(one)}" for one in names)
        rows = con.execute(f"CREATE TABLE result AS SELECT {texts} FROM (\n{body}\n)").fetchall()[0][0]
    except duckdb.Error as error:
        allowed = str(error).splitlines()[0]
        raise MappingError([Problem(file=str(path), key="SQL", value="", allowed=allowed)]) from None
    return tuple(names), rows
