"""Whole minor units from exact shares, so that the parts of a sum add up to it."""

from collections.abc import Sequence
from fractions import Fraction


def allocate(amounts: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers that sum to the total: each amount rounded down, the missing units to the largest remainders.

    Source: largest remainder method (Hamilton 1792); ties go to the earlier part. Raises ValueError for a total of
    no amounts that is not zero.

    >>> allocate([Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)], 1)
    [1, 0, 0]
    >>> allocate([Fraction(-5, 2), Fraction(11, 2)], 3)
    [-2, 5]
    """
    if not amounts:
        if total:
            raise ValueError(f"{total} cannot be allocated to no amounts")
        return []
    floors = [amount.__floor__() for amount in amounts]
    all_round, missing = divmod(total - sum(floors), len(floors))
    remainders = [amount - floor for amount, floor in zip(amounts, floors, strict=True)]
    favoured = set(sorted(range(len(floors)), key=lambda i: (-remainders[i], i))[:missing])
    return [floor + all_round + (i in favoured) for i, floor in enumerate(floors)]
