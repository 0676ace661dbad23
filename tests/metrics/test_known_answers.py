"""The published data sets give the answers that were worked out from their raw files by other means."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bothsides.ingest import sync
from bothsides.metrics import Query, Status, Store, Value, ask, open_store, refresh
from bothsides.schema import Grain
from bothsides.workspace import Workspace

pytestmark = pytest.mark.real_data

EXAMPLES = Path(__file__).parents[2] / "examples"
LEDGER_END = date(2014, 6, 30)


@pytest.fixture(scope="module")
def example(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Store]]:
    """The store of an example workspace, loaded once."""
    stores: dict[str, Store] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOTHSIDES_DATA", str(real_data))

        def load(name: str) -> Store:
            if name not in stores:
                folder = tmp_path_factory.mktemp("examples") / name
                shutil.copytree(EXAMPLES / name, folder)
                workspace = Workspace.open(folder)
                sync(workspace, now=datetime(2026, 1, 5, tzinfo=UTC), refresh=refresh(workspace.settings.currency))
                stores[name] = stack.enter_context(open_store(workspace.warehouse_path))
            return stores[name]

        yield load


def by_side(store: Store, metric: str) -> dict[str | None, Value]:
    return {v.side: v for v in ask(store, Query(metrics=(metric,), by_side=True, end=LEDGER_END))}


def shown(value: Value, digits: int) -> tuple[float, int]:
    assert value.value is not None
    return round(value.value, digits), value.n


def test_quarters_of_the_ledger(example: Callable[[str], Store]) -> None:
    uk = example("uk-digital-marketplace")
    names = ("gmv", "active_suppliers", "active_buyers")
    found = {name: [] for name in names}
    for value in ask(uk, Query(metrics=names, grain=Grain.QUARTER, end=LEDGER_END)):
        assert value.status is Status.OK
        found[value.metric].append(value)
    assert [v.period for v in found["gmv"]][::8] == ["2012-Q2", "2014-Q2"]
    millions = [round(v.value / 1e6, 2) for v in found["gmv"]]
    assert millions == [1.19, 2.31, 3.59, 11.20, 15.09, 23.44, 37.57, 62.22, 60.84]
    assert [v.value for v in found["active_suppliers"]] == [23, 27, 47, 80, 107, 143, 199, 243, 241]
    assert [v.value for v in found["active_buyers"]] == [39, 38, 61, 108, 120, 162, 206, 269, 278]


def test_total_of_the_ledger_to_the_penny(example: Callable[[str], Store]) -> None:
    (gmv,) = ask(example("uk-digital-marketplace"), Query(metrics=("gmv",)))
    assert (gmv.value, gmv.n, gmv.currency) == (217_455_674.38, 13_492, "GBP")


def test_concentration_of_the_ledger(example: Callable[[str], Store]) -> None:
    uk = example("uk-digital-marketplace")
    expected = {
        "hhi": (0.0444, 0.0157),
        "top_1_share": (0.145, 0.060),
        "top_5_share": (0.370, 0.184),
        "top_10_share": (0.508, 0.304),
    }
    for metric, (buyers, suppliers) in expected.items():
        digits = 4 if metric == "hhi" else 3
        found = by_side(uk, metric)
        assert shown(found["buyer"], digits) == (buyers, 524)
        assert shown(found["supplier"], digits) == (suppliers, 343)


def test_retention_of_the_year_to_june_2013_in_the_next(example: Callable[[str], Store]) -> None:
    uk = example("uk-digital-marketplace")
    net, logos = by_side(uk, "ndr_gmv"), by_side(uk, "logo_retention")
    assert net["buyer"].period == "2012-07-01..2014-06-30"
    assert [shown(net[side], 2) for side in ("buyer", "supplier")] == [(4.33, 194), (3.96, 131)]
    assert [shown(logos[side], 3) for side in ("buyer", "supplier")] == [(0.696, 194), (0.832, 131)]


def test_requests_and_awards(example: Callable[[str], Store]) -> None:
    uk = example("uk-digital-marketplace")
    requests, responses, awards = ask(uk, Query(metrics=("requests", "responses", "awards")))
    assert [v.value for v in (requests, responses, awards)] == [2_118, 31_467, 606]
    young = ask(uk, Query(metrics=("fill_rate",), grain=Grain.MONTH, start=date(2018, 5, 1)))
    assert {v.status for v in young} == {Status.IMMATURE}


def test_funnel_of_olist(example: Callable[[str], Store]) -> None:
    olist = example("olist")
    names = ("mqls", "closed_won", "lead_to_won_rate", "lead_to_won_days", "sales_qualified")
    found = {v.metric: v for v in ask(olist, Query(metrics=names))}
    assert [found[name].value for name in ("mqls", "closed_won")] == [8_000, 842]
    assert found["lead_to_won_rate"].value == pytest.approx(842 / 8_000)
    assert round(found["lead_to_won_days"].value or 0, 1) == 14.7
    assert found["sales_qualified"].status is Status.UNAVAILABLE
    by_origin = ask(olist, Query(metrics=("closed_won",), dims=("channel",)))
    assert {v.dim("channel"): v.value for v in by_origin}["organic_search"] == 271


def test_olist_orders_are_grossed_up_and_say_so(example: Callable[[str], Store]) -> None:
    gmv, orders, retention = ask(
        example("olist"), Query(metrics=("gmv", "orders", "ndr_gmv"), where=(("side", ("buyer",)),))
    )
    assert gmv.basis.value == orders.basis.value == "declared sample"
    assert orders.low is not None
    assert orders.low < (orders.value or 0) == pytest.approx(orders.n * 18.654)
    assert retention.reason == "orders are a declared sample: the other orders of its accounts may be outside it"
