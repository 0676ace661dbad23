"""Whether the records can be trusted: repeats, sources outside the standard list, blanks, leads nobody moves."""

from bothsides.metrics.fact import Fact

STANDARD_SOURCES = (
    "organic",
    "direct",
    "paid_search",
    "paid_social",
    "display",
    "email",
    "content",
    "social",
    "event",
    "trade_show",
    "webinar",
    "partner",
    "referral",
    "affiliate",
    "outbound",
    "marketplace",
    "other",
)
"""The standard list of lead sources, in any case of letters, blanks as underscores."""

_STANDARD = ", ".join(f"'{word}'" for word in STANDARD_SOURCES)


def _filled(alias: str, *columns: str) -> str:
    """How many of the columns have a value, and of how many."""
    counted = " + ".join(f"CASE WHEN {alias}.{name} IS NULL THEN 0 ELSE 1 END" for name in columns)
    return f"{counted} AS filled, {len(columns)} AS fields"


def _repeats(alias: str, words: str, on: str, key: str) -> str:
    """True for every record but the first that carries the same words on the same side."""
    return (
        f"{words} IS NOT NULL AND row_number() OVER (PARTITION BY {alias}.side, {words}"
        f" ORDER BY {alias}.{on}, {alias}.{key}) > 1 AS repeated"
    )


ACCOUNT_RECORDS = Fact(
    name="account_records",
    grain="one row per account with what is wrong in its record",
    requires=("accounts",),
    relation="fact_account_records",
    dates={"signed_up_on": "accounts"},
    dimensions=("category", "region", "channel", "segment"),
    columns=("named", "repeated", "filled", "fields"),
    known_by=("orders", "accounts"),
    builds=(
        f"""
        CREATE VIEW fact_account_records AS
        WITH worded AS (
            SELECT a.*, lower(trim(a.name)) AS word, coalesce(organization_id, account_id) AS company
            FROM dim_accounts a
        )
        SELECT w.side, w.account, w.signed_up_on, w.category, w.region, w.channel, w.segment,
               w.word IS NOT NULL AS named,
               w.word IS NOT NULL AND first_value(w.company) OVER (
                   PARTITION BY w.side, w.word ORDER BY w.signed_up_at, w.account
               ) <> w.company AS repeated,
               {_filled("w", "name", "category", "region", "channel", "segment", "country")}
        FROM worded w
        """,
    ),
)

LEAD_RECORDS = Fact(
    name="lead_records",
    grain="one row per lead with what is wrong in its record",
    requires=("leads",),
    relation="fact_lead_records",
    dates={"created_on": "leads"},
    dimensions=("category", "region", "channel", "segment", "owner"),
    columns=("named", "repeated", "standard_source", "filled", "fields"),
    account=None,
    known_by=("leads", "stage_changes"),
    builds=(
        f"""
        CREATE VIEW fact_lead_records AS
        SELECT l.side, l.created_on, l.category, l.region, l.channel, l.segment, l.owner, l.name IS NOT NULL AS named,
               {_repeats("l", "lower(trim(l.name))", "created_at", "lead_id")},
               coalesce(replace(lower(trim(l.channel)), ' ', '_') IN ({_STANDARD}), false) AS standard_source,
               {_filled("l", "name", "channel", "category", "region", "segment", "owner")}
        FROM {{leads}} l
        """,
    ),
)

CONTACT_RECORDS = Fact(
    name="contact_records",
    grain="one row per contact with what is wrong in its record",
    requires=("contacts",),
    relation="fact_contact_records",
    dates={"created_on": "contacts"},
    dimensions=("category", "region", "segment"),
    columns=("named", "repeated", "filled", "fields"),
    known_by=("contacts",),
    builds=(
        f"""
        CREATE VIEW fact_contact_records AS
        WITH known AS (
            SELECT c.*, a.side, a.account, a.category, a.region, a.segment
            FROM {{contacts}} c LEFT JOIN dim_accounts a ON a.account_id = c.account_id
            WHERE c.account_id IS NULL OR a.account IS NOT NULL
        )
        SELECT k.side, k.account, k.created_on, k.category, k.region, k.segment, k.email IS NOT NULL AS named,
               {_repeats("k", "lower(trim(k.email))", "created_at", "contact_id")},
               {_filled("k", "name", "email", "role", "account_id")}
        FROM known k
        """,
    ),
)

OPPORTUNITY_RECORDS = Fact(
    name="opportunity_records",
    grain="one row per opportunity with what is blank in its record",
    requires=("opportunities",),
    relation="fact_opportunity_records",
    dates={"opened_on": "opportunities"},
    dimensions=("category", "region", "channel", "owner"),
    columns=("filled", "fields"),
    account=None,
    known_by=("opportunities", "leads", "stage_changes"),
    builds=(
        f"""
        CREATE VIEW fact_opportunity_records AS
        SELECT p.side, p.opened_on, p.category, p.region, p.channel, p.owner,
               {_filled("p", "name", "amount", "category", "region", "channel", "owner")}
        FROM {{opportunities}} p
        """,
    ),
)

LEAD_STANDING = Fact(
    name="lead_standing",
    grain="one row per thing that happened to a lead that was open then, until the day of the next one",
    requires=("leads", "stage_changes"),
    relation="fact_lead_standing",
    dates={"moved_on": "leads"},
    dimensions=("category", "region", "channel", "segment", "owner"),
    columns=("next_on",),
    account=None,
    known_by=("leads", "stage_changes"),
    later={"next_on": ("leads", "stage_changes", "touches")},
    builds=(
        """
        CREATE TABLE fact_lead_standing AS
        WITH steps AS (
            SELECT lead_id, created_at AS moved_at, created_on AS moved_on, 1 AS nth, 0 AS rests FROM {leads}
            UNION ALL
            SELECT c.lead_id, CASE WHEN c.changed_on = l.created_on THEN greatest(c.changed_at, l.created_at)
                                   ELSE c.changed_at END, c.changed_on, 2,
                   CASE WHEN c.stage IN ('closed_won', 'closed_lost', 'recycled') THEN 1 ELSE 0 END
            FROM {stage_changes} c JOIN {leads} l ON l.lead_id = c.lead_id
            UNION ALL
            SELECT l.lead_id, greatest(t.occurred_at, l.created_at), t.occurred_on, 3, NULL
            FROM {touches} t JOIN {leads} l ON l.lead_id = t.lead_id WHERE {ends:t.occurred} >= l.created_at
        ),
        counted AS (
            SELECT lead_id, moved_at, moved_on, rests, nth,
                   count(rests) OVER (PARTITION BY lead_id ORDER BY moved_at, nth, rests) AS stages
            FROM steps
        ),
        standing AS (
            SELECT lead_id, moved_on, max(rests) OVER (PARTITION BY lead_id, stages) AS resting,
                   lead(moved_on) OVER (PARTITION BY lead_id ORDER BY moved_at, nth, rests) AS next_on
            FROM counted
        )
        SELECT l.side, l.category, l.region, l.channel, l.segment, l.owner, s.moved_on, s.next_on
        FROM standing s JOIN {leads} l ON l.lead_id = s.lead_id WHERE s.resting = 0
        """,
    ),
)
