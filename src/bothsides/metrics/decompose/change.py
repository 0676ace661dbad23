"""The records of a change: what it is split into, and that the parts add up."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a change, in minor units of the reporting currency.

    `accounts` are those behind it, `share` is of the whole change (empty where the change is zero). `label` is the
    category or region it belongs to, empty for the whole.
    """

    part: str
    side: Side | None
    label: str | None = None
    amount: int
    accounts: int | None = None
    orders: tuple[int, int]
    """Completed orders behind it, in the base period and in the period."""
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One way to take the change apart; its parts sum to `change` exactly.

    `accounts`: who brought it, on one side. `factors`: volume, price and mix over `dim`. `cells` are the same
    factors per label; per label they sum to that label's change, per factor to the factor.
    """

    way: Literal["accounts", "factors"]
    side: Side | None
    dim: str | None = None
    base: int
    now: int
    accounts: int
    """Accounts behind it: active in either period, on the side or on both."""
    parts: tuple[Part, ...]
    cells: tuple[Part, ...] = ()

    @property
    def change(self) -> int:
        """The period's amount less the base period's."""
        return self.now - self.base


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed between two periods, or in `reason` why that cannot be said."""

    metric: str
    definition: str
    currency: str
    period: str
    against: str
    days: tuple[tuple[date, date], tuple[date, date]] | None = None
    """First and last day compared: of the base period, then of the period."""
    splits: tuple[Split, ...] = ()
    notes: tuple[str, ...] = ()
    as_of: date | None = None
    reason: str | None = None


def share(amount: int, change: int) -> float | None:
    """The amount as a share of the change, empty where the change is zero."""
    return amount / change + 0.0 if change else None
