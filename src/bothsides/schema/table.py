"""A table of the market, declared once; DDL, validation, docs, mapping and simulator read it from here."""

from dataclasses import dataclass

from bothsides.schema.column import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A named set of columns at one grain. The first column is the key."""

    name: str
    grain: str
    meaning: str
    columns: tuple[Column, ...]
    owner: str
    """Whom to ask for this data when it is missing."""
    event_time: str | None = None
    """The DATE column up to which the table is known (its watermark)."""

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError with the names there are."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name!r}: {', '.join(self.column_names)}")

    @property
    def key(self) -> str:
        """The key column's name."""
        return self.columns[0].name

    @property
    def column_names(self) -> tuple[str, ...]:
        """The declared names, without the business dates beside timestamps."""
        return tuple(column.name for column in self.columns)

    @property
    def stored_names(self) -> tuple[str, ...]:
        """Every stored data column in order: the declared ones, each timestamp followed by its business date."""
        names: list[str] = []
        for column in self.columns:
            names.append(column.name)
            if column.business_date:
                names.append(column.business_date)
        return tuple(names)

    @property
    def has_money(self) -> bool:
        """Whether any column is an amount of money."""
        return any(column.kind is Kind.MONEY for column in self.columns)
