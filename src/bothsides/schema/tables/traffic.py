"""Who came to look: visits, before and after a company has an account."""

from bothsides.schema.column import choice, integer, key, moment, ref, text
from bothsides.schema.side import Side
from bothsides.schema.table import Table

VISITS = Table(
    name="visits",
    grain="one row per visit (session), or one per count of visits where the export has only counts",
    meaning="A visit to the marketplace's site or app. A visitor is followed by its id until an account is known.",
    owner="Web analytics",
    event_time="started_on",
    columns=(
        key("visit_id", "the visit"),
        text("visitor_id", "the browser or device, as the analytics tool knows it"),
        ref("account_id", "accounts", "the account that was signed in or signed up; empty for an anonymous visit"),
        choice("side", Side, "the side that was addressed: pages for buyers or for suppliers"),
        moment("started_at", "when it began", required=True),
        text("channel", "where it came from, in the standard list of lead sources"),
        ref("campaign_id", "campaigns", "the campaign that brought it"),
        text("category", "category looked at first"),
        text("region", "region of the visitor"),
        integer("searches", "searches in the visit", minimum=0),
        integer("sessions", "how many visits the row stands for, where it is a count; empty for one", minimum=0),
    ),
)
