"""A change as volume, price and mix, by midpoints, exact in rational numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Orders and amount of one label in the base period and in the period."""

    orders_then: int
    orders_now: int
    then: int
    now: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What each factor did to the amount."""

    volume: Fraction
    price: Fraction
    mix: Fraction


def effects(cells: Mapping[str | None, Cell]) -> dict[str | None, Effects]:
    """Per label, what more orders, dearer orders and another mix of labels did; the three sum to its change.

    The amount is orders N times the share s of a label times its price p (amount per order). Each difference is
    weighed by the mean of both ends: volume dN * mean(s p), price mean(N) * mean(s) * dp, mix mean(N) * mean(p) * ds.
    The volume effect of all labels, dN times the mean order value, does not depend on what the market is split by.
    A label without an order at one end has that end's price from the other: its change is volume and mix alone.
    A period without any order has its shares from the other one: its change is volume alone.
    Source: Bennet 1920, Journal of the Royal Statistical Society 83:455-462, applied to N * P and to P = sum(s p).

    >>> found = effects({"a": Cell(orders_then=2, orders_now=3, then=20, now=Fraction(45))})["a"]
    >>> int(2 * found.volume), int(2 * found.price), int(found.mix)
    (25, 25, 0)
    """
    then, now = sum(c.orders_then for c in cells.values()), sum(c.orders_now for c in cells.values())
    return {label: _effects(cell, then, now) for label, cell in cells.items()}


def _effects(cell: Cell, then: int, now: int) -> Effects:
    if not then and not now:
        return Effects(volume=Fraction(0), price=Fraction(0), mix=Fraction(0))
    share_then = Fraction(cell.orders_then, then) if then else Fraction(cell.orders_now, now)
    share_now = Fraction(cell.orders_now, now) if now else share_then
    price_then, price_now = _price(cell.then, cell.orders_then), _price(cell.now, cell.orders_now)
    price_then = price_now if price_then is None else price_then
    price_now = price_then if price_now is None else price_now
    if price_then is None or price_now is None:
        return Effects(volume=Fraction(0), price=Fraction(0), mix=Fraction(0))
    between, orders = share_now * price_now + share_then * price_then, _HALF * (now + then)
    return Effects(
        volume=(now - then) * _HALF * between,
        price=orders * _HALF * (share_now + share_then) * (price_now - price_then),
        mix=orders * _HALF * (price_now + price_then) * (share_now - share_then),
    )


def _price(amount: Fraction | int, orders: int) -> Fraction | None:
    return Fraction(amount, orders) if orders else None
