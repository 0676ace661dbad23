"""The CRM sales opportunities of Maven Analytics: accounts and a pipeline of a fictitious maker of hardware."""

from bothsides.ingest.draft.layouts.known import KnownFile, KnownLayout, Roles, always, fed, files, header
from bothsides.ingest.draft.records import SourceDraft, TableDraft

_SPACE = "crm"
_ACCOUNTS = TableDraft(
    name="accounts",
    key=("account",),
    columns=(
        always("side", "buyer", "the companies that are sold to"),
        fed("name", "account"),
        fed("parent_id", "subsidiary_of", "the name of the parent", orphans="keep"),
        fed("category", "sector", "the publisher's spelling mended", words=(("technolgy", "technology"),)),
        fed("region", "office_location"),
    ),
)
_PIPELINE = TableDraft(
    name="opportunities",
    key=("opportunity_id",),
    columns=(
        always("side", "buyer"),
        fed("account_id", "account", "blank in one deal of six", orphans="keep"),
        fed(
            "status",
            "deal_stage",
            words=(("Won", "won"), ("Lost", "lost"), ("Engaging", "open"), ("Prospecting", "open")),
        ),
        fed(
            "opened_at", "engage_date", "the 500 deals in Prospecting have no date and stay in quarantine until they do"
        ),
        fed("closed_at", "close_date"),
        fed("amount", "close_value"),
        fed("category", "product", "one product is spelt differently in products.csv", words=(("GTXPro", "GTX Pro"),)),
        fed("owner", "sales_agent"),
    ),
)


def _build(roles: Roles) -> tuple[SourceDraft, ...]:
    sources = []
    if "accounts" in roles:
        sources.append(
            SourceDraft(source="accounts", id_space=_SPACE, files=files(roles, "accounts"), tables=(_ACCOUNTS,))
        )
    if "pipeline" in roles:
        sources.append(
            SourceDraft(source="pipeline", id_space=_SPACE, files=files(roles, "pipeline"), tables=(_PIPELINE,))
        )
    return tuple(sources)


CRM_MAVEN = KnownLayout(
    name="CRM sales opportunities (Maven Analytics)",
    files=(
        KnownFile(
            role="accounts",
            header=header("account,sector,year_established,revenue,employees,office_location,subsidiary_of"),
        ),
        KnownFile(
            role="pipeline",
            header=header("opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"),
        ),
        KnownFile(role="products", header=header("product,series,sales_price"), unused="a price list of one seller"),
        KnownFile(
            role="teams", header=header("sales_agent,manager,regional_office"), unused="the sales team, not the market"
        ),
    ),
    build=_build,
    currency="USD",
)
