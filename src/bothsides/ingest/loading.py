"""One load: landed files to typed rows, checked against each other, merged as versions, with the books kept."""

import dataclasses
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Values
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from bothsides.connectors.files import CountsDisagree, FileRefused, TextTable
from bothsides.ingest import books
from bothsides.ingest.arrivals import arrivals
from bothsides.ingest.casting import Ground
from bothsides.ingest.desk import sources_beside
from bothsides.ingest.drift import drift
from bothsides.ingest.held import gone_parents, loadable_now
from bothsides.ingest.known_files import by_file, recognise
from bothsides.ingest.landing import Landed, LandedFile
from bothsides.ingest.literals import literal
from bothsides.ingest.mapping import Mapping
from bothsides.ingest.mapping_file import MappingError, missing_fields
from bothsides.ingest.other_spaces import tell_other_spaces
from bothsides.ingest.outdated import leave_outdated
from bothsides.ingest.quarantine import write_bad_rows, write_rejects
from bothsides.ingest.reading import FileCount, Text, file_count, file_text, opened, read_file
from bothsides.ingest.references import check_references, mark_duplicate_keys, mark_missing_rates
from bothsides.ingest.report import SourceReport, SyncRefused
from bothsides.ingest.reshape import reshape_sql, reshaped
from bothsides.ingest.staged import Staged, drop, open_bad
from bothsides.ingest.staging import (
    FILE,
    PROBLEM,
    WEIGHT,
    Stage,
    entity_relation,
    number_repeats,
    plan_stage,
    stage_rows,
)
from bothsides.ingest.versions import Merged, claim, delete_absent, merge, retire, stored_rows
from bothsides.warehouse import quoted, stored_tables
from bothsides.workspace import Settings

BLANK_SHARE = 0.9
"""A file with a larger share of blank rows is refused."""
BLANK_KEY_SHARE = 0.5
"""A file with a larger share of records without a key is refused."""
MUCH_DELETED = 0.5
"""A snapshot that deletes a larger share of the stored rows is told in the report."""

NOT_MOVED: Values[str, tuple[str, str]] = MappingProxyType({})
"""No source has changed its id space."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one load did."""

    sources: tuple[SourceReport, ...]
    notes: tuple[str, ...]
    emptied: Values[str, tuple[int, int]]
    """References left empty because what they name is missing, and of how many, by source and column."""


def run_load(
    con: duckdb.DuckDBPyConnection,
    landed: Sequence[Landed],
    settings: Settings,
    load_id: int,
    spool: Path,
    progress: Progress,
    *,
    again: bool = False,
    moved: Values[str, tuple[str, str]] = NOT_MOVED,
) -> Loaded:
    """Load every source into the open build. Raises SyncRefused with all files that were refused.

    `again`: the load was published before and is read again, so that an empty snapshot is not questioned.
    `moved`: the id spaces before and now of sources whose mapping changed it.
    """
    staged: list[Staged] = []
    problems: list[str] = []
    for item in landed:
        progress(f"reading {item.mapping.source}")
        try:
            staged.append(stage_source(con, item, settings, spool))
            if not again:
                _refuse_empty(con, staged[-1])
        except (FileRefused, MappingError) as error:
            problems.append(str(error))
    if problems:
        raise SyncRefused(problems)
    notes = retire(con, [*(source.mapping.source for source in staged), *sources_beside(landed)], load_id)
    for source in staged:
        fields = tuple(dict.fromkeys(name for text in source.texts for name in text.fields))
        notes += source.notes
        notes += [f"{source.mapping.source}: {change}" for change in drift(con, source.mapping.source, fields)]
    progress("checking references")
    notes += _leave_outdated(con, staged)
    for stage in (stage for source in staged for stage in source.stages):
        mark_duplicate_keys(con, stage)
    mark_missing_rates(con, staged, settings.currency)
    fed = frozenset(stage.table.name for source in staged for stage in source.stages)
    emptied = check_references(con, staged, fed)
    notes += [
        f"{label}: {count} references to missing records were left empty" for label, (count, _) in emptied.items()
    ]
    progress("merging versions")
    reports = _merge_all(con, staged, load_id, notes, moved)
    notes += gone_parents(con, load_id)
    for source in staged:
        ready = loadable_now(con, source.mapping, settings)
        if ready:
            notes.append(
                f"{source.mapping.source}: {ready:,} records set aside earlier would load now, what they refer to is "
                "there; send their files again"
            )
    for source in staged:
        write_bad_rows(con, load_id, source)
        for count in source.counts:
            write_rejects(con, load_id, source, count)
        books.write_watermarks(con, source)
        drop(con, source)
    for source in staged:
        notes += tell_other_spaces(con, load_id, source.mapping, staged, settings)
    reports = [books.with_reasons(con, load_id, report) for report in reports]
    books.write_books(con, load_id, reports)
    return Loaded(sources=tuple(reports), notes=tuple(notes), emptied=emptied)


