"""A warning beside figures that lack most of what a source's last files hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bothsides.cli.terminal import plain

if TYPE_CHECKING:
    from bothsides.metrics import Store


def warn_of_set_aside(store: Store) -> None:
    """Say on the standard error which sources were mostly set aside by the load that is read."""
    from bothsides.ingest import MOST_SET_ASIDE

    load = "(SELECT max(load_id) FROM loads WHERE status = 'ok')" if store.known_on is None else str(store.known_on)
    rows = store.engine.rows(
        f'SELECT load_id, "source", sum("read"), sum(quarantined) FROM load_sources '
        f'WHERE files <> \'[]\' AND load_id = {load} GROUP BY load_id, "source" ORDER BY "source"'
    )
    for load_id, source, read, held in rows:
        if held > MOST_SET_ASIDE * read:
            sys.stderr.write(
                plain(
                    f"bothsides: warning: {held:,} of {read:,} records of source {source} were set aside in load "
                    f"{load_id}, so figures that read it are missing or those of an earlier load; see doctor\n"
                ).plain
            )
