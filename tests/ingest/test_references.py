"""References across sources, sides of accounts, and currencies without a rate."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bothsides.diagnosis.checkup import checkup

if TYPE_CHECKING:
    from tests.ingest.conftest import Market

HEADER = "id,buyer,supplier,day,amount\n"
ACCOUNTS = """
id_space = "market"
files = ["accounts.csv"]
[[table]]
name = "accounts"
key = ["id"]
[table.columns]
side = "side"
"""
FEES = """
id_space = "market"
files = ["fees.csv"]
[[table]]
name = "fees"
key = ["id"]
[table.columns]
account_id = "account"
order_id = "order"
charged_at = "day"
amount = "amount"
"""
RATES = """
files = ["rates.csv"]
[[table]]
name = "fx_rates"
key = ["c", "d"]
[table.columns]
currency = "c"
quoted_on = "d"
rate = "r"
"""


ACCOUNTS_FILE = """
id_space = "market"
files = ["accounts.csv"]
[[table]]
name = "accounts"
key = ["id"]
[table.columns]
side = "side"
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_orphans_are_found_across_sources_and_pull_their_dependants_along(market: "Market") -> None:
    market.orders()
    market.map("accounts", ACCOUNTS)
    market.map("fees", FEES)
    market.write("accounts.csv", "id,side\nb,buyer\ns,supplier\n")
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,5\n2,b,nobody,2024-01-01,5\n")
    market.write("fees.csv", "id,account,order,day,amount\n1,s,1,2024-01-01,1\n2,s,2,2024-01-01,1\n3,b,,2024-01-01,1\n")
    market.sync()
    assert [(q.source, q.line, q.column_name, q.value) for q in market.quarantine()] == [
        ("fees", 3, "order_id", "2"),
        ("orders", 3, "supplier_id", "nobody"),
    ]
    assert market.rows("SELECT count(*) FROM fees") == [(2,)]


def test_a_reference_to_either_side_takes_the_side_that_exists(market: "Market") -> None:
    market.map("accounts", ACCOUNTS)
    market.map("fees", FEES)
    market.write("accounts.csv", "id,side\nb,buyer\ns,supplier\nboth,buyer\nboth,supplier\n")
    text = "id,account,order,day,amount\n1,s,,2024-01-01,1\n2,b,,2024-01-01,1\n3,both,,2024-01-01,1\n"
    market.write("fees.csv", text + "4,none,,2024-01-01,1\n")
    market.sync()
    joined = "SELECT a.side FROM fees AS f JOIN accounts AS a USING (account_id) ORDER BY f.rowid"
    assert market.rows(joined) == [("supplier",), ("buyer",), ("buyer",)]
    assert [(q.line, q.reason) for q in market.quarantine()] == [(5, "orphan_reference")]
    assert market.sync().sources[1].unchanged == 3


def test_orphans_may_be_kept_without_their_reference(market: "Market") -> None:
    market.map("accounts", ACCOUNTS)
    market.map("fees", FEES.replace('account_id = "account"', 'account_id = { field = "account", orphans = "keep" }'))
    market.write("accounts.csv", "id,side\ns,supplier\n")
    market.write("fees.csv", "id,account,order,day,amount\n1,s,,2024-01-01,1\n2,none,,2024-01-01,1\n")
    report = market.sync()
    assert report.notes == ("fees: fees.account_id: 1 references to missing records were left empty",)
    assert market.rows("SELECT account_id IS NULL FROM fees ORDER BY rowid") == [(False,), (True,)]
    assert market.sync().sources[1].unchanged == 2
    ((severity, what),) = [(one.severity, one.what) for one in checkup(market.workspace, now=NOW)]
    assert (severity, what) == (
        "doubtful",
        "fees: fees.account_id: 1 of 2 references lead to no record and were left empty",
    )


def test_a_key_that_exists_in_another_id_space_is_told_with_what_to_write(market: "Market") -> None:
    market.map("accounts", ACCOUNTS)
    market.map("fees", FEES.replace('"market"', '"erp"'))
    market.write("accounts.csv", "id,side\nL01,supplier\n")
    market.write("fees.csv", "id,account,order,day,amount\n1,L01,,2024-01-01,1\n2,none,,2024-01-01,1\n")
    (note,) = market.sync().notes
    assert note.startswith(
        "fees: 1 of the keys in account_id that were not found exist in id space 'market' and were looked for in "
        "'erp'; write id_space = \"market\" in its mapping"
    )
    assert [(q.value, q.detail) for q in market.quarantine()] == [
        ("L01", "no accounts record has this key; in id space 'market' it exists: write id_space = \"market\""),
        ("none", "no accounts record has this key"),
    ]
    told = [one for one in checkup(market.workspace, now=NOW) if "id space" in one.what]
    assert [(one.what, one.mend) for one in told] == [
        (
            "source fees: 1 keys in account_id such as L01 are not found, but exist in id space 'market'",
            'write id_space = "market" in its mapping, for all its keys or for account_id',
        )
    ]
    market.map("fees", FEES.replace('"market"', '"erp"').replace('account_id = "account"', FROM_MARKET))
    assert market.sync().sources[1].reasons == {"orphan_reference": 1}


