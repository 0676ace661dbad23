"""The window's trade by pair and cell, in columns: ten million orders stay a few arrays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
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

    @property
    def accounts(self) -> int:
        """One more than the largest account number: the length of an array with a place for each."""
        return int(max(self.buyer.max(initial=0), self.supplier.max(initial=0))) + 1

    @property
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
    trades = _read_trades(store, span)
    return Ledger(
        trades=trades,
        names=names,
        currency=store.currency,
        months=span.months,
        wobble=_read_wobble(store, span, trades),
    )


def _read_trades(store: Store, span: Span) -> Trades:
    days = {"first": span.start, "last": span.end}
    labels = {
        name: tuple(
            label
            for (label,) in store.engine.rows(
                f"SELECT DISTINCT {name} FROM fact_orders"
                f" WHERE placed_on BETWEEN $first AND $last AND {name} IS NOT NULL ORDER BY 1",
                days,
            )
        )
        for name in ("category", "region")
    }
    batches = list(
        store.engine.columns(
            f"""
            WITH {_codes("category")}, {_codes("region")}
            SELECT o.buyer::BIGINT AS buyer, o.supplier::BIGINT AS supplier, coalesce(c.code, 0)::BIGINT AS category,
                   coalesce(r.code, 0)::BIGINT AS region, count(*)::BIGINT AS orders,
                   coalesce(sum(o.value), 0)::BIGINT AS amount
            FROM fact_orders o LEFT JOIN category_codes c ON c.category = o.category
                               LEFT JOIN region_codes r ON r.region = o.region
            WHERE o.placed_on BETWEEN $first AND $last GROUP BY 1, 2, 3, 4
            """,
            days,
        )
    )
    order = np.argsort(_joined(batches, "category"), kind="stable")
    unit = 10 ** minor_units(store.currency)
    return Trades(
        buyer=_joined(batches, "buyer")[order],
        supplier=_joined(batches, "supplier")[order],
        category=_joined(batches, "category")[order],
        region=_joined(batches, "region")[order],
        orders=_joined(batches, "orders")[order],
        amount=_joined(batches, "amount")[order] / unit,
        categories=labels["category"],
        regions=labels["region"],
    )


def _codes(name: str) -> str:
    """SQL: a table of the window's labels with their codes from 1, in order."""
    return f"""{name}_codes AS (
        SELECT {name}, row_number() OVER (ORDER BY {name}) AS code
        FROM (
            SELECT DISTINCT {name} FROM fact_orders WHERE placed_on BETWEEN $first AND $last AND {name} IS NOT NULL
        ) found
    )"""


def _joined(batches: list[dict[str, Ints]], name: str) -> Ints:
    parts = [batch[name] for batch in batches]
    whole: Ints = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    return whole


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
        for by, labels in (("category", trades.categories), ("CAST(NULL AS VARCHAR)", (None,))):
            batches = list(
                store.engine.columns(
                    f"""
                    WITH monthly AS (
                        SELECT account, {by} AS category, month, sum(value)::DOUBLE AS amount
                        FROM fact_account_months WHERE side = $side AND month BETWEEN $begin AND $last GROUP BY 1, 2, 3
                    ),
                    pairs AS (
                        SELECT account, category,
                               sqrt(greatest(sum(amount * amount) - sum(amount) * sum(amount) / {months}, 0)
                                    * {months} / {months - 1.0}) AS spread
                        FROM monthly GROUP BY 1, 2
                    ),
                    {_codes("category")}
                    SELECT account::BIGINT AS account, coalesce(c.code, 0)::BIGINT AS category,
                           round(spread)::BIGINT AS spread
                    FROM pairs p LEFT JOIN category_codes c ON c.category = p.category
                    """,
                    {"side": side.value, "begin": span.start.replace(day=1), "first": span.start, "last": span.end},
                )
            )
            account, code = _joined(batches, "account"), _joined(batches, "category")
            variance = (_joined(batches, "spread") / unit) ** 2
            for i, label in enumerate(labels, 0 if labels == (None,) else 1):
                here = code == i
                size = max(trades.accounts, int(account.max(initial=0)) + 1)
                found[side, label] = summed(account[here], variance[here], size)
    return found
