"""After a sync: the facts of the new warehouse go into the logbook, so that the desk decides on what is known now."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from bothsides.diagnosis import read_policy
from bothsides.ingest.desk import PREFIX
from bothsides.leads.publishing.cells import read_cells
from bothsides.leads.publishing.effects import with_effects
from bothsides.leads.publishing.parties import read_parties, touches_until
from bothsides.leads.quality.stored import market_facts, published_cells
from bothsides.logbook import Snapshot, cells_of, compared, latest, publish
from bothsides.metrics import read_dictionary, read_store
from bothsides.schema.instant import Instant
from bothsides.warehouse import DuckDB, open_reader
from bothsides.workspace import Workspace
from bothsides.workspace.stores import LogbookMissing, open_logbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was handed over with a load."""

    snapshot: Snapshot
    cells: int
    parties: int
    watermarks: Mapping[str, Instant]


def hand_over(workspace: Workspace, *, load_id: int, now: Instant) -> Published | None:
    """Writes the facts of that load into the workspace's logbook; None where it has none. Done twice, it is done once.

    Nothing is read from the warehouse while the logbook is being written. Raises AgreementError where
    `agreement/diagnosis.toml` or `agreement/metrics.toml` holds mistakes.
    """
    try:
        logbook = open_logbook(workspace, os.environ)
    except LogbookMissing:
        return None
    try:
        with logbook.reading() as book:
            before = latest(book)
            known = None if before is None else market_facts(cells_of(book, before.snapshot), before.snapshot)
        number = 1 + (before.snapshot if before else 0)
        con = open_reader(workspace.warehouse_path)
        try:
            facts = read_cells(con, currency=workspace.settings.currency, snapshot=number)
            store = read_store(DuckDB(con), dictionary=read_dictionary(workspace.folder))
            facts = with_effects(store, read_policy(workspace.folder), facts, known)
            parties = list(read_parties(con))
            reached = touches_until(con, own=PREFIX, now=now)
        finally:
            con.close()
        cells = published_cells(facts)
        with logbook.reading() as book:
            changes = compared(book, parties)
        with logbook.writing() as book:
            made = publish(
                book, load_id=load_id, now=now, cells=cells, parties=parties, watermarks=reached, changes=changes
            )
    finally:
        logbook.close()
    return Published(snapshot=made, cells=len(facts.cells), parties=len(parties), watermarks=reached)
