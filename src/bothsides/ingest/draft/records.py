"""A drafted mapping as records: which source field feeds which column, how sure that is and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LIKELY = "likely: "
"""How the reason of a currency starts that was read off most of the orders."""
TODO_RATES = "TODO exchange rates: "
"""How the note starts that asks for a file of rates."""


class Sure(StrEnum):
    """How far a person can trust one line of a draft without looking at the file."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDraft:
    """One schema column and what feeds it: source fields, or a constant `value`.

    `words` translates source words (others pass through, or become `other`); `formats` are the strptime formats of its
    dates (none: ISO 8601); `id_space` and `side` say where a reference points when that is not the source's own space.
    """

    column: str
    fields: tuple[str, ...] = ()
    value: str | None = None
    words: tuple[tuple[str, str], ...] = ()
    other: str | None = None
    formats: tuple[str, ...] = ()
    scale: str | None = None
    id_space: str | None = None
    side: str | None = None
    orphans: str | None = None
    sure: Sure = Sure.SURE
    reason: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingColumn:
    """A required column of the schema that no field of the file feeds, and what to do about it."""

    table: str
    column: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person should answer before a sync, although the mapping can be loaded without it."""

    table: str
    column: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """For a file that fits no table: its fields with what they hold, and the table it is nearest to."""

    table: str
    files: tuple[str, ...]
    rows: int
    fields: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Field, what it holds in words, examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A source field that feeds nothing, and why."""

    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraft:
    """The rows of one schema table found in a source; `entities` are found inside records that another table counts."""

    name: str
    key: tuple[str, ...]
    columns: tuple[ColumnDraft, ...]
    entities: bool = False
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    id_space: str | None = None
    note: str = ""
    key_sure: Sure = Sure.SURE
    key_reason: str = ""
    """Why the key names a row; blank where a known layout or a note says it."""
    key_examples: tuple[str, ...] = ()

    def column(self, name: str) -> ColumnDraft | None:
        """The draft of that column, None when nothing feeds it."""
        return next((column for column in self.columns if column.column == name), None)

    @property
    def used_fields(self) -> frozenset[str]:
        """Every source field that the key, a column or a condition reads."""
        read = {field for column in self.columns for field in column.fields}
        return frozenset(read | set(self.key) | {field for field, _ in self.where})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshape:
    """Text-to-text SQL beside the mapping: its file name, the SQL and the files behind each view it reads."""

    name: str
    sql: str
    inputs: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """The draft of one `mapping/<source>.toml`."""

    source: str
    files: tuple[str, ...]
    tables: tuple[TableDraft, ...]
    rows: int = 0
    id_space: str | None = None
    mode: str = "snapshot"
    currency: str | None = None
    time_zone: str | None = None
    date_grain: str = "day"
    null_words: tuple[str, ...] = ()
    null_word_hints: tuple[tuple[str, str, int], ...] = ()
    """Words that look like 'nothing': field, word, how often. Proposed in a comment, never applied."""
    decimal: str = "."
    sample: bool = False
    read: tuple[tuple[str, str], ...] = ()
    reshape: Reshape | None = None
    missing: tuple[MissingColumn, ...] = ()
    questions: tuple[Question, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    notes: tuple[str, ...] = ()
    layout: str | None = None
    """The name of the recognised public or generic layout."""

    @property
    def complete(self) -> bool:
        """Whether every required column has a source, so that a sync can load it."""
        return not self.missing

    def columns(self) -> Iterator[tuple[TableDraft, ColumnDraft]]:
        """Every drafted column with its table."""
        return ((table, column) for table in self.tables for column in table.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file that fits no table of the market, with why and the fields it has."""

    file: str
    why: str
    fields: tuple[str, ...]
    nearest: Nearest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A whole drafted workspace. `currency` None must be answered by the person before a sync."""

    sources: tuple[SourceDraft, ...]
    skipped: tuple[SkippedFile, ...] = ()
    name: str | None = None
    currency: str | None = None
    currency_reason: str = ""
    time_zone: str = "UTC"
    fiscal_year_start: int = 1
    notes: tuple[str, ...] = ()
