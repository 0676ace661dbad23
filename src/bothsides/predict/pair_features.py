"""Buyers and suppliers that have not met: six features of a pair before a cut-off, and whether they then traded."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np

from bothsides.metrics import Store
from bothsides.predict.cases import Cases, Signal
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints
from bothsides.predict.purchase import BOUGHT, COUNTED, closed_note, uncounted
from bothsides.predict.reading import int_columns
from bothsides.schema.period import add_months

GONE_AFTER_MONTHS = 24
"""A buyer or supplier without an order for so long is no candidate."""

NEW_MONTHS = 6
"""Months over which a supplier's newly won buyers are counted."""

PRIOR_BUYERS = 5.0
"""Buyers of the whole market that stand beside those of a region, where the region has few."""

MOST_PAIRS = 200_000
"""Pairs a cut-off learned from and judged on: beyond it a fixed one in so many buyers and suppliers is taken."""

PAIR_SIGNALS = (
    Signal(name="region_share", says="share of buyers of the same region that buy from the supplier", direction=1),
    Signal(name="winning", says="buyers newly won by the supplier in the last 6 months", direction=1),
    Signal(name="category_fit", says="how alike the categories bought and sold are", direction=1),
    Signal(name="breadth", says="suppliers the buyer has bought from", direction=1),
    Signal(name="buyer_away", says="days since the buyer's last order", direction=-1),
    Signal(name="supplier_away", says="days since the supplier's last sale", direction=-1),
)

_EPOCH = date(1970, 1, 1)

_MET = """
SELECT buyer, supplier, date_trunc('month', placed_on)::DATE AS month, coalesce(category, '') AS category,
       count(*) AS orders, max(placed_on) AS last_on
FROM fact_orders
WHERE placed_on < DATE '{until}' AND (buyer % {buyers} = 0 OR supplier % {suppliers} = 0) AND {bought}
GROUP BY 1, 2, 3, 4
"""

_PAIRS = """
SELECT buyer::BIGINT AS buyer, supplier::BIGINT AS supplier, (month - DATE '1970-01-01')::BIGINT AS month,
       (last_on - DATE '1970-01-01')::BIGINT AS last_on, orders::BIGINT AS orders,
       (dense_rank() OVER (ORDER BY category) - 1)::BIGINT AS category
FROM predict_pairs ORDER BY 1, 2, 3, 6
"""

_BUYERS = f"""
SELECT o.buyer::BIGINT AS account, (o.first_on - DATE '1970-01-01')::BIGINT AS first_on,
       (dense_rank() OVER (ORDER BY coalesce(a.region, '')) - 1)::BIGINT AS region
FROM (SELECT buyer, min(placed_on) AS first_on FROM fact_orders WHERE placed_on < $until AND {BOUGHT} GROUP BY 1) o
JOIN fact_accounts a ON a.account = o.buyer ORDER BY 1
"""

_CLOSED = """
SELECT account::BIGINT AS account, (max(closed_on) - DATE '1970-01-01')::BIGINT AS closed_on
FROM dim_accounts WHERE closed_on < $until GROUP BY 1 ORDER BY 1
"""


