"""The desk as a long-running process keeps it: opened once, opened anew when the agreement's files change."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import sqlalchemy as sa

from bothsides.agreement import AgreementError
from bothsides.delivery import Secret, SecretMissing, Secrets
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.opening import open_desk
from bothsides.logbook import Logbook
from bothsides.schedule.in_force import Stamp, stamp_of
from bothsides.schema.instant import DAY, Instant
from bothsides.web.hooks import secret_problems
from bothsides.web.policy import load_api
from bothsides.workspace import Workspace

_LOG = logging.getLogger("bothsides.web")

_AGAIN = 60
"""Seconds until an agreement with mistakes is read again, changed or not."""


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
        stamp, self._looked_at = self._files(), now
        tokens = tuple(self.secrets.find(one) for one in load_api(self.workspace.agreement_dir).tokens)
        agreed = self.read(self.workspace, self.logbook, now)
        if wrong := secret_problems(agreed.intake, self.secrets):
            raise AgreementError(wrong)
        self.agreed = agreed
        self.tokens, self.mistakes = tokens, ""
        with self.logbook.reading() as book:
            row = book.one("SELECT min(effective_from) FROM policy_versions WHERE effective_from > ?", now)
        # The working hours are laid out around the day on which the desk was opened.
        self._stamp, self._until = stamp, now + DAY
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
        except OSError:
            # Opening it anew says why, once; files that can be looked at again differ from none at all.
            return self._stamp != ()

    @property
    def database_errors(self) -> tuple[type[Exception], ...]:
        """What is raised where the logbook cannot be read or written."""
        return (sa.exc.SQLAlchemyError, cast(type[Exception], self.logbook.engine.dialect.loaded_dbapi.Error))

    def open_again(self) -> None:
        """Opens it anew; where that cannot be, the agreement stays as it was and the mistakes are told."""
        now = self.clock()
        stamp: Stamp = ()
        try:
            stamp = self._files()
            self.open()
        except self.database_errors:
            # Nothing was read: it is tried again, and whoever wants to write hears of it.
            return
        except (AgreementError, SecretMissing, OSError) as error:
            # Wrong files are read again when they change; a secret or a file's rights may be mended without that.
            self._stamp, self._until = stamp, now + _AGAIN
            if str(error) != self.mistakes:
                _LOG.error("the agreement's files have mistakes; the one before stays in force:\n%s", error)
            self.mistakes = str(error)

    def _files(self) -> Stamp:
        return stamp_of(self.workspace, self.logbook)
