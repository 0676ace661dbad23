"""What a model is told and shown: wrong words are refused with what is allowed."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bothsides.predict.cases import Cases
from bothsides.predict.churn import churn_spec
from bothsides.schema import Side

CASES = Cases(
    cutoff=date(2025, 1, 1),
    accounts=np.array([1, 2]),
    features=np.zeros((2, 1)),
    rule=np.zeros(2),
    outcome=np.array([True, False]),
)


def test_cases_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"cases of 2025-01-01 differ in length: \[2, 3\]"):
        replace(CASES, rule=np.zeros(3))


def test_what_is_still_to_come_cannot_be_learned_from() -> None:
    assert CASES.known.tolist() == [True, False]
    with pytest.raises(ValueError, match="what comes after 2025-01-01 is not known yet"):
        _ = replace(CASES, outcome=None).known


def test_a_rule_must_be_one_of_the_features() -> None:
    with pytest.raises(ValueError, match="'loyalty' is not one of recency, hiatus"):
        replace(churn_spec(Side.BUYER), rule_signal="loyalty")


def test_a_step_must_fit_into_the_horizon() -> None:
    with pytest.raises(ValueError, match="12 months a step, 3 in all"):
        replace(churn_spec(Side.BUYER), step_months=12)
