"""Letters and blanks are the same to PostgreSQL as to DuckDB, whatever the database's own collation knows of them."""

import sys
from unicodedata import category

import duckdb
import pytest

from bothsides.warehouse import DuckDB, Engine
from bothsides.warehouse.postgres import Postgres

pytestmark = pytest.mark.postgres

BLANKS = [
    letter for letter in map(chr, range(1, sys.maxunicode)) if letter.isspace() or category(letter) in ("Zs", "Cf")
]
WORDS = [
    "MÜLLER GmbH",
    "MU\u0308LLER",
    "Straße",
    "STRAẞE",
    "İSTANBUL",
    "ISPARTA ı",
    "ΟΔΟΣ",
    "ΣΑΣ. Σ",
    "ŁÓDŹ",
    "ЖУК",
    "ǅ",
    "",
]
"""Umlauts, one of them in two parts, sharp s, dotted and dotless i, a Σ at a word's end, letters of other scripts."""


@pytest.fixture
def engines(postgres: Postgres) -> tuple[Engine, Engine]:
    """DuckDB, then PostgreSQL."""
    return DuckDB(duckdb.connect()), postgres


@pytest.mark.parametrize("word", [*WORDS, "".join(map(chr, range(1, 0x530)))], ids=range(len(WORDS) + 1))
def test_letters_have_the_same_small_ones(word: str, engines: tuple[Engine, Engine]) -> None:
    statement = """SELECT lower($word::VARCHAR COLLATE "C")"""
    here, there = (engine.row(statement, {"word": word}) for engine in engines)
    assert there == here


def test_the_same_blanks_are_trimmed(engines: tuple[Engine, Engine]) -> None:
    for blank in BLANKS:
        here, there = (
            engine.row("SELECT trim($word::VARCHAR)", {"word": f"{blank} a {blank}b {blank}"}) for engine in engines
        )
        assert (blank, there) == (blank, here)


def test_small_letters_are_told_apart_and_sorted_by_their_bytes(engines: tuple[Engine, Engine]) -> None:
    statement = (
        "SELECT lower(trim(x)) AS word, count(*) FROM (VALUES ('Zug'), (' zug'), ('Ärger'), ('ARGER'), ('é'), ('_'))"
        " t(x) WHERE lower(x) IN ('ärger', 'arger', 'zug', ' zug', 'é', '_') GROUP BY ALL ORDER BY 1"
    )
    here, there = (engine.rows(statement) for engine in engines)
    assert there == here == [("_", 1), ("arger", 1), ("zug", 2), ("ärger", 1), ("é", 1)]