def _day(day: date) -> int:
    return (day - _EPOCH).days


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairTrade:
    """Who traded with whom in which month and category, for the buyers and suppliers taken; and every buyer's region.

    `rows` hold whole histories of the buyers and of the suppliers taken, so counts of either are of the whole market.
    `told` is the day after the last known one: pauses are counted up to it.
    """

    rows: dict[str, Ints]
    buyers: dict[str, Ints]
    closed: dict[str, Ints]
    """Accounts on record as closed, and the day of it."""
    told: date
    notes: tuple[str, ...] = ()
    """What a reader must know of which orders count."""
    buyer_stride: int = 1
    supplier_stride: int = 1

    def cases(self, cutoff: date, months: int | None) -> Cases:
        """Every buyer taken with every supplier taken that it had not bought from before the cut-off.

        Whoever was closed by then and has not traded since is nobody to start with.
        """
        before = self._before(cutoff)
        seen = _Seen.of(before, self, cutoff)
        features = seen.features()
        apart = ~seen.met
        outcome = None
        if months is not None:
            outcome = self._met_within(cutoff, months, seen)[apart]
        rows, columns = np.nonzero(apart)
        return Cases(
            cutoff=cutoff,
            accounts=seen.buyers[rows],
            counterparties=seen.suppliers[columns],
            features=features[apart],
            rule=seen.region_buyers[apart],
            outcome=outcome,
            stride=max(self.buyer_stride, self.supplier_stride),
            notes=(*closed_note(seen.closed), *self.notes),
        )

    def _before(self, cutoff: date) -> dict[str, Ints]:
        held = self.rows["month"] < _day(cutoff)
        return {name: column[held] for name, column in self.rows.items()}

    def _met_within(self, cutoff: date, months: int, seen: "_Seen") -> Bools:
        month = self.rows["month"]
        after = (month >= _day(cutoff)) & (month < _day(add_months(cutoff, months)))
        found = np.zeros(seen.met.shape, dtype=bool)
        buyer, there = _places(seen.buyers, self.rows["buyer"][after])
        supplier, too = _places(seen.suppliers, self.rows["supplier"][after])
        both = there & too
        found[buyer[both], supplier[both]] = True
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """What was known by a cut-off, one row a buyer and one column a supplier of those that may be paired."""

    buyers: Ints
    suppliers: Ints
    met: Bools
    region_buyers: Floats
    """Buyers of the row's region that had bought from the column's supplier."""
    region_size: Floats
    popularity: Floats
    won: Floats
    known: int
    fit: Floats
    breadth: Floats
    buyer_away: Floats
    supplier_away: Floats
    closed: int
    """Accounts that would be asked about had they not been closed."""

    @classmethod
    def of(cls, before: dict[str, Ints], trade: PairTrade, cutoff: date) -> "_Seen":
        today = _day(min(cutoff, trade.told))
        buyers, buyer_away, buyers_closed = _alive(before, "buyer", trade.buyer_stride, today, cutoff, trade.closed)
        suppliers, supplier_away, suppliers_closed = _alive(
            before, "supplier", trade.supplier_stride, today, cutoff, trade.closed
        )
        regions = int(trade.buyers["region"].max(initial=0)) + 1
        known = trade.buyers["first_on"] < _day(cutoff)
        sizes = np.bincount(trade.buyers["region"][known], minlength=regions).astype(np.float64)

        first_rows = _firsts(before)
        buyer, supplier, began = (before[name][first_rows] for name in ("buyer", "supplier", "month"))
        place, sold = _places(suppliers, supplier)
        region = trade.buyers["region"][_places(trade.buyers["account"], buyer)[0]]
        by_region = np.zeros((regions, len(suppliers)))
        np.add.at(by_region, (region[sold], place[sold]), 1.0)
        recent = sold & (began >= _day(add_months(cutoff, -NEW_MONTHS)))
        won = np.bincount(place[recent], minlength=len(suppliers)).astype(np.float64)

        row, bought = _places(buyers, buyer)
        met = np.zeros((len(buyers), len(suppliers)), dtype=bool)
        met[row[bought & sold], place[bought & sold]] = True
        own = trade.buyers["region"][_places(trade.buyers["account"], buyers)[0]]
        mixes = [_mix(before, side, who) for side, who in (("buyer", buyers), ("supplier", suppliers))]
        return cls(
            buyers=buyers,
            suppliers=suppliers,
            met=met,
            region_buyers=by_region[own],
            region_size=sizes[own],
            popularity=by_region.sum(axis=0),
            won=won,
            known=int(known.sum()),
            fit=mixes[0] @ mixes[1].T,
            breadth=np.bincount(row[bought], minlength=len(buyers)).astype(np.float64),
            buyer_away=buyer_away,
            supplier_away=supplier_away,
            closed=buyers_closed + suppliers_closed,
        )

    def features(self) -> Floats:
        """The features in the order of PAIR_SIGNALS, buyer by supplier by feature."""
        usual = (self.popularity + 0.5) / max(self.known, 1)
        share = (self.region_buyers + PRIOR_BUYERS * usual) / (self.region_size + PRIOR_BUYERS)[:, None]
        parts = (
            np.log(share),
            np.log((self.won + 0.5) / max(self.known, 1))[None, :],
            self.fit,
            np.log(np.maximum(self.breadth, 1.0))[:, None],
            np.log1p(self.buyer_away)[:, None],
            np.log1p(self.supplier_away)[None, :],
        )
        return np.stack([np.broadcast_to(part, self.met.shape) for part in parts], axis=-1)


