"""Simulated markets with their window's cells and verdicts, drawn once for all tests of cells."""

from functools import cache

from bothsides.diagnosis.cells import Cells, read_cells
from bothsides.diagnosis.liquidity import Judged, judge
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Spans, spans
from bothsides.metrics import Store
from bothsides.simulate import MarketPlan, demo_plan, healthy_plan, simulate
from tests.diagnosis.conftest import store_of

POLICY = DiagnosisPolicy()
DEMO, HEALTHY = demo_plan(seed=7), healthy_plan(seed=2)
UNREAD = ("stage_changes", "touches", "opportunities", "leads", "visits", "reviews", "shipments", "subscriptions")
"""Tables that say nothing of cells."""


@cache
def look(plan: MarketPlan) -> tuple[Store, Spans, Cells, tuple[Judged, ...]]:
    """A simulated market with its window's cells and verdicts."""
    store = store_of(simulate(plan), without=UNREAD)
    covered = spans(store, "orders", as_of=None, months=12, slack=3)
    assert covered is not None
    found = read_cells(store, covered.window)
    assert found is not None
    return store, covered, found, judge(found, POLICY)
