"""The first shape: the journal, what is folded from it, facts, requests and seals."""

import sqlalchemy as sa
from alembic import op

from bothsides.logbook.tables import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    con = op.get_bind()
    METADATA.create_all(con)
    if con.dialect.name == "postgresql":
        # A line's transaction: readers that follow the journal stop before one that may still be open.
        con.execute(sa.text("ALTER TABLE entries ALTER COLUMN tx SET DEFAULT pg_current_xact_id()::text::bigint"))
