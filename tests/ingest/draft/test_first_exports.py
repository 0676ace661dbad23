"""What a first export of a stranger's market looks like: mistakes in it, other languages, words nobody told us."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from bothsides.ingest import SyncReport, sync
from bothsides.ingest.draft import Draft, SourceDraft, Sure, summary, write_draft
from bothsides.ingest.draft.choices import translate
from bothsides.ingest.mapping_file import load_mapping
from bothsides.warehouse import open_reader
from bothsides.workspace import Workspace

Drafted = Callable[..., Draft]
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def only(draft: Draft) -> SourceDraft:
    assert len(draft.sources) == 1, [source.source for source in draft.sources]
    return draft.sources[0]


def fields(source: SourceDraft) -> dict[str, str]:
    return {one.column: one.fields[0] if one.fields else f"={one.value}" for one in source.tables[0].columns}


def load(made: Draft, folder: Path) -> tuple[SyncReport, duckdb.DuckDBPyConnection]:
    write_draft(made, folder)
    workspace = Workspace.open(folder)
    return sync(workspace, now=NOW, refresh=lambda _: None), open_reader(workspace.warehouse_path)


def orders(numbers: list[int], extra: str = "", tail: Callable[[int], str] = lambda _: "") -> str:
    rows = "".join(
        f"SO-{number:04d},Buyer {at % 7},Maker {at % 5},2024-01-{1 + at % 28:02d},{at}.50{tail(at)}\n"
        for at, number in enumerate(numbers)
    )
    return f"Order No,Buyer,Supplier,Order date,Amount{extra}\n{rows}"


def test_one_repeated_order_number_is_a_mistake_not_a_line(drafted: Drafted, tmp_path: Path) -> None:
    made = drafted({"orders.csv": orders([*range(60), 7])}, currency="EUR")
    source = only(made)
    assert source.reshape is None
    assert source.tables[0].key == ("Order No",)
    assert source.tables[0].key_sure is Sure.LIKELY
    assert any(note.startswith("2 rows share a number in 'Order No': they will be set aside") for note in source.notes)
    report, con = load(made, tmp_path / "acme")
    assert (report.sources[0].read, report.sources[0].new, report.sources[0].quarantined) == (61, 59, 2)
    assert con.execute("SELECT count(*) FROM orders").fetchall() == [(59,)]


def test_numbers_that_repeat_for_other_buyers_on_other_days_are_no_lines(drafted: Drafted) -> None:
    source = only(drafted({"orders.csv": orders([at // 2 if at < 20 else at for at in range(60)])}))
    assert source.reshape is None
    assert source.tables[0].key_sure is Sure.GUESS


def test_the_key_line_says_how_sure_it_is_and_why(drafted: Drafted, tmp_path: Path) -> None:
    made = drafted({"orders.csv": orders(list(range(60)))}, currency="EUR")
    (row,) = [row for row in summary(made) if row.column == "key"]
    assert (row.table, row.comes_from, row.sure) == ("orders", "Order No", "sure")
    assert row.reason == "named 'Order No', every one of 60 rows has its own"
    write_draft(made, tmp_path / "acme")
    text = (tmp_path / "acme/mapping/orders.toml").read_text()
    assert "# sure: named 'Order No', every one of 60 rows has its own; such as" in text.split('key = ["Order No"]')[0]


@pytest.mark.parametrize("header", ["Company,Account ID,Country", "Account ID,Company,Country"])
def test_codes_are_the_key_and_words_the_name(drafted: Drafted, header: str) -> None:
    first, *_ = header.split(",")
    pairs = [("Firm of " + "abcdefgh"[n], f"AC-{n:04d}") for n in range(8)]
    rows = "".join(f"{a if first == 'Company' else b},{b if first == 'Company' else a},DE\n" for a, b in pairs)
    source = only(drafted({"customers.csv": f"{header}\n{rows}"}))
    assert source.tables[0].key == ("Account ID",)
    assert fields(source)["name"] == "Company"


def test_words_for_orders_called_off_in_five_languages_are_never_gmv() -> None:
    off = "Cancelled storniert Annulé void Refused cancelado ANULADO recusado Abgebrochen remboursée".split()
    words = tuple((word, 1) for word in [*off, "Cancelled by customer", "order void (duplicate)"])
    assert {meant for _, meant in translate("orders", "status", words).pairs} == {"cancelled"}
    done = tuple((word, 1) for word in "abgeschlossen geliefert livrée payé entregado entregue pago".split())
    assert {meant for _, meant in translate("orders", "status", done).pairs} == {"completed"}
    waiting = tuple((word, 1) for word in ("offen", "In Bearbeitung", "en cours", "pendiente", "em andamento"))
    assert {meant for _, meant in translate("orders", "status", waiting).pairs} == {"placed"}
    assert translate("orders", "status", (("partially refunded", 1), ("not cancelled", 1))).pairs == ()


def test_unknown_words_of_a_status_are_asked_and_stay_out_of_the_orders(drafted: Drafted, tmp_path: Path) -> None:
    states = ["completed", "zorp", "storniert"]
    text = orders(list(range(60)), ",Status", lambda at: f",{states[at % 3]}")
    made = drafted({"orders.csv": text}, currency="EUR")
    status = only(made).tables[0].column("status")
    assert status is not None
    assert (status.sure, status.other, status.words) == (Sure.GUESS, None, (("storniert", "cancelled"),))
    (asked,) = [row for row in summary(made) if row.sure == "todo"]
    assert asked.column == "status"
    assert "'zorp'" in asked.reason
    report, con = load(made, tmp_path / "acme")
    assert report.sources[0].quarantined == 20
    assert con.execute("SELECT status, count(*) FROM orders GROUP BY 1 ORDER BY 1").fetchall() == [
        ("cancelled", 20),
        ("completed", 20),
    ]


GERMAN = ["Auftragsnr", "Kunde", "Lieferant", "Auftragsdatum", "Nettobetrag", "Status", "Warengruppe", "Region"]


@pytest.mark.parametrize(
    "header",
    [
        GERMAN,
        ["Bestellnummer", "Kundennr.", "Lieferantennr.", "Bestelldatum", "Nettowert", "Status", "Kategorie", "Land"],
        ["Rechnungs-Nr.", "Kundenname", "Händler", "Rechnungsdatum", "Betrag", "Status", "Produktgruppe", "Ort"],
        ["N° commande", "Client", "Fournisseur", "Date de commande", "Montant HT", "Statut", "Catégorie", "Pays"],
        ["Número de pedido", "Cliente", "Proveedor", "Fecha", "Importe neto", "Estado", "Categoría", "País"],
        ["Número do pedido", "Comprador", "Fornecedor", "Data", "Valor líquido", "Situação", "Categoria", "Região"],
    ],
)
def test_headers_of_other_languages_are_orders(drafted: Drafted, header: list[str]) -> None:
    rows = "".join(
        f"A-{n:04d};K-100{n % 7};L-200{n % 5};{1 + n % 28:02d}.03.2024;1.2{n:02d},50;abgeschlossen;"
        f"{'Stahl' if n % 2 else 'Holz'};{'Nord' if n % 3 else 'West'}\n"
        for n in range(60)
    )
    source = only(drafted({"export.csv": ";".join(header) + "\n" + rows}))
    assert source.tables[0].name == "orders"
    assert source.complete
    assert source.tables[0].key == (header[0],)
    names = ["buyer_id", "supplier_id", "placed_at", "amount", "status", "category", "region"]
    assert fields(source) == dict(zip(names, header[1:], strict=True))


@pytest.mark.parametrize("name", ["Product group", "Group", "Class", "Department", "Segment"])
def test_labels_that_repeat_are_the_category_and_codes_that_do_not_are_none(drafted: Drafted, name: str) -> None:
    labels = orders(list(range(60)), f",{name}", lambda at: f",{'bolts' if at % 2 else 'nuts'}")
    assert fields(only(drafted({"orders.csv": labels})))["category"] == name
    codes = orders(list(range(60)), f",{name}", lambda at: f",X{at}-{at * 7}")
    assert "category" not in fields(only(drafted({"orders.csv": codes})))


def test_fees_are_known_by_their_columns_whatever_the_file_is_called(drafted: Drafted) -> None:
    text = "Fee No,Order No,Fee date,Fee type,Amount\n" + "".join(
        f"F-{n:04d},SO-{n % 20:04d},2024-02-{1 + n % 28:02d},commission,{n}.25\n" for n in range(60)
    )
    source = only(drafted({"export_2024.csv": text}))
    assert (source.tables[0].name, source.tables[0].key, source.complete) == ("fees", ("Fee No",), True)
    assert fields(source) == {
        "kind": "Fee type",
        "order_id": "Order No",
        "charged_at": "Fee date",
        "amount": "Amount",
    }


def test_a_file_that_fits_no_table_becomes_a_skeleton_to_fill_in(drafted: Drafted, tmp_path: Path) -> None:
    odd = "who,whom,how much\n" + "".join(f"a{n},b{n},x{n}\n" for n in range(8))
    made = drafted({"zeta.csv": odd, "orders.csv": orders(list(range(30)))}, currency="EUR")
    assert [skipped.file for skipped in made.skipped] == ["zeta.csv"]
    written = write_draft(made, tmp_path / "acme")
    path = tmp_path / "acme/mapping/zeta.toml.todo"
    assert path in written
    text = path.read_text()
    assert '"how much"' in text
    assert "'x0', 'x1'" in text
    assert "TODO key" in text
    assert "(required)" in text
    for line, column in (("key = []", 'key = ["who"]'),):
        text = text.replace(line, column)
    finished = "\n".join(
        line.removeprefix("# ").replace('""', '"whom"') if line.endswith(' = ""') else line for line in text.split("\n")
    )
    path.with_suffix("").write_text(finished)
    assert load_mapping(path.with_suffix("")).main.key == ("who",)


@pytest.mark.parametrize(
    ("header", "code"),
    [("Net Amount EUR", "EUR"), ("value_usd", "USD"), ("Amount (GBP)", "GBP"), ("Total all", None), ("AMOUNT", None)],
)
def test_a_currency_in_the_header_is_the_currency(drafted: Drafted, header: str, code: str | None) -> None:
    made = drafted({"orders.csv": orders(list(range(30))).replace("Amount", header)})
    assert made.currency == code


def test_the_commonest_code_is_the_likely_currency_and_the_rest_need_rates(drafted: Drafted) -> None:
    text = orders(list(range(100)), ",Currency", lambda at: ",USD" if at < 3 else ",EUR")
    made = drafted({"orders.csv": text})
    assert made.currency == "EUR"
    assert made.currency_reason.startswith("likely: 97 % of orders are in EUR")
    rows = {row.column: row for row in summary(made) if not row.source}
    assert rows["currency"].sure == "likely"
    assert rows["fx_rates"].sure == "todo"
    assert "3 orders are in USD" in rows["fx_rates"].reason


def in_currencies(*counts: tuple[str, int]) -> str:
    codes = [code for code, count in counts for _ in range(count)]
    return orders([*range(len(codes))], ",Currency", lambda at: f",{codes[at]}")


def test_one_bad_code_does_not_cost_the_currency_of_the_others(drafted: Drafted, tmp_path: Path) -> None:
    made = drafted({"orders.csv": in_currencies(("EUR", 60), ("USD", 30), ("EURO", 1))})
    column = only(made).tables[0].column("currency")
    assert column is not None
    assert (column.fields, column.sure) == (("Currency",), Sure.LIKELY)
    assert "'EURO' (1 row)" in column.reason
    assert made.currency == "EUR"
    assert [(one.column, "'EURO'" in one.text) for one in only(made).questions] == [("currency", True)]
    report, con = load(made, tmp_path / "acme")
    assert (report.sources[0].new, report.sources[0].quarantined) == (60, 31)
    assert con.execute("SELECT currency, count(*) FROM orders GROUP BY 1").fetchall() == [("EUR", 60)]
    with (tmp_path / "acme" / "mapping" / "orders.toml").open() as text:
        assert "no column of the schema asks for it" not in text.read()


@pytest.mark.parametrize(("good", "bad"), [(15, 1), (76, 1)])
def test_one_bad_code_among_subscriptions_is_set_aside_alone(drafted: Drafted, good: int, bad: int) -> None:
    codes = ["EUR"] * good + ["XYZ"] * bad
    rows = "".join(f"SUB{at},L{at % 9},Pro,2024-01-{1 + at % 28:02d},49,{code}\n" for at, code in enumerate(codes))
    header = "subscription_id,account,plan,started_on,monthly_price,currency\n"
    source = only(drafted({"subscriptions.csv": header + rows}))
    column = source.tables[0].column("currency")
    assert column is not None
    assert (column.fields, column.sure) == (("currency",), Sure.LIKELY)


def test_a_field_of_codes_is_the_currency_whatever_it_is_called(drafted: Drafted) -> None:
    text = in_currencies(("EUR", 9), ("USD", 3)).replace("Currency", "W")
    made = drafted({"orders.csv": text})
    column = only(made).tables[0].column("currency")
    assert column is not None
    assert (column.fields, column.sure, made.currency) == (("W",), Sure.LIKELY, "EUR")


def test_a_currency_field_of_signs_is_translated(drafted: Drafted) -> None:
    made = drafted({"orders.csv": in_currencies(("€", 9), ("usd", 3), ("Taler", 1))})
    column = only(made).tables[0].column("currency")
    assert column is not None
    assert (column.words, column.sure, made.currency) == ((("€", "EUR"),), Sure.LIKELY, "EUR")
    assert "'Taler' (1 row)" in column.reason
    assert "usd" not in column.reason


def test_a_currency_field_of_numbers_says_that_its_values_do_not_fit(drafted: Drafted) -> None:
    source = only(drafted({"orders.csv": in_currencies(("978", 9), ("840", 3))}))
    (unmapped,) = source.unmapped
    assert unmapped.why.startswith("named like orders.currency, but its values do not fit it")


def test_no_currency_asks_for_the_very_line(drafted: Drafted, tmp_path: Path) -> None:
    made = drafted({"orders.csv": orders(list(range(30)))})
    write_draft(made, tmp_path / "acme")
    assert 'write `currency = "EUR"`' in " ".join(row.reason for row in summary(made))
    settings = (tmp_path / "acme/bothsides.toml").read_text()
    assert 'Write `currency = "EUR"` in bothsides.toml' in " ".join(settings.replace("\n# ", " ").split())


def test_exports_beside_the_workspace_are_named_relative_to_it(drafted: Drafted, tmp_path: Path) -> None:
    report, _ = load(drafted({"orders.csv": orders(list(range(30)))}, currency="EUR"), tmp_path / "acme")
    assert 'files = ["../exports/orders.csv"]' in (tmp_path / "acme/mapping/orders.toml").read_text()
    assert report.sources[0].new == 30


def test_a_field_with_a_word_for_nothing_is_not_sure(drafted: Drafted) -> None:
    text = orders(list(range(30)), ",Country", lambda at: ",Select" if at == 4 else ",France")
    region = only(drafted({"orders.csv": text})).tables[0].column("region")
    assert region is not None
    assert region.sure is Sure.LIKELY
    assert "'Select' (1 times) may mean that nothing is known" in region.reason


LEADS = "Lead ID,Company,Source,Created,Lead Stage"
STAGES = ["New", "MQL", "Sales Qualified", "Closed Won", "Zorp"]


def leads(extra: str = "", tail: str = "") -> str:
    return f"{LEADS}{extra}\n" + "".join(
        f"L-{n:04d},Company {n},web,2024-01-{1 + n % 28:02d},{STAGES[n % 5]}{tail}\n" for n in range(30)
    )


def test_a_stage_without_a_date_is_a_question(drafted: Drafted) -> None:
    made = drafted({"leads.csv": leads()}, currency="EUR")
    assert [table.name for table in only(made).tables] == ["leads"]
    (asked,) = [row for row in summary(made) if row.sure == "todo"]
    assert (asked.table, asked.column) == ("leads", "stage")
    assert "'Zorp'" in asked.reason
    assert "stage history" in asked.reason


def test_a_stage_dated_by_the_last_change_is_a_guess_of_the_history(drafted: Drafted, tmp_path: Path) -> None:
    made = drafted({"leads.csv": leads(",Last Modified", ",2024-03-01")}, currency="EUR")
    _, con = load(made, tmp_path / "acme")
    found = con.execute("SELECT stage, count(*) FROM stage_changes JOIN leads USING (lead_id) GROUP BY 1").fetchall()
    assert Counter(dict(found)) == {"lead": 6, "mql": 6, "sales_qualified": 6, "closed_won": 6}


def test_a_lost_order_is_likely_cancelled_and_said(drafted: Drafted) -> None:
    text = orders([*range(40)], ",Status", lambda at: ",verloren" if at % 9 == 0 else ",abgeschlossen")
    source = only(drafted({"orders.csv": text}))
    status = source.tables[0].column("status")
    assert status is not None
    assert (dict(status.words)["verloren"], status.sure) == ("cancelled", Sure.LIKELY)
    assert "'verloren' is taken as cancelled" in status.reason
    assert any("'verloren' is taken as cancelled" in note for note in source.notes)
