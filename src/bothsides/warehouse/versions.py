"""Which version of a row a reader sees: the current one, or the one known when a load had finished."""

from bothsides.warehouse.ddl import quoted


def version_filter(known_on: int | None) -> str:
    """SQL condition for the rows known after load `known_on`; None means now.

    >>> version_filter(None)
    'superseded_in IS NULL'
    >>> version_filter(3)
    'loaded_in <= 3 AND (superseded_in IS NULL OR superseded_in > 3)'
    """
    if known_on is None:
        return "superseded_in IS NULL"
    load = int(known_on)
    return f"loaded_in <= {load} AND (superseded_in IS NULL OR superseded_in > {load})"


def current(table: str) -> str:
    """SQL text of a table's current rows, to stand in a FROM clause.

    >>> current("orders")
    '(SELECT * FROM "orders" WHERE superseded_in IS NULL)'
    """
    return f"(SELECT * FROM {quoted(table)} WHERE {version_filter(None)})"


def as_known_on(table: str, load_id: int) -> str:
    """SQL text of a table's rows as they were known after a load, to stand in a FROM clause."""
    return f"(SELECT * FROM {quoted(table)} WHERE {version_filter(load_id)})"
