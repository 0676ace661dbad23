"""The split in time, the guard against features that know the future, and what each verdict takes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bothsides.metrics import Better
from bothsides.predict.cases import Signal
from bothsides.predict.model_card import Band, Comparison, Estimate, ModelVerdict
from bothsides.predict.validation import (
    adds_nothing,
    after_last_month,
    changed_by_the_future,
    decided,
    enough,
    knowing_the_future,
    time_split,
)
from bothsides.schema.period import add_months

SIGNALS = tuple(Signal(name=name, says=name, dated=False) for name in ("one", "two", "three", "late"))


@pytest.mark.parametrize("months", range(11, 40))
@pytest.mark.parametrize(("horizon", "step"), [(3, 3), (9, 3)])
def test_every_outcome_learned_from_ends_before_the_test_span(months: int, horizon: int, step: int) -> None:
    first = date(2012, 4, 1)
    split = time_split(first, date(2012, 3, 31) if not months else _end(months), horizon=horizon, step=step)
    if split is None:
        assert months < 6 + step + horizon
        return
    assert all(add_months(first, 6) <= cutoff for cutoff in (*split.train, *split.final))
    assert max(add_months(cutoff, step) for cutoff in split.train) == split.test
    assert max(add_months(cutoff, step) for cutoff in split.final) == split.now
    assert add_months(split.test, horizon) == split.now
    assert split.test_span[1] < split.now
    assert list(split.train) == sorted(split.train)
    assert 1 <= len(split.train) <= len(split.final) <= 4


def _end(months: int) -> date:
    return date.fromordinal(add_months(date(2012, 4, 1), months).toordinal() - 1)


def test_the_span_judged_ends_with_what_is_known() -> None:
    """A month that lacks its last three days counts as whole; days that nobody has seen are not told as judged."""
    split = time_split(date(2024, 1, 1), date(2026, 9, 27), horizon=3, step=3)
    assert split is not None
    assert split.test_span == (date(2026, 7, 1), date(2026, 9, 27))


def test_a_month_that_has_hardly_begun_is_not_looked_at() -> None:
    assert after_last_month(date(2025, 3, 2)) == date(2025, 3, 1)
    assert after_last_month(date(2025, 3, 28)) == date(2025, 4, 1)
    assert after_last_month(date(2024, 12, 31)) == date(2025, 1, 1)


def test_a_feature_written_after_the_outcome_is_named_and_honest_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    outcome = rng.random(400) < 0.3
    honest = rng.normal(size=(400, 3)) + 0.7 * outcome[:, None]
    late = outcome + 0.2 * rng.normal(size=400)
    assert knowing_the_future(np.column_stack([honest, late]), outcome, SIGNALS) == ("late",)
    assert knowing_the_future(np.column_stack([honest, -late]), outcome, SIGNALS) == ("late",)
    assert knowing_the_future(honest, outcome, SIGNALS[:3]) == ()


def test_a_feature_proved_to_rest_on_earlier_rows_is_believed_however_well_it_ranks() -> None:
    rng = np.random.default_rng(1)
    outcome = rng.random(400) < 0.3
    features = np.column_stack([rng.normal(size=(400, 3)), outcome + 0.2 * rng.normal(size=400)])
    proved = tuple(replace(signal, dated=True) for signal in SIGNALS)
    assert knowing_the_future(features, outcome, proved) == ()


def test_features_that_all_rank_well_are_believed() -> None:
    """Recency, rate and pause say the same: where one ranks well the others do too, and nobody has cheated."""
    rng = np.random.default_rng(2)
    outcome = rng.random(400) < 0.3
    strong = 4 * outcome[:, None] + rng.normal(size=(400, 4))
    assert knowing_the_future(strong, outcome, SIGNALS) == ()


def test_a_feature_whose_value_needs_later_rows_is_named() -> None:
    whole = np.arange(12.0).reshape(3, 4)
    cut = whole.copy()
    cut[1, 3] -= 1
    assert changed_by_the_future(whole, whole.copy(), SIGNALS) == ()
    assert changed_by_the_future(whole, cut, SIGNALS) == ("late",)
    with pytest.raises(ValueError, match="2 cases by the cut-off, 3 with what came after"):
        changed_by_the_future(whole, cut[:2], SIGNALS)


@pytest.mark.parametrize(
    ("n", "came", "is_enough"), [(200, 60, True), (200, 5, False), (200, 195, False), (40, 20, False)]
)
def test_few_cases_or_few_outcomes_are_too_little(n: int, came: int, is_enough: bool) -> None:
    plenty, judged = np.arange(500) < 250, np.arange(n) < came
    for train, test in ((plenty, judged), (judged, plenty)):
        found = enough(train, test)
        assert (found is None) is is_enough
        if found is not None:
            assert found.verdict is ModelVerdict.TOO_LITTLE
            assert f"{n:,} cases to" in found.reason


def _gap(low: float, high: float, better: Better = Better.UP) -> Comparison:
    gap = Estimate(value=(low + high) / 2, low=low, high=high)
    return Comparison(measure="auc", better=better, model=gap, baseline=gap, gap=gap)


def test_better_in_one_and_worse_in_none_adds_something() -> None:
    ranks, unsure, worse = _gap(0.01, 0.1), _gap(-0.05, 0.05), _gap(-0.1, -0.01)
    surer = _gap(-0.1, -0.01, Better.DOWN)
    assert not adds_nothing((ranks, unsure))
    assert not adds_nothing((unsure, surer))
    assert adds_nothing((unsure, unsure))
    assert adds_nothing((worse, surer))


@pytest.mark.parametrize(
    ("auc_low", "ratio", "error_low", "verdict"),
    [
        (0.6, 1.0, 0.02, ModelVerdict.USABLE),
        (0.49, 1.0, 0.02, ModelVerdict.NO_SIGNAL),
        (0.6, 0.26, 0.02, ModelVerdict.NOT_CALIBRATED),
        (0.6, 1.6, 0.02, ModelVerdict.NOT_CALIBRATED),
        (0.6, 1.0, 0.15, ModelVerdict.NOT_CALIBRATED),
        (0.49, 0.26, 0.15, ModelVerdict.NO_SIGNAL),
    ],
)
def test_what_each_verdict_takes(auc_low: float, ratio: float, error_low: float, verdict: ModelVerdict) -> None:
    found = decided(
        ranking=Estimate(value=0.7, low=auc_low, high=0.8),
        ratio=Estimate(value=ratio, low=0.1, high=3.0),
        error=Estimate(value=0.2, low=error_low, high=0.3),
        reason="better",
    )
    assert found.verdict is verdict
    assert found.reason


@pytest.mark.parametrize(
    ("low", "value", "high", "said"),
    [
        (0.92, 0.99, 1.05, "for each 100 foretold 99 came"),
        (0.81, 0.84, 0.87, "for each 100 foretold 84 came, fewer than it said (81 to 87)"),
        (1.19, 1.36, 1.53, "for each 100 foretold 136 came, more than it said (119 to 153)"),
    ],
)
def test_a_level_that_is_off_beyond_chance_is_said_in_the_verdict(
    low: float, value: float, high: float, said: str
) -> None:
    found = decided(
        ranking=Estimate(value=0.7, low=0.6, high=0.8),
        ratio=Estimate(value=value, low=low, high=high),
        error=Estimate(value=0.02, low=0.0, high=0.05),
        reason="better",
    )
    assert found.verdict is ModelVerdict.USABLE
    assert found.reason == f"better; {said}"


def _band(n: int, predicted: float, came: float, low: float, high: float) -> Band:
    return Band(n=n, predicted=predicted, observed=Estimate(value=came, low=low, high=high))


HELD = _band(100, 0.06, 0.08, 0.03, 0.17)
MISSED = _band(72, 0.46, 0.28, 0.16, 0.43)
TRIFLING = _band(20_000, 0.052, 0.041, 0.036, 0.047)


@pytest.mark.parametrize(
    ("bands", "verdict"),
    [
        ((HELD, TRIFLING), ModelVerdict.USABLE),
        ((HELD, MISSED), ModelVerdict.NOT_CALIBRATED),
        ((_band(500, 0.24, 0.14, 0.10, 0.19),), ModelVerdict.NOT_CALIBRATED),
        ((_band(9_000, 0.003, 0.002, 0.001, 0.0025),), ModelVerdict.USABLE),
        ((_band(900, 0.04, 0.012, 0.006, 0.025),), ModelVerdict.NOT_CALIBRATED),
    ],
)
def test_a_band_that_came_out_otherwise_leaves_a_ranking_and_no_chances(
    bands: tuple[Band, ...], verdict: ModelVerdict
) -> None:
    """Beyond chance and by an amount that matters: a gap of one point in five is a trifle, however sure."""
    found = decided(
        ranking=Estimate(value=0.8, low=0.7, high=0.9),
        ratio=Estimate(value=1.0, low=0.9, high=1.1),
        error=Estimate(value=0.05, low=0.01, high=0.1),
        bands=bands,
        reason="better",
    )
    assert found.verdict is verdict
    if bands[-1] is MISSED:
        assert "its chances did not hold in 1 of 2 bands: of 72 given 46%, it came true for 28%" in found.reason
        assert found.reason.endswith("use the order of the list, not the chances")
