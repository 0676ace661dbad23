"""The commands as a person runs them: what they print, how they end, and what they say to a wrong word."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import MAPPING, Ran, Run

from bothsides.cli import next_steps
from bothsides.cli.app import COMMANDS, app, main


def test_metrics_json_has_the_promised_fields(run: Run, workspace: Path) -> None:
    done = run("metrics", "gmv,active_suppliers", "--by", "quarter,side", "--json", "-w", workspace)
    records = json.loads(done.out)
    assert [(r["metric"], r["period"], r["side"], r["value"]) for r in records] == [
        ("gmv", "2024-Q1", "buyer", 550.0),
        ("gmv", "2024-Q1", "supplier", 550.0),
        ("active_suppliers", "2024-Q1", "supplier", 2),
    ]
    assert {"unit", "n", "low", "high", "status", "definition"} <= records[0].keys()
    assert (records[0]["unit"], records[0]["n"], records[0]["low"], records[0]["definition"]) == (
        "money",
        4,
        None,
        "gmv@1",
    )


def test_other_dimensions_are_fields_of_the_record(run: Run, workspace: Path) -> None:
    records = json.loads(run("metrics", "gmv", "--by", "category", "--json", "-w", workspace).out)
    assert {r["category"]: r["value"] for r in records} == {"Pumps": 350.0, "Valves": 200.0}


def test_dates_filters_and_as_of_narrow_the_answer(run: Run, workspace: Path) -> None:
    def value(*words: str) -> object:
        (record,) = json.loads(run("metrics", "gmv", *words, "--json", "-w", workspace).out)
        return record["value"]

    assert value("--from", "2024-02-01") == 250.0
    assert value("--to", "2024-02-28") == 600.0
    assert value("--as-of", "2024-01-31") == 300.0
    assert value("--where", "category=Valves") == 200.0
    assert value("--known-on", "1") == 550.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("metrics", "gmvv"), "did you mean gmv"),
        (("metrics", "gmv", "--by", "colour"), "'colour' is not one of day, week"),
        (("metrics", "gmv", "--where", "colour=red"), "NAME one of side, category"),
        (("metrics", "gmv", "--from", "soon"), "--from 'soon' is not a day like 2013-05-17"),
        (("metrics", "gmv", "--known-on", "9"), "no such load; loads are 1"),
        (("metrics",), "name at least one metric"),
        (("metrics", "gmv", "quarter"), "'quarter' is a split, not a metric: write --by quarter"),
        (("metrics", "GMV"), "did you mean gmv"),
        (("metrics", "gmv", "--where", "category=Pumps", "--where", "category=Valves"), "write category=A,B"),
    ],
)
def test_a_wrong_word_ends_in_one_line_that_says_what_is_allowed(
    run: Run, workspace: Path, words: tuple[str, ...], message: str
) -> None:
    done = run(*words, "-w", workspace)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_folder_that_is_no_workspace_names_the_command_that_makes_one(run: Run, tmp_path: Path) -> None:
    done = run("sync", tmp_path)
    assert done.code == 2
    assert "bothsides init" in done.err


def test_quarantine_shows_the_broken_line(run: Run, workspace: Path) -> None:
    (row,) = json.loads(run("quarantine", workspace, "--json").out)
    assert (row["line"], row["column_name"], row["value"]) == (6, "amount", "not money")


def test_second_sync_of_the_same_files_changes_nothing(run: Run, workspace: Path) -> None:
    done = run("sync", workspace, "--json")
    (orders,) = (item for item in json.loads(done.out)["sources"] if item["table"] == "orders")
    assert (orders["new"], orders["changed"], orders["unchanged"], orders["quarantined"]) == (0, 0, 4, 1)


def test_explain_prints_readable_sql_and_the_filter_words_beside_it(run: Run, workspace: Path) -> None:
    text = run("metrics", "gmv,aov", "--by", "month", "--where", "category=Valves", "--explain", "-w", workspace).out
    assert re.findall(r"FROM ((?:fact|state)_\w+)", text)[0] == "state_orders_placed_on_day"
    assert len(set(re.findall(r"FROM ((?:fact|state)_\w+)$", text, re.MULTILINE))) == 2, "one read, and its name"
    assert [line for line in text.splitlines() if "Valves" in line] == ["-- $w0 = 'Valves'"]


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_explains_itself(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert COMMANDS[command].split(":")[0][:20] in done.out.replace("\n", " ")


def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> Ran:
    """The command as a person runs it, but in this process."""
    monkeypatch.setattr(sys, "argv", ["bothsides", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return Ran(out=told.out, err=told.err, code=int(ended.value.code or 0))


def test_the_last_line_of_a_commands_help_speaks_of_its_own_job(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {command: here(capsys, monkeypatch, command, "--help").out for command in COMMANDS}
    assert {command for command, text in said.items() if "init DIR" in " ".join(text.split())} == {
        "demo", "init", "sync", "metrics", "change", "mirror", "audit", "liquidity", "elasticity", "finding", "predict",
        "threshold", "quarantine", "doctor",
    }  # fmt: skip
    for text in (value for name, value in vars(next_steps).items() if name.isupper() and isinstance(value, str)):
        for words in re.findall(r"`(?:bothsides )?([a-z ]+[a-z])[^`]*`", text):
            done = here(capsys, monkeypatch, *words.split(), "--help")
            assert done.code == 0, words
            assert f"bothsides {words}" in done.out, words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sla", "clock"), "bothsides sla takes no 'clock'; did you mean bothsides sla clocks?"),
        (("tick", "next", "week"), "bothsides tick takes no 'week'; bothsides tick --help shows what it takes"),
        (("leads", "show"), "bothsides leads show needs LEAD; bothsides leads show --help tells more"),
        (("leads", "take", "x.csv"), "bothsides leads take needs --source;"),
        (("score", "promote", "buyer"), "bothsides score promote needs --signed-by with 2 values;"),
        (("leads", "--lim", "3"), "Unknown option: --lim. Did you mean --limit?"),
        (("leads", "happened", "none.jsonl"), "none.jsonl: there is no such file or folder"),
    ],
)
def test_a_mistake_is_one_line_and_a_record_where_one_was_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    done = here(capsys, monkeypatch, *words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"bothsides: {said}")
    asked = here(capsys, monkeypatch, *words, "--json")
    assert (asked.code, asked.err) == (2, done.err)
    assert json.loads(asked.out) == {"error": done.err.removeprefix("bothsides: ").rstrip("\n")}


def test_a_database_that_gives_up_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("bothsides.cli.app.app", full)
    done = here(capsys, monkeypatch, "leads")
    said = "bothsides: the database gave up, and what was in hand was not kept: database or disk is full\n"
    assert (done.code, done.err) == (2, said)


def test_two_versions_of_one_metric_are_told_apart(run: Run, workspace: Path) -> None:
    shown = run("metrics", "gmv@1,gmv", "--by", "year", "-w", workspace).out
    assert [line.split()[0] for line in shown.splitlines() if "550.00" in line] == ["gmv@1", "gmv@1"]
    assert "gmv@1" not in run("metrics", "gmv", "-w", workspace).out


def test_the_last_line_speaks_of_what_is_shown(run: Run, workspace: Path) -> None:
    assert run("metrics", "gmv", "-w", workspace).out.endswith("\nmoney in EUR · census: counted, not estimated\n")
    assert run("metrics", "orders", "-w", workspace).out.endswith("\ncensus: counted, not estimated\n")
    last = run("metrics", "take_rate", "-w", workspace).out.splitlines()[-1]
    assert last == "take_rate unavailable: needs fees: no data has been loaded for it"


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("--from", "2030-01-01"), "2030-01-01 and later"),
        (("--to", "2001-01-01"), "2001-01-01 and earlier"),
        (("--from", "2001-01-01", "--to", "2001-02-01"), "2001-01-01 to 2001-02-01"),
        (("--as-of", "2001-01-01"), "as of 2001-01-01"),
    ],
)
def test_days_outside_what_is_known_are_named(run: Run, workspace: Path, words: tuple[str, ...], asked: str) -> None:
    done = run("metrics", "gmv", *words, "--json", "-w", workspace)
    (record,) = json.loads(done.out)
    assert (done.code, record["status"]) == (0, "unavailable")
    assert record["reason"] == f"known from 2024-01-10 to 2024-03-31, asked for {asked}"


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help_imports_no_engine(words: list[str]) -> None:
    code = (
        f"import sys; from bothsides.cli.app import app; app({words!r}, exit_on_error=False);"
        " print([m for m in ('duckdb', 'sqlglot', 'numpy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_words_of_the_data_are_shown_never_obeyed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "id,date,buyer,supplier,category,amount\n1,2024-01-10,Acme,Pumps,[/],1.00\n"
        "2,2024-01-20,Acme,Pumps,\x1b[31mEVIL,2.00\n3,2024-01-20,Acme,Pumps,x,\x1b[2Jnope\n"
    )
    (tmp_path / "mapping").mkdir()
    (tmp_path / "mapping" / "ledger.toml").write_text(MAPPING)
    (tmp_path / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\ntime_zone = "UTC"\n')
    for words in (("sync",), ("quarantine",), ("doctor",), ("audit",)):
        done = run(*words, tmp_path)
        assert done.code == 0, done.err
        assert "\x1b[31m" not in done.out
        assert "\x1b[2J" not in done.out
    shown = run("metrics", "gmv", "--by", "category", "-w", tmp_path)
    assert "[/]" in shown.out
    assert "\ufffd[31mEVIL" in shown.out
    unknown = run("metrics", "gmv", "--where", "category=Y", "-w", tmp_path)
    assert "no row has category 'Y'" in unknown.out


def test_a_load_that_set_most_aside_does_not_look_like_success(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "id,date,buyer,supplier,category,amount\n1,10.01.2024,A,P,x,1\n2,11.01.2024,A,P,x,2\n3,2024-01-12,A,P,x,3\n"
    )
    (tmp_path / "mapping").mkdir()
    (tmp_path / "mapping" / "ledger.toml").write_text(MAPPING)
    (tmp_path / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\ntime_zone = "UTC"\n')
    done = run("sync", tmp_path)
    assert done.code == 1
    told = " ".join(done.out.split())
    assert "67% of source ledger was set aside" in told
    assert "old: correct date_formats, decimal or the columns in its mapping. Look" in told
    assert "Next: bothsides audit" not in done.out
    assert run("doctor", tmp_path).code == 1
    said = "2 of 3 records of source ledger were set aside in load 1, so figures that read it are missing"
    for words in (("metrics", "gmv"), ("metrics", "gmv", "--json"), ("audit",)):
        assert said in run(*words, "-w", tmp_path).err
    (tmp_path / "orders.csv").write_text(
        "id,date,buyer,supplier,category,amount\n1,2024-01-10,A,P,x,1\n2,2024-01-11,A,P,x,2\n3,2024-01-12,A,P,x,3\n"
    )
    mapping = tmp_path / "mapping" / "ledger.toml"
    mapping.write_text('currency = "USD"\n' + MAPPING)
    done = run("sync", tmp_path)
    assert (done.code, "load exchange rates as fx_rates" in " ".join(done.out.split())) == (1, True)
    assert "3 of 3 records of source ledger were set aside in load 2" in run("metrics", "gmv", "-w", tmp_path).err
    mapping.write_text(MAPPING)
    assert run("sync", tmp_path).code == 0
    assert run("metrics", "gmv", "-w", tmp_path).err == ""
    assert said in run("metrics", "gmv", "--known-on", "1", "-w", tmp_path).err


def test_a_row_is_one_line_where_the_output_is_piped(run: Run, tmp_path: Path) -> None:
    label = "Cleaning supplies, " + "industrial and domestic " * 2 + "and spare parts"
    (tmp_path / "orders.csv").write_text(f'id,date,buyer,supplier,category,amount\n1,2024-01-10,A,P,"{label}",1.00\n')
    (tmp_path / "mapping").mkdir()
    (tmp_path / "mapping" / "ledger.toml").write_text(MAPPING)
    (tmp_path / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\ntime_zone = "UTC"\n')
    assert run("sync", tmp_path).code == 0
    (line,) = [
        line for line in run("metrics", "gmv", "--by", "category", "-w", tmp_path).out.splitlines() if "1.00" in line
    ]
    assert label in line
    names = run("metrics", "--list", "-w", tmp_path).out.splitlines()
    assert all("@" in name for name in names[1:])


def test_a_narrow_screen_never_shortens_a_figure(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = run("metrics", "gmv,median_account_gmv", "--by", "month,side,category", "-w", workspace).out
    assert "…" not in shown
    assert "300.00" in shown


def test_numbers_do_not_depend_on_how_many_cores_there_are() -> None:
    """One BLAS thread, set before numpy is imported; whoever sets it otherwise is left alone."""
    told = "import os, sys; sys.argv = ['bothsides', '--version']\nfrom bothsides.cli.app import main\n"
    ends = "try:\n    main()\nexcept SystemExit:\n    print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"
    for given, threads in ({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4"):
        rest = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
        done = subprocess.run(
            [sys.executable, "-c", told + ends], capture_output=True, text=True, env=rest | given, check=True
        )
        assert done.stdout.split()[-2:] == [threads, "False"]


def test_the_audit_as_one_record_tells_what_the_page_tells(run: Run, workspace: Path) -> None:
    assert isinstance(json.loads(run("audit", "--json", "-w", workspace).out), list)
    told = json.loads(run("audit", "--json", "--whole", "-w", workspace).out)
    assert {"verdict", "findings", "stage", "liquidity", "elasticity", "threshold", "predictions"} <= set(told)
    assert told["stage"]["sentence"]
    assert told["threshold"]["status"] in ("ok", "unavailable")
    assert run("audit", "--whole", "-w", workspace).code == 2


@pytest.mark.parametrize("command", ["score", "route", "sla", "merge", "leads", "hygiene", "logbook"])
def test_no_line_of_a_list_of_commands_ends_where_an_example_should_begin(command: str) -> None:
    group = app[command]
    named = {name: group[name].help.split("\n\n")[0].split() for name in group if not name.startswith("-")}
    assert len(named) > 2
    assert [name for name, words in named.items() if words[-1] in ("Example:", "Examples:")] == []
