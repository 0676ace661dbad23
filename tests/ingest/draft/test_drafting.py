"""A workspace drafted from files of many shapes."""

from collections.abc import Callable

import duckdb
import pytest

from bothsides.ingest.draft import Draft, SourceDraft, Sure

Drafted = Callable[..., Draft]

LEDGER = """
    Invoice No,Customer,Supplier,Invoice Date,Amount,Category
    A1,Ada Ltd,Steel AG,2024-01-03,100.50,bolts
    A2,Ada Ltd,Nut GmbH,2024-01-15,20.00,nuts
    A3,Bob Inc,Steel AG,2024-02-20,75.25,bolts
    A4,Cyd SA,Steel AG,2024-03-01,-10.00,bolts
"""


def fields(source: SourceDraft, table: str | None = None) -> dict[str, str]:
    """Column -> field (or ='constant') of the source's main table."""
    main = next(one for one in source.tables if table in (None, one.name))
    return {one.column: one.fields[0] if one.fields else f"={one.value}" for one in main.columns}


def only(draft: Draft) -> SourceDraft:
    assert len(draft.sources) == 1, [source.source for source in draft.sources]
    return draft.sources[0]


def test_a_plain_ledger_alone_becomes_orders_and_accounts_of_both_sides(drafted: Drafted) -> None:
    source = only(drafted({"ledger.csv": LEDGER}, currency="EUR"))
    assert source.complete
    assert source.tables[0].name == "orders"
    assert source.tables[0].key == ("Invoice No",)
    assert fields(source) == {
        "buyer_id": "Customer",
        "supplier_id": "Supplier",
        "placed_at": "Invoice Date",
        "amount": "Amount",
        "category": "Category",
    }
    assert {column.sure for column in source.tables[0].columns} == {Sure.SURE}
    entities = [(table.name, table.key, fields_of(table)) for table in source.tables[1:]]
    assert entities == [
        ("accounts", ("Customer",), {"side": "=buyer", "name": "Customer"}),
        ("accounts", ("Supplier",), {"side": "=supplier", "name": "Supplier"}),
    ]
    assert all(table.entities for table in source.tables[1:])


def fields_of(table: object) -> dict[str, str]:
    return {one.column: one.fields[0] if one.fields else f"={one.value}" for one in table.columns}  # type: ignore[attr-defined]


def test_the_reason_names_the_field_and_its_figures(drafted: Drafted) -> None:
    supplier = only(drafted({"ledger.csv": LEDGER})).tables[0].column("supplier_id")
    assert supplier is not None
    assert supplier.reason == "named 'Supplier', a few words that repeat, 2 distinct in 4 rows"
    assert supplier.examples == ("Steel AG", "Nut GmbH")


@pytest.mark.parametrize(
    ("header", "placed_at", "amount"),
    [
        ("order_id,buyer_id,supplier_id,placed_at,amount", "placed_at", "amount"),
        ("orderId,customerId,sellerId,orderDate,orderTotal", "orderDate", "orderTotal"),
        ("ORDER NUMBER,CLIENT NAME,VENDOR NAME,CREATED AT,GRAND TOTAL", "CREATED AT", "GRAND TOTAL"),
        ("Transaction ID,Purchaser,Merchant,Transaction Date,Net Amount", "Transaction Date", "Net Amount"),
        ("numero_do_pedido,cliente,fornecedor,data_do_pedido,valor_total", "data_do_pedido", "valor_total"),
    ],
)
def test_names_in_many_spellings_read_the_same(drafted: Drafted, header: str, placed_at: str, amount: str) -> None:
    rows = "\n".join(f"N{n},buyer {n % 3},seller {n % 2},2024-0{n}-15,{n}0.5" for n in range(1, 8))
    source = only(drafted({"export.csv": f"{header}\n{rows}\n"}))
    names = header.split(",")
    assert source.tables[0].key == (names[0],)
    assert fields(source) == {
        "buyer_id": names[1],
        "supplier_id": names[2],
        "placed_at": placed_at,
        "amount": amount,
    }


