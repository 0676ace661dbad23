"""What a formula may name: the facts, their dates, and their declared columns with what each holds."""

from collections.abc import Mapping
from functools import cache

import duckdb

from bothsides.metrics.building import build_facts
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.schema import Kind
from bothsides.warehouse import DuckDB
from bothsides.warehouse.ddl import create_books

_KINDS = {"VARCHAR": Kind.TEXT, "BOOLEAN": Kind.BOOLEAN, "DATE": Kind.DATE, "TIMESTAMP": Kind.TIMESTAMP}
_KEYS = ("account", "counterparty", "account_month")
"""Whole numbers that name something: they are counted, never added."""


def facts_to_ask() -> tuple[str, ...]:
    """The facts that a formula may read: those with a date."""
    return tuple(name for name, fact in FACTS.items() if fact.dates)


def main_date(fact: Fact) -> str:
    """The date by which the fact's rows are dated where a formula does not say."""
    return next(iter(fact.dates))


@cache
def columns_of(name: str) -> Mapping[str, Kind]:
    """The fact's declared columns and what each holds. Raises KeyError for an unknown fact."""
    fact = FACTS[name]
    types = _types()
    held = {**types.get(fact.relation, {}), **(types.get(fact.parties, {}) if fact.parties else {})}
    own = (fact.account,) if fact.account else ()
    names = dict.fromkeys((*fact.columns, *fact.party_columns, *fact.dimensions, *fact.dates, *own))
    return {column: _kind(column, held[column], fact) for column in names if column in held}


def has_side(name: str) -> bool:
    """Whether each row of the fact belongs to one side."""
    fact = FACTS[name]
    return fact.parties is None and "side" in _types().get(fact.relation, {})


def _kind(column: str, stored: str, fact: Fact) -> Kind:
    if column in fact.money:
        return Kind.MONEY
    if column in _KEYS or column == fact.account or column.endswith("_id") or stored == "UUID":
        return Kind.ID
    return _KINDS.get(stored, Kind.NUMBER)


@cache
def _types() -> Mapping[str, Mapping[str, str]]:
    """Every fact's columns as the engine types them, found by building the facts of an empty market."""
    con = duckdb.connect(config={"threads": 1})
    try:
        create_books(con)
        engine = DuckDB(con)
        build_facts(engine, currency="EUR")
        types: dict[str, dict[str, str]] = {}
        for table, column, kind in engine.rows(
            "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY 1, ordinal_position"
        ):
            types.setdefault(table, {})[column] = kind
        return types
    finally:
        con.close()
