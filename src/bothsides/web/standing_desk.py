"""The desk as a long-running process keeps it: opened once, opened anew when the agreement's files change."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from bothsides.agreement import AgreementError
from bothsides.delivery import Secret, SecretMissing, Secrets
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.models.record import last_moved
from bothsides.logbook import Logbook
from bothsides.schema.instant import DAY, Instant
from bothsides.web.policy import load_api
from bothsides.workspace import Workspace

_LOG = logging.getLogger("bothsides.web")

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(slots=True, kw_only=True)
class StandingDesk:
    """The agreement in force, the tokens and the logbook of one workspace, for as long as the process lives.

    `clock` tells the present moment. Where files become wrong while it stands, the last right ones stay in force.
    """

    workspace: Workspace
    logbook: Logbook
    clock: Callable[[], Instant]
    environment: Mapping[str, str] | None = None
    read: Callable[[Workspace, Logbook, Instant], Agreed] = field(
        default=lambda workspace, logbook, now: open_desk(workspace, logbook, now=now)
    )
    """Reads and records the agreement that is in force at that moment."""
    agreed: Agreed = field(init=False)
    tokens: tuple[Secret, ...] = field(init=False, default=())
    mistakes: str = field(init=False, default="")
    """What is wrong with the files as they are now; empty where they are in force."""
    _stamp: Stamp = field(init=False, default=())
    _looked_at: Instant = field(init=False, default=0)
    _until: Instant = field(init=False, default=0)

    def open(self) -> None:
        """Reads the agreement and the tokens. Raises AgreementError and SecretMissing, naming every mistake."""
        now = self.clock()
        self._stamp, self._looked_at, self._until = self._files(), now, now + DAY
        tokens = tuple(self.secrets.find(one) for one in load_api(self.workspace.agreement_dir).tokens)
        self.agreed = self.read(self.workspace, self.logbook, now)
        self.tokens, self.mistakes = tokens, ""
        with self.logbook.reading() as book:
            row = book.one("SELECT min(effective_from) FROM policy_versions WHERE effective_from > ?", now)
        # The working hours are laid out around the day on which the desk was opened.
        if row and row[0] is not None:
            self._until = min(self._until, row[0])

    @property
    def secrets(self) -> Secrets:
        """Finds the secrets that the agreement refers to."""
        return Secrets(folder=self.workspace.folder, environment=self.environment)

    def is_stale(self, now: Instant) -> bool:
        """Whether it is to be opened anew: looked at once a second, and true for one caller only."""
        if now == self._looked_at:
            return False
        self._looked_at = now
        if now >= self._until:
            return True
        try:
            return self._files() != self._stamp
        except self.database_errors:
            # Whoever wants to write hears of it; the agreement in force goes on.
            return False

    @property
    def database_errors(self) -> tuple[type[Exception], ...]:
        """What is raised where the logbook cannot be read or written."""
        return (sa.exc.SQLAlchemyError, cast(type[Exception], self.logbook.engine.dialect.loaded_dbapi.Error))

    def open_again(self) -> None:
        """Opens it anew; where that cannot be, the agreement stays as it was and the mistakes are told."""
        try:
            self.open()
        except (AgreementError, SecretMissing) as error:
            self.mistakes = str(error)
            _LOG.error("the agreement's files have mistakes; the one before stays in force:\n%s", error)

    def _files(self) -> Stamp:
        # A fitted card that was promoted or rolled back is in force at once, as a signed one is.
        with self.logbook.reading() as book:
            found = [("scorecards", last_moved(book), 0)]
        for path in sorted(self.workspace.agreement_dir.glob("*.toml")):
            stat = _stat(path)
            if stat is not None:
                found.append((path.name, *stat))
        return tuple(found)


def _stat(path: Path) -> tuple[int, int] | None:
    """None for a file that went away since it was listed."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size
