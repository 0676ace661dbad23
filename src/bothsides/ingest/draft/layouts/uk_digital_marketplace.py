"""The UK government's Digital Marketplace: the G-Cloud sales ledger and the published requests."""

from bothsides.ingest.draft.layouts.known import KnownFile, KnownLayout, Roles, accounts, always, fed, files, header
from bothsides.ingest.draft.records import SourceDraft, TableDraft, Unmapped

_SPACE = "marketplace"

_LEDGER = TableDraft(
    name="orders",
    key=("ID",),
    columns=(
        fed("buyer_id", "CustomerName"),
        fed("supplier_id", "SupplierName"),
        fed("placed_at", "ReturnMonth", "always the first day of the month that was reported"),
        always("status", "completed", "a ledger of invoices: every line is completed value"),
        fed("amount", "EvidencedSpend", "credit notes are negative and stay negative"),
        fed(
            "category",
            "LotDescription",
            "the four lots of the framework",
            words=(("1", "IaaS"), ("2", "PaaS"), ("3", "SaaS"), ("4", "Specialist services")),
        ),
        fed("region", "Sector", "the buyer's sector: the ledger has no geography, and its public split the market so"),
        fed("title", "ProjectNameAndDescription"),
    ),
)
_LEDGER_ACCOUNTS = (
    accounts(
        "supplier",
        "SupplierName",
        fed("name", "SupplierName"),
        fed("segment", "SMEorLarge"),
        always("country", "GB"),
        note="The ledger names companies only in its lines: one account per name.",
    ),
    accounts("buyer", "CustomerName", fed("name", "CustomerName"), fed("region", "Sector"), always("country", "GB")),
)
_REQUESTS = TableDraft(
    name="quotes",
    key=("ID",),
    columns=(
        always("kind", "request"),
        fed("buyer_id", "Organisation Name"),
        fed("supplier_id", "Winning supplier", "named in 606 of the 616 awarded requests"),
        fed("requested_at", "Published At"),
        fed("status", "Status"),
        fed("responses", "Total Organisations"),
        fed("category", "Category"),
        fed("region", "Location Of The Work"),
        fed("title", "Opportunity"),
        fed("amount", "Contract amount"),
    ),
)
_SIZES = (("micro", "SME"), ("small", "SME"), ("medium", "SME"), ("large", "Large"))
_REQUEST_ACCOUNTS = (
    accounts("buyer", "Organisation Name", fed("name", "Organisation Name"), always("country", "GB")),
    accounts(
        "supplier",
        "Winning supplier",
        fed("name", "Winning supplier"),
        fed("segment", "Size of supplier", "in the ledger's two sizes", words=_SIZES),
        always("country", "GB"),
        optional=True,
        note="Most requests have no winner.",
    ),
)


def _build(roles: Roles) -> tuple[SourceDraft, ...]:
    sources = []
    if "ledger" in roles:
        sources.append(
            SourceDraft(
                source="ledger",
                id_space=_SPACE,
                files=files(roles, "ledger"),
                currency="GBP",
                date_grain="month",
                tables=(_LEDGER, *_LEDGER_ACCOUNTS),
            )
        )
    if "opportunities" in roles:
        sources.append(
            SourceDraft(
                source="opportunities",
                id_space=_SPACE,
                files=files(roles, "opportunities"),
                currency="GBP",
                tables=(_REQUESTS, *_REQUEST_ACCOUNTS),
                unmapped=(
                    Unmapped(field="Contract start date", why="the first day of work, not the day of the award"),
                    Unmapped(field="Specialist", why="only half of the requests have one; Category is always filled"),
                ),
            )
        )
    return tuple(sources)


UK_DIGITAL_MARKETPLACE = KnownLayout(
    name="UK Digital Marketplace (public sector information, Open Government Licence v3.0)",
    files=(
        KnownFile(
            role="ledger",
            header=header(
                "ID,Framework,LotDescription,SupplierName,CustomerName,ReturnMonth,ProjectNameAndDescription,EvidencedSpend,"
                "Sector,SMEorLarge"
            ),
        ),
        KnownFile(
            role="opportunities",
            header=header(
                "ID,Opportunity,Link,Framework,Category,Specialist,Organisation Name,Buyer Domain,Location Of The Work,"
                "Published At,Open For,Expected Contract Length,Applications from SMEs,"
                "Applications from Large Organisations,Total Organisations,Status,Winning supplier,Size of supplier,"
                "Contract amount,Contract start date"
            ),
        ),
    ),
    build=_build,
    currency="GBP",
    time_zone="Europe/London",
    fiscal_year_start=4,
)
