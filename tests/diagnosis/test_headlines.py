"""Headlines: eight at most, chosen from what can be fed, compared with the same span before."""

from collections.abc import Callable
from datetime import date

from bothsides.diagnosis.headlines import SHOWN, headlines
from bothsides.metrics import Status, Store
from bothsides.schema.period import add_months


def orders(months: int, growth: int = 0) -> list[dict[str, object]]:
    return [
        {
            "order_id": f"o{m}-{b}",
            "buyer_id": f"b{b}",
            "supplier_id": f"s{b % 4}",
            "placed_at": add_months(date(2022, 1, 3), m),
            "amount": 10_000 + growth * m,
        }
        for m in range(months)
        for b in range(12)
    ]


def test_gmv_now_and_the_year_before(market: Callable[..., Store]) -> None:
    shown = headlines(market(orders=orders(24), known_until=date(2023, 12, 31)), as_of=None, months=12)
    gmv = shown[0]
    assert (gmv.metric, gmv.now.value, gmv.before and gmv.before.value) == ("gmv", 14_400.0, 14_400.0)
    assert [v.period for v in gmv.run] == [f"{y}-Q{q}" for y in (2022, 2023) for q in range(1, 5)]
    assert {v.status for v in gmv.run} == {Status.OK}


def test_never_more_than_fit_and_none_without_a_number(market: Callable[..., Store]) -> None:
    shown = headlines(market(orders=orders(24), known_until=date(2023, 12, 31)), as_of=None, months=12)
    assert len(shown) <= SHOWN
    assert all(h.now.value is not None for h in shown)
    assert "net_revenue" not in {h.metric for h in shown}
    assert {"ndr_gmv"} <= {h.metric for h in shown}


def test_short_histories_run_by_month_and_compare_halves(market: Callable[..., Store]) -> None:
    shown = headlines(market(orders=orders(8), known_until=date(2022, 8, 31)), as_of=None, months=12)
    assert [v.period for v in shown[0].run][:2] == ["2022-01", "2022-02"]
    assert "2022-05-01 to 2022-08-31 against 2022-01-01 to 2022-04-30" in shown[0].note
