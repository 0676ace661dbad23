"""The first shape: the journal, what is folded from it, facts, requests and seals."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    _account_links()
    _agenda()
    _assignments()
    _cell_facts()
    _clocks()
    _consents()
    _entries()
    _events()
    _lead_keys()
    _leads()
    _member_days()
    _members()
    _models()
    _outbox()
    _parties()
    _party_keys()
    _policy_versions()
    _pool_members()
    _refused()
    _requests()
    _seals()
    _sends()
    _snapshots()
    _statements()
    _timers()
    _watermarks()


def _account_links() -> None:
    op.create_table(
        "account_links",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id"),
    )


def _agenda() -> None:
    op.create_table(
        "agenda",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("agenda_by_state", "agenda", ["state", "kind", "due_at"], unique=False)


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("holdout", sa.Integer(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", "assigned_at"),
        sqlite_with_rowid=False,
    )
    op.create_index("assignments_by_member", "assignments", ["member", "assigned_at"], unique=False)


def _cell_facts() -> None:
    op.create_table(
        "cell_facts",
        sa.Column("snapshot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot", "side", "category", "region"),
    )


def _clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("clock_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("clock_id"),
    )
    op.create_index("clocks_by_status", "clocks", ["status", "due_at"], unique=False)
    op.create_index("clocks_by_subject", "clocks", ["subject"], unique=False)


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("address_hash", "purpose"),
        sqlite_with_rowid=False,
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_index("entries_by_subject", "entries", ["subject", "seq"], unique=False)
    merges = sa.text("kind IN ('accounts_linked', 'leads_merged', 'merge_undone')")
    op.create_index("entries_of_merges", "entries", ["seq"], sqlite_where=merges, postgresql_where=merges)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "event", "occurred_at"),
        sqlite_with_rowid=False,
    )


def _lead_keys() -> None:
    op.create_table(
        "lead_keys",
        sa.Column("identity_key", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("identity_key", "lead_id"),
        sqlite_with_rowid=False,
    )


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("known", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("earned", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("override", sa.Text(), nullable=True),
        sa.Column("win_chance", sa.Double(), nullable=True),
        sa.Column("priority", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("pool", sa.Text(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("assigned_at", sa.BigInteger(), nullable=True),
        sa.Column("round_at", sa.BigInteger(), nullable=True),
        sa.Column("reassignments", sa.Integer(), nullable=True),
        sa.Column("recycled_at", sa.BigInteger(), nullable=True),
        sa.Column("first_touch_at", sa.BigInteger(), nullable=True),
        sa.Column("last_touch_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("recycles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id"),
    )
    op.create_index("leads_by_owner", "leads", ["owner", "is_open"], unique=False)
    op.create_index(
        "leads_merged_into",
        "leads",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "leads_by_queue",
        "leads",
        ["queue", sa.text("coalesce(priority, 0) DESC"), "created_at", "lead_id"],
        sqlite_where=sa.text("queue IS NOT NULL"),
        postgresql_where=sa.text("queue IS NOT NULL"),
    )


def _member_days() -> None:
    op.create_table(
        "member_days",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("member", "day"),
        sqlite_with_rowid=False,
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("open_leads", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("absent", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("member"),
        sqlite_with_rowid=False,
    )


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("side", "version"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("effect_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("sink", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("effect_id"),
    )
    op.create_index("outbox_by_due", "outbox", ["state", "not_before", "effect_id"], unique=False)


def _parties() -> None:
    op.create_table(
        "parties",
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party_id"),
    )


def _party_keys() -> None:
    op.create_table(
        "party_keys",
        sa.Column("identity_key", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("identity_key", "party_id"),
        sqlite_with_rowid=False,
    )


def _policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("section", "version", "effective_from"),
    )


def _pool_members() -> None:
    op.create_table(
        "pool_members",
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("pointer", sa.BigInteger(), nullable=True),
        sa.Column("away", sa.Integer(), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "member"),
        sqlite_with_rowid=False,
    )


def _refused() -> None:
    op.create_table(
        "refused",
        sa.Column("refused_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("refused_id"),
    )
    op.create_index("refused_by_state", "refused", ["state", "received_at"], unique=False)


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_key"),
    )
    op.create_index("requests_by_time", "requests", ["answered_at"], unique=False)


def _seals() -> None:
    op.create_table(
        "seals",
        sa.Column("last_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("last_seq"),
    )


def _sends() -> None:
    op.create_table(
        "sends",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("effect_key", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("who", "effect_key"),
    )
    op.create_index("sends_by_time", "sends", ["who", "sent_at"], unique=False)


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("snapshot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("load_id", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("watermarks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot"),
    )


def _statements() -> None:
    op.create_table(
        "statements",
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id"),
    )


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("timer_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("timer_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("timers_by_due", "timers", ["due_at", "timer_id"], unique=False)


def _watermarks() -> None:
    op.create_table(
        "watermarks",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reached_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    # ### end Alembic commands ###
