"""What the teams owe each other, by hand."""

from datetime import datetime

from tests.metrics.cases import case, world
from tests.metrics.cases_pipeline import LEADS_ONLY, PIPELINE, stage, touch

Row = dict[str, object]


def timed(row: Row) -> Row:
    """The row with its moments read from text."""
    return {k: datetime.fromisoformat(v) if k.endswith("_at") and isinstance(v, str) else v for k, v in row.items()}


def came(name: str, on: str, side: str = "buyer", owner: str = "ann") -> Row:
    return timed({"lead_id": name, "side": side, "owner": owner, "created_at": on})


def given(name: str, on: str, owner: str = "ann", *, ended: str | None = None, by: str | None = None) -> Row:
    ends = {} if ended is None else {"ended_at": ended, "ended_by": by}
    return timed({"lead_id": name, "owner": owner, "assigned_at": on, "is_new_round": True, **ends})


def clock(name: str | None, due: str | None, kind: str = "first_touch", side: str = "buyer", **more: object) -> Row:
    days = {} if due is None else {"due_at": due}
    told = {"started_at": "2024-01-01", "subject": name or "rfq", "clause": kind, "kind": kind, "state": "running"}
    return timed({"lead_id": name, "side": side, "owner": "ann", **told, **days, **more})


def verdict(name: str, word: str, on: str, reason: str | None = None) -> Row:
    return timed({"lead_id": name, "verdict": word, "reason": reason, "given_at": on})


# d1 answers on its third day after two calls, d2 meets us at once, d3 answers too late after one call that a machine's
# mail followed, d4 answered only before it was an MQL; d5 is young; d6 is no MQL.
MQLS = world(
    "2024-03-15",
    leads=[
        came("d1", "2024-02-01"),
        came("d2", "2024-02-01"),
        came("d3", "2024-02-01", owner="bea"),
        came("d4", "2024-02-01", "supplier", "bea"),
        came("d5", "2024-02-01", "supplier", "bea"),
        came("d6", "2024-02-01", "supplier", "bea"),
    ],
    stage_changes=[
        stage("d1", "mql", "2024-02-05T09:00"),
        stage("d1", "mql", "2024-02-20"),
        stage("d2", "mql", "2024-02-06T09:00"),
        stage("d3", "mql", "2024-02-07T09:00"),
        stage("d4", "sales_qualified", "2024-02-08T09:00"),
        stage("d5", "mql", "2024-03-10"),
    ],
    touches=[
        touch("d1", "2024-02-05T10:00"),
        touch("d1", "2024-02-06T10:00", kind="email"),
        touch("d1", "2024-02-07T10:00", direction="in"),
        touch("d1", "2024-02-07T12:00"),
        touch("d2", "2024-02-06T15:00", kind="meeting"),
        touch("d3", "2024-02-08T10:00"),
        touch("d3", "2024-02-09T10:00", kind="email") | {"automated": True},
        touch("d3", "2024-02-18T10:00", direction="in"),
        touch("d4", "2024-02-03T10:00", direction="in"),
        touch("d5", "2024-03-10T10:00", direction="in"),
    ],
)

# In January: r1 kept, r2 missed, r3 missed and then proven, r4 done late, r5 undecided, r6 on hold, r7 called off.
CLOCKS = world(
    "2024-03-31",
    sla_clocks=[
        clock("r1", "2024-01-03T12:00", met_at="2024-01-03T11:00", clause="large"),
        clock("r2", "2024-01-04T12:00", breached_at="2024-01-05"),
        clock("r3", "2024-01-05T12:00", met_at="2024-01-05T12:00", breached_at="2024-01-06", reversed_at="2024-02-10"),
        clock("r4", "2024-01-06T12:00", met_at="2024-01-08", breached_at="2024-01-07", side="supplier"),
        clock("r5", "2024-01-31T12:00"),
        clock("r6", None),
        clock("r7", "2024-01-07T12:00", cancelled_at="2024-01-06", state="cancelled"),
        clock("r8", "2024-01-08T12:00", breached_at="2024-01-09", reversed_at="2024-01-20", state="cancelled"),
        clock("r9", "2024-02-05T12:00", kind="attempts", met_at="2024-02-01"),
        clock("r9", "2024-02-06T12:00", kind="attempts", breached_at="2024-02-07"),
        clock(None, "2024-02-02", kind="rfq_reply", side="supplier", met_at="2024-02-01"),
        clock(None, "2024-02-03", kind="rfq_reply", side="supplier", breached_at="2024-02-04"),
        clock(None, "2024-02-04", kind="rfq_reply", side="supplier", breached_at="2024-02-05"),
    ],
)

