"""The desk's part in a sync: files of rows made from the journal, landed like any source's, and one feeder a table."""

import csv
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bothsides.agreement import Problem
from bothsides.ingest.desk.copying import Copied, copy, plain_rows, sequence
from bothsides.ingest.desk.mappings import FED, PREFIX, SHARED, desk_mappings
from bothsides.ingest.landing import Landed, land_made, read_manifest
from bothsides.ingest.mapping import Mapping
from bothsides.ingest.report import SyncRefused
from bothsides.warehouse import quoted, spool_dir, stored_tables
from bothsides.workspace import Workspace
from bothsides.workspace.stores import LogbookMissing, open_logbook

_RANGE = re.compile(r"lines (\d+)-(\d+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What the desk brings to a load: nothing where it feeds nothing or has no logbook yet."""

    landed: tuple[Landed, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    """How its rows are read, those of earlier loads too."""
    notes: tuple[str, ...] = ()


def feed(workspace: Workspace, loads: Sequence[int], others: Sequence[Mapping]) -> Feed:
    """Land what the journal says since the last published load, as rows; `loads` are those published so far."""
    if workspace.settings.leads != "desk":
        return Feed()
    mappings = desk_mappings(others)
    after = last_copied(workspace.raw_dir, loads)
    try:
        logbook = open_logbook(workspace, os.environ)
    except LogbookMissing:
        if after:
            raise SyncRefused(
                [f"{workspace.folder} has no logbook any more, but {after} lines of it were copied; put it back"]
            ) from None
        return Feed(mappings=mappings, notes=('leads = "desk", but the desk has taken no lead in yet',))
    notes: tuple[str, ...] = ()
    try:
        with logbook.reading() as book:
            if sequence(book) < after:
                notes = (f"the logbook ends before line {after}, which was copied already: all of it is copied again",)
                after = 0
            copied = copy(book, after)
    finally:
        logbook.close()
    return Feed(landed=tuple(_land(workspace, mappings, copied)), mappings=mappings, notes=notes)


def last_copied(raw_dir: Path, loads: Sequence[int]) -> int:
    """The last line of the journal that the loads hold without a gap; 0 where one of them is gone."""
    last = 0
    for load in loads:
        try:
            sources = read_manifest(raw_dir, load)
        except FileNotFoundError:
            last = 0
            continue
        files = [file for one in sources if one["source"].startswith(PREFIX) for file in one["inputs"][""]]
        if not files:
            # Another feeder had the tables then, and the desk's rows were closed.
            last = 0
        for after, reached in sorted({_range(file["name"]) for file in files}):
            whole = all((raw_dir / file["path"]).exists() for file in files)
            last = reached if whole and after <= last else 0
    return last


def _range(name: str) -> tuple[int, int]:
    found = _RANGE.search(name)
    if found is None:
        raise ValueError(f"file {name!r} of the desk does not say which lines it was made of")
    return int(found[1]) - 1, int(found[2])


def _land(workspace: Workspace, mappings: Sequence[Mapping], copied: Copied) -> Iterator[Landed]:
    folder = spool_dir(workspace.warehouse_path) / "desk"
    folder.mkdir(parents=True, exist_ok=True)
    for mapping in mappings:
        table = mapping.main.table
        if not copied.rows.get(table.name) and table.name != FED[0]:
            continue  # the first table's file tells up to which line was copied, rows or not
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as sink:
            writer = csv.writer(sink)
            writer.writerow(table.column_names)
            writer.writerows(plain_rows(table.name, table.column_names, copied))
        name = f"logbook lines {copied.after + 1}-{copied.last}/{table.name}.csv"
        yield land_made(mapping, path, name, workspace.raw_dir)
        path.unlink()


def refuse_other_feeders(workspace: Workspace, mappings: Sequence[Mapping]) -> list[str]:
    """Problems of mapping files that feed what the desk feeds."""
    if workspace.settings.leads != "desk":
        found = [(one, item.name) for one in mappings for item in one.tables if item.name in _ONLY_DESK]
        allowed = "only the lead desk fills it; take it out of the mapping"
    else:
        found = [(one, item.name) for one in mappings for item in one.tables if item.name in FED]
        allowed = (
            'with leads = "desk" in bothsides.toml it comes from the logbook alone; take these records in as leads, by'
            " bothsides leads take FILE, and take the table out of the mapping"
        )
    where = ((one.path or Path(f"{one.source}.toml"), name) for one, name in found)
    return [str(Problem(file=str(path), key="table.name", value=repr(name), allowed=allowed)) for path, name in where]


_ONLY_DESK = frozenset(FED) - frozenset(SHARED)


def sources_beside(landed: Sequence[Landed]) -> tuple[str, ...]:
    """The sources of the desk that keep their rows, since it feeds them and had nothing new to say."""
    return tuple(PREFIX + name for name in FED) if _by_desk(landed) else ()


def _by_desk(landed: Sequence[Landed]) -> bool:
    return any(item.mapping.source.startswith(PREFIX) for item in landed)


def one_feeder(con: duckdb.DuckDBPyConnection, landed: Sequence[Landed], load_id: int) -> None:
    """Close the current rows of the feeder that a load no longer has: the CRM's where the desk feeds, or the desk's."""
    other = f"\"source\" {'NOT ' if _by_desk(landed) else ''}LIKE '{PREFIX}%'"
    stored = stored_tables(con)
    for name in FED:
        if name in stored:
            con.execute(
                f"UPDATE {quoted(name)} SET superseded_in = ? WHERE superseded_in IS NULL AND {other}", [load_id]
            )
            con.execute(f"DELETE FROM watermarks WHERE table_name = ? AND {other}", [name])
