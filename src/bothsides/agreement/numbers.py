"""Numbers as people may sign them: the checks that every policy uses, with one message each."""

from typing import Annotated, TypeAlias, TypeVar

from bothsides.agreement.policy import checked

Number = TypeVar("Number", int, float)

_MOST = 1e15
"""Beyond it nobody means what stands there, and amounts would no longer be exact."""
_LONGEST = 1e6
"""Of hours or days: beyond it moments have no date."""


def above_zero(number: Number) -> Number:
    """A number above 0. Raises ValueError for any other."""
    if not 0 < number < _MOST:
        raise ValueError("must be a number above 0")
    return number


def not_negative(number: Number) -> Number:
    """A number of 0 or more. Raises ValueError for any other."""
    if not 0 <= number < _MOST:
        raise ValueError("must be a number of 0 or more")
    return number


def lasting(length: float) -> float:
    """Hours or days above 0, at most 1,000,000. Raises ValueError for any other number."""
    if not 0 < length <= _LONGEST:
        raise ValueError("must be a number above 0, at most 1,000,000")
    return length


def lasting_or_none(length: float) -> float:
    """Hours or days of 0 or more, at most 1,000,000. Raises ValueError for any other number."""
    if not 0 <= length <= _LONGEST:
        raise ValueError("must be a number of 0 or more, at most 1,000,000")
    return length


def share_of_one(number: float) -> float:
    """A share from 0 to 1, such as 0.05 for 5 %. Raises ValueError for any other number."""
    if not 0 <= number <= 1:
        raise ValueError("must be a share from 0 to 1, such as 0.05 for 5 %")
    return number


def part_of_one(number: float) -> float:
    """A share above 0 and below 1, such as 0.7 for 70 %. Raises ValueError for any other number."""
    if not 0 < number < 1:
        raise ValueError("must be a share above 0 and below 1, such as 0.7 for 70 %")
    return number


def whole_from_one(number: int) -> int:
    """A whole number of 1 or more. Raises ValueError for any other."""
    if not 1 <= number < _MOST:
        raise ValueError("must be a whole number of 1 or more")
    return number


def whole_from_zero(number: int) -> int:
    """A whole number of 0 or more. Raises ValueError for any other."""
    if not 0 <= number < _MOST:
        raise ValueError("must be a whole number of 0 or more")
    return number


Positive: TypeAlias = Annotated[float, checked(above_zero)]
NotNegative: TypeAlias = Annotated[float, checked(not_negative)]
Length: TypeAlias = Annotated[float, checked(lasting)]
"""Of time, in the unit that the name of the key says."""
LengthOrZero: TypeAlias = Annotated[float, checked(lasting_or_none)]
Share: TypeAlias = Annotated[float, checked(share_of_one)]
Part: TypeAlias = Annotated[float, checked(part_of_one)]
WholeFromOne: TypeAlias = Annotated[int, checked(whole_from_one)]
WholeFromZero: TypeAlias = Annotated[int, checked(whole_from_zero)]
