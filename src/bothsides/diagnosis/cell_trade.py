"""What each account did in each cell: orders, searches and requests, each fact read once however many questions follow.

The rows come as columns of whole numbers and are summed by span, cell and account by sorting: a tenth of what an
engine's table of groups costs, as there are nearly as many groups as rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.diagnosis.sorted_sums import grouped, runs, whole_columns
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.metrics.catalogue.liquidity import REQUEST_MATURITY, SEARCH_MATURITY
from bothsides.schema import Side

Labels: TypeAlias = tuple[str | None, str | None]
"""Category and region; None where the market has no such split."""

Numbers: TypeAlias = NDArray[Any]

UNKNOWN = -1
"""The account of an anonymous search or request."""


class Split(NamedTuple):
    """Which dimensions tell cells apart."""

    category: bool
    region: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(name for name, by in zip(("category", "region"), self, strict=True) if by)

    def labels(self) -> str:
        """SQL: category and region, NULL for what does not split the market."""
        named = zip(("category", "region"), self, strict=True)
        return ", ".join(f"{name} AS {name}" if by else f"NULL::VARCHAR AS {name}" for name, by in named)

    def join(self, fact: str) -> str:
        """SQL: the fact with the places of its labels in a `Grid`."""
        return fact + "".join(
            f"""
            JOIN (
                SELECT unnest(${name}_labels::VARCHAR[]) AS label, unnest(${name}_places::BIGINT[]) AS place
            ) {name}_of ON {fact}.{name} IS NOT DISTINCT FROM {name}_of.label
            """
            for name in self.names
        )

    @property
    def cell(self) -> str:
        """SQL: the place of a row's cell in a `Grid`."""
        return " + ".join(f"{name}_of.place" for name in self.names)


class Grid(NamedTuple):
    """Every category in every region, counted row by row: most of its places may be empty.

    A label's part in the place of a row is told by the label alone, so that the engine needs no list of pairs.
    """

    categories: list[str | None]
    regions: list[str | None]

    @classmethod
    def of(cls, cells: Sequence[Labels]) -> "Grid":
        """The labels that cells have."""
        return cls(*(sorted({cell[part] for cell in cells}, key=_label_order) for part in (0, 1)))

    def parameters(self) -> dict[str, object]:
        """The labels with their parts, for `Split.join`."""
        return {
            "category_labels": self.categories,
            "category_places": [i * len(self.regions) for i in range(len(self.categories))],
            "region_labels": self.regions,
            "region_places": [*range(len(self.regions))],
        }

    def places(self, cells: Sequence[Labels]) -> Numbers:
        """Where these cells stand."""
        category, region = ({label: i for i, label in enumerate(labels)} for labels in self)
        found = [category[a] * len(self.regions) + region[b] for a, b in cells]
        return np.array(found, np.int64)


def _in_order(cell: Labels) -> tuple[tuple[bool, str], tuple[bool, str]]:
    return _label_order(cell[0]), _label_order(cell[1])


