"""`bothsides change` as a person runs it."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.conftest import Run

from bothsides.cli.change import show
from bothsides.metrics.decompose import Change, Part, Split
from bothsides.schema import Side


def test_a_change_as_a_record(run: Run, workspace: Path) -> None:
    words = ("--period", "2024-03", "--against", "2024-02", "--side", "buyer", "--by", "category", "--json")
    record = json.loads(run("change", "gmv", *words, "-w", workspace).out)
    assert (record["period"], record["against"], record["status"], record["currency"]) == (
        "2024-03",
        "2024-02",
        "ok",
        "EUR",
    )
    accounts, factors = record["splits"]
    assert (accounts["base"], accounts["now"], accounts["change"]) == (300_00, -50_00, -350_00)
    assert {part["part"]: (part["amount"], part["accounts"]) for part in accounts["parts"] if part["amount"]} == {
        "contraction": (-350_00, 1)
    }
    assert [part["part"] for part in factors["parts"]] == ["volume", "price", "mix"]
    assert [(cell["label"], cell["part"], cell["amount"]) for cell in factors["cells"]] == [
        ("Pumps", "volume", 0),
        ("Pumps", "price", -350_00),
        ("Pumps", "mix", 0),
    ]


def test_a_change_on_the_screen(run: Run, workspace: Path) -> None:
    lines = run("change", "--period", "2024-03", "--by", "category", "-w", workspace).out.splitlines()
    assert lines[0] == "GMV in 2024-03 against 2024-02, EUR"
    shown = [" ".join(line.split()) for line in lines]
    assert "less than then -350.00 +100.0% 1" in shown
    assert "2024-03 (-116.7%) -50.00" in shown
    assert "volume: number of orders +0.00 +0.0% 1 to 1" in shown
    assert "Pumps -350.00 +0.00 -350.00 +0.00" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gmvv",), "the change of 'gmvv' cannot be taken apart: only of gmv or net_revenue"),
        (("gmv", "--period", "March"), "'March' is no period: write it like 2013, 2013-Q2"),
        (("gmv", "--against", "2024-13"), "a fiscal year like FY2013"),
        (("gmv", "--side", "seller"), "--side 'seller' is not one of buyer, supplier"),
        (("gmv", "--by", "colour"), "gmv can be split by: category or region or channel or deal_size or segment"),
        (("gmv", "--by", "category,region"), "--by category,region names more than one split"),
        (("gmv", "--by", "segment"), "segment differs between the two parties: name one with --side buyer or supplier"),
    ],
)
def test_a_wrong_word_names_what_is_allowed(run: Run, workspace: Path, words: tuple[str, ...], message: str) -> None:
    done = run("change", *words, "-w", workspace)
    assert done.code == 2
    assert message in done.err


def test_what_cannot_be_compared_is_said(run: Run, workspace: Path) -> None:
    done = run("change", "--period", "2024-04", "-w", workspace)
    assert "cannot be compared: known until" in done.out
    assert done.code == 1
    assert run("change", "--period", "2099-Q1", "--json", "-w", workspace).code == 1
    record = json.loads(run("change", "net_revenue", "--json", "-w", workspace).out)
    assert (record["status"], record["splits"]) == ("unavailable", [])
    assert "needs fees" in record["reason"]


def test_exchange_rates_are_said_of_no_accounts_of_their_own() -> None:
    new, rates = (
        Part(part=name, side=Side.BUYER, amount=50_00, accounts=3, orders=(1, 4), share=0.5)
        for name in ("new", "currency")
    )
    split = Split(way="accounts", side=Side.BUYER, base=100_00, now=200_00, accounts=3, parts=(new, rates))
    console = Console(width=100, record=True)
    months = {"period": "2024-03", "against": "2024-02"}
    show(console, Change(metric="gmv", definition="gmv@1", currency="EUR", **months, splits=(split,)))
    lines = [line.split() for line in console.export_text().splitlines()]
    assert ["new", "accounts", "+50.00", "+50.0%", "3"] in lines
    assert ["exchange", "rates", "+50.00", "+50.0%"] in lines


def test_shares_of_a_change_that_nearly_cancels_and_of_a_tiny_beginning_are_not_printed() -> None:
    def part(name: str, amount: int, net: int) -> Part:
        return Part(part=name, side=Side.BUYER, amount=amount, accounts=3, orders=(1, 4), share=amount / net)

    def shown(base: int, *amounts: tuple[str, int]) -> str:
        net = sum(amount for _, amount in amounts)
        parts = tuple(part(name, amount, net) for name, amount in amounts)
        split = Split(way="accounts", side=Side.BUYER, base=base, now=base + net, accounts=3, parts=parts)
        console = Console(width=100, record=True)
        months = {"period": "2024-03", "against": "2024-02"}
        show(console, Change(metric="gmv", definition="gmv@1", currency="EUR", **months, splits=(split,)))
        return " ".join(console.export_text().split())

    cancels = shown(1000_00, ("new", 500_00), ("churned", -499_00))
    assert "%" not in cancels.replace("2024-03 (+0.1%)", "")
    assert "nearly cancel" in cancels
    tiny = shown(1_00, ("new", 499_00))
    assert "2024-03 (500.0 times)" in tiny
    assert "+100.0%" in tiny
