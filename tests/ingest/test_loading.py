"""Whole files that are refused, files that change, and every line of damaged ones accounted for."""

import gzip
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.ingest.conftest import ORDERS

from bothsides.agreement import AgreementError
from bothsides.ingest import MappingError, SyncRefused, journal_of

if TYPE_CHECKING:
    from tests.ingest.conftest import Market

HEADER = "id,buyer,supplier,day,amount\n"


def line(n: int, *, amount: str = "5") -> str:
    return f"{n},b{n % 5},s{n % 3},2024-01-{n % 28 + 1:02d},{amount}\n"


def refused(market: "Market") -> str:
    with pytest.raises((SyncRefused, AgreementError)) as caught:
        market.sync()
    last = journal_of(market.workspace).runs()[-1]
    assert (last.status, last.message) == ("failed", str(caught.value))
    return str(caught.value)


def test_mostly_blank_keys_are_refused_with_the_figures(market: "Market") -> None:
    market.orders()
    market.write(
        "orders.csv", HEADER + "".join(line(n) if n % 5 == 0 else "," + line(n).split(",", 1)[1] for n in range(100))
    )
    assert "80 of 100 records (80%) have nothing in the key id" in refused(market)
    assert not market.workspace.warehouse_path.exists()
    market.write(
        "orders.csv", HEADER + "".join(line(n) if n % 2 else "," + line(n).split(",", 1)[1] for n in range(100))
    )
    assert market.sync().sources[0].reasons == {"missing_required": 50}


@pytest.mark.parametrize("blank", ["\n", ",,,,\n"])
def test_a_file_of_blank_rows_is_refused_with_the_figures(market: "Market", blank: str) -> None:
    market.orders()
    market.write("orders.csv", HEADER + "".join(line(n) + blank * 19 for n in range(50)))
    assert "950 of 1,000 rows are blank (95%)" in refused(market)


def test_a_few_blank_rows_are_counted_and_let_be(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", HEADER + line(1) + "\n" + line(2) + "\n\n")
    report = market.sync().sources[0]
    assert (report.new, report.physical_lines, report.blank_lines, report.record_lines) == (2, 6, 3, 2)


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"%PDF-1.7 x", b"\x00\x01\x02\x03" * 500])
def test_what_is_no_table_is_refused(market: "Market", content: bytes) -> None:
    market.orders()
    market.write("orders.csv", content)
    assert "orders.csv" in refused(market)
    assert not market.workspace.warehouse_path.exists()


def test_a_wrong_delimiter_says_which_fields_there_are(market: "Market") -> None:
    market.orders('[read]\ndelimiter = "|"\n')
    market.write("orders.csv", HEADER + line(1))
    assert "delimiter '|' finds one column; ',' finds 5 columns" in refused(market)


