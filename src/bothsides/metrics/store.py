"""One open warehouse as the metrics see it: which tables are fed, how far they are known, in which currency."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from bothsides import warehouse
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.states import build_states, fed_tables, known_range, missing_tables
from bothsides.schema import TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A read-only view on the facts. `sampled` says that orders are a declared sample with weights."""

    con: duckdb.DuckDBPyConnection
    name: str
    currency: str
    fiscal_start: int
    fed: frozenset[str]
    ranges: dict[str, tuple[date, date]]
    sampled: bool = False
    known_on: int | None = None

    def missing(self, fact: str) -> tuple[str, ...]:
        """The tables the fact lacks; empty when it can be read."""
        return missing_tables(FACTS[fact], self.fed)

    def lacks(self, need: str) -> bool:
        """Whether a table, or a `table.column`, has never been fed."""
        name, _, column = need.partition(".")
        if name not in self.fed:
            return True
        if not column:
            return False
        TABLES[name].column(column)
        return self.con.execute(f"SELECT count({column}) = 0 FROM {name}").fetchone() == (True,)

    def known(self, fact: Fact) -> tuple[date, date] | None:
        """First and last business date on which the fact is known, None when it has no dated row."""
        marks = [self.ranges[name] for name in fact.known_by if name in self.ranges]
        firsts = [self.ranges[name][0] for name in fact.requires if name in self.ranges]
        if not marks or not firsts:
            return None
        return min(firsts), max(last for _, last in marks)


@contextmanager
def open_store(path: Path, *, known_on: int | None = None) -> Iterator[Store]:
    """Open a published warehouse; with `known_on`, as it was known at that load. Readers never block a sync.

    Raises ValueError for a load that the warehouse does not have.
    """
    con = warehouse.open_reader(path)
    try:
        yield read_store(con, known_on=known_on)
    finally:
        con.close()


def read_store(con: duckdb.DuckDBPyConnection, *, known_on: int | None = None) -> Store:
    """The store over an open connection whose states are built."""
    meta = dict(con.execute("SELECT key, value FROM meta").fetchall())
    if known_on is not None:
        loads = [row[0] for row in con.execute("SELECT load_id FROM loads WHERE status = 'ok' ORDER BY 1").fetchall()]
        if known_on not in loads:
            raise ValueError(f"--known-on {known_on}: no such load; loads are {', '.join(map(str, loads)) or 'none'}")
        build_states(con, currency=meta["currency"], known_on=known_on)
    fed = fed_tables(con)
    sampled = con.execute("SELECT coalesce(bool_or(sample), false) FROM load_sources").fetchone() == (True,)
    return Store(
        con=con,
        name=meta.get("name", ""),
        currency=meta["currency"],
        fiscal_start=int(meta.get("fiscal_year_start", "1")),
        fed=fed,
        ranges=known_range(con, fed, known_on=known_on),
        sampled=sampled,
        known_on=known_on,
    )
