"""What marketing and sales owe each other: contacts of qualified leads, rounds with sales, promises and verdicts."""

from bothsides.metrics.fact import Fact

CONTACT_DAYS = 10
"""Within so many days of becoming an MQL a lead is to be reached."""

RECOVERY_DAYS = 90

_DIMENSIONS = ("channel", "category", "region", "segment", "owner")
_BY_PEOPLE = "t.kind IN ('call', 'email', 'meeting', 'chat') AND NOT coalesce(t.automated, false)"

CONTACTS = Fact(
    name="contacts",
    grain="one row per lead that became marketing-qualified, with the first contact both ways after it",
    requires=("leads", "stage_changes", "touches"),
    relation="fact_contacts",
    dates={"mql_on": "stage_changes"},
    dimensions=_DIMENSIONS,
    columns=("contacted_on", "attempts"),
    account=None,
    known_by=("leads", "stage_changes", "touches"),
    later={"contacted_on": ("touches",), "attempts": ("touches",)},
    builds=(
        f"""
        CREATE TABLE fact_contacts AS
        WITH qualified AS (
            SELECT l.*, m.mql_at, m.mql_on
            FROM {{leads}} l JOIN (
                SELECT lead_id, min(changed_at) AS mql_at, min(changed_on) AS mql_on FROM {{stage_changes}}
                WHERE stage IN ('mql', 'sales_qualified', 'opportunity', 'closed_won') GROUP BY lead_id
            ) m USING (lead_id)
        ),
        touched AS (
            SELECT t.lead_id, t.occurred_at, t.occurred_on, t.direction = 'in' OR t.kind = 'meeting' AS answered,
                   t.direction = 'out' AS tried
            FROM {{touches}} t JOIN qualified q USING (lead_id)
            WHERE {_BY_PEOPLE} AND {{ends:t.occurred}} >= q.mql_at
              AND t.occurred_at <= q.mql_at + INTERVAL {CONTACT_DAYS} DAY
        ),
        reached AS (
            SELECT lead_id, min(occurred_at) AS contacted_at, min(occurred_on) AS contacted_on FROM touched
            WHERE answered GROUP BY lead_id
        ),
        tried AS (
            SELECT t.lead_id, count(*) AS attempts FROM touched t LEFT JOIN reached r USING (lead_id)
            WHERE t.tried AND (r.contacted_at IS NULL OR t.occurred_at <= r.contacted_at) GROUP BY t.lead_id
        )
        SELECT q.side, q.channel, q.category, q.region, q.segment, q.owner, q.mql_on, r.contacted_on,
               coalesce(t.attempts, 0) AS attempts
        FROM qualified q LEFT JOIN reached r USING (lead_id) LEFT JOIN tried t USING (lead_id)
        """,
    ),
)

