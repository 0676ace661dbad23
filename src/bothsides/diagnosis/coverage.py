"""Coverage gaps: what buyers of a cell searched and asked for and did not get, in requests, buyers and money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

import numpy as np

from bothsides.diagnosis.cell_trade import UNKNOWN, Held, Numbers, Trade, read_columns, read_trade, summed
from bothsides.diagnosis.cells import Cell, Cells, Outcomes, Where, split_of
from bothsides.diagnosis.figures import rate
from bothsides.diagnosis.liquidity import Judged
from bothsides.diagnosis.liquidity_audit import CellVerdict, CoverageGap
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.typical import Usual, interval, usual_rates
from bothsides.metrics import Store
from bothsides.metrics.building import Past
from bothsides.metrics.catalogue.liquidity import REQUEST_MATURITY, UNANSWERED_MATURITY
from bothsides.predict.comparison import believed, median, tail
from bothsides.schema import TABLES

Range: TypeAlias = tuple[float, float, float]
"""A number with its low and its high end."""

MOST_TITLES = 3
"""Things asked for that are named per cell, those asked for most."""

MOST_TITLES_READ = 5_000
"""Titles beyond so many are free text, no list of goods: only those asked for most are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """What a cell was asked for over the window and what came of it; searches and requests old enough to be decided.

    `answered` counts searches with a result and requests with a reply among those for which that is known; the spread
    is between accounts.
    """

    searches: int = 0
    without_result: int = 0
    requests: int = 0
    without_reply: int = 0
    replied_not_filled: int = 0
    empty_handed: int = 0
    """Known buyers that got nothing of all they searched and asked for."""
    answered: Outcomes = field(default_factory=Outcomes)


def read_unmet(store: Store, found: Cells, *, trade: Trade | None = None) -> dict[Where, Unmet]:
    """Every cell's unmet searches and requests over the window, each fact read once.

    Searches of anonymous visitors count where the question is whether anything was found. `trade` is what accounts did
    in the window, where it has been read.
    """
    trade = trade or read_trade(store, split_of(found), [found.span])
    held = _asked_of(_Reader(store=store, found=found), trade)
    by = held.by_cell()
    told, answered = held["shown"] + held["known"], held["shown"] - held["empty"] + held["known"] - held["silent"]
    tried = held["searches"] + held["requests"] + held["silent"] + held["empty"] > 0
    columns = (
        held["searches"],
        held["empty"],
        held["requests"],
        held["silent"],
        held["declined"],
        (held.account != UNKNOWN) & tried & (held["met"] == 0),
        told,
        answered,
        told > 0,
        answered * answered,
        told * told,
        told * answered,
    )
    totals = zip(*(by.total(column.astype(np.int64)).tolist() for column in columns), strict=True)
    return {trade.cells[cell]: _unmet(row) for cell, row in zip(by.cell.tolist(), totals, strict=True)}


_COUNTS = ("searches", "empty", "shown", "requests", "silent", "known", "declined", "met")


def _asked_of(reader: "_Reader", trade: Trade) -> Held:
    """What accounts searched and asked for in the cells over the window, and what came of it: the counts' sums."""
    parts = [reader.requests(trade)]
    if trade.searches is not None:
        seen = trade.over(trade.searches, [reader.span])
        named = {"searches": seen["asked"], **{name: seen[name] for name in ("empty", "shown", "met")}}
        parts.append({"cell": seen.cell, "account": seen.account, **named})
    parts = [part for part in parts if part]
    if not parts:
        return summed(*(np.zeros(0, np.int64),) * 3, dict.fromkeys(_COUNTS, np.zeros(0, np.int64)))
    cell, account, *counts = (
        np.concatenate([part.get(name, np.zeros(len(part["cell"]), np.int64)) for part in parts])
        for name in ("cell", "account", *_COUNTS)
    )
    return summed(np.zeros(len(cell), np.int64), cell, account, dict(zip(_COUNTS, counts, strict=True)))


