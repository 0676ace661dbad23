"""The gate between champion and challenger: hardly ever a false promotion, and a real gain passes."""

import numpy as np
import pytest

from bothsides.predict.gate import gate
from bothsides.predict.logistic import Floats, sigmoid
from bothsides.predict.measures import Bools


def _market(rng: np.random.Generator, n: int, noise: float, other: float) -> tuple[Bools, Floats, Floats]:
    """Outcomes and two models that see the truth through their own noise."""
    truth = 1.6 * rng.normal(size=n) - 0.5
    outcome = rng.random(n) < sigmoid(truth)
    seen = [truth + spread * rng.normal(size=n) for spread in (noise, other)]
    shrunk = [
        sigmoid((s + 0.5) * 1.6**2 / (1.6**2 + spread**2) - 0.5) for s, spread in zip(seen, (noise, other), strict=True)
    ]
    return outcome, shrunk[0], shrunk[1]


@pytest.mark.parametrize(("n", "times"), [(200, 200), (500, 60), (2000, 20)])
def test_an_equal_challenger_is_hardly_ever_promoted(n: int, times: int) -> None:
    rng = np.random.default_rng(n)
    promoted = sum(gate(*_market(rng, n, 1.0, 1.0)).promoted for _ in range(times))
    assert promoted <= 0.05 * times


def test_a_worse_challenger_never_is() -> None:
    rng = np.random.default_rng(5)
    assert not any(gate(*_market(rng, 500, 0.5, 1.5)).promoted for _ in range(40))


def test_a_real_gain_passes_at_five_hundred_cases() -> None:
    """Nine points of ranking, as between hand points and a fitted card; at 200 cases four of five times."""
    rng = np.random.default_rng(6)
    promoted = sum(gate(*_market(rng, 500, 1.6, 0.4)).promoted for _ in range(60))
    assert promoted >= 57


def test_better_order_with_worse_probabilities_is_refused_with_the_reason() -> None:
    outcome, champion, challenger = _market(np.random.default_rng(7), 1000, 2.4, 0.2)
    failed = gate(outcome, champion, challenger**4).failed
    assert failed == (
        "its squared error is larger",
        "its probabilities are further off",
        "its probabilities are off by more than 5% on average",
    )


def test_below_a_thousand_cases_the_calibration_error_itself_is_not_held_against_it() -> None:
    outcome, champion, challenger = _market(np.random.default_rng(7), 900, 2.4, 0.2)
    assert "its probabilities are off by more than 5% on average" not in gate(outcome, champion, challenger**4).failed


def test_a_smaller_share_of_error_asks_for_more() -> None:
    """The same pair passes a look of its own and not the twelfth part of a year's."""
    rng = np.random.default_rng(8)
    samples = [_market(rng, 200, 1.6, 0.4) for _ in range(60)]
    alone, shared = (sum(gate(*sample, alpha=alpha).promoted for sample in samples) for alpha in (0.025, 0.05 / 12))
    assert shared < alone
    assert gate(*samples[0], alpha=0.01).alpha == 0.01


def test_the_gap_that_decided_is_told() -> None:
    decided = gate(*_market(np.random.default_rng(9), 800, 1.6, 0.4))
    assert decided.gap is not None
    assert decided.gap.low is not None
    assert decided.promoted
    assert 0 < decided.gap.low < decided.gap.value


@pytest.mark.parametrize("alpha", [0.0, 0.5, -0.1])
def test_alpha_is_a_share_below_a_half(alpha: float) -> None:
    with pytest.raises(ValueError, match="must lie between"):
        gate(*_market(np.random.default_rng(9), 100, 1.0, 1.0), alpha=alpha)


def test_few_outcomes_promote_nothing() -> None:
    outcome = np.arange(100) < 4
    assert gate(outcome, np.full(100, 0.04), outcome * 0.9).failed == (
        "only 4 cases of the rarer outcome, 10 are needed",
    )


def test_cases_must_be_the_same() -> None:
    with pytest.raises(ValueError, match="3 outcomes, 2 and 3"):
        gate(np.array([True, False, True]), np.zeros(2), np.zeros(3))
