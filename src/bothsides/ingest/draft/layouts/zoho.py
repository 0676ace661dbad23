"""Zoho CRM module exports: accounts, vendors, contacts, leads, potentials, campaigns, calls and events."""

from bothsides.ingest.draft.layouts.known import KnownFile, KnownLayout, Roles, always, fed, files, header
from bothsides.ingest.draft.records import Reshape, SourceDraft, TableDraft

_SPACE = "zoho"
_WHEN = ("%d %b, %Y %H:%M:%S",)
_ACCOUNTS = TableDraft(
    name="accounts",
    key=("ACCOUNTID",),
    columns=(
        always("side", "buyer", "the module holds the companies that are sold to"),
        fed("name", "Account Name"),
        fed("category", "Industry"),
    ),
)
_VENDORS = TableDraft(
    name="accounts",
    key=("VENDORID",),
    columns=(
        always("side", "supplier", "the module holds the companies that are bought from"),
        fed("name", "Vendor Name"),
        fed("signed_up_at", "Created Time", formats=_WHEN),
    ),
)
_LEADS = TableDraft(
    name="leads",
    key=("LEADID",),
    columns=(
        always("side", "buyer"),
        fed("name", "Company"),
        fed("channel", "Lead Source"),
        fed("category", "Industry"),
        fed("owner", "Lead Owner"),
        fed("created_at", "Created Time", formats=_WHEN),
    ),
)
_CONTACTS = TableDraft(
    name="contacts",
    key=("CONTACTID",),
    columns=(
        fed("account_id", "Account Id", side="buyer", orphans="keep"),
        fed("name", "Last Name"),
        fed("email", "Email"),
        fed("created_at", "Created Time", formats=_WHEN),
    ),
)
_CALLS = TableDraft(
    name="touches",
    key=("TASKID",),
    columns=(
        fed("lead_id", "LEADID", orphans="keep"),
        fed("account_id", "ACCOUNTID", "20 of the 1,010 are not among the accounts", side="buyer", orphans="keep"),
        always("kind", "call"),
        fed("direction", "Call Type", words=(("Outbound", "out"), ("Inbound", "in"))),
        fed("occurred_at", "Call Start Time"),
        fed("owner", "Call Owner"),
    ),
)
_EVENTS = TableDraft(
    name="touches",
    key=("EVENTID",),
    columns=(
        fed("lead_id", "LEADID", orphans="keep"),
        fed("account_id", "ACCOUNTID", side="buyer", orphans="keep"),
        always("kind", "meeting"),
        fed("occurred_at", "Start DateTime"),
        fed("owner", "Event Owner"),
    ),
)
_POTENTIALS_SQL = """\
-- Zoho's Closing Date of an open potential is a plan; only won and lost ones were closed.
SELECT *,
  CASE WHEN "Stage" IN ('Closed Won', 'Closed Lost', 'Closed-Lost to Competition') THEN "Closing Date" END AS closed_on
FROM potentials
"""
_POTENTIALS = TableDraft(
    name="opportunities",
    key=("LEADID",),
    note="The export has no number of its own; each potential has exactly one lead.",
    columns=(
        always("side", "buyer"),
        fed("lead_id", "LEADID", orphans="keep"),
        fed("name", "Potential Name"),
        fed(
            "status",
            "Stage",
            "closed stages are won or lost, every other one is open",
            words=(("Closed Won", "won"), ("Closed Lost", "lost"), ("Closed-Lost to Competition", "lost")),
            other="open",
        ),
        fed("opened_at", "Created Time", formats=_WHEN),
        fed("closed_at", "closed_on", formats=_WHEN),
        fed("amount", "Amount"),
        fed("category", "Type"),
        fed("channel", "Lead Source"),
        fed("owner", "Potential Owner"),
        fed("probability", "Probability"),
    ),
)
_CAMPAIGNS_SQL = """\
-- Zoho writes costs in thousands, as in $141.56K: here they become plain numbers.
SELECT *,
  CASE WHEN "Actual Cost" LIKE '%K'
    THEN CAST(try_cast(regexp_replace("Actual Cost", '[^0-9.-]', '', 'g') AS DECIMAL(18, 4)) * 1000 AS VARCHAR)
    ELSE "Actual Cost" END AS cost
FROM campaigns
"""
_CAMPAIGNS = TableDraft(
    name="campaigns",
    key=("CAMPAIGNID",),
    columns=(
        fed("name", "Campaign Name"),
        fed("channel", "Type"),
        always("side", "buyer"),
        fed("started_at", "Start Date"),
        fed("ended_at", "End Date"),
    ),
)
_SPEND = TableDraft(
    name="spend",
    entities=True,
    key=("CAMPAIGNID",),
    note="What each campaign cost, booked on its first day.",
    columns=(
        always("kind", "marketing"),
        always("side", "buyer"),
        fed("spent_at", "Start Date"),
        fed("amount", "cost"),
        fed("channel", "Type"),
        fed("campaign_id", "CAMPAIGNID"),
    ),
)


