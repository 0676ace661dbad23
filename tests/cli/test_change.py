"""`bothsides change` as a person runs it."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run


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
        (("gmv", "--period", "March"), "period 'March' is not one of 2013, 2013-Q2"),
        (("gmv", "--side", "seller"), "--side 'seller' is not one of buyer, supplier"),
        (("gmv", "--by", "colour"), "--by 'colour' is not one of category"),
    ],
)
def test_a_wrong_word_names_what_is_allowed(run: Run, workspace: Path, words: tuple[str, ...], message: str) -> None:
    done = run("change", *words, "-w", workspace)
    assert done.code == 2
    assert message in done.err


def test_what_cannot_be_compared_is_said(run: Run, workspace: Path) -> None:
    assert "cannot be compared: known until" in run("change", "--period", "2024-04", "-w", workspace).out
    record = json.loads(run("change", "net_revenue", "--json", "-w", workspace).out)
    assert (record["status"], record["splits"]) == ("unavailable", [])
    assert "needs fees" in record["reason"]
