"""A sync: land the files, load them into a copy of the warehouse, publish it whole or not at all."""

import dataclasses
import time
from collections.abc import Callable
from collections.abc import Mapping as Values
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from bothsides.ingest.books import close_books
from bothsides.ingest.desk import feed, one_feeder, refuse_other_feeders
from bothsides.ingest.landing import Landed, land, sweep, write_manifest
from bothsides.ingest.loading import NOT_MOVED, Loaded, Progress, run_load
from bothsides.ingest.mapping import Mapping
from bothsides.ingest.mapping_file import MappingError, load_mappings
from bothsides.ingest.rebuild import changed_mappings, earlier_loads, moved_id_spaces
from bothsides.ingest.report import SyncRefused, SyncReport
from bothsides.warehouse import (
    Journal,
    Lock,
    WarehouseDamaged,
    build,
    create_books,
    full_disk_told,
    leftovers,
    open_reader,
    put_aside,
    schema_hash,
    spool_dir,
)
from bothsides.workspace import Workspace

Refresh = Callable[[duckdb.DuckDBPyConnection], None]


def journal_of(workspace: Workspace) -> Journal:
    """The run log of a workspace. Raises IsADirectoryError where a folder stands in its place."""
    path = workspace.folder / "syncs.jsonl"
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, but a workspace keeps its run log there; move it away")
    return Journal(path=path)


def sync(workspace: Workspace, *, now: datetime, refresh: Refresh, progress: Progress = lambda _: None) -> SyncReport:
    """Load what the mappings name and publish the new warehouse; `refresh` builds the states on it before.

    Raises SyncRefused, MappingError, SyncRunning or DiskFull; the published warehouse is then as it was, and the
    run is in the log with the message.
    """
    started, clock = _utc(now), time.monotonic()
    with full_disk_told(workspace.folder), Lock(workspace.folder / ".sync.lock", now=started):
        journal = journal_of(workspace)
        aside = _clear_up(workspace, journal, started)
        load_id = journal.start(started)
        try:
            report = _sync(workspace, journal, load_id, started, refresh, progress, clock)
            report = dataclasses.replace(report, notes=(*aside, *report.notes))
        except BaseException as error:
            _note_failure(journal, load_id, started + _elapsed(clock), error)
            raise
        journal.finish(load_id, "ok", started + _elapsed(clock))
    return report


def _sync(
    workspace: Workspace,
    journal: Journal,
    load_id: int,
    started: datetime,
    refresh: Refresh,
    progress: Progress,
    clock: float,
) -> SyncReport:
    mappings = load_mappings(workspace.mappings_dir)
    problems = refuse_other_feeders(workspace, mappings)
    if problems:
        raise SyncRefused(problems)
    if not mappings and workspace.settings.leads != "desk":
        remedy = f"draft one with: bothsides init {workspace.folder} --from FILES"
        raise SyncRefused([f"{workspace.mappings_dir} holds no mapping; {remedy}"])
    progress("landing files")
    landed: list[Landed] = []
    for mapping in mappings:
        try:
            landed.append(land(mapping, workspace.folder, workspace.raw_dir))
        except MappingError as error:
            problems.append(str(error))
    if problems:
        raise SyncRefused(problems)
    desk = feed(workspace, _published(journal), mappings)
    landed += desk.landed
    mappings += desk.mappings
    write_manifest(workspace.raw_dir, load_id, tuple(landed))
    path = workspace.warehouse_path
    fresh = not path.exists() or _identity(path) != (workspace.settings.name, schema_hash())
    with build(path, fresh=fresh) as con:
        notes = (
            _rebuild(con, workspace, journal, mappings, progress)
            if fresh
            else changed_mappings(_published(journal), workspace.raw_dir, mappings)
        )
        moved = {} if fresh else moved_id_spaces(_published(journal), workspace.raw_dir, mappings)
        loaded = _load(con, workspace, tuple(landed), load_id, progress, moved=moved)
        journal.copy_into(con)
        ended = started + _elapsed(clock)
        close_books(con, workspace.settings, schema_hash(), load_id, started, ended, loaded.emptied)
        progress("building states")
        refresh(con)
        progress("publishing")
    progress("published")
    return SyncReport(load_id=load_id, sources=loaded.sources, notes=(*desk.notes, *notes, *loaded.notes))


def _rebuild(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    journal: Journal,
    mappings: tuple[Mapping, ...],
    progress: Progress,
) -> list[str]:
    """Run the published loads again in an empty file; returns notes about what could not be."""
    create_books(con)
    done = _published(journal)
    if not done:
        return []
    spool = spool_dir(workspace.warehouse_path)
    loads, notes = earlier_loads(done, workspace.raw_dir, spool, mappings, all_needed=workspace.warehouse_path.exists())
    for load in loads:
        progress(f"reading load {load.load_id} again")
        _load(con, workspace, load.landed, load.load_id, lambda _: None, again=True)
    again = f"loads {', '.join(str(load.load_id) for load in loads)} were read again from raw" if loads else ""
    return [note for note in (again, *notes) if note]


def _published(journal: Journal) -> list[int]:
    """The loads that were published, in order."""
    return [run.load_id for run in journal.runs() if run.status == "ok"]


def _load(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    landed: tuple[Landed, ...],
    load_id: int,
    progress: Progress,
    *,
    again: bool = False,
    moved: Values[str, tuple[str, str]] = NOT_MOVED,
) -> Loaded:
    spool = spool_dir(workspace.warehouse_path)
    spool.mkdir(parents=True, exist_ok=True)
    one_feeder(con, landed, load_id)
    return run_load(con, landed, workspace.settings, load_id, spool, progress, again=again, moved=moved)


def _identity(path: Path) -> tuple[str, str]:
    """The workspace name that is part of every stored id, and the shape of the stored tables."""
    con = open_reader(path)
    try:
        rows = con.execute("SELECT key, value FROM meta").fetchall()
    finally:
        con.close()
    told = dict(rows)
    return told.get("name", ""), told.get("schema_hash", "")


def _published_loads(path: Path) -> tuple[int, ...]:
    if not path.exists():
        return ()
    con = open_reader(path)
    try:
        rows = con.execute("SELECT load_id FROM loads WHERE status = 'ok'").fetchall()
    finally:
        con.close()
    return tuple(load_id for (load_id,) in rows)


def _clear_up(workspace: Workspace, journal: Journal, now: datetime) -> list[str]:
    """Remove what a killed sync left behind, and write down that it was killed; a damaged warehouse is put aside."""
    leftovers(workspace.warehouse_path)
    sweep(workspace.raw_dir)
    notes = []
    try:
        published = _published_loads(workspace.warehouse_path)
    except WarehouseDamaged:
        published = ()
        notes.append(f"the warehouse could not be read and was put aside as {put_aside(workspace.warehouse_path).name}")
    journal.settle(published, now)
    return notes


def _note_failure(journal: Journal, load_id: int, now: datetime, error: BaseException) -> None:
    message = str(error) or type(error).__name__
    try:
        journal.finish(load_id, "failed", now, message)
    except OSError:
        # The disk may be full: the next sync will find a run without an end and call it killed.
        return


def _utc(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now


def _elapsed(clock: float) -> timedelta:
    return timedelta(seconds=round(time.monotonic() - clock))