ROUNDS = Fact(
    name="rounds",
    grain="one row per lead and time that sales was given it, whoever of sales had it within that time",
    requires=("assignments", "leads"),
    relation="fact_rounds",
    dates={"assigned_on": "assignments", "returned_on": "assignments"},
    dimensions=_DIMENSIONS,
    columns=("routing_hours", "touched_on", "response_hours", "answered_on", "returned_on", "recovered_on"),
    account=None,
    known_by=("assignments", "leads", "stage_changes", "touches"),
    later={
        "touched_on": ("touches",),
        "response_hours": ("touches",),
        "answered_on": ("lead_feedback",),
        "returned_on": ("assignments",),
        "recovered_on": ("stage_changes",),
    },
    builds=(
        # A round ends as its last assignment does. A touch that came between the lead and its assignment is in time.
        f"""
        CREATE TABLE fact_rounds AS
        WITH numbered AS (
            SELECT a.*, sum(CASE WHEN coalesce(a.is_new_round, true) THEN 1 ELSE 0 END) OVER given AS round,
                   lead(a.lead_id) OVER given IS NULL OR lead(coalesce(a.is_new_round, true)) OVER given AS closes
            FROM {{assignments}} a
            WINDOW given AS (PARTITION BY a.lead_id ORDER BY a.assigned_at, a.assignment_id)
        ),
        rounds AS (
            SELECT lead_id, round, min(assigned_at) AS assigned_at, min(assigned_on) AS assigned_on,
                   arg_min(owner, assigned_at) AS owner,
                   max(ended_at) FILTER (closes AND ended_by IN ('decayed', 'breached')) AS returned_at,
                   max(ended_on) FILTER (closes AND ended_by IN ('decayed', 'breached')) AS returned_on,
                   lead(min(assigned_at)) OVER (PARTITION BY lead_id ORDER BY round) AS next_at
            FROM numbered GROUP BY lead_id, round
        ),
        told AS (
            SELECT r.*, l.side, l.channel, l.category, l.region, l.segment, l.created_at,
                   CASE WHEN r.round = 1 THEN least(l.created_at, r.assigned_at) ELSE r.assigned_at END AS since
            FROM rounds r JOIN {{leads}} l USING (lead_id)
        ),
        touched AS (
            SELECT r.lead_id, r.round, min(greatest(t.occurred_at, r.assigned_at)) AS touched_at,
                   min(t.occurred_on) AS touched_on
            FROM told r JOIN {{touches}} t USING (lead_id)
            WHERE t.direction = 'out' AND {_BY_PEOPLE} AND {{ends:t.occurred}} >= r.since
              AND (r.next_at IS NULL OR t.occurred_at < r.next_at)
            GROUP BY r.lead_id, r.round
        ),
        answered AS (
            SELECT r.lead_id, r.round, min(f.given_on) AS answered_on
            FROM told r JOIN {{lead_feedback}} f USING (lead_id)
            WHERE f.given_at >= r.assigned_at AND (r.next_at IS NULL OR f.given_at < r.next_at)
              AND (f.verdict = 'accepted' OR f.reason IS NOT NULL)
            GROUP BY r.lead_id, r.round
        ),
        recovered AS (
            SELECT r.lead_id, r.round, min(c.changed_on) AS recovered_on
            FROM told r JOIN {{stage_changes}} c USING (lead_id)
            WHERE c.stage IN ('mql', 'sales_qualified', 'opportunity', 'closed_won') AND c.changed_at > r.returned_at
              AND c.changed_on <= r.returned_on + {RECOVERY_DAYS}
            GROUP BY r.lead_id, r.round
        )
        SELECT r.side, r.channel, r.category, r.region, r.segment, r.owner, r.assigned_on, t.touched_on, a.answered_on,
               r.returned_on, b.recovered_on,
               CASE WHEN r.round = 1 THEN date_diff('second', r.since, r.assigned_at) / 3600.0 END AS routing_hours,
               date_diff('second', r.assigned_at, t.touched_at) / 3600.0 AS response_hours
        FROM told r LEFT JOIN touched t USING (lead_id, round) LEFT JOIN answered a USING (lead_id, round)
        LEFT JOIN recovered b USING (lead_id, round)
        """,
    ),
)

CLOCKS = Fact(
    name="clocks",
    grain="one row per promise with a due time, with the day it was decided and, where it was kept, the day of that",
    requires=("sla_clocks",),
    relation="fact_clocks",
    dates={"due_on": "sla_clocks"},
    dimensions=("channel", "category", "region", "owner", "clause"),
    columns=("kind", "decided_on", "kept_on"),
    account=None,
    known_by=("sla_clocks", "leads", "stage_changes", "touches"),
    later={"decided_on": ("sla_clocks",), "kept_on": ("sla_clocks",)},
    builds=(
        # A miss that proof took back is kept from the day of the proof on. Called off or on hold, nothing is decided.
        """
        CREATE TABLE fact_clocks AS
        WITH judged AS (
            SELECT *, coalesce(met_at <= due_at, false) AS in_time FROM {sla_clocks} WHERE due_at IS NOT NULL
        )
        SELECT side, kind, clause, owner, category, region, channel, due_on,
               CASE WHEN breached_on IS NULL THEN CASE WHEN in_time THEN met_on END
                    WHEN in_time OR reversed_on IS NULL THEN breached_on END AS decided_on,
               CASE WHEN in_time THEN CASE WHEN breached_on IS NULL THEN met_on ELSE reversed_on END END AS kept_on
        FROM judged WHERE side IS NOT NULL
        """,
    ),
)

VERDICTS = Fact(
    name="verdicts",
    grain="one row per verdict of sales on a lead it was given",
    requires=("lead_feedback", "leads"),
    relation="fact_verdicts",
    dates={"given_on": "lead_feedback"},
    dimensions=(*_DIMENSIONS, "reason"),
    columns=("verdict",),
    account=None,
    known_by=("lead_feedback", "leads", "stage_changes", "touches"),
    builds=(
        """
        CREATE TABLE fact_verdicts AS
        SELECT l.side, l.channel, l.category, l.region, l.segment, coalesce(f.owner, l.owner) AS owner, f.reason,
               f.verdict, f.given_on
        FROM {lead_feedback} f JOIN {leads} l USING (lead_id) WHERE f.verdict IN ('accepted', 'rejected', 'recycled')
        """,
    ),
)
