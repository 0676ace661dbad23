"""A copy of the published warehouse in PostgreSQL, with the facts built there, for those who read it there."""

from pathlib import Path

from bothsides import warehouse
from bothsides.metrics.building import build_facts
from bothsides.warehouse import DuckDB
from bothsides.warehouse.address import Address
from bothsides.warehouse.copying import copy_tables
from bothsides.warehouse.mirroring import begin, publish
from bothsides.warehouse.postgres import open_postgres


def mirror(source: Path, target: Address) -> dict[str, int]:
    """Copy the warehouse file's tables into the schema that the address names; rows copied by table.

    Readers see the old copy whole or the new one whole. Raises ValueError where the address names no schema, or one
    that holds other tables.
    """
    if target.schema is None:
        raise ValueError(f"{target} names no schema to write to: add ?schema=NAME")
    con = warehouse.open_reader(source)
    try:
        with open_postgres(Address(url=target.url)) as engine:
            begin(engine, target.schema)
            copied = copy_tables(DuckDB(con), engine)
            (currency,) = engine.row("SELECT value FROM meta WHERE key = 'currency'") or ("",)
            build_facts(engine, currency=currency)
            publish(engine, target.schema)
    finally:
        con.close()
    return copied
