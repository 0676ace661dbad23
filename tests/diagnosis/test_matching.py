"""The matching function recovers what orders were drawn from, and refuses where nothing can be told."""

from datetime import date

import numpy as np
import pytest

from bothsides.diagnosis.cell_audit import audit_cells
from bothsides.diagnosis.cells import Where
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.liquidity_audit import CellPeriod, CellVerdict
from bothsides.diagnosis.matching import matching
from bothsides.metrics import Unit
from tests.diagnosis.cell_markets import DEMO, HEALTHY, POLICY, look

PERIODS = tuple(f"2023-{month:02d}" for month in range(1, 13))
DAY = date(2023, 1, 1)


def drawn(cells: int, *, buyers: float, suppliers: float, seed: int) -> dict[Where, list[CellPeriod]]:
    """Cells whose orders follow from their sides, their own efficiency and the month's."""
    rng = np.random.default_rng(seed)
    month = rng.normal(0, 0.2, len(PERIODS))
    found: dict[Where, list[CellPeriod]] = {}
    for i in range(cells):
        b = np.round(60 * np.exp(rng.normal(0, 0.5) + np.cumsum(rng.normal(0, 0.2, len(PERIODS)))) + 2)
        s = np.round(20 * np.exp(rng.normal(0, 0.5) + np.cumsum(rng.normal(0, 0.2, len(PERIODS)))) + 2)
        own = 0.25 if i == 0 else 1.0
        orders = rng.poisson(own * 2 * b**buyers * s**suppliers * np.exp(month))
        found[f"c{i:02d}", "N"] = [
            period(label, orders=orders[t], cell_buyers=b[t], cell_suppliers=s[t]) for t, label in enumerate(PERIODS)
        ]
    return found


def period(label: str, **numbers: float) -> CellPeriod:
    values = {name: figure(name, float(number), Unit.COUNT, n=1) for name, number in numbers.items()}
    return CellPeriod(label=label, first=DAY, last=DAY, verdict=CellVerdict.BALANCED, why="", values=values)


@pytest.mark.parametrize(("buyers", "suppliers"), [(0.6, 0.4), (0.3, 0.3)])
def test_what_orders_were_drawn_from_is_found(buyers: float, suppliers: float) -> None:
    found = matching(drawn(30, buyers=buyers, suppliers=suppliers, seed=5), PERIODS, unseen=False)
    assert found.buyers is not None
    assert found.suppliers is not None
    assert found.returns is not None
    assert found.buyers.value == pytest.approx(buyers, abs=0.08)
    assert found.suppliers.value == pytest.approx(suppliers, abs=0.08)
    assert found.returns.low is not None
    assert found.returns.high is not None
    assert found.returns.low <= buyers + suppliers <= found.returns.high
    assert ("less than in proportion" in found.sentence) == (buyers + suppliers < 0.9)


def test_a_cell_that_matches_badly_stands_out_with_its_range() -> None:
    found = matching(drawn(30, buyers=0.6, suppliers=0.4, seed=5), PERIODS, unseen=False)
    bad, *others = [found.efficiency[where] for where in sorted(found.efficiency, key=str)]
    assert bad.value == pytest.approx(0.25, rel=0.15)
    assert bad.high is not None
    assert bad.high < 0.4
    assert all(0.7 < float(other.value or 0) < 1.4 for other in others)


def test_the_ranges_hold_what_orders_were_drawn_from() -> None:
    held = 0
    for seed in range(40):
        found = matching(drawn(24, buyers=0.6, suppliers=0.4, seed=seed), PERIODS, unseen=False)
        assert found.buyers is not None
        held += (found.buyers.low or 9) <= 0.6 <= (found.buyers.high or -9)
    assert held >= 34


def test_few_cells_or_orders_alone_give_a_reason_and_no_number() -> None:
    few = matching(drawn(19, buyers=0.6, suppliers=0.4, seed=1), PERIODS, unseen=False)
    assert (few.returns, few.efficiency) == (None, {})
    assert "it takes 20 cells" in few.reason
    assert "explained by themselves" in matching({}, PERIODS, unseen=True).reason


def test_where_sides_hardly_moved_nothing_is_claimed() -> None:
    """A healthy market serves everybody: more suppliers bring no more orders, and the fit cannot tell what they do."""
    store, covered, found, judged = look(HEALTHY)
    audit = audit_cells(store, found, judged, (), POLICY, known=covered.known)
    assert audit.matching is not None
    assert "to tell what each brings" in audit.matching.reason
    assert audit.matching.efficiency == {}


def test_the_planted_cells_of_the_demo_match_worse_than_the_median() -> None:
    """Electrical / South lacks suppliers, and carts in the North rarely become orders."""
    store, covered, found, judged = look(DEMO)
    audit = audit_cells(store, found, judged, (), POLICY, known=covered.known)
    assert audit.matching is not None
    highs = {where: value.high or 9 for where, value in audit.matching.efficiency.items()}
    assert highs["Electrical", "South"] < 1
    assert all(high < 1 for (_, region), high in highs.items() if region == "North")
