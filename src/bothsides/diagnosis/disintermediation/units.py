"""Suppliers, cells, categories and regions: what their known pairs ordered against what their controls make likely."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Floats, Ints, summed
from bothsides.diagnosis.disintermediation.controls import Matched, matched_to
from bothsides.diagnosis.disintermediation.episodes import Episodes, Stage
from bothsides.diagnosis.disintermediation.periods import DAYS
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import DAYS_PER_MONTH
from bothsides.metrics.interval import Z
from bothsides.predict.comparison import robust_spread, tail

LEAST_UNITS = 8
"""Fewer units of a level show no spread of their own."""
KEPT_ORDERS = 5.0
"""Orders added to both sides of the buyers' other trade, so that a handful of them does not decide."""
LEAST_DISPERSION = 0.2
"""Variance over mean of a share of 80 %: less than that is not to be believed."""
FLIPS = 4000
SEED = 1935
"""The same pairs give the same p-value, whenever they are asked about."""


class Level(StrEnum):
    """What a unit is."""

    SUPPLIER = "supplier"
    CELL = "cell"
    CATEGORY = "category"
    REGION = "region"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One unit: orders of its known pairs against what their controls make likely.

    `orders` and `expected` are orders in the watched periods after the landmarks, of new pairs how many ordered again;
    `expected` is lowered where the same buyers also ordered less from suppliers they never came to know. `moved` are
    as many as these buyers' orders with suppliers new to them beyond what was likely: they stayed on the marketplace.
    `low` and `high` bound the change in 95 of 100.
    `missing_value` is what was missing a month in the last periods, at the pairs' mean orders, major units, without
    what moved. `outside` are orders after the landmarks on record as placed outside the marketplace.
    """

    level: Level
    code: int
    stage: Stage
    pairs: int
    controls: int
    orders: float
    expected: float
    moved: float
    low: float
    high: float
    missing_value: float
    outside: float
    p_value: float

    @property
    def change(self) -> float:
        """Orders over expected, less 1; what moved to others counts as orders."""
        return (self.orders + self.moved) / self.expected - 1


def unit_codes(found: Episodes, level: Level) -> Ints:
    """The unit of each episode; cells code category and region; 0 is a missing label."""
    match level:
        case Level.SUPPLIER:
            return found.supplier
        case Level.CATEGORY:
            return found.category
        case Level.REGION:
            return found.region
        case Level.CELL:
            both: Ints = np.where((found.category > 0) & (found.region > 0), found.category * 2**20 + found.region, 0)
            return both


def signals_of(found: Episodes, stage: Stage, level: Level, policy: DiagnosisPolicy) -> list[Signal]:
    """Every unit of the level with enough pairs and expected orders; none where the level does not split the market."""
    codes = unit_codes(found, level)
    if len(np.unique(codes[codes > 0])) < 2:
        return []
    matched = match_pairs(found, level)
    judged = matched.known & (codes > 0)
    if not judged.any():
        return []
    part = found.only(judged)
    units, unit = np.unique(codes[judged], return_inverse=True)
    totals = _totals(part, matched, judged, unit.reshape(-1), len(units))
    clusters = part.pair if level is Level.SUPPLIER else part.supplier
    spread = _spread(part, totals, unit.reshape(-1), clusters)
    scores = (totals.orders + totals.moved - totals.expected) / np.maximum(spread, 1e-9)
    enough = (totals.pairs >= policy.quiet_least_pairs) & (totals.expected >= policy.quiet_least_expected)
    wide = _width(scores[enough])
    return [
        _signal(level, int(units[i]), stage, totals, i, float(spread[i]) * wide, float(scores[i]) / wide)
        for i in np.flatnonzero(enough).tolist()
    ]


def match_pairs(found: Episodes, level: Level) -> Matched:
    """Each episode with its controls: other units' pairs that are alike, from the nearest place that has enough."""
    categories, regions = int(found.category.max(initial=0)) + 1, int(found.region.max(initial=0)) + 1
    kind = found.kind * (int(found.season.max(initial=0)) + 1) + found.season
    both = (kind * categories + found.category) * regions + found.region
    match level:
        case Level.SUPPLIER:
            alike = [both, kind * categories + found.category, kind]
        case Level.CATEGORY:
            alike = [kind * regions + found.region, kind]
        case Level.REGION | Level.CELL:
            alike = [kind * categories + found.category, kind]
    return matched_to(found, unit_codes(found, level), alike)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Totals:
    """Sums by unit; `likely` is by episode: what its controls make likely, lowered by its unit's factor."""

    pairs: Floats
    controls: Floats
    orders: Floats
    expected: Floats
    moved: Floats
    missing_value: Floats
    outside: Floats
    likely: Floats