def test_lists_of_customers_and_sellers_are_recognised_by_the_values_that_orders_share_with_them(
    drafted: Drafted,
) -> None:
    orders = "order_id,client,seller,date,total\n" + "".join(
        f"O{n},C{n % 5},S{n % 3},2024-01-{n:02d},{n}.5\n" for n in range(1, 25)
    )
    draft = drafted(
        {
            "customers.csv": "id,name,country\n" + "".join(f"C{n},Company {n},DE\n" for n in range(5)),
            "vendors.csv": "vendor_id,vendor_name,created\n"
            + "".join(f"S{n},Vendor {n},2023-01-0{n + 1}\n" for n in range(3)),
            "orders.csv": orders,
        }
    )
    sources = {source.source: source for source in draft.sources}
    assert {name: source.tables[0].name for name, source in sources.items()} == {
        "customers": "accounts",
        "vendors": "accounts",
        "orders": "orders",
    }
    assert {source.id_space for source in draft.sources} == {"market"}
    assert len(sources["orders"].tables) == 1, "accounts come from their own files, not from the orders"
    assert fields(sources["customers"])["side"] == "=buyer"
    assert fields(sources["vendors"])["side"] == "=supplier"
    assert fields(sources["vendors"])["signed_up_at"] == "created"


def test_a_list_of_accounts_is_keyed_by_what_the_orders_hold_even_if_it_has_a_number(drafted: Drafted) -> None:
    draft = drafted(
        {
            "clients.csv": "client_id,client_name\n" + "".join(f"{n},Company {n}\n" for n in range(6)),
            "orders.csv": "order_id,client,supplier,date,total\n"
            + "".join(f"O{n},Company {n % 6},S{n % 3},2024-01-{n:02d},{n}.5\n" for n in range(1, 25)),
        }
    )
    clients = next(source for source in draft.sources if source.source == "clients")
    assert clients.tables[0].key == ("client_name",)


BOOK = "Bestellnr;Kunde;Lieferant;Datum;Nettobetrag\n" + "".join(
    f"A{n:03d};K{n % 12:03d};L{n % 5:02d};2024-03-{1 + n % 28:02d};{n},50\n" for n in range(60)
)


def companies(header: str, kinds: tuple[str, str], *, more: str = "") -> str:
    rows = [f"K{n:03d};{kinds[0]};Firma {n} GmbH;01.02.2024;Nord" for n in range(12)]
    rows += [f"L{n:02d};{kinds[1]};Lief {n} AG;15.02.2024;Süd" for n in range(5)]
    return "\n".join([header, *rows]) + f"\n{more}"


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ("Kontonr;Rolle;Firma;Angelegt am;Region", ("Käufer", "Lieferant")),
        ("Kundennummer;Typ;Firma;Registriert am;Region", ("Kunde", "Händler")),
        ("Code client;Type;Raison sociale;Date d'inscription;Ville", ("Acheteur", "Fournisseur")),
        ("ID cliente;Clase;Razón social;Fecha de alta;Provincia", ("Comprador", "Proveedor")),
        ("ID do cliente;Perfil;Razão social;Data de cadastro;UF", ("Comprador", "Fornecedor")),
        ("Mandant;Was;Firma;Datum;Region", ("buyer", "vendor")),
    ],
)
def test_a_list_of_both_sides_says_the_side_of_each(drafted: Drafted, header: str, kinds: tuple[str, str]) -> None:
    made = drafted({"bestellungen.csv": BOOK, "konten.csv": companies(header, kinds)}, currency="EUR")
    ledger, listed = made.sources
    assert [one.name for one in ledger.tables] == ["orders"]
    (accounts,) = listed.tables
    key, field, *_ = header.split(";")
    assert (accounts.name, accounts.key) == ("accounts", (key,))
    side = accounts.column("side")
    assert side is not None
    assert side.fields == (field,)
    assert (listed.id_space, ledger.id_space, made.skipped) == ("market", "market", ())


def test_keys_that_are_the_companies_of_the_orders_make_a_list_of_accounts(drafted: Drafted) -> None:
    text = companies("Mandant;Was;Firma;Datum;Region", ("A", "B"))
    (ledger, listed) = drafted({"bestellungen.csv": BOOK, "mandanten.csv": text}, currency="EUR").sources
    assert (listed.tables[0].name, listed.tables[0].key, listed.tables[0].key_sure) == (
        "accounts",
        ("Mandant",),
        Sure.LIKELY,
    )
    assert "companies that other files name" in listed.tables[0].key_reason
    side = listed.tables[0].column("side")
    assert side is not None
    assert (side.value, side.sure) == ("buyer", Sure.GUESS)
    assert [one.column for one in listed.questions] == ["side"]
    assert [(one.name, one.key) for one in ledger.tables] == [("orders", ("Bestellnr",)), ("accounts", ("Lieferant",))]


