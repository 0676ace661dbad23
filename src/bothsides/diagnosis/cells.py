"""What each cell of the market counted over the window: its two sides, what was asked for, what came of it."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import numpy as np

from bothsides.diagnosis.cell_trade import (
    UNKNOWN,
    ByCell,
    Held,
    Labels,
    Numbers,
    Split,
    Trade,
    overlaps,
    read_trade,
    summed,
)
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Period, Side, minor_units

Where: TypeAlias = Labels
"""Category and region; None where the market has no such split."""

LEAST_LABELLED = 0.5
"""A dimension splits the market when at least this share of orders carries a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How often something asked for came about; the spread is between accounts, so that one busy account is one voice.

    `accounts` and the sums of squares feed the account-clustered interval.
    """

    asked: float = 0
    met: float = 0
    accounts: int = 0
    met_squares: float = 0
    asked_squares: float = 0
    products: float = 0

    @property
    def rate(self) -> float | None:
        """Share that came about; None where nothing was asked."""
        return self.met / self.asked if self.asked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One category x region over the window. Money is in major units.

    `buyers` ordered, searched or asked there; `suppliers` can sell there at the window's end.
    """

    category: str | None
    region: str | None
    orders: int = 0
    gmv: float = 0.0
    active_buyers: int = 0
    active_suppliers: int = 0
    buyers: int = 0
    suppliers: int = 0
    searches: Outcomes = Outcomes()
    requests: Outcomes = Outcomes()
    zero_results: tuple[int, int] = (0, 0)
    """Searches without a result, and searches whose results are known."""
    top: dict[Side, tuple[int, float]] = field(default_factory=dict)
    """The largest account of each side and its share of the cell's GMV."""

    @property
    def where(self) -> Where:
        """Its place."""
        return self.category, self.region

    @property
    def label(self) -> str:
        """Its place in words."""
        return " / ".join(part for part in self.where if part) or "whole market"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Every cell seen, which dimensions split the market, and how the sides were counted."""

    cells: tuple[Cell, ...]
    by_category: bool
    by_region: bool
    span: Span
    market_gmv: float
    """GMV of the window, cells without a label included."""
    demand: str
    """Where buyers were counted: searches and requests as well, or orders only."""
    supply: str
    """Where suppliers were counted: listings, accounts or orders."""
    gmv: float = field(init=False, compare=False, repr=False)
    """GMV of all cells, added up once: every cell's verdict asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "gmv", sum(cell.gmv for cell in self.cells))

    @property
    def blind(self) -> bool:
        """Whether both sides are counted from orders alone, which show no one who looked, waited or left empty-handed.

        Buyers per supplier then only mirrors how many orders a cell has.
        """
        return self.demand == "orders" and self.supply == "sales"

    @property
    def unseen(self) -> bool:
        """Whether neither searches nor requests of the window are known: nobody who left empty-handed is counted."""
        return self.demand == "orders"


def read_split(store: Store, span: Span) -> Split | None:
    """The dimensions that split the window's market; None where none does or nothing was traded."""
    labelled = store.engine.row(
        "SELECT count(category) / nullif(count(*), 0), count(DISTINCT category),"
        " count(region) / nullif(count(*), 0), count(DISTINCT region)"
        " FROM fact_orders WHERE placed_on BETWEEN $first AND $last",
        {"first": span.start, "last": span.end},
    )
    if labelled is None or labelled[0] is None:
        return None
    by_category = labelled[0] >= LEAST_LABELLED and labelled[1] >= 2
    by_region = labelled[2] >= LEAST_LABELLED and labelled[3] >= 2
    return Split(by_category, by_region) if by_category or by_region else None


def read_cells(store: Store, span: Span, *, as_of: date | None = None, trade: Trade | None = None) -> Cells | None:
    """The cells of the window; None where no dimension splits the market or nothing was traded.

    `trade` is what accounts did, where it has been read for the window.
    """
    if trade is None:
        split = read_split(store, span)
        if split is None:
            return None
        trade = read_trade(store, split, (span,), as_of=as_of)
    return _Counter(store=store, trade=trade, spans=(span,)).read()[0]