def _totals(part: Episodes, matched: Matched, judged: Flags, unit: Ints, size: int) -> _Totals:
    factor = _decline(part, matched.strays[judged], unit, size)
    likely, lately = matched.after[judged] * factor[unit], matched.lately[judged] * factor[unit]
    placed = matched.orders[judged] * factor[unit]
    orders, expected = summed(unit, part.after, size), summed(unit, likely, size)
    moved = _moved_share(part, matched.others[judged], placed, unit, size) * np.maximum(expected - orders, 0.0)
    kept = np.where(expected > orders, 1 - moved / np.maximum(expected - orders, 1e-9), 0.0)
    return _Totals(
        pairs=_distinct(unit, part.pair, size),
        controls=summed(unit, matched.controls[judged], size) / np.bincount(unit, minlength=size),
        orders=orders,
        expected=expected,
        moved=moved,
        missing_value=np.maximum(summed(unit, (lately - part.lately) * part.order_value, size), 0.0) * kept,
        outside=summed(unit, part.outside, size),
        likely=likely,
    )


def _decline(part: Episodes, strays: Floats, unit: Ints, size: int) -> Floats:
    """By how much the units' buyers ordered less than likely from suppliers they never came to know, at most 1.

    A buyer counts once at a landmark, and a large one not in proportion: it shall not speak for the others.
    """
    _, buyer, counts = np.unique(_buyer_codes(part, unit), return_inverse=True, return_counts=True)
    voice = KEPT_ORDERS / (KEPT_ORDERS + part.strays_before + part.strays_after) / counts[buyer.reshape(-1)]
    went, would = summed(unit, part.strays_after * voice, size), summed(unit, strays * voice, size)
    factor: Floats = np.minimum(1.0, (went + KEPT_ORDERS) / (would + KEPT_ORDERS))
    return factor


def _moved_share(part: Episodes, others: Floats, placed: Floats, unit: Ints, size: int) -> Floats:
    """Of the orders that the units' pairs lack, the share that their buyers placed with suppliers new to them, 0 to 1.

    Orders beyond the likely over orders lacking, each buyer weighed by how few its other orders are: of a large buyer
    they are so many that their chance alone would hide, or feign, what moved. Before and after weigh alike, for a
    weight by one of them would take its chance for a change.
    """
    codes, buyer, counts = np.unique(_buyer_codes(part, unit), return_inverse=True, return_counts=True)
    buyer, n = buyer.reshape(-1), len(codes)
    weight = 1 / (1 + summed(buyer, part.others_before + part.others_after, n) / counts)
    lack = summed(buyer, placed - part.orders, n) * weight
    more = summed(buyer, part.others_after - others, n) / counts * weight
    owner = np.zeros(n, np.int64)
    owner[buyer] = unit
    lacking = summed(owner, lack, size)
    part_moved: Floats = np.where(
        lacking > 0, np.clip(summed(owner, more, size) / np.maximum(lacking, 1e-9), 0.0, 1.0), 0.0
    )
    return part_moved


def _buyer_codes(part: Episodes, unit: Ints) -> Ints:
    """Unit, buyer and landmark as one code."""
    return (unit * (int(part.buyer.max()) + 1) + part.buyer) * 64 + part.landmark