def test_a_missing_field_names_near_ones_and_what_changed_since_the_last_load(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", HEADER + line(1))
    market.sync()
    before = market.rows("FROM orders")
    market.write("orders.csv", (HEADER + line(1)).replace("amount", "amounts"))
    said = refused(market)
    assert "orders.columns.amount = 'amount'" in said
    assert "did you mean 'amounts'?" in said
    assert "fields gone since load 1: amount; fields new since load 1: amounts" in said
    assert market.rows("FROM orders") == before


def test_new_fields_are_noted_and_the_load_goes_on(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", HEADER + line(1))
    assert market.sync().notes == ()
    market.write("orders.csv", HEADER.replace("\n", ",colour\n") + line(1).replace("\n", ",red\n"))
    report = market.sync()
    assert report.notes == ("orders: fields new since load 1: colour",)
    assert report.sources[0].unchanged == 1


def test_one_refused_file_stops_all_and_every_refusal_is_said(market: "Market") -> None:
    market.orders()
    market.map("more", 'files = ["more.csv"]\n[[table]]\nname = "spend"\nkey = []\n[table.columns]\n'
               'spent_at = "d"\namount = "a"\n')  # fmt: skip
    market.write("orders.csv", b"")
    market.write("more.csv", "x,y\n1,2\n")
    said = refused(market)
    assert "orders.csv: is empty" in said
    assert "spend.columns.spent_at = 'd'" in said
    assert not market.workspace.warehouse_path.exists()


def test_missing_files_and_variables_are_said_before_anything_is_read(
    market: "Market", monkeypatch: pytest.MonkeyPatch
) -> None:
    market.orders()
    assert "no readable file fits 'orders*.csv'" in refused(market)
    monkeypatch.delenv("NO_SUCH_PLACE", raising=False)
    market.map("orders", (market.workspace.mappings_dir / "orders.toml").read_text().replace(
        "orders*.csv", "${NO_SUCH_PLACE}/orders.csv"))  # fmt: skip
    assert "the environment variable NO_SUCH_PLACE is not set" in refused(market)


def test_no_mapping_says_which_command_drafts_one(market: "Market") -> None:
    assert "bothsides init" in refused(market)


def test_damaged_lines_are_set_aside_with_reason_and_line_and_nothing_is_lost(market: "Market") -> None:
    market.orders()
    lines = [line(n) for n in range(2000)]
    lines[10] = "10,b,s\n"
    lines[20] = line(20).replace("\n", ",extra,fields\n")
    lines[30] = line(30, amount="five")
    lines[40] = line(40).replace("2024-01", "2024-13")
    lines[50] = '50,"open quote,s,2024-01-01,5\n'
    lines[60] = "\n"
    market.write("orders.csv", (HEADER + "".join(lines)).encode() + b"2000,\xff\xfe,s,2024-01-01,5\n")
    report = market.sync().sources[0]
    assert report.physical_lines == 2002
    assert report.read == report.new + report.quarantined == 2000
    assert report.new >= 2000 - 7
    told = {q.line: q for q in market.quarantine()}
    for at in (10, 20, 30, 40, 50):
        assert at + 2 in told, at
    assert (told[32].reason, told[32].value, told[32].column_name) == ("bad_amount", "five", "amount")
    assert '"amount":"five"' in str(told[32].raw)
    assert all(q.detail and q.raw for q in told.values())


def test_lines_are_right_on_the_fast_way_past_blank_lines_and_over_files(market: "Market") -> None:
    market.orders()
    market.write("orders1.csv", HEADER + line(1) + "\n" + line(2, amount="x"))
    market.write("orders2.csv", HEADER + line(3) + line(4, amount="y"))
    market.sync()
    assert [(q.file, q.line, q.value) for q in market.quarantine()] == [
        ("orders1.csv", 4, "x"),
        ("orders2.csv", 3, "y"),
    ]


def test_a_record_over_several_lines_keeps_its_first_line_as_its_number(market: "Market") -> None:
    market.orders("", 'title = "t"\n')
    text = 'id,buyer,supplier,day,amount,t\n1,b,s,2024-01-01,5,"two\nlines"\n2,b,s,2024-01-01,x,"a\nb"\n'
    market.write("orders.csv", text)
    report = market.sync().sources[0]
    assert (report.read, report.physical_lines, report.record_lines) == (2, 5, 4)
    assert market.rows("SELECT title FROM orders") == [("two\nlines",)]
    assert [(q.line, q.reason) for q in market.quarantine()] == [(4, "bad_amount")]


def test_archives_and_other_forms_load_alike(market: "Market") -> None:
    market.map("a", 'id_space = "x"\nfiles = ["a.csv.gz"]\n' + SPEND)
    market.map("b", 'id_space = "x"\nfiles = ["b.zip/*.csv"]\n' + SPEND)
    market.map("c", 'id_space = "x"\nfiles = ["c.jsonl"]\n' + SPEND)
    market.write("a.csv.gz", gzip.compress(b"n,d,a\n1,2024-01-01,5\n"))
    with zipfile.ZipFile(market.workspace.folder / "b.zip", "w") as archive:
        archive.writestr("one.csv", "n,d,a\n2,2024-01-01,5\n")
        archive.writestr("two.csv", "n,d,a\n3,2024-01-01,5\n")
    market.write("c.jsonl", '{"n": 4, "d": "2024-01-01", "a": 5}\n')
    assert [item.new for item in market.sync().sources] == [1, 2, 1]
    assert market.rows('SELECT "source", sum(amount) FROM spend GROUP BY 1 ORDER BY 1') == [
        ("a", 500), ("b", 1000), ("c", 500),
    ]  # fmt: skip


SPEND = '[[table]]\nname = "spend"\nkey = ["n"]\n[table.columns]\nspent_at = "d"\namount = "a"\n'


def test_the_books_say_what_the_report_says(market: "Market") -> None:
    market.orders("date_grain = 'month'\n")
    market.write("orders.csv", HEADER + line(1) + line(2, amount="x") + "3,b,s,2024-02,7\n")
    report = market.sync().sources[0]
    rows = market.rows(
        'SELECT "read", "new", quarantined, physical_lines, header_lines, record_lines FROM load_sources'
    )
    assert (
        rows
        == [(3, 2, 1, 4, 1, 3)]
        == [
            (
                report.read,
                report.new,
                report.quarantined,
                report.physical_lines,
                report.header_lines,
                report.record_lines,
            )
        ]
    )
    assert market.rows("SELECT first_on::VARCHAR, last_on::VARCHAR FROM watermarks") == [("2024-01-02", "2024-02-29")]
    assert market.rows("SELECT value FROM meta WHERE key = 'currency'") == [("EUR",)]


RESHAPE = (
    'reshape = "r.sql"\n[inputs]\nheads = ["heads.csv"]\nlines = ["lines.csv"]\n[[table]]\nname = "orders"\n'
    'key = ["id", "seller"]\n[table.columns]\nbuyer_id = "buyer"\nsupplier_id = "seller"\nplaced_at = "day"\n'
    'amount = "amount"\n'
)


BASKETS = """-- One order per seller; a price that cannot be read leaves the sum blank.
WITH prices AS (SELECT id, seller, try_cast(price AS DECIMAL(18,2)) AS price FROM lines),
sold AS (SELECT id, seller, CASE WHEN count(*) = count(price) THEN sum(price) END AS amount FROM prices GROUP BY ALL)
SELECT h.*, seller, amount FROM heads AS h JOIN sold USING (id) ORDER BY id, seller;
"""


def test_a_reshape_splits_a_basket_into_one_order_per_seller(market: "Market") -> None:
    market.map("orders", RESHAPE)
    market.write("heads.csv", "id,buyer,day\n1,b,2024-01-01\n2,b,2024-01-02\n")
    market.write("lines.csv", "id,seller,price\n1,s,5\n1,s,6\n1,t,7\n2,s,x\n2,s\n")
    (market.workspace.mappings_dir / "r.sql").write_text(BASKETS, encoding="utf-8")
    report = market.sync().sources[0]
    assert (report.read, report.new, report.physical_lines) == (4, 2, 9)
    assert market.rows("SELECT amount FROM orders ORDER BY amount") == [(700,), (1100,)]
    assert max((str(q.file), q.reason) for q in market.quarantine()) == ("r.sql", "missing_required")
    assert market.sync().sources[0].unchanged == 2


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM heads; DROP TABLE heads",
        "DELETE FROM heads",
        "COPY heads TO '/elsewhere/x.csv'",
        "ATTACH '/elsewhere/x.db'",
        "SELECT * FROM information_schema.tables",
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM heads WHERE id IN (SELECT column0 FROM read_csv_auto('/etc/passwd'))",
        "SELECT * FROM query('SELECT 1')",
        "SELECT nothing FROM heads",
        "SELECT (",
    ],
)
def test_a_reshape_reads_only_its_inputs(market: "Market", sql: str) -> None:
    market.map("orders", RESHAPE)
    market.write("heads.csv", "id,buyer,day\n1,b,2024-01-01\n")
    market.write("lines.csv", "id,seller,price\n1,s,5\n")
    (market.workspace.mappings_dir / "r.sql").write_text(sql, encoding="utf-8")
    with pytest.raises((MappingError, SyncRefused), match=r"r\.sql: SQL"):
        market.sync()