def _label_order(label: str | None) -> tuple[bool, str]:
    return label is None, label or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Sums by span, cell and account, one row for each that has any, in this order.

    Spans and cells are their places in the lists they were asked by; accounts are ids.
    """

    span: Numbers
    cell: Numbers
    account: Numbers
    sums: Mapping[str, Numbers]

    def __getitem__(self, name: str) -> Numbers:
        """One of the sums."""
        return self.sums[name]

    def by_cell(self) -> "ByCell":
        """Where each cell's rows begin."""
        return ByCell.of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCell:
    """The rows of a Held cell by cell: the span and the cell of each, and its first row."""

    span: Numbers
    cell: Numbers
    first: Numbers
    rows: int

    @classmethod
    def of(cls, held: Held) -> "ByCell":
        """Its cells."""
        first = runs(held.span, held.cell)
        return cls(span=held.span[first], cell=held.cell[first], first=first, rows=len(held.span))

    def only(self, kept: Numbers) -> "ByCell":
        """Some of its cells, for which totals are already taken."""
        return ByCell(span=self.span[kept], cell=self.cell[kept], first=self.first[kept], rows=self.rows)

    @property
    def accounts(self) -> Numbers:
        """How many accounts each cell has."""
        return np.diff(np.append(self.first, self.rows))

    def total(self, amounts: Numbers) -> Numbers:
        """The sum in each cell."""
        return np.add.reduceat(amounts, self.first) if self.rows else amounts

    def largest(self, amounts: Numbers) -> Numbers:
        """The row with the largest amount of each cell, the first of equal ones."""
        if not self.rows:
            return np.zeros(0, np.int64)
        most = np.repeat(np.maximum.reduceat(amounts, self.first), self.accounts)
        candidates = np.where(amounts == most, np.arange(self.rows), self.rows)
        return np.minimum.reduceat(candidates, self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What accounts did in the cells of a market over some days, told by any of the spans it was read for.

    Cells are those that a listing has, or an order, a buyer's search or a request of those days. Orders are rows with
    their `amount` in minor units, and `unpriced` where some have none; searches `asked, met, empty, shown` and
    requests `asked, met`, of which `asked` are those old enough to be decided. Searches and requests are None where
    they were not read.
    """

    split: Split
    cells: tuple[Labels, ...]
    edges: tuple[int, ...]
    """First days of the stretches that no span begins or ends within, as ordinals."""
    orders: Mapping[Side, Held]
    searches: Held | None
    requests: Held | None

    _told: dict[tuple[int, tuple[Span, ...]], Held] = field(default_factory=dict, repr=False, compare=False)
    """What `over` has found out: several questions are asked of the same spans."""

    def over(self, held: Held, spans: Sequence[Span]) -> Held:
        """What it holds, by these spans, which must not overlap; what lies in none of them is left out."""
        key = id(held), tuple(spans)
        if key not in self._told:
            self._told[key] = _over(held, self.edges, spans)
        return self._told[key]


def _over(held: Held, edges: Sequence[int], spans: Sequence[Span]) -> Held:
    """Each row in its span; rows of spans that are one stretch each are summed already."""
    at = np.full(len(edges) + 1, -1)
    for i, span in enumerate(spans):
        at[1:][[span.start.toordinal() <= edge <= span.end.toordinal() for edge in edges]] = i
    place = at[held.span]
    kept = place >= 0
    columns = place[kept], held.cell[kept], held.account[kept]
    sums = {name: part[kept] for name, part in held.sums.items()}
    whole = np.bincount(at[at >= 0]).max(initial=0) <= 1 and list(spans) == sorted(spans, key=lambda of: of.start)
    if not whole:
        return summed(*columns, sums)
    return Held(span=columns[0], cell=columns[1], account=columns[2], sums=sums)


def edges_of(spans: Sequence[Span]) -> tuple[int, ...]:
    """The first days of the stretches that make up these spans, as ordinals."""
    first = {span.start.toordinal() for span in spans}
    return tuple(sorted(first | {span.end.toordinal() + 1 for span in spans}))


def summed(span: Numbers, cell: Numbers, account: Numbers, amounts: Mapping[str, Numbers]) -> Held:
    """Rows summed by span, cell and account; `rows` says how many there were, unless it is one of the amounts.

    >>> held = summed(np.array([0, 0, 0]), np.array([1, 0, 1]), np.array([7, 7, 7]), {"orders": np.array([1, 2, 4])})
    >>> held.cell.tolist(), held["orders"].tolist()
    ([0, 1], [2, 5])
    """
    if not len(span):
        return Held(span=span, cell=cell, account=account, sums={"rows": span, **amounts})
    cells = int(cell.max()) + 1
    place = span.astype(np.int64)
    place *= cells
    place += cell
    found = grouped(place, account.astype(np.int64) - UNKNOWN)
    sums = {name: found.total(part) for name, part in amounts.items()}
    return Held(
        span=found.first // cells,
        cell=found.first % cells,
        account=found.second + UNKNOWN,
        sums={"rows": found.times, **sums},
    )


def read_trade(store: Store, split: Split, spans: Sequence[Span], *, as_of: date | None = None) -> Trade:
    """What accounts did in the cells on the days of these spans, which may overlap; each fact is read once."""
    reader = _Reader(store=store, split=split, spans=tuple(spans), as_of=as_of)
    seen, asked = (any(overlaps(store, fact, span) for span in spans) for fact in ("events", "requests"))
    cells = reader.cells(seen=seen, asked=asked)
    return Trade(
        split=split,
        cells=cells,
        edges=reader.edges,
        orders=reader.orders(cells),
        searches=reader.searches(cells) if seen else None,
        requests=reader.requests(cells) if asked else None,
    )


def overlaps(store: Store, fact: str, span: Span) -> bool:
    """Whether the fact is known on days of the span: another year's requests say nothing of this one."""
    if store.missing(fact):
        return False
    known = store.ranges.get({"events": "events", "requests": "quotes"}[fact])
    return known is not None and known[0] <= span.end and known[1] >= span.start


_ORDERED = "placed_on BETWEEN $first AND $last"
_SEARCHED = "name = 'search' AND side = 'buyer' AND occurred_on BETWEEN $first AND $last"
_REQUESTED = "requested_on BETWEEN $first AND $last"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the facts as columns; place names come from the facts, days are parameters."""

    store: Store
    split: Split
    spans: tuple[Span, ...]
    as_of: date | None

    @property
    def edges(self) -> tuple[int, ...]:
        """Where the stretches begin."""
        return edges_of(self.spans)

    def days(self) -> dict[str, date]:
        """The first and the last day read."""
        return {"first": min(span.start for span in self.spans), "last": max(span.end for span in self.spans)}

    def cells(self, *, seen: bool, asked: bool) -> tuple[Labels, ...]:
        """Those that a row has, category by category."""
        facts = [f"fact_orders WHERE {_ORDERED}"]
        facts += [f"fact_events WHERE {_SEARCHED}"] if seen else []
        facts += [f"fact_requests WHERE {_REQUESTED}"] if asked else []
        facts += [] if self.store.missing("listings") else ["fact_listings"]
        labels = self.split.labels()
        each = " UNION ".join(f"SELECT DISTINCT {labels} FROM {fact}" for fact in facts)
        rows = self.store.engine.rows(each, self.days())
        return tuple(sorted(((category, region) for category, region in rows), key=_in_order))

    def columns(self, cells: tuple[Labels, ...], statement: str, **more: object) -> dict[str, Numbers]:
        """The statement's columns, and for its column `day`, counted from the first, the stretch of each row."""
        days = self.days()
        found = read_columns(self.store, cells, statement, {**days, **more})
        first, last = days["first"].toordinal(), days["last"].toordinal()
        stretch = np.searchsorted(self.edges, np.arange(first, last + 1), side="right")
        return found | {"stretch": stretch[found["day"]]} if found else found

    def orders(self, cells: tuple[Labels, ...]) -> dict[Side, Held]:
        """Orders by either side."""
        read = self.columns(
            cells,
            f"""
            SELECT (placed_on - $first::DATE)::INTEGER AS day, {self.split.cell} AS cell, buyer, supplier,
                   coalesce(value, 0) AS amount, (value IS NULL)::INTEGER AS unpriced
            FROM {self.split.join("fact_orders")} WHERE {_ORDERED}
            """,
        )
        if not read:
            return dict.fromkeys(Side, NO_ORDERS)
        amounts = {"amount": _addable(read["amount"])}
        amounts |= {"unpriced": read["unpriced"]} if read["unpriced"].any() else {}
        return {side: summed(read["stretch"], read["cell"], read[side.value], amounts) for side in Side}

    def searches(self, cells: tuple[Labels, ...]) -> Held:
        """Searches of buyers; what each counts as is one bit of a number."""
        read = self.columns(
            cells,
            f"""
            SELECT (occurred_on - $first::DATE)::INTEGER AS day, {self.split.cell} AS cell,
                   coalesce(account, {UNKNOWN}) AS account,
                   CASE WHEN account IS NULL OR occurred_on > $mature THEN 0 WHEN converted THEN 3 ELSE 1 END
                   + CASE WHEN results = 0 THEN 12 WHEN results IS NULL THEN 0 ELSE 8 END AS told
            FROM {self.split.join("fact_events")} WHERE {_SEARCHED}
            """,
            mature=last_mature(self.store.ranges["events"][1], SEARCH_MATURITY, self.as_of),
        )
        return _told(read, ("asked", "met", "empty", "shown"))

    def requests(self, cells: tuple[Labels, ...]) -> Held:
        """Requests; those that their buyer cancelled, and those too young, are none that were asked."""
        read = self.columns(
            cells,
            f"""
            SELECT (requested_on - $first::DATE)::INTEGER AS day, {self.split.cell} AS cell,
                   coalesce(account, {UNKNOWN}) AS account,
                   CASE WHEN NOT cancelled AND requested_on <= $mature THEN CASE WHEN filled THEN 3 ELSE 1 END
                   ELSE 0 END AS told
            FROM {self.split.join("fact_requests")} WHERE {_REQUESTED}
            """,
            mature=last_mature(self.store.ranges["quotes"][1], REQUEST_MATURITY, self.as_of),
        )
        return _told(read, ("asked", "met"))


def read_columns(
    store: Store, cells: Sequence[Labels], statement: str, given: Mapping[str, object]
) -> dict[str, Numbers]:
    """The statement's columns, whole numbers all; empty without a row.

    It names the place of each row's cell `cell`, by `Split.join`; here it becomes its place among these cells, which
    are in order.
    """
    grid = Grid.of(cells)
    given = {**given, **grid.parameters()}
    found = whole_columns(store.engine, statement, given)
    if not any(len(column) for column in found.values()):
        return {}
    full = len(cells) == len(grid.categories) * len(grid.regions)
    return found if full else found | {"cell": np.searchsorted(grid.places(cells), found["cell"])}


_NONE = np.zeros(0, np.int64)
NO_ORDERS = summed(_NONE, _NONE, _NONE, {"amount": _NONE})


def last_mature(known: date, days: int, as_of: date | None) -> date:
    """The last day whose outcome, decided so many days later, is known by the as-of date."""
    return min(known, as_of or known) - timedelta(days=days)


def _told(read: Mapping[str, Numbers], names: Sequence[str]) -> Held:
    """Rows of which each name is a bit of `told`."""
    if not read:
        return summed(_NONE, _NONE, _NONE, dict.fromkeys(names, _NONE))
    bits = {name: (read["told"] >> place & 1).astype(np.int8) for place, name in enumerate(names)}
    return summed(read["stretch"], read["cell"], read["account"], bits)


def _addable(amounts: Numbers) -> Numbers:
    """The amounts, as floats where their sum could be more than a whole number of the machine holds."""
    largest = max(abs(int(amounts.min())), abs(int(amounts.max())))
    return amounts.astype(np.float64) if largest * len(amounts) >= 1 << 62 else amounts
