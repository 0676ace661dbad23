"""The bar of success: above what comes by itself, and none where the accounts are too few."""

from math import comb

import pytest

from bothsides.diagnosis.at_risk_bar import bar, foretold_to_order


@pytest.mark.parametrize(("n", "chance"), [(20, 0.3), (12, 0.5), (5, 0.1)])
def test_of_equal_chances_it_is_the_binomial_s(n: int, chance: float) -> None:
    def reached(least: int) -> float:
        return sum(comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(least, n + 1))

    least = bar([chance] * n)
    assert least is not None
    assert reached(least) < 0.05 <= reached(least - 1)
    assert least > n * chance


def test_few_accounts_that_may_well_order_by_themselves_have_no_bar() -> None:
    assert bar([0.45] * 3) is None
    assert bar([]) is None


def test_the_chance_is_set_to_what_came_of_such_accounts_before() -> None:
    assert foretold_to_order([0.6], said=20.0, came=10) == (0.7,)
    assert foretold_to_order([0.6], said=0.0, came=0) == (0.4,)
    assert foretold_to_order([0.9], said=10.0, came=20) == (0.0,)