@pytest.mark.parametrize("end", ["", ";", "; -- done", " -- done", ";\n/* done */\n"])
def test_a_reshape_may_end_as_sql_does(market: "Market", end: str) -> None:
    market.map("orders", RESHAPE)
    market.write("heads.csv", "id,buyer,day\n1,b,2024-01-01\n")
    market.write("lines.csv", "id,seller,price\n1,s,5\n")
    sql = "SELECT h.*, l.seller, replace(l.price, ';', '') AS amount FROM heads h JOIN lines l ON l.id = h.id"
    (market.workspace.mappings_dir / "r.sql").write_text("\ufeff" + sql + end, encoding="utf-8")
    market.sync()
    assert market.rows("SELECT count(*) FROM orders") == [(1,)]


def test_a_reshape_that_is_no_text_is_said_before_anything_is_read(market: "Market") -> None:
    market.map("orders", RESHAPE)
    path = market.workspace.mappings_dir / "r.sql"
    path.write_bytes(b"\xff\xfe")
    assert "r.sql: SQL: must be UTF-8 text" in refused(market)
    path.unlink()
    path.mkdir()
    assert "r.sql: SQL: is a folder" in refused(market)


@pytest.mark.parametrize("pattern", ["*", "*.jsonl", "raw/*/*/*", "warehouse.duckdb", "mapping/orders.toml"])
def test_the_workspace_does_not_load_its_own_files(market: "Market", pattern: str) -> None:
    market.orders()
    market.write("orders.csv", HEADER + line(1))
    market.sync()
    market.map("orders", ORDERS.replace("orders*.csv", pattern).format(extra=""))
    assert "belongs to the workspace itself" in refused(market)
