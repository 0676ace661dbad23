"""Whether accounts can be followed from order to order at all, and over which days."""

from dataclasses import dataclass
from datetime import date

from bothsides.metrics import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The first known day of orders and the last one that may be known, both included."""

    first: date
    end: date


def followed(store: Store, as_of: date | None) -> Followed | str:
    """The days over which accounts can be followed up to a day, or in words why they cannot."""
    known = store.ranges.get("orders")
    if store.sampled:
        return "orders are a declared sample: accounts cannot be followed"
    if known is None:
        return "no dated order is known"
    if as_of is not None and as_of < known[0]:
        return f"no order is known by {as_of}: the first is of {known[0]}"
    return Followed(first=known[0], end=min(known[1], as_of or known[1]))
