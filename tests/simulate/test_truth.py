"""The answer sheet's totals are those of the files."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from bothsides.simulate import Market, write


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(demo: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo")
    write(demo, path)
    return path


def minor(lines: list[dict[str, str]], currency: str, column: str = "amount") -> int:
    return int(sum((Decimal(line[column]) for line in lines if line["currency"] == currency), Decimal()) * 100)


def test_totals_equal_a_recount_of_the_files(folder: Path) -> None:
    totals = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["totals"]
    accounts, orders, fees, refunds = (rows(folder, name) for name in ("accounts", "orders", "fees", "refunds"))
    internal = {line["account_id"] for line in accounts if line["is_internal"] == "true"}
    fair = [
        line for line in orders if line["is_test"] == "false" and not internal & {line["buyer_id"], line["supplier_id"]}
    ]
    done = [line for line in fair if line["status"] == "completed"]
    counted = {line["order_id"] for line in fair}
    assert totals["rows"]["orders"] == len(orders) > len(fair) == totals["orders"]
    assert totals["orders_completed"] == len(done)
    for currency in ("EUR", "USD"):
        assert totals["gmv_completed_minor"][currency] == minor(done, currency)
        assert totals["gmv_booked_minor"][currency] == minor(fair, currency)
        commission = [line for line in fees if line["order_id"] in counted]
        assert totals["fees_commission_minor"][currency] == minor(commission, currency)
        returned = [line for line in refunds if line["order_id"] in counted]
        assert totals["refunds_minor"][currency] == minor(returned, currency)
        assert totals["refunded_fees_minor"][currency] == minor(returned, currency, "fee_amount")
    assert totals["fees_subscription_minor"]["EUR"] == minor([line for line in fees if not line["order_id"]], "EUR")
    assert totals["active_buyers"] == len({line["buyer_id"] for line in done})
    assert totals["active_suppliers"] == len({line["supplier_id"] for line in done})


def test_files_look_like_exports(folder: Path) -> None:
    order = rows(folder, "orders")[0]
    assert order["order_id"] == "O0000001"
    assert order["buyer_id"][0] == "B"
    assert order["supplier_id"][0] == "S"
    assert order["placed_at"][:10] >= "2024-07-01"
    assert len(order["placed_at"]) == 19
    assert order["amount"].split(".")[1].isdigit()
    assert not any(name.endswith("_on") for name in order)
    names = [line["name"] for line in rows(folder, "accounts") if line["side"] == "supplier"]
    assert len(set(names)) == len(names)


def test_the_answer_sheet_says_what_was_planted(demo: Market, folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert [row["kind"] for row in truth["planted"]] == [type(problem).__name__ for problem in demo.plan.planted]
    assert truth["parameters"]["elasticity"]["supplier_to_buyer"] == 0.5
    assert truth["parameters"]["threshold"]["buyer"]["other_side_stock"] == demo.plan.buyers.threshold