def _distinct(unit: Ints, what: Ints, size: int) -> Floats:
    """How many different ones each unit has."""
    most = int(what.max()) + 1
    counts: Floats = np.bincount(np.unique(unit * most + what) // most, minlength=size).astype(np.float64)
    return counts


def _spread(part: Episodes, totals: _Totals, unit: Ints, clusters: Ints) -> Floats:
    """Standard deviation of orders less expected: the market's over-dispersion by pair, or the unit's own if larger.

    Pairs at several landmarks count as one; in a place so do all pairs of a supplier. Sources: ratio linearisation by
    cluster, Cochran 1977, section 6.4; quasi-Poisson dispersion, McCullagh and Nelder 1989, section 6.2.
    """
    size, whole = len(totals.expected), float(totals.likely.sum())
    pair = np.unique(part.pair, return_inverse=True)[1].reshape(-1)
    by_pair = summed(pair, part.after - totals.likely, len(part))
    dispersion = max(LEAST_DISPERSION, float(by_pair @ by_pair) / whole)
    ratio = (totals.orders / np.maximum(totals.expected, 1e-9))[unit]
    most = int(clusters.max()) + 1
    keys, cluster = np.unique(unit * most + clusters, return_inverse=True)
    centred = summed(cluster.reshape(-1), part.after - ratio * totals.likely, len(keys))
    m = np.maximum(np.bincount(keys // most, minlength=size), 2)
    own = summed(keys // most, centred**2, size) * m / (m - 1)
    # The controls are few as well: their noise is in proportion to what they stand for.
    controls = np.maximum(whole - totals.expected, totals.expected / 3)
    spread: Floats = np.sqrt(np.maximum(dispersion * totals.expected, own) * (1 + totals.expected / controls))
    return spread


def _width(scores: Floats) -> float:
    """How much wider than chance the units of a level differ anyway: that much is ordinary.

    The empirical null; source: Efron 2004, JASA 99:96-104.
    """
    return max(1.0, robust_spread([float(score) for score in scores])) if len(scores) >= LEAST_UNITS else 1.0


def _signal(level: Level, code: int, stage: Stage, totals: _Totals, i: int, spread: float, score: float) -> Signal:
    expected, kept = float(totals.expected[i]), float(totals.orders[i] + totals.moved[i])
    return Signal(
        level=level,
        code=code,
        stage=stage,
        pairs=int(totals.pairs[i]),
        controls=int(totals.controls[i]),
        orders=float(totals.orders[i]),
        expected=expected,
        moved=float(totals.moved[i]),
        low=max(-1.0, (kept - Z * spread) / expected - 1),
        high=(kept + Z * spread) / expected - 1,
        missing_value=float(totals.missing_value[i]) / (stage.after * DAYS / DAYS_PER_MONTH),
        outside=float(totals.outside[i]),
        p_value=tail(-score),
    )


def shortfalls(found: Episodes, signal: Signal) -> tuple[Episodes, Floats, Floats]:
    """The unit's episodes that have controls, with what was likely after them, and in the last periods."""
    matched = match_pairs(found, signal.level)
    here = (unit_codes(found, signal.level) == signal.code) & matched.known
    lowered = signal.expected / max(float(matched.after[here].sum()), 1e-9)
    return found.only(here), matched.after[here] * lowered, matched.lately[here] * lowered


def flipped_p(found: Episodes, signal: Signal) -> float:
    """One-sided p-value of the unit's shortfall when every cluster's sign is a coin's: no normal law is assumed.

    Clusters are pairs of a supplier, suppliers of a place. Source: Canay, Romano and Shaikh 2017, Econometrica
    85:1013-1030 (randomisation by sign changes with few clusters).
    """
    part, likely, _ = shortfalls(found, signal)
    clusters = part.pair if signal.level is Level.SUPPLIER else part.supplier
    cluster = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    by_cluster = summed(cluster, part.after - likely, int(cluster.max()) + 1)
    by_cluster = by_cluster + signal.moved / len(by_cluster)
    signs = np.random.default_rng(SEED).integers(0, 2, (FLIPS, len(by_cluster))) * 2 - 1
    return float(((signs @ by_cluster <= by_cluster.sum() + 1e-9).sum() + 1) / (FLIPS + 1))
