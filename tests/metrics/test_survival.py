"""The survival curve against a naive one, and the median against answers that are known."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bothsides.metrics import Query, Status, ask
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
        assert tuple(time for time, _, _ in steps) == times
        assert [share for _, share, _ in steps] == pytest.approx(list(shares), abs=1e-12)


def test_the_curve_of_freireich_1963() -> None:
    """Remission of 21 leukaemia patients on 6-MP: survivor share and standard error as in every textbook."""
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    steps = survival(grouped([(t, True) for t in events] + [(t, False) for t in censored]))
    assert [(t, round(s, 3)) for t, s, _ in steps] == [
        (6, 0.857),
        (7, 0.807),
        (10, 0.753),
        (13, 0.690),
        (16, 0.627),
        (22, 0.538),
        (23, 0.448),
    ]
    assert [round(s * v**0.5, 4) for _, s, v in steps] == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]


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
