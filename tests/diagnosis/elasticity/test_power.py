"""What a push by lot can show in a market in which hardly anybody joins."""

import numpy as np

from bothsides.diagnosis.elasticity import Design
from bothsides.diagnosis.elasticity.counts import CountFit
from bothsides.diagnosis.elasticity.effect import Explained
from bothsides.diagnosis.elasticity.power import _restlessness, fit_market, power
from bothsides.diagnosis.panel import Floats, Panel
from bothsides.schema import Side
from bothsides.simulate.panel import PanelPlan, PanelSidePlan, draw
from tests.diagnosis.panels import panel_of


def sparse(seed: int) -> Panel:
    """Twenty-four cells in which a supplier joins every twelve weeks and a buyer every seven; nothing else happens."""
    return panel_of(
        draw(
            PanelPlan(
                name="sparse",
                seed=seed,
                cells=24,
                weeks=104,
                buyers=PanelSidePlan(start=12, inflow=0.14, elasticity=0.3, churn=0.01),
                suppliers=PanelSidePlan(start=8, inflow=0.08, elasticity=0.0, churn=0.01),
            )
        )
    )


def explained(joined: Floats) -> Explained:
    """Counts of which only a mean by cell is explained."""
    mean = np.broadcast_to(joined.mean(1, keepdims=True), joined.shape)
    none = np.zeros(0)
    fit = CountFit(
        slope=none,
        covariance=none,
        influence=none,
        residual=joined - mean,
        n=joined.size,
        clusters=len(joined),
        mean=mean,
        used=np.ones_like(joined),
        converged=True,
    )
    return Explained(joined=fit, left=fit)


def test_joiners_of_neighbouring_weeks_are_not_taken_for_violent_shocks() -> None:
    """No autocovariance exceeds the variance: counts that vary no more than by chance carry no shock."""
    joined = np.zeros((24, 104))
    for cell in range(24):
        for first in range(cell % 13, 103, 26):
            joined[cell, first : first + 2] = 1.0
    (mine, theirs, _), _ = _restlessness(explained(joined), explained(joined))
    assert mine == theirs < 0.2


def test_shocks_that_last_are_told_in_full() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    shock = np.zeros((40, 208))
    for week in range(1, 208):
        shock[:, week] = 0.8 * shock[:, week - 1] + 0.6 * 0.7 * rng.standard_normal(40)
    (mine, _, _), lasting = _restlessness(*[explained(rng.poisson(20 * np.exp(shock)).astype(float))] * 2)
    assert 0.6 < lasting < 0.9
    assert 0.35 < mine < 0.9


def test_a_harder_push_shows_more() -> None:
    market = fit_market(sparse(1), Side.SUPPLIER)
    shown = [
        power(market, Design(weeks=13, waves=2, factor=factor), 1.0, few=10, seed=1) for factor in (2.0, 8.0, 20.0)
    ]
    assert shown == sorted(shown)
    assert shown[0] < 0.3 < 0.7 < shown[2]