def test_running_numbers_make_no_list_of_accounts(drafted: Drafted) -> None:
    text = BOOK.replace(";K0", ";").replace(";L", ";")
    staff = "Zeile;Firma;Region\n" + "".join(f"{n};Filiale {n};Nord\n" for n in range(12))
    made = drafted({"bestellungen.csv": text, "filialen.csv": staff}, currency="EUR")
    assert [skipped.file.rsplit("/", 1)[-1] for skipped in made.skipped] == ["filialen.csv"]


def test_a_word_of_no_side_is_asked_and_partner_is_likely(drafted: Drafted) -> None:
    more = "K900;Partner;Seltsam KG;03.03.2024;Nord\nK901;Behörde;Amt;03.03.2024;Nord\n"
    text = companies("Kontonr;Rolle;Firma;Angelegt am;Region", ("Käufer", "Lieferant"), more=more)
    (_, listed) = drafted({"bestellungen.csv": BOOK, "konten.csv": text}, currency="EUR").sources
    side = listed.tables[0].column("side")
    assert side is not None
    assert (side.sure, dict(side.words)["Partner"]) == (Sure.GUESS, "supplier")
    assert "'Partner' is taken as supplier" in side.reason
    assert [(one.column, "'Behörde'" in one.text) for one in listed.questions] == [("side", True)]


def test_two_ledgers_that_name_the_same_companies_share_an_id_space(drafted: Drafted) -> None:
    head = "id,customer,supplier,date,amount\n"
    draft = drafted(
        {
            "ledger_north.csv": head
            + "".join(f"{n},Buyer {n % 9},Sup {n % 5},2024-01-{n:02d},{n}\n" for n in range(1, 28)),
            "rfqs.csv": "rfq id,organisation name,published at,number of bids,status\n"
            + "".join(f"R{n},Buyer {n % 20},2024-01-{n:02d},{n % 4},closed\n" for n in range(1, 28)),
            "other.csv": "order no,client,vendor,order date,total\n"
            + "".join(f"X{n},Zed {n % 7},Yak {n % 4},2024-01-{n:02d},{n}\n" for n in range(1, 28)),
        }
    )
    spaces = {source.source: source.id_space for source in draft.sources}
    assert spaces == {"ledger-north": "market", "rfqs": "market", "other": "other"}


def test_an_order_file_without_a_seller_is_not_loadable_and_says_what_to_do(drafted: Drafted) -> None:
    source = only(drafted({"orders.csv": "order id,customer,date,total\nA,Ada,2024-01-01,5\nB,Bob,2024-01-02,6\n"}))
    assert not source.complete
    (missing,) = source.missing
    assert (missing.table, missing.column) == ("orders", "supplier_id")
    assert "one seller" in missing.advice
    assert "ask" in missing.advice


def test_every_column_is_mapped_or_listed_with_why(drafted: Drafted) -> None:
    text = "Order ID,Customer,Seller,Date,Total,Framework,Empty,Email,Mood\n" + "".join(
        f"A{n},c{n % 3},s{n % 2},2024-01-0{n},{n}.5,G,,m{n}@x.org,ok{n % 2}\n" for n in range(1, 9)
    )
    source = only(drafted({"sales.csv": text}))
    unmapped = {field.field: field.why for field in source.unmapped}
    assert unmapped["Framework"] == "the same in every row: 'G'"
    assert unmapped["Empty"] == "always blank"
    assert unmapped["Email"] == "personal data that no metric needs"
    assert "Mood" in unmapped


