"""The fitted hazard of leaving, where the truth can be counted."""

from datetime import date, timedelta

import numpy as np
import pytest

from bothsides.diagnosis.panel import Assignment, Floats, Panel, SidePanel
from bothsides.diagnosis.threshold.hazard import fit_hazard
from bothsides.diagnosis.threshold.observations import observe
from bothsides.schema import Side


def panel(stock: Floats, left: Floats, other: Floats) -> Panel:
    """A panel of buyers that leave, beside suppliers of whom only the stock is known."""
    nothing = np.zeros_like(stock)
    cells, weeks = stock.shape
    return Panel(
        cells=tuple((f"c{i}", None) for i in range(cells)),
        weeks=tuple(date(2024, 1, 1) + timedelta(weeks=w) for w in range(weeks)),
        buyers=SidePanel(stock=stock, joined=nothing, left=left, push=nothing),
        suppliers=SidePanel(stock=other, joined=nothing, left=nothing, push=nothing),
        orders=nothing,
        gmv=nothing,
        assignment=dict.fromkeys(Side, Assignment.NONE),
    )


def test_without_anything_smooth_the_fit_gives_each_cell_its_own_leavers() -> None:
    rng = np.random.default_rng(1)
    stock = np.full((6, 30), 200.0)
    left = rng.binomial(200, np.linspace(0.02, 0.12, 6)[:, None], (6, 30)).astype(float)
    seen = observe(panel(stock, left, stock), Side.BUYER)
    fitted = fit_hazard(seen, np.empty((6, 30, 0)))
    assert (seen.at_risk * fitted.hazard).sum(axis=1) == pytest.approx(left.sum(axis=1), rel=1e-4)
    assert (seen.at_risk * fitted.hazard).sum(axis=0) == pytest.approx(left.sum(axis=0), rel=1e-4)


def test_a_known_effect_is_found_although_hardly_anyone_leaves_in_a_week() -> None:
    rng = np.random.default_rng(2)
    stock = np.full((40, 80), 12.0)
    column = (rng.random((40, 80)) > 0.5).astype(float)
    logit = -3.2 + 0.3 * rng.standard_normal((40, 1)) - 0.8 * column
    left = rng.binomial(12, 1 / (1 + np.exp(-logit))).astype(float)
    seen = observe(panel(stock, left, stock), Side.BUYER)
    fitted = fit_hazard(seen, column[:, :, None])
    logits = np.log(fitted.hazard / (1 - fitted.hazard))
    assert logits[column == 1].mean() - logits[column == 0].mean() == pytest.approx(-0.8, abs=0.15)


def test_cells_and_weeks_that_nobody_left_and_unknown_weeks_do_not_count() -> None:
    stock, left = np.full((4, 10), 50.0), np.ones((4, 10))
    left[2], left[:, 7], stock[0, 3], left[1, 4] = 0.0, 0.0, np.nan, np.nan
    seen = observe(panel(stock, left, np.full((4, 10), 9.0)), Side.BUYER)
    assert seen.rows == (0, 1, 3)
    assert 7 not in seen.columns
    assert seen.cell_weeks == 3 * 9 - 2
