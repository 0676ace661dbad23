"""What must hold in any market: parts add up to totals, shares are shares, words of a filter are never statements."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bothsides.metrics import METRICS, Query, Status, Store, Value, ask, explain
from bothsides.metrics.measure import Ratio
from bothsides.schema import Grain
from tests.metrics.conftest import build_market

FIRST = date(2023, 1, 1)
FEW = settings(
    max_examples=7,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a market takes too long to build for shrinking
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)

_DAYS = st.integers(0, 800).map(lambda days: FIRST + timedelta(days=days))
_LABELS = st.sampled_from([None, "x", "y", "o'hara; --", "Ünïcode ☃"])


@st.composite
def markets(draw: st.DrawFn, *, least: int = 0) -> dict[str, list[dict[str, Any]]]:
    """A small ledger of orders, with fees and refunds on some of them; amounts may be negative where `least` is."""
    orders = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "buyer_id": st.sampled_from(["b1", "b2", "b3", "b4"]),
                    "supplier_id": st.sampled_from(["s1", "s2", "s3"]),
                    "placed_at": _DAYS,
                    "amount": st.integers(least, 200_000),
                    "category": _LABELS,
                    "region": st.sampled_from(["north", "south"]),
                    "status": st.sampled_from(["completed", "completed", "completed", "cancelled"]),
                }
            ),
            min_size=1,
            max_size=14,
        )
    )
    fees, refunds = [], []
    for i, one in enumerate(orders):
        one["order_id"] = f"o{i}"
        if draw(st.booleans()):
            fees.append({"order_id": f"o{i}", "charged_at": one["placed_at"], "amount": abs(one["amount"]) // 10})
        if draw(st.integers(0, 3)) == 0:
            on = one["placed_at"] + timedelta(days=draw(st.integers(0, 60)))
            refunds.append({"order_id": f"o{i}", "refunded_at": on, "amount": abs(one["amount"]) // 2})
    fees.append({"account_id": "s1", "charged_at": FIRST, "amount": 999, "kind": "subscription"})
    accounts = [{"account_id": f"b{i}", "side": "buyer", "segment": f"g{i % 2}"} for i in range(1, 5)]
    accounts += [{"account_id": f"s{i}", "side": "supplier", "segment": f"g{i % 2}"} for i in range(1, 4)]
    return {"accounts": accounts, "orders": orders, "fees": fees, "refunds": refunds}


def values(store: Store, *metrics: str, **query: Any) -> list[Value]:
    return ask(store, Query(metrics=metrics, **query))


def totals(found: list[Value]) -> dict[str, float]:
    """Sums of the values by metric, empty ones left out."""
    sums: dict[str, float] = defaultdict(float)
    for value in found:
        sums[value.metric] += value.value or 0
    return sums


ADDITIVE = ("gmv", "booked_gmv", "orders", "fees", "net_revenue", "net_gmv")


@FEW
@given(markets(least=-50_000))
def test_parts_add_up_to_the_total(tables: dict[str, Any]) -> None:
    store = build_market(**tables)
    loaded = [m for m in ADDITIVE if values(store, m)[0].status is not Status.UNAVAILABLE]
    whole = totals(values(store, *loaded))
    for split in (
        {"dims": ("category", "region")},
        {"grain": Grain.WEEK},
    ):
        parts = totals(values(store, *loaded, **split))
        assert {m: parts[m] for m in loaded} == pytest.approx({m: whole[m] for m in loaded}), split
    orders_only = [m for m in loaded if m in ("gmv", "booked_gmv", "orders", "net_gmv")]
    for side in ("buyer", "supplier"):
        of_side = values(store, *orders_only, where=(("side", (side,)),))
        assert totals(of_side) == pytest.approx({m: whole[m] for m in orders_only}), side
        by_segment = values(store, "gmv", where=(("side", (side,)),), dims=("segment",))
        assert totals(by_segment).get("gmv", 0) == pytest.approx(whole["gmv"])
    if "fees" in loaded:
        halves = totals(values(store, "fees", by_side=True))
        assert halves["fees"] == pytest.approx(whole["fees"])


@FEW
@given(markets(least=1))
def test_identities_of_one_market(tables: dict[str, Any]) -> None:
    store = build_market(**tables)
    for split in ({}, {"grain": Grain.QUARTER}, {"dims": ("category",)}):
        names = ("gmv", "orders", "aov", "active_accounts", "active_buyers", "active_suppliers", "take_rate")
        cells: dict[Any, dict[str, Value]] = defaultdict(dict)
        for value in values(store, *names, **split):
            cells[value.cell][value.metric] = value
        for cell in cells.values():
            if "gmv" not in cell or cell["gmv"].value is None:
                continue
            aov, orders = cell["aov"].value, cell["orders"].value
            assert cell["gmv"].value == pytest.approx((aov or 0) * (orders or 0))
            assert (aov is None) == (orders == 0)
            parts = [cell[name].value or 0 for name in ("active_buyers", "active_suppliers")]
            assert cell["active_accounts"].value == sum(parts)
            assert (cell["take_rate"].value is None) == (orders == 0)


@FEW
@given(markets(least=1))
def test_concentration_is_ordered(tables: dict[str, Any]) -> None:
    store = build_market(**tables)
    for side in ("buyer", "supplier"):
        found = values(store, "top_1_share", "top_5_share", "top_10_share", "hhi", "gini", where=(("side", (side,)),))
        one, five, ten, hhi, gini = (value.value for value in found)
        if one is None:
            assert all(v.status in (Status.NO_DENOMINATOR, Status.UNAVAILABLE) for v in found)
            continue
        assert 0 < one <= five <= ten <= 1 + 1e-12
        assert one * one <= hhi + 1e-12
        assert hhi <= one + 1e-12
        assert -1e-12 <= gini <= 1


@FEW
@given(markets(least=-50_000))
def test_gross_retention_never_exceeds_net_or_all(tables: dict[str, Any]) -> None:
    store = build_market(**tables)
    names = ("grr_gmv", "ndr_gmv", "logo_retention")
    found = values(store, *names, grain=Grain.MONTH, by_side=True)
    cells: dict[Any, dict[str, Value]] = defaultdict(dict)
    for value in found:
        cells[value.cell][value.metric] = value
    for cell in cells.values():
        if cell.get("grr_gmv") is None or cell["grr_gmv"].value is None:
            continue
        gross, net = cell["grr_gmv"].value, cell["ndr_gmv"].value
        assert gross <= 1 + 1e-12
        assert net is not None
        assert gross <= net + 1e-12
        assert cell["grr_gmv"].n == cell["logo_retention"].n


SHARES = [m.id for m in METRICS.values() if isinstance(m.formula, Ratio) and m.formula.share]


@FEW
@given(markets(least=1), st.sampled_from([None, Grain.MONTH, Grain.YEAR]), st.booleans())
def test_a_share_is_a_share_and_lies_in_its_interval(
    tables: dict[str, Any], grain: Grain | None, by_side: bool
) -> None:
    found = values(build_market(**tables), *SHARES, "churn_rate", "logo_retention", grain=grain, by_side=by_side)
    for value in found:
        if value.value is None:
            assert value.reason
            assert value.low is None
            continue
        assert 0 <= value.value <= 1, value
        assert value.low is not None
        assert value.high is not None
        assert 0 <= value.low <= value.value <= value.high <= 1, value


HOSTILE = [
    "x') OR 1=1 --",
    "'; DROP TABLE fact_orders; --",
    '"quoted" "names"',
    "$w3",
    "{money:o.amount}",
    "☃ \u202e Ünïcode 名前",
    "back\\slash %s ?",
    "",
    "tab\tand\nnewline",
]
_HOSTILE = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)


@pytest.fixture(scope="module")
def labelled() -> Store:
    """A market in which every hostile word is also a category."""
    orders = [
        {"buyer_id": "b1", "supplier_id": "s1", "placed_at": FIRST, "amount": 100, "category": word, "channel": word}
        for word in HOSTILE
    ]
    return build_market(orders=orders, known_until=date(2024, 12, 31))


@settings(FEW, max_examples=25)
@given(word=_HOSTILE, other=_HOSTILE)
def test_a_filter_is_a_value_never_a_statement(labelled: Store, word: str, other: str) -> None:
    where = (("category", (word, other)), ("channel", (word,)))
    query = Query(metrics=("gmv", "aov"), dims=("category",), where=where)
    plain = Query(metrics=("gmv", "aov"), dims=("category",), where=(("category", ("a", "b")), ("channel", ("c",))))
    texts = [explain(labelled, one).splitlines() for one in (query, plain)]
    assert [line for line in texts[0] if line[:4] != "-- $"] == [line for line in texts[1] if line[:4] != "-- $"]
    assert len(texts[0]) == len(texts[1])
    found = [v for v in ask(labelled, query) if v.metric == "gmv"]
    if {word, other} <= set(HOSTILE):
        assert [(v.dim("category"), v.value) for v in found] == [(word, 1.0)]
    else:
        assert [v.status for v in found] == [Status.UNAVAILABLE]


def test_hostile_words_survive_every_metric(labelled: Store) -> None:
    where = (("category", tuple(HOSTILE)),)
    for metric in METRICS:
        for value in values(labelled, metric, where=where, by_side=METRICS[metric].side.value != "market"):
            assert value.metric == metric
    shown = values(labelled, "top_1_share", where=(("side", ("buyer",)),), dims=("category",))
    assert {v.dim("category") for v in shown} == set(HOSTILE)
