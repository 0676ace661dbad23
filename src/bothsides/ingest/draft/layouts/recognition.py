"""Which of the given files belong to a known layout, and what each layout makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bothsides.ingest.draft.layouts.crm_maven import CRM_MAVEN
from bothsides.ingest.draft.layouts.known import KnownFile, KnownLayout, Roles
from bothsides.ingest.draft.layouts.olist import OLIST
from bothsides.ingest.draft.layouts.online_retail import ONLINE_RETAIL
from bothsides.ingest.draft.layouts.uk_digital_marketplace import UK_DIGITAL_MARKETPLACE
from bothsides.ingest.draft.layouts.x_education import X_EDUCATION
from bothsides.ingest.draft.layouts.zoho import ZOHO
from bothsides.ingest.draft.profile import FileProfile, Shape
from bothsides.ingest.draft.records import SkippedFile, SourceDraft, Unmapped
from bothsides.ingest.draft.wording import unused

LAYOUTS: tuple[KnownLayout, ...] = (UK_DIGITAL_MARKETPLACE, OLIST, CRM_MAVEN, ZOHO, ONLINE_RETAIL, X_EDUCATION)
"""Every layout that is recognised by its columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What known layouts made of the files: sources, files they leave out, settings, and the names of files used."""

    sources: tuple[SourceDraft, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    used: frozenset[str] = frozenset()
    currency: str | None = None
    time_zone: str | None = None
    fiscal_year_start: int | None = None
    notes: tuple[str, ...] = ()


def recognise(profiles: Sequence[FileProfile], layouts: Sequence[KnownLayout] = LAYOUTS) -> Recognised:
    """Every known layout among the files. The settings are those of the first layout found."""
    found = [(layout, roles) for layout in layouts if (roles := _roles(layout, profiles))]
    sources: list[SourceDraft] = []
    skipped: list[SkippedFile] = []
    used: set[str] = set()
    for layout, roles in found:
        built = layout.build(roles)
        sources += [_finished(source, layout, roles) for source in built]
        taken = {file for source in built for file in _inputs(source)}
        for role, files in roles.items():
            for profile in files:
                used.add(profile.name)
                if not taken.intersection(profile.files):
                    skipped.append(SkippedFile(file=profile.name, why=_why_unused(layout, role), fields=profile.header))
    first = found[0][0] if found else None
    return Recognised(
        sources=tuple(sources),
        skipped=tuple(skipped),
        used=frozenset(used),
        currency=first.currency if first else None,
        time_zone=first.time_zone if first else None,
        fiscal_year_start=first.fiscal_year_start if first else None,
        notes=tuple(f"Recognised: {layout.name}." for layout, _ in found),
    )


def _roles(layout: KnownLayout, profiles: Sequence[FileProfile]) -> dict[str, tuple[FileProfile, ...]]:
    roles: dict[str, tuple[FileProfile, ...]] = {}
    for profile in sorted(profiles, key=lambda one: -one.rows):
        known = next((file for file in layout.files if _fits(file, profile)), None)
        if known is not None:
            roles[known.role] = (*roles.get(known.role, ()), profile)
    return roles


def _fits(known: KnownFile, profile: FileProfile) -> bool:
    columns = list(profile.columns)
    while columns and columns[-1].shape is Shape.BLANK and len(columns) > len(known.header):
        columns.pop()
    return tuple(column.name for column in columns) == known.header and known.where in profile.files[0]


def _inputs(source: SourceDraft) -> tuple[str, ...]:
    inside = tuple(file for _, files in source.reshape.inputs for file in files) if source.reshape else ()
    return (*source.files, *inside)


def _first(source: SourceDraft) -> tuple[str, ...]:
    """The files that give the source its records; other inputs are joined to them."""
    return source.reshape.inputs[0][1] if source.reshape else source.files


def _why_unused(layout: KnownLayout, role: str) -> str:
    known = next(file for file in layout.files if file.role == role)
    return known.unused or "a part of another file of the same columns, or nothing without the other files of the set"


def _finished(source: SourceDraft, layout: KnownLayout, roles: Roles) -> SourceDraft:
    """The source with its number of rows, examples, and every field that feeds nothing."""
    inputs = _inputs(source)
    profiles = [profile for files in roles.values() for profile in files if set(profile.files) & set(inputs)]
    profiles.sort(key=lambda profile: inputs.index(profile.files[0]))
    fields = {column.name: column for profile in profiles for column in profile.columns}
    tables = tuple(
        replace(
            table,
            columns=tuple(
                replace(column, examples=fields[column.fields[0]].examples)
                if column.fields and column.fields[0] in fields and not column.words
                else column
                for column in table.columns
            ),
        )
        for table in source.tables
    )
    read = {field for table in tables for field in table.used_fields} | _named_in(source)
    told = {one.field for one in source.unmapped}
    rest = tuple(
        Unmapped(field=name, why=unused(field, None))
        for name, field in fields.items()
        if name not in read and name not in told
    )
    return replace(
        source,
        tables=tables,
        rows=sum(profile.rows for profile in profiles if profile.files[0] in _first(source)),
        unmapped=(*source.unmapped, *rest),
        layout=layout.name,
    )


def _named_in(source: SourceDraft) -> set[str]:
    """Fields that only the reshape reads."""
    if source.reshape is None:
        return set()
    sql = source.reshape.sql
    for mark in "(),.;\n\"'":
        sql = sql.replace(mark, " ")
    return set(sql.split())
