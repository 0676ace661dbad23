"""What the sides' answering each other does to fixed effects is found and taken off."""

from dataclasses import replace

import numpy as np
import pytest

from bothsides.diagnosis.elasticity import Effect, Identification, Interval, Margin, elasticity
from bothsides.diagnosis.elasticity.counts import logit, poisson
from bothsides.diagnosis.elasticity.effect import explain
from bothsides.diagnosis.elasticity.feedback import feedback, without_feedback
from bothsides.diagnosis.elasticity.ground import ground
from bothsides.schema import Side
from tests.diagnosis.elasticity.worlds import panel


def effect(value: float) -> Effect:
    ends = Interval(low=value - 0.2, high=value + 0.2)
    return Effect(
        side=Side.BUYER,
        margin=Margin.INFLOW,
        grade=Identification.FIXED_EFFECTS,
        why="",
        value=value,
        error=0.1,
        interval=ends,
        method="Poisson",
    )


def test_a_material_bias_is_taken_off_and_said() -> None:
    found = without_feedback(effect(0.3), 0.1)
    assert found.value == pytest.approx(0.2)
    assert found.interval is not None
    assert found.interval.high - found.interval.low > 0.4
    assert "+0.10" in found.method


def test_a_trifling_bias_is_left_alone() -> None:
    assert without_feedback(effect(0.3), 0.04) == effect(0.3)


def test_where_buyers_answer_strongly_what_suppliers_retention_shows_is_mended() -> None:
    """Buyers leave less with more suppliers; truth for suppliers leaving is -0.3 per log of buyers."""
    market = panel("suppliers_retain_buyers", 40, 104, seed=7001)
    of = ground(market, Side.SUPPLIER)
    raw = float(logit(of.left, of.stock, of.driver[None]).slope[0])
    mended = elasticity(market).effect(Side.SUPPLIER, Margin.RETENTION)
    assert raw > -0.3
    assert mended.value is not None
    assert mended.value < raw - 0.1


def test_common_shocks_in_large_cells_leave_nothing_to_mend() -> None:
    market = panel("common_shocks", 20, 52)
    grounds = {side: ground(market, side) for side in Side}
    explained = {side: explain(grounds[side]) for side in Side}
    biases = feedback(grounds, explained, 1)
    errors = {side: explained[side].joined.error() for side in Side}
    assert all(abs(biases[side, Margin.INFLOW]) < errors[side] for side in Side)


def test_the_market_is_drawn_around_what_is_missing() -> None:
    whole = panel("common_shocks", 12, 30)
    holed = replace(whole, suppliers=replace(whole.suppliers, left=whole.suppliers.left.copy()))
    holed.suppliers.left[:, 26:] = np.nan
    grounds = {side: ground(holed, side) for side in Side}
    biases = feedback(grounds, {side: explain(grounds[side]) for side in Side}, 1)
    assert all(np.isfinite(bias) for bias in biases.values())
    assert poisson(whole.buyers.joined, grounds[Side.BUYER].driver[None]).converged