FROM_MARKET = 'account_id = { field = "account", id_space = "market" }'


def test_nothing_is_checked_against_a_table_that_nobody_feeds(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,5\n")
    assert market.sync().sources[0].new == 1


def test_rows_of_earlier_loads_count_unless_a_snapshot_drops_them(market: "Market") -> None:
    market.orders('mode = "incremental"\n')
    market.map("accounts", 'mode = "incremental"\n' + ACCOUNTS)
    market.write("accounts.csv", "id,side\nb,buyer\ns,supplier\n")
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,5\n")
    market.sync()
    market.write("accounts.csv", "id,side\nt,supplier\n")
    market.write("orders.csv", HEADER + "2,b,t,2024-01-01,5\n3,b,s,2024-01-01,5\n")
    assert market.sync().sources[1].new == 2
    market.map("accounts", ACCOUNTS)
    market.write("orders.csv", HEADER + "4,b,s,2024-01-01,5\n")
    assert market.sync().sources[1].reasons == {"orphan_reference": 1}


def test_composite_references_need_all_their_parts(market: "Market") -> None:
    market.map("lines", 'id_space = "market"\nfiles = ["lines.csv"]\n[[table]]\nname = "order_lines"\nkey = ["n"]\n'
               '[table.columns]\norder_id = ["order", "seller"]\n')  # fmt: skip
    market.map("orders", 'id_space = "market"\nfiles = ["orders.csv"]\n[[table]]\nname = "orders"\n'
               'key = ["id", "supplier"]\n[table.columns]\nbuyer_id = "buyer"\nsupplier_id = "supplier"\n'
               'placed_at = "day"\namount = "amount"\n')  # fmt: skip
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,5\n1,b,t,2024-01-01,5\n")
    market.write("lines.csv", "n,order,seller\n1,1,s\n2,1,t\n3,1,\n4,1,u\n5,,\n")
    market.sync()
    assert market.rows("SELECT count(*) FROM order_lines JOIN orders USING (order_id)") == [(2,)]
    assert [(q.line, q.reason) for q in market.quarantine()] == [
        (4, "partial_reference"),
        (5, "orphan_reference"),
        (6, "missing_required"),
    ]


def test_a_currency_needs_a_rate_on_the_day_or_before(market: "Market") -> None:
    market.orders("", 'currency = "cur"\n')
    market.map("rates", RATES)
    market.write("rates.csv", "c,d,r\nUSD,2024-01-02,0.9\n")
    market.write("orders.csv", "id,buyer,supplier,day,amount,cur\n1,b,s,2024-01-01,5,USD\n2,b,s,2024-01-02,5,USD\n"
                 "3,b,s,2024-06-01,5,USD\n4,b,s,2024-01-01,5,EUR\n5,b,s,2024-01-05,5,CHF\n")  # fmt: skip
    market.sync()
    assert [(q.line, q.reason, q.value) for q in market.quarantine()] == [
        (2, "no_fx_rate", "USD"),
        (6, "no_fx_rate", "CHF"),
    ]
    assert market.rows("SELECT currency, count(*) FROM orders GROUP BY 1 ORDER BY 1") == [("EUR", 1), ("USD", 2)]


def test_a_mapping_in_a_foreign_currency_needs_a_rate_too(market: "Market") -> None:
    market.orders('currency = "USD"\n')
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,5\n")
    assert market.sync().sources[0].reasons == {"no_fx_rate": 1}


def test_changes_whose_parent_comes_later_are_told_until_they_are_sent_again(market: "Market") -> None:
    market.orders('mode = "incremental"')
    market.map("accounts", ACCOUNTS_FILE)
    market.write("accounts.csv", "id,side\nb,buyer\n")
    market.write("orders.csv", "id,buyer,supplier,day,amount\n1,b,s,2024-01-01,5\n2,b,gone,2024-01-01,5\n")
    assert market.sync().sources[1].quarantined == 2
    market.write("accounts.csv", "id,side\nb,buyer\ns,supplier\n")
    first = market.write("orders.csv", "id,buyer,supplier,day,amount\n3,b,s,2024-01-02,5\n")
    told = "orders: 1 records set aside earlier would load now, what they refer to is there; send their files again"
    assert market.sync().notes == (told,)
    assert "1 records set aside earlier would load now" in str(checkup(market.workspace, now=NOW))
    market.write("orders2.csv", "id,buyer,supplier,day,amount\n1,b,s,2024-01-01,5\n")
    assert market.sync().notes == ()
    first.unlink()
    market.write("accounts.csv", "id,side\nb,buyer\nx,supplier\ny,supplier\n")
    market.write("orders2.csv", "id,buyer,supplier,day,amount\n4,b,x,2024-01-01,5\n")
    assert market.sync().notes == ("2 current orders point to accounts that are gone",)
