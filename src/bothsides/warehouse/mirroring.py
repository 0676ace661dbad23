"""A schema of PostgreSQL that holds a copy of the warehouse: written beside the old one, swapped in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from bothsides.warehouse.ddl import quoted

if TYPE_CHECKING:
    from bothsides.warehouse.postgres import Postgres

MARK = "written by bothsides mirror; everything in it is replaced by the next one"
"""The comment on a schema that may be replaced, and on each table and view of a copy; nothing else is touched."""

_KINDS = {"r": "TABLE", "p": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW", "f": "FOREIGN TABLE"}


def begin(target: Postgres, schema: str) -> None:
    """Let the connection write into a new schema beside `schema`.

    Raises ValueError where `schema` holds tables or views that no mirror wrote, or cannot be one's name.
    """
    if schema == "public":
        raise ValueError(
            "schema 'public' is where everybody's tables are made, and a mirror replaces all that its schema holds:"
            " name one that is the copy's alone, such as ?schema=bothsides"
        )
    if schema.startswith("pg_"):
        raise ValueError(f"schema {schema!r}: names that begin with pg_ are PostgreSQL's own; name another one")
    row = target.con.execute(
        "SELECT obj_description(oid, 'pg_namespace'), EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid)"
        " FROM pg_namespace n WHERE nspname = %s",
        [schema],
    ).fetchone()
    if row and row[1] and row[0] != MARK:
        raise ValueError(f"schema {schema!r} holds tables that Bothsides did not write: name another one, or a new one")
    _refuse_others(target, schema)
    building = quoted(_building(schema))
    target.con.execute(f"CREATE SCHEMA {building}".encode())
    target.con.execute(f"SET LOCAL search_path = {building}".encode())


def publish(target: Postgres, schema: str) -> None:
    """Put what was written in the place of the old copy, once nobody reads that; its readers may read the new one.

    Raises ValueError where somebody's views stand on the old copy, or tables or views beside it.
    """
    import psycopg  # noqa: PLC0415 - an optional extra

    target.con.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}".encode())
    target.con.execute(f"COMMENT ON SCHEMA {quoted(schema)} IS '{MARK}'".encode())
    readers = target.con.execute(
        "SELECT DISTINCT grantee FROM information_schema.role_table_grants"
        " WHERE table_schema = %s AND table_name = 'meta' AND privilege_type = 'SELECT' AND grantee <> current_user",
        [schema],
    ).fetchall()
    building = _building(schema)
    written = _relations(target, building)
    old = _refuse_others(target, schema, written)
    try:
        _drop(target, schema, old)
    except psycopg.errors.DependentObjectsStillExist as error:
        raise ValueError(
            f"the old copy in schema {schema!r} is in use: {error.diag.message_detail}; drop these first, and create"
            " them again afterwards"
        ) from error
    for name, (kind, _) in written.items():
        target.con.execute(f"COMMENT ON {kind} {quoted(building)}.{quoted(name)} IS '{MARK}'".encode())
        target.con.execute(f"ALTER {kind} {quoted(building)}.{quoted(name)} SET SCHEMA {quoted(schema)}".encode())
    target.con.execute(f"DROP SCHEMA {quoted(building)}".encode())
    for (role,) in readers:
        grantee = "PUBLIC" if role == "PUBLIC" else quoted(role)
        target.con.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {quoted(schema)} TO {grantee}".encode())


def _building(schema: str) -> str:
    """A name that is nobody else's, and short enough however long the schema's is."""
    return f"bothsides_building_{hashlib.sha256(schema.encode()).hexdigest()[:24]}"


def _refuse_others(target: Postgres, schema: str, written: Collection[str] = ()) -> dict[str, str]:
    """The kinds of the old copy's tables and views by name.

    Raises ValueError where others have made some beside them. An earlier version marked none of its own: such a copy
    is known by the names of the new one, once those are `written`.
    """
    held = _relations(target, schema)
    marked = any(is_marked for _, is_marked in held.values())
    if not marked and not written:
        return {}
    others = [name for name, (_, is_marked) in held.items() if not is_marked and (marked or name not in written)]
    if others:
        raise ValueError(
            f"schema {schema!r} holds tables or views that no mirror wrote, and all of it would be replaced:"
            f" {', '.join(others)}; nothing was changed. Move them to another schema (ALTER TABLE ... SET SCHEMA ...),"
            " or mirror into another one"
        )
    return {name: kind for name, (kind, _) in held.items()}


def _drop(target: Postgres, schema: str, old: Mapping[str, str]) -> None:
    """Drop the old copy's views, then its tables, each in one statement so that their order does not matter."""
    for wanted in ("VIEW", "TABLE"):
        names = [f"{quoted(schema)}.{quoted(name)}" for name, kind in old.items() if kind == wanted]
        if names:
            target.con.execute(f"DROP {wanted} {', '.join(names)}".encode())


def _relations(target: Postgres, schema: str) -> dict[str, tuple[str, bool]]:
    """The names of the schema's tables and views, each with what it is and whether a mirror wrote it."""
    rows = target.con.execute(
        "SELECT relname, relkind::text, obj_description(oid, 'pg_class') = %s FROM pg_class"
        " WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND relkind::text = ANY(%s)"
        " ORDER BY relname",
        [MARK, schema, list(_KINDS)],
    ).fetchall()
    return {name: (_KINDS[kind], bool(is_marked)) for name, kind, is_marked in rows}
