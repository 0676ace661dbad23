"""The public files are recognised by their columns and mapped without a doubt."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from bothsides.connectors.files import locate, read
from bothsides.ingest.draft import Draft, SourceDraft, Sure, draft, profile
from bothsides.ingest.draft.layouts import LAYOUTS
from bothsides.ingest.draft.layouts.known import header
from bothsides.ingest.draft.layouts.olist_sql import LEADS_SQL, orders_sql


def drafted(folder: Path, spool: Path, patterns: Sequence[str], *, unknown: bool = False) -> Draft:
    with duckdb.connect() as con:
        files = locate(patterns, folder)
        profiles = [profile(con, read(file, spool_dir=spool), files=(file.name,)) for file in files]
    return draft(profiles, layouts=() if unknown else LAYOUTS)


def tables(source: SourceDraft) -> list[tuple[str, tuple[str, ...]]]:
    return [(table.name, table.key) for table in source.tables]


@pytest.mark.real_data
def test_uk_digital_marketplace(real_data: Path, tmp_path: Path) -> None:
    made = drafted(real_data, tmp_path, ["uk-digital-marketplace/*.csv"])
    assert (made.currency, made.time_zone, made.fiscal_year_start) == ("GBP", "Europe/London", 4)
    ledger, opportunities = made.sources
    assert tables(ledger) == [("orders", ("ID",)), ("accounts", ("SupplierName",)), ("accounts", ("CustomerName",))]
    assert tables(opportunities)[0] == ("quotes", ("ID",))
    assert (ledger.rows, opportunities.rows) == (13_492, 2_118)
    assert ledger.date_grain == "month"
    assert {column.sure for source in made.sources for _, column in source.columns()} == {Sure.SURE}
    assert made.skipped == ()


@pytest.mark.real_data
def test_olist(real_data: Path, tmp_path: Path) -> None:
    sample = [f"olist/orders_sample/olist_{name}_dataset.csv" for name in ("o*s", "sellers", "customers")]
    made = drafted(real_data, tmp_path, ["olist/olist_[mcs]*.csv", *sample])
    sources = {source.source: source for source in made.sources}
    assert {name: source.tables[0].name for name, source in sources.items()} == {
        "leads": "leads",
        "closed_deals": "stage_changes",
        "sellers": "accounts",
        "orders": "orders",
    }
    assert sources["sellers"].rows == 3_095, "the complete list, not the sample's"
    assert sources["orders"].sample
    assert sources["orders"].tables[0].column("sample_weight") is not None
    assert {skipped.file.rsplit("/", 1)[0] + "/" + Path(skipped.file).stem for skipped in made.skipped} == {
        "olist/orders_sample/olist_order_payments_dataset",
        "olist/orders_sample/olist_order_reviews_dataset",
        "olist/orders_sample/olist_sellers_dataset",
    }


@pytest.mark.real_data
def test_olist_orders_alone_need_no_products(real_data: Path, tmp_path: Path) -> None:
    names = [f"olist/orders_sample/olist_{name}_dataset.csv" for name in ("orders", "order_items", "customers")]
    (orders,) = drafted(real_data, tmp_path, names).sources
    assert orders.tables[0].column("category") is None
    assert orders.reshape is not None
    assert "translation" not in orders.reshape.sql


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("pattern", "expected", "currency"),
    [
        ("crm-maven/*.csv", {"accounts": "accounts", "pipeline": "opportunities"}, "USD"),
        (
            "zoho-crm-sample/[ACLP]*s.csv",
            {
                "accounts": "accounts",
                "contacts": "contacts",
                "leads": "leads",
                "calls": "touches",
                "potentials": "opportunities",
                "campaigns": "campaigns",
            },
            "USD",
        ),
    ],
)
def test_crm_exports(real_data: Path, tmp_path: Path, pattern: str, expected: dict[str, str], currency: str) -> None:
    made = drafted(real_data, tmp_path, [pattern])
    known = {source.source: source.tables[0].name for source in made.sources if source.layout}
    assert known == expected
    assert made.currency == currency


@pytest.mark.real_data
def test_online_retail_is_added_up_by_invoice_from_its_daily_files(real_data: Path, tmp_path: Path) -> None:
    (invoices,) = drafted(real_data, tmp_path, ["online-retail/online-retail-by-day.zip/by-day/2011-01-1*.csv"]).sources
    assert tables(invoices)[0] == ("orders", ("InvoiceNo",))
    assert invoices.reshape is not None
    assert len(invoices.reshape.inputs[0][1]) == 9


@pytest.mark.real_data
def test_leads_without_dates_are_recognised_and_say_what_is_missing(real_data: Path, tmp_path: Path) -> None:
    (leads,) = drafted(real_data, tmp_path, ["leads-xeducation/Leads.csv"]).sources
    assert [gap.column for gap in leads.missing] == ["created_at"]
    assert leads.null_words == ("Select",)
    assert "tells the outcome" in next(field.why for field in leads.unmapped if field.field == "Tags")


@pytest.mark.real_data
def test_the_ledger_is_read_without_knowing_it(real_data: Path, tmp_path: Path) -> None:
    made = drafted(real_data, tmp_path, ["uk-digital-marketplace/*.csv"], unknown=True)
    ledger = next(source for source in made.sources if source.tables[0].name == "orders")
    found = {column.column: column.fields[0] for column in ledger.tables[0].columns}
    assert {name: found[name] for name in ("buyer_id", "supplier_id", "placed_at", "amount")} == {
        "buyer_id": "CustomerName",
        "supplier_id": "SupplierName",
        "placed_at": "ReturnMonth",
        "amount": "EvidencedSpend",
    }
    assert [table.key for table in ledger.tables[1:]] == [("CustomerName",), ("SupplierName",)]
    assert {source.id_space for source in made.sources} == {"market"}


def given(con: duckdb.DuckDBPyConnection, name: str, columns: str, *rows: str) -> None:
    """A text table from rows written with commas."""
    con.execute(f"CREATE TABLE {name} ({', '.join(f'{column} VARCHAR' for column in columns.split(','))})")
    for row in rows:
        cells = row.split(",")
        con.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(cells))})", cells)


def test_the_sql_of_the_orders_keeps_orders_without_items() -> None:
    with duckdb.connect() as con:
        moments = "order_purchase_timestamp,order_delivered_customer_date"
        given(con, "orders", f"order_id,customer_id,order_status,{moments}", "o1,c1,delivered,t,u", "o2,c2,canceled,t,")
        given(
            con,
            "items",
            "order_id,seller_id,product_id,price,freight_value",
            "o1,s1,p1,5.50,1",
            "o1,s1,p2,4,1",
            "o1,s2,p1,x,1",
        )
        given(con, "customers", "customer_id,customer_unique_id,customer_state", "c1,u1,SP", "c2,u2,RJ")
        given(con, "products", "product_id,product_category_name", "p1,artes", "p2,pc")
        given(con, "translation", "product_category_name,product_category_name_english", "artes,art")
        sql = orders_sql(categories=True, weighted=True)
        made = con.execute(
            f"SELECT order_id, seller_id, amount, freight, category, weight FROM ({sql}) ORDER BY order_id, seller_id"
        ).fetchall()
    assert made == [
        ("o1", "s1", "9.50", "2.00", "art", "18.654"),
        ("o1", "s2", None, "1.00", "art", "18.654"),
        ("o2", None, None, None, None, "1"),
    ]


def test_the_sql_of_the_leads_keeps_leads_that_were_not_won() -> None:
    with duckdb.connect() as con:
        given(con, "mqls", "mql_id,first_contact_date,landing_page_id,origin", "m1,d,p,o", "m2,d,p,o")
        given(con, "deals", "mql_id,seller_id", "m2,s9")
        made = con.execute(f"SELECT mql_id, seller_id FROM ({LEADS_SQL}) ORDER BY 1").fetchall()
    assert made == [("m1", None), ("m2", "s9")]


def test_headers_are_split_at_commas() -> None:
    assert header("A,B c") == ("A", "B c")