def _unmet(row: Sequence[Any]) -> Unmet:
    searches, empty, requests, silent, declined, buyers = (int(part or 0) for part in row[:6])
    told, answered, accounts, squares, told_squares, products = (float(part or 0) for part in row[6:])
    return Unmet(
        searches=searches,
        without_result=empty,
        requests=requests,
        without_reply=silent,
        replied_not_filled=declined,
        empty_handed=buyers,
        answered=Outcomes(
            asked=told,
            met=answered,
            accounts=int(accounts),
            met_squares=squares,
            asked_squares=told_squares,
            products=products,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads requests by cell and account over the window, and what they were for."""

    store: Store
    found: Cells

    @property
    def span(self) -> Span:
        """The window."""
        return self.found.span

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement; only the parameters it names are bound."""
        return self.store.engine.rows(statement, self.given())

    def given(self) -> dict[str, object]:
        """The window's first and last day, and the last days whose requests are decided."""
        return {"first": self.span.start, "last": self.span.end, **self.maturities()}

    def maturities(self) -> dict[str, object]:
        """The last days whose requests are decided."""
        days = {
            "decided": ("quotes", REQUEST_MATURITY),
            "replied": ("quotes", UNANSWERED_MATURITY),
        }
        known = self.store.ranges
        return {name: known[table][1] - timedelta(days=n) for name, (table, n) in days.items() if table in known}

    def knows(self, fact: str, table: str) -> bool:
        """Whether the fact is known on days of the window."""
        known = self.store.ranges.get(table)
        if known is None or self.store.missing(fact):
            return False
        return known[0] <= self.span.end and known[1] >= self.span.start

    def requests(self, trade: Trade) -> Mapping[str, Numbers]:
        """Requests by cell and account; empty without them. Those that their buyer cancelled are left out."""
        if not self.knows("requests", "quotes"):
            return {}
        counts = {
            "requests": "requested_on <= $decided",
            "silent": "requested_on <= $replied AND responses = 0 AND NOT filled",
            "known": "requested_on <= $replied AND responses IS NOT NULL",
            "declined": "requested_on <= $decided AND responses > 0 AND NOT filled",
            "met": "filled",
        }
        statement = f"""
            SELECT {trade.split.cell} AS cell, coalesce(account, {UNKNOWN}) AS account,
                   {", ".join(f"count(*) FILTER ({on}) AS {name}" for name, on in counts.items())}
            FROM {trade.split.join("fact_requests")} WHERE NOT cancelled AND requested_on BETWEEN $first AND $last
            GROUP BY 1, 2
        """
        return read_columns(self.store, trade.cells, statement, self.given())

    def titles(self) -> dict[Where, tuple[tuple[str, int], ...]]:
        """What the requests that came to nothing were for, by cell, most often asked for first."""
        if not self.knows("requests", "quotes") or self.store.lacks("quotes.title"):
            return {}
        quotes = Past(known_on=self.store.known_on, as_of=self.store.as_of).rows(TABLES["quotes"])
        category = "r.category" if self.found.by_category else "NULL::VARCHAR"
        region = "coalesce(r.region, b.region)" if self.found.by_region else "NULL::VARCHAR"
        rows = self.rows(
            f"""
            SELECT {category}, {region}, r.title, count(*)
            FROM ({quotes}) r LEFT JOIN dim_accounts b ON b.account_id = r.buyer_id
            WHERE r.kind = 'request' AND r.title IS NOT NULL AND r.requested_on BETWEEN $first AND $last
                AND r.requested_on <= $decided AND r.status NOT IN ('awarded', 'cancelled')
                AND r.supplier_id IS NULL AND r.order_id IS NULL
            GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 4 DESC, 1, 2, 3 LIMIT {MOST_TITLES_READ}
            """
        )
        named: dict[Where, list[tuple[str, int]]] = {}
        for c, r, title, n in rows:
            if len(here := named.setdefault((c, r), [])) < MOST_TITLES:
                here.append((title, n))
        return {where: tuple(here) for where, here in named.items()}


def read_titles(store: Store, found: Cells) -> dict[Where, tuple[tuple[str, int], ...]]:
    """What was asked for more than once and came to nothing, by cell, where requests carry a title."""
    return _Reader(store=store, found=found).titles()


def coverage_gaps(
    judged: Sequence[Judged],
    found: Cells,
    unmet: Mapping[Where, Unmet],
    order_values: Mapping[Where, float],
    policy: DiagnosisPolicy,
    *,
    titles: Mapping[Where, tuple[tuple[str, int], ...]] | None = None,
) -> tuple[CoverageGap, ...]:
    """Every cell with something asked for and not met, most money first.

    A cell's lost orders are the larger of two readings of one loss: what the usual share served would have brought
    beyond what came, and every search without a result and request without a reply at the usual share. They are priced
    at the cell's typical order, so the first reading is the worth of a supply-short finding. `order_values` are in
    major units.
    """
    uncovered, unserved = scarce_cover(judged, unmet, policy), served_less(judged, policy)
    usual = _Usually(
        search=_usual_share([(j.standing.search, j.cell.searches) for j in judged]),
        fill=_usual_share([(j.standing.fill, j.cell.requests) for j in judged]),
        months=found.span.months,
    )
    gaps = [
        replace(
            _gap(j, unmet[j.cell.where], usual, order_values.get(j.cell.where)),
            for_lack_of_suppliers=_lacks_suppliers(j, uncovered),
            beyond_chance=j.cell.where in unserved,
            asked=(titles or {}).get(j.cell.where, ()),
        )
        for j in judged
        if j.cell.where in unmet
    ]
    told = [gap for gap in gaps if gap.money or gap.searches_without_result or gap.requests_without_reply]
    return tuple(sorted(told, key=lambda gap: (-(gap.money or 0.0), gap.label)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usually:
    """What usually comes of a search and of a request, with the middle half of cells, and the months counted."""

    search: Range | None
    fill: Range | None
    months: float


def _usual_share(cells: Sequence[tuple[Usual | None, Outcomes]]) -> Range | None:
    """The usual share met with its quartiles over the cells that can be judged."""
    rates = sorted(outcomes.rate or 0.0 for usual, outcomes in cells if usual is not None)
    point = next((usual.usual for usual, _ in cells if usual is not None), None)
    if point is None:
        return None
    half = max(1, len(rates) // 2)
    return point, min(point, median(rates[:half])), max(point, median(rates[-half:]))


def _lacks_suppliers(judged: Judged, uncovered: frozenset[Where]) -> bool:
    """Whether more suppliers would mend it: the verdict says so, too little meets any, or none can sell there."""
    cell = judged.cell
    nobody = not cell.suppliers and not cell.active_suppliers
    return judged.verdict is CellVerdict.SUPPLY_SHORT or cell.where in uncovered or nobody


def scarce_cover(judged: Sequence[Judged], unmet: Mapping[Where, Unmet], policy: DiagnosisPolicy) -> frozenset[Where]:
    """Cells where fewer searches and requests meet any supplier than usual, materially and beyond chance."""
    outcomes = [unmet.get(j.cell.where, Unmet()).answered for j in judged]
    stood = usual_rates(outcomes, policy.least_n)
    claims = believed([1.0 if u is None else tail(-u.score) for u in stood], policy.alarm_rate)
    return frozenset(
        j.cell.where
        for j, usual, claimed in zip(judged, stood, claims, strict=True)
        if claimed and usual is not None and usual.factor <= 1 - policy.material_shortfall
    )


def served_less(judged: Sequence[Judged], policy: DiagnosisPolicy) -> frozenset[Where]:
    """Cells whose searches or requests come about less often than usual, materially and beyond chance."""
    channels = [tuple(u for u in (j.standing.search, j.standing.fill) if u is not None) for j in judged]
    claims = believed([min((tail(-u.score) for u in found), default=1.0) for found in channels], policy.alarm_rate)
    return frozenset(
        j.cell.where
        for j, found, claimed in zip(judged, channels, claims, strict=True)
        if claimed and any(u.factor <= 1 - policy.material_shortfall for u in found)
    )


def _gap(judged: Judged, unmet: Unmet, usual: _Usually, order_value: float | None) -> CoverageGap:
    cell, stand = judged.cell, judged.standing
    lost = _add(
        lost_orders(cell.searches, stand.search, usual.search, unmet.without_result),
        lost_orders(cell.requests, stand.fill, usual.fill, unmet.without_reply),
    )
    shares = ((usual.search, unmet.without_result), (usual.fill, unmet.without_reply))
    silent = sum(share[0] * n for share, n in shares if share is not None)
    priced = None if lost is None or order_value is None else order_value / usual.months
    point, low, high = lost or (0.0, 0.0, 0.0)
    return CoverageGap(
        category=cell.category,
        region=cell.region,
        searches=unmet.searches,
        searches_without_result=unmet.without_result,
        requests=unmet.requests,
        requests_without_reply=unmet.without_reply,
        requests_replied_not_filled=unmet.replied_not_filled,
        buyers=unmet.empty_handed,
        orders_a_month=None if lost is None else point / usual.months,
        money=None if priced is None else point * priced,
        low=None if priced is None else low * priced,
        high=None if priced is None else high * priced,
        unanswered=None if priced is None else silent * priced,
        covered=rate("coverage", unmet.answered.met, unmet.answered.asked, place=_place(cell)),
        for_lack_of_suppliers=False,
        reason="" if priced is not None else _unpriced(lost is None),
    )


def _place(cell: Cell) -> dict[str, str | None]:
    return {name: word for name, word in zip(("category", "region"), cell.where, strict=True) if word is not None}


def _unpriced(unknown: bool) -> str:
    if unknown:
        return "too few searches and requests are decided anywhere to say what usually comes of them"
    return "no order tells what one is worth"


def lost_orders(outcomes: Outcomes, own: Usual | None, usual: Range | None, unanswered: int) -> Range | None:
    """Orders lost in one channel over the window with a range; None where nothing usual is known.

    `own` is the cell's rate beside the usual one, None where too little was asked to judge it: then only what met no
    supplier counts, at the usual share and its quartiles. The cell's own rate is taken over its 95 % interval.
    """
    if usual is None:
        return None
    point, low, high = (part * unanswered for part in usual)
    if own is None or not outcomes.asked:
        return point, low, high
    least, most = interval(outcomes)
    short = [max(0.0, (usual[0] - part) * outcomes.asked) for part in (outcomes.rate or 0.0, most, least)]
    return max(point, short[0]), max(low, short[1]), max(high, short[2])


def _add(*parts: Range | None) -> Range | None:
    known = [part for part in parts if part is not None]
    if not known:
        return None
    point, low, high = (sum(part[i] for part in known) for i in range(3))
    return point, low, high


def usual_need(found: Cells) -> Range | None:
    """Buyers per supplier of a usual cell with the middle half of cells around it; None for fewer than four cells."""
    ratios = sorted(cell.buyers / cell.suppliers for cell in found.cells if cell.suppliers and cell.buyers)
    if len(ratios) < 4:
        return None
    half = len(ratios) // 2
    return median(ratios), median(ratios[:half]), median(ratios[-half:])


def missing_suppliers(cell: Cell, usual: Range) -> tuple[int, int, int]:
    """Suppliers that bring the cell to the usual buyers per supplier, with the range over the middle half of cells.

    >>> missing_suppliers(Cell(category="a", region="b", buyers=40, suppliers=6), (2.0, 1.6, 2.5))
    (14, 10, 19)
    """
    point, few, many = (max(1, round(cell.buyers / ratio - cell.suppliers)) for ratio in (usual[0], usual[2], usual[1]))
    return point, few, many
