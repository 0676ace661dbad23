"""Sums of what has happened by now are read from the states with the rows behind them."""

from bothsides.metrics import Query, ask, explain, read_store, refresh
from bothsides.schema import Grain
from bothsides.warehouse import DuckDB
from tests.metrics.cases import dated, day
from tests.metrics.conftest import build_market

WON = [
    dated({"opportunity_id": f"p{i}", "side": "buyer", "opened_at": opened, "closed_at": closed, "amount": amount}
          | {"status": "won"})
    for i, (opened, closed, amount) in enumerate(
        [("2024-01-03", "2024-01-20", 100_00), ("2024-01-05", "2024-02-20", 300_00), ("2024-06-30", "2024-07-31", 1_00)]
    )
]  # fmt: skip


def test_a_sum_of_what_was_reached_is_served_with_its_rows() -> None:
    made = build_market(opportunities=WON, known_until=day("2024-12-31"))
    assert isinstance(made.engine, DuckDB)
    refresh("EUR")(made.engine.con)
    store = read_store(made.engine)
    query = Query(metrics=("won_value_per_opportunity",), grain=Grain.MONTH, intervals=False)
    raw, served = ask(made, query), ask(store, query)
    assert "state_opportunities" in explain(store, query)
    assert served == raw
    assert (served[0].period, served[0].value, served[0].n) == ("2024-01", 200.0, 2)
