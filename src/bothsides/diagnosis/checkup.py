"""What is wrong with a workspace and how to mend it."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import duckdb

from bothsides.agreement import AgreementError
from bothsides.connectors.files import FileRefused, FoundFile, field_names
from bothsides.diagnosis.elasticity import read_judgements
from bothsides.diagnosis.policy import read_policy
from bothsides.ingest import MOST_SET_ASIDE, Mapping, journal_of, load_mappings
from bothsides.ingest.books import LEFT_EMPTY
from bothsides.ingest.held import loadable_now
from bothsides.ingest.landing import find_files
from bothsides.ingest.mapping_file import missing_fields
from bothsides.metrics import read_dictionary
from bothsides.metrics.building import fed_tables
from bothsides.schema import TABLES
from bothsides.warehouse import DuckDB, WarehouseDamaged, open_reader
from bothsides.workspace import Workspace

STALE_AFTER = timedelta(days=8)
"""A weekly meeting should not look at data older than its last week."""

MUCH_QUARANTINE = 0.01
"""Share of records in quarantine from which totals should not be trusted before somebody looked."""


class Severity(StrEnum):
    """BROKEN stops the work, DOUBTFUL may make numbers wrong, NOTE is good to know."""

    BROKEN = "broken"
    DOUBTFUL = "doubtful"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing wrong: what, and how to mend it."""

    severity: Severity
    what: str
    mend: str


def checkup(workspace: Workspace, *, now: datetime) -> tuple[Complaint, ...]:
    """Everything wrong with the workspace, worst first. An empty answer means nothing was found."""
    complaints = [*_mappings(workspace), *_agreement(workspace), *_warehouse(workspace, now)]
    order = list(Severity)
    return tuple(sorted(complaints, key=lambda c: order.index(c.severity)))


def _mappings(workspace: Workspace) -> Iterator[Complaint]:
    folder = workspace.mappings_dir
    for draft in sorted(folder.glob("*.todo")):
        yield Complaint(
            severity=Severity.BROKEN,
            what=f"{draft.name} is an unfinished draft, so its files are not loaded",
            mend=f"answer what is marked TODO in {draft}, then rename it to {draft.name.removesuffix('.todo')}",
        )
    try:
        mappings = load_mappings(folder)
    except AgreementError as error:
        yield Complaint(severity=Severity.BROKEN, what=str(error), mend=f"correct the files in {folder}")
        return
    if not mappings:
        yield Complaint(
            severity=Severity.BROKEN,
            what=f"{folder} holds no mapping, so there is nothing to load",
            mend="draft one with: bothsides init NEW_FOLDER --from FILES",
        )
    for mapping in mappings:
        yield from _files(workspace, mapping)


def _agreement(workspace: Workspace) -> Iterator[Complaint]:
    for read in (read_dictionary, read_policy, read_judgements):
        try:
            read(workspace.folder)
        except AgreementError as error:
            mend = f"correct the files in {workspace.agreement_dir}; until then no number is given by them"
            yield Complaint(severity=Severity.BROKEN, what=str(error), mend=mend)


def _files(workspace: Workspace, mapping: Mapping) -> Iterator[Complaint]:
    try:
        found = find_files(mapping, workspace.folder)
    except AgreementError as error:
        yield Complaint(
            severity=Severity.BROKEN,
            what=f"source {mapping.source}: {error}",
            mend=f"put the file there, or correct `files` in {mapping.path}",
        )
        return
    if not mapping.reshape:
        yield from _fields(mapping, [file for _, files in found for file in files])


def _fields(mapping: Mapping, files: Sequence[FoundFile]) -> Iterator[Complaint]:
    """Fields that the mapping reads and its files do not have, each once, and files that cannot be read."""
    told: set[tuple[str, str]] = set()
    with tempfile.TemporaryDirectory() as scratch:
        for file in files:
            try:
                present = field_names(file, spool_dir=Path(scratch), hints=mapping.read)
            except FileRefused as error:
                mend = f"export it again, or say under [read] in {mapping.path} how to read it"
                yield Complaint(severity=Severity.BROKEN, what=f"source {mapping.source}: {error}", mend=mend)
                continue
            for problem in missing_fields(mapping, present, file.name):
                if (problem.key, problem.value) not in told:
                    told.add((problem.key, problem.value))
                    mend = f"correct the field's name in {mapping.path}, or leave the column out"
                    yield Complaint(severity=Severity.BROKEN, what=str(problem), mend=mend)


def _warehouse(workspace: Workspace, now: datetime) -> Iterator[Complaint]:
    if not workspace.warehouse_path.exists():
        yield Complaint(
            severity=Severity.BROKEN,
            what="nothing has been loaded yet",
            mend=f"run: bothsides sync {workspace.folder}",
        )
        return
    try:
        con = open_reader(workspace.warehouse_path)
    except WarehouseDamaged as error:
        what, _, mend = str(error).partition("; ")
        yield Complaint(severity=Severity.BROKEN, what=what, mend=mend)
        return
    try:
        yield from _runs(con, workspace, now)
        yield from _quarantine(con)
        yield from _waiting(con, workspace)
        yield from _left_empty(con)
        yield from _elsewhere(con)
        yield from _unfed(con, workspace)
    finally:
        con.close()


