"""`bothsides init`: draft a workspace from exports."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.terminal import plain

if TYPE_CHECKING:
    from bothsides.ingest.draft import Draft, FileProfile


def init(
    folder: Annotated[Path, Parameter(help="The workspace folder to make.")],
    *,
    from_files: Annotated[
        list[str],
        Parameter(
            name="--from",
            consume_multiple=True,
            negative=(),
            help="Files, folders or patterns: CSV, TSV, JSONL, Parquet, xlsx, plain or in .zip or .gz.",
        ),
    ],
    currency: Annotated[str | None, Parameter(help="Reporting currency, e.g. EUR, when no file says it.")] = None,
) -> int:
    """Draft a workspace from your exports: what each column means, and how sure that is.

    Looks at column names and values, writes bothsides.toml and one mapping file per source with a comment on every
    column, and says what it is not sure of. Correct the mapping in any text editor, then run bothsides sync.
    """
    from bothsides.ingest.draft import draft, summary, write_draft

    console = Console()
    profiles = read_profiles(from_files, Path.cwd(), console)
    drafted = draft(profiles, currency=currency)
    if not drafted.sources and not any(skipped.nearest for skipped in drafted.skipped):
        said = "; ".join(f"{skipped.file}: {skipped.why}" for skipped in drafted.skipped)
        raise ValueError(f"nothing was written, because no file can be mapped: {said}")
    written = write_draft(drafted, folder)
    show_draft(console, drafted)
    console.print("\nWritten:")
    for path in written:
        console.print(plain(f"  {path}"), soft_wrap=True)
    notes = [*drafted.notes, *(note for source in drafted.sources for note in source.notes)]
    if notes:
        console.print("\n[bold]Good to know:[/bold]")
        for note in dict.fromkeys(notes):
            console.print(plain(f"  {note}"))
    open_questions = [row for row in summary(drafted) if row.sure in ("todo", "missing")]
    if open_questions:
        console.print("\n[bold]Before a sync, answer:[/bold]")
        for row in open_questions:
            console.print(plain(f"  {row.source or 'bothsides.toml'}: {row.column} - {row.reason}"))
    console.print(plain(f"\nNext: look through {folder}/mapping, then run: bothsides sync {folder}"))
    return 0


def read_profiles(patterns: list[str], root: Path, console: Console) -> list[FileProfile]:
    """Read every file once and profile its columns. A file that cannot be read is named and left out."""
    import duckdb

    from bothsides.connectors import files
    from bothsides.ingest.draft import profile

    profiles = []
    with tempfile.TemporaryDirectory(prefix="bothsides-") as spool, duckdb.connect() as con:
        for found in files.locate(patterns, root):
            try:
                table = files.read(found, spool_dir=Path(spool))
            except files.FileRefused as refused:
                console.print(plain(f"left out: {refused}"))
                continue
            profiles.append(profile(con, table, files=(str(found.path.resolve()) + member(found.member),)))
    if not profiles:
        raise ValueError("none of the files could be read; see the lines above")
    return profiles


def member(name: str | None) -> str:
    """The part of a file's name that says which member of an archive it is."""
    return f"/{name}" if name else ""


def show_draft(console: Console, drafted: Draft) -> None:
    """Each source's columns, where they come from and how sure that is."""
    from bothsides.ingest.draft import summary

    rows = summary(drafted)
    for source in dict.fromkeys(row.source for row in rows if row.source):
        table = Table(title=plain(source), title_justify="left", box=None, header_style="bold", pad_edge=False)
        for name in ("column", "from", "how sure", "why"):
            table.add_column(name, overflow="fold")
        for row in rows:
            if row.source == source and row.sure != "unmapped":
                table.add_row(
                    *(plain(text) for text in (f"{row.table}.{row.column}", row.comes_from, row.sure, row.reason))
                )
        console.print(table)
        unused = [row.comes_from for row in rows if row.source == source and row.sure == "unmapped"]
        if unused:
            console.print(plain(f"not used: {', '.join(unused)}", style="dim"))
        console.print()
    for row in rows:
        if row.sure == "skipped":
            console.print(plain(f"not loaded: {row.comes_from}: {row.reason}"))
    counts = Counter(row.sure for row in rows)
    console.print(
        ", ".join(f"{counts[word]} {word}" for word in ("sure", "likely", "guess", "missing") if counts[word])
    )
