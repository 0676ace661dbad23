"""Retry arithmetic: within its bounds, spread, repeatable, ended, and deaf to nothing the receiver asks."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.delivery.message import Outcome, Verdict, retry, uncertain
from bothsides.delivery.retry import Next, RetryPolicy, jitter, longest_wait, next_attempt, retry_after
from bothsides.schema.instant import DAY, HOUR

POLICY = RetryPolicy()
outcomes = st.builds(
    Outcome,
    verdict=st.sampled_from([Verdict.RETRY, Verdict.UNCERTAIN]),
    reason=st.just("x"),
    after=st.none() | st.integers(-5, 10**9),
)


@given(outcomes, st.integers(1, 60), st.text(max_size=20), st.integers(0, 2 * 10**9))
def test_each_attempt_is_within_its_bounds_and_the_same_at_every_replay(
    outcome: Outcome, attempt: int, key: str, now: int
) -> None:
    found = next_attempt(POLICY, outcome, attempt, key, now, created_at=now)
    assert found == next_attempt(POLICY, outcome, attempt, key, now, created_at=now)
    if attempt >= 16:
        assert found == Next(at=None, reason=f"given up after {attempt} attempts: x")
        return
    asked = min(max(outcome.after or 0, 0), DAY)
    assert found.at is not None
    assert now + asked < found.at <= now + asked + longest_wait(POLICY, attempt)


def _broken(naive) -> set[str]:
    """What a way of waiting does wrong."""
    wrong = set()
    waits = [naive(retry("x"), 4, f"k{n}") for n in range(2000)]
    if not all(1 <= wait <= longest_wait(POLICY, 4) for wait in waits if wait is not None):
        wrong.add("out of bounds")
    if len(set(waits)) < 100 or abs(statistics.mean(waits) / longest_wait(POLICY, 4) - 0.5) > 0.03:
        wrong.add("not spread")
    if (naive(retry("x", after=600), 1, "k") or 0) < 600:
        wrong.add("deaf")
    if naive(retry("x"), 500, "k") is not None:
        wrong.add("endless")
    return wrong


def _ours(outcome: Outcome, attempt: int, key: str) -> int | None:
    return next_attempt(POLICY, outcome, attempt, key, 0, created_at=0).at


def _bare(attempt: int) -> int:
    return longest_wait(POLICY, attempt)


@pytest.mark.parametrize(
    ("way", "wrong"),
    [
        (_ours, set()),
        (lambda outcome, attempt, key: None if attempt > 15 else jitter(key, attempt, _bare(attempt)), {"deaf"}),
        (lambda outcome, attempt, key: (outcome.after or 0) + jitter(key, attempt, _bare(attempt)), {"endless"}),
        (lambda outcome, attempt, key: None if attempt > 15 else (outcome.after or 0) + _bare(attempt), {"not spread"}),
        (
            lambda outcome, attempt, key: (
                None
                if attempt > 15
                else (outcome.after or 0) + _bare(attempt) + jitter(key, attempt, 2 * _bare(attempt))
            ),
            {"out of bounds", "not spread"},
        ),
    ],
)
def test_the_naive_ways_of_waiting_are_caught(way, wrong) -> None:
    assert _broken(way) == wrong


def test_it_ends_by_age_but_not_before_a_few_attempts() -> None:
    old = -30 * DAY
    assert next_attempt(POLICY, uncertain("x"), 2, "k", 0, created_at=old).at is not None
    assert next_attempt(POLICY, uncertain("x"), 3, "k", 0, created_at=old) == Next(
        at=None, reason="given up after 72 hours: x"
    )


def test_the_defaults_try_for_about_three_days() -> None:
    ends = []
    for number in range(300):
        now, attempt = 0, 1
        while (at := next_attempt(POLICY, retry("x"), attempt, f"k{number}", now, created_at=0).at) is not None:
            now, attempt = at, attempt + 1
        ends.append(now)
    assert 12 * HOUR < statistics.median(ends) <= 72 * HOUR
    assert max(ends) <= 72 * HOUR


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("99999999999999999999", 999999999999),
        ("Fri, 02 Jan 1970 00:00:00 GMT", DAY - 100),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Friday, 02-Jan-70 00:00:00 GMT", DAY - 100),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Fri, 02 Jan 1970 00:00:00", None),
        ("Fri, 99 Jan 1970 00:00:00 GMT", None),
        ("٣", None),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(header: str | None, seconds: int | None) -> None:
    assert retry_after(header, 100) == seconds
