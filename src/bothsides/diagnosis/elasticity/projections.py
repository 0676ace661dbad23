"""What followed a push, week by week: local projections of both sides' stocks on its beginning."""

import numpy as np

from bothsides.diagnosis.elasticity.ground import at_work, staying
from bothsides.diagnosis.elasticity.records import Response
from bothsides.diagnosis.elasticity.regression import critical, ols
from bothsides.diagnosis.panel import Floats, Panel
from bothsides.schema import Side

LONGEST = 26
"""Weeks that a response is followed."""
FURTHEST = 10.0
"""Log change beyond which a response is as good as without bounds."""


def response(panel: Panel, pushed: Side, side: Side, *, longest: int = LONGEST) -> Response | None:
    """% more stock of a side h weeks after a push of another began, h = 0..26, than without it.

    For each h a regression of the change in log stock from the week the push began, with cell and week effects, earlier
    pushes still at work and pushes under way taken into account (Jorda 2005); intervals clustered by cell. The response
    is to a push as pushes were run, its own length included. None where no push began.
    """
    push = np.nan_to_num(panel.side(pushed).push)
    began = beginnings(push)
    starts = int((began > 0).sum())
    if not starts or np.ptp(began) == 0:
        return None
    stock = panel.side(side).stock
    log = np.log(np.where(stock > 0, stock, np.nan))
    driver = panel.side(pushed)
    under_way = np.where(began > 0, 0.0, push)
    x = np.stack([began, under_way, at_work(push, staying(driver.left, driver.stock))])
    horizons = range(min(longest, push.shape[1] // 2) + 1)
    rows = [_at(log, x, h) for h in horizons]
    return Response(
        pushed=pushed,
        side=side,
        weeks=tuple(horizons),
        percent=tuple(row[0] for row in rows),
        low=tuple(row[1] for row in rows),
        high=tuple(row[2] for row in rows),
        starts=starts,
    )


def beginnings(push: Floats) -> Floats:
    """The push's intensity in the week in which it began, else 0; one that runs in the first week began unseen."""
    before = np.concatenate([push[:, :1], push[:, :-1]], axis=1)
    return np.where((push > 0) & (before == 0), push, 0.0)


def _at(log: Floats, x: Floats, h: int) -> tuple[float, float, float]:
    if h == 0:
        return 0.0, 0.0, 0.0
    fit = ols(log[:, h:] - log[:, :-h], x[:, :, :-h])
    reach = critical(fit.clusters) * fit.error()
    slope = float(fit.slope[0])
    found = [
        100 * float(np.expm1(np.clip(value, -FURTHEST, FURTHEST))) for value in (slope, slope - reach, slope + reach)
    ]
    return found[0], found[1], found[2]
