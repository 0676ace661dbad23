"""Drafts a workspace's mapping from files: column names and values together, with how sure it is of each column."""

from bothsides.ingest.draft.drafting import draft
from bothsides.ingest.draft.profile import ColumnProfile, FileProfile, Shape, profile
from bothsides.ingest.draft.records import (
    ColumnDraft,
    Draft,
    MissingColumn,
    Reshape,
    SkippedFile,
    SourceDraft,
    Sure,
    TableDraft,
    Unmapped,
)
from bothsides.ingest.draft.summary import SummaryRow, summary
from bothsides.ingest.draft.write import write_draft

__all__ = [
    "ColumnDraft",
    "ColumnProfile",
    "Draft",
    "FileProfile",
    "MissingColumn",
    "Reshape",
    "Shape",
    "SkippedFile",
    "SourceDraft",
    "SummaryRow",
    "Sure",
    "TableDraft",
    "Unmapped",
    "draft",
    "profile",
    "summary",
    "write_draft",
]
