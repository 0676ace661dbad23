"""`bothsides predict` as a person runs it: refused on little data, judged and stored on enough, wrong words named."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.conftest import MAPPING, Run
from tests.predict.worlds import leaving_accounts

from bothsides.cli.predict import predict

FEES = """\
files = ["fees.csv"]
id_space = "acme"

[[table]]
name = "fees"
key = ["id"]
[table.columns]
order_id = "id"
charged_at = "date"
amount = "fee"
kind = { value = "commission" }
"""


@pytest.fixture(scope="module")
def trading(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """Eighty buyers over eighteen months who buy at their own rate and leave, with a fee on every order."""
    folder = tmp_path_factory.mktemp("trading")
    bought = leaving_accounts(np.random.default_rng(4), 80, days=540)
    lines, fees = ["id,date,buyer,supplier,category,amount"], ["id,date,fee"]
    for i, (who, when, worth) in enumerate(zip(bought.who, bought.when, bought.worth, strict=True)):
        day = date.fromordinal(int(when))
        lines.append(f"{i},{day},Buyer {who},Supplier {who % 5},Pumps,{worth:.2f}")
        fees.append(f"{i},{day},{worth / 10:.2f}")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n")
    (folder / "fees.csv").write_text("\n".join(fees) + "\n")
    (folder / "mapping").mkdir()
    (folder / "mapping" / "ledger.toml").write_text('id_space = "acme"\n' + MAPPING)
    (folder / "mapping" / "fees.toml").write_text(FEES)
    (folder / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\ntime_zone = "UTC"\n')
    loaded = run("sync", folder)
    assert loaded.code == 0, loaded.err
    return folder


def test_lifetime_value_is_told_stored_and_found_again(run: Run, trading: Path) -> None:
    (folder := trading / "agreement").mkdir(exist_ok=True)
    words = ("predict", "ltv", "--side", "buyer", "--json", "-w", trading)
    (first,) = json.loads(run(*words).out)
    assert (first["verdict"], first["side"], first["of"], first["currency"]) == (
        "usable",
        "buyer",
        "net revenue",
        "EUR",
    )
    assert first["take_rate"] == pytest.approx(0.1, abs=0.001)
    assert first["since_stored"] is None
    assert first["stored"]["version"] == first["card"]["version"]
    assert {way["id"] for way in first["candidates"]} >= {"hiatus", "pareto_nbd"}
    assert len(first["top"]) == 10
    kept = json.loads((trading / "models" / "ltv-buyer.json").read_text())
    assert (kept["version"], len(kept["content"]["scores"])) == (first["stored"]["version"], 80)
    (folder / "metrics.toml").write_text("[commission]\nbuyer = 0.8\nrestate = true\n")
    (second,) = json.loads(run(*words).out)
    (folder / "metrics.toml").unlink()
    assert second["credit"] == 0.8
    assert second["total"]["value"] == pytest.approx(1.6 * first["total"]["value"])
    assert not second["since_stored"]["same"]
    assert second["since_stored"]["version"] == first["stored"]["version"]
    assert len(list((trading / "models" / "history" / "ltv-buyer").iterdir())) == 2


def test_the_screen_says_the_verdict_first_and_the_backtest_factor_beside_the_value(run: Run, trading: Path) -> None:
    lines = run("predict", "ltv", "--side", "buyer", "--top", "2", "-w", trading).out.splitlines()
    assert lines[0] == "Lifetime value, buyers: usable"
    text = "\n".join(lines)
    assert "Of 100 foretold for the last" in text
    assert "hiatus: silent for over 13 weeks" in text
    assert "credited 50 % to this side" in text
    assert text.count("each on average") == 2
    assert lines[-1].startswith("Next  bothsides predict ltv --json")


def test_looking_back_stores_nothing(run: Run, trading: Path) -> None:
    before = sorted(path.name for path in (trading / "models").rglob("*")) if (trading / "models").exists() else []
    done = run("predict", "spend", "--side", "buyer", "--as-of", "2023-03-31", "-w", trading)
    assert done.code == 0, done.err
    assert "Spend forecast, buyers" in done.out
    assert "usable to rank, not as an amount" in done.out
    after = sorted(path.name for path in (trading / "models").rglob("*")) if (trading / "models").exists() else []
    assert before == after


def test_everything_in_one_look_says_what_is_too_little_and_what_would_help(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predict(workspace=workspace)
    assert capsys.readouterr().out.count("too little data") == 8
    predict(str(workspace))
    assert capsys.readouterr().out.count("too little data") == 8
    predict("spend", json=True, workspace=workspace)
    found, _ = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "too little data"
    assert found["help"].startswith("What would help: a longer history")
    assert found["top"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"model": "churned"}, "'churned' is not one of churn, ltv, spend, match, upsell"),
        ({"model": "ltv", "side": "seller"}, "--side 'seller' is not one of buyer, supplier"),
        ({"model": "ltv", "horizon": 60}, "horizon_months 60 must be one of 24, 36"),
        ({"model": "spend", "as_of": "June"}, "--as-of 'June' is not a day"),
        ({"model": "match", "side": "buyer"}, "--side 'buyer': match is not asked of a side; leave --side out"),
        ({"model": "spend", "top": -1}, "--top -1 must be 0 or more"),
    ],
)
def test_a_wrong_word_names_what_is_allowed(workspace: Path, words: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        predict(**words, workspace=workspace)


def test_a_broken_stored_model_is_an_error_of_its_own_line_and_the_others_show(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = workspace / "models" / "match.json"
    broken.parent.mkdir(exist_ok=True)
    broken.write_text("{")
    assert predict(json=True, workspace=workspace) == 1
    printed = capsys.readouterr()
    errors = {one["model"]: one["error"] for one in json.loads(printed.out)}
    assert len(errors) == 5
    assert "match.json is no stored model" in errors.pop("match")
    assert set(errors.values()) == {None}
    assert broken.read_text() == "{"
    assert predict(workspace=workspace) == 1
    printed = capsys.readouterr()
    assert printed.out.count("too little data") == 8
    assert f"Error: {broken} is no stored model" in " ".join(printed.out.split())
    assert "match.json is no stored model" in printed.err
    broken.unlink()
    assert predict("match", workspace=workspace) == 0
