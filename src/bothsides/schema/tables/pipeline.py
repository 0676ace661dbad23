"""How accounts are won: campaigns, leads and their stages, opportunities, touches and what was spent."""

from bothsides.schema.column import boolean, choice, currency, key, moment, money, number, ref, text
from bothsides.schema.side import Side
from bothsides.schema.stage import LeadStage
from bothsides.schema.table import Table

SPEND_KINDS = ("marketing", "sales", "onboarding", "incentive")
"""The four parts of acquisition cost per side; account management is not among them (Bessemer)."""

CAMPAIGNS = Table(
    name="campaigns",
    grain="one row per campaign",
    meaning="A marketing campaign.",
    owner="Marketing operations",
    event_time="started_on",
    columns=(
        key("campaign_id", "the campaign"),
        text("name", "its name"),
        text("channel", "its channel"),
        choice("side", Side, "the side it addresses"),
        moment("started_at", "first day"),
        moment("ended_at", "last day"),
    ),
)

LEADS = Table(
    name="leads",
    grain="one row per lead",
    meaning="Someone who may become an account, on one side.",
    owner="Marketing operations or CRM administrator",
    event_time="created_on",
    columns=(
        key("lead_id", "the lead"),
        choice("side", Side, "the side it would join", required=True),
        ref("account_id", "accounts", "the account it became"),
        text("name", "company or person"),
        text("channel", "where it came from, in the standard list of lead sources"),
        ref("campaign_id", "campaigns", "the campaign that brought it"),
        text("category", "category of interest"),
        text("region", "region"),
        text("segment", "size band"),
        text("owner", "who works it"),
        moment("created_at", "when it was first known", required=True),
        ref("merged_into", "leads", "the lead of the same person that it was found to be; it is counted there"),
    ),
)

STAGE_CHANGES = Table(
    name="stage_changes",
    grain="one row per lead and stage entered",
    meaning="The history of a lead through the funnel. Stages are counted from here, never from the current stage.",
    owner="CRM administrator (field history export)",
    event_time="changed_on",
    columns=(
        key("change_id", "the change"),
        ref("lead_id", "leads", "the lead", required=True),
        choice("stage", LeadStage, "the stage entered", required=True),
        moment("changed_at", "when it was entered", required=True),
        text("reason", "reason given, e.g. for a loss or a return to marketing"),
        text("owner", "who moved it"),
    ),
)

OPPORTUNITIES = Table(
    name="opportunities",
    grain="one row per opportunity",
    meaning="A deal in the pipeline, on one side.",
    owner="CRM administrator",
    event_time="opened_on",
    columns=(
        key("opportunity_id", "the deal"),
        choice("side", Side, "the side of the account to be won", required=True),
        ref("lead_id", "leads", "the lead it came from"),
        ref("account_id", "accounts", "the account"),
        text("name", "its name"),
        choice("status", ("open", "won", "lost"), "where it stands", required=True, default="open"),
        moment("opened_at", "when it was opened", required=True),
        moment("closed_at", "when it was won or lost"),
        money("amount", "expected or won value"),
        currency(),
        text("category", "category"),
        text("region", "region"),
        text("channel", "where it came from"),
        text("reason", "why it was won or lost"),
        text("owner", "who works it"),
        number("probability", "chance of winning at its stage, from 0 to 1 or from 0 to 100", minimum=0),
    ),
)

TOUCHES = Table(
    name="touches",
    grain="one row per touch",
    meaning="A contact between the marketplace's people or campaigns and a lead or account.",
    owner="CRM administrator (activity export)",
    event_time="occurred_on",
    columns=(
        key("touch_id", "the touch"),
        ref("lead_id", "leads", "the lead touched"),
        ref("account_id", "accounts", "the account touched"),
        ref("campaign_id", "campaigns", "the campaign it belongs to"),
        choice(
            "kind",
            ("call", "email", "meeting", "chat", "ad", "web", "other"),
            "how",
            required=True,
            default="other",
        ),
        choice("direction", ("out", "in"), "out to the lead, or in from it", required=True, default="out"),
        moment("occurred_at", "when", required=True),
        text("owner", "who"),
        boolean("automated", "sent by a machine: a sequence mail, an auto-reply", default="false"),
    ),
)

SPEND = Table(
    name="spend",
    grain="one row per day, side, channel, category and region (as fine as the source has it)",
    meaning="What was spent to win accounts.",
    owner="Finance or marketing operations",
    event_time="spent_on",
    columns=(
        key("spend_id", "the row"),
        choice("kind", SPEND_KINDS, "what kind of cost", required=True, default="marketing"),
        choice("side", Side, "the side it was meant to win"),
        moment("spent_at", "when", required=True),
        money("amount", "cost without tax", required=True),
        currency(),
        text("channel", "channel"),
        ref("campaign_id", "campaigns", "campaign"),
        text("category", "category it was aimed at"),
        text("region", "region it was aimed at"),
    ),
)
