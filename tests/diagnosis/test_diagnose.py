"""One look at a market: what stands in it whatever the data, and what it refuses."""

from collections.abc import Callable
from datetime import date

import pytest

from bothsides.diagnosis import diagnose
from bothsides.metrics import Store


def rows(months: int, *, per_month: int = 4) -> list[dict[str, object]]:
    return [
        {
            "buyer_id": f"b{i % per_month}",
            "supplier_id": f"s{i % 2}",
            "placed_at": date(2023 + m // 12, m % 12 + 1, 28),
            "amount": 10_000,
        }
        for m in range(months)
        for i in range(per_month)
    ]


def test_orders_alone_give_a_diagnosis_with_gaps_and_no_invented_pictures(market: Callable[..., Store]) -> None:
    found = diagnose(market(orders=rows(26), known_until=date(2025, 2, 28)))
    assert found.window == (date(2024, 3, 1), date(2025, 2, 28))
    assert {headline.metric for headline in found.headlines} >= {"gmv", "active_buyers", "ndr_gmv"}
    assert found.cells == ()
    assert found.economics == ()
    assert any("fees" in missing for gap in found.gaps for missing in gap.missing)
    assert found.verdict.startswith("GMV is level with the same span before.")


def test_as_of_looks_at_an_earlier_day(market: Callable[..., Store]) -> None:
    found = diagnose(market(orders=rows(26)), as_of=date(2024, 6, 30))
    assert found.as_of == date(2024, 6, 30)
    assert found.window[1] == date(2024, 6, 30)


def test_nothing_to_diagnose_is_said_with_what_to_do(market: Callable[..., Store]) -> None:
    with pytest.raises(ValueError, match=r"as of 2020-01-01: orders are known from 2023-01-28"):
        diagnose(market(orders=rows(3)), as_of=date(2020, 1, 1))


def test_the_same_market_gives_the_same_diagnosis(market: Callable[..., Store]) -> None:
    store = market(orders=rows(14))
    assert diagnose(store) == diagnose(store)


def test_one_order_is_not_a_reason_to_claim_anything(market: Callable[..., Store]) -> None:
    found = diagnose(market(orders=rows(1, per_month=1)))
    assert found.findings == ()


def test_a_sample_of_orders_is_never_used_to_follow_accounts(market: Callable[..., Store]) -> None:
    """Half of them seem to leave, because the sample missed their later orders."""
    orders = [row for i, row in enumerate(rows(26, per_month=80)) if i // 80 < 20 or i % 80 < 40]
    whole = diagnose(market(orders=orders, known_until=date(2025, 2, 28)))
    assert [f.kind for f in whole.findings][:1] == ["ndr_leak"]
    sampled = diagnose(market(orders=orders, known_until=date(2025, 2, 28), sample=True))
    assert sampled.findings == ()
    assert (sampled.cohorts, sampled.concentration, sampled.cells) == ((), (), ())
    assert {h.metric for h in sampled.headlines} == {"gmv", "aov", "orders"}
    assert "orders are a declared sample: totals are weighted estimates" in sampled.verdict
    assert sampled.caveats[0].startswith("Orders are a declared sample")
