"""Files as received become all-text tables that DuckDB can scan, and every physical line is accounted for.

`locate` finds files (paths, globs, members of archives), `read` turns one into a `TextTable`, `scan` hands it to
DuckDB, `verify` confirms that nothing was lost on the way.
"""

from bothsides.connectors.files.locate import FileMissing, FoundFile, locate
from bothsides.connectors.files.reading import field_names, read, sniff
from bothsides.connectors.files.scanning import line_numbers, scan
from bothsides.connectors.files.table import (
    CountsDisagree,
    FileRefused,
    Layout,
    LineCount,
    ReadHints,
    Reject,
    TextTable,
    verify,
)

__all__ = [
    "CountsDisagree",
    "FileMissing",
    "FileRefused",
    "FoundFile",
    "Layout",
    "LineCount",
    "ReadHints",
    "Reject",
    "TextTable",
    "field_names",
    "line_numbers",
    "locate",
    "read",
    "scan",
    "sniff",
    "verify",
]
