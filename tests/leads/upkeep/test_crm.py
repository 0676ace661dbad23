"""The CRM's records in the warehouse held against the same page of rules."""

from datetime import UTC, datetime

import pytest

from bothsides import ingest
from bothsides.identity import MatchingPolicy, compile_matching
from bothsides.leads.hygiene import HygienePolicy, Member, Nulls
from bothsides.leads.upkeep.crm import TableAudit, crm_audits
from bothsides.leads.upkeep.crm_agreed import crm_policies
from bothsides.schema.instant import instant
from bothsides.warehouse import DuckDB, open_reader
from bothsides.workspace import Workspace

NOW = instant(datetime(2026, 3, 31, tzinfo=UTC))

FILES = {
    "companies.csv": """\
id,role,name,since,channel,country
1,buyer,Harland Pumps Ltd,2024-01-10,organic,GB
2,buyer,HARLAND PUMPS LTD ,2024-05-10,Google Ads,GB
3,supplier,Harland Pumps Ltd,2024-01-11,partner,GB
4,supplier,Kessler Werkzeuge GmbH,2027-02-01,unknown,DE
""",
    "people.csv": """\
id,company,name,email,since
1,1,Joan Harland,joan@harland.example,2024-01-10
2,1,J. Harland,JOAN@harland.example,2024-02-10
3,9,Pat Gone,pat@gone.example,2024-02-10
""",
    "deals.csv": """\
id,role,company,name,status,opened,closed,amount,owner,channel
1,buyer,1,Pumps 2026,open,2026-03-20,,1000.00,tom.hadley,organic
2,buyer,1,Pumps 2025,open,2025-11-01,,,ghost,organic
3,buyer,2,Pumps 2024,won,2025-02-01,2025-01-01,500.00,tom.hadley,organic
""",
    "campaigns.csv": """\
id,name,channel,from,to
1,Spring,paid_search,2026-03-01,2026-02-01
2,Autumn,webinar,2026-09-01,2026-10-01
""",
}

COLUMNS = {
    "accounts": ("companies.csv", {"side": "role", "name": "name", "signed_up_at": "since", "channel": "channel",
                                   "country": "country"}),
    "contacts": ("people.csv", {"account_id": "company", "name": "name", "email": "email", "created_at": "since"}),
    "opportunities": ("deals.csv", {"side": "role", "account_id": "company", "name": "name", "status": "status",
                                    "opened_at": "opened", "closed_at": "closed", "amount": "amount",
                                    "owner": "owner", "channel": "channel"}),
    "campaigns": ("campaigns.csv", {"name": "name", "channel": "channel", "started_at": "from", "ended_at": "to"}),
}  # fmt: skip


def _mapping(table: str) -> str:
    file, columns = COLUMNS[table]
    lines = [f'{name} = "{field}"' for name, field in columns.items()]
    head = f'source = "{table}"\nid_space = "crm"\nfiles = ["{file}"]\n\n[[table]]\nname = "{table}"\nkey = ["id"]\n'
    return head + "[table.columns]\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("crm")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "mapping").mkdir()
    for table in COLUMNS:
        (folder / "mapping" / f"{table}.toml").write_text(_mapping(table))
    (folder / "bothsides.toml").write_text('name = "crm"\ncurrency = "GBP"\ntime_zone = "UTC"\n')
    opened = Workspace.open(folder)
    ingest.sync(opened, now=datetime(2026, 3, 31, tzinfo=UTC), refresh=lambda _: None)
    return opened


POLICY = HygienePolicy(
    sources={"paid_search": ("google ads",)}, stale_after_days={"opportunity": 30}, nulls=Nulls(words=("unknown",))
)
ROSTER = (Member(owner="tom.hadley", team="uk"),)


@pytest.fixture(scope="module")
def audits(workspace: Workspace) -> dict[str, TableAudit]:
    con = open_reader(workspace.warehouse_path)
    matching = compile_matching(MatchingPolicy())
    found = crm_audits(DuckDB(con), POLICY, matching, roster=ROSTER, now=NOW)
    con.close()
    return {one.table: one for one in found}


def told(of: TableAudit) -> list[tuple[str, str, str]]:
    """Name of the record, check and field of each fault but what is missing."""
    return sorted(
        (of.origins[fault.record_id].name, fault.check, fault.field)
        for fault in of.audit.faults
        if fault.check != "missing"
    )


def test_accounts_of_one_company_and_side_are_repeats_and_roles_are_not(audits: dict[str, TableAudit]) -> None:
    assert told(audits["accounts"]) == [
        ("HARLAND PUMPS LTD", "duplicate", "merged_into"),
        ("HARLAND PUMPS LTD", "source", "channel"),
        ("Kessler Werkzeuge GmbH", "date", "signed_up_at"),
        ("Kessler Werkzeuge GmbH", "null", "channel"),
    ]


def test_contacts_with_one_address_are_repeats(audits: dict[str, TableAudit]) -> None:
    assert told(audits["contacts"]) == [("J. Harland", "duplicate", "merged_into")]


def test_deals_go_stale_have_owners_who_are_on_the_roster_and_end_after_they_began(
    audits: dict[str, TableAudit],
) -> None:
    assert told(audits["opportunities"]) == [
        ("Pumps 2024", "date", "closed_at"),
        ("Pumps 2025", "owner", "owner"),
        ("Pumps 2025", "stale", "stage"),
    ]
    assert {team.team for team in audits["opportunities"].audit.teams} == {"nobody", "uk"}
    missing = {fault.field for fault in audits["opportunities"].audit.faults if fault.check == "missing"}
    assert missing == {"amount", "category", "region"}


def test_campaigns_may_be_planned_but_not_end_before_they_begin(audits: dict[str, TableAudit]) -> None:
    assert told(audits["campaigns"]) == [("Spring", "date", "ended_at")]


def test_a_record_says_where_it_comes_from_and_a_line_where_it_is_known(audits: dict[str, TableAudit]) -> None:
    origin = next(iter(audits["campaigns"].origins.values()))
    assert (origin.source, origin.load_id) == ("campaigns", 1)
    assert "campaigns.csv" in origin.files
    (gone,) = audits["contacts"].set_aside
    assert (gone.file.rpartition("/")[2], gone.line, gone.column) == ("people.csv", 4, "account_id")


def test_names_that_are_on_no_roster_make_nobody_an_orphan(workspace: Workspace) -> None:
    con = open_reader(workspace.warehouse_path)
    other = (Member(owner="U-17", team="uk"),)
    found = crm_audits(DuckDB(con), POLICY, compile_matching(MatchingPolicy()), roster=other, now=NOW)
    con.close()
    deals = next(one for one in found if one.table == "opportunities")
    assert "owner" not in {fault.check for fault in deals.audit.faults}
    assert "owner: there is no roster" in deals.audit.not_checked


def test_without_an_agreement_the_house_rules_hold(workspace: Workspace) -> None:
    policy, _, roster = crm_policies(workspace)
    assert policy == HygienePolicy()
    assert roster == ()
