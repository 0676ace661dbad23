"""What a known layout consists of, and short ways to write down a mapping that is not in doubt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bothsides.ingest.draft.profile import FileProfile
from bothsides.ingest.draft.records import ColumnDraft, SourceDraft, Sure, TableDraft

Roles = Mapping[str, tuple[FileProfile, ...]]
"""The files found for each role of a layout, the longest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """One kind of file of a layout: its role and exact header (blank columns at the end do not count).

    `where` is a part of the path that tells two files of one header apart; `unused` says why a file is not loaded.
    """

    role: str
    header: tuple[str, ...]
    where: str = ""
    unused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLayout:
    """A family of files with its settings; `build` drafts the sources that the roles found can feed."""

    name: str
    files: tuple[KnownFile, ...]
    build: Callable[[Roles], tuple[SourceDraft, ...]]
    currency: str
    time_zone: str = "UTC"
    fiscal_year_start: int = 1


def files(roles: Roles, role: str) -> tuple[str, ...]:
    """Every file of a role, as the mapping will name them."""
    return tuple(file for profile in roles[role] for file in profile.files)


def header(text: str) -> tuple[str, ...]:
    """A header written with commas.

    >>> header("ID,Name")
    ('ID', 'Name')
    """
    return tuple(text.split(","))


def fed(column: str, field: str | tuple[str, ...], why: str = "", **options: object) -> ColumnDraft:
    """A column fed by a field (or fields) of a known export."""
    fields = (field,) if isinstance(field, str) else field
    return ColumnDraft(column=column, fields=fields, reason=why, **options)  # type: ignore[arg-type]


def always(column: str, value: str, why: str = "", sure: Sure = Sure.SURE) -> ColumnDraft:
    """A column with the same value in every row."""
    return ColumnDraft(column=column, value=value, reason=why, sure=sure)


def accounts(side: str, field: str, *traits: ColumnDraft, optional: bool = False, note: str = "") -> TableDraft:
    """Accounts of one side found inside the records by the field that names them."""
    return TableDraft(
        name="accounts",
        entities=True,
        where=((field, ("*",)),) if optional else (),
        key=(field,),
        columns=(always("side", side), *traits),
        note=note,
    )
