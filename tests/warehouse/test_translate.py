"""The house SQL in PostgreSQL's words, where SQLGlot alone would leave or change what it says."""

import pytest

from bothsides.warehouse.translate import Replacement, translated

SAID = [
    ("SELECT $b, $a, $b", "SELECT $1, $2, $1"),
    ("SELECT count_if(x > 1) FROM t", "SELECT COUNT(*) FILTER(WHERE x > 1) FROM t"),
    ("SELECT any_value(x) FROM t", "SELECT MAX(x) FROM t"),
    ("SELECT year(d) FROM t", "SELECT CAST(EXTRACT(YEAR FROM d) AS INT) FROM t"),
    ("SELECT array_agg(x ORDER BY x)[2] FROM t", "SELECT (ARRAY_AGG(x ORDER BY x))[2] FROM t"),
    ("SELECT round_even(x * 2, 0) FROM t", "SELECT ROUND(CAST(x * 2 AS DOUBLE PRECISION)) FROM t"),
    ("SELECT * FROM (SELECT 1 AS x)", "SELECT * FROM (SELECT 1 AS x) AS unnamed_0"),
    (
        "SELECT arg_min(x, (d, x)) FROM t",
        "SELECT (ARRAY_AGG(x ORDER BY d ASC, x ASC) FILTER(WHERE NOT x IS NULL AND NOT d IS NULL))[1] FROM t",
    ),
    (
        "SELECT arg_max(x, d) FROM t",
        "SELECT (ARRAY_AGG(x ORDER BY d DESC NULLS LAST) FILTER(WHERE NOT x IS NULL AND NOT d IS NULL))[1] FROM t",
    ),
    (
        "SELECT a, count(*) + 1, sum(b) OVER (PARTITION BY a) FROM t GROUP BY ALL ORDER BY ALL",
        "SELECT a, COUNT(*) + 1, SUM(b) OVER (PARTITION BY a) FROM t GROUP BY 1, 3 ORDER BY 1, 2, 3",
    ),
    (
        "SELECT lower(x) = 'a' FROM t",
        """SELECT (LOWER(TRANSLATE(x, 'İΣ', 'iσ') COLLATE "und-x-icu") COLLATE "C") = 'a' FROM t""",
    ),
    ("SELECT trim(x, 'ab') FROM t", "SELECT TRIM('ab' FROM x) FROM t"),
    ("SELECT count(*) FROM t GROUP BY ALL", "SELECT COUNT(*) FROM t"),
    ("SELECT bit_count(bit_or(x)) FROM t", "SELECT BIT_COUNT(CAST(BIT_OR(x) AS BIT(64))) FROM t"),
]


@pytest.mark.parametrize(("house", "said"), SAID)
def test_in_the_words_of_postgres(house: str, said: str) -> None:
    assert translated(house, "postgres").statement == said


def test_whichever_value_is_said_without_a_complaint_of_what_the_engine_lacks(caplog: pytest.LogCaptureFixture) -> None:
    translated.cache_clear()
    assert translated("SELECT any_value(x) FROM t", "postgres").statement == "SELECT MAX(x) FROM t"
    assert caplog.messages == []


def test_parameters_stand_by_position() -> None:
    assert translated("SELECT $b, $a, $b", "postgres").names == ("b", "a")


@pytest.mark.parametrize(
    ("house", "replaces"),
    [
        ("CREATE OR REPLACE TABLE x AS SELECT 1 AS a", Replacement(name="x", view=False, temporary=False)),
        ("CREATE OR REPLACE TEMP VIEW x AS SELECT 1 AS a", Replacement(name="x", view=True, temporary=True)),
        ("CREATE TABLE x AS SELECT 1 AS a", None),
    ],
)
def test_what_stands_in_the_way_is_named(house: str, replaces: Replacement | None) -> None:
    said = translated(house, "postgres")
    assert said.replaces == replaces
    assert "OR REPLACE" not in said.statement


def test_what_cannot_be_said_is_refused() -> None:
    with pytest.raises(ValueError, match=r"round_even\(x, 2\)"):
        translated("SELECT round_even(x, 2)", "postgres")
    with pytest.raises(KeyError, match="snowflake"):
        translated("SELECT 1", "snowflake")
