"""Questions that share their workings: the same numbers, what they have in common read once, and nothing left over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bothsides.metrics import Query, Store, Value, ask
from bothsides.metrics.workings import sharing
from bothsides.warehouse import DuckDB
from bothsides.warehouse.engine import Parameters, Row
from tests.metrics.cases import World
from tests.metrics.conftest import build_market

CUTS = ((), ("channel",), ("segment",))


def orders_and_fees() -> dict[str, list[dict[str, object]]]:
    """Thirty buyers of three channels with an order a month and a fee on each; a later load gives part of it back."""
    orders, fees, refunds = [], [], []
    for buyer in range(30):
        for month in range(1 + buyer % 7):
            on = date(2024, 1, 3) + timedelta(days=buyer + 31 * month)
            name = f"{buyer}-{month}"
            orders.append(
                {"order_id": name, "buyer_id": f"b{buyer}", "supplier_id": "s1", "placed_at": on, "amount": 9000}
            )
            fees.append({"order_id": name, "charged_at": on, "amount": 300 + 10 * buyer})
            refunds.append(
                {"order_id": name, "refunded_at": date(2024, 9, 1), "amount": 900, "fee_amount": 50, "loaded_in": 2}
            )
    accounts: list[dict[str, object]] = [{"account_id": "s1", "side": "supplier"}]
    accounts += [
        {"account_id": f"b{i}", "side": "buyer", "channel": f"way {i % 3}", "segment": "small" if i % 2 else None}
        for i in range(30)
    ]
    return {"accounts": accounts, "orders": orders, "fees": fees, "refunds": refunds}


WORLD = World(tables=orders_and_fees(), options={"known_until": date(2024, 12, 31)})


@dataclass(frozen=True)
class Listening(DuckDB):
    """An engine that keeps what it was asked."""

    heard: list[str] = field(default_factory=list)

    def rows(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        """Every row of a query."""
        self.heard.append(statement)
        return super().rows(statement, parameters)


@contextmanager
def listening(store: Store) -> Iterator[tuple[Store, list[str]]]:
    """The store and what its engine hears."""
    assert isinstance(store.engine, DuckDB)
    engine = Listening(store.engine.con)
    yield replace(store, engine=engine), engine.heard


def lifetimes(store: Store) -> list[Value]:
    """What accounts bring, cut in three ways, and once more with what they cost."""
    return [v for dims in CUTS for v in ask(store, Query(metrics=("ltv",), by_side=True, dims=dims))]


def test_cuts_that_share_are_the_same_and_read_the_orders_once() -> None:
    with listening(build_market(**WORLD.options, **WORLD.tables)) as (store, heard):
        alone = lifetimes(store)
        assert any(value.value and value.low for value in alone)
        assert sum("fact_order_parties" in statement for statement in heard) == len(CUTS)
        heard.clear()
        with sharing(store) as shared:
            assert lifetimes(shared) == alone
        assert sum("fact_order_parties" in statement for statement in heard) == 1


def test_what_was_shared_is_gone_afterwards() -> None:
    store = build_market(**WORLD.options, **WORLD.tables)
    before = store.engine.tables()
    with sharing(store) as shared:
        lifetimes(shared)
        assert store.engine.tables() > before
        with sharing(shared) as same:
            assert same is shared
    assert store.engine.tables() == before


def test_what_is_shared_is_as_known_then() -> None:
    then = build_market(**WORLD.options, **WORLD.tables, known_on=1)
    alone = lifetimes(then)
    assert alone != lifetimes(build_market(**WORLD.options, **WORLD.tables))
    with sharing(then) as shared:
        assert lifetimes(shared) == alone


def test_an_earlier_day_has_workings_of_its_own() -> None:
    store = build_market(**WORLD.options, **WORLD.tables)
    asked = Query(metrics=("ltv",), by_side=True, as_of=date(2024, 8, 15))
    with sharing(store) as shared:
        assert lifetimes(shared)
        assert ask(shared, asked) == ask(store, asked)
        assert lifetimes(shared) == lifetimes(store)
