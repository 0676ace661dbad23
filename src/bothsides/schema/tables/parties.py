"""Who is on the market: accounts, their people, and what suppliers list."""

from bothsides.schema.column import boolean, choice, currency, key, moment, money, ref, text
from bothsides.schema.side import Side
from bothsides.schema.table import Table

ACCOUNTS = Table(
    name="accounts",
    grain="one row per company and side",
    meaning="A company in one role. A company that buys and sells has two rows tied by organization_id.",
    owner="Marketplace operations (user database) or CRM administrator",
    event_time="signed_up_on",
    columns=(
        key("account_id", "the company in this role"),
        choice("side", Side, "the role", required=True),
        text("name", "the company's name as written in the source"),
        ref("organization_id", "organizations", "ties the two roles of one company"),
        ref("parent_id", "accounts", "the head office of a branch"),
        moment("signed_up_at", "when the account was created; a supplier's application"),
        moment("verified_at", "supplier onboarding: documents and identity verified"),
        moment("catalogue_at", "supplier onboarding: catalogue uploaded"),
        moment("live_at", "supplier onboarding: first listing purchasable"),
        moment("closed_at", "when the account was closed; rows are never deleted"),
        text("category", "the account's main category"),
        text("region", "the account's region"),
        text("channel", "acquisition channel in the standard list of lead sources"),
        text("segment", "size band of the company, e.g. SME, enterprise"),
        text("country", "country of the head office"),
        boolean("is_internal", "staff, test and demo accounts, left out of every metric", default="false"),
    ),
)

CONTACTS = Table(
    name="contacts",
    grain="one row per person and account",
    meaning="A person at an account.",
    owner="CRM administrator",
    event_time="created_on",
    columns=(
        key("contact_id", "the person"),
        ref("account_id", "accounts", "where the person works"),
        text("name", "the person's name"),
        text("email", "the person's e-mail address"),
        text("role", "job title or buying-group role"),
        moment("created_at", "when the contact was recorded"),
    ),
)

LISTINGS = Table(
    name="listings",
    grain="one row per listing",
    meaning="Something a supplier offers for sale.",
    owner="Catalogue or supplier operations",
    event_time="listed_on",
    columns=(
        key("listing_id", "the listing"),
        ref("supplier_id", "accounts", "who offers it", side=Side.SUPPLIER, required=True),
        text("title", "what it is"),
        text("category", "its category"),
        text("region", "where it can be bought"),
        moment("listed_at", "when it first became purchasable", required=True),
        moment("closed_at", "when it stopped being purchasable"),
        moment("paused_at", "since when it is paused or out of stock; empty while it can be bought"),
        money("price", "list price"),
        currency(),
    ),
)
