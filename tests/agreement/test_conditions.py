"""Field tests: what an agreement may write under `when`, what it means where a field is unknown, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.agreement.conditions import Written, known_tests, read_tests


@pytest.mark.parametrize(
    ("test", "holds", "fails"),
    [
        ("UK", ["UK", "uk", " Uk "], ["EU", "", None, 7]),
        (True, [True], [False, 1, "true", None]),
        (7, [7, 7.0], [8, "7", True, None]),
        (">= 50000", [50000, 60000.5], [49999.99, "60000", None, True]),
        ("< 5", [4], [5, None]),
        ("between 5 and 10", [5, 7.5, 10], [4.9, 10.1, None]),
        ("!= UK", ["EU", None, ""], ["uk"]),
        ("none of UK, EU", ["US", None], ["uk", "Eu"]),
        ("contains procure", ["Head of Procurement"], ["CFO", None]),
        ("starts with chief", ["Chief Buyer"], ["The chief"]),
        ("ends with .edu", ["mit.EDU"], ["edu.com"]),
        ("is known", ["x", 0, False], [None, ""]),
        ("is unknown", [None, ""], ["x", 0, False]),
        (["UK", ">= 5"], ["uk", 5], ["EU", 4, None]),
        ("true", [True, "True"], [False]),
    ],
)
def test_each_kind_of_test(test: Written, holds: list[object], fails: list[object]) -> None:
    tests = read_tests({"field": test})
    assert [value for value in holds if not tests.hold({"field": value})] == []
    assert [value for value in fails if tests.hold({"field": value})] == []


def test_all_tests_of_a_rule_must_hold_and_the_first_that_fails_is_told() -> None:
    tests = read_tests({"side": "supplier", "sku_count": "< 5", "region": ["EU", "UK"]})
    assert tests.hold({"side": "supplier", "sku_count": 4, "region": "uk"})
    assert tests.why_not({"side": "supplier", "sku_count": 9}) == "sku_count is 9, wanted < 5"
    assert tests.why_not({"side": "supplier", "sku_count": 4}) == "region is unknown, wanted EU or UK"
    assert tests.why_not({"side": "supplier", "sku_count": 4, "region": "EU"}) is None
    assert tests.names == ("side", "sku_count", "region")


def test_no_tests_always_hold() -> None:
    assert read_tests({}).hold({})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (">= many", "'many' is not a number"),
        ("between 10 and 5", "must not be above"),
        ("", "is unknown"),
        ([], "needs a value"),
        (["UK", "!= EU"], "none of a, b"),
        ("!= ", "names no value"),
        (float("nan"), "finite"),
    ],
)
def test_what_cannot_be_read_is_refused_with_field_and_remedy(wrong: Written, told: str) -> None:
    with pytest.raises(ValueError, match="region") as refused:
        known_tests({"region": wrong})
    assert told in str(refused.value)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_the_four_signs_split_the_numbers(value: float, bound: float) -> None:
    def hold(sign: str) -> bool:
        return read_tests({"n": f"{sign} {bound!r}"}).hold({"n": value})

    assert hold(">=") is not hold("<")
    assert hold(">") is not hold("<=")
    assert hold(">=") or hold("<=")
