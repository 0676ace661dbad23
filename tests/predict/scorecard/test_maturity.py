"""Young leads are not lost, and leads older than the records were not all lost either."""

import numpy as np
import pytest

from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Ints
from bothsides.predict.scorecard.columns import leads
from bothsides.predict.scorecard.fitting import History, fit_card
from bothsides.predict.scorecard.maturity import maturity, settled, time_to_close
from bothsides.schema import Side
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


def test_a_channel_opened_last_month_is_not_taught_as_a_bad_one() -> None:
    """Its leads win twice as often as others and had no time to: learned from as they are it would get no points."""
    created, won_at = _funnel(6, n=6000)
    new = created > NOW - 25 * DAY
    rng = np.random.default_rng(7)
    quick = new & (rng.random(6000) < 0.6)
    won_at = np.where(quick, created + rng.exponential(40 * DAY, size=6000), np.where(new, np.nan, won_at))
    won_at = np.where(won_at > NOW, np.nan, won_at)
    fields = leads({"channel": np.where(new, "fair", "web").tolist(), "size": rng.normal(size=6000)})
    history = History(leads=fields, won=~np.isnan(won_at), decided_at=created)
    naive = fit_card(history, Side.BUYER, effective_from=NOW, keep=("channel", "size"))
    (channel,) = (field for field in naive.fields if field.name == "channel")
    assert channel.levels is not None
    fair, web = (channel.points[channel.levels.index(name)] for name in ("fair", "web"))
    assert fair < web
    learned = settled(history, maturity(created, won_at, NOW, within=60 * DAY))
    assert not (learned.decided_at > NOW - 60 * DAY).any()
    assert "channel" not in fit_card(learned, Side.BUYER, effective_from=NOW, keep=("channel", "size")).names


def test_few_wins_say_nothing() -> None:
    created, won_at = _funnel(5, n=40)
    with pytest.raises(ValueError, match="wins; time to close is read from 20 on"):
        maturity(created, won_at, NOW)