def stage_source(con: duckdb.DuckDBPyConnection, landed: Landed, settings: Settings, spool: Path) -> Staged:
    """Read and type one source. Raises FileRefused, or MappingError for fields that its files do not have."""
    mapping = landed.mapping
    ground = Ground.of(mapping, settings)
    main = plan_stage(f"{mapping.source} records", mapping.main, ground, by_file=by_file(landed))
    recognised = recognise(con, landed)
    kept = tuple(dict.fromkeys(name for item in mapping.entities for name in item.fields))
    came = arrivals(con, landed)
    texts: list[Text] = []
    counts: list[FileCount] = []
    if mapping.reshape:
        text, counts = reshaped(con, landed, spool, *reshape_sql(landed))
        _check_fields(con, mapping, text.fields, text.name)
        _stage_table(con, main, text, kept)
        texts.append(text)
        _refuse_blank(con, main, texts, text.name, 0, text.records)
    else:
        files = recognised.files
        if came:
            # The last word of a company found in the records should be that of the file that came last.
            files = tuple(sorted(files, key=lambda file: came[file.name, file.sha256].load))
        for file in files:
            known_as = recognised.names.get(file.name, "")
            table = read_file(file, landed, spool)
            _check_fields(con, mapping, table.columns, file.name)
            table = _stage_file(con, main, landed, file, table, kept, spool, known_as=known_as)
            texts.append(file_text(file, table))
            counts.append(dataclasses.replace(file_count(file, table), known_as=known_as))
            lines = table.lines
            _refuse_blank(con, main, texts, file.name, lines.blank, lines.physical - lines.header)
    if not main.item.key:
        number_repeats(con, main)
    entities = []
    for position, item in enumerate(mapping.entities, start=1):
        stage = plan_stage(f"{mapping.source} found {position}", item, ground)
        stage_rows(con, stage, entity_relation(main, item, mapping.null_words), item.fields)
        entities.append(stage)
    staged = Staged(
        landed=landed,
        main=main,
        entities=tuple(entities),
        texts=tuple(texts),
        counts=tuple(counts),
        notes=recognised.notes,
        arrivals=tuple(came[count.file.name, count.file.sha256] for count in counts) if came else (),
    )
    for stage in staged.stages:
        open_bad(con, stage)
    return staged


def _leave_outdated(con: duckdb.DuckDBPyConnection, staged: Sequence[Staged]) -> list[str]:
    left = {source.mapping.source: leave_outdated(con, source) for source in staged}
    return [
        f"{name}: {count:,} records of earlier files were left out, files that came later hold other content under "
        "their keys"
        for name, count in left.items()
        if count
    ]


def _check_fields(con: duckdb.DuckDBPyConnection, mapping: Mapping, present: Sequence[str], where: str) -> None:
    problems = missing_fields(mapping, present, where)
    if problems:
        changes = drift(con, mapping.source, present)
        raise MappingError(
            [dataclasses.replace(one, allowed=one.allowed + "; ".join(("", *changes))) for one in problems]
        )


def _stage_file(
    con: duckdb.DuckDBPyConnection,
    main: Stage,
    landed: Landed,
    file: LandedFile,
    table: TextTable,
    kept: Sequence[str],
    spool: Path,
    *,
    known_as: str,
) -> TextTable:
    """Stage one file; where the fast way loses rows or meets damage, read it again the careful way."""
    try:
        _stage_table(con, main, file_text(file, table), kept, known_as=known_as)
    except (CountsDisagree, duckdb.Error) as error:
        if not table.fast or isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
            raise
        table = read_file(file, landed, spool, careful=True)
        _stage_table(con, main, file_text(file, table), kept, known_as=known_as)
    return table


def _stage_table(
    con: duckdb.DuckDBPyConnection, main: Stage, text: Text, kept: Sequence[str], *, known_as: str = ""
) -> None:
    """Stage one text relation; `known_as`: the file's name that is part of what its records are."""
    con.begin()
    try:
        with opened(con, text) as relation:
            if known_as:
                named = f"(SELECT *, {literal(known_as)} AS {quoted(FILE)} FROM {relation})"
                rows = stage_rows(con, main, named, text.fields, kept)
            else:
                rows = stage_rows(con, main, relation, text.fields, kept)
        if text.table is not None and rows != text.records:
            raise CountsDisagree(text.table, rows)
    except BaseException:
        con.rollback()
        raise
    con.commit()


