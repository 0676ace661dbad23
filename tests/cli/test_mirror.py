"""`bothsides mirror`, and metrics asked of the copy, as a person runs them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.cli.conftest import Run

pytestmark = pytest.mark.postgres


@pytest.fixture
def address(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a variable that holds a schema's address; the schema is gone after the test."""
    schema = f"bothsides_cli_{os.getpid()}"
    monkeypatch.setenv("BOTHSIDES_TEST_MIRROR", f"{postgres_url}?schema={schema}")
    yield "env:BOTHSIDES_TEST_MIRROR"
    with psycopg.connect(postgres_url) as con:
        con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())


def test_the_copy_answers_without_the_workspace(workspace: Path, run: Run, address: str, tmp_path: Path) -> None:
    told = json.loads(run("mirror", address, "--json", "-w", workspace).out)
    assert told["rows"]["orders"] == 4
    question = ("metrics", "gmv", "--by", "month,side", "--json")
    here = run(*question, "-w", workspace)
    there = run(*question, "--warehouse", address, "-w", tmp_path)
    assert json.loads(there.out) == json.loads(here.out)
    assert len(json.loads(there.out)) == 6


def test_what_is_printed_shows_no_password(workspace: Path, run: Run, address: str, postgres_url: str) -> None:
    typed = f"{os.environ['BOTHSIDES_TEST_MIRROR']}&application_name=geheim&password=auch-geheim"
    by_name, as_typed = (run("mirror", word, "-w", workspace) for word in (address, typed))
    assert f"Next: bothsides metrics gmv --warehouse {address}" in by_name.out
    assert "put the address into a variable" in as_typed.out
    assert "geheim" not in as_typed.out + as_typed.err
    password = urlsplit(postgres_url).password
    assert not password or f":{password}@" not in by_name.out + as_typed.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mirror", "postgresql://ana:ge/heim@127.0.0.1:1/market?schema=acme"), "percent-encoded"),
        (("mirror", "env:postgresql://ana:geheim@127.0.0.1:1/market?schema=acme"), "the name of a variable"),
        (("metrics", "gmv", "--warehouse", "postgresql://ana:geheim@127.0.0.1:1/market"), "//ana@127.0.0.1:1/market"),
        (("metrics", "gmv", "postgresql://ana:geheim@127.0.0.1:1/market"), "write it behind --warehouse"),
        (("metrics", "gmv", "--warehouses=postgresql://ana:ge/heim@127.0.0.1:1/market"), "Unknown option"),
    ],
)
def test_no_complaint_shows_a_password(words: tuple[str, ...], said: str, workspace: Path, run: Run) -> None:
    told = run(*words, "-w", workspace)
    assert told.code != 0
    assert said in told.err
    assert "heim" not in told.out + told.err


def test_an_unset_variable_is_told(run: Run, tmp_path: Path) -> None:
    told = run("metrics", "gmv", "--warehouse", "env:BOTHSIDES_NOT_SET", "-w", tmp_path)
    assert told.code == 2
    assert "'BOTHSIDES_NOT_SET' is not set" in told.err
