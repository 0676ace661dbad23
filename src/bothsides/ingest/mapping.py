"""What a mapping says: which fields of which files are which columns of the market's tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

from bothsides.connectors.files import ReadHints
from bothsides.schema import Table, table

NULL_WORDS = ("", "null", "NULL", "n/a", "N/A", "NaN", "None")
"""Words that mean "nothing is known" unless the mapping says otherwise."""

ANY_VALUE = "*"
"""In `where`: any value, as long as there is one."""


STORED_IDS = "ids of the warehouse"
"""The id space of references that hold an id as the warehouse stores it, rather than a source's key."""


class Mode(StrEnum):
    """What the files of a source hold: everything, what changed since, or what came since."""

    SNAPSHOT = "snapshot"
    INCREMENTAL = "incremental"
    APPEND = "append"


class DateGrain(StrEnum):
    """Whether a date stands for a day or for its whole month."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Where one column's text comes from: the field(s), or a constant `value`, translated by `words`.

    `shift` moves the decimal point (cents to major units: -2). `orphans` = "keep" empties a reference to a record that
    does not exist, instead of quarantining the row.
    """

    column: str
    fields: tuple[str, ...] = ()
    value: str | None = None
    words: tuple[tuple[str, str], ...] = ()
    other: str | None = None
    shift: int = 0
    formats: tuple[str, ...] = ()
    id_space: str | None = None
    side: Literal["buyer", "supplier", "any"] | None = None
    orphans: Literal["quarantine", "keep"] = "quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMap:
    """One table fed by the source. `entities`: rows found inside the records, one per key, the last value wins.

    No `key` means that a row is known by its content (and by its ordinal among equal ones). `where` keeps the records
    whose field equals one of the words, or is not empty ("*").
    """

    name: str
    columns: tuple[ColumnMap, ...]
    key: tuple[str, ...] = ()
    entities: bool = False
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    side: Literal["buyer", "supplier", "any"] | None = None
    id_space: str | None = None

    @property
    def table(self) -> Table:
        """The schema table."""
        return table(self.name)

    def column(self, name: str) -> ColumnMap | None:
        """How that column is fed; None when it is not."""
        return next((item for item in self.columns if item.column == name), None)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every source field the table reads, once each."""
        found = [*self.key, *(name for name, _ in self.where)]
        for item in self.columns:
            found.extend(item.fields)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One source: its files, how its text is to be read, and the tables it feeds."""

    source: str
    files: tuple[str, ...] = ()
    tables: tuple[TableMap, ...]
    id_space: str = ""
    mode: Mode = Mode.SNAPSHOT
    currency: str | None = None
    time_zone: str | None = None
    date_grain: DateGrain = DateGrain.DAY
    date_formats: tuple[str, ...] = ()
    null_words: tuple[str, ...] = NULL_WORDS
    decimal: Literal[".", ","] = "."
    sample: bool = False
    allow_empty: bool = False
    """Whether a snapshot without records means that everything was deleted, rather than a broken export."""
    side: Literal["buyer", "supplier", "any"] | None = None
    reshape: str | None = None
    inputs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    read: ReadHints = field(default_factory=ReadHints)
    path: Path | None = None
    """The mapping file; None for a mapping made in memory."""

    def __post_init__(self) -> None:
        if not self.id_space:
            object.__setattr__(self, "id_space", self.source)

    @property
    def main(self) -> TableMap:
        """The table that accounts for the records of the source."""
        return next(item for item in self.tables if not item.entities)

    @property
    def entities(self) -> tuple[TableMap, ...]:
        """The tables of rows found inside the records."""
        return tuple(item for item in self.tables if item.entities)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every source field that some table reads, once each."""
        return tuple(dict.fromkeys(name for item in self.tables for name in item.fields))


def identity_mapping(
    fed: Table | str,
    files: Sequence[str],
    *,
    columns: Sequence[str] | None = None,
    source: str | None = None,
    id_space: str = "marketplace",
    mode: Mode = Mode.SNAPSHOT,
    currency: str | None = None,
    time_zone: str | None = None,
    sample: bool = False,
) -> Mapping:
    """The mapping of a file whose fields are named as the schema's columns.

    `columns` are the fields that the file has; None means all of the table's columns. The table's key column is the
    key where the file has it, else rows are known by content.
    """
    target = table(fed) if isinstance(fed, str) else fed
    present = tuple(columns) if columns is not None else target.column_names
    named = tuple(name for name in target.column_names if name in present and name != target.key)
    return Mapping(
        source=source or target.name,
        files=tuple(files),
        id_space=id_space,
        mode=mode,
        currency=currency,
        time_zone=time_zone,
        sample=sample,
        tables=(
            TableMap(
                name=target.name,
                key=(target.key,) if target.key in present else (),
                columns=tuple(ColumnMap(column=name, fields=(name,)) for name in named),
            ),
        ),
    )
