"""Numbers in signed files: one vocabulary, one message each."""

import math
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bothsides.agreement.numbers import (
    Length,
    LengthOrZero,
    NotNegative,
    Part,
    Positive,
    Share,
    WholeFromOne,
    WholeFromZero,
)


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "said"),
    [
        (Positive, (1e-9, 5, 1e12), (0, -1, math.inf, math.nan), "must be a number above 0"),
        (NotNegative, (0, 0.5, 1e12), (-1e-9, math.inf, math.nan), "must be a number of 0 or more"),
        (Length, (0.25, 48, 1e6), (0, -1, 1e7, math.nan), "must be a number above 0, at most 1,000,000"),
        (LengthOrZero, (0, 48, 1e6), (-1, 1e7, math.nan), "must be a number of 0 or more, at most 1,000,000"),
        (Share, (0, 0.05, 1), (-0.1, 1.1, 5, math.nan), "must be a share from 0 to 1, such as 0.05 for 5 %"),
        (Part, (0.01, 0.99), (0, 1, math.nan), "must be a share above 0 and below 1, such as 0.7 for 70 %"),
        (WholeFromOne, (1, 20), (0, -3, 10**15), "must be a whole number of 1 or more"),
        (WholeFromZero, (0, 20), (-1, 10**15), "must be a whole number of 0 or more"),
    ],
)
def test_what_may_stand_there_and_what_is_said_of_the_rest(
    kind: Any, right: tuple[float, ...], wrong: tuple[float, ...], said: str
) -> None:
    reads: TypeAdapter[float] = TypeAdapter(kind)
    assert [reads.validate_python(number) for number in right] == list(right)
    for number in wrong:
        with pytest.raises(ValidationError, match=said):
            reads.validate_python(number)
