"""The market that the leads of the quarter come into: three years by category, region and week, with known truth."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from bothsides.simulate.desk.companies import REGIONS
from bothsides.simulate.desk.reasons import EMPTY_CELL
from bothsides.simulate.panel import PanelPlan, PanelPush, PanelShock, PanelSidePlan, PanelWorld, draw
from bothsides.simulate.worlds import CATEGORIES

WEEKS = 156


def market(seed: int, until: date) -> PanelWorld:
    """Every category in every region, week by week until that Monday.

    1 % more suppliers bring .5 % more buyers, 1 % more buyers .2 % more suppliers. Booms of single cells hide it; a
    third of the cells at a time was pushed for suppliers by lot, which tells it. Buyers who are lost for want of
    suppliers are lost where fewest suppliers stand against a buyer. Raises ValueError for no Monday.
    """
    plan = PanelPlan(
        name="fixwell",
        seed=seed,
        cells=len(CATEGORIES) * len(REGIONS),
        regions=len(REGIONS),
        weeks=WEEKS,
        start=until - timedelta(weeks=WEEKS),
        buyers=PanelSidePlan(start=140.0, inflow=7.0, elasticity=0.5, churn=0.05, cost=150.0, contribution=9.0),
        suppliers=PanelSidePlan(
            start=25.0, inflow=1.0, elasticity=0.2, churn=0.04, cost=280.0, contribution=12.0,
            push=PanelPush(share=1 / 3),
        ),
        cell=PanelShock(sd=0.2, rho=0.85),
        order_value=550.0,
    )  # fmt: skip
    drawn = draw(plan)
    cells = [(category, region) for category in CATEGORIES for region in REGIONS]
    # Drawn cells are exchangeable: which of them bears which name changes nothing that is true of the market.
    empty, scarcest = cells.index(EMPTY_CELL), int(np.argmin(drawn.suppliers.stock[:, -1] / drawn.buyers.stock[:, -1]))
    cells[empty], cells[scarcest] = cells[scarcest], cells[empty]
    return replace(drawn, cells=tuple(cells))
