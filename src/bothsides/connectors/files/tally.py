"""Counting while a file is read: lines by what they are, accepted records, records set aside."""

from dataclasses import dataclass, field
from pathlib import Path

from bothsides.connectors.files.table import FileRefused, Layout, LineCount, Reject, TextTable

REJECT_LIMIT = 1_000_000
"""More quarantined records than this, and more than accepted, refuse the file: it is not what it says it is."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the reader has counted so far, in physical lines but for `records`."""

    physical: int = 0
    header: int = 0
    blank: int = 0
    record: int = 0
    quarantined: int = 0
    records: int = 0
    longest: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def accept(self, lines: int, size: int) -> None:
        """Count one accepted record of so many physical lines and bytes."""
        self.physical += lines
        self.record += lines
        self.records += 1
        self.longest = max(self.longest, size)

    def table(self, name: str, columns: tuple[str, ...], path: Path, layout: Layout, line_column: str) -> TextTable:
        """The table of a spool file, from what its reader counted."""
        return TextTable(
            name=name,
            columns=columns,
            records=self.records,
            lines=LineCount(
                physical=self.physical,
                header=self.header,
                blank=self.blank,
                record=self.record,
                quarantined=self.quarantined,
            ),
            rejects=tuple(self.rejects),
            path=path,
            layout=layout,
            line_column=line_column,
            fast=False,
            longest_record_bytes=self.longest,
        )


def set_aside(tally: Tally, file: str, reject: Reject) -> None:
    """Count one quarantined record; far more of them than accepted ones raise `FileRefused`."""
    tally.physical += reject.lines
    tally.quarantined += reject.lines
    tally.rejects.append(reject)
    if len(tally.rejects) > REJECT_LIMIT and len(tally.rejects) > tally.records:
        raise FileRefused(
            file,
            "unreadable",
            f"{len(tally.rejects):,} records were set aside and only {tally.records:,} accepted up to line "
            f"{reject.line:,} (last reason: {reject.reason}); check delimiter, quote and encoding",
            {"quarantined": len(tally.rejects), "accepted": tally.records, "line": reject.line},
        )
