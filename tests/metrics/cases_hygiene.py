"""How far the records can be trusted, by hand."""

from tests.metrics.cases import account, case, dated, world
from tests.metrics.cases_pipeline import LEADS_ONLY, PIPELINE, lead, stage, touch
from tests.metrics.cases_volume import LEDGER


def named(name: str | None, row: dict[str, object]) -> dict[str, object]:
    return row | {"name": name}


def contact(of: str | None, on: str, **more: object) -> dict[str, object]:
    return dated({"account_id": of, "created_at": on, **more})


RECORDS = world(
    "2024-06-30",
    accounts=[
        named("Acme", account("b1", "2024-01-01", region="north")),
        named(" acme ", account("b2", "2024-01-05")),
        named("ACME", account("b3", "2024-02-06", organization_id="g")),  # of a company of its own: a repeat
        named("Zeta", account("s1", "2024-01-01", organization_id="z")),
        named("zeta", account("s2", "2024-01-02", organization_id="z")),  # known to be one
        named(None, account("s3", "2024-02-01", category="x")),
        named("Acme", account("b9", "2024-01-01", is_internal=True)),
    ],
    leads=[
        named("Acme", lead("l1", "buyer", "2024-01-01", channel="Paid Search")),
        named("ACME", lead("l2", "buyer", "2024-01-05", channel="ads")),
        named("acme", lead("l3", "supplier", "2024-01-10")),  # the other side
        lead("l4", "buyer", "2024-02-01", channel="referral", owner="ann"),
    ],
    contacts=[
        contact("b1", "2024-01-01", name="Ann", email="A@x.example"),
        contact("b2", "2024-01-02", email="a@x.example "),
        contact(None, "2024-02-03"),
        contact("b9", "2024-01-01", email="a@x.example"),  # staff
    ],
)
# The same market before anybody saw that b1 and b2 are one company.
MERGED = world(
    "2024-01-31",
    accounts=[
        named("Acme", account("b1", "2024-01-01", loaded_in=1, superseded_in=2)),
        named("Acme", account("b2", "2024-01-02", loaded_in=1, superseded_in=2)),
        named("Acme", account("b1", "2024-01-01", organization_id="g", loaded_in=2)),
        named("Acme", account("b2", "2024-01-02", organization_id="g", loaded_in=2)),
    ],
)
RECYCLED = world(
    "2024-03-31",
    leads=[lead("l1", "buyer", "2024-01-01")],
    stage_changes=[
        stage("l1", "mql", "2024-01-02"),
        stage("l1", "recycled", "2024-01-10"),
        stage("l1", "mql", "2024-02-10"),
        stage("l1", "closed_lost", "2024-03-05"),
    ],
    touches=[touch("l1", "2024-01-20"), touch("l1", "2024-03-20")],
)

CASES = (
    case(
        "duplicate_account_rate",
        RECORDS,
        "by side",
        "buyer | 2/3 | 3 | small_n; supplier | 0 | 2 | small_n",
        by="side",
        basis="wilson",
    ),
    case("duplicate_account_rate", MERGED, "none once they are merged", "0 | 2 | small_n"),
    case("duplicate_account_rate", MERGED.but(known_on=1), "one of two before", "1/2 | 2 | small_n"),
    case(
        "duplicate_account_rate",
        RECORDS,
        "no name",
        "2024-03|-|0|no_denominator",
        by="month",
        start="2024-03-01",
        end="2024-03-31",
    ),
    case("duplicate_account_rate", LEDGER, "no signup is dated", reason="needs accounts.signed_up_at"),
    case("duplicate_lead_rate", RECORDS, "of the same side, named ones only", "1/3 | 3 | small_n"),
    case(
        "duplicate_lead_rate",
        RECORDS,
        "by month",
        "2024-01|1/3|3|small_n; 2024-02|-|0|no_denominator",
        by="month",
        end="2024-02-29",
    ),
    case("duplicate_contact_rate", RECORDS, "by e-mail, staff left out", "1/2 | 2 | small_n"),
    case("duplicate_contact_rate", LEADS_ONLY, "no contacts", reason="needs contacts"),
    # Six fields each; one name more than one field is filled for b1 (its region) and s3 (a category, no name).
    case("account_completeness", RECORDS, "of 36 fields", "7/36 | 6 | small_n", basis="account-clustered delta"),
    case(
        "account_completeness",
        RECORDS,
        "by side",
        "buyer | 4/18 | 3 | small_n; supplier | 3/18 | 3 | small_n",
        by="side",
    ),
    case("lead_completeness", RECORDS, "of 24 fields", "7/24 | 4 | small_n"),
    case("contact_completeness", RECORDS, "of 12 fields", "5/12 | 3 | small_n"),
    case("opportunity_completeness", PIPELINE, "amounts and one channel", "6/30 | 5 | small_n"),
    case("standard_source_rate", RECORDS, "letters and blanks aside", "2/4 | 4 | small_n", basis="wilson"),
    case(
        "standard_source_rate", RECORDS, "by side", "buyer | 2/3 | 3 | small_n; supplier | 0 | 1 | small_n", by="side"
    ),
    # l1 is won on 31 January, l2 lost and l3 won in February, l6 won on 30 May.
    case(
        "open_leads",
        PIPELINE,
        "on the last day of the month",
        "2024-01 | 3 | 3 | ok; 2024-02 | 2 | 2 | ok; 2024-03 | 2 | 2 | ok; 2024-04 | 2 | 2 | ok; 2024-05 | 2 | 2 | ok",
        by="month",
    ),
    case(
        "open_leads",
        RECYCLED,
        "not while it rests with marketing, whoever calls",
        "2024-01 | 0 | 0 | ok; 2024-02 | 1 | 1 | ok; 2024-03 | 0 | 0 | ok",
        by="month",
    ),
    case("open_leads", LEADS_ONLY, "no history of stages", reason="needs stage_changes"),
    case(
        "fresh_leads",
        PIPELINE,
        "created, touched or moved in 30 days",
        "2024-01 | 3 | 3 | ok; 2024-02 | 1 | 2 | ok; 2024-03 | 0 | 2 | ok",
        by="month",
        end="2024-03-31",
    ),
    case(
        "stage_freshness",
        PIPELINE,
        "share of the open ones",
        "2024-01 | 1 | 3 | small_n; 2024-02 | 1/2 | 2 | small_n; 2024-03 | 0 | 2 | small_n",
        by="month",
        end="2024-03-31",
    ),
    case("stage_freshness", PIPELINE, "by side", "buyer | 1 | 1 | small_n; supplier | 0 | 1 | small_n", by="side"),
)