def _refuse_blank(
    con: duckdb.DuckDBPyConnection, main: Stage, texts: Sequence[Text], name: str, blank_lines: int, rows: int
) -> None:
    """Refuse a file that is almost empty, or whose records mostly have no key."""
    records = texts[-1].records
    start = sum(text.records for text in texts[:-1])
    blank, keyless = con.execute(
        f"SELECT count(*) FILTER (WHERE {quoted(WEIGHT)} = 0), count(*) FILTER (WHERE {quoted(PROBLEM)} = ?) "
        f"FROM {quoted(main.name)} WHERE rowid >= ? AND rowid < ?",
        [f"{main.table.key}:missing_required", start, start + records],
    ).fetchall()[0]
    empty = blank_lines + blank
    if rows and empty > BLANK_SHARE * rows:
        raise FileRefused(
            name,
            "mostly_blank",
            f"{empty:,} of {rows:,} rows are blank ({empty / rows:.0%}); was it exported with an empty range?",
            {"blank": empty, "rows": rows},
        )
    if records and keyless > BLANK_KEY_SHARE * records:
        raise FileRefused(
            name,
            "mostly_blank_keys",
            f"{keyless:,} of {records:,} records ({keyless / records:.0%}) have nothing in the key "
            f"{', '.join(main.item.key)}; choose another key in the mapping, or [] if records have none",
            {"blank_keys": keyless, "records": records},
        )


def _refuse_empty(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Refuse a snapshot without records where the source has rows, unless the mapping expects it."""
    if not staged.is_whole or staged.records or staged.mapping.allow_empty:
        return
    stored = sum(stored_rows(con, staged.mapping.source, name) for name in sorted(stored_tables(con)))
    if stored:
        raise FileRefused(
            ", ".join(text.name for text in staged.texts),
            "empty_snapshot",
            f"no records, where source {staged.mapping.source} has {stored:,} rows stored: all of them would be "
            "deleted. Export again; if everything was deleted indeed, write allow_empty = true in the mapping",
            {"records": 0, "stored": stored},
        )


def _much_deleted(source: str, name: str, gone: int, before: int, moved: Values[str, tuple[str, str]]) -> str:
    closed = f"{source}: {gone:,} of {before:,} rows of {name} ({gone / before:.0%})"
    if source not in moved:
        return f"{closed} are no longer in its files and were closed; is the export complete?"
    old, new = moved[source]
    return (
        f"{closed} were closed because its id space changed from {old!r} to {new!r}: the same keys are other records "
        "now, and were loaded as new ones; sources that refer to them need the same id_space"
    )


def _merge_all(
    con: duckdb.DuckDBPyConnection,
    staged: Sequence[Staged],
    load_id: int,
    notes: list[str],
    moved: Values[str, tuple[str, str]],
) -> list[SourceReport]:
    """Deletions of all sources first, then records, then rows found inside records."""
    deleted: dict[tuple[str, str], int] = {}
    for item in staged:
        for name in dict.fromkeys(stage.table.name for stage in item.stages):
            stages = [stage for stage in item.stages if stage.table.name == name]
            before = stored_rows(con, item.mapping.source, name) if item.is_whole else 0
            gone = delete_absent(con, item, stages, load_id)
            if gone > MUCH_DELETED * before:
                notes.append(_much_deleted(item.mapping.source, name, gone, before, moved))
            deleted[item.mapping.source, name] = gone
    keepers: dict[str, set[str]] = {}
    for item in staged:
        keepers.setdefault(item.main.table.name, set()).add(item.mapping.source)
    results: dict[str, Merged] = {}
    pairs = [(item, item.main) for item in staged] + [(item, stage) for item in staged for stage in item.entities]
    for item, stage in pairs:
        elsewhere = claim(con, item, stage, frozenset(keepers.get(stage.table.name, ())), load_id)
        results[stage.name] = merge(con, item, stage, load_id)
        if elsewhere and stage.table.name != "accounts":
            notes.append(
                f"{item.mapping.source}: {elsewhere} rows of {stage.table.name} have a key that is fed already, "
                "they were left out; give the table its own id_space if they are other records"
            )
    reports = []
    for item in staged:
        for stage in item.stages:
            gone = deleted.pop((item.mapping.source, stage.table.name), 0)
            reports.append(books.count(con, item, stage, results[stage.name], gone))
    return reports