def test_a_second_candidate_names_the_field_that_won(drafted: Drafted) -> None:
    text = "Order ID,Customer,Seller,Order Date,Invoice Date,Total\n" + "".join(
        f"A{n},c{n % 3},s{n % 2},2024-01-0{n},2024-02-0{n},{n}.5\n" for n in range(1, 9)
    )
    source = only(drafted({"sales.csv": text}))
    assert fields(source)["placed_at"] == "Order Date"
    assert [field.why for field in source.unmapped if field.field == "Invoice Date"] == [
        "orders.placed_at is fed by 'Order Date'; swap them if this is the right one"
    ]


def test_status_words_are_translated_and_unknown_ones_make_it_a_guess(drafted: Drafted) -> None:
    def status(words: str) -> object:
        rows = "".join(f"A{n},c,s,2024-01-0{n},{n}.5,{word}\n" for n, word in enumerate(words.split(), start=1))
        return (
            only(drafted({"orders.csv": f"order_id,customer,seller,date,total,Status\n{rows}"}))
            .tables[0]
            .column("status")
        )

    known = status("Delivered Canceled pending Delivered")
    assert set(known.words) == {("Delivered", "completed"), ("Canceled", "cancelled"), ("pending", "placed")}  # type: ignore[attr-defined]
    assert (known.sure, known.other) == (Sure.SURE, None)  # type: ignore[attr-defined]
    odd = status("Delivered Canceled zorp Delivered")
    assert (odd.sure, odd.other) == (Sure.GUESS, None)  # type: ignore[attr-defined]
    assert "'zorp'" in odd.reason  # type: ignore[attr-defined]


def test_files_with_the_same_columns_are_one_source(drafted: Drafted) -> None:
    head = "order id,customer,supplier,date,amount\n"
    draft = drafted(
        {"jan.csv": head + "A,c,s,2024-01-01,5\nB,d,t,2024-01-02,6\n", "feb.csv": head + "C,c,s,2024-02-01,7\n"}
    )
    assert [file.rsplit("/", 1)[1] for file in only(draft).files] == ["feb.csv", "jan.csv"]


def test_buyers_and_sellers_with_the_same_columns_stay_two_sources(drafted: Drafted) -> None:
    head = "id,name,country\n"
    draft = drafted({"buyers.csv": head + "1,Ada,DE\n2,Bob,DE\n", "sellers.csv": head + "1,Nut,DE\n2,Bolt,FR\n"})
    assert {source.source: fields(source)["side"] for source in draft.sources} == {
        "buyers": "=buyer",
        "sellers": "=supplier",
    }


def test_an_order_file_with_one_row_per_line_is_added_up_by_order(drafted: Drafted) -> None:
    text = "Order Number,Customer,Vendor,Order Date,Quantity,Unit Price,SKU\n" + "".join(
        f"A{n // 3},c{n // 6},s{n // 9},2024-01-01,{n},2.5,k{n}\n" for n in range(30)
    )
    source = only(drafted({"orders.csv": text}))
    assert source.tables[0].key == ("Order Number", "Vendor")
    assert source.reshape is not None
    assert "GROUP BY" in source.reshape.sql
    assert fields(source)["amount"] == "line_amount"
    assert any("one row per line" in note for note in source.notes)


def test_a_file_that_is_no_table_of_the_market_is_listed_with_why(drafted: Drafted) -> None:
    draft = drafted({"weather.csv": "station,rain\nA,1.5\nB,2.5\n", "empty.csv": "order_id,amount\n"})
    assert draft.sources == ()
    assert {skipped.file: skipped.why for skipped in draft.skipped} == {
        "weather.csv": "its names and values fit no table of the market; "
        "a mapping to fill in by hand is written for it",
        "empty.csv": "it has no records",
    }


@pytest.mark.parametrize(
    ("amounts", "header", "expected"),
    [
        (("£5.00", "£1,200.50"), "Amount", "GBP"),
        (("R$ 5,00", "R$ 1.200,50"), "Amount", "BRL"),
        (("5.00", "7.00"), "Amount (USD)", "USD"),
        (("5.00", "7.00"), "Amount", None),
    ],
)
def test_the_currency_comes_from_signs_or_names_and_is_never_invented(
    drafted: Drafted, amounts: tuple[str, str], header: str, expected: str | None
) -> None:
    text = (
        f'order id,customer,supplier,date,{header}\nA,c,s,2024-01-01,"{amounts[0]}"\nB,d,t,2024-01-02,"{amounts[1]}"\n'
    )
    draft = drafted({"orders.csv": text})
    assert draft.currency == expected
    assert fields(only(draft))["amount"] == header
    assert drafted({"orders.csv": text}, currency="CHF").currency == "CHF"


