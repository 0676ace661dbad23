"""What a fact is: a relation at one grain with dates, dimensions and, where two parties meet, their columns."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One relation the metrics read, built at publish from the schema's tables.

    `builds` are the statements that make it; `{table}` stands for a schema table's current rows and population
    filters (test orders, internal accounts) stand here, never in a metric. A two-party fact names its by-side
    relation in `parties` and, per column of it, the buyer's and the supplier's column of the total relation.
    """

    name: str
    grain: str
    requires: tuple[str, ...]
    """Tables without which the fact says nothing; a metric over it is then unavailable."""
    relation: str
    dates: dict[str, str]
    """Date columns a metric may be dated by, with the table whose first date says since when they are known."""
    known_by: tuple[str, ...]
    """Tables whose watermark says until when the fact is known; the latest of them holds."""
    dimensions: tuple[str, ...]
    columns: tuple[str, ...]
    parties: str | None = None
    party_columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    account: str | None = "account"
    """The column that identifies the account, for clustered intervals."""
    weight: str | None = None
    money: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that are amounts, with the tables whose rows they are made of."""
    days_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Which dates of those tables a date of its own is the day, the month or a later day of; its namesake elsewhere."""
    histories: tuple[str, ...] = ()
    """Columns that are true only where every order of the account is there, so not in a sample of orders."""
    later: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that go on changing after the row's own date, with the tables whose later rows change them; `*` stands
    for which rows there are, and for all of their columns."""
    monthly: bool = False
    """Whether its dates stand for whole months."""
    builds: tuple[str, ...] = ()
