"""Why accounts trade less, as far as the records show: fewer or smaller orders, who, and how wide the fall is."""

from collections.abc import Mapping
from datetime import date, timedelta

from bothsides.diagnosis.wording import count, counted, listed, money, of_side
from bothsides.metrics import Query, Store, ask
from bothsides.metrics.compile import NO_LABEL
from bothsides.metrics.decompose import Change, Comparison, Split, decompose
from bothsides.schema import Grain, Period, Side, minor_units
from bothsides.schema.period import add_months

YEAR_MONTHS = 12
MOSTLY = 0.75
"""Share of the fall from which one factor is its cause."""
FEWER = 0.9
"""Level, as a share of that before, under which searches or their success count as fallen."""
LEAST_SEARCHES = 100
LEAST_PART = 0.01
"""Share of the GMV before below which a region or category is not counted."""
MOST_LABELS = 3


def cause_of_fall(store: Store, side: Side, months: int, end: date) -> str:
    """What the change of GMV between a period before the fall and one in it says of the cause; empty if unknown.

    The side's GMV is taken apart as `bothsides change` does, and the command is named.
    """
    base, now = _periods(end, months)
    change = decompose(store, Comparison(metric="gmv", period=now, against=base, side=side))
    if change.reason or not change.splits:
        return ""
    who, factors = (next(split for split in change.splits if split.way == way) for way in ("accounts", "factors"))
    command = f"All parts: run bothsides change gmv --period {now.label} --against {base.label} on the command line."
    if who.change >= 0:
        brought = _brought(store, who)
        return (
            f"All {of_side(side)} together traded no less in {now.label} than in {base.label}: new and returned ones "
            f"brought {brought}. {command}"
        )
    said = (
        _orders(store, change, factors),
        _accounts(store, side, who),
        _searches(store, base, now),
        _breadth(store, base, now),
        command,
    )
    return " ".join(part for part in said if part)


def _periods(end: date, months: int) -> tuple[Period, Period]:
    """The last whole quarter before the latest months and the last one in them; months where none lies in them.

    Over a whole year it is the same quarter of the year before.
    """
    split = add_months(end.replace(day=1), 1 - months)
    for grain in (Grain.QUARTER, Grain.MONTH):
        now = Period.containing(end + timedelta(days=1), grain).next(-1)
        if now.start >= split:
            break
    if months >= YEAR_MONTHS:
        return Period.containing(add_months(now.start, -YEAR_MONTHS), now.grain), now
    return Period.containing(split, now.grain).next(-1), now


def _major(store: Store, minor: float) -> str:
    return money(minor / 10 ** minor_units(store.currency), store.currency)


def _orders(store: Store, change: Change, factors: Split) -> str:
    """Fewer orders, smaller ones, or both."""
    parts = {part.part: part for part in factors.parts}
    then, now = parts["volume"].orders
    if not then or not now:
        return ""
    volume, price = (parts[name].amount / factors.change for name in ("volume", "price"))
    before, since = _major(store, factors.base / then), _major(store, factors.now / now)
    orders = f"{count(then)} in {change.against} and {count(now)} in {change.period}, at {before} and {since} each."
    if volume >= MOSTLY:
        return f"{'Fewer orders, not smaller ones' if price <= 0 else 'Mostly fewer orders'}: {orders}"
    if price >= MOSTLY:
        least = "Smaller orders, not fewer" if volume <= 0 else "Mostly smaller orders"
        sizes = f"{before} in {change.against} and {since} in {change.period} each"
        return f"{least}: {sizes}, {count(then)} and {count(now)} of them."
    return f"Fewer orders and smaller ones: {orders}"


def _brought(store: Store, who: Split) -> str:
    return _major(store, sum(part.amount for part in who.parts if part.part in {"new", "between", "returned"}))


def _accounts(store: Store, side: Side, who: Split) -> str:
    """Who traded less, who stopped, and what came in beside them."""
    parts = {part.part: part for part in who.parts}
    smaller, gone = parts["contraction"], parts["churned"]
    return (
        f"{counted(smaller.accounts or 0, side.value)} traded less ({_major(store, -smaller.amount)}), "
        f"{count(gone.accounts or 0)} stopped ({_major(store, -gone.amount)}); new and returned ones brought "
        f"{_brought(store, who)}."
    )


def _searches(store: Store, base: Period, now: Period) -> str:
    seen: list[tuple[int, float]] = []
    for period in (base, now):
        asked = ask(store, Query(metrics=("search_to_order",), start=period.start, end=period.end))
        seen += [(value.n, float(value.value)) for value in asked if value.value is not None]
    if len(seen) != 2 or min(n for n, _ in seen) < LEAST_SEARCHES:
        return ""
    return of_searches(*seen)


def of_searches(then: tuple[int, float], now: tuple[int, float]) -> str:
    """Whether less was searched for, or what was searched for led to an order less often.

    Each a number of searches and the share of them that led to an order.

    >>> of_searches((1000, 0.3), (500, 0.3))
    'Searches fell with it (1,000 to 500), and as many of 100 led to an order: less is wanted, not less found.'
    """
    numbers = f"({count(then[0])} to {count(now[0])})"
    success = f"({100 * then[1]:.0f} to {100 * now[1]:.0f})"
    less, worse = now[0] < FEWER * then[0], now[1] < FEWER * then[1]
    if less and worse:
        return f"Searches fell with it {numbers}, and fewer of 100 led to an order {success}."
    if less:
        return f"Searches fell with it {numbers}, and as many of 100 led to an order: less is wanted, not less found."
    if worse:
        return f"Searches did not fall {numbers}, but fewer of 100 led to an order {success}."
    return f"Neither searches {numbers} nor the share that led to an order fell: look beyond the search."


def _breadth(store: Store, base: Period, now: Period) -> str:
    shared = []
    for dim in ("region", "category"):
        then, since = (_by(store, dim, period) for period in (base, now))
        shared += [said for said in (share_it(dim, then, since),) if said]
    return f"It is shared by {listed(shared)}." if shared else ""


def _by(store: Store, dim: str, period: Period) -> dict[str, float]:
    asked = ask(store, Query(metrics=("gmv",), dims=(dim,), start=period.start, end=period.end))
    found = [(dict(value.dims).get(dim), value.value) for value in asked]
    return {label: float(amount) for label, amount in found if amount is not None and label and label != NO_LABEL}


def share_it(dim: str, then: Mapping[str, float], now: Mapping[str, float]) -> str:
    """Of how many labels GMV fell at least half as deep as the whole; named where they are few.

    >>> share_it("region", {"North": 100.0, "South": 100.0}, {"North": 50.0, "South": 60.0})
    'all 2 regions'
    """
    whole = sum(then.values())
    judged = [label for label, amount in then.items() if amount >= LEAST_PART * whole > 0]
    fall = 1 - sum(now.values()) / whole if whole else 0.0
    fell = [label for label in judged if 1 - now.get(label, 0.0) / then[label] >= fall / 2]
    if len(judged) < 2 or fall <= 0:
        return ""
    if len(fell) == len(judged):
        return f"all {counted(len(judged), dim)}"
    named = f" ({listed(fell)})" if len(fell) <= MOST_LABELS else ""
    return f"{len(fell)} of {counted(len(judged), dim)}{named}"