def test_a_currency_that_does_not_exist_is_refused(drafted: Drafted) -> None:
    with pytest.raises(ValueError, match="'POUND' is not an active ISO 4217 code"):
        drafted({"ledger.csv": BOOK}, currency="POUND")


def test_month_starts_make_a_monthly_ledger(drafted: Drafted) -> None:
    text = "id,customer,supplier,month,amount\n" + "".join(
        f"{n},c{n % 4},s{n % 3},2024-0{1 + n % 6}-01,{n}\n" for n in range(24)
    )
    assert only(drafted({"ledger.csv": text})).date_grain == "month"
    assert only(drafted({"ledger.csv": BOOK})).date_grain == "day"


def test_words_for_nothing_are_proposed_not_applied(drafted: Drafted) -> None:
    text = "lead id,company,lead source,city,created\n" + "".join(
        f"L{n},Co {n},{'Select' if n % 3 else 'web'},Ulm,2024-01-0{n}\n" for n in range(1, 9)
    )
    source = only(drafted({"leads.csv": text}))
    assert source.null_words == ()
    assert source.null_word_hints == (("lead source", "Select", 6),)


def test_leads_of_unknown_side_are_a_guess_that_says_so(drafted: Drafted) -> None:
    text = "lead id,company,lead source,created\n" + "".join(f"L{n},Co {n},web,2024-01-0{n}\n" for n in range(1, 9))
    side = only(drafted({"leads.csv": text})).tables[0].column("side")
    assert side is not None
    assert (side.value, side.sure) == ("buyer", Sure.GUESS)
    named = only(drafted({"seller_leads.csv": text})).tables[0].column("side")
    assert named is not None
    assert (named.value, named.sure) == ("supplier", Sure.LIKELY)


def test_dated_stages_of_leads_become_their_history(drafted: Drafted) -> None:
    text = "lead id,company,lead source,created,MQL Date,Became a Customer Date,birthday\n" + "".join(
        f"L{n},Co {n},web,2024-01-0{n},2024-02-0{n},{'2024-03-01' if n > 5 else ''},1990-01-0{n}\n" for n in range(1, 9)
    )
    source = only(drafted({"leads.csv": text}))
    stages = [table for table in source.tables if table.name == "stage_changes"]
    assert [(fields_of(table)["stage"], fields_of(table)["changed_at"]) for table in stages] == [
        ("=lead", "created"),
        ("=mql", "MQL Date"),
        ("=closed_won", "Became a Customer Date"),
    ]
    assert len({table.id_space for table in stages}) == 3, "one lead enters several stages: each has ids of its own"
    assert {table.column("lead_id").id_space for table in stages} == {source.id_space}  # type: ignore[union-attr]
    assert [table.where for table in stages] == [(), (), (("Became a Customer Date", ("*",)),)]
    assert "birthday" in {field.field for field in source.unmapped}


def test_leads_without_dated_stages_have_no_invented_history(drafted: Drafted) -> None:
    text = "lead id,company,lead source,created\n" + "".join(f"L{n},Co {n},web,2024-01-0{n}\n" for n in range(1, 9))
    assert [table.name for table in only(drafted({"leads.csv": text})).tables] == ["leads"]


DEALS = "Deal ID,Deal Name,Stage,Amount,Close Date,Create Date\n"


def test_a_planned_close_date_of_an_open_deal_is_no_closing(drafted: Drafted) -> None:
    text = DEALS + "1,A,Closed Won,5.5,2024-03-01,2024-01-01\n2,B,Prospecting,6.5,2024-09-01,2024-01-02\n"
    source = only(drafted({"deals.csv": text}))
    assert source.reshape is not None
    assert fields(source)["closed_at"] == "closed_on"
    with duckdb.connect() as con:
        con.execute("CREATE TABLE deals AS SELECT 'Closed Won' AS \"Stage\", '2024-03-01' AS \"Close Date\"")
        con.execute("INSERT INTO deals VALUES ('Prospecting', '2024-09-01')")
        assert con.execute(f"SELECT closed_on FROM ({source.reshape.sql})").fetchall() == [("2024-03-01",), (None,)]
    closed_only = DEALS + "1,A,Closed Won,5.5,2024-03-01,2024-01-01\n2,B,Prospecting,6.5,,2024-01-02\n"
    assert only(drafted({"deals.csv": closed_only})).reshape is None


