"""`bothsides mirror`, and metrics asked of the copy, as a person runs them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

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


def test_an_unset_variable_is_told(run: Run, tmp_path: Path) -> None:
    told = run("metrics", "gmv", "--warehouse", "env:BOTHSIDES_NOT_SET", "-w", tmp_path)
    assert told.code == 2
    assert "'BOTHSIDES_NOT_SET' is not set" in told.err
