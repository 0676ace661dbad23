"""What retention is: every choice that changes its numbers, written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bothsides.metrics.contradiction import refuse_contradictions
from bothsides.metrics.metric import Read
from bothsides.schema import Grain, Side

Kind: TypeAlias = Literal["first_time", "recurring"]
Whole: TypeAlias = Literal["bounded", "unbounded"]
Span: TypeAlias = Whole | tuple[tuple[int, int], ...]
Measured: TypeAlias = Literal["accounts", "gmv"]
Unit: TypeAlias = Literal["accounts", "organizations"]
Maturity: TypeAlias = Literal["left_out", "counted"]

CALENDAR = (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR)

MOST_AGES = 520
"""More periods are not followed: weeks for ten years."""

_EVENTS = ("visit", "search", "supplier_view", "cart_add", "checkout")

ACTIVITIES: dict[str, tuple[Read, str]] = {
    "order": (("orders", "placed_on"), "SELECT account, placed_on AS day, value AS amount FROM fact_order_parties"),
    "listing": (("listings", "listed_on"), "SELECT account, listed_on AS day, 0 AS amount FROM fact_listings"),
    "request": (
        ("requests", "requested_on"),
        "SELECT account, requested_on AS day, 0 AS amount FROM fact_requests WHERE account IS NOT NULL",
    ),
    **{
        name: (
            ("events", "occurred_on"),
            f"SELECT account, occurred_on AS day, 0 AS amount FROM fact_events WHERE name = '{name}'",
        )
        for name in _EVENTS
    },
}
"""What an account may be active by: a completed order on its side, a listing, a request, an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Who comes back, period by period of age. No field has a default: each of them changes the numbers.

    `kind`: an account belongs to the cohort of its first activity ever, or to the cohort of every calendar period in
    which it is active. `active`: what being active is.
    `period`: so many days, counted from each account's own first day (a rolling period: no calendar), or a calendar
    period. `ages`: how many periods after period 0 are followed, at most MOST_AGES.
    `span`: `bounded`: active exactly in that period; `unbounded`: in it or any later one (such a number still grows);
    or brackets of ages, both ends included, each after the one before.
    `measure`: the share of accounts, or their GMV over their GMV in period 0.
    `count`: accounts, or organizations with all their branches of one side.
    `maturity`: accounts that have not lived through the period are left out, or counted as they stand.
    """

    id: str
    label: str
    side: Side | None
    kind: Kind
    active: str
    period: int | Grain
    ages: int
    span: Span
    measure: Measured
    count: Unit
    maturity: Maturity

    def __post_init__(self) -> None:
        """Raises ContradictionError naming every contradiction."""
        refuse_contradictions(f"retention {self.id!r}", _contradictions(self))

    @property
    def slots(self) -> tuple[tuple[int, int], ...]:
        """The ages that are answered, first and last of each."""
        return self.span if isinstance(self.span, tuple) else tuple((age, age) for age in range(self.ages + 1))

    def label_of(self, slot: tuple[int, int]) -> str:
        """How an age is named: its number, or the first and last of a bracket."""
        first, last = slot
        return f"{first}" if first == last else f"{first}-{last}"


def _contradictions(one: Retention) -> Iterator[tuple[str, str]]:
    """What in the declaration contradicts itself: the key and what is wrong with it."""
    if one.active not in ACTIVITIES:
        yield "active", f"{one.active!r} is not one of {', '.join(ACTIVITIES)}"
    if one.kind == "recurring" and isinstance(one.period, int):
        yield "period", "kind = 'recurring' in days: an account has one first day only, name a calendar period"
    if isinstance(one.period, Grain) and one.period not in CALENDAR:
        yield "period", f"{one.period.value!r} is not a number of days nor one of {', '.join(CALENDAR)}"
    if isinstance(one.period, int) and one.period < 1:
        yield "period", f"{one.period} days: at least one"
    if not 1 <= one.ages <= MOST_AGES:
        yield "ages", f"{one.ages} periods: at least 1 and at most {MOST_AGES}"
    if one.measure == "gmv" and one.active != "order":
        yield "measure", f"'gmv' with active = {one.active!r}: only orders have an amount"
    if one.measure == "gmv" and one.span == "unbounded":
        yield "span", "'unbounded' with measure = 'gmv': an amount belongs to one period, take bounded or brackets"
    if isinstance(one.span, tuple):
        yield from (("span", said) for said in _misplaced(one.span, one.ages))


def _misplaced(brackets: tuple[tuple[int, int], ...], ages: int) -> Iterator[str]:
    """Brackets that are none, or that do not follow one another."""
    before = -1
    for first, last in brackets:
        if not 0 <= first <= last <= ages:
            yield f"bracket {first}-{last}: ages are 0 to {ages}"
        elif first <= before:
            yield f"bracket {first}-{last}: it begins at or before {before}, where one before it ends"
        before = max(before, last)
