"""The spend forecast: the repeat unless something beats it on time held out, never worse than it, and honest totals."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.repeat_buying import Purchases
from bothsides.predict.spend import Known, SpendForecast, forecast_spend
from bothsides.schema import Side

FIRST, END = date(2022, 1, 1), date(2023, 12, 31)
DAYS = (END - FIRST).days + 1


def forecast(bought: Purchases, *, first: date = FIRST, end: date = END) -> SpendForecast:
    return forecast_spend(bought, Side.BUYER, first=first, end=end, currency="EUR", names={0: "Acme"})


def monthly(amounts: np.ndarray) -> Purchases:
    """Purchases from amounts by account and month, on the 15th."""
    who, month = np.nonzero(amounts > 0)
    when = np.array([date(2022 + m // 12, m % 12 + 1, 15).toordinal() for m in month], np.int64)
    return Purchases(who=who.astype(np.int64), when=when, worth=amounts[who, month].astype(np.float64))


def test_noise_around_a_steady_level_is_better_forecast_by_the_year() -> None:
    rng = np.random.default_rng(1)
    level = rng.lognormal(6, 1, 120)
    found = forecast(monthly(level[:, None] * rng.lognormal(-0.5, 1.0, (120, 24))))
    assert found.beats_repeat
    assert found.card.verdict is ModelVerdict.USABLE
    assert "beat the repeat" in found.card.reason
    mae = found.card.measured("mae")
    assert mae is not None
    assert mae.wins


def test_levels_that_jump_and_stay_are_best_repeated_and_the_verdict_says_so() -> None:
    rng = np.random.default_rng(2)
    steps = np.exp(np.cumsum(np.where(np.arange(24) % 3 == 0, rng.normal(0, 0.9, (120, 24)), 0.0), axis=1))
    found = forecast(monthly(100 * steps))
    assert not found.beats_repeat
    assert found.card.reason.startswith("Nothing beats repeating the last three months")
    assert [account.value for account in found.accounts] == [account.last for account in found.accounts]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_given_never_did_worse_than_the_repeat_on_the_last_span(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = forecast(monthly(rng.lognormal(4, 1, (60, 1)) * rng.lognormal(0, rng.random() * 2, (60, 24))))
    given = next(way for way in found.candidates if way.chosen)
    assert given.mae <= found.candidates[0].mae
    assert found.candidates[0].id == "repeat"


def test_what_comes_after_a_day_changes_nothing_known_by_it() -> None:
    rng = np.random.default_rng(3)
    amounts = rng.lognormal(4, 1, (50, 24))
    day = date(2023, 6, 30)
    known = Known.by(monthly(amounts), day)
    amounts[:, 18:] *= 1000
    tampered = Known.by(monthly(amounts), day)
    assert known.spent(3).tolist() == tampered.spent(3).tolist()
    assert forecast(monthly(amounts[:, :18]), end=day) == forecast(monthly(amounts), end=day)


def test_the_total_carries_the_range_of_past_factors_and_newcomers_apart() -> None:
    amounts = np.full((60, 24), 100.0) * np.where(np.arange(24) % 6 < 3, 1.0, 1.5)
    amounts[50:, :22] = 0
    found = forecast(monthly(amounts))
    assert found.total is not None
    factors = [span.observed / span.predicted for span in found.past]
    assert (found.total.low, found.total.high) == pytest.approx(
        (found.total.value * min(factors), found.total.value * max(factors))
    )
    assert found.newcomers == pytest.approx(10 * 2 * 150)
    assert found.last == pytest.approx(50 * 450 + 3000)
    assert found.span == (date(2024, 1, 1), date(2024, 3, 31))


def test_a_market_that_halves_is_only_ranked() -> None:
    amounts = np.full((60, 24), 100.0)
    amounts[:, 21:] = 20.0
    found = forecast(monthly(amounts))
    assert found.card.verdict is ModelVerdict.NOT_CALIBRATED
    assert "for each 100 foretold 20 came: use the order of the list; no amounts are given." in found.card.reason


def test_less_than_two_years_of_history_cannot_tell_a_season_and_only_ranks() -> None:
    amounts = np.full((60, 24), 100.0)
    assert forecast(monthly(amounts)).card.verdict is ModelVerdict.USABLE
    amounts[:, :8] = 0
    young = forecast(monthly(amounts), first=date(2022, 9, 1))
    assert young.card.verdict is ModelVerdict.NOT_CALIBRATED
    assert "less than two years of orders are known, so a season cannot be told from a trend" in young.card.reason


def test_a_level_that_may_lie_beyond_one_and_a_half_did_not_hold() -> None:
    rng = np.random.default_rng(5)
    amounts = np.full((60, 24), 100.0)
    amounts[:, 21:] = 147.0 * rng.lognormal(-0.125, 0.5, (60, 1))
    found = forecast(monthly(amounts))
    given = next(way for way in found.candidates if way.chosen)
    assert given.factor is not None
    assert given.factor.high is not None
    assert given.factor.value < 1.5 < given.factor.high
    assert found.card.verdict is ModelVerdict.NOT_CALIBRATED
    assert "range" in found.card.reason


def test_the_range_reaches_to_either_side_of_the_forecast() -> None:
    found = forecast(monthly(np.full((60, 24), 100.0) * 1.1 ** np.arange(24)))
    assert found.total is not None
    assert found.total.low is not None
    assert found.total.high is not None
    assert found.total.low < found.total.value < found.total.high
    assert found.total.value / found.total.low == pytest.approx(found.total.high / found.total.value)


def test_few_accounts_or_months_are_too_little() -> None:
    amounts = np.full((10, 24), 100.0)
    assert forecast(monthly(amounts)).card.verdict is ModelVerdict.TOO_LITTLE
    young = forecast(monthly(np.full((60, 24), 100.0)), first=END - timedelta(days=150))
    assert young.card.verdict is ModelVerdict.TOO_LITTLE
    assert "six months" in young.card.reason


@pytest.mark.real_data
def test_cdnow_spend_is_named_in_its_own_words(real_data: Path) -> None:
    lines = (real_data / "cdnow" / "CDNOW_sample.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split()[-4:] for line in lines if line.strip()]
    bought = Purchases(
        who=np.array([int(r[0]) for r in rows], np.int64),
        when=np.array([date.fromisoformat(r[1]).toordinal() for r in rows], np.int64),
        worth=np.array([float(r[3]) for r in rows]),
    )
    found = forecast(bought, first=date(1997, 1, 1), end=date(1998, 6, 30))
    given = next(way for way in found.candidates if way.chosen)
    assert given.mae <= found.candidates[0].mae
    assert len(found.past) == 5
