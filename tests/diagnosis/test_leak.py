"""Leaks: located against other places, against the year before, against the other steps; none where all is even."""

from datetime import date

import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.leak import leaks
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.walk import Milestone, Walked, Walks
from bothsides.schema import Side

STEPS = tuple(Milestone(id=name, label=name, days="0") for name in ("signup", "verified", "catalogue", "live", "sale"))


def walked(*rates: float, start: int = 400, place: str | None = None, label: str | None = None) -> Walked:
    reached = [start]
    for rate in rates:
        reached.append(round(reached[-1] * rate))
    return Walked(place=place, label=label, reached=tuple(reached))


def found(*places: Walked, whole: Walked | None = None, earlier: Walked | None = None) -> Walks:
    total = whole or Walked(
        place=None, label=None, reached=tuple(sum(p.reached[i] for p in places) for i in range(len(STEPS)))
    )
    return Walks(
        side=Side.SUPPLIER,
        milestones=STEPS,
        span=Span(start=date(2024, 1, 1), end=date(2024, 12, 31)),
        days=90,
        whole=total,
        places=places,
        earlier=earlier,
    )


def regions(**rates: tuple[float, ...]) -> list[Walked]:
    return [walked(*parts, place="region", label=name) for name, parts in rates.items()]


FINE = (0.9, 0.88, 0.92, 0.6)


def test_even_steps_and_places_do_not_leak() -> None:
    assert leaks(found(*regions(N=FINE, E=FINE, S=(0.9, 0.85, 0.9, 0.58))), DiagnosisPolicy()) == []


def test_a_step_far_below_the_others_leaks_everywhere() -> None:
    low = (0.9, 0.4, 0.92, 0.8)
    (leak,) = leaks(found(*regions(N=low, E=low, S=low)), DiagnosisPolicy())
    assert (STEPS[leak.step].id, leak.walked.place, leak.settled) == ("catalogue", None, False)
    assert leak.usual == pytest.approx(0.91, abs=0.02)
    # 1,080 verified, half of whom would more upload, and 92 % x 80 % of them come to a sale.
    assert leak.regained() == pytest.approx((0.91 - 0.4) * 1080 * 0.92 * 0.8, rel=0.03)


def test_the_last_step_is_not_compared_with_the_others() -> None:
    hard = (0.9, 0.9, 0.92, 0.2)
    assert leaks(found(*regions(N=hard, E=hard)), DiagnosisPolicy()) == []


def test_one_place_below_the_rest_is_where_it_leaks() -> None:
    (leak,) = leaks(found(*regions(N=(0.9, 0.88, 0.92, 0.3), E=FINE, S=FINE, W=FINE)), DiagnosisPolicy())
    assert (STEPS[leak.step].id, leak.walked.label, leak.against) == ("sale", "N", "other regions")
    assert leak.usual == pytest.approx(0.6, abs=0.01)
    low, high = leak.range()
    assert low < leak.regained() < high


def test_a_fall_against_the_year_before_is_a_leak() -> None:
    (leak,) = leaks(found(whole=walked(0.9, 0.88, 0.6, 0.6), earlier=walked(0.9, 0.88, 0.92, 0.6)), DiagnosisPolicy())
    assert (STEPS[leak.step].id, leak.against) == ("live", "the signups of the year before")


def test_a_place_of_a_few_accounts_is_not_blamed() -> None:
    tiny = walked(1.0, 1.0, 1.0, 0.0, start=4, place="region", label="T")
    assert leaks(found(*regions(N=FINE, E=FINE), tiny), DiagnosisPolicy()) == []


def test_at_most_two_leaks_are_named_the_larger_first() -> None:
    bad = (0.9, 0.88, 0.92, 0.2)
    several = leaks(found(*regions(N=(0.4, 0.88, 0.3, 0.2), E=FINE, S=FINE, W=bad)), DiagnosisPolicy())
    assert len(several) == 2
    assert several[0].regained() >= several[1].regained()
