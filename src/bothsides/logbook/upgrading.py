"""Creates the logbook's tables and brings those of an earlier release to this one's shape."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bothsides.logbook.store import Logbook, LogbookNewer

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(logbook: Logbook, *, schema: str | None = None) -> None:
    """Makes the tables, or walks the steps that this release added, in one transaction: whole or not at all.

    `schema` is created on PostgreSQL where it is missing. Raises LogbookNewer for a shape this release does not know.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    known = ScriptDirectory.from_config(config)
    with logbook.engine.connect() as con, con.begin():
        if logbook.dialect == "postgresql":
            # Two that start at once: the second waits, then finds the work done.
            con.execute(sa.text("SELECT pg_advisory_xact_lock(6243671)"))
            if schema:
                con.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
        shape = MigrationContext.configure(con).get_current_revision()
        steps = {step.revision for step in known.walk_revisions()}
        if shape is not None and shape not in steps:
            raise LogbookNewer(
                f"the logbook has shape {shape}, this release knows up to {known.get_current_head()}: use a newer one"
            )
        config.attributes["connection"] = con
        command.upgrade(config, "head")
