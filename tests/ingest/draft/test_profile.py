"""What a column looks like, from its values alone."""

from collections.abc import Callable

import duckdb
import pytest

from bothsides.ingest.draft import ColumnProfile, FileProfile, Shape
from bothsides.ingest.draft.profile import overlap, profile_relation

Profiled = Callable[[dict[str, str]], list[FileProfile]]


def column(profiled: Profiled, *values: str) -> ColumnProfile:
    quoted = "".join(f'{n},"{value}"\n' for n, value in enumerate(values))
    (file,) = profiled({"file.csv": f"n,x\n{quoted}"})
    found = file.column("x")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (["", "", ""], Shape.BLANK),
        (["NULL", "n/a", ""], Shape.BLANK),
        (["2024-01-03", "2024-02-01"], Shape.DATE),
        (["2024-01-03T10:00:00Z", "2024-02-01T10:00:00+02:00"], Shape.DATE),
        (["15 Apr, 2021 00:03:00", "01 Jan, 2021 00:11:00"], Shape.DATE),
        (["Jan 2024", "Feb 2024"], Shape.DATE),
        (["$22,700.00", "$5.00"], Shape.MONEY),
        (["12 EUR", "13 EUR"], Shape.MONEY),
        (["(12.50)", "13"], Shape.NUMBER),
        (["1", "2", "3"], Shape.NUMBER),
        (["yes", "no", "yes"], Shape.BOOLEAN),
        (["EUR", "USD", "EUR"], Shape.CURRENCY),
        (["a@b.org", "c@d.org"], Shape.EMAIL),
        (["https://a.org/x", "https://b.org"], Shape.LINK),
        ([f"ab{n}cd" for n in range(10)], Shape.ID),
        (["red", "blue", "red", "red"], Shape.WORDS),
        ([f"the name {chr(97 + n)}" for n in range(10)], Shape.TEXT),
        (["660-485-0224 ext", "call me"], Shape.TEXT),
    ],
)
def test_shapes(profiled: Profiled, values: list[str], shape: Shape) -> None:
    assert column(profiled, *values).shape is shape


def test_counts_leave_blanks_out(profiled: Profiled) -> None:
    found = column(profiled, "a", "a", "b", "", "NULL")
    assert (found.rows, found.filled, found.distinct) == (5, 3, 2)
    assert found.figures_in_words == "2 distinct in 5 rows, 2 blank"
    assert found.examples == ("a", "b")
    assert not found.unique


def test_a_key_is_filled_and_never_repeats(profiled: Profiled) -> None:
    assert column(profiled, "a", "b", "c").unique
    assert not column(profiled, "a", "b", "").unique


@pytest.mark.parametrize(
    ("values", "formats", "rival"),
    [
        (["13/02/2024", "01/03/2024"], ("%d/%m/%Y",), None),
        (["02/13/2024", "03/01/2024"], ("%m/%d/%Y",), None),
        (["01/02/2024", "03/04/2024"], ("%d/%m/%Y",), "%m/%d/%Y"),
        (["01-02-2024 10:30", "03-04-2024 11:00"], ("%d-%m-%Y %H:%M",), "%m-%d-%Y %H:%M"),
        (["13.02.2024", "01.03.2024"], ("%d.%m.%Y",), None),
        (["2024-02-13", "2024-03-01"], (), None),
        (["20240213", "20240301"], ("%Y%m%d",), None),
        (["Feb 13, 2024", "Mar 01, 2024"], ("%b %d, %Y",), None),
        (["2024-02-13", "13/02/2024"], ("%d/%m/%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"), None),
    ],
)
def test_date_styles(profiled: Profiled, values: list[str], formats: tuple[str, ...], rival: str | None) -> None:
    dates = column(profiled, *values).dates
    assert dates is not None
    assert (dates.formats, dates.rival) == (formats, rival)


def test_one_day_above_twelve_among_many_settles_the_order(profiled: Profiled) -> None:
    values = [f"0{1 + n % 9}/0{1 + n % 8}/2024" for n in range(300)] + ["04/25/2024"]
    dates = column(profiled, *values).dates
    assert dates is not None
    assert (dates.formats, dates.rival) == (("%m/%d/%Y",), None)


