"""What a push would have to be to show an elasticity, where the one that was dealt shows nothing."""

from collections.abc import Sequence
from dataclasses import replace

from bothsides.diagnosis.elasticity.lot import Design
from bothsides.diagnosis.elasticity.power import Fitted, power
from bothsides.diagnosis.wording import counted, of_side, share

ENOUGH = 0.8
"""Power from which a test is worth its cost (Cohen 1988)."""
FACTORS = (2.0, 3.0, 5.0)
LASTINGS = ((13, 2), (26, 2), (26, 4))
"""Weeks and waves that are tried, two years of pushes at most."""


def extra_accounts(market: Fitted, design: Design) -> float:
    """How many more accounts a push brings than would join anyway, in accounts over all waves."""
    return float(market.joined.sum()) / design.one_in * design.weeks * design.waves * (design.factor - 1)


def would_suffice(
    market: Fitted, given: Design, elasticity: float, *, few: int, seed: int
) -> tuple[Design, float] | None:
    """The push with the fewest accounts that shows the elasticity with a power of 80 %, and its power; None if none.

    The largest is tried first: where it falls short, all do.
    """
    tried = [replace(given, factor=factor, weeks=weeks, waves=waves) for factor in FACTORS for weeks, waves in LASTINGS]
    if power(market, tried[-1], elasticity, few=few, seed=seed) < ENOUGH:
        return None
    for design in sorted(tried, key=lambda design: extra_accounts(market, design)):
        shown = power(market, design, elasticity, few=few, seed=seed)
        if shown >= ENOUGH:
            return design, shown
    return None


def what_would_suffice(market: Fitted, given: Design, elasticity: float, *, few: int, seed: int) -> str:
    """The same in a sentence."""
    found = would_suffice(market, given, elasticity, few=few, seed=seed)
    if found is None:
        weeks, waves = LASTINGS[-1]
        return (
            f"Nothing of up to {counted(waves, 'wave')} of {counted(weeks, 'week')} with {FACTORS[-1]:.1f} times as "
            f"many {of_side(market.driver)} joining would show it with a power of 80 % in this market either."
        )
    design, shown = found
    return (
        f"{counted(design.waves, 'wave')} of {counted(design.weeks, 'week')} with {design.factor:.1f} times as many "
        f"{of_side(market.driver)} joining would show it with a probability of {share(shown)}: about "
        f"{counted(extra_accounts(market, design), market.driver.value)} more."
    )


def whole(parts: Sequence[float]) -> tuple[int, ...]:
    """Parts as whole numbers whose total is the rounded total: the largest remainders are rounded up.

    >>> whole([0.26, 0.26, 0.5, 2.0])
    (0, 0, 1, 2)
    """
    down = [int(part) for part in parts]
    missing = round(sum(parts)) - sum(down)
    up = sorted(range(len(parts)), key=lambda i: down[i] - parts[i])[:missing]
    return tuple(part + (i in up) for i, part in enumerate(down))