def _runs(con: duckdb.DuckDBPyConnection, workspace: Workspace, now: datetime) -> Iterator[Complaint]:
    runs = journal_of(workspace).runs()
    if runs and runs[-1].status in ("failed", "killed"):
        yield Complaint(
            severity=Severity.BROKEN,
            what=f"the last load ({runs[-1].load_id}) {runs[-1].status}: {runs[-1].message or 'no message'}",
            mend="mend what it says and sync again; the load before it is still published",
        )
    row = con.execute("SELECT max(finished_at) FROM loads WHERE status = 'ok'").fetchone()
    if row and row[0] is not None and now.replace(tzinfo=None) - row[0] > STALE_AFTER:
        yield Complaint(
            severity=Severity.DOUBTFUL,
            what=f"the last load was on {row[0]:%Y-%m-%d}",
            mend=f"export again and run: bothsides sync {workspace.folder}",
        )


def _quarantine(con: duckdb.DuckDBPyConnection) -> Iterator[Complaint]:
    rows = con.execute(
        """
        SELECT s.source, sum(s."read"), sum(s.quarantined)
        FROM load_sources s WHERE s.files <> '[]' AND s.load_id = (SELECT max(load_id) FROM loads WHERE status = 'ok')
        GROUP BY s.source HAVING sum(s.quarantined) > 0 ORDER BY s.source
        """
    ).fetchall()
    for source, read, held in rows:
        share = held / read if read else 1.0
        old = ": numbers that read it are missing, or those of an earlier load" if share > MOST_SET_ASIDE else ""
        yield Complaint(
            severity=_severity(share),
            what=f"source {source}: {held:,} of {read:,} records ({share:.1%}) are in quarantine{old}",
            mend=f"look at them with: bothsides quarantine --source {source}",
        )


def _severity(share: float) -> Severity:
    if share > MOST_SET_ASIDE:
        return Severity.BROKEN
    return Severity.DOUBTFUL if share > MUCH_QUARANTINE else Severity.NOTE


def _waiting(con: duckdb.DuckDBPyConnection, workspace: Workspace) -> Iterator[Complaint]:
    for mapping in load_quietly(workspace):
        ready = loadable_now(con, mapping, workspace.settings)
        if ready:
            yield Complaint(
                severity=Severity.DOUBTFUL,
                what=f"source {mapping.source}: {ready:,} records set aside earlier would load now",
                mend="put their files under its `files` again, under any name, and sync",
            )


def _left_empty(con: duckdb.DuckDBPyConnection) -> Iterator[Complaint]:
    row = con.execute("SELECT value FROM meta WHERE key = ?", [LEFT_EMPTY]).fetchone()
    for label, (emptied, total) in sorted(json.loads(row[0] if row else "{}").items()):
        yield Complaint(
            severity=Severity.DOUBTFUL if emptied > MUCH_QUARANTINE * total else Severity.NOTE,
            what=f"{label}: {emptied:,} of {total:,} references lead to no record and were left empty",
            mend="load the records they name; where their source numbers them alike, write the same id_space in both"
            " mappings",
        )


def _elsewhere(con: duckdb.DuckDBPyConnection) -> Iterator[Complaint]:
    rows = con.execute(
        """
        SELECT "source", column_name, min("value"), count(*), split_part(detail, '; in id space ', 2) AS there
        FROM quarantine WHERE reason = 'orphan_reference' AND contains(detail, '; in id space ')
            AND load_id = (SELECT max(load_id) FROM loads WHERE status = 'ok')
        GROUP BY ALL ORDER BY 1, 2
        """
    ).fetchall()
    for source, column, value, records, there in rows:
        space = there.partition(" it exists")[0]
        yield Complaint(
            severity=Severity.DOUBTFUL,
            what=f"source {source}: {records:,} keys in {column} such as {value} are not found, but exist in id space"
            f" {space}",
            mend=f"write id_space = {space.replace(chr(39), chr(34))} in its mapping, for all its keys or for {column}",
        )


def _unfed(con: duckdb.DuckDBPyConnection, workspace: Workspace) -> Iterator[Complaint]:
    fed = fed_tables(DuckDB(con))
    mapped = {table.name for mapping in load_quietly(workspace) for table in mapping.tables}
    for name in sorted(mapped - fed):
        yield Complaint(
            severity=Severity.DOUBTFUL,
            what=f"table {name} is mapped but empty",
            mend=f"check its files with the {TABLES[name].owner}",
        )


def load_quietly(workspace: Workspace) -> tuple[Mapping, ...]:
    """The mappings, none where they cannot be read (that is a complaint of its own)."""
    try:
        return load_mappings(workspace.mappings_dir)
    except AgreementError:
        return ()