def _build(roles: Roles) -> tuple[SourceDraft, ...]:
    plain = (
        ("accounts", _ACCOUNTS),
        ("vendors", _VENDORS),
        ("contacts", _CONTACTS),
        ("leads", _LEADS),
        ("calls", _CALLS),
        ("events", _EVENTS),
    )
    sources = [
        SourceDraft(source=role, id_space=_SPACE, files=files(roles, role), currency="USD", tables=(table,))
        for role, table in plain
        if role in roles
    ]
    shaped = (
        ("potentials", _POTENTIALS_SQL, (_POTENTIALS,)),
        ("campaigns", _CAMPAIGNS_SQL, (_CAMPAIGNS, _SPEND)),
    )
    sources += [
        SourceDraft(
            source=role,
            id_space=_SPACE,
            files=(),
            currency="USD",
            tables=tables,
            reshape=Reshape(name=f"{role}.sql", sql=sql, inputs=((role, files(roles, role)),)),
        )
        for role, sql, tables in shaped
        if role in roles
    ]
    return tuple(sources)


_NO_PARTIES = "no field says who bought from whom"
ZOHO = KnownLayout(
    name="Zoho CRM export",
    files=(
        KnownFile(
            role="accounts",
            header=header(
                "ACCOUNTID,Account Name,Account Owner Id,Account Owner,Account Type,Industry,Website,Tasks Involved,"
                "Events Involved,Calls Involved,Activities Involved"
            ),
        ),
        KnownFile(
            role="vendors", header=header("VENDORID,Vendor Name,Vendor Owner,GL Account,Created Time,Modified Time")
        ),
        KnownFile(
            role="leads",
            header=header(
                "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Website,Industry,Lead Source,Lead Status,"
                "Created Time,CONVERTED,month_Created Time1"
            ),
        ),
        KnownFile(
            role="contacts",
            header=header(
                "CONTACTID,Last Name,Contact Owner Id,Contact Owner,Account Id,Email,Lead Source,Mobile,Created Time"
            ),
        ),
        KnownFile(
            role="calls",
            header=header(
                "TASKID,Call Start Time,Call Duration (in seconds),Call Owner,Call Owner Id,Subject,Call Type,"
                "Call Purpose,Billable,Created Time,Modified Time,CONTACTID,ACCOUNTID,POTENTIALID,LEADID,"
                "Call Duration (in minutes),Who Id Id,What Id,SEMODULE"
            ),
        ),
        KnownFile(
            role="events",
            header=header(
                "EVENTID,Event Owner,Event Owner Id,Subject,Start DateTime,End DateTime,Created Time,Modified Time,"
                "CONTACTID,ACCOUNTID,POTENTIALID,LEADID,Who Id Id,What Id,SEMODULE"
            ),
        ),
        KnownFile(
            role="potentials",
            header=header(
                "Potential Name,Potential Owner,Created Time,Closing Date,Amount,Expected Revenue,Stage,"
                "Forecast Type,Type,Lead Source,Probability,Age in Days,Age Tier,Amount Tier,LEADID,"
                "Tasks Involved,Events Involved,Calls Involved,Activities Involved,Campaign Id"
            ),
        ),
        KnownFile(
            role="campaigns",
            header=header(
                "CAMPAIGNID,Campaign Name,Type,Status,Created Time,Modified Time,Start Date,End Date,Expected Revenue,"
                "Budgeted Cost,Actual Cost"
            ),
        ),
        KnownFile(
            role="sales orders",
            header=header(
                "SALESORDERID,Subject,Sales Order Owner,Status,Due Date,Sub Total,Discount,Tax,Adjustments,Grand Total,"
                "Created Time,Modified Time,Is Delayed?,Age In Days,Age Tier"
            ),
            unused=_NO_PARTIES,
        ),
    ),
    build=_build,
    currency="USD",
)
