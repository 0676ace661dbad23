"""What a sync did, for people and scripts: every record and every line accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal


class ConservationError(AssertionError):
    """Records or lines do not add up. This is a bug in Bothsides, never a fault of the data; nothing is published."""


class SyncRefused(ValueError):  # noqa: N818 - reads as the fact
    """The sync stopped before anything was published; each problem says the file, the figures and what to do."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


MOST_SET_ASIDE = 0.5
"""Share of a source's records in quarantine above which its mapping is wrong rather than the records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One table of one source in one load.

    Counts are records; for rows found inside other records `files` is empty and the lines are 0. `rounding_difference`
    is the source's amounts minus the booked ones, in major units, over all money columns.
    """

    source: str
    table: str
    mode: str
    read: int
    new: int
    changed: int
    unchanged: int
    quarantined: int
    deleted: int
    files: tuple[dict[str, object], ...] = ()
    physical_lines: int = 0
    header_lines: int = 0
    blank_lines: int = 0
    record_lines: int = 0
    quarantined_lines: int = 0
    rounding_difference: Decimal = Decimal(0)
    sample: bool = False
    reasons: dict[str, int] = field(default_factory=dict)
    """Why records were quarantined, with how many of each."""

    def __post_init__(self) -> None:
        accounted = self.new + self.changed + self.unchanged + self.quarantined
        if accounted != self.read:
            raise ConservationError(
                f"{self.source}.{self.table}: {self.read} records read, but new {self.new} + changed {self.changed} + "
                f"unchanged {self.unchanged} + quarantined {self.quarantined} = {accounted}"
            )
        lines = self.header_lines + self.blank_lines + self.record_lines + self.quarantined_lines
        if lines != self.physical_lines:
            raise ConservationError(
                f"{self.source}.{self.table}: {self.physical_lines} physical lines, but header {self.header_lines} + "
                f"blank {self.blank_lines} + records {self.record_lines} + quarantined "
                f"{self.quarantined_lines} = {lines}"
            )

    @property
    def is_mostly_set_aside(self) -> bool:
        """Whether more of the source's records were set aside than loaded."""
        return bool(self.files) and self.quarantined > MOST_SET_ASIDE * self.read


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """One sync that was published."""

    load_id: int
    sources: tuple[SourceReport, ...]
    notes: tuple[str, ...]

    @property
    def read(self) -> int:
        """Records read, without rows found inside other records."""
        return sum(item.read for item in self.sources if item.files)

    @property
    def quarantined(self) -> int:
        """Records quarantined, without rows found inside other records."""
        return sum(item.quarantined for item in self.sources if item.files)
