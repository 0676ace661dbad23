"""Loading: land raw, map, standardise, validate, merge as versions; what is not good is kept with its reason."""

from bothsides.ingest.mapping import ColumnMap, DateGrain, Mapping, Mode, TableMap, identity_mapping
from bothsides.ingest.mapping_file import MappingError, load_mapping, load_mappings
from bothsides.ingest.mapping_text import dump_mapping
from bothsides.ingest.quarantine import Quarantined, ReasonCount, quarantine, reason_counts
from bothsides.ingest.report import MOST_SET_ASIDE, ConservationError, SourceReport, SyncRefused, SyncReport
from bothsides.ingest.sync import journal_of, sync

__all__ = [
    "MOST_SET_ASIDE",
    "ColumnMap",
    "ConservationError",
    "DateGrain",
    "Mapping",
    "MappingError",
    "Mode",
    "Quarantined",
    "ReasonCount",
    "SourceReport",
    "SyncRefused",
    "SyncReport",
    "TableMap",
    "dump_mapping",
    "identity_mapping",
    "journal_of",
    "load_mapping",
    "load_mappings",
    "quarantine",
    "reason_counts",
    "sync",
]
