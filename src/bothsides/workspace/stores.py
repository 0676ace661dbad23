"""Opens a workspace's logbook, wherever its settings say it lies."""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from bothsides.logbook import Logbook, LogbookNewer, LogbookUnavailable
from bothsides.warehouse.address import parse_address
from bothsides.workspace.folder import Workspace


class LogbookMissing(FileNotFoundError):  # noqa: N818 - reads as the fact
    """The workspace has no logbook yet; the message says what makes one."""


def open_logbook(workspace: Workspace, environment: Mapping[str, str], *, create: bool = False) -> Logbook:
    """The logbook of the workspace: a file in its folder, or a schema of PostgreSQL named after the workspace.

    `create` makes it where it is missing and brings an older one to this release's shape. Raises LogbookMissing,
    LogbookNewer, LogbookUnavailable, or ValueError for an address that cannot be read (its password is not repeated).
    """
    setting = workspace.settings.logbook
    if setting.endswith(".sqlite"):
        path = workspace.folder / setting
        if not create and not path.exists():
            raise LogbookMissing(
                f"{workspace.folder} has no logbook yet: take leads in, or run bothsides tick {workspace.folder}"
            )
        with _reached(str(path)):
            return _current(workspace, Logbook.open(path), None, create=create)
    address = parse_address(setting, environment, of="logbook")
    schema = address.schema or workspace.settings.name.replace("-", "_")
    with _reached(str(address)):
        return _current(workspace, Logbook.open(address.url, schema=schema), schema, create=create)


def _current(workspace: Workspace, logbook: Logbook, schema: str | None, *, create: bool) -> Logbook:
    if create and not logbook.is_current:
        # Alembic is loaded only where there is a step to take.
        upgrade = importlib.import_module("bothsides.logbook.upgrading").upgrade
        upgrade(logbook, schema=schema)
    elif not logbook.is_current:
        raise LogbookNewer(
            f"{workspace.folder}: its logbook is of another release; run bothsides tick {workspace.folder}"
        )
    return logbook


@contextmanager
def _reached(where: str) -> Iterator[None]:
    """Says where the logbook was looked for in the place of a driver's error."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise ValueError(
            f"{where}: PostgreSQL needs psycopg; bring it with: pip install 'bothsides[postgres]'"
        ) from None
    except sa.exc.DatabaseError as error:
        said = " ".join(str(error.orig).split())
        raise LogbookUnavailable(f"{where}: the logbook cannot be opened: {said}") from error
