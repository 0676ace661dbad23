"""Every kind of column: what is stored, and the reason of everything that is not."""

import csv
import io
import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.ingest.conftest import ORDERS
from tests.workbooks import workbook

if TYPE_CHECKING:
    from tests.ingest.conftest import Market

ACCOUNTS = "".join(
    f"""
[[table]]
name = "accounts"
entities = true
key = ["{side}"]
[table.columns]
side = {{ value = "{side}" }}
name = "{side}"
"""
    for side in ("buyer", "supplier")
)
HEADER = "id,buyer,supplier,day,amount\n"


def one_column(market: "Market", column: str, texts: list[str], *, extra: str = "", spec: str = '"x"') -> None:
    """Orders whose field x feeds the column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "buyer", "supplier", "day", "amount", "x"])
    writer.writerows([[str(n), "b", "s", "2024-01-01", "1", text] for n, text in enumerate(texts)])
    market.write("orders.csv", out.getvalue())
    text = 'id_space = "m"\nfiles = ["orders.csv"]\n' + extra
    text += '[[table]]\nname = "orders"\nkey = ["id"]\n[table.columns]\nbuyer_id = "buyer"\nsupplier_id = "supplier"\n'
    columns = {"placed_at": '"day"', "amount": '"amount"', column: spec}
    market.map("orders", text + "".join(f"{name} = {value}\n" for name, value in columns.items()))
    market.sync()


def booked(market: "Market", column: str, texts: list[str], **kwargs: str) -> dict[str, object]:
    """The stored value of each text, or its reason."""
    one_column(market, column, texts, **kwargs)
    found: dict[str, object] = {texts[q.line - 2]: q.reason for q in market.quarantine() if q.line}
    good = [text for text in texts if text not in found]
    rows = market.rows(f"SELECT {column} FROM orders WHERE superseded_in IS NULL ORDER BY rowid")
    assert len(rows) == len(good)
    return found | dict(zip(good, (value for (value,) in rows), strict=True))


AMOUNTS = {
    "12.50": 1250,
    "10.125": 1012,
    "10.135": 1014,
    "-10.125": -1012,
    "0.005": 0,
    "0.015": 2,
    "0.00500001": 1,
    "$22,700.00": 2270000,
    "(1,234.50)": -123450,
    "5-": -500,
    "\u22127": -700,
    "EUR 12": 1200,
    "12.00 EUR": 1200,
    "1'234.5": 123450,
    "1.2E+06": 120000000,
    " 12.50 ": 1250,
    "9999999999999.99": 999999999999999,
    "10000000000000": 1000000000000000,
    "10000000000000.01": "impossible_amount",
    "-90071992547409.93": "impossible_amount",
    "92233720368547758.07": "impossible_amount",
    "99999999999999999999": "impossible_amount",
    "": None,
    "NULL": None,
    "1,50": "bad_amount",
    "12.50.00": "bad_amount",
    "5k": "bad_amount",
    "abc": "bad_amount",
    '=HYPERLINK("http://x")': "bad_amount",
}


def test_money_is_minor_units_to_the_half_even_cent(market: "Market") -> None:
    assert booked(market, "tax", list(AMOUNTS)) == AMOUNTS


def test_a_decimal_comma_turns_the_separators_round(market: "Market") -> None:
    texts = ["R$ 100.000", "1.234,56", "100,5", "100.50", "7"]
    assert booked(market, "tax", texts, extra='decimal = ","\n') == {
        "R$ 100.000": 10000000,
        "1.234,56": 123456,
        "100,5": 10050,
        "100.50": "bad_amount",
        "7": 700,
    }


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_number_of_json_and_parquet_is_that_number_where_texts_have_a_decimal_comma(
    market: "Market", kind: str
) -> None:
    market.map("orders", ORDERS.format(extra='decimal = ","').replace("orders*.csv", f"orders.{kind}"))
    amounts, path = [1.234, 12.5, 1500.0, 0.125], market.workspace.folder / f"orders.{kind}"
    orders = [
        {"id": f"o{n}", "buyer": "b", "supplier": "s", "day": "2024-01-01", "amount": amount}
        for n, amount in enumerate(amounts)
    ]
    lines = [json.dumps(order) for order in orders]
    if kind == "jsonl":
        lines += ['{"id":"o4","buyer":"b","supplier":"s","day":"2024-01-01","amount":"1.250,50"}']
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        (market.workspace.folder / "raw.json").write_text("\n".join(lines), encoding="utf-8")
        with duckdb.connect() as con:
            con.read_json(str(market.workspace.folder / "raw.json")).write_parquet(str(path))
    market.sync()
    assert market.quarantine() == []
    booked = market.rows("SELECT amount FROM orders WHERE superseded_in IS NULL ORDER BY amount")
    assert [minor for (minor,) in booked] == sorted([123, 1250, 150000, 12, 125050][: len(lines)])


def test_a_number_cell_of_a_sheet_is_that_number_beside_texts_with_a_decimal_comma(market: "Market") -> None:
    market.map("orders", ORDERS.format(extra='decimal = ","').replace("orders*.csv", "orders.xlsx"))
    amounts: list[str | float] = [1.234, "1.234", 12.5, "1.250,50", 1500, 0.125, 2.5e-05]
    rows = [(f"o{n}", "b", "s", "2024-01-01", amount) for n, amount in enumerate(amounts)]
    workbook(market.workspace.folder / "orders.xlsx", ("id", "buyer", "supplier", "day", "amount"), *rows)
    market.sync()
    assert market.quarantine() == []
    booked = market.rows("SELECT amount FROM orders WHERE superseded_in IS NULL ORDER BY rowid")
    assert [minor for (minor,) in booked] == [123, 123400, 1250, 125050, 150000, 12, 0]


def test_cents_are_scaled_without_a_float(market: "Market") -> None:
    assert booked(market, "tax", ["1999", "0.5"], spec='{ field = "x", scale = "0.01" }') == {"1999": 1999, "0.5": 0}


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 12), ("KWD", 12346), ("EUR", 1235)])
def test_minor_units_follow_the_currency(market: "Market", currency: str, minor: int) -> None:
    market.map("rates", 'files = ["rates.csv"]\n[[table]]\nname = "fx_rates"\nkey = ["c"]\n[table.columns]\n'
               'currency = "c"\nquoted_on = "d"\nrate = "r"\n')  # fmt: skip
    market.write("rates.csv", f"c,d,r\n{currency},2020-01-01,1.5\n")
    assert booked(market, "amount", ["12.3455"], extra=f'currency = "{currency}"\n') == {"12.3455": minor}


def test_the_rounding_difference_is_kept(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,10.125\n2,b,s,2024-01-01,10.135\n3,b,s,2024-01-01,0.0015\n")
    report = market.sync().sources[0]
    assert str(report.rounding_difference) == "0.0015000000"
    assert market.rows("SELECT sum(amount) FROM orders") == [(2026,)]


def test_dates_and_their_reasons(market: "Market") -> None:
    texts = ["2024-02-29", "2023-02-29", "2024-02-29 23:59:59", "1/2/2024", "1899-12-31", "2201-01-01", "infinity"]
    one_column(market, "completed_at", texts)
    assert {texts[q.line - 2]: q.reason for q in market.quarantine() if q.line} == {
        "2023-02-29": "bad_date",
        "1/2/2024": "bad_date",
        "1899-12-31": "impossible_date",
        "2201-01-01": "impossible_date",
        "infinity": "bad_date",
    }
    assert market.rows("SELECT completed_at::VARCHAR, completed_on::VARCHAR FROM orders ORDER BY 1") == [
        ("2024-02-29 00:00:00", "2024-02-29"),
        ("2024-02-29 23:59:59", "2024-02-29"),
    ]


def test_date_formats_are_tried_in_order(market: "Market") -> None:
    one_column(market, "completed_at", ["31/01/2024", "2024-01-31", "02/01/2024 10:30", "01/31/2024"],
               extra='date_formats = ["%d/%m/%Y", "%d/%m/%Y %H:%M"]\n')  # fmt: skip
    # The format also holds for the day that every order has, so only rows whose day fits it could be good.
    assert {q.reason for q in market.quarantine()} == {"bad_date"}
    one_column(market, "completed_at", ["31/01/2024", "02/01/2024 10:30", "01/31/2024"],
               spec='{ field = "x", format = ["%d/%m/%Y", "%d/%m/%Y %H:%M"] }')  # fmt: skip
    assert market.rows("SELECT completed_at::VARCHAR FROM orders WHERE superseded_in IS NULL ORDER BY 1") == [
        ("2024-01-02 10:30:00",),
        ("2024-01-31 00:00:00",),
    ]


def test_wall_time_becomes_utc_and_the_business_date_stays_local(london: "Market") -> None:
    texts = [
        "2024-07-01 00:30:00",
        "2024-01-01 00:30:00",
        "2024-07-01",
        "2024-07-01T00:30:00Z",
        "2024-06-30T23:30:00-05:00",
        "2024-07-01T00:30+02",
    ]
    one_column(london, "completed_at", texts)
    assert london.rows("SELECT completed_at::VARCHAR, completed_on::VARCHAR FROM orders ORDER BY rowid") == [
        ("2024-06-30 23:30:00", "2024-07-01"),
        ("2024-01-01 00:30:00", "2024-01-01"),
        ("2024-06-30 23:00:00", "2024-07-01"),
        ("2024-07-01 00:30:00", "2024-07-01"),
        ("2024-07-01 04:30:00", "2024-07-01"),
        ("2024-06-30 22:30:00", "2024-06-30"),
    ]


def test_times_of_another_zone_but_bare_dates_of_the_business(london: "Market") -> None:
    one_column(london, "completed_at", ["2024-06-30 23:30:00", "2024-06-30"], extra='time_zone = "UTC"\n')
    assert london.rows("SELECT completed_at::VARCHAR, completed_on::VARCHAR FROM orders ORDER BY rowid") == [
        ("2024-06-30 23:30:00", "2024-07-01"),
        ("2024-06-29 23:00:00", "2024-06-30"),
    ]


def test_choices_ignore_case_blanks_and_hyphens_and_translate(market: "Market") -> None:
    spec = '{ field = "x", map = { "Won" = "completed", "lost" = "cancelled" } }'
    assert booked(market, "status", ["won", "LOST", "Placed", "open", ""], spec=spec) == {
        "won": "completed",
        "LOST": "cancelled",
        "Placed": "placed",
        "open": "unknown_value",
        "": "missing_required",
    }
    assert "placed, completed, cancelled" in next(q.detail for q in market.quarantine() if q.reason == "unknown_value")


def test_other_takes_every_word_that_is_not_mapped(market: "Market") -> None:
    spec = '{ field = "x", map = { "Won" = "completed" }, other = "placed" }'
    assert booked(market, "status", ["won", "open"], spec=spec) == {"won": "completed", "open": "placed"}


def test_booleans(market: "Market") -> None:
    assert booked(market, "is_test", ["Yes", "0", "TRUE", "n", "", "2"]) == {
        "Yes": True, "0": False, "TRUE": True, "n": False, "": None, "2": "bad_boolean",
    }  # fmt: skip


def test_currencies(market: "Market") -> None:
    found = booked(market, "currency", ["eur", "", "XYZ", "USD"])
    assert found == {"eur": "EUR", "": "EUR", "XYZ": "unknown_currency", "USD": "no_fx_rate"}


def test_numbers_and_their_minimum(market: "Market") -> None:
    texts = ["1.5", "1,000.5", "-1", "nan", "inf", "x", "", "NaN"]
    assert booked(market, "sample_weight", texts) == {
        "1.5": 1.5, "1,000.5": 1000.5, "-1": "below_minimum", "nan": "bad_number", "inf": "bad_number",
        "x": "bad_number", "": None, "NaN": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("best", "fine", "aside"), [("", 5, ["11", "10", "5.5"]), ('best_rating = "best"\n', 10, ["11", "5.5"])]
)
def test_a_rating_above_the_best_that_could_be_given_is_set_aside(
    market: "Market", best: str, fine: int, aside: list[str]
) -> None:
    columns = 'reviewed_at = "day"\nrating = "rating"\n' + best
    market.map("reviews", f'files = ["r.csv"]\n[[table]]\nname = "reviews"\nkey = ["id"]\n[table.columns]\n{columns}')
    rows = "".join(f"{number},2024-01-05,{rating},{out_of}\n" for number, rating, out_of in RATINGS)
    market.write("r.csv", "id,day,rating,best\n" + rows)
    market.sync()
    assert market.rows("SELECT max(rating) FROM reviews") == [(fine,)]
    said = "above best_rating, which is 5 where the mapping says nothing else"
    found = [(q.value, q.reason, q.detail) for q in market.quarantine()]
    assert found == [(value, "above_maximum", said) for value in aside]


RATINGS = (("1", "5", ""), ("2", "11", "10"), ("3", "10", "10"), ("4", "", ""), ("5", "5.5", ""))


def test_whole_numbers_are_not_rounded(market: "Market") -> None:
    market.map("lines", 'files = ["l.csv"]\n[[table]]\nname = "order_lines"\nkey = ["id"]\n[table.columns]\n'
               'order_id = "order"\nquantity = "q"\n')  # fmt: skip
    market.write("l.csv", 'id,order,q\n1,o,12\n2,o,12.7\n3,o,"1,200"\n4,o,12.0\n')
    market.sync()
    assert market.rows("SELECT quantity FROM order_lines ORDER BY rowid") == [(12,), (1200,), (12,)]
    assert [(q.line, q.reason) for q in market.quarantine()] == [(3, "bad_integer")]


def test_null_words_with_digits_are_seen_before_the_number(market: "Market") -> None:
    assert booked(market, "tax", ["999", "1"], extra='null_words = ["999"]\n') == {"999": None, "1": 100}


def test_unknown_events_become_other(market: "Market") -> None:
    market.map("events", 'files = ["e.csv"]\n[[table]]\nname = "events"\nkey = []\n[table.columns]\n'
               'name = "n"\noccurred_at = "d"\n')  # fmt: skip
    market.write("e.csv", "n,d\nSearch,2024-01-01\nshare,2024-01-01\nCart Add,2024-01-01\n")
    market.sync()
    assert market.rows("SELECT name FROM events ORDER BY rowid") == [("search",), ("other",), ("cart_add",)]


def test_hostile_text_is_text(market: "Market") -> None:
    evil = "x'); DROP TABLE orders; --"
    assert booked(market, "title", [evil, '=HYPERLINK("http://x")'], spec='"x"') == {
        evil: evil,
        '=HYPERLINK("http://x")': '=HYPERLINK("http://x")',
    }
    assert booked(market, "title", ["a"], spec=f'{{ field = "x", map = {{ "a" = "{evil}" }} }}')["a"] == evil


def test_composed_and_decomposed_spellings_are_one(market: "Market") -> None:
    texts = ["\u00dcn\u00ef", "U\u0308ni\u0308", "\u00e9t\u00e9", "e\u0301te\u0301", "ke\u0301in", "k\u00e9in"]
    spec = '{ field = "x", map = { "e\u0301t\u00e9" = "Summer" } }'
    found = booked(market, "category", texts, extra='null_words = ["k\u00e9in"]\n', spec=spec)
    assert list(found.values()) == ["\u00dcn\u00ef", "\u00dcn\u00ef", "Summer", "Summer", None, None]
    market.map("orders", ORDERS.format(extra="") + ACCOUNTS)
    market.write("orders.csv", HEADER + "".join(f"{n},{text},s,2024-01-01,1\n" for n, text in enumerate(texts[:4])))
    market.sync()
    names = market.rows("SELECT name FROM accounts WHERE side = 'buyer' AND superseded_in IS NULL ORDER BY name")
    assert names == [("\u00dcn\u00ef",), ("\u00e9t\u00e9",)]
    assert market.quarantine() == []
