"""What each cell of the market counted over the window: its two sides, what was asked for, what came of it."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.metrics.catalogue.liquidity import REQUEST_MATURITY, SEARCH_MATURITY
from bothsides.schema import Side, minor_units

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

    @property
    def gmv(self) -> float:
        """GMV of all cells."""
        return sum(cell.gmv for cell in self.cells)


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
    reader = _Reader(store=store, span=span, as_of=as_of, category=by_category, region=by_region)
    seen, asked = reader.overlaps("events"), reader.overlaps("requests")
    found = reader.traded()
    market = sum(cell.gmv for cell in found.values())
    reader.add_buyers(found, seen=seen, asked=asked)
    supply = reader.add_suppliers(found)
    if seen:
        reader.add_searches(found)
    if asked:
        reader.add_requests(found)
    cells = [found[where] for where in sorted(found, key=str) if _named(where, by_category, by_region)]
    return Cells(
        cells=tuple(cells),
        by_category=by_category,
        by_region=by_region,
        span=span,
        market_gmv=market,
        demand=" and ".join(["orders", *(["searches"] if seen else []), *(["requests"] if asked else [])]),
        supply=supply,
    )


def _named(where: Where, by_category: bool, by_region: bool) -> bool:
    return (where[0] is not None or not by_category) and (where[1] is not None or not by_region)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the facts by cell; place names come from the facts, days are parameters."""

    store: Store
    span: Span
    as_of: date | None
    category: bool
    region: bool

    def place(self, alias: str = "") -> str:
        """The cell's two columns; NULL for a dimension that does not split the market."""
        dot = f"{alias}." if alias else ""
        category = f"{dot}category" if self.category else "NULL::VARCHAR"
        region = f"{dot}region" if self.region else "NULL::VARCHAR"
        return f"{category} AS category, {region} AS region"

    def rows(self, statement: str, **more: object) -> list[tuple[Any, ...]]:
        """Run a statement; only the parameters it names are bound."""
        values = {"first": self.span.start, "last": self.span.end, **more}
        return self.store.engine.rows(statement, values)

    def overlaps(self, fact: str) -> bool:
        """Whether the fact is known on days of the window: another year's requests say nothing of this one."""
        if self.store.missing(fact):
            return False
        table = {"events": "events", "requests": "quotes"}[fact]
        known = self.store.ranges.get(table)
        return known is not None and known[0] <= self.span.end and known[1] >= self.span.start

    def mature(self, table: str, days: int) -> date:
        """The last day of the window whose outcome is known by the as-of date."""
        known = self.store.ranges[table][1]
        return min(self.span.end, min(known, self.as_of or known) - timedelta(days=days))

    def traded(self) -> dict[Where, Cell]:
        """Orders, GMV and active accounts, and the largest account of each side."""
        unit = 10 ** minor_units(self.store.currency)
        rows = self.rows(
            f"SELECT {self.place()}, count(*), coalesce(sum(value), 0)::DOUBLE, count(DISTINCT buyer),"
            " count(DISTINCT supplier) FROM fact_orders WHERE placed_on BETWEEN $first AND $last GROUP BY 1, 2",
        )
        found = {
            (c, r): Cell(
                category=c,
                region=r,
                orders=n,
                gmv=value / unit,
                active_buyers=b,
                active_suppliers=s,
                buyers=b,
                suppliers=s,
            )
            for c, r, n, value, b, s in rows
        }
        for side in Side:
            self._add_largest(found, side)
        return found

    def _add_largest(self, found: dict[Where, Cell], side: Side) -> None:
        rows = self.rows(
            f"""
            WITH held AS (
                SELECT {self.place()}, {side.value} AS account, sum(value)::DOUBLE AS amount
                FROM fact_orders WHERE placed_on BETWEEN $first AND $last GROUP BY 1, 2, 3
            )
            SELECT category, region, max_by(account, (amount, -account)), max(amount) / nullif(sum(amount), 0)
            FROM held GROUP BY 1, 2
            """
        )
        for category, region, account, part in rows:
            if part is not None:
                found[category, region].top[side] = (account, part)

    def add_buyers(self, found: dict[Where, Cell], *, seen: bool, asked: bool) -> None:
        """Buyers that ordered, searched or asked."""
        parts = [f"SELECT {self.place()}, buyer AS account FROM fact_orders WHERE placed_on BETWEEN $first AND $last"]
        if seen:
            parts.append(
                f"SELECT {self.place()}, account FROM fact_events WHERE side = 'buyer' AND name = 'search'"
                " AND account IS NOT NULL AND occurred_on BETWEEN $first AND $last"
            )
        if asked:
            parts.append(
                f"SELECT {self.place()}, account FROM fact_requests WHERE account IS NOT NULL"
                " AND requested_on BETWEEN $first AND $last"
            )
        union = " UNION ALL ".join(parts)
        for c, r, n in self.rows(f"SELECT category, region, count(DISTINCT account) FROM ({union}) GROUP BY 1, 2"):
            found[c, r] = replace(found.get((c, r)) or Cell(category=c, region=r), buyers=n)

    def add_suppliers(self, found: dict[Where, Cell]) -> str:
        """Suppliers that can sell at the window's end: from listings, else from accounts, else those that sold."""
        sources = {
            "live listings": "fact_listings WHERE listed_on <= $last AND (closed_on IS NULL OR closed_on > $last)",
            "live accounts": "dim_accounts WHERE side = 'supplier' AND live_on <= $last"
            " AND (closed_on IS NULL OR closed_on > $last)",
        }
        for name, relation in sources.items():
            rows = self.rows(f"SELECT {self.place()}, count(DISTINCT account) FROM {relation} GROUP BY 1, 2")
            if not sum(n for c, r, n in rows if _named((c, r), self.category, self.region)):
                continue
            for where, cell in found.items():
                found[where] = replace(cell, suppliers=0)
            for c, r, n in rows:
                found[c, r] = replace(found.get((c, r)) or Cell(category=c, region=r), suppliers=n)
            return name
        return "sales"

    def add_searches(self, found: dict[Where, Cell]) -> None:
        """Searches old enough to have led to an order, those that did, and those without a result."""
        rows = self.rows(
            f"""
            WITH each AS (
                SELECT {self.place()}, account,
                       count(*) FILTER (account IS NOT NULL AND occurred_on <= $mature) AS asked,
                       count(*) FILTER (account IS NOT NULL AND occurred_on <= $mature AND converted) AS met,
                       count(*) FILTER (results = 0) AS empty, count(results) AS shown
                FROM fact_events WHERE name = 'search' AND side = 'buyer' AND occurred_on BETWEEN $first AND $last
                GROUP BY 1, 2, 3
            )
            SELECT category, region, {_SUMS}, sum(empty), sum(shown) FROM each GROUP BY 1, 2
            """,
            mature=self.mature("events", SEARCH_MATURITY),
        )
        for c, r, *sums, empty, shown in rows:
            cell = found.get((c, r)) or Cell(category=c, region=r)
            found[c, r] = replace(cell, searches=_outcomes(sums), zero_results=(int(empty), int(shown)))

    def add_requests(self, found: dict[Where, Cell]) -> None:
        """Requests old enough to be decided and those that were filled; cancelled ones are left out."""
        rows = self.rows(
            f"""
            WITH each AS (
                SELECT {self.place()}, account, count(*) AS asked, count(*) FILTER (filled) AS met
                FROM fact_requests
                WHERE NOT cancelled AND requested_on BETWEEN $first AND $last AND requested_on <= $mature
                GROUP BY 1, 2, 3
            )
            SELECT category, region, {_SUMS} FROM each GROUP BY 1, 2
            """,
            mature=self.mature("quotes", REQUEST_MATURITY),
        )
        for c, r, *sums in rows:
            found[c, r] = replace(found.get((c, r)) or Cell(category=c, region=r), requests=_outcomes(sums))


_SUMS = "sum(asked), sum(met), count(*) FILTER (asked > 0), sum(met * met), sum(asked * asked), sum(asked * met)"


def _outcomes(sums: list[Any]) -> Outcomes:
    asked, met, accounts, met2, asked2, products = (float(part or 0) for part in sums)
    return Outcomes(
        asked=asked, met=met, accounts=int(accounts), met_squares=met2, asked_squares=asked2, products=products
    )


def by_label(cells: tuple[Cell, ...], dim: int) -> dict[str | None, list[Cell]]:
    """The cells grouped by category (0) or region (1)."""
    groups: dict[str | None, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell.where[dim]].append(cell)
    return groups