def test_lines_are_added_up_to_the_penny_and_a_bad_line_blanks_its_order(drafted: Drafted) -> None:
    text = "Order Number,Customer,Vendor,Order Date,Quantity,Unit Price\n" + "".join(
        f"A{n // 3},c{n // 6},s{n // 9},2024-01-01,{n},2.55\n" for n in range(30)
    )
    source = only(drafted({"orders.csv": text}))
    assert source.reshape is not None
    with duckdb.connect() as con:
        rows = "('A', 'c', 's', 'd', '3', '2.55'), ('A', 'c', 's', 'd', '1', '0.10'), ('B', 'c', 's', 'd', 'x', '1')"
        names = '"Order Number", Customer, Vendor, "Order Date", Quantity, "Unit Price"'
        con.execute(f"CREATE TABLE lines AS SELECT * FROM (VALUES {rows}) AS r({names})")
        query = (
            f'SELECT "Order Number", CAST(line_amount AS DECIMAL(9, 2))::VARCHAR FROM ({source.reshape.sql}) ORDER BY 1'
        )
        assert con.execute(query).fetchall() == [("A", "7.75"), ("B", None)]


def test_no_status_is_said_aloud(drafted: Drafted) -> None:
    assert any("every record counts as completed" in note for note in only(drafted({"ledger.csv": BOOK})).notes)


def test_companies_that_a_list_lacks_become_accounts_of_their_own(drafted: Drafted) -> None:
    draft = drafted(
        {
            "customers.csv": "customer_id,name\n" + "".join(f"C{n},Company {n}\n" for n in range(4)),
            "orders.csv": "order_id,customer_id,supplier,date,total\n"
            + "".join(f"O{n},C{n % 5},S{n % 3},2024-01-{n:02d},{n}.5\n" for n in range(1, 25)),
        }
    )
    orders = next(source for source in draft.sources if source.source == "orders")
    assert [table.key for table in orders.tables[1:]] == [("customer_id",), ("supplier",)]
    assert "20.0% of the values of 'customer_id' are not in customers.csv" in orders.tables[1].note


def test_amounts_in_another_currency_ask_for_rates(drafted: Drafted) -> None:
    text = "order id,customer,supplier,date,total\nA,c,s,2024-01-01,$5.00\nB,d,t,2024-01-02,$6.00\n"
    assert drafted({"orders.csv": text}).notes == ()
    (note,) = drafted({"orders.csv": text}, currency="EUR").notes
    assert "TODO exchange rates" in note
    rates = "currency,date,rate\nUSD,2024-01-01,0.9\nGBP,2024-01-01,1.1\n"
    assert drafted({"orders.csv": text, "fx_rates.csv": rates}, currency="EUR").notes == ()


def test_a_catalogue_says_since_when_a_listing_is_out_of_stock_and_a_deal_its_chance(drafted: Drafted) -> None:
    catalogue = """
        Listing ID,Supplier,Title,Category,Listed At,Out Of Stock Since
        L1,Steel AG,Bolt M6,bolts,2024-01-03,
        L2,Steel AG,Bolt M8,bolts,2024-01-05,2024-02-01
        L3,Nut GmbH,Nut M8,nuts,2024-01-09,2024-03-01
    """
    deals = """
        Opportunity ID,Opportunity Name,Stage,Created Date,Close Date,Amount,Win Probability
        D1,Ada,Negotiation,2024-01-03,2024-03-01,100.00,60
        D2,Bob,Closed Won,2024-01-04,2024-02-01,200.00,100
        D3,Cyd,Closed Lost,2024-01-05,2024-02-09,300.00,0
    """
    assert fields(only(drafted({"listings.csv": catalogue}, currency="EUR")))["paused_at"] == "Out Of Stock Since"
    drafts = drafted({"opportunities.csv": deals}, currency="EUR")
    assert fields(only(drafts))["probability"] == "Win Probability"
