"""`bothsides logbook`: what the desk wrote down, whether it is whole, a copy of it."""

from __future__ import annotations

import json as json_text
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter

from bothsides.cli import next_steps
from bothsides.cli.lead_words import iso, with_moments
from bothsides.cli.places import WorkspaceFolder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from rich.console import Console

    from bothsides.logbook import Book, Logbook, Written
    from bothsides.logbook.in_words import When
    from bothsides.logbook.verifying import Verified
    from bothsides.schema.instant import Instant
    from bothsides.workspace import Workspace

Json = Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")]

_MOST_NAMED, _MOST_SUBJECTS, _MOST_OF_PERSON = 10, 20, 200

logbook = App(name="logbook", help_epilogue=next_steps.LOGBOOK)


@logbook.command
def verify(
    workspace: WorkspaceFolder = Path(),
    *,
    deep: Annotated[
        bool, Parameter(negative=(), help="Ask too whether the lines explain every score, owner and breach.")
    ] = False,
    seal: Annotated[str | None, Parameter(help="A seal that was noted earlier and must still stand.")] = None,
    json: Json = False,
) -> int:
    """Whether the logbook is whole: its seals, its lines, the tables folded from them, its versions of the agreement.

    Writers need not stop. Ends with code 1 when something is wrong. Examples:

    bothsides logbook verify

    bothsides logbook verify acme --deep --json
    """
    from bothsides.logbook.verifying import verify as verified

    if seal is not None and not re.fullmatch(r"[0-9a-f]{64}", seal):
        raise ValueError(f"--seal {seal!r}: a seal has 64 hex digits, as bothsides logbook verify shows the last one")
    with _opened(workspace) as (_, book):
        found = verified(book, deep=deep, noted=seal)
    if json:
        _print(with_moments({"is_whole": found.is_whole, **asdict(found)}))
    else:
        _show(screen(), found)
    return int(not found.is_whole)


@logbook.command
def history(
    subject: Annotated[str, Parameter(help="A lead's id, or its beginning; also an account, member or section.")],
    workspace: WorkspaceFolder = Path(),
    *,
    every: Annotated[
        bool, Parameter(name="--all", negative=(), help="Also when the desk looks again, and looked in vain.")
    ] = False,
    json: Json = False,
) -> None:
    """What was written about a lead, in words, in the order it was written; of a person what they were given and said.

    Example: bothsides logbook history 5f3a
    """
    from bothsides.logbook.in_words import is_routine
    from bothsides.schema.instant import in_utc

    with _opened(workspace) as (opened, book), book.reading() as reading:
        told = () if _begins_a_lead(reading, subject) else reading.history_of_person(subject, most=_MOST_OF_PERSON)
        found = subject if told else _named(reading, subject)
        lines = sorted([*reading.history(found), *told], key=lambda line: line.seq)
    zone = ZoneInfo(opened.settings.time_zone)

    def when(moment: Instant) -> str:
        return f"{in_utc(moment).astimezone(zone):%Y-%m-%d %H:%M}"

    if json:
        # The data of a line stands as it was sealed, its moments in seconds.
        _print([{**asdict(line), "at": iso(line.at), "written_at": iso(line.written_at)} for line in lines])
        return
    console = screen()
    shown = [line for line in lines if every or not is_routine(line)]
    console.print(plain(f"{found} · {len(lines)} lines · times of {opened.settings.time_zone}", style="bold"))
    for line in shown:
        _line(console, line, when, of=found)
    if len(told) == _MOST_OF_PERSON:
        console.print(plain(f"the last {_MOST_OF_PERSON} of what {found} was given, missed and said", style="dim"))
    if hidden := len(lines) - len(shown):
        from bothsides.reports.numbers import plural

        console.print(plain(f"and {plural(hidden, 'line')} of when the desk looks again: --all", style="dim"))


@logbook.command
def rebuild(workspace: WorkspaceFolder = Path(), *, json: Json = False) -> None:
    """Make the tables that say how things stand anew from the journal, in one transaction: whole or not at all.

    Writers wait meanwhile. Nothing of the journal is changed. Example: bothsides logbook rebuild acme
    """
    from bothsides.logbook.verifying import refold

    with _opened(workspace) as (_, book):
        lines = refold(book)
    if json:
        _print({"lines": lines})
    else:
        screen().print(plain(f"{lines:,} lines were folded anew."))


