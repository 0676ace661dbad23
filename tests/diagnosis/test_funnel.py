"""Funnels as pictures and their leaks as findings: the words, the worth and whose it is."""

from datetime import date

import pytest

from bothsides.diagnosis import DiagnosisPolicy, Sureness
from bothsides.diagnosis.funnel import Trading, beside, finding, matched_worth, picture
from bothsides.diagnosis.leak import leaks
from bothsides.diagnosis.onboarding import ONBOARDING
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.walk import Milestone, Walked, Walks
from bothsides.schema import Side

FOUND = Walks(
    side=Side.SUPPLIER,
    milestones=tuple(
        Milestone(id=i, label=label, days="0")
        for i, label in (
            ("signup", "Signed up"),
            ("verified", "Verified"),
            ("catalogue", "Catalogue uploaded"),
            ("live", "Live"),
            ("first_sale", "First sale"),
        )
    ),
    span=Span(start=date(2024, 1, 1), end=date(2024, 12, 31)),
    days=90,
    whole=Walked(place=None, label=None, reached=(1000, 900, 360, 330, 240)),
    places=(),
    earlier=None,
)


def test_the_picture_marks_the_leak_and_says_it() -> None:
    shown = picture(FOUND, ONBOARDING, leaks(FOUND, DiagnosisPolicy()))
    assert [(step.id, step.leak) for step in shown.steps if step.leak] == [("catalogue", True)]
    assert shown.steps[2].rate is not None
    assert shown.steps[2].rate.value == 0.4
    assert "Of 1,000 suppliers 240 (24 %) came to a first sale" in shown.sentence
    assert "verified to catalogue uploaded: 40 %" in shown.sentence


def test_worth_grows_with_accounts_to_the_exponent() -> None:
    (leak,) = leaks(FOUND, DiagnosisPolicy())
    worth = matched_worth(leak, FOUND.span, 12.0, Trading(gmv=1_200_000.0, active=500), DiagnosisPolicy(), "EUR")
    more = leak.regained() / 366 * 365
    assert worth.per_month == pytest.approx(100_000 * ((1 + more / 500) ** 0.5 - 1))
    assert worth.low is not None
    assert worth.high is not None
    assert worth.low < worth.per_month < worth.high


def test_a_leak_names_cause_owner_and_first_step() -> None:
    (leak,) = leaks(FOUND, DiagnosisPolicy())
    worth = matched_worth(leak, FOUND.span, 12.0, Trading(gmv=1.0, active=1), DiagnosisPolicy(), "EUR")
    found = finding(FOUND, ONBOARDING, leak, worth)
    assert (found.kind, found.play, found.sure) == ("onboarding_leak", "fix_onboarding_step", Sureness.LIKELY)
    assert "judgement" in found.why_sure
    assert found.owner == "Onboarding manager with Product"
    assert found.success.says == "Of the next signups 91 % pass the step, as of the other steps; now 40 % do."
    assert "540 of 900 did not take the step" in found.evidence[0].sentence


def test_the_leak_is_held_against_its_neighbours_by_name_and_the_lowest_other_step() -> None:
    (leak,) = leaks(FOUND, DiagnosisPolicy())
    assert beside(FOUND, leak) == "every other step 73 % or more"
    worth = matched_worth(leak, FOUND.span, 12.0, Trading(gmv=1.0, active=1), DiagnosisPolicy(), "EUR")
    assert (
        finding(FOUND, ONBOARDING, leak, worth)
        .evidence[0]
        .sentence.endswith(
            "; the steps before and after it 90 % and 92 %, the lowest other step (live to first sale) 73 %."
        )
    )
