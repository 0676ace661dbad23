"""What a stage is told by: each reading from the data, or the reason why it is not known."""

from collections.abc import Callable

import pytest

from bothsides.diagnosis.cells import read_cells
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.span import spans
from bothsides.diagnosis.stage.measures import measures
from bothsides.diagnosis.stage.policy import READ, StagePolicy
from bothsides.diagnosis.threshold import Thresholds
from bothsides.diagnosis.threshold.distance import Distance
from bothsides.diagnosis.threshold.reading import Ground, ThresholdReading, ThresholdStatus
from bothsides.metrics import Store, Value
from bothsides.schema import Side
from tests.diagnosis.stage.markets import Rows, accounts, monthly, order

Market = Callable[..., Store]


def read(
    market: Market, orders: Rows, *, verdicts: tuple[CellVerdict, ...] = (), threshold: Thresholds | None = None
) -> dict[str, Value]:
    store = market(orders=orders, accounts=accounts(orders))
    covered = spans(store, "orders", as_of=None, months=12, slack=3)
    assert covered is not None
    return measures(store, covered, read_cells(store, covered.window), verdicts, threshold, StagePolicy())


def test_every_reading_that_a_rule_may_test_is_there_known_or_with_its_reason(market: Market) -> None:
    found = read(market, list(monthly(5)))
    assert set(READ) <= set(found)
    assert all(value.value is not None or value.reason for value in found.values())


def test_a_cell_works_only_where_every_one_of_the_last_months_had_buyers_and_suppliers(market: Market) -> None:
    steady = list(monthly(14, buyers=4, categories=("Steady",)))
    gone = list(monthly(12, buyers=4, categories=("Gone",)))
    lonely = list(monthly(14, buyers=4, categories=("Lonely",), suppliers=1))
    found = read(market, [*steady, *gone, *lonely])
    assert (found["working_cells"].value, found["working_cells"].n) == (1, 3)
    assert found["working_cell_share"].value == pytest.approx(1 / 3)


def test_new_buyers_share_of_gmv_is_not_known_where_the_data_begin_with_the_window(market: Market) -> None:
    orders = list(monthly(12))
    known = [{**row, "signed_up_at": None} for row in accounts(orders)]
    store = market(orders=orders, accounts=known)
    covered = spans(store, "orders", as_of=None, months=12, slack=3)
    assert covered is not None
    value = measures(store, covered, None, (), None, StagePolicy())["newcomer_gmv_share"]
    assert value.value is None
    assert "who was new in the window cannot be told" in str(value.reason)


def test_new_buyers_share_of_gmv_counts_those_of_the_window(market: Market) -> None:
    old = list(monthly(26, buyers=3, categories=("Bolts", "Pumps")))
    late = [order("late", "Bolts-supplier-0", 24, "Bolts", amount=700.0, day=2)]
    found = read(market, [*old, *late])
    window = 12 * 3 * 2 * 100.0
    assert found["newcomer_gmv_share"].value == pytest.approx(700 / (700 + window), rel=0.1)


def test_balance_needs_half_of_the_cells_judged(market: Market) -> None:
    orders = list(monthly(14))
    few = (CellVerdict.BALANCED, CellVerdict.UNKNOWN, CellVerdict.UNKNOWN)
    most = (CellVerdict.BALANCED, CellVerdict.SUPPLY_SHORT, CellVerdict.UNKNOWN)
    assert read(market, orders, verdicts=few)["balanced_cell_share"].value is None
    assert read(market, orders, verdicts=most)["balanced_cell_share"].value == 0.5


def distance(category: str, missing: int) -> Distance:
    return Distance(
        category=category,
        region=None,
        own=10,
        other=20,
        needed=20 + missing,
        missing=missing,
        per_week=0.0,
        weeks=None,
        cost=None,
        holds=False,
        kept=None,
    )


def claim(side: Side, status: ThresholdStatus, *cells: Distance) -> ThresholdReading:
    ground = Ground(cells=2, weeks=90, cell_weeks=180, leavers=50)
    return ThresholdReading(side=side, status=status, reason="", ground=ground, distances=cells)


def test_a_cell_is_above_the_threshold_when_it_is_above_every_claimed_one(market: Market) -> None:
    orders, claimed = list(monthly(5)), ThresholdStatus.CLAIMED
    buyers = claim(Side.BUYER, claimed, distance("Bolts", 0), distance("Pumps", 0))
    suppliers = claim(Side.SUPPLIER, claimed, distance("Bolts", 0), distance("Pumps", 4))
    found = read(market, orders, threshold=Thresholds(readings=(buyers, suppliers)))
    assert found["cells_above_threshold"].value == 0.5
    refused = claim(Side.SUPPLIER, ThresholdStatus.REFUSED, distance("Pumps", 4))
    assert read(market, orders, threshold=Thresholds(readings=(refused,)))["cells_above_threshold"].value is None