def _alive(
    before: dict[str, Ints], side: str, stride: int, today: int, cutoff: date, closed: dict[str, Ints]
) -> tuple[Ints, Floats, int]:
    """The accounts of a side that are taken and still trade, how many days ago they last did, and how many closed."""
    taken = before[side] % stride == 0
    accounts, place = np.unique(before[side][taken], return_inverse=True)
    last = np.full(len(accounts), np.iinfo(np.int64).min)
    np.maximum.at(last, place, before["last_on"][taken])
    here = last >= _day(add_months(cutoff, -GONE_AFTER_MONTHS))
    at, known = _places(closed["account"], accounts)
    closed_on = closed["closed_on"][at] if len(closed["account"]) else last
    left = here & known & (closed_on < _day(cutoff)) & (last <= closed_on)
    here &= ~left
    return accounts[here], (today - last[here]).astype(np.float64), int(left.sum())


def _firsts(before: dict[str, Ints]) -> Ints:
    """The first row of each pair; rows stand in the order of buyer, supplier and month."""
    if not len(before["buyer"]):
        return np.empty(0, np.int64)
    changes = (np.diff(before["buyer"]) != 0) | (np.diff(before["supplier"]) != 0)
    return np.flatnonzero(np.r_[True, changes]).astype(np.int64)


def _places(held: Ints, asked: Ints) -> tuple[Ints, Bools]:
    """Where each asked account stands among the held, which are in order, and whether it is there at all."""
    if not len(held):
        return np.zeros(len(asked), np.int64), np.zeros(len(asked), bool)
    place = np.minimum(np.searchsorted(held, asked), len(held) - 1)
    return place, held[place] == asked


def _mix(before: dict[str, Ints], side: str, accounts: Ints) -> Floats:
    """Each account's orders by category, scaled to length one."""
    categories = int(before["category"].max(initial=0)) + 1
    place, there = _places(accounts, before[side])
    mix = np.zeros((len(accounts), categories))
    np.add.at(mix, (place[there], before["category"][there]), before["orders"][there].astype(np.float64))
    length = np.linalg.norm(mix, axis=1, keepdims=True)
    scaled: Floats = mix / np.where(length > 0, length, 1.0)
    return scaled


@contextmanager
def pair_trade(store: Store, until: date, *, told: date | None = None) -> Iterator[PairTrade]:
    """Who met whom before a day, of as many buyers and suppliers as may be paired; `told` as for PairTrade."""
    row = store.engine.row(
        """
        SELECT count(*) FILTER (WHERE buyer_is_first), count(*) FILTER (WHERE supplier_is_first)
        FROM fact_orders WHERE placed_on < $until
        """,
        {"until": until},
    )
    strides = strides_for(*(row or (0, 0)))
    engine = store.engine
    met = _MET.format(until=until, buyers=strides[0], suppliers=strides[1], bought=BOUGHT)
    with engine.keep("predict_pairs", met):
        yield PairTrade(
            rows=int_columns(engine, _PAIRS, ("buyer", "supplier", "month", "last_on", "orders", "category"), {}),
            buyers=int_columns(engine, _BUYERS, ("account", "first_on", "region"), {"until": until}),
            closed=int_columns(engine, _CLOSED, ("account", "closed_on"), {"until": until}),
            told=told or until,
            notes=uncounted(store, until).notes(COUNTED),
            buyer_stride=strides[0],
            supplier_stride=strides[1],
        )


def strides_for(buyers: int, suppliers: int) -> tuple[int, int]:
    """One in how many buyers and suppliers is taken so that the pairs stay within the bound.

    >>> strides_for(277, 177), strides_for(200_000, 20_000)
    ((1, 1), (142, 142))
    """
    stride = max(1, math.ceil(math.sqrt(buyers * suppliers / MOST_PAIRS)))
    return stride, stride
