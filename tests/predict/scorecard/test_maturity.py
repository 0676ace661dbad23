"""Young leads are not lost, and leads older than the records were not all lost either."""

import numpy as np
import pytest

from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Ints
from bothsides.predict.scorecard.maturity import maturity, time_to_close
from bothsides.schema.instant import DAY

NOW = 400 * DAY


def _funnel(seed: int, n: int = 4000, *, rate: float = 0.3, recorded_from: int = 0) -> tuple[Ints, Floats]:
    """Leads over 400 days, won after 20 days on average; wins before `recorded_from` were not written down."""
    rng = np.random.default_rng(seed)
    created = np.sort(rng.integers(0, NOW, size=n))
    won_at = np.where(rng.random(n) < rate, created + rng.exponential(20 * DAY, size=n), np.nan)
    return created, np.where((won_at > NOW) | (won_at < recorded_from), np.nan, won_at)


def test_time_to_close_is_not_shortened_by_young_leads() -> None:
    """Of exponential times of 20 days half came by 13.9 days and nine of ten by 46; young leads show shorter ones."""
    created, won_at = _funnel(1)
    young = created > NOW - 60 * DAY
    close = time_to_close(created[young], won_at[young], NOW)
    seen = np.nanmedian(won_at[young] - created[young]) / DAY
    assert close.mature_after(0.5) / DAY == pytest.approx(13.9, abs=2.5)
    assert seen < 11.5
    whole = time_to_close(created, won_at, NOW)
    assert whole.mature_after(0.9) / DAY == pytest.approx(46, abs=4)
    assert (np.diff(whole.share) >= 0).all()
    assert whole.share[-1] == 1


def test_cohorts_that_are_too_young_are_set_aside_whole() -> None:
    created, won_at = _funnel(2)
    found = maturity(created, won_at, NOW)
    assert (found.young == (NOW - created < found.mature_after)).all()
    assert not found.truncated.any()
    assert found.won[found.usable].mean() == pytest.approx(0.27, abs=0.02)
    naive = (~np.isnan(won_at)).mean()
    assert naive < 0.285
    assert "leads are younger than 4" in found.notes[0]


def test_won_within_a_span_is_the_same_span_for_all() -> None:
    created, won_at = _funnel(3)
    found = maturity(created, won_at, NOW, within=14 * DAY)
    by_age = [found.won[found.usable & (created < half)].mean() for half in (150 * DAY, NOW)]
    assert by_age == pytest.approx([0.3 * (1 - np.exp(-0.7))] * 2, abs=0.02)


def test_leads_before_the_records_are_flagged_with_the_jump() -> None:
    created, won_at = _funnel(4, recorded_from=150 * DAY)
    found = maturity(created, won_at, NOW)
    assert found.recorded_from >= 150 * DAY
    assert found.truncated[created < 145 * DAY].all()
    assert not found.truncated[created > 151 * DAY].any()
    assert found.won[found.usable].mean() == pytest.approx(0.27, abs=0.03)
    assert any("before wins were recorded" in note and "of these 0.0" in note for note in found.notes)


@pytest.mark.parametrize("seed", range(5))
def test_records_that_begin_with_the_leads_are_not_flagged(seed: int) -> None:
    assert not maturity(*_funnel(10 + seed), NOW).truncated.any()


def test_few_wins_say_nothing() -> None:
    created, won_at = _funnel(5, n=40)
    with pytest.raises(ValueError, match="wins; time to close is read from 20 on"):
        maturity(created, won_at, NOW)