@logbook.command
def copy(
    to: Annotated[Path, Parameter(help="The SQLite file to write; it must not be there yet.")],
    workspace: WorkspaceFolder = Path(),
    *,
    json: Json = False,
) -> None:
    """Copy the logbook as it is at this moment into a SQLite file, while others go on writing.

    A logbook in PostgreSQL is copied into the same kind of file. The copy is read again before it gets its name.
    Example: bothsides logbook copy /backup/acme-2026-03-31.sqlite
    """
    from bothsides.logbook.copying import copy as copied

    with _opened(workspace) as (_, book):
        made = copied(book, to)
    if json:
        _print({**asdict(made), "path": str(made.path)})
        return
    console = screen()
    console.print(plain(f"{made.path}: {made.lines:,} lines, up to line {made.last_seq}"))
    console.print(plain(f"checksum {made.checksum}", style="dim"))


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Workspace, Logbook]]:
    from bothsides.workspace import Workspace
    from bothsides.workspace.stores import open_logbook

    opened = Workspace.open(folder)
    book = open_logbook(opened, os.environ)
    try:
        yield opened, book
    finally:
        book.close()


def _print(record: object) -> None:
    print(json_text.dumps(record, default=str, indent=2, ensure_ascii=False))


def _named(book: Book, subject: str) -> str:
    """The subject of that name or, where there is none, the only one that begins so."""
    if book.one("SELECT 1 FROM entries WHERE subject = ? LIMIT 1", subject):
        return subject
    query = "SELECT DISTINCT subject FROM entries WHERE substr(subject, 1, ?) = ? ORDER BY subject LIMIT ?"
    found: list[str] = [name for (name,) in book.all(query, len(subject), subject, _MOST_SUBJECTS + 1)]
    if not found:
        raise LookupError(f"the logbook has no line about {subject!r}; give a lead's id or its beginning")
    if len(found) > 1:
        named = ", ".join(found[:_MOST_SUBJECTS]) + (", ..." if len(found) > _MOST_SUBJECTS else "")
        raise LookupError(f"{subject!r} is the beginning of several: {named}")
    return found[0]


def _begins_a_lead(book: Book, said: str) -> bool:
    return book.one("SELECT 1 FROM leads WHERE lead_id >= ? AND lead_id < ? LIMIT 1", said, said + "g") is not None


def _line(console: Console, line: Written, when: When, *, of: str) -> None:
    from bothsides.logbook.in_words import in_words

    late = f"   (written {when(line.written_at)})" if line.written_at - line.at >= _LATE_SECONDS else ""
    about = "" if line.subject == of else f"{line.subject[:8]}: "
    console.print(plain(f"{when(line.at)}  {about}{in_words(line, when)}{late}"))


_LATE_SECONDS = 3600
"""A line that was written so long after it happened says when it was written."""


def _show(console: Console, found: Verified) -> None:
    from bothsides.reports.numbers import plural

    for kind, count in found.kinds.items():
        console.print(plain(f"{count:>9,}  {kind.replace('_', ' ')}", style="dim"))
    seal = found.last_seal
    sealed = "no seal yet" if seal is None else f"{plural(found.seals, 'seal')}, the last over line {seal.last_seq}"
    console.print(plain(f"{plural(found.lines, 'line')}, {sealed}; {found.unsealed:,} wait for the next"))
    if seal is not None:
        console.print(plain(f"last seal {seal.hash}", style="dim"))
    for said in _wrong(found):
        console.print(plain(f"WRONG  {said}"))
    if found.is_whole:
        told = "" if found.unexplained is None else " The lines explain every score, owner and breach."
        console.print(plain(f"The logbook is whole.{told}", style="bold"))


def _wrong(found: Verified) -> Iterator[str]:
    from bothsides.leads.wording import plural

    if found.missing_seal is not None:
        yield f"no seal is {found.missing_seal}: what it was over was changed, and sealed anew"
    for broken in found.broken:
        yield f"lines {broken.after_seq + 1} to {broken.last_seq}: {broken.said}"
    for seq in found.unreadable[:_MOST_NAMED]:
        yield f"line {seq} is not as the desk writes lines"
    for version in found.unknown_policies:
        yield (
            f"{version.lines} lines, the first {version.first_seq}, were decided under version {version.version} of the"
            " agreement, which was not recorded before them"
        )
    if found.differing is None:
        yield f"the tables of how things stand were not compared: {found.why_not}"
    for table in found.differing or ():
        rows = f"{plural(table.rows, 'row')} {'is' if table.rows == 1 else 'are'} not what the journal makes of"
        which = f"it, {table.first}" if table.rows == 1 else f"them, the first {table.first}"
        yield f"table {table.table}: {rows} {which}; bothsides logbook rebuild makes {which.partition(',')[0]} anew"
    for one in (found.unexplained or ())[:_MOST_NAMED]:
        place = "" if one.seq is None else f" (line {one.seq})"
        yield f"{one.subject}{place}: {one.said}"
    hidden = len(found.unreadable[_MOST_NAMED:]) + len((found.unexplained or ())[_MOST_NAMED:])
    if hidden:
        yield f"and {hidden} more of these: --json names a hundred of each"
