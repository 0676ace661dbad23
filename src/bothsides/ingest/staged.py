"""A source after staging: its stages, the files behind them, and which of its rows are bad so far."""

from dataclasses import dataclass

import duckdb

from bothsides.ingest.arrivals import Arrival
from bothsides.ingest.landing import Landed
from bothsides.ingest.mapping import Mapping, Mode
from bothsides.ingest.reading import FileCount, Text
from bothsides.ingest.staging import PROBLEM, Stage
from bothsides.warehouse import quoted

NUMBER = "~n"
"""The record's number, from 0 over all files of the source, in the relation of good rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """One source ready to be checked and merged; `texts` stand in the order in which their records are numbered."""

    landed: Landed
    main: Stage
    entities: tuple[Stage, ...]
    texts: tuple[Text, ...]
    counts: tuple[FileCount, ...]
    notes: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    """Since when the file of each text has been there; empty where that does not matter."""

    @property
    def mapping(self) -> Mapping:
        """How the source is read."""
        return self.landed.mapping

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The main stage, then those of the entities."""
        return (self.main, *self.entities)

    @property
    def records(self) -> int:
        """Records that reached the stage."""
        return sum(text.records for text in self.texts)

    @property
    def is_whole(self) -> bool:
        """Whether a key that is absent was deleted at the source."""
        return self.mapping.mode is Mode.SNAPSHOT


def bad_name(stage: Stage) -> str:
    """The temporary table (n, problem) of a stage's bad rows."""
    return f"{stage.name} bad"


def repeats_name(stage: Stage) -> str:
    """The temporary table (n) of good rows that say again what an earlier one said; there is none without repeats."""
    return f"{stage.name} repeats"


def open_bad(con: duckdb.DuckDBPyConnection, stage: Stage) -> int:
    """Gather the rows that the cast found bad; returns how many."""
    con.execute(
        f"CREATE TEMP TABLE {quoted(bad_name(stage))} AS SELECT rowid AS n, {quoted(PROBLEM)} AS problem "
        f"FROM {quoted(stage.name)} WHERE {quoted(PROBLEM)} IS NOT NULL"
    )
    return bad_count(con, stage)


def bad_count(con: duckdb.DuckDBPyConnection, stage: Stage) -> int:
    """How many rows of a stage are bad so far."""
    return int(con.execute(f"SELECT count(*) FROM {quoted(bad_name(stage))}").fetchall()[0][0])


def mark_bad(con: duckdb.DuckDBPyConnection, stage: Stage, selected: str, problem: str) -> int:
    """Mark the rows whose numbers the SQL `selected` returns; rows that are bad already keep their first problem."""
    before = bad_count(con, stage)
    con.execute(
        f"INSERT INTO {quoted(bad_name(stage))} SELECT n, ? FROM ({selected}) AS found(n) "
        f"WHERE n NOT IN (SELECT n FROM {quoted(bad_name(stage))})",
        [problem],
    )
    return bad_count(con, stage) - before


def good_rows(con: duckdb.DuckDBPyConnection, stage: Stage) -> str:
    """SQL of a stage's good rows, to stand in a FROM clause; column `~n` holds the record's number."""
    name, number = quoted(stage.name), f"s.rowid AS {quoted(NUMBER)}"
    if bad_count(con, stage) == 0:
        return f"(SELECT s.*, {number} FROM {name} AS s)"
    return f"(SELECT s.*, {number} FROM {name} AS s ANTI JOIN {quoted(bad_name(stage))} AS b ON b.n = s.rowid)"


def distinct_rows(con: duckdb.DuckDBPyConnection, stage: Stage) -> str:
    """SQL of the good rows without repeats, to stand in a FROM clause."""
    found = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [repeats_name(stage)]).fetchall()
    good, repeats = good_rows(con, stage), quoted(repeats_name(stage))
    if not found[0][0]:
        return good
    return f"(SELECT g.* FROM {good} AS g ANTI JOIN {repeats} AS r ON r.n = g.{quoted(NUMBER)})"


def drop(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Give the memory of a source's stages back."""
    for text in staged.texts:
        if text.attached:
            con.execute(f"DETACH {quoted(text.attached)}")
    for stage in staged.stages:
        con.execute(f"DROP TABLE IF EXISTS {quoted(stage.name)}")
        con.execute(f"DROP TABLE IF EXISTS {quoted(bad_name(stage))}")
        con.execute(f"DROP TABLE IF EXISTS {quoted(repeats_name(stage))}")
