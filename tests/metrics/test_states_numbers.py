"""Accounts keep their numbers from load to load, because the bits of a state stand for them."""

from typing import Any

from bothsides.metrics import Store
from tests.metrics.cases import account, order
from tests.metrics.conftest import build_market, key

ORDERS = [order("b5", "s5", "2024-01-01", 1_00)]


def numbers(store: Store) -> dict[Any, int]:
    return dict(store.engine.rows("SELECT account_id, account FROM dim_accounts"))


def test_new_accounts_get_the_numbers_after_those_of_the_loads_before() -> None:
    first = [account("s5", "2024-01-01"), account("b5", "2024-01-01")]
    later = [account("b1", "2024-01-01", loaded_in=2), account("s1", "2024-01-01", loaded_in=2)]
    assert numbers(build_market(accounts=first, orders=ORDERS)) == {key("b5"): 1, key("s5"): 2}
    grown = numbers(build_market(accounts=first + later, orders=ORDERS))
    assert grown == {key("b5"): 1, key("s5"): 2, key("b1"): 3, key("s1"): 4}


def test_a_number_outlives_its_account_s_internal_days_and_its_change_of_side() -> None:
    """Three versions of b1: an outsider, internal, a supplier; whoever came with it keeps the number beside it."""
    versions = [
        account("b1", "2024-01-01", loaded_in=1, superseded_in=2),
        account("b1", "2024-01-01", is_internal=True, loaded_in=2, superseded_in=3),
        account("b1", "2024-01-01", loaded_in=3) | {"side": "supplier"},
        account("b2", "2024-01-01"),
        account("s5", "2024-01-01"),
        account("b5", "2024-01-01"),
    ]
    then = build_market(accounts=versions, orders=ORDERS, known_on=1)
    hidden = build_market(accounts=versions, orders=ORDERS, known_on=2)
    now = build_market(accounts=versions, orders=ORDERS)
    assert numbers(now) == numbers(then)
    assert numbers(hidden) == {k: n for k, n in numbers(now).items() if k != key("b1")}