# g1 waits 2 hours for an owner who calls after 4; g2's first owner says nothing, the second calls 30 hours after the
# first was given it; g3 decays, is an MQL again and is called 1 hour after it came back; g4 decays for good; g5 was
# called before it was given, and sent back without a reason; g6 was given yesterday.
ROUNDS = world(
    "2024-06-30",
    leads=[
        came("g1", "2024-01-02T08:00"),
        came("g2", "2024-01-03T08:00"),
        came("g3", "2024-01-04T08:00"),
        came("g4", "2024-01-05T08:00", "supplier"),
        came("g5", "2024-01-08T08:00", "supplier"),
        came("g6", "2024-06-29T08:00"),
    ],
    assignments=[
        given("g1", "2024-01-02T10:00"),
        given("g2", "2024-01-03T08:00", ended="2024-01-04T08:00", by="owner_silent"),
        given("g2", "2024-01-04T08:00", "bea") | {"is_new_round": False},
        given("g3", "2024-01-04T08:00", ended="2024-01-06T08:00", by="decayed"),
        given("g3", "2024-02-10T08:00", "bea"),
        given("g4", "2024-01-05T14:00", ended="2024-01-07T14:00", by="breached"),
        given("g5", "2024-01-08T12:00", ended="2024-01-09T12:00", by="rejected"),
        given("g6", "2024-06-29T08:00"),
    ],
    stage_changes=[
        stage("g3", "mql", "2024-01-04T08:00"),
        stage("g3", "recycled", "2024-01-06T08:00"),
        stage("g3", "mql", "2024-02-10T08:00"),
        stage("g4", "recycled", "2024-01-07T14:00"),
        stage("g4", "mql", "2024-05-30"),
    ],
    touches=[
        touch("g1", "2024-01-02T14:00"),
        touch("g2", "2024-01-04T14:00"),
        touch("g3", "2024-02-10T09:00"),
        touch("g5", "2024-01-08T09:00"),
        touch("g6", "2024-06-29T08:30", kind="email") | {"automated": True},
    ],
    lead_feedback=[
        verdict("g1", "accepted", "2024-01-03"),
        verdict("g2", "rejected", "2024-01-05", "no budget"),
        verdict("g3", "rejected", "2024-02-11", "no budget"),
        verdict("g5", "rejected", "2024-01-09"),
        verdict("g1", "won", "2024-03-03", "price"),
    ],
)

# Two leads of one person, m2 called in; the second load knows that m2 is m1.
TWINS = world(
    "2024-03-31",
    leads=[
        came("m1", "2024-01-01"),
        came("m2", "2024-01-02") | {"loaded_in": 1, "superseded_in": 2},
        came("m2", "2024-01-02") | {"merged_into": "m1", "loaded_in": 2},
    ],
    stage_changes=[
        stage("m1", "mql", "2024-01-02"),
        stage("m2", "mql", "2024-01-02") | {"loaded_in": 1, "superseded_in": 2},
        stage("m1", "mql", "2024-01-02") | {"loaded_in": 2},
    ],
    touches=[
        touch("m2", "2024-01-03", direction="in") | {"loaded_in": 1, "superseded_in": 2},
        touch("m1", "2024-01-03", direction="in") | {"loaded_in": 2},
    ],
)

