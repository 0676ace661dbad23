"""Keeping the books of a load: what was read, booked, set aside and why, and how far each table is known."""

import dataclasses
import json
from collections.abc import Mapping as Values
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import duckdb

from bothsides.ingest.amounts import FINE
from bothsides.ingest.casting import difference_name
from bothsides.ingest.mapping import DateGrain
from bothsides.ingest.report import ConservationError, SourceReport
from bothsides.ingest.staged import Staged, bad_count, good_rows
from bothsides.ingest.staging import Stage
from bothsides.ingest.versions import Merged
from bothsides.schema import Kind
from bothsides.schema.period import add_months
from bothsides.warehouse import current, quoted
from bothsides.workspace import Settings


def count(con: duckdb.DuckDBPyConnection, item: Staged, stage: Stage, merged: Merged, deleted: int) -> SourceReport:
    """The report of one stage; raises ConservationError where its records do not add up."""
    mapping, bad = item.mapping, bad_count(con, stage)
    in_stage = con.execute(f"SELECT count(*) FROM {quoted(stage.name)}").fetchall()[0][0]
    report = SourceReport(
        source=mapping.source,
        table=stage.table.name,
        mode=mapping.mode.value,
        read=in_stage,
        new=merged.new,
        changed=merged.changed,
        unchanged=merged.unchanged,
        quarantined=bad,
        deleted=deleted,
        rounding_difference=_rounding_difference(con, stage),
        sample=mapping.sample,
    )
    return _with_files(report, item) if stage is item.main else report


def _with_files(report: SourceReport, item: Staged) -> SourceReport:
    """The report of the table that accounts for the records, with its files and their lines."""
    if report.read != item.records:
        raise ConservationError(f"{report.source}: {item.records} records read, {report.read} staged")
    rejects = sum(len(count.rejects) for count in item.counts)
    texts = {text.name: text.fields for text in item.texts}
    files: tuple[dict[str, object], ...] = tuple(
        {
            "name": count.file.name,
            "sha256": count.file.sha256,
            "bytes": count.file.size,
            "records": count.records,
            "quarantined": len(count.rejects),
            "read_as": count.note,
            **({"known_as": count.known_as} if count.known_as not in ("", count.file.name) else {}),
            "fields": list(item.texts[0].fields if item.mapping.reshape else texts[count.file.name]),
        }
        for count in item.counts
    )
    return dataclasses.replace(
        report,
        read=report.read + rejects,
        quarantined=report.quarantined + rejects,
        files=files,
        physical_lines=sum(count.lines.physical for count in item.counts),
        header_lines=sum(count.lines.header for count in item.counts),
        blank_lines=sum(count.lines.blank for count in item.counts),
        record_lines=sum(count.lines.record for count in item.counts),
        quarantined_lines=sum(count.lines.quarantined for count in item.counts),
    )


def with_reasons(con: duckdb.DuckDBPyConnection, load_id: int, report: SourceReport) -> SourceReport:
    """The report with its quarantine counted from the books, which must agree."""
    rows = con.execute(
        'SELECT reason, count(*) FROM quarantine WHERE load_id = ? AND "source" = ? AND table_name = ? '
        "AND (file IS NOT NULL) = ? GROUP BY reason ORDER BY reason",
        [load_id, report.source, report.table, bool(report.files)],
    ).fetchall()
    reasons = dict(rows)
    if report.files and sum(reasons.values()) != report.quarantined:
        raise ConservationError(
            f"{report.source}.{report.table}: {report.quarantined} records quarantined, "
            f"{sum(reasons.values())} written down"
        )
    return dataclasses.replace(report, reasons=reasons)


def _rounding_difference(con: duckdb.DuckDBPyConnection, stage: Stage) -> Decimal:
    """Source amounts minus booked ones over the good rows, in major units, exact to ten decimals."""
    names = [
        difference_name(column.name)
        for column in stage.table.columns
        if column.kind is Kind.MONEY and column.name in stage.stored
    ]
    if not names:
        return Decimal(0)
    total = " + ".join(f"coalesce(sum(CAST({quoted(name)} AS HUGEINT)), 0)" for name in names)
    units = con.execute(f"SELECT CAST({total} AS VARCHAR) FROM {good_rows(con, stage)}").fetchall()[0][0]
    return Decimal(units).scaleb(-FINE) if units != "0" else Decimal(0)


def write_watermarks(con: duckdb.DuckDBPyConnection, item: Staged) -> None:
    """From which to which business date the source's rows reach."""
    for name in dict.fromkeys(stage.table.name for stage in item.stages):
        table = next(stage.table for stage in item.stages if stage.table.name == name)
        if table.event_time is None:
            continue
        con.execute('DELETE FROM watermarks WHERE table_name = ? AND "source" = ?', [name, item.mapping.source])
        first, last = con.execute(
            f"SELECT min({quoted(table.event_time)}), max({quoted(table.event_time)}) FROM {current(name)} "
            'WHERE "source" = ?',
            [item.mapping.source],
        ).fetchall()[0]
        if last is not None and item.mapping.date_grain is DateGrain.MONTH:
            last = _month_end(last)
        if last is not None:
            con.execute("INSERT INTO watermarks VALUES (?, ?, ?, ?)", [name, item.mapping.source, last, first])


def _month_end(day: date) -> date:
    return date.fromordinal(add_months(day.replace(day=1), 1).toordinal() - 1)


def write_books(con: duckdb.DuckDBPyConnection, load_id: int, reports: Sequence[SourceReport]) -> None:
    """One row of `load_sources` for each report."""
    for item in reports:
        con.execute(
            "INSERT INTO load_sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                load_id,
                item.source,
                item.table,
                item.mode,
                item.read,
                item.new,
                item.changed,
                item.unchanged,
                item.quarantined,
                item.deleted,
                json.dumps(item.files, ensure_ascii=False),
                item.physical_lines,
                item.header_lines,
                item.blank_lines,
                item.record_lines,
                item.quarantined_lines,
                item.rounding_difference,
                item.sample,
            ],
        )


LEFT_EMPTY = "references_left_empty"
"""The key in `meta` of the references that the last load left empty, as JSON: how many, and of how many, by column."""


def close_books(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    schema: str,
    load_id: int,
    started: datetime,
    finished: datetime,
    emptied: Values[str, tuple[int, int]],
) -> None:
    """The load's own row, what identifies the warehouse, and which references were left empty."""
    con.execute("INSERT INTO loads VALUES (?, ?, ?, 'ok', '')", [load_id, started, finished])
    con.execute("DELETE FROM meta")
    for key, value in (
        ("name", settings.name),
        ("currency", settings.currency),
        ("time_zone", settings.time_zone),
        ("fiscal_year_start", str(settings.fiscal_year_start)),
        ("schema_hash", schema),
        *(((LEFT_EMPTY, json.dumps(emptied, ensure_ascii=False)),) if emptied else ()),
    ):
        con.execute("INSERT INTO meta VALUES (?, ?)", [key, value])
