"""What each cell of the market counted over the window: its two sides, what was asked for, what came of it."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.metrics.catalogue.liquidity import REQUEST_MATURITY, SEARCH_MATURITY
from bothsides.schema import Grain, Period, Side, minor_units

Where: TypeAlias = tuple[str | None, str | None]
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


def read_cells(store: Store, span: Span, *, as_of: date | None = None) -> Cells | None:
    """The cells of the window; None where no dimension splits the market or nothing was traded."""
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
    if not (by_category or by_region):
        return None
    reader = _Reader(store=store, spans=(span,), grain=None, as_of=as_of, category=by_category, region=by_region)
    return reader.read()[0]


def read_periods(store: Store, found: Cells, periods: Sequence[Period], *, as_of: date | None = None) -> list[Cells]:
    """The same market's cells in each of consecutive calendar periods, every fact read once for all of them.

    A period's searches and requests are counted with what came of them later, once they are old enough; its suppliers
    are those of its own last day. The last period ends where the window of `found` does.
    """
    if not periods:
        return []
    spans = tuple(Span(start=p.start, end=min(p.end, found.span.end)) for p in periods)
    reader = _Reader(
        store=store,
        spans=spans,
        grain=periods[0].grain,
        as_of=as_of,
        category=found.by_category,
        region=found.by_region,
    )
    return reader.read()


def _named(where: Where, by_category: bool, by_region: bool) -> bool:
    return (where[0] is not None or not by_category) and (where[1] is not None or not by_region)


_Found: TypeAlias = dict[tuple[date, str | None, str | None], Cell]
"""Cells by the first day of their span, category and region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the facts by span and cell; place names come from the facts, days are parameters.

    Without a grain there is one span, else the spans are consecutive periods of the grain.
    """

    store: Store
    spans: tuple[Span, ...]
    grain: Grain | None
    as_of: date | None
    category: bool
    region: bool

    def read(self) -> list[Cells]:
        """The cells of every span."""
        found = self.traded()
        gmv: dict[date, list[float]] = defaultdict(list)
        for (first, _, _), cell in found.items():
            gmv[first].append(cell.gmv)
        asked_for = [fact for fact in ("events", "requests") if any(self.overlaps(fact, span) for span in self.spans)]
        self.add_buyers(found, seen="events" in asked_for, asked="requests" in asked_for)
        supply = self.add_suppliers(found)
        if "events" in asked_for:
            self.add_searches(found)
        if "requests" in asked_for:
            self.add_requests(found)
        return [self._cells(found, span, math.fsum(gmv[span.start]), supply[span.start]) for span in self.spans]

    def _cells(self, found: _Found, span: Span, market: float, supply: str) -> Cells:
        here = {(category, region): cell for (first, category, region), cell in found.items() if first == span.start}
        kept = [here[where] for where in sorted(here, key=str) if _named(where, self.category, self.region)]
        known = [word for fact, word in _DEMAND if self.overlaps(fact, span)]
        return Cells(
            cells=tuple(kept),
            by_category=self.category,
            by_region=self.region,
            span=span,
            market_gmv=market,
            demand=" and ".join(["orders", *known]),
            supply=supply,
        )

    def place(self, on: str) -> str:
        """The three columns of a cell: its span's first day, category, region; NULL for what does not split."""
        first = "$first::DATE" if self.grain is None else f"date_trunc('{self.grain.value}', {on})::DATE"
        category = "category" if self.category else "NULL::VARCHAR"
        region = "region" if self.region else "NULL::VARCHAR"
        return f"{first} AS since, {category} AS category, {region} AS region"

    def rows(self, statement: str, **more: object) -> list[tuple[Any, ...]]:
        """Run a statement; only the parameters it names are bound."""
        values = {"first": self.spans[0].start, "last": self.spans[-1].end, **more}
        return self.store.engine.rows(statement, values)

    def overlaps(self, fact: str, span: Span) -> bool:
        """Whether the fact is known on days of the span: another year's requests say nothing of this one."""
        if self.store.missing(fact):
            return False
        table = {"events": "events", "requests": "quotes"}[fact]
        known = self.store.ranges.get(table)
        return known is not None and known[0] <= span.end and known[1] >= span.start

    def mature(self, table: str, days: int) -> date:
        """The last day whose outcome is known by the as-of date."""
        known = self.store.ranges[table][1]
        return min(self.spans[-1].end, min(known, self.as_of or known) - timedelta(days=days))

    def traded(self) -> _Found:
        """Orders, GMV and active accounts, and the largest account of each side."""
        unit = 10 ** minor_units(self.store.currency)
        found: _Found = {}
        for side in Side:
            rows = self.rows(
                f"""
                WITH held AS (
                    SELECT {self.place("placed_on")}, {side.value} AS account, count(*) AS orders,
                           coalesce(sum(value), 0) AS amount
                    FROM fact_orders WHERE placed_on BETWEEN $first AND $last GROUP BY 1, 2, 3, 4
                )
                SELECT since, category, region, sum(orders), sum(amount)::DOUBLE, count(*),
                       max_by(account, (amount, -account)), max(amount)::DOUBLE / nullif(sum(amount)::DOUBLE, 0)
                FROM held GROUP BY 1, 2, 3
                """
            )
            for since, category, region, orders, amount, accounts, largest, part in rows:
                cell = found.get((since, category, region)) or Cell(
                    category=category, region=region, orders=int(orders), gmv=amount / unit
                )
                if part is not None:
                    cell.top[side] = (largest, part)
                found[since, category, region] = (
                    replace(cell, active_buyers=accounts, buyers=accounts)
                    if side is Side.BUYER
                    else replace(cell, active_suppliers=accounts, suppliers=accounts)
                )
        return found

    def add_buyers(self, found: _Found, *, seen: bool, asked: bool) -> None:
        """Buyers that ordered, searched or asked."""
        ordered = f"SELECT {self.place('placed_on')}, buyer AS account FROM fact_orders"
        parts = [f"{ordered} WHERE placed_on BETWEEN $first AND $last"]
        if seen:
            parts.append(
                f"SELECT {self.place('occurred_on')}, account FROM fact_events WHERE side = 'buyer'"
                " AND name = 'search' AND account IS NOT NULL AND occurred_on BETWEEN $first AND $last"
            )
        if asked:
            parts.append(
                f"SELECT {self.place('requested_on')}, account FROM fact_requests WHERE account IS NOT NULL"
                " AND requested_on BETWEEN $first AND $last"
            )
        union = " UNION ALL ".join(parts)
        rows = self.rows(f"SELECT since, category, region, count(DISTINCT account) FROM ({union}) GROUP BY 1, 2, 3")
        for since, c, r, n in rows:
            found[since, c, r] = replace(found.get((since, c, r)) or Cell(category=c, region=r), buyers=n)

    def add_suppliers(self, found: _Found) -> dict[date, str]:
        """Suppliers that can sell at each span's end: from listings, else from accounts, else those that sold.

        Returns what they were counted from, by span.
        """
        firsts = [span.start for span in self.spans]
        source = dict.fromkeys(firsts, "sales")
        category = "s.category" if self.category else "NULL::VARCHAR"
        region = "s.region" if self.region else "NULL::VARCHAR"
        for name, (relation, opened) in _SUPPLY.items():
            rows = self.rows(
                f"""
                WITH ends AS (SELECT unnest($firsts::DATE[]) AS since, unnest($lasts::DATE[]) AS last_day)
                SELECT since, {category}, {region}, count(DISTINCT s.account)
                FROM ends JOIN {relation} s
                  ON s.{opened} <= last_day AND (s.closed_on IS NULL OR s.closed_on > last_day)
                WHERE s.side = 'supplier' GROUP BY 1, 2, 3
                """,
                firsts=firsts,
                lasts=[span.end for span in self.spans],
            )
            told = {since for since, c, r, n in rows if n and _named((c, r), self.category, self.region)}
            fresh = {since for since in told if source[since] == "sales"}
            for key, cell in found.items():
                if key[0] in fresh:
                    found[key] = replace(cell, suppliers=0)
            for since, c, r, n in rows:
                if since in fresh:
                    found[since, c, r] = replace(found.get((since, c, r)) or Cell(category=c, region=r), suppliers=n)
            source |= dict.fromkeys(fresh, name)
        return source

    def add_searches(self, found: _Found) -> None:
        """Searches old enough to have led to an order, those that did, and those without a result."""
        rows = self.rows(
            f"""
            WITH each AS (
                SELECT {self.place("occurred_on")}, account,
                       count(*) FILTER (account IS NOT NULL AND occurred_on <= $mature) AS asked,
                       count(*) FILTER (account IS NOT NULL AND occurred_on <= $mature AND converted) AS met,
                       count(*) FILTER (results = 0) AS empty, count(results) AS shown
                FROM fact_events WHERE name = 'search' AND side = 'buyer' AND occurred_on BETWEEN $first AND $last
                GROUP BY 1, 2, 3, 4
            )
            SELECT since, category, region, {_SUMS}, sum(empty), sum(shown) FROM each GROUP BY 1, 2, 3
            """,
            mature=self.mature("events", SEARCH_MATURITY),
        )
        for since, c, r, *sums, empty, shown in rows:
            cell = found.get((since, c, r)) or Cell(category=c, region=r)
            found[since, c, r] = replace(cell, searches=_outcomes(sums), zero_results=(int(empty), int(shown)))

    def add_requests(self, found: _Found) -> None:
        """Requests old enough to be decided and those that were filled; cancelled ones are left out."""
        rows = self.rows(
            f"""
            WITH each AS (
                SELECT {self.place("requested_on")}, account, count(*) AS asked, count(*) FILTER (filled) AS met
                FROM fact_requests
                WHERE NOT cancelled AND requested_on BETWEEN $first AND $last AND requested_on <= $mature
                GROUP BY 1, 2, 3, 4
            )
            SELECT since, category, region, {_SUMS} FROM each GROUP BY 1, 2, 3
            """,
            mature=self.mature("quotes", REQUEST_MATURITY),
        )
        for since, c, r, *sums in rows:
            cell = found.get((since, c, r)) or Cell(category=c, region=r)
            found[since, c, r] = replace(cell, requests=_outcomes(sums))


_DEMAND = (("events", "searches"), ("requests", "requests"))
_SUPPLY = {"live listings": ("fact_listings", "listed_on"), "live accounts": ("dim_accounts", "live_on")}
"""What suppliers able to sell are counted from, the best first, and since when each row can sell."""

_SUMS = "sum(asked), sum(met), count(*) FILTER (asked > 0), sum(met * met), sum(asked * asked), sum(asked * met)"


def _outcomes(sums: list[Any]) -> Outcomes:
    asked, met, accounts, met2, asked2, products = (float(part or 0) for part in sums)
    return Outcomes(
        asked=asked, met=met, accounts=int(accounts), met_squares=met2, asked_squares=asked2, products=products
    )
