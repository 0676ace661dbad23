"""The warehouse file of a workspace: one writer publishes by rename, readers are never blocked."""

from bothsides.warehouse.ddl import (
    BOOKS,
    DUCKDB_TYPES,
    SYSTEM_COLUMNS,
    column_types,
    create_books,
    quoted,
    schema_hash,
    stored_tables,
)
from bothsides.warehouse.engine import Capabilities, Columns, DuckDB, Engine, Parameters, Row
from bothsides.warehouse.journal import Journal, Run
from bothsides.warehouse.lock import Lock, SyncRunning
from bothsides.warehouse.store import (
    DiskFull,
    WarehouseDamaged,
    WarehouseMissing,
    build,
    fsync_directory,
    full_disk_told,
    leftovers,
    open_reader,
    put_aside,
    spool_dir,
)
from bothsides.warehouse.versions import as_known_on, current, version_filter

__all__ = [
    "BOOKS",
    "DUCKDB_TYPES",
    "SYSTEM_COLUMNS",
    "Capabilities",
    "Columns",
    "DiskFull",
    "DuckDB",
    "Engine",
    "Journal",
    "Lock",
    "Parameters",
    "Row",
    "Run",
    "SyncRunning",
    "WarehouseDamaged",
    "WarehouseMissing",
    "as_known_on",
    "build",
    "column_types",
    "create_books",
    "current",
    "fsync_directory",
    "full_disk_told",
    "leftovers",
    "open_reader",
    "put_aside",
    "quoted",
    "schema_hash",
    "spool_dir",
    "stored_tables",
    "version_filter",
]
