"""Writes folded changes to the tables, each kind of change of a table in one statement for all its rows."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Double, Integer, Text

from bothsides.logbook.projection import Changes, Key, Row
from bothsides.logbook.statements import Cursor, Dialect
from bothsides.logbook.tables import COUNTERS, METADATA

_MADE_BY_ADDING = frozenset({"members", "member_days"})
"""Counters whose row comes into being with the first line that adds to it."""

_TYPES: tuple[tuple[type[Any], str], ...] = (
    (Integer, "bigint"),
    (Double, "float8"),
    (BigInteger, "bigint"),
    (Text, "text"),
)


def apply(cursor: Cursor, dialect: Dialect, changes: Changes) -> None:
    """Writes the changes. Rows go in the order of their keys, so that two writers cannot wait for each other."""
    for table, gone in changes.drops.items():
        _run(cursor, dialect, _drop(dialect, table), sorted(gone))
    for table, rows in changes.puts.items():
        for columns, keys in _alike(rows).items():
            _run(cursor, dialect, _put(dialect, table, columns), _values(rows, keys, columns))
    for table, rows in changes.sets.items():
        for columns, keys in _alike(rows).items():
            _run(cursor, dialect, _set(dialect, table, columns, adds=False), _values(rows, keys, columns))
    for table, rows in changes.adds.items():
        for columns, keys in _alike(rows).items():
            made = table in _MADE_BY_ADDING
            statement = _add(dialect, table, columns) if made else _set(dialect, table, columns, adds=True)
            _run(cursor, dialect, statement, _values(rows, keys, columns))


def insert(cursor: Cursor, dialect: Dialect, table: str, columns: tuple[str, ...], rows: Sequence[Key]) -> None:
    """Adds rows; a row whose key exists is an error of the database."""
    _run(cursor, dialect, _insert(dialect, table, columns), rows)


def _alike(rows: Mapping[Key, Row]) -> dict[tuple[str, ...], list[Key]]:
    """The keys of rows by the columns they change, in order."""
    found: dict[tuple[str, ...], list[Key]] = {}
    for key in sorted(rows):
        found.setdefault(tuple(rows[key]), []).append(key)
    return found


def _values(rows: Mapping[Key, Row], keys: Sequence[Key], columns: tuple[str, ...]) -> list[Key]:
    """Key columns first, as the statements have them."""
    if not columns:
        return list(keys)
    return [(*key, *(rows[key][column] for column in columns)) for key in keys]


def _run(cursor: Cursor, dialect: Dialect, statement: str, rows: Sequence[Key]) -> None:
    if not rows:
        return
    if dialect == "sqlite":
        cursor.executemany(statement, rows)
    else:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _key_names(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in METADATA.tables[table].primary_key)


def _source(dialect: Dialect, table: str, names: Sequence[str]) -> str:
    """The rows given, as a relation of PostgreSQL or the values of SQLite."""
    if dialect == "sqlite":
        return f"VALUES ({', '.join('?' * len(names))})"
    columns = METADATA.tables[table].columns
    arrays = ", ".join(_given_as(_type(columns[name].type)) for name in names)
    return f"SELECT * FROM unnest({arrays})"


def _given_as(kind: str) -> str:
    """Texts go in the driver's binary form, in which no letter need be escaped, of which JSON has many."""
    return f"{'%b' if kind == 'text' else '%s'}::{kind}[]"


def _type(kind: object) -> str:
    return next(name for one, name in _TYPES if isinstance(kind, one))


@cache
def _insert(dialect: Dialect, table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) {_source(dialect, table, columns)}"


@cache
def _put(dialect: Dialect, table: str, columns: tuple[str, ...]) -> str:
    keys = _key_names(table)
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns)
    then = f"UPDATE SET {changed}" if changed else "NOTHING"
    # SQLite cannot tell the conflict clause from a join condition after a bare SELECT; VALUES has no such trouble.
    return f"{_insert(dialect, table, (*keys, *columns))} ON CONFLICT ({', '.join(keys)}) DO {then}"


@cache
def _add(dialect: Dialect, table: str, columns: tuple[str, ...]) -> str:
    keys = _key_names(table)
    changed = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)
    return f"{_insert(dialect, table, (*keys, *columns))} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"


@cache
def _set(dialect: Dialect, table: str, columns: tuple[str, ...], *, adds: bool) -> str:
    keys = _key_names(table)
    wrong = [name for name in columns if ((table, name) in COUNTERS) is not adds]
    if wrong:
        raise ValueError(
            f"{table}.{wrong[0]} is {'no' if adds else 'a'} counter: lines {'set' if adds else 'add to'} it"
        )
    if dialect == "sqlite":
        numbered = {name: f"?{place}" for place, name in enumerate((*keys, *columns), start=1)}
        changed = ", ".join(f"{n} = {f'{n} + ' if adds else ''}{numbered[n]}" for n in columns)
        return f"UPDATE {table} SET {changed} WHERE {' AND '.join(f'{n} = {numbered[n]}' for n in keys)}"
    names = (*keys, *columns)
    changed = ", ".join(f"{n} = {f'{table}.{n} + ' if adds else ''}given.{n}" for n in columns)
    rows = f"({_source(dialect, table, names)}) AS given ({', '.join(names)})"
    return f"UPDATE {table} SET {changed} FROM {rows} WHERE {' AND '.join(f'{table}.{n} = given.{n}' for n in keys)}"


@cache
def _drop(dialect: Dialect, table: str) -> str:
    keys = _key_names(table)
    if dialect == "sqlite":
        return f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = ?' for name in keys)}"
    source = f"({_source(dialect, table, keys)}) AS given ({', '.join(keys)})"
    return f"DELETE FROM {table} USING {source} WHERE {' AND '.join(f'{table}.{n} = given.{n}' for n in keys)}"
