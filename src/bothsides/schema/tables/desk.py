"""What the lead desk did: whose each lead was, what it scored, what sales said of it, what was owed and by when."""

from bothsides.schema.column import boolean, choice, integer, key, moment, number, ref, text
from bothsides.schema.side import Side
from bothsides.schema.table import Table

_OWNER = "The lead desk (the workspace's logbook)"

ASSIGNMENT_ENDS = (
    "reassigned",
    "owner_silent",
    "decayed",
    "breached",
    "rejected",
    "recycled",
    "won",
    "lost",
    "released",
)
"""Why a lead left its owner: by hand or rule, because the owner said nothing, untouched for too long, by the ladder of
a missed promise, by sales' verdict, closed, or otherwise."""

VERDICTS = ("accepted", "rejected", "recycled", "won", "lost")
"""What sales says of a lead: at the handover, and at its close."""

CLOCK_STATES = ("running", "paused", "at_risk", "breached", "met", "cancelled")

ASSIGNMENTS = Table(
    name="assignments",
    grain="one row per lead and owner it was given to",
    meaning="Who had which lead from when to when, and why it left them.",
    owner=_OWNER,
    event_time="assigned_on",
    columns=(
        key("assignment_id", "the assignment"),
        ref("lead_id", "leads", "the lead", required=True),
        text("owner", "who got it"),
        text("pool", "the pool whose turn it was"),
        text("rule", "the routing rule"),
        text("band", "its band then: sales, self_serve or nurture"),
        boolean("is_holdout", "whether chance chose the owner"),
        boolean("is_new_round", "whether sales got it anew, rather than from another of its people"),
        moment("assigned_at", "when", required=True),
        moment("ended_at", "when it left the owner"),
        choice("ended_by", ASSIGNMENT_ENDS, "why it left"),
    ),
)

SLA_CLOCKS = Table(
    name="sla_clocks",
    grain="one row per promise on one lead, request or order",
    meaning="What was owed to whom by when under the agreement, and whether it came.",
    owner=_OWNER,
    event_time="started_on",
    columns=(
        key("clock_id", "the clock"),
        ref("lead_id", "leads", "the lead it is about; empty for requests and orders"),
        text("subject", "what it is about, as the desk names it", required=True),
        choice("side", Side, "the side of the lead; of other subjects, the side that owes or is owed"),
        text("clause", "the clause of the agreement", required=True),
        text("kind", "what it waits for: first_touch, attempts, disposition, rfq_reply and so on", required=True),
        text("owed_by", "the party that owes"),
        text("owner", "the member who owes"),
        text("category", "category of the lead"),
        text("region", "region of the lead"),
        text("channel", "channel of the lead"),
        text("policy_version", "the version of the agreement under which it began"),
        moment("started_at", "when the debt began", required=True),
        moment("due_at", "when it was due, holds counted; empty while it is on hold"),
        moment("met_at", "when it was done, in time or late"),
        moment("breached_at", "when the miss was written down"),
        moment("reversed_at", "when proof took the miss back; empty where it stands"),
        moment("cancelled_at", "when it was called off in time, with the lead's return for one"),
        integer("held_seconds", "time on hold, as the clause counts", minimum=0),
        integer("failed_by_seconds", "by how much it was late, as the clause counts", minimum=0),
        choice("state", CLOCK_STATES, "how it stands", required=True),
    ),
)

LEAD_FEEDBACK = Table(
    name="lead_feedback",
    grain="one row per verdict on a lead",
    meaning="What sales said of leads it was given, with the coded reason, and why they were won or lost.",
    owner=_OWNER,
    event_time="given_on",
    columns=(
        key("feedback_id", "the verdict"),
        ref("lead_id", "leads", "the lead", required=True),
        choice("verdict", VERDICTS, "what was said", required=True),
        text("reason", "the coded reason"),
        text("objections", "coded objections, joined by a semicolon"),
        text("owner", "who had the lead"),
        text("said_by", "who said it"),
        number("score", "the lead's score then"),
        text("band", "its band then"),
        moment("given_at", "when", required=True),
    ),
)

LEAD_SCORES = Table(
    name="lead_scores",
    grain="one row per score a lead was given",
    meaning="Scores with the card that gave them, so that they can be held against what became of the leads.",
    owner=_OWNER,
    event_time="scored_on",
    columns=(
        key("score_id", "the score"),
        ref("lead_id", "leads", "the lead", required=True),
        number("score", "points from 0 to 100"),
        text("band", "sales, self_serve or nurture"),
        number("win_chance", "chance of being won by the card, 0 to 1", minimum=0),
        integer("priority", "worth in minor units of the reporting currency"),
        text("card", "the version of the scorecard"),
        moment("scored_at", "when", required=True),
    ),
)

DESK_TABLES = (ASSIGNMENTS, SLA_CLOCKS, LEAD_FEEDBACK, LEAD_SCORES)
"""Tables that only the desk can fill."""
