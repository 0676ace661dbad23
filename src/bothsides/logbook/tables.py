"""The logbook's tables: the journal, what is folded from it, and the few things that are no history."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, Table, Text, text

METADATA = MetaData()

# SQLite numbers rows by itself only where the key is an INTEGER.
_SEQ = BigInteger().with_variant(Integer(), "sqlite")

OF_MERGES = "kind IN ('accounts_linked', 'leads_merged', 'merge_undone')"
"""Lines of merges, word for word as their index has it: SQLite uses it for queries that say the same only."""

ENTRIES = Table(
    "entries",
    METADATA,
    Column("seq", _SEQ, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Column("key", Text, unique=True),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("snapshot", BigInteger),
    Column("reverses", Text),
    Index("entries_by_subject", "subject", "seq"),
    # Few of very many lines: whoever lists merges or joins what was merged reads only them, and no other line pays.
    Index("entries_of_merges", "seq", sqlite_where=text(OF_MERGES), postgresql_where=text(OF_MERGES)),
    sqlite_autoincrement=True,
)

SEALS = Table(
    "seals",
    METADATA,
    Column("last_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

LEADS = Table(
    "leads",
    METADATA,
    Column("lead_id", Text, primary_key=True),
    Column("side", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("fields", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("is_open", Integer, nullable=False),
    Column("account_id", Text),
    Column("known", Text),
    Column("merged_into", Text),
    Column("score", Integer),
    Column("band", Text),
    Column("earned", Text),
    Column("grade", Text),
    Column("override", Text),
    Column("win_chance", Double),
    Column("priority", BigInteger),
    Column("owner", Text),
    Column("pool", Text),
    Column("lane", Text),
    Column("queue", Text),
    Column("assigned_at", BigInteger),
    Column("round_at", BigInteger),
    Column("reassignments", Integer),
    Column("recycled_at", BigInteger),
    Column("first_touch_at", BigInteger),
    Column("last_touch_at", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("recycles", Integer, nullable=False, server_default="0"),
    Column("disposition", Text),
    Column("closed_at", BigInteger),
    Index("leads_by_owner", "owner", "is_open"),
    # Who went into a lead is asked when they are parted, and of every lead whose values are traced.
    Index(
        "leads_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
    # Only leads that wait, in the order in which they get their turns: whoever drains a queue reads its beginning.
    Index(
        "leads_by_queue",
        "queue",
        text("coalesce(priority, 0) DESC"),
        "created_at",
        "lead_id",
        sqlite_where=text("queue IS NOT NULL"),
        postgresql_where=text("queue IS NOT NULL"),
    ),
)

LEAD_KEYS = Table(
    "lead_keys",
    METADATA,
    Column("identity_key", Text, primary_key=True),
    Column("lead_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

PARTY_KEYS = Table(
    "party_keys",
    METADATA,
    Column("identity_key", Text, primary_key=True),
    Column("party_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

PARTIES = Table(
    "parties",
    METADATA,
    Column("party_id", Text, primary_key=True),
    Column("data", Text, nullable=False),
    Column("snapshot", BigInteger, nullable=False),
)

ACCOUNT_LINKS = Table(
    "account_links",
    METADATA,
    Column("account_id", Text, primary_key=True),
    Column("organization_id", Text, nullable=False),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("lead_id", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("occurred_at", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", Double, nullable=False),
    sqlite_with_rowid=False,
)

CLOCKS = Table(
    "clocks",
    METADATA,
    Column("clock_id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("owner", Text),
    Column("started_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("state", Text, nullable=False),
    Index("clocks_by_subject", "subject"),
    Index("clocks_by_status", "status", "due_at"),
)

TIMERS = Table(
    "timers",
    METADATA,
    Column("timer_id", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Index("timers_by_due", "due_at", "timer_id"),
    sqlite_with_rowid=False,
)

POOL_MEMBERS = Table(
    "pool_members",
    METADATA,
    Column("pool", Text, primary_key=True),
    Column("member", Text, primary_key=True),
    Column("pointer", BigInteger),
    Column("away", Integer, nullable=False),
    Column("owed", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    Column("lead_id", Text, primary_key=True),
    Column("assigned_at", BigInteger, primary_key=True, autoincrement=False),
    Column("member", Text, nullable=False),
    Column("pool", Text),
    Column("rule", Text),
    Column("holdout", Integer, nullable=False),
    Column("band", Text),
    Index("assignments_by_member", "member", "assigned_at"),
    sqlite_with_rowid=False,
)

MEMBERS = Table(
    "members",
    METADATA,
    Column("member", Text, primary_key=True),
    Column("open_leads", BigInteger, nullable=False, server_default="0"),
    Column("absent", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

MEMBER_DAYS = Table(
    "member_days",
    METADATA,
    Column("member", Text, primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("taken", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

AGENDA = Table(
    "agenda",
    METADATA,
    Column("item_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("owner", Text),
    Column("data", Text, nullable=False),
    Index("agenda_by_state", "state", "kind", "due_at"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("effect_id", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("sink", Text),
    Column("state", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("claimed_until", BigInteger, nullable=False, server_default="0"),
    Column("last_error", Text),
    Column("settled_at", BigInteger),
    Index("outbox_by_due", "state", "not_before", "effect_id"),
)

CONSENTS = Table(
    "consents",
    METADATA,
    Column("address_hash", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("word", Text, nullable=False),
    Column("given_at", BigInteger),
    Column("withdrawn_at", BigInteger),
    sqlite_with_rowid=False,
)

MODELS = Table(
    "models",
    METADATA,
    Column("side", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("data", Text, nullable=False),
)

POLICY_VERSIONS = Table(
    "policy_versions",
    METADATA,
    Column("section", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("effective_from", BigInteger, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

STATEMENTS = Table(
    "statements",
    METADATA,
    Column("statement_id", Text, primary_key=True),
    Column("data", Text, nullable=False),
    Column("frozen_at", BigInteger, nullable=False),
)

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("snapshot", BigInteger, primary_key=True, autoincrement=False),
    Column("load_id", BigInteger, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("watermarks", Text, nullable=False),
)

CELL_FACTS = Table(
    "cell_facts",
    METADATA,
    Column("snapshot", BigInteger, primary_key=True, autoincrement=False),
    Column("side", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("data", Text, nullable=False),
)

REFUSED = Table(
    "refused",
    METADATA,
    Column("refused_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("raw", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("state", Text, nullable=False),
    Index("refused_by_state", "state", "received_at"),
)

REQUESTS = Table(
    "requests",
    METADATA,
    Column("request_key", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("answered_at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
    Index("requests_by_time", "answered_at"),
)

SENDS = Table(
    "sends",
    METADATA,
    Column("who", Text, primary_key=True),
    Column("effect_key", Text, primary_key=True),
    Column("sent_at", BigInteger, nullable=False),
    Index("sends_by_time", "who", "sent_at"),
)

WATERMARKS = Table(
    "watermarks",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("reached_at", BigInteger, nullable=False),
)

FOLDED = (
    LEADS, LEAD_KEYS, ACCOUNT_LINKS, EVENTS, CLOCKS, TIMERS, POOL_MEMBERS, ASSIGNMENTS, MEMBERS, MEMBER_DAYS,
    AGENDA, OUTBOX, CONSENTS, MODELS, POLICY_VERSIONS, STATEMENTS,
)  # fmt: skip
"""The tables that the journal alone makes; `rebuild` makes them anew."""

COUNTERS: frozenset[tuple[str, str]] = frozenset(
    {
        ("leads", "attempts"),
        ("leads", "recycles"),
        ("members", "open_leads"),
        ("member_days", "taken"),
    }
)
"""Columns to which lines of the journal add; all others they set."""
