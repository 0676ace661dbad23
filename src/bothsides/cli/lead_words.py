"""What the desk's commands share: moments in the workspace's zone, money, tables of at most 100 columns, records."""

from __future__ import annotations

import json as json_text
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.at_the_desk import OpenDesk, at_the_desk, moment, not_before_newest
from bothsides.cli.lengths import in_words
from bothsides.cli.terminal import plain
from bothsides.schema import instant

if TYPE_CHECKING:
    from bothsides.logbook import Book
    from bothsides.workspace import Workspace

AsJson: TypeAlias = Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")]
Why: TypeAlias = Annotated[str, Parameter(help="The reason; it is kept with the decision.", validator=in_words)]
Lead: TypeAlias = Annotated[
    str,
    Parameter(
        help="The lead's id or at least four letters that it begins with; or its company, mail domain or e-mail "
        "address where only one lead is known so."
    ),
]

WIDEST = 100
"""Columns of a terminal that every table fits."""

_HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: a refused record may hold one, and no output takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The logbook of a workspace at one moment, to be read."""

    workspace: Workspace
    book: Book
    now: int

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which moments are shown."""
        return ZoneInfo(self.workspace.settings.time_zone)

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.workspace.settings.currency


@contextmanager
def reading(folder: Path, at: str | None) -> Iterator[Reading]:
    """The logbook as it stands; the agreement is not asked.

    Raises LogbookMissing where no lead ever came in, and ValueError for a moment before its newest line.
    """
    from bothsides.workspace import Workspace
    from bothsides.workspace.stores import open_logbook

    now = moment(at)
    workspace = Workspace.open(folder)
    logbook = open_logbook(workspace, os.environ)
    try:
        with logbook.reading() as book:
            not_before_newest(book, at)
            yield Reading(workspace=workspace, book=book, now=now)
    finally:
        logbook.close()


@contextmanager
def making_desk(folder: Path, at: str | None) -> Iterator[OpenDesk]:
    """The desk of the workspace, its logbook made where there is none yet."""
    from bothsides.workspace import Workspace
    from bothsides.workspace.stores import open_logbook

    open_logbook(Workspace.open(folder), os.environ, create=True).close()
    with at_the_desk(folder, at) as desk:
        yield desk


def facts_of(book: Book) -> int | None:
    """The facts of the last publish, which decisions are made on; None where nothing was published."""
    from bothsides.logbook import latest

    found = latest(book)
    return None if found is None else found.snapshot


def zone_of(desk: OpenDesk) -> ZoneInfo:
    """The zone in which moments are shown."""
    return ZoneInfo(desk.workspace.settings.time_zone)


def when(at: int | None, zone: ZoneInfo) -> str:
    """A moment in the zone; empty where there is none.

    >>> when(1774947600, ZoneInfo("Europe/London"))
    '2026-03-31 10:00'
    """
    return "" if at is None else datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")


def iso(at: int | None) -> str | None:
    """A moment for scripts, in UTC.

    >>> iso(1774947600)
    '2026-03-31T09:00:00Z'
    """
    return None if at is None else instant.iso(at)


def with_moments(record: object, *others: str) -> Any:
    """The record with each moment as scripts read it: what stands under `at`, a name that ends in `_at`, or the others.

    >>> with_moments({"opened_at": 1774947600, "n": 3, "lines": [{"at": None, "start": 0}]}, "start")
    {'opened_at': '2026-03-31T09:00:00Z', 'n': 3, 'lines': [{'at': None, 'start': '1970-01-01T00:00:00Z'}]}
    """
    if isinstance(record, Mapping):
        return {
            name: iso(value) if isinstance(value, int) and _is_moment(name, others) else with_moments(value, *others)
            for name, value in record.items()
        }
    return [with_moments(one, *others) for one in record] if isinstance(record, list | tuple) else record


def _is_moment(name: str, others: Sequence[str]) -> bool:
    return name == "at" or name.endswith("_at") or name in others


def rough(seconds: int) -> str:
    """A length of time as people say it.

    >>> rough(90), rough(5400), rough(200_000), rough(-3600)
    ('2 min', '1 h 30 min', '2 days 7 h', '1 h over')
    """
    if seconds < 0:
        return f"{rough(-seconds)} over"
    minutes = (seconds + 30) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} day{'s' if days != 1 else ''}" + (f" {hours} h" if hours else "")
    return (f"{hours} h" + (f" {minutes} min" if minutes else "")) if hours else f"{minutes} min"


def priced(minor: int | None, currency: str) -> str:
    """Money in minor units as reports write it; empty where it is not known."""
    if minor is None:
        return ""
    from bothsides.reports.numbers import money
    from bothsides.schema import from_minor

    return money(float(from_minor(minor, currency)), currency)


def cut(text: object, letters: int) -> str:
    """The text, its end cut where it is longer.

    >>> cut("Harland Pumps Ltd", 9), cut(None, 5)
    ('Harland…', '')
    """
    words = "" if text is None else " ".join(str(text).split())
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"


def show_table(
    console: Console,
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
    wrapped: Sequence[str] = (),
) -> None:
    """A table as the house prints it; `numbers` are the headings whose column stands right.

    What stands under a heading of `wrapped` goes on in a further line of a terminal and is never cut.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in headings:
        table.add_column(name, justify="right" if name in numbers else "left", no_wrap=name not in wrapped)
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    console.print(table)


def print_record(record: object) -> None:
    """A record for scripts."""
    text = json_text.dumps(record, indent=2, ensure_ascii=False)
    print(_HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text))


def hint(console: Console, words: str) -> None:
    """A line that says what next."""
    console.print(plain(words, style="dim"))


def one_of(option: str, word: str, allowed: Sequence[str]) -> str:
    """The word, where it is allowed. Raises ValueError naming it and what is allowed."""
    if word not in allowed:
        raise ValueError(f"{option} {word!r}: must be one of {', '.join(allowed)}")
    return word