def test_dates_know_their_range_and_whether_they_stand_for_months(profiled: Profiled) -> None:
    monthly = column(profiled, "2024-01-01", "2024-02-01", "2024-03-01").dates
    daily = column(profiled, "2024-01-01", "2024-02-01", "2024-03-02").dates
    assert monthly is not None
    assert daily is not None
    assert (monthly.low, monthly.high, monthly.month_starts) == ("2024-01-01", "2024-03-01", True)
    assert not daily.month_starts


@pytest.mark.parametrize(
    ("values", "decimal", "currency", "doubtful"),
    [
        (["1.50", "1,200.00"], ".", None, False),
        (["1,50", "1.200,00"], ",", None, False),
        (["1 200,50", "3,5"], ",", None, False),
        (["R$ 100.000", "R$ 5.000"], ",", "BRL", True),
        (["$100.000", "$5.000"], ".", "USD", True),
        (["1,200", "5,000"], ".", None, True),
        (["1200", "5000"], ".", None, False),
        (["-12.5", "(3.25)"], ".", None, False),
        (["US$ 5.10", "US$ 6.10"], ".", "USD", False),
    ],
)
def test_number_styles(
    profiled: Profiled, values: list[str], decimal: str, currency: str | None, doubtful: bool
) -> None:
    figures = column(profiled, *values).figures
    assert figures is not None
    assert (figures.decimal, figures.currency, figures.doubtful) == (decimal, currency, doubtful)


def test_numbers_know_their_range(profiled: Profiled) -> None:
    figures = column(profiled, "1.200,50", "(3,25)", "7").figures
    assert figures is not None
    assert (figures.low, figures.high, figures.whole) == (-3.25, 1200.5, False)


def test_words_for_nothing_are_found_in_text_and_figures(profiled: Profiled) -> None:
    assert column(profiled, "Select", "web", "Select", "fair").null_words == (("Select", 2),)
    assert column(profiled, "999", "3", "999", "4", "999").null_words == (("999", 3),)
    assert column(profiled, "999", "1200", "999", "4", "999").null_words == ()


def test_a_header_of_any_letters_is_profiled_by_position(profiled: Profiled) -> None:
    (file,) = profiled({"file.csv": '"a""b","c;d\'e","SELECT",é\n1,2,3,4\n5,6,7,8\n'})
    assert file.header == ('a"b', "c;d'e", "SELECT", "é")
    assert [one.distinct for one in file.columns] == [2, 2, 2, 2]


def test_overlap_is_the_share_of_my_values_that_are_theirs(profiled: Profiled) -> None:
    mine = column(profiled, "a", "b", "c", "d", "a")
    theirs = column(profiled, "a", "b", "x")
    assert overlap(mine, theirs) == 0.5
    assert overlap(theirs, mine) == pytest.approx(2 / 3)


def test_a_long_file_is_looked_at_in_a_sample_but_its_keys_are_compared_in_full(
    con: duckdb.DuckDBPyConnection,
) -> None:
    orders = "(SELECT n::VARCHAR, 'the buyer ' || n % 5000 FROM range(10000) AS r(n))"
    buyers = "(SELECT 'the buyer ' || n, '1' FROM range(5000) AS r(n))"
    bought = profile_relation(con, orders, ["id", "buyer"], name="orders", sample_rows=500)
    listed = profile_relation(con, buyers, ["name", "x"], name="buyers", sample_rows=500)
    assert (bought.rows, bought.sampled, bought.columns[0].rows) == (10_000, True, 500)
    assert overlap(bought.columns[1], listed.columns[0]) > 0.95
    assert overlap(bought.columns[1], bought.columns[0]) < 0.05


def test_overlap_of_long_columns_is_estimated(profiled: Profiled) -> None:
    mine = column(profiled, *(f"k{n}" for n in range(12_000)))
    theirs = column(profiled, *(f"k{n}" for n in range(6_000, 30_000)))
    assert overlap(mine, theirs) == pytest.approx(0.5, abs=0.05)
