"""A workspace's desk opened for one command: its logbook, what is agreed, and the moment."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

from cyclopts import Parameter

from bothsides.cli.lengths import a_name

if TYPE_CHECKING:
    from bothsides.leads.desk.agreed import Agreed
    from bothsides.logbook import Book, Logbook
    from bothsides.workspace import Workspace

FIRST_YEAR, LAST_YEAR = 1973, 2097
"""Years of which the desk can lay out calendars, those around them included."""

T = TypeVar("T")

Moment: TypeAlias = Annotated[
    str | None, Parameter(help="As if it were then, such as 2026-04-01T09:00 (UTC unless it says otherwise).")
]
AsOf: TypeAlias = Annotated[
    str | None,
    Parameter(
        help="Ages and dues are counted to then, such as 2026-04-01T09:00 (UTC unless it says otherwise); not before "
        "the logbook's newest line."
    ),
]
Who: TypeAlias = Annotated[
    str | None, Parameter(help="Who does it; your user name when it is not given.", validator=a_name)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDesk:
    """The desk of one workspace at one moment."""

    workspace: Workspace
    logbook: Logbook
    agreed: Agreed
    now: int
    to_come: bool = False
    """Whether the moment is ahead of this machine's clock: then one may look, but nothing is written down."""

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """One transaction. Raises ValueError for a moment that is still to come."""
        self._comes_now()
        with self.logbook.writing() as book:
            yield book

    def kept(self, work: Callable[[Book], T]) -> T:
        """Does the work in one transaction, again where that had to give way to another; what the work returns.

        Raises ValueError for a moment that is still to come.
        """
        from bothsides.logbook import kept

        self._comes_now()
        return kept(self.logbook, work)

    def _comes_now(self) -> None:
        if self.to_come:
            raise ValueError(f"{ahead(self.now)}: nothing is written down before it happens; leave --at out")

    @contextmanager
    def reading(self) -> Iterator[Book]:
        """One unchanging view."""
        with self.logbook.reading() as book:
            yield book


@contextmanager
def at_the_desk(folder: Path, at: str | None, *, as_it_stands: bool = False) -> Iterator[OpenDesk]:
    """The desk with the agreement in force recorded; of a moment to come, the one that would be in force, unrecorded.

    Raises what opening does, and ValueError for a moment that is none; for a desk that is looked at as it stands, also
    for one before its newest line.
    """
    from bothsides.leads.desk.opening import foreseen, open_desk
    from bothsides.workspace import Workspace
    from bothsides.workspace.stores import open_logbook

    now = moment(at)
    to_come = is_to_come(now)
    workspace = Workspace.open(folder)
    logbook = open_logbook(workspace, os.environ)
    try:
        if as_it_stands:
            with logbook.reading() as book:
                not_before_newest(book, at)
        agreed = (foreseen if to_come else open_desk)(workspace, logbook, now=now)
        yield OpenDesk(workspace=workspace, logbook=logbook, agreed=agreed, now=now, to_come=to_come)
    finally:
        logbook.close()


def not_before_newest(book: Book, at: str | None) -> None:
    """Raises ValueError for a moment before the newest line: the tables tell how the desk stands, not how it stood."""
    from bothsides.schema.instant import iso

    newest = book.one("SELECT written_at FROM entries ORDER BY seq DESC LIMIT 1")
    if at is None or newest is None or moment(at) >= newest[0]:
        return
    raise ValueError(
        f"--at {at!r} is before the newest line of the logbook, and the desk is shown as it stands since that: write"
        f" --at {iso(newest[0])} or later. What was before is told line by line by bothsides leads show ID and"
        " bothsides logbook history ID; bothsides replay decides past days anew"
    )


def not_before_it_came(book: Book, now: int, lead_id: str | None = None) -> None:
    """Raises ValueError for a moment before the lead came in; without one, before the last lead came in."""
    from bothsides.schema.instant import CLOCK_AHEAD, iso

    some, values = ("", ()) if lead_id is None else (" WHERE lead_id = ?", (lead_id,))
    came = book.one(f"SELECT max(received_at) FROM leads{some}", *values)
    if came is None or came[0] is None or now >= came[0] - CLOCK_AHEAD:
        return
    whose = "a lead" if lead_id is None else f"lead {lead_id[:8]}"
    raise ValueError(
        f"--at {iso(now)}: {whose} came in {iso(came[0])}: nothing can happen to it before; leave --at out or name a"
        " later moment (what was done before is told with --occurred)"
    )


def not_before_it_opened(now: int, opened_at: int) -> None:
    """Raises ValueError for a moment before the item was put on the agenda."""
    from bothsides.schema.instant import CLOCK_AHEAD, iso

    if now < opened_at - CLOCK_AHEAD:
        raise ValueError(f"--at {iso(now)}: it was put on the agenda {iso(opened_at)}: nothing is decided before")


def not_before_it_was_made(book: Book, now: int, key: str) -> None:
    """Raises ValueError for a moment before the line of that key, which is to be taken back, was written down."""
    from bothsides.schema.instant import CLOCK_AHEAD, iso

    made = book.one("SELECT at FROM entries WHERE key = ?", key)
    if made is not None and now < made[0] - CLOCK_AHEAD:
        raise ValueError(
            f"--at {iso(now)}: {key} was made {iso(made[0])}: nothing is taken back before; leave --at out or name a"
            " later moment"
        )


def moment(at: str | None, option: str = "--at") -> int:
    """The moment that is meant, now where none is given. Raises ValueError naming the form, or the years of --at."""
    if at is None:
        return int(time.time())
    try:
        read = datetime.fromisoformat(at)
    except ValueError:
        raise ValueError(
            f"{option} {at!r} is not a moment: write 2026-04-01T09:00 (UTC) or 2026-04-01T09:00+02:00"
        ) from None
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    first, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (FIRST_YEAR, LAST_YEAR + 1))
    if option == "--at" and not first <= read < end:
        raise ValueError(
            f"{option} {at!r}: must lie from {FIRST_YEAR} to {LAST_YEAR}, the years of which calendars know the working"
            " hours"
        )
    return int(read.timestamp())


def is_to_come(now: int) -> bool:
    """Whether the moment is ahead of this machine's clock, by more than clocks differ."""
    from bothsides.schema.instant import CLOCK_AHEAD

    return now > int(time.time()) + CLOCK_AHEAD


def ahead(now: int) -> str:
    """The start of a sentence about a moment that is still to come."""
    days, hours = divmod((now - int(time.time())) // 3600, 24)
    far = f"{days} days" if days else f"{hours} hours" if hours else "some minutes"
    return f"--at {datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%MZ} is {far} ahead of this machine's clock"


def who(by: str | None) -> str:
    """The name under which it is written down. Raises ValueError for a user name that nothing can keep."""
    if by:
        return by
    user = getpass.getuser()
    try:
        user.encode()
    except UnicodeEncodeError:
        told = user.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        raise ValueError(f"your user name '{told}': holds bytes that are not UTF-8; say --by") from None
    return user
