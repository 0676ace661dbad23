"""Opens a workspace's logbook, wherever its settings say it lies."""

import importlib
from collections.abc import Mapping

from bothsides.logbook import Logbook, LogbookNewer
from bothsides.warehouse.address import parse_address
from bothsides.workspace.folder import Workspace


class LogbookMissing(FileNotFoundError):  # noqa: N818 - reads as the fact
    """The workspace has no logbook yet; the message says what makes one."""


def open_logbook(workspace: Workspace, environment: Mapping[str, str], *, create: bool = False) -> Logbook:
    """The logbook of the workspace: a file in its folder, or a schema of PostgreSQL named after the workspace.

    `create` makes it where it is missing and brings an older one to this release's shape. Raises LogbookMissing,
    LogbookNewer, or ValueError for an address that cannot be read (its password is not repeated).
    """
    setting = workspace.settings.logbook
    if setting.endswith(".sqlite"):
        path = workspace.folder / setting
        if not create and not path.exists():
            raise LogbookMissing(
                f"{workspace.folder} has no logbook yet: take leads in, or run bothsides tick {workspace.folder}"
            )
        logbook, schema = Logbook.open(path), None
    else:
        address = parse_address(setting, environment)
        schema = address.schema or workspace.settings.name.replace("-", "_")
        logbook = Logbook.open(address.url, schema=schema)
    if create and not logbook.is_current:
        # Alembic is loaded only where there is a step to take.
        upgrade = importlib.import_module("bothsides.logbook.upgrading").upgrade
        upgrade(logbook, schema=schema)
    elif not logbook.is_current:
        raise LogbookNewer(
            f"{workspace.folder}: its logbook is of another release; run bothsides tick {workspace.folder}"
        )
    return logbook
