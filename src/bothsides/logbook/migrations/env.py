"""What Alembic runs: the steps on the connection it was given, in the caller's transaction."""

from alembic import context

from bothsides.logbook.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