def read_periods(
    store: Store, found: Cells, periods: Sequence[Period], *, as_of: date | None = None, trade: Trade | None = None
) -> list[Cells]:
    """The same market's cells in each of consecutive calendar periods, every fact read once for all of them.

    A period's searches and requests are counted with what came of them later, once they are old enough; its suppliers
    are those of its own last day. The last period ends where the window of `found` does. `trade` is what accounts did,
    where it has been read for these periods.
    """
    if not periods:
        return []
    spans = spans_of(periods, found.span)
    read = trade or read_trade(store, split_of(found), spans, as_of=as_of)
    return _Counter(store=store, trade=read, spans=spans).read()


def spans_of(periods: Sequence[Period], window: Span) -> tuple[Span, ...]:
    """The days of the periods; the last one ends where the window does."""
    return tuple(Span(start=p.start, end=min(p.end, window.end)) for p in periods)


def split_of(found: Cells) -> Split:
    """How these cells split the market."""
    return Split(found.by_category, found.by_region)


def _named(where: Where, split: Split) -> bool:
    return (where[0] is not None or not split.category) and (where[1] is not None or not split.region)


_Found: TypeAlias = list[dict[Where, dict[str, Any]]]
"""What is known of each cell, by Cell's own names, by span and by category and region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counter:
    """Counts both sides of the cells by span from what accounts did there; suppliers able to sell are read."""

    store: Store
    trade: Trade
    spans: tuple[Span, ...]

    def read(self) -> list[Cells]:
        """The cells of every span."""
        orders = {side: self.trade.over(held, self.spans) for side, held in self.trade.orders.items()}
        searches, requests = (
            None if held is None else self.trade.over(held, self.spans)
            for held in (self.trade.searches, self.trade.requests)
        )
        found = self.traded(orders)
        gmv = [math.fsum(parts["gmv"] for parts in here.values()) for here in found]
        self.add_buyers(found, [held for held in (orders[Side.BUYER], searches, requests) if held is not None])
        supply = self.add_suppliers(found)
        if searches is not None:
            self.add_searches(found, searches)
        if requests is not None:
            self.add_requests(found, requests)
        return [self._cells(*parts) for parts in zip(found, self.spans, gmv, supply, strict=True)]

    def _cells(self, here: dict[Where, dict[str, Any]], span: Span, market: float, supply: str) -> Cells:
        kept = [where for where in sorted(here, key=str) if _named(where, self.trade.split)]
        known = [word for fact, word in _DEMAND if overlaps(self.store, fact, span)]
        return Cells(
            cells=tuple(Cell(category=where[0], region=where[1], **here[where]) for where in kept),
            by_category=self.trade.split.category,
            by_region=self.trade.split.region,
            span=span,
            market_gmv=market,
            demand=" and ".join(["orders", *known]),
            supply=supply,
        )

    def each(self, found: _Found, by: ByCell, *columns: Numbers) -> Iterator[tuple[Any, ...]]:
        """What is known of each cell, to be added to, and its numbers."""
        for span, cell, *numbers in zip(*(part.tolist() for part in (by.span, by.cell, *columns)), strict=True):
            yield found[span][self.trade.cells[cell]], *numbers

    def traded(self, orders: Mapping[Side, Held]) -> _Found:
        """Orders, GMV and active accounts, and the largest account of each side."""
        unit = 10 ** minor_units(self.store.currency)
        found: _Found = [defaultdict(dict) for _ in self.spans]
        for side, held in orders.items():
            by = held.by_cell()
            amount, largest = by.total(held["amount"]), by.largest(held["amount"])
            columns = (by.total(held["rows"]), amount, by.accounts, held.account[largest], held["amount"][largest])
            for cell, n, total, accounts, account, most in self.each(found, by, *columns):
                cell |= {"orders": n, "gmv": float(total) / unit}
                cell |= {f"active_{side.value}s": accounts, f"{side.value}s": accounts}
                if total:
                    cell.setdefault("top", {})[side] = (account, float(most) / float(total))
        return found

    def add_buyers(self, found: _Found, parts: Sequence[Held]) -> None:
        """Buyers that ordered, searched or asked."""
        stacked = [np.concatenate([getattr(part, name) for part in parts]) for name in ("span", "cell", "account")]
        known = stacked[2] != UNKNOWN
        span, cell, account = (column[known] for column in stacked)
        by = summed(span, cell, account, {}).by_cell()
        for here, buyers in self.each(found, by, by.accounts):
            here["buyers"] = buyers

    def add_suppliers(self, found: _Found) -> list[str]:
        """Suppliers that can sell at each span's end: from listings, else from accounts, else those that sold.

        Returns what they were counted from, by span.
        """
        source = ["sales"] * len(self.spans)
        for name, (relation, opened) in _SUPPLY.items():
            rows = self.able(relation, opened)
            for i, here in enumerate(found):
                able = {(c, r): counts[i] for c, r, *counts in rows if counts[i]}
                if source[i] != "sales" or not any(_named(where, self.trade.split) for where in able):
                    continue
                source[i] = name
                for where in {*here, *able}:
                    here[where]["suppliers"] = able.get(where, 0)
        return source

    def able(self, relation: str, opened: str) -> list[tuple[Any, ...]]:
        """Category, region and how many suppliers can sell there on each span's last day."""
        places = range(len(self.spans))
        live = (f"s.{opened} <= $last{i} AND (s.closed_on IS NULL OR s.closed_on > $last{i})" for i in places)
        flags = ", ".join(f"max(CASE WHEN {on} THEN 1 ELSE 0 END) AS able{i}" for i, on in enumerate(live))
        return self.store.engine.rows(
            f"""
            WITH each AS (
                SELECT {self.trade.split.labels()}, s.account, {flags}
                FROM {relation} s WHERE s.side = 'supplier' GROUP BY 1, 2, 3
            )
            SELECT category, region, {", ".join(f"sum(able{i})::BIGINT" for i in places)} FROM each GROUP BY 1, 2
            """,
            {f"last{i}": span.end for i, span in enumerate(self.spans)},
        )

    def add_searches(self, found: _Found, searches: Held) -> None:
        """Searches old enough to have led to an order, those that did, and those without a result."""
        by = searches.by_cell()
        empty, shown = by.total(searches["empty"]), by.total(searches["shown"])
        for cell, *sums, nothing, told in self.each(found, by, *_sums(searches, by), empty, shown):
            cell |= {"searches": _outcomes(sums), "zero_results": (nothing, told)}

    def add_requests(self, found: _Found, requests: Held) -> None:
        """Requests old enough to be decided and those that were filled; cancelled ones are left out."""
        by = requests.by_cell()
        asked = by.total(requests["asked"]) > 0
        for cell, *sums in self.each(found, by.only(asked), *(part[asked] for part in _sums(requests, by))):
            cell["requests"] = _outcomes(sums)


_DEMAND = (("events", "searches"), ("requests", "requests"))
_SUPPLY = {"live listings": ("fact_listings", "listed_on"), "live accounts": ("dim_accounts", "live_on")}
"""What suppliers able to sell are counted from, the best first, and since when each row can sell."""


def _sums(held: Held, by: ByCell) -> tuple[Numbers, ...]:
    """What Outcomes are made of, by cell."""
    if not by.rows:
        return (by.cell,) * 6
    asked, met = held["asked"], held["met"]
    parts = (asked, met, asked > 0, met * met, asked * asked, asked * met)
    return tuple(by.total(part.astype(np.int64)) for part in parts)


def _outcomes(sums: list[Any]) -> Outcomes:
    asked, met, accounts, met2, asked2, products = (float(part or 0) for part in sums)
    return Outcomes(
        asked=asked, met=met, accounts=int(accounts), met_squares=met2, asked_squares=asked2, products=products
    )
