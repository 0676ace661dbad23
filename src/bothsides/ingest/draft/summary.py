"""A draft in rows for a terminal: what was found in each file, how sure, and what the person must answer."""

from dataclasses import dataclass

from bothsides.ingest.draft.records import LIKELY, TODO_RATES, ColumnDraft, Draft, SourceDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """One line of a summary. `sure` is sure | likely | guess | missing | unmapped | skipped | todo."""

    source: str
    table: str
    column: str
    comes_from: str
    sure: str
    reason: str


def summary(draft: Draft) -> tuple[SummaryRow, ...]:
    """Every column, gap, unused field and unused file of a draft, sources in order."""
    rows = [row for source in draft.sources for row in _source_rows(source)]
    rows += [
        SummaryRow(source="", table="", column="", comes_from=skipped.file, sure="skipped", reason=skipped.why)
        for skipped in draft.skipped
    ]
    if draft.currency is None:
        todo = 'no file says the currency of its amounts: write `currency = "EUR"` (or your ISO code) in bothsides.toml'
        rows.append(SummaryRow(source="", table="", column="currency", comes_from="", sure="todo", reason=todo))
    elif draft.currency_reason.startswith(LIKELY):
        rows.append(
            SummaryRow(
                source="",
                table="",
                column="currency",
                comes_from=draft.currency,
                sure="likely",
                reason=draft.currency_reason,
            )
        )
    rows += [
        SummaryRow(
            source="", table="", column="fx_rates", comes_from="", sure="todo", reason=note.removeprefix(TODO_RATES)
        )
        for note in draft.notes
        if note.startswith(TODO_RATES)
    ]
    return tuple(rows)


def _source_rows(source: SourceDraft) -> list[SummaryRow]:
    rows = [
        SummaryRow(
            source=source.source,
            table=drafted.name,
            column=column.column,
            comes_from=_origin(column),
            sure=column.sure.value,
            reason=column.reason or "known layout",
        )
        for drafted, column in source.columns()
    ]
    rows = _key_rows(source) + rows
    rows += [
        SummaryRow(
            source=source.source, table=gap.table, column=gap.column, comes_from="", sure="missing", reason=gap.advice
        )
        for gap in source.missing
    ]
    rows += [
        SummaryRow(
            source=source.source, table=one.table, column=one.column, comes_from="", sure="todo", reason=one.text
        )
        for one in source.questions
    ]
    rows += [
        SummaryRow(source=source.source, table="", column="", comes_from=field.field, sure="unmapped", reason=field.why)
        for field in source.unmapped
    ]
    return rows


def _key_rows(source: SourceDraft) -> list[SummaryRow]:
    return [
        SummaryRow(
            source=source.source,
            table=drafted.name,
            column="key",
            comes_from=", ".join(drafted.key),
            sure=drafted.key_sure.value,
            reason=drafted.key_reason,
        )
        for drafted in source.tables
        if drafted.key_reason
    ]


def _origin(column: ColumnDraft) -> str:
    return f'"{column.value}"' if column.value is not None else ", ".join(column.fields)
