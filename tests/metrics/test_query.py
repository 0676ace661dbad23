"""A question that cannot be meant is refused with the words that can."""

from datetime import date
from typing import Any

import pytest

from bothsides.metrics import Query, parse_by, parse_where
from bothsides.schema import Grain, Side


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"dims": ("categories",)}, r"split by 'categories' is not one of category, region"),
        ({"dims": ("category); DROP TABLE orders; --",)}, "split by"),
        ({"where": (("name", ("x",)),)}, r"filter on 'name' is not one of side, category"),
        ({"where": (("category", ()),)}, "filter on 'category' names no value"),
        ({"where": (("side", ("seller",)),)}, r"filter on side 'seller' is not one of buyer, supplier"),
        ({"where": (("side", ("buyer",)), ("side", ("supplier",)))}, "leave none: no account is on both"),
        (
            {"where": (("category", ("a",)), ("region", ("c",)), ("category", ("b", "c")))},
            "filters on category leave none: no row is 'a' and 'b' or 'c'; for either write category=A,B",
        ),
        ({"start": date(2024, 2, 1), "end": date(2024, 1, 1)}, "first day 2024-02-01 is after the last day 2024-01-01"),
        (
            {"start": date(2024, 6, 1), "as_of": date(2024, 5, 1)},
            "first day 2024-06-01 is after the as-of date 2024-05-01",
        ),
    ],
)
def test_what_cannot_be_meant(words: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Query(metrics=("gmv",), **words)


def test_sides_of_a_query() -> None:
    assert Query(metrics=("gmv",)).side is None
    assert Query(metrics=("gmv",), where=(("side", ("buyer", "supplier")),)).sided is False
    one = Query(metrics=("gmv",), where=(("side", ("buyer", "supplier")), ("side", ("supplier",))))
    assert (one.side, one.sided) == (Side.SUPPLIER, True)
    assert Query(metrics=("gmv",), by_side=True).sided


def test_words_of_by() -> None:
    assert parse_by(["period"]) == (Grain.MONTH, False, ())
    assert parse_by(["side", "region", "region", "week"]) == (Grain.WEEK, True, ("region",))
    with pytest.raises(ValueError, match="two periods, 'week' and 'month'"):
        parse_by(["week", "month"])
    with pytest.raises(ValueError, match="--by 'city' is not one of day, week"):
        parse_by(["city"])


def test_words_of_where() -> None:
    with pytest.raises(ValueError, match=r"--where 'category': write NAME=VALUE"):
        parse_where(["category"])
    with pytest.raises(ValueError, match="--where 'city=Rome': write NAME=VALUE"):
        parse_where(["city=Rome"])
    with pytest.raises(ValueError, match="--where side='seller' is not one of buyer, supplier"):
        parse_where(["side=seller"])
    assert parse_where(["category=a=b"]) == (("category", ("a=b",)),)


@pytest.mark.parametrize("words", ["x,", "x, ", ",x", "x,,y", ","])
def test_a_comma_without_a_label_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=f"--where 'category={words}' has a comma without a label"):
        parse_where([f"category={words}"])


def test_an_empty_label_is_written_out() -> None:
    assert parse_where(['category=x,""', 'region=""', 'channel="a,"']) == (
        ("category", ("x", "")),
        ("region", ("",)),
        ("channel", ("a,",)),
    )


def test_a_first_day_that_is_the_as_of_date() -> None:
    Query(metrics=("gmv",), start=date(2024, 5, 1), as_of=date(2024, 5, 1))
