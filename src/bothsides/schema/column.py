"""A column of the market's tables: its kind, unit, key, reference, allowed values and meaning."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from bothsides.schema.side import Side


class Kind(StrEnum):
    """How a column's text is typed at load."""

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    MONEY = "money"
    CURRENCY = "currency"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `references` names the table an ID points to, `side` which side of `accounts` it must be on.

    A TIMESTAMP is stored in UTC without zone; `business_date` names the DATE column that holds its local
    business date, computed once at load. MONEY is int64 minor units of the row's `currency` column.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    references: str | None = None
    side: Side | None = None
    allowed: tuple[str, ...] = ()
    business_date: str | None = None
    default: str | None = None
    """Text taken when the mapping does not name the column (or, for a currency, when the field is blank)."""
    minimum: float | None = None
    at_most: str | None = None
    """The column of the same row that it may not exceed."""


def key(name: str, meaning: str) -> Column:
    """The table's own identity: a 128-bit hash of workspace, id space and the source's key."""
    return Column(name=name, kind=Kind.ID, meaning=meaning, required=True)


def ref(name: str, table: str, meaning: str, *, side: Side | None = None, required: bool = False) -> Column:
    """A reference to another table's key."""
    return Column(name=name, kind=Kind.ID, meaning=meaning, references=table, side=side, required=required)


def text(name: str, meaning: str, *, required: bool = False) -> Column:
    """Free text or an open-ended label such as a category."""
    return Column(name=name, kind=Kind.TEXT, meaning=meaning, required=required)


def choice(
    name: str,
    values: type[Enum] | tuple[str, ...],
    meaning: str,
    *,
    required: bool = False,
    default: str | None = None,
) -> Column:
    """A label from a closed list."""
    allowed = values if isinstance(values, tuple) else tuple(str(member.value) for member in values)
    return Column(name=name, kind=Kind.CHOICE, meaning=meaning, allowed=allowed, required=required, default=default)


def money(name: str, meaning: str, *, required: bool = False) -> Column:
    """An amount in minor units of the row's currency."""
    return Column(name=name, kind=Kind.MONEY, meaning=meaning, required=required)


def currency() -> Column:
    """The ISO 4217 code of the row's amounts; the mapping's currency where the field is blank."""
    return Column(name="currency", kind=Kind.CURRENCY, meaning="ISO 4217 code of the row's amounts", required=True)


def integer(name: str, meaning: str, *, minimum: float | None = None) -> Column:
    """A whole number."""
    return Column(name=name, kind=Kind.INTEGER, meaning=meaning, minimum=minimum)


def number(
    name: str, meaning: str, *, minimum: float | None = None, at_most: str | None = None, default: str | None = None
) -> Column:
    """A real number; `at_most` names the column that it may not exceed."""
    return Column(name=name, kind=Kind.NUMBER, meaning=meaning, minimum=minimum, at_most=at_most, default=default)


def boolean(name: str, meaning: str, *, default: str | None = None) -> Column:
    """True or false."""
    return Column(name=name, kind=Kind.BOOLEAN, meaning=meaning, default=default)


def moment(name: str, meaning: str, *, required: bool = False) -> Column:
    """A UTC timestamp `x_at` with its local business date `x_on` beside it."""
    if not name.endswith("_at"):
        raise ValueError(f"moment {name!r} must end in _at, so that its business date can end in _on")
    return Column(
        name=name,
        kind=Kind.TIMESTAMP,
        meaning=meaning,
        required=required,
        business_date=name.removesuffix("_at") + "_on",
    )


def day(name: str, meaning: str, *, required: bool = False) -> Column:
    """A calendar date."""
    return Column(name=name, kind=Kind.DATE, meaning=meaning, required=required)
