"""Every load is a version: what changes, what stays, what is deleted, and who owns a key."""

from typing import TYPE_CHECKING

import pytest

from bothsides.ingest import SyncRefused
from bothsides.warehouse import version_filter

if TYPE_CHECKING:
    from tests.ingest.conftest import Market

HEADER = "id,buyer,supplier,day,amount\n"
FIRST = HEADER + "1,b,s,2024-01-05,10\n2,b,s,2024-02-05,20\n3,b,s,2024-03-05,30\n"


def counts(report: object) -> tuple[int, ...]:
    item = report.sources[0]  # type: ignore[attr-defined]
    return item.read, item.new, item.changed, item.unchanged, item.deleted


def test_a_restated_line_touches_only_its_period_and_the_past_stays_known(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", FIRST)
    assert counts(market.sync()) == (3, 3, 0, 0, 0)
    market.write("orders.csv", FIRST.replace("2,b,s,2024-02-05,20", "2,b,s,2024-02-05,25"))
    assert counts(market.sync()) == (3, 0, 1, 2, 0)
    by_month = "SELECT month(placed_on), sum(amount) FROM orders WHERE {} GROUP BY 1 ORDER BY 1"
    assert market.rows(by_month.format(version_filter(1))) == [(1, 1000), (2, 2000), (3, 3000)]
    assert market.rows(by_month.format(version_filter(None))) == [(1, 1000), (2, 2500), (3, 3000)]
    assert market.rows("SELECT loaded_in, superseded_in FROM orders ORDER BY ALL") == [
        (1, 2), (1, None), (1, None), (2, None),
    ]  # fmt: skip


def test_other_writing_of_the_same_value_is_no_change(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", FIRST)
    market.sync()
    market.write(
        "orders.csv", HEADER + '3,b, s ,2024-03-05,"30.00"\n2,b,s,2024-02-05 00:00:00,20.0\n1,b,s,2024-01-05,10\n'
    )
    assert counts(market.sync()) == (3, 0, 0, 3, 0)


@pytest.mark.parametrize(("mode", "deleted", "left"), [("snapshot", 2, 1), ("incremental", 0, 3), ("append", 0, 3)])
def test_only_a_snapshot_deletes(market: "Market", mode: str, deleted: int, left: int) -> None:
    market.orders(f'mode = "{mode}"\n')
    market.write("orders.csv", FIRST)
    market.sync()
    market.write("orders.csv", HEADER + "3,b,s,2024-03-05,30\n")
    assert counts(market.sync()) == (1, 0, 0, 1, deleted)
    assert market.rows("SELECT count(*) FROM orders WHERE superseded_in IS NULL") == [(left,)]
    assert market.rows(f"SELECT count(*) FROM orders WHERE {version_filter(1)}") == [(3,)]


@pytest.mark.parametrize("reshape", [False, True])
def test_an_empty_snapshot_is_refused_unless_it_is_expected(market: "Market", reshape: bool) -> None:
    market.orders()
    if reshape:
        path = market.workspace.mappings_dir / "orders.toml"
        text = path.read_text(encoding="utf-8").replace('files = ["orders*.csv"]', 'reshape = "o.sql"')
        market.map("orders", text + '[inputs]\nraw = ["orders*.csv"]\n')
        (market.workspace.mappings_dir / "o.sql").write_text("SELECT * FROM raw WHERE amount <> '0'", encoding="utf-8")
    market.write("orders.csv", FIRST)
    market.sync()
    market.write("orders.csv", HEADER + "1,b,s,2024-01-05,0\n" * reshape)
    with pytest.raises(SyncRefused, match="source orders has 3 rows stored: all of them would be deleted"):
        market.sync()
    assert market.rows("SELECT count(*) FROM orders WHERE superseded_in IS NULL") == [(3,)]
    path = market.workspace.mappings_dir / "orders.toml"
    market.map("orders", "allow_empty = true\n" + path.read_text(encoding="utf-8"))
    report = market.sync()
    assert counts(report) == (0, 0, 0, 0, 3)
    market.workspace.warehouse_path.unlink()
    market.sync()
    assert market.rows(f"SELECT count(*) FROM orders WHERE {version_filter(1)}") == [(3,)]


def test_a_snapshot_that_deletes_more_than_half_is_told(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", FIRST)
    market.sync()
    market.write("orders.csv", HEADER + "3,b,s,2024-03-05,30\n")
    (note,) = market.sync().notes
    assert note.startswith("orders: 2 of 3 rows of orders (67%) are no longer in its files")
    market.write("orders.csv", HEADER)
    with pytest.raises(SyncRefused):
        market.sync()


def test_rows_closed_by_another_id_space_are_told_as_such(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", FIRST)
    market.sync()
    (market.workspace.mappings_dir / "orders.toml").write_text(
        (market.workspace.mappings_dir / "orders.toml").read_text().replace('"market"', '"erp"', 1)
    )
    (note,) = market.sync().notes
    assert note.startswith(
        "orders: 3 of 3 rows of orders (100%) were closed because its id space changed from 'market' to 'erp'"
    )
    assert market.sync().notes == ()


def test_a_deleted_record_may_come_back(market: "Market") -> None:
    market.orders()
    for text in (FIRST, HEADER + "3,b,s,2024-03-05,30\n", FIRST):
        market.write("orders.csv", text)
        report = market.sync()
    assert counts(report) == (3, 2, 0, 1, 0)


def test_a_record_that_turned_bad_keeps_its_last_good_version(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", FIRST)
    market.sync()
    market.write("orders.csv", FIRST.replace("2024-02-05,20", "2024-02-05,twenty"))
    report = market.sync()
    assert counts(report) == (3, 0, 0, 2, 0)
    assert report.sources[0].reasons == {"bad_amount": 1}
    assert market.rows("SELECT sum(amount) FROM orders WHERE superseded_in IS NULL") == [(6000,)]


def test_same_key_with_other_content_quarantines_every_one_of_them(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", FIRST + "2,b,s,2024-02-05,21\n3,b,s,2024-03-05,30\n")
    report = market.sync().sources[0]
    assert (report.read, report.new, report.unchanged, report.quarantined) == (5, 2, 1, 2)
    assert [(q.line, q.reason, q.value) for q in market.quarantine()] == [
        (3, "duplicate_key", "2"),
        (5, "duplicate_key", "2"),
    ]
    assert market.sync().sources[0].unchanged == 3


AMOUNTS = "SELECT amount FROM orders WHERE {} ORDER BY placed_on"


def test_a_later_file_of_changes_corrects_an_earlier_one_that_stays(market: "Market") -> None:
    market.orders('mode = "incremental"\n')
    market.write("orders-9.csv", FIRST)
    market.sync()
    market.write("orders-1.csv", HEADER + "2,b,s,2024-02-05,25\n4,b,s,2024-04-05,40\n")
    report = market.sync()
    assert counts(report) == (5, 1, 1, 3, 0)
    assert report.notes == (
        "orders: 1 records of earlier files were left out, files that came later hold other content under their keys",
    )
    assert counts(market.sync()) == (5, 0, 0, 5, 0)
    market.write("orders-5.csv", HEADER + "2,b,s,2024-02-05,20\n")
    assert counts(market.sync()) == (6, 0, 1, 5, 0)
    now = [(1000,), (2000,), (3000,), (4000,)]
    for _ in range(2):
        assert market.rows(AMOUNTS.format(version_filter(None))) == now
        assert market.rows(AMOUNTS.format(version_filter(1))) == [(1000,), (2000,), (3000,)]
        assert market.rows(AMOUNTS.format(version_filter(3))) == [(1000,), (2500,), (3000,), (4000,)]
        market.workspace.warehouse_path.unlink()
        assert counts(market.sync()) == (6, 0, 0, 6, 0)


def test_two_files_that_come_together_and_contradict_each_other_are_set_aside(market: "Market") -> None:
    market.orders('mode = "incremental"\n')
    market.write("orders-1.csv", FIRST)
    market.sync()
    market.write("orders-2.csv", HEADER + "2,b,s,2024-02-05,25\n")
    market.write("orders-3.csv", HEADER + "2,b,s,2024-02-05,26\n")
    for _ in range(2):
        report = market.sync()
        assert counts(report) == (5, 0, 0, 3, 0)
        assert report.sources[0].reasons == {"duplicate_key": 2}
        assert {(q.file, q.line) for q in market.quarantine()} == {("orders-2.csv", 2), ("orders-3.csv", 2)}
    assert market.rows(AMOUNTS.format(version_filter(None))) == [(1000,), (2000,), (3000,)]


def test_what_may_be_old_itself_corrects_nothing(market: "Market") -> None:
    market.orders('mode = "incremental"\n')
    first = market.write("orders-1.csv", FIRST)
    market.sync()
    renamed = first.rename(first.with_name("orders-8.csv"))
    market.write("orders-2.csv", HEADER + "2,b,s,2024-02-05,25\n")
    assert counts(market.sync()) == (4, 0, 1, 3, 0)
    kept = renamed.read_bytes()
    renamed.write_bytes(kept + b"5,b,s,2024-05-05,50\n")
    report = market.sync()
    assert counts(report) == (5, 1, 0, 2, 0)
    assert report.sources[0].reasons == {"duplicate_key": 2}
    renamed.unlink()
    market.sync()
    market.write("orders-9.csv", kept)
    report = market.sync()
    assert counts(report) == (4, 0, 0, 2, 0)
    assert report.sources[0].reasons == {"duplicate_key": 2}
    assert market.rows(AMOUNTS.format(version_filter(None))) == [(1000,), (2500,), (3000,), (5000,)]


def test_a_correction_that_cannot_be_read_leaves_what_was_loaded(market: "Market") -> None:
    market.orders('mode = "incremental"\n')
    market.write("orders-1.csv", FIRST)
    market.sync()
    market.write("orders-2.csv", HEADER + "2,b,s,2024-02-05,25\n")
    market.sync()
    market.orders('mode = "incremental"\ndate_formats = ["%Y-%m-%d"]\n')
    market.write("orders-3.csv", HEADER + "2,b,s,2024-02-05,much\n4,b,s,2024-04-05,much\n")
    report = market.sync()
    assert counts(report) == (6, 0, 0, 4, 0)
    assert report.sources[0].reasons == {"bad_amount": 2}
    assert market.rows(AMOUNTS.format(version_filter(None))) == [(1000,), (2500,), (3000,)]


def test_the_last_word_about_a_company_is_that_of_the_file_that_came_last(market: "Market") -> None:
    named = 'name = "accounts"\nentities = true\nkey = ["buyer"]\n[table.columns]\nside = { value = "buyer" }\n'
    market.orders('mode = "incremental"\n', f'\n[[table]]\n{named}name = "name"\n')
    market.write("orders-2.csv", "id,buyer,supplier,day,amount,name\n1,b,s,2024-01-05,10,Old\n")
    market.sync()
    market.write("orders-1.csv", "id,buyer,supplier,day,amount,name\n2,b,s,2024-02-05,10,New\n")
    for _ in range(2):
        market.sync()
        assert current_accounts(market) == [("buyer", "New", "orders")]


def test_without_a_key_look_alikes_stay_and_a_second_load_knows_them(market: "Market") -> None:
    text = 'files = ["s*.csv"]\n{}[[table]]\nname = "spend"\nkey = []\n[table.columns]\nspent_at = "d"\namount = "a"\n'
    market.map("spend", text.format(""))
    market.write("s1.csv", "d,a\n2024-01-01,5\n2024-01-01,5\n2024-01-02,5\n2024-01-01,5\n")
    assert counts(market.sync()) == (4, 4, 0, 0, 0)
    assert counts(market.sync()) == (4, 0, 0, 4, 0)
    market.write("s1.csv", "d,a\n2024-01-01,5\n2024-01-01,5\n2024-01-02,5\n")
    assert counts(market.sync()) == (3, 0, 0, 3, 1)


def test_appended_files_without_a_key_do_not_hide_each_other(market: "Market") -> None:
    text = 'files = ["s*.csv"]\nmode = "append"\n[[table]]\nname = "spend"\nkey = []\n[table.columns]\n'
    market.map("spend", text + 'spent_at = "d"\namount = "a"\n')
    first = market.write("s1.csv", "d,a\n2024-01-01,5\n")
    market.sync()
    first.unlink()
    market.write("s2.csv", "d,a\n2024-01-01,5.0\n")
    assert counts(market.sync()) == (1, 1, 0, 0, 0)
    assert market.rows("SELECT count(*) FROM spend WHERE superseded_in IS NULL") == [(2,)]


def test_an_appended_file_under_another_name_is_not_loaded_twice(market: "Market") -> None:
    text = 'files = ["s*.csv"]\nmode = "append"\n[[table]]\nname = "spend"\nkey = []\n[table.columns]\n'
    market.map("spend", text + 'spent_at = "d"\namount = "a"\n')
    first = market.write("s1.csv", "d,a\n2024-01-01,5\n2024-01-01,5\n")
    market.sync()
    renamed = first.rename(first.with_name("s9.csv"))
    report = market.sync()
    assert counts(report) == (2, 0, 0, 2, 0)
    assert report.notes == ("spend: s9.csv was loaded before as s1.csv, so its records are known",)
    market.write("s1.csv", "d,a\n2024-01-01,5\n2024-01-01,5\n2024-01-02,6\n")
    report = market.sync()
    assert counts(report) == (3, 1, 0, 2, 0)
    assert report.notes == ("spend: s9.csv was left out, it has the content of s1.csv",)
    renamed.unlink()
    market.write("s2.csv", "d,a\n2024-02-01,7\n")
    market.write("s3.csv", "d,a\n2024-02-01,7\n")
    report = market.sync()
    assert counts(report) == (4, 1, 0, 3, 0)
    assert report.notes == ("spend: s3.csv was left out, it has the content of s2.csv",)
    assert market.rows("SELECT count(*) FROM spend WHERE superseded_in IS NULL") == [(4,)]


ACCOUNTS = """
id_space = "market"
files = ["accounts.csv"]
[[table]]
name = "accounts"
key = ["id"]
[table.columns]
side = "side"
name = "name"
"""
FOUND = """
[[table]]
name = "accounts"
entities = true
key = ["{0}"]
[table.columns]
side = {{ value = "{0}" }}
name = "{0}"
"""


def current_accounts(market: "Market") -> list[tuple[object, ...]]:
    return market.rows('SELECT side, name, "source" FROM accounts WHERE superseded_in IS NULL ORDER BY ALL')


def test_accounts_found_in_orders_are_one_row_each_and_the_last_name_wins(market: "Market") -> None:
    market.orders("", '\n[[table]]\nname = "accounts"\nentities = true\nkey = ["buyer"]\n[table.columns]\n'
                  'side = { value = "buyer" }\nname = "supplier"\n')  # fmt: skip
    market.write("orders.csv", HEADER + "1,b,s,2024-01-05,10\n2,b,t,2024-01-05,10\n3,b,,2024-01-05,10\n")
    market.sync()
    assert market.rows("SELECT name FROM accounts") == [("t",)]


def test_a_list_of_accounts_takes_over_from_accounts_found_in_orders(market: "Market") -> None:
    market.orders("", "\n" + FOUND.format("buyer") + FOUND.format("supplier"))
    market.write("orders.csv", HEADER + "1,b,s,2024-01-05,10\n")
    market.sync()
    assert current_accounts(market) == [("buyer", "b", "orders"), ("supplier", "s", "orders")]
    market.map("users", ACCOUNTS)
    market.write("accounts.csv", "id,side,name\nb,buyer,Buyer Ltd\n")
    for _ in range(2):
        market.sync()
        assert current_accounts(market) == [("buyer", "Buyer Ltd", "users"), ("supplier", "s", "orders")]
    assert market.rows("SELECT count(*) FROM accounts") == [(3,)]


def test_two_lists_cannot_feed_the_same_record(market: "Market") -> None:
    market.map("users", ACCOUNTS)
    market.map("vendors", ACCOUNTS.replace("accounts.csv", "vendors.csv"))
    market.write("accounts.csv", "id,side,name\nb,buyer,One\n")
    market.write("vendors.csv", "id,side,name\nb,buyer,Two\nc,buyer,Three\n")
    market.sync()
    assert current_accounts(market) == [("buyer", "One", "users"), ("buyer", "Three", "vendors")]
    assert [(q.source, q.reason, q.line) for q in market.quarantine()] == [("vendors", "duplicate_key", 2)]


def test_entities_only_where_a_field_says_so(market: "Market") -> None:
    table = '\n[[table]]\nname = "accounts"\nentities = true\nkey = ["buyer"]\n'
    table += 'where = { buyer = ["x", "y"], supplier = "*" }\n[table.columns]\nside = { value = "buyer" }\n'
    market.orders("", table)
    market.write("orders.csv", HEADER + "1,x,s,2024-01-05,1\n2,y,s,2024-01-05,1\n3,z,s,2024-01-05,1\n")
    report = market.sync()
    # z is not an account, so the order of z is an orphan, and so are all orders whose supplier is none.
    assert report.sources[1].new == 2
    assert report.sources[0].reasons == {"orphan_reference": 3}
