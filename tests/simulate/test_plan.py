"""A plan refuses what cannot be, by name."""

from dataclasses import replace
from datetime import date

import pytest

from bothsides.simulate import demo_plan, simulate
from bothsides.simulate.planted import Stalled


def test_refusals_name_the_value_and_what_is_allowed() -> None:
    plan = demo_plan(seed=1)
    with pytest.raises(ValueError, match="take_rates has 1 values for 6 categories"):
        replace(plan, take_rates=(0.1,))
    with pytest.raises(ValueError, match="'JPY' has no 2 decimals"):
        replace(plan, currency="JPY")
    with pytest.raises(ValueError, match="2024-10-01 is not a Monday"):
        replace(plan, start=date(2024, 10, 1))
    with pytest.raises(ValueError, match="Stalled names region 'Moon', not one of"):
        replace(plan, planted=(Stalled(category="Packaging", region="Moon"),))


def test_a_plan_without_accounts_is_refused() -> None:
    plan = demo_plan(seed=1)
    with pytest.raises(ValueError, match="signups 0 of a side must be at least 1"):
        replace(plan.suppliers, signups=0)
    with pytest.raises(ValueError, match="'demo' is too small: one side has no account"):
        simulate(replace(plan, planted=(), suppliers=replace(plan.suppliers, signups=1)))


def test_the_demo_ends_on_the_promised_sunday() -> None:
    assert demo_plan(seed=1).end == date(2026, 9, 27)
    assert demo_plan(seed=1).end.weekday() == 6
