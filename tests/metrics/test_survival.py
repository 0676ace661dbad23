"""The survival curve against a naive one, and the median against answers that are known."""

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bothsides.metrics import Query, Status, ask
from bothsides.metrics.shapes.reached import reached
from bothsides.metrics.shapes.survival import survival
from tests.metrics.conftest import build_market

Waits = Sequence[tuple[float, bool]]
"""How long each row was watched, and whether the event ended it."""


def naive(waits: Waits) -> list[tuple[float, float]]:
    """Kaplan and Meier's product, row by row from the definition."""
    curve, share = [], 1.0
    for time in sorted({t for t, happened in waits if happened}):
        at_risk = sum(1 for t, _ in waits if t >= time)
        events = sum(1 for t, happened in waits if happened and t == time)
        share *= (at_risk - events) / at_risk
        curve.append((time, share))
    return curve


def grouped(waits: Waits) -> list[tuple[float, int, int]]:
    times = sorted({t for t, _ in waits})
    return [(t, sum(1 for w, h in waits if w == t and h), sum(1 for w, _ in waits if w == t)) for t in times]


def test_the_curve_equals_the_definition() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        waits = [(float(rng.randint(0, 15)), rng.random() < 0.6) for _ in range(rng.randint(1, 40))]
        times, shares = zip(*naive(waits), strict=True) if any(happened for _, happened in waits) else ((), ())
        steps = survival(grouped(waits))
        assert tuple(step.time for step in steps) == times
        assert [step.share for step in steps] == pytest.approx(list(shares), abs=1e-12)


def test_the_curve_of_freireich_1963() -> None:
    """Remission of 21 leukaemia patients on 6-MP: survivor share and standard error as in every textbook."""
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    steps = survival(grouped([(t, True) for t in events] + [(t, False) for t in censored]))
    assert [(step.time, round(step.share, 3)) for step in steps] == [
        (6, 0.857),
        (7, 0.807),
        (10, 0.753),
        (13, 0.690),
        (16, 0.627),
        (22, 0.538),
        (23, 0.448),
    ]
    assert [round(step.share * step.variance**0.5, 4) for step in steps] == [
        0.0764,
        0.0869,
        0.0963,
        0.1068,
        0.1141,
        0.1282,
        0.1346,
    ]


def _median(waits: Waits, horizon: int = 60) -> tuple[float | None, float | None, float | None, Status]:
    """The declared metric on buyers who signed up so long before the as-of day that they were watched that long."""
    today = date(2024, 6, 1)
    accounts, orders = [], []
    for i, (wait, happened) in enumerate(waits):
        watched = timedelta(days=horizon if happened else int(wait))
        accounts.append({"account_id": f"b{i}", "side": "buyer", "signed_up_at": today - watched})
        if happened:
            on = today - watched + timedelta(days=int(wait))
            orders.append({"buyer_id": f"b{i}", "supplier_id": "s0", "placed_at": on, "amount": 1})
    accounts.append({"account_id": "s0", "side": "supplier"})
    store = build_market(known_until=today, accounts=accounts, orders=orders)
    query = Query(metrics=("time_to_first_transaction_days",), where=(("side", ("buyer",)),))
    (value,) = ask(store, query)
    assert value.n == len(waits)
    return value.value, value.low, value.high, value.status


def test_the_median_of_freireich_1963() -> None:
    """23 weeks; the interval is Brookmeyer and Crowley's on the log-log scale, as R's survfit gives: 13 to none."""
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    waits = [(t, True) for t in events] + [(t, False) for t in censored]
    median, low, high, status = _median(waits)
    assert (median, low, high, status) == (23, 13, None, Status.SMALL_N)


def test_the_median_equals_the_naive_one() -> None:
    for seed in range(3):
        rng = random.Random(seed)
        waits = [(rng.randint(0, 50), rng.random() < 0.7) for _ in range(17)]
        expected = next((time for time, share in naive(waits) if share <= 0.5 + 1e-12), None)
        median, low, high, _ = _median(waits)
        assert median == expected
        if median is not None:
            assert low is not None
            assert low <= median <= (high or 99)


def test_who_still_waits_moves_the_median_up() -> None:
    done = [(10.0, True)] * 6
    assert _median(done)[0] == 10
    assert _median([*done, *[(50.0, False)] * 7])[0] is None


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_too_few_rows_bound_no_median(n: int) -> None:
    """Even the first and the last of five hold the median between them in 30 of 32 samples only."""
    median, low, high, _ = _median([(2.0 * i, True) for i in range(1, n + 1)])
    assert (median, low, high) == (2 * math.ceil(n / 2), None, None)


def test_the_first_and_the_last_of_six_bound_the_median() -> None:
    assert _median([(2.0 * i, True) for i in range(1, 7)])[:3] == (6, 2, 12)


def test_forty_who_all_had_it_on_one_day_leave_no_doubt() -> None:
    assert _median([(2.0, True)] * 40)[:3] == (2, 2, 2)


def test_the_last_at_risk_alone_closes_nothing() -> None:
    """Six of fifteen had it on day 1, eight were watched for 5 days, the last had it on day 9: 3/5, then none left.

    Of none left among one the exact limit is 0.975, times 3/5 it is 0.585: the median may lie beyond day 9.
    """
    waits = [*[(1.0, True)] * 6, *[(5.0, False)] * 8, (9.0, True)]
    assert survival(grouped(waits))[-1].high == pytest.approx(0.975 * 3 / 5)
    assert _median(waits)[:3] == (9, 1, None)


def test_the_interval_holds_the_median_in_95_of_100_samples() -> None:
    """Without censoring the bounds are the r-th and the s-th of n waits: so many of n fair coins fall between.

    The log-log interval is of the size it says on the whole; for single n, ranks being whole, it is two points off.
    """
    held = []
    for n in range(1, 121):
        steps = survival([(float(i), 1, 1) for i in range(1, n + 1)])
        low = next((int(step.time) for step in steps if step.low <= 0.5), None) if n > 5 else None
        high = next((int(step.time) for step in steps if step.high <= 0.5 + 1e-12), None)
        assert (low is None) == (high is None) == (n < 6)
        if low is not None and high is not None:
            held.append(sum(math.comb(n, k) for k in range(low, high)) / 2**n)
    assert min(held) > 0.929
    assert sum(held) / len(held) > 0.95


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_the_limits_hold_the_share_in_95_of_100_samples(share: float) -> None:
    """Forty waits of an even hazard, of which so many are over by day 30; a third of the rows are watched for less.

    Samples in which nobody was watched to the end say nothing of it and do not count.
    """
    rng = random.Random(1)
    hazard, held = -math.log(1 - share) / 30, []
    for _ in range(1000):
        ends = [(rng.expovariate(hazard), rng.uniform(0, 30) if i % 3 == 0 else 30.0) for i in range(40)]
        found, low, high = reached([(min(wait, watched), int(wait <= watched), 1) for wait, watched in ends])
        assert low <= found <= high
        if found == 1 or max(min(wait, watched) for wait, watched in ends) == 30:
            held.append(low <= share <= high)
    assert sum(held) / len(held) > 0.93
