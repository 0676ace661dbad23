"""Browsing what was set aside: by source, reason and load, a bounded number, the last load by default."""

from typing import TYPE_CHECKING, Any

import pytest

from bothsides.ingest import quarantine, reason_counts
from bothsides.warehouse import open_reader

if TYPE_CHECKING:
    from tests.ingest.conftest import Market

HEADER = "id,buyer,supplier,day,amount\n"


def test_filters_and_the_last_load_by_default(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,x\n2,b,s,never,5\n3,b,s,2024-01-01,y\n")
    market.sync()
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,1\n2,b,s,never,5\n")
    market.sync()
    con = open_reader(market.workspace.warehouse_path)
    assert [(q.line, q.reason) for q in quarantine(con)] == [(3, "bad_date")]
    assert [q.value for q in quarantine(con, load=1, reason="bad_amount")] == ["x", "y"]
    assert [q.line for q in quarantine(con, load=1, limit=2)] == [2, 3]
    assert quarantine(con, source="other") == ()
    assert quarantine(con, source="x' OR '1'='1") == ()


def test_reasons_are_counted_the_most_frequent_first(market: "Market") -> None:
    market.orders()
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,x\n2,b,s,never,5\n3,b,s,2024-01-01,y\n")
    market.sync()
    con = open_reader(market.workspace.warehouse_path)
    found = [(one.source, one.reason, one.records) for one in reason_counts(con)]
    assert found == [("orders", "bad_amount", 2), ("orders", "bad_date", 1)]
    assert [one.records for one in reason_counts(con, source="orders", reason="bad_date", load=1)] == [1]
    assert reason_counts(con, reason="duplicate_key") == ()


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"source": "nope"}, "no source 'nope' was ever loaded; there are: orders"),
        ({"reason": "nope"}, "no record was ever set aside as 'nope'; there are: bad_amount"),
        ({"load": 9}, "load 9 was not published; there are: 1"),
    ],
)
def test_a_choice_that_there_is_none_of_names_what_there_is(
    market: "Market", choice: dict[str, Any], said: str
) -> None:
    market.orders()
    market.write("orders.csv", HEADER + "1,b,s,2024-01-01,x\n2,b,s,2024-01-01,5\n")
    market.sync()
    con = open_reader(market.workspace.warehouse_path)
    with pytest.raises(LookupError, match=said):
        reason_counts(con, **choice)


def test_a_row_found_inside_records_says_what_is_wrong_without_a_line(market: "Market") -> None:
    entity = '\n[[table]]\nname = "accounts"\nentities = true\nkey = ["buyer"]\n[table.columns]\n'
    market.orders("", entity + 'side = { value = "buyer" }\nsigned_up_at = "supplier"\n')
    market.write("orders.csv", HEADER + "1,b,2024-01-01,2024-01-01,5\n2,c,soon,2024-01-01,5\n")
    report = market.sync()
    found = [(q.table_name, q.file, q.line, q.reason, q.column_name) for q in market.quarantine()]
    assert ("accounts", None, None, "bad_date", "signed_up_at") in found
    assert [(item.table, item.read, item.quarantined) for item in report.sources] == [
        ("orders", 2, 2),
        ("accounts", 2, 1),
    ]
