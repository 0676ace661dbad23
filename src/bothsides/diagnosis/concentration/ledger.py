"""The window's trade by pair and cell, in columns: ten million orders stay a few arrays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.diagnosis.sorted_sums import grouped, in_order, runs, whole_columns
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side, minor_units

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


def summed(places: Ints, weights: Floats, size: int) -> Floats:
    """The weights of every place added up, for places 0 to `size` - 1.

    >>> summed(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 4).tolist()
    [1.0, 0.0, 5.0, 0.0]
    """
    totals: Floats = np.bincount(places, weights=weights, minlength=size).astype(np.float64)
    return totals


def marked(places: Ints | list[int], size: int) -> Flags:
    """A place for each of 0 to `size` - 1, true for these."""
    flags = np.zeros(size, bool)
    flags[places] = True
    return flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What one buyer bought from one supplier in one cell over the window, major units."""

    buyer: int
    supplier: int
    category: str | None
    amount: float
    region: str | None = None
    orders: int = 1

    def party(self, side: Side) -> int:
        """The account on that side."""
        return self.buyer if side is Side.BUYER else self.supplier


@dataclass(frozen=True, kw_only=True, eq=False)
class Trades:
    """Pairs and cells, one place in every array each: accounts, label codes, completed orders, value in major units.

    Code 0 stands for no label, code i for `categories[i - 1]` or `regions[i - 1]`; places are in order of category.
    """

    buyer: Ints
    supplier: Ints
    category: Ints
    region: Ints
    orders: Ints
    amount: Floats
    categories: tuple[str, ...]
    regions: tuple[str, ...]

    @classmethod
    def of(cls, trades: Iterable[Trade]) -> "Trades":
        """The same in columns."""
        rows = sorted(trades, key=lambda trade: trade.category or "")
        categories = tuple(sorted({t.category for t in rows if t.category is not None}))
        regions = tuple(sorted({t.region for t in rows if t.region is not None}))
        category: dict[str | None, int] = {None: 0} | {label: i for i, label in enumerate(categories, 1)}
        region: dict[str | None, int] = {None: 0} | {label: i for i, label in enumerate(regions, 1)}
        return cls(
            buyer=np.array([t.buyer for t in rows], np.int64),
            supplier=np.array([t.supplier for t in rows], np.int64),
            category=np.array([category[t.category] for t in rows], np.int64),
            region=np.array([region[t.region] for t in rows], np.int64),
            orders=np.array([t.orders for t in rows], np.int64),
            amount=np.array([t.amount for t in rows], np.float64),
            categories=categories,
            regions=regions,
        )

    def __len__(self) -> int:
        return len(self.amount)

    def party(self, side: Side) -> Ints:
        """The accounts of that side."""
        return self.buyer if side is Side.BUYER else self.supplier

    @cached_property
    def accounts(self) -> int:
        """One more than the largest account number: the length of an array with a place for each."""
        return int(max(self.buyer.max(initial=0), self.supplier.max(initial=0))) + 1

    @cached_property
    def cell(self) -> Ints:
        """Category and region as one code."""
        cells: Ints = self.category * (len(self.regions) + 1) + self.region
        return cells

    def only(self, kept: Flags | slice) -> "Trades":
        """The trades that are kept."""
        return Trades(
            buyer=self.buyer[kept],
            supplier=self.supplier[kept],
            category=self.category[kept],
            region=self.region[kept],
            orders=self.orders[kept],
            amount=self.amount[kept],
            categories=self.categories,
            regions=self.regions,
        )

    def in_category(self, label: str) -> "Trades":
        """The trades of one category. Raises ValueError naming the categories there are."""
        if label not in self.categories:
            raise ValueError(f"category {label!r} is not one of {', '.join(self.categories) or 'none'}")
        code = self.categories.index(label) + 1
        first, last = np.searchsorted(self.category, [code, code + 1])
        return self.only(slice(int(first), int(last)))

    def traded(self, side: Side) -> Ints:
        """The accounts of that side that traded, by number."""
        return marked(self.party(side), self.accounts).nonzero()[0]

    def sums(self, side: Side, weights: Floats | None = None) -> Floats:
        """Each account's total on the side, in a place of its own; `weights` instead of amounts where given."""
        return summed(self.party(side), self.amount if weights is None else weights, self.accounts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """What the accounts of a side traded with each of their partners over all cells, by account, then partner."""

    account: Ints
    partner: Ints
    orders: Floats
    amount: Floats


def by_pair(trades: Trades, side: Side) -> Pairs:
    """The trades added up by account of the side and partner."""
    size = trades.accounts
    key, order = in_order(trades.party(side) * size + trades.party(side.other))
    begins = runs(key)
    found = key[begins]
    return Pairs(
        account=found // size,
        partner=found % size,
        orders=np.add.reduceat(trades.orders[order].astype(np.float64), begins),
        amount=np.add.reduceat(trades.amount[order], begins),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ledger:
    """Every pair's trade over the window, with the accounts' names."""

    trades: Trades
    names: dict[int, str]
    currency: str
    months: float
    wobble: Mapping[tuple[Side, str | None], Floats] = field(default_factory=dict)
    """By side and category (None: all), the variance of each account's total that its months show, major units
    squared, one place per account. Empty where fewer than three months are known."""

    @property
    def total(self) -> float:
        """GMV of the window."""
        return float(self.trades.amount.sum())

    def name(self, account: int) -> str:
        """The account's name, or its number."""
        return self.names.get(account, f"account {account}")


def read_ledger(store: Store, span: Span) -> Ledger:
    """Completed value by pair and cell, with how much each account's months vary."""
    names: dict[int, str] = dict(
        store.engine.rows("SELECT account, coalesce(name, 'account ' || account) FROM dim_accounts")
    )
    trades = _read_trades(store, span, max(names, default=0) + 1)
    return Ledger(
        trades=trades,
        names=names,
        currency=store.currency,
        months=span.months,
        wobble=_read_wobble(store, span, trades),
    )


def _read_trades(store: Store, span: Span, accounts: int) -> Trades:
    """The window's orders added up by cell and pair, in the order of these.

    Orders come one by one: sorting them as numbers costs less than an engine's table of millions of groups.
    """
    days: dict[str, object] = {"first": span.start, "last": span.end}
    categories, regions = _labels(store, "category", days), _labels(store, "region", days)
    read = whole_columns(
        store.engine,
        f"""
        WITH {_codes("category")}, {_codes("region")}
        SELECT coalesce(c.code, 0) * $kinds + coalesce(r.code, 0) AS cell,
               o.buyer::BIGINT * $accounts + o.supplier AS pair, coalesce(o.value, 0)::BIGINT AS amount
        FROM fact_orders o LEFT JOIN category_codes c ON c.category = o.category
                           LEFT JOIN region_codes r ON r.region = o.region
        WHERE o.placed_on BETWEEN $first AND $last
        """,
        {**days, "kinds": len(regions) + 1, "accounts": accounts},
        ("cell", "pair", "amount"),
    )
    found = grouped(read["cell"], read["pair"])
    cell, pair = found.first, found.second
    return Trades(
        buyer=pair // accounts,
        supplier=pair % accounts,
        category=cell // (len(regions) + 1),
        region=cell % (len(regions) + 1),
        orders=found.times,
        amount=found.total(read["amount"]) / 10 ** minor_units(store.currency),
        categories=tuple(categories),
        regions=tuple(regions),
    )


def _labels(store: Store, name: str, days: dict[str, object]) -> list[str]:
    """The window's labels in order; their codes count from 1."""
    found = store.engine.rows(
        f"SELECT DISTINCT {name} FROM fact_orders"
        f" WHERE placed_on BETWEEN $first AND $last AND {name} IS NOT NULL ORDER BY 1",
        days,
    )
    return [label for (label,) in found]


def _codes(name: str) -> str:
    """SQL: the window's labels with their codes, as `_labels` has them.

    Joined, as looking through a list of them for each row costs its length times over.
    """
    return f"""{name}_codes AS (
        SELECT {name}, row_number() OVER (ORDER BY {name}) AS code FROM (
            SELECT DISTINCT {name} FROM fact_orders WHERE placed_on BETWEEN $first AND $last AND {name} IS NOT NULL
        ) found
    )"""


LEAST_MONTHS = 3
"""Months from which their variance says anything."""


def _read_wobble(store: Store, span: Span, trades: Trades) -> dict[tuple[Side, str | None], Floats]:
    """Variance of each account's total over the window, its whole months taken as independent draws."""
    months = span.whole_months
    if months < LEAST_MONTHS:
        return {}
    unit = 10 ** minor_units(store.currency)
    found: dict[tuple[Side, str | None], Floats] = {}
    for side in Side:
        read = whole_columns(
            store.engine,
            f"""
            WITH {_codes("category")}
            SELECT coalesce(c.code, 0) AS category, m.account::BIGINT AS account,
                   ((year(m.month) - $year) * 12 + month(m.month) - $month)::BIGINT AS month,
                   coalesce(m.value, 0)::BIGINT AS amount
            FROM fact_account_months m LEFT JOIN category_codes c ON c.category = m.category
            WHERE m.side = $side AND m.month BETWEEN $begin AND $last
            """,
            {
                "side": side.value,
                "year": span.start.year,
                "month": span.start.month,
                "begin": span.start.replace(day=1),
                "first": span.start,
                "last": span.end,
            },
            ("category", "account", "month", "amount"),
        )
        size = max(trades.accounts, int(read["account"].max(initial=0)) + 1)
        place = read["account"] * months + read["month"]
        whole = summed(place, read["amount"].astype(np.float64), size * months).reshape(-1, months)
        found[side, None] = _variance(whole.sum(axis=1), (whole**2).sum(axis=1), months, unit)
        held = grouped(read["category"], place)
        category, place, amount = held.first, held.second, held.total(read["amount"])
        for code, label in enumerate(trades.categories, 1):
            here = slice(*np.searchsorted(category, [code, code + 1]).tolist())
            account, monthly = place[here] // months, amount[here].astype(np.float64)
            found[side, label] = _variance(
                summed(account, monthly, size), summed(account, monthly**2, size), months, unit
            )
    return found


def _variance(total: Floats, squares: Floats, months: int, unit: int) -> Floats:
    """By account, from the sum of its months and of their squares, minor units; in whole minor units, squared."""
    spread = np.sqrt(np.maximum(squares - total * total / months, 0) * months / (months - 1.0))
    variance: Floats = (np.floor(spread + 0.5) / unit) ** 2
    return variance
