"""The agreement that is in force, for a service that runs for months: read again when its files change."""

from dataclasses import dataclass
from pathlib import Path

from bothsides.agreement import AgreementError
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.models.record import last_moved
from bothsides.logbook import Logbook
from bothsides.schema.instant import HOUR, Instant
from bothsides.workspace import Workspace

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(slots=True, kw_only=True)
class InForce:
    """The agreement of a workspace. Where its files become wrong, the last right ones stay in force and `mistakes` says
    what is wrong: clocks go on while somebody mends a typing error.
    """

    workspace: Workspace
    logbook: Logbook
    mistakes: str = ""
    _agreed: Agreed | None = None
    _stamp: Stamp = ()
    _until: Instant = 0

    def at(self, now: Instant) -> Agreed:
        """The agreement at that moment. Raises AgreementError where there never was a right one."""
        stamp: Stamp = ()
        try:
            stamp = self.stamp()
            if self._agreed is not None and stamp == self._stamp and now < self._until:
                return self._agreed
            self._agreed, self.mistakes = open_desk(self.workspace, self.logbook, now=now), ""
        except (AgreementError, OSError) as error:
            if self._agreed is None:
                raise
            self.mistakes = str(error)
        # Only what was read counts as read: a logbook out of reach is no reason to pass over a change for ever.
        # An hour at most: a version may begin on a day that was agreed before.
        self._stamp, self._until = stamp, now + HOUR
        return self._agreed

    def stamp(self) -> Stamp:
        """The files as they are now, and the last move of a fitted card."""
        return stamp_of(self.workspace, self.logbook)


def stamp_of(workspace: Workspace, logbook: Logbook) -> Stamp:
    """What an agreement is read from, as it is now: its files by name, time and size, and the last move of a fitted
    card, which is in force at once, as a signed one is.
    """
    with logbook.reading() as book:
        cards = ("scorecards", last_moved(book), 0)
    files = [(path.name, *stat) for path in sorted(workspace.agreement_dir.glob("*.toml")) if (stat := _stat(path))]
    return (cards, *files)


def _stat(path: Path) -> tuple[int, int] | None:
    """None for a file that went away since it was listed."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size