CASES = (
    case("mql_contact_rate", MQLS, "d1 and d2 of four; d5 is young", "2/4 | 4 | small_n", basis="wilson"),
    case("mql_contact_rate", MQLS, "by side", "buyer | 2/3 | 3 | small_n; supplier | 0 | 1 | small_n", by="side"),
    case("mql_contact_rate", MQLS, "by owner", "ann | 1 | 2 | small_n; bea | 0 | 2 | small_n", by="owner"),
    case("mql_contact_rate", MQLS, "before anybody is 10 days old", "- | 0 | immature", as_of="2024-02-10"),
    case("mql_contact_rate", LEADS_ONLY, "no touches", reason="needs stage_changes, touches"),
    # l1 to l6 of the CRM: only l1 ever answered, and that before it was an MQL.
    case("mql_contact_rate", PIPELINE, "from a CRM's exports", "0 | 6 | small_n"),
    case("mql_contact_rate", TWINS, "two leads found to be one", "1 | 1 | small_n"),
    case("mql_contact_rate", TWINS.but(known_on=1), "before they were found to be one", "1/2 | 2 | small_n"),
    case(
        "lead_acceptance_rate",
        ROUNDS,
        "a week that was cut",
        "2024-W01 | 1/2 | 2 | partial; 2024-W02 | 0 | 1 | partial",
        by="week",
        start="2024-01-01",
        end="2024-01-10",
    ),
    case("mql_attempts", MQLS, "2, 0, 1 and 0: a meeting is both", "4/4 | 4 | small_n"),
    case(
        "follow_up_sla_attainment",
        CLOCKS,
        "r1 and, proven since, r3 of four",
        "2024-01 | 2/4 | 4 | small_n",
        by="month",
        end="2024-01-31",
    ),
    case("follow_up_sla_attainment", CLOCKS, "before the proof came", "1/4 | 4 | small_n", as_of="2024-02-09"),
    case(
        "follow_up_sla_attainment",
        CLOCKS,
        "by side",
        "buyer | 2/3 | 3 | small_n; supplier | 0 | 1 | small_n",
        by="side",
    ),
    case(
        "follow_up_sla_attainment",
        CLOCKS,
        "by clause",
        "attempts | - | 0 | no_denominator; first_touch | 1/3 | 3 | small_n; large | 1 | 1 | small_n; "
        "rfq_reply | - | 0 | no_denominator",
        by="clause",
    ),
    case("follow_up_sla_attainment", PIPELINE, "without a desk", reason="needs sla_clocks"),
    case(
        "sla_attainment",
        CLOCKS,
        "by clause",
        "attempts | 1/2 | 2 | small_n; first_touch | 1/3 | 3 | small_n;"
        " large | 1 | 1 | small_n; rfq_reply | 1/3 | 3 | small_n",
        by="clause",
    ),
    case("inquiry_response_sla_attainment", CLOCKS, "one of three", "1/3 | 3 | small_n"),
    # 4 hours, 30, 1 and none: g5 was called before it was given.
    case("sla_response_hours", ROUNDS, "0, 1, 4 and 30", "2.5 | 4 | small_n"),
    case("sla_response_hours", ROUNDS, "as of the evening of the 3rd", "4 | 1 | small_n", as_of="2024-01-03"),
    case("sla_response_hours_p90", ROUNDS, "between 4 and 30", "22.2 | 4 | small_n"),
    case("routing_delay_hours", ROUNDS, "0, 0, 0, 2, 4 and 6", "1 | 6 | small_n"),
    case("lead_decay_rate", ROUNDS, "g3 once and g4 of six rounds; g6 is young", "2/6 | 6 | small_n"),
    case("lead_decay_rate", ROUNDS, "by side", "buyer | 1/4 | 4 | small_n; supplier | 1/2 | 2 | small_n", by="side"),
    case("decayed_lead_recovery_rate", ROUNDS, "g3; g4 was too late", "1/2 | 2 | small_n"),
    # g1, g2 and g3's second round of six; g5's rejection gives no reason.
    case("sales_feedback_rate", ROUNDS, "with a reason", "3/6 | 6 | small_n"),
    case("lead_acceptance_rate", ROUNDS, "g1 of four; a close is no verdict on the handover", "1/4 | 4 | small_n"),
    case("lead_acceptance_rate", ROUNDS, "nothing said", "- | 0 | no_denominator", start="2024-06-01"),
)
