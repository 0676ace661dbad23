"""The shortest list of supplier types to recruit: the fewest kinds of supplier that cover the most unmet demand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bothsides.diagnosis.cells import Cell, Cells, Where
from bothsides.diagnosis.coverage import Range, missing_suppliers, usual_need
from bothsides.diagnosis.liquidity_audit import CoverageGap, Covered, RecruitList, SupplierType, cell_label
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.threshold.reading import ThresholdReading
from bothsides.diagnosis.wording import counted, listed, money, share
from bothsides.metrics import Store
from bothsides.schema import Side

LEAST_SUPPLIERS = 3
"""Below so many suppliers a type's habits are those of its few; it is taken to serve its own cell alone."""

LEAST_LEFT = 0.01
"""A cell that waits for less than this share of all unmet money is not named as what the list leaves."""

MOST_WAITING = 3
"""Cells named that the list leaves waiting."""

LEAST_REACH = 0.02
"""A cell that gets less of what a type sells at home is not counted as served by it."""


UNSEEN = (
    "Whom to recruit cannot be told: neither searches nor requests of these months are known, so nobody is seen who "
    "left empty-handed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Suppliers at home in one cell: how much of another cell's demand one of them serves per its own (0 to 1)."""

    home: Where
    reach: Mapping[Where, float]
    segment: str | None = None


def read_kinds(store: Store, found: Cells) -> dict[Where, Kind]:
    """The kinds of supplier the market has, by home cell, with where they sell, from the window's orders.

    A supplier's home is its account's category and region, else the cell it sells most in. A kind's reach into another
    cell is its orders there over its orders at home, at most 1: suppliers of a national market reach every region.
    """
    category, home_category = _label("category", by=found.by_category)
    region, home_region = _label("region", by=found.by_region)
    rows = store.engine.rows(
        f"""
        WITH sold AS (
            SELECT supplier AS account, {category} AS category, {region} AS region, count(*) AS orders
            FROM fact_orders WHERE placed_on BETWEEN $first AND $last GROUP BY 1, 2, 3
        ),
        most AS (
            SELECT account, max_by(category, (orders, category, region)) AS category,
                   max_by(region, (orders, category, region)) AS region
            FROM sold GROUP BY account
        ),
        homes AS (
            SELECT m.account, {home_category} AS category, {home_region} AS region, a.segment
            FROM most m JOIN dim_accounts a USING (account)
        )
        SELECT h.category, h.region, h.segment, s.category, s.region, sum(s.orders), count(*)
        FROM homes h JOIN sold s USING (account) GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        """,
        {"first": found.span.start, "last": found.span.end},
    )
    orders: dict[Where, dict[Where, float]] = defaultdict(lambda: defaultdict(float))
    sellers: dict[Where, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    for *where, segment, c, r, n, suppliers in rows:
        home = (where[0], where[1])
        orders[home][c, r] += float(n)
        if (c, r) == home:
            sellers[home][segment] += int(suppliers)
    return {home: _kind(home, sold, sellers.get(home, {})) for home, sold in orders.items()}


def _label(name: str, *, by: bool) -> tuple[str, str]:
    """Where an order went and where its supplier is at home; NULL for a dimension that does not split the market."""
    return (name, f"coalesce(a.{name}, m.{name})") if by else ("NULL::VARCHAR", "NULL::VARCHAR")


def _kind(home: Where, sold: Mapping[Where, float], sellers: Mapping[str | None, int]) -> Kind:
    here = sold.get(home, 0.0)
    if sum(sellers.values()) < LEAST_SUPPLIERS or not here:
        return Kind(home=home, reach={home: 1.0})
    reach = {where: min(1.0, orders / here) for where, orders in sold.items() if orders >= LEAST_REACH * here}
    return Kind(home=home, reach=reach, segment=_mostly(sellers))


def _mostly(sellers: Mapping[str | None, int]) -> str | None:
    """The segment of more than half of the suppliers, where there is one."""
    named = {segment: n for segment, n in sellers.items() if segment is not None}
    if len(named) < 2:
        return None
    segment, n = max(named.items(), key=lambda item: (item[1], item[0]))
    return segment if 2 * n > sum(sellers.values()) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One kind taken into the list, and the money it newly covers by cell."""

    kind: Kind
    gains: Mapping[Where, float]

    @property
    def money(self) -> float:
        """What it covers that the kinds before do not."""
        return sum(self.gains.values())


def fewest(unmet: Mapping[Where, float], kinds: Sequence[Kind], *, cover: float, most: int) -> tuple[Choice, ...]:
    """Kinds of supplier, each the one that covers most of what is left, until `cover` of all is covered.

    The demand a kind does not reach is left to the next: 1 - reach of each cell. Such a list covers at least 1 - 1/e of
    what the best list of as many kinds would.
    Source: Nemhauser, Wolsey and Fisher 1978, Mathematical Programming 14:265-294.

    >>> kinds = [Kind(home=("a", r), reach={("a", r): 1.0}) for r in "NS"]
    >>> [(c.kind.home[1], c.money) for c in fewest({("a", "N"): 1.0, ("a", "S"): 3.0}, kinds, cover=1.0, most=5)]
    [('S', 3.0), ('N', 1.0)]
    """
    left, total, chosen = dict(unmet), sum(unmet.values()), list[Choice]()
    while total > 0 and len(chosen) < most and sum(c.money for c in chosen) < cover * total - 1e-9:
        taken = {choice.kind.home for choice in chosen}
        offers = [Choice(kind=kind, gains=_gains(kind, left)) for kind in kinds if kind.home not in taken]
        best = max(offers, key=lambda c: (c.money, [str(part) for part in c.kind.home]), default=None)
        if best is None or best.money <= 0:
            break
        chosen.append(best)
        left = {where: amount - best.gains.get(where, 0.0) for where, amount in left.items()}
    return tuple(chosen)


def _gains(kind: Kind, left: Mapping[Where, float]) -> dict[Where, float]:
    return {where: reach * left[where] for where, reach in kind.reach.items() if left.get(where, 0.0) > 0}


def at_most(unmet: Mapping[Where, float], kinds: Sequence[Kind], chosen: Sequence[Choice]) -> float:
    """The share of the unmet demand that no list of as many kinds could exceed.

    After any part of the list the best list adds at most its largest single gains together.
    Source: Minoux 1978; Leskovec and others 2007, KDD (the data-dependent bound).
    """
    total, size = sum(unmet.values()), len(chosen)
    if total <= 0 or not size:
        return 0.0
    left, bound, covered = dict(unmet), total, 0.0
    for choice in (None, *chosen):
        if choice is not None:
            covered += choice.money
            left = {where: amount - choice.gains.get(where, 0.0) for where, amount in left.items()}
        gains = sorted((sum(_gains(kind, left).values()) for kind in kinds), reverse=True)
        bound = min(bound, covered + sum(gains[:size]))
    return bound / total


def suppliers_to_threshold(readings: Sequence[ThresholdReading]) -> dict[Where, int]:
    """Suppliers that each cell lacks to the number from which its buyers stay, where such a threshold is claimed."""
    return {
        (distance.category, distance.region): distance.missing
        for reading in readings
        if reading.claimed and reading.side is Side.BUYER
        for distance in reading.distances
        if not distance.across
    }


def recruit_list(
    gaps: Sequence[CoverageGap],
    found: Cells,
    kinds: Mapping[Where, Kind],
    policy: DiagnosisPolicy,
    currency: str,
    *,
    to_threshold: Mapping[Where, int] | None = None,
) -> RecruitList:
    """Whom to recruit for the demand that waits for suppliers, the fewest types first.

    Only gaps that more suppliers would mend count. `to_threshold` says how many suppliers a cell lacks to the threshold
    beyond which it feeds itself, where one is claimed: types that lift a cell over it come first.
    """
    cells = {cell.where: cell for cell in found.cells}
    unmet = {(g.category, g.region): g.money for g in gaps if g.for_lack_of_suppliers and g.money}
    known = [*kinds.values(), *(Kind(home=w, reach={w: 1.0}) for w in unmet if w not in kinds)]
    # Where a cell's own suppliers are at home they serve it whole, whatever they sell elsewhere.
    own = [replace(kind, reach={**kind.reach, kind.home: 1.0}) for kind in known]
    offered = [kind for kind in own if any(where in unmet for where in kind.reach)]
    chosen = fewest(unmet, offered, cover=policy.recruit_cover, most=policy.most_supplier_types)
    total, usual = sum(unmet.values()), usual_need(found)
    types = [_type(choice, cells, usual, to_threshold or {}) for choice in chosen]
    types.sort(key=lambda kind: not kind.lifts)  # a stable sort: by money within each
    running, told = 0.0, list[SupplierType]()
    for kind in types:
        running += kind.money
        told.append(replace(kind, running_share=running / total))
    bound = at_most(unmet, offered, chosen)
    left = {where: amount - sum(choice.gains.get(where, 0.0) for choice in chosen) for where, amount in unmet.items()}
    waiting = [cell_label(*w) for w in sorted(left, key=lambda w: (-left[w], str(w))) if left[w] > LEAST_LEFT * total]
    sentence = UNSEEN if found.unseen else _sentence(told, total, bound, waiting, currency)
    return RecruitList(types=tuple(told), unmet=total, at_most=bound, sentence=sentence)


def _type(
    choice: Choice, cells: Mapping[Where, Cell], usual: Range | None, lacking: Mapping[Where, int]
) -> SupplierType:
    home, segment = choice.kind.home, choice.kind.segment
    served = [where for where in choice.gains if choice.kind.reach[where] >= 0.5]
    needs = [missing_suppliers(cells[where], usual) for where in served if usual is not None and where in cells]
    suppliers, low, high = (max((need[i] for need in needs), default=1) for i in range(3))
    lifted = [where for where in served if 0 < lacking.get(where, 0) <= high]
    if lifted:
        suppliers, high = max(suppliers, *(lacking[w] for w in lifted)), max(high, *(lacking[w] for w in lifted))
    ranked = sorted(choice.gains.items(), key=lambda item: (-item[1], str(item[0])))
    return SupplierType(
        category=home[0],
        region=home[1],
        segment=segment,
        suppliers=suppliers,
        low=low,
        high=high,
        money=choice.money,
        running_share=0.0,
        covers=tuple(Covered(category=c, region=r, money=amount) for (c, r), amount in ranked),
        lifts=", ".join(cell_label(*where) for where in lifted),
    )


def _sentence(types: Sequence[SupplierType], total: float, bound: float, waiting: Sequence[str], currency: str) -> str:
    """Whom to recruit, what they would cover, where the rest waits, and whether another list could do better."""
    if not types:
        return "No cell's unmet demand can be laid to a lack of suppliers: there is nobody to recruit for it."
    named = "; ".join(f"{how_many(kind)} for {kind.label}" for kind in types[:3])
    rest = f"; and {counted(len(types) - 3, 'more type')}" if len(types) > 3 else ""
    covered = types[-1].running_share
    others = [
        *waiting[:MOST_WAITING],
        *([counted(more, "other cell")] if (more := len(waiting) - MOST_WAITING) > 0 else []),
    ]
    where = f" The rest waits in {listed(others)}." if others else ""
    same = "no other single type" if len(types) == 1 else f"no other {counted(len(types), 'type')}"
    limit = (
        f" {same[:1].upper()}{same[1:]} would cover more."
        if bound <= covered + 0.005
        else f" The best list of as many types could cover {share(bound)} at most."
    )
    return (
        f"{named}{rest} would cover {share(covered)} of the {money(total, currency)} a month in orders that wait for "
        f"suppliers.{where}{limit}"
    )


def how_many(kind: SupplierType) -> str:
    """A number with its range.

    >>> how_many(SupplierType(category="a", region=None, segment=None, suppliers=9, low=6, high=12, money=1.0,
    ...     running_share=1.0, covers=()))
    '9 (6 to 12) suppliers'
    """
    if kind.low == kind.high:
        return counted(kind.suppliers, "supplier")
    return f"{kind.suppliers} ({kind.low} to {kind.high}) suppliers"
