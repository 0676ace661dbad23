"""A workspace's own definitions at the command line: listed, answered, compared, and refused by the doctor."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

AGREED = """
[[metric]]
id = "gmv"
meaning = "Value of the orders that paid a fee or brought at least something."
effective_from = 2024-02-01
formula = "sum(orders.value) where value > 0"

[[metric]]
id = "pumps_share"
meaning = "Share of orders that are for pumps."
unit = "rate"
side = "each"
formula = "(count(orders) where category = 'Pumps') / count(orders) as share"
"""

FUNNEL = """
[[funnel]]
id = "fast_path"
label = "Fast path"
side = "buyer"
walker = "account"
entry = "first_touch"
order = "ordered"
window = "48 hours"
exclusions = []
hold = "none"
count = "accounts"
attribution = "first_touch"
denominator = "entrants"
maturity = "left_out"

[[funnel.steps]]
name = "signup"
source = "signup"
where = ""
within = "none"
where_absent = "refuse"

[[funnel.steps]]
name = "order"
source = "order"
where = "completed = 1"
within = "none"
where_absent = "refuse"
"""


@pytest.fixture
def agreeing(workspace: Path, tmp_path: Path) -> Path:
    """The loaded workspace with definitions of its own."""
    folder = tmp_path / "acme"
    shutil.copytree(workspace, folder)
    (folder / "agreement").mkdir()
    (folder / "agreement" / "metrics.toml").write_text(AGREED)
    return folder


def test_values_name_the_definition_that_gave_them(run: Run, agreeing: Path) -> None:
    words = ("metrics", "gmv,pumps_share", "--by", "month", "-w", agreeing)
    records = json.loads(run(*words, "--json").out)
    assert [(r["period"], r["definition"], r["value"]) for r in records] == [
        ("2024-01", "gmv@1", 300.0),
        ("2024-02", "gmv@2", 300.0),
        ("2024-03", "gmv@2", 0.0),
        ("2024-01", "pumps_share@1", 0.5),
        ("2024-02", "pumps_share@1", 1.0),
        ("2024-03", "pumps_share@1", 1.0),
    ]
    shown = run(*words).out
    assert "gmv: by gmv@1, from 2024-02 on by gmv@2" in shown
    assert "pumps_share: by" not in shown


def test_all_asks_for_the_agreed_metrics_as_well(run: Run, agreeing: Path) -> None:
    records = json.loads(run("metrics", "--all", "--json", "-w", agreeing).out)
    assert {"gmv", "pumps_share"} <= {record["metric"] for record in records}


def test_the_list_shows_every_version_with_its_day_and_fingerprint(run: Run, agreeing: Path, tmp_path: Path) -> None:
    lines = run("metrics", "--list", "-w", agreeing).out.splitlines()
    rows = {line.split()[0]: line.split() for line in lines if "@" in line}
    assert rows["gmv@1"][1] == "ever"
    assert rows["gmv@2"][1] == "2024-02-01"
    assert len({rows[name][4] for name in ("gmv@1", "gmv@2", "pumps_share@1")}) == 3
    house = run("metrics", "--list", "-w", tmp_path).out
    assert rows["gmv@1"][4] in house
    assert "pumps_share" not in house


def test_one_metric_is_shown_whole_with_its_formula(run: Run, agreeing: Path) -> None:
    shown = run("metrics", "gmv", "--list", "-w", agreeing).out
    assert "formula     sum(orders.value)\n" in shown
    assert "formula     sum(orders.value) where value > 0\n" in shown
    assert "gmv@2" in shown
    assert "gmv@1" not in run("metrics", "gmv@2", "--list", "-w", agreeing).out


def test_diff_shows_the_history_that_is_told_anew(run: Run, agreeing: Path) -> None:
    changed = [c["metric"] for c in json.loads(run("metrics", "diff", "--json", "-w", agreeing).out)["changes"]]
    assert {"gmv", "pumps_share", "gmv_per_registered_account"} == set(changed)
    record = json.loads(run("metrics", "diff", "gmv,pumps_share,orders", "--json", "-w", agreeing).out)
    assert [change["metric"] for change in record["changes"]] == ["gmv", "pumps_share"]
    gmv = record["changes"][0]
    assert [held["formula"] for held in gmv["after"]] == ["sum(orders.value)", "sum(orders.value) where value > 0"]
    told = [(c["period"], c["before"], c["after"], c["difference"]) for c in record["cells"] if c["metric"] == "gmv"]
    assert told == [("2024-01", 300.0, 300.0, 0.0), ("2024-02", 300.0, 300.0, 0.0), ("2024-03", -50.0, 0.0, 50.0)]
    assert [record[name] for name in ("restated", "unchanged", "added", "dropped")] == [1, 5, 3, 0]
    assert {c["metric"] for c in record["cells"] if c["restated"]} == {"gmv"}
    shown = run("metrics", "diff", "pumps_share,gmv,orders", "-w", agreeing).out
    assert (
        "1 of 6 cells are told anew, 5 stay as they were.\n3 cells are of metrics that are new: pumps_share;" in shown
    )
    assert [line.split()[0] for line in shown.splitlines() if "2024-0" in line and "after" not in line] == ["gmv"]
    shown = run("metrics", "diff", "gmv", "-w", agreeing).out
    assert "after   gmv@2 (from 2024-02-01): sum(orders.value) where value > 0" in shown
    assert "1 of 3 cells are told anew, 2 stay as they were." in shown
    assert "2024-03" in shown
    assert "2024-02 " not in shown
    assert "2024-02 " in run("metrics", "diff", "gmv", "--all", "-w", agreeing).out


def test_diff_holds_against_another_file_or_two_versions(run: Run, agreeing: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.toml"
    before.write_text(AGREED.replace("2024-02-01", "2024-03-15"))
    record = json.loads(run("metrics", "diff", "--agreement", before, "--json", "-w", agreeing).out)
    assert [(c["metric"], c["period"]) for c in record["cells"] if c["restated"]] == [("gmv", "2024-03")]
    same = run("metrics", "diff", "--agreement", agreeing, "-w", agreeing)
    assert same.out.strip() == "No definition differs."
    (agreeing / "agreement" / "funnels.toml").write_text(FUNNEL)
    before.write_text(AGREED)
    for file in (before, agreeing / "agreement" / "funnels.toml"):
        assert run("metrics", "diff", "--agreement", file, "-w", agreeing).out.strip() == "No definition differs."
    before.write_text(FUNNEL.replace("48 hours", "24 hours"))
    record = json.loads(run("metrics", "diff", "--agreement", before, "--json", "-w", agreeing).out)
    assert [c["metric"] for c in record["changes"]] == ["fast_path_reached", "fast_path_conversion"]
    words = ("metrics", "diff", "gmv", "--from-version", "2", "--to-version", "1", "--by", "year", "--json")
    (cell,) = json.loads(run(*words, "-w", agreeing).out)["cells"]
    assert (cell["before"], cell["after"]) == (600.0, 550.0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gmv", "--from-version", "1"), "--from-version and --to-version come together"),
        (("--from-version", "1", "--to-version", "2"), "compare one metric, not 0"),
        (("gmv", "--from-version", "1", "--to-version", "7"), "gmv has version 1, 2"),
        (("gmvv",), "did you mean gmv"),
        (("--agreement", "nowhere.toml"), "--agreement nowhere.toml: there is no such file or folder"),
    ],
)
def test_a_wrong_comparison_says_what_is_allowed(
    run: Run, agreeing: Path, words: tuple[str, ...], message: str
) -> None:
    done = run("metrics", "diff", *words, "-w", agreeing)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_broken_file_stops_every_number_and_the_doctor_says_where(run: Run, agreeing: Path) -> None:
    (agreeing / "agreement" / "metrics.toml").write_text(AGREED.replace("orders.value", "orders.valu"))
    for words in (("metrics", "aov"), ("audit",), ("metrics", "diff"), ("metrics", "--list")):
        done = run(*words, "-w", agreeing)
        assert (done.code, "Traceback" in done.err) == (2, False)
        assert "metric[0] (gmv).formula" in done.err
    done = run("doctor", "--json", agreeing)
    assert done.code == 1
    (complaint,) = [c for c in json.loads(done.out)["complaints"] if "metrics.toml" in c["what"]]
    assert complaint["severity"] == "broken"
    assert "at 12: 'valu' is not a column of orders" in complaint["what"]


def test_the_doctor_doubts_a_label_that_no_row_has(run: Run, agreeing: Path) -> None:
    (agreeing / "agreement" / "metrics.toml").write_text(AGREED.replace("category = 'Pumps'", "category = 'Pump'"))
    done = run("doctor", "--json", agreeing)
    (complaint,) = [c for c in json.loads(done.out)["complaints"] if "Pump" in c["what"]]
    assert (done.code, complaint["severity"]) == (0, "doubtful")
    assert complaint["what"] == "pumps_share@1: no row has category 'Pump': did you mean 'Pumps'?"


def test_help_of_diff_imports_no_engine() -> None:
    code = (
        "import sys; from bothsides.cli.app import app; app(['metrics', 'diff', '--help'], exit_on_error=False);"
        " print([m for m in ('duckdb', 'sqlglot', 'numpy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    assert "--from-version" in done.stdout
