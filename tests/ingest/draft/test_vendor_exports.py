"""Exports as common systems write them: the header is theirs, the rows are made up here."""

from collections.abc import Callable

import pytest

from bothsides.ingest.draft import Draft

Drafted = Callable[..., Draft]

CASES = {
    "salesforce opportunities": (
        "report1700000000.csv",
        (
            "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Close Date,Created Date,Lead Source,"
            "Opportunity Owner"
        ),
        [
            "006A,Deal one,Acme,Closed Won,1200.50,2024-03-01,2024-01-05,Web,Jo",
            "006B,Deal two,Bolt,Prospecting,300.00,2024-06-01,2024-02-05,Partner,Al",
            "006C,Deal three,Acme,Closed Lost,99.90,2024-04-01,2024-02-07,Web,Jo",
        ],
        "opportunities",
        "Opportunity ID",
        {
            "account_id": "Account Name",
            "name": "Opportunity Name",
            "status": "Stage",
            "opened_at": "Created Date",
            "closed_at": "closed_on",
            "amount": "Amount",
            "channel": "Lead Source",
            "owner": "Opportunity Owner",
        },
    ),
    "hubspot deals": (
        "hubspot-crm-exports-all-deals-2024-05-01.csv",
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date",
        [
            "101,One,Closed won,2024-03-01 10:00,Jo,1200.5,2024-01-05 09:00",
            "102,Two,Qualified to buy,2024-06-01 10:00,Al,300,2024-02-05 09:00",
            "103,Three,Closed lost,2024-04-01 10:00,Jo,99.9,2024-02-07 09:00",
        ],
        "opportunities",
        "Record ID",
        {
            "name": "Deal Name",
            "status": "Deal Stage",
            "closed_at": "closed_on",
            "opened_at": "Create Date",
            "amount": "Amount",
        },
    ),
    "pipedrive deals": (
        "deals-1234.csv",
        (
            "Deal - ID,Deal - Title,Deal - Organization,Deal - Value,Deal - Currency,"
            "Deal - Status,Deal - Deal created,Deal - Won time"
        ),
        [
            "1,One,Acme,1200.5,EUR,won,2024-01-05 09:00:00,2024-03-01 10:00:00",
            "2,Two,Bolt,300,EUR,open,2024-02-05 09:00:00,",
            "3,Three,Acme,99.9,EUR,lost,2024-02-07 09:00:00,",
        ],
        "opportunities",
        "Deal - ID",
        {
            "status": "Deal - Status",
            "amount": "Deal - Value",
            "currency": "Deal - Currency",
            "opened_at": "Deal - Deal created",
        },
    ),
    "salesforce leads": (
        "leads.csv",
        "Lead ID,First Name,Last Name,Company / Account,Lead Source,Lead Status,Created Date,Lead Owner",
        ["00Q1,A,B,Acme,Web,New,2024-01-05,Jo", "00Q2,C,D,Bolt,Partner,Working,2024-01-06,Al"],
        "leads",
        "Lead ID",
        {"channel": "Lead Source", "created_at": "Created Date", "owner": "Lead Owner"},
    ),
    "marketplace orders": (
        "orders_2024.csv",
        (
            "Order number,Date created,Customer company,Shop name,"
            "Total order amount incl. VAT (EUR),Status,Shipping price,Category label"
        ),
        [
            '1001,"03/01/2024 - 10:15:00",Acme,Steel AG,120.50,SHIPPING,5.0,Bolts',
            '1002,"15/01/2024 - 11:15:00",Bolt,Steel AG,20.50,RECEIVED,6.0,Nuts',
            '1003,"18/01/2024 - 12:15:00",Acme,Nut SA,50.50,CANCELED,7.0,Bolts',
        ],
        "orders",
        "Order number",
        {
            "buyer_id": "Customer company",
            "supplier_id": "Shop name",
            "status": "Status",
            "placed_at": "Date created",
            "amount": "Total order amount incl. VAT (EUR)",
            "shipping": "Shipping price",
            "category": "Category label",
        },
    ),
    "commission statement": (
        "commission_fees.csv",
        "Fee ID,Order ID,Seller,Fee Type,Fee Amount,Charged On",
        [
            "F1,O1,Steel,commission,1.5,2024-01-03",
            "F2,O2,Steel,commission,2.5,2024-01-04",
            "F3,O2,Nut,subscription,9.5,2024-02-01",
        ],
        "fees",
        "Fee ID",
        {
            "order_id": "Order ID",
            "kind": "Fee Type",
            "amount": "Fee Amount",
            "charged_at": "Charged On",
            "account_id": "Seller",
        },
    ),
    "refunds": (
        "refunds.csv",
        "Refund ID,Order ID,Refund Date,Refund Amount,Reason",
        ["R1,O1,2024-01-05,5.5,late", "R2,O2,2024-01-06,6.5,broken"],
        "refunds",
        "Refund ID",
        {"order_id": "Order ID", "refunded_at": "Refund Date", "amount": "Refund Amount", "reason": "Reason"},
    ),
    "advertising cost": (
        "google_ads_cost.csv",
        "Day,Campaign,Cost,Currency code,Clicks",
        ["2024-01-01,brand,12.5,EUR,3", "2024-01-02,brand,13.5,EUR,4", "2024-01-03,generic,14.5,EUR,5"],
        "spend",
        "",
        {"spent_at": "Day", "campaign_id": "Campaign", "amount": "Cost", "currency": "Currency code"},
    ),
    "catalogue": (
        "product_listings.csv",
        "SKU,Product Name,Vendor,Product Category,List Price,Published At",
        ["S1,Bolt M6,Steel AG,Bolts,0.55,2023-05-01", "S2,Nut M6,Nut SA,Nuts,0.45,2023-06-01"],
        "listings",
        "SKU",
        {
            "supplier_id": "Vendor",
            "title": "Product Name",
            "category": "Product Category",
            "price": "List Price",
            "listed_at": "Published At",
        },
    ),
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_export(drafted: Drafted, case: str) -> None:
    name, header, rows, table, key, expected = CASES[case]
    (source,) = drafted({name: "\n".join([header, *rows]) + "\n"}).sources
    main = source.tables[0]
    found = {column.column: column.fields[0] for column in main.columns if column.fields}
    assert main.name == table
    assert main.key == ((key,) if key else ())
    assert expected.items() <= found.items()
