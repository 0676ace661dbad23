"""What each account is like: order rate or attraction, size band, channel, company, branch, currency."""

from dataclasses import dataclass

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.cells import Cells
from bothsides.simulate.draws import NEVER, Bools, Floats, Ints, stream
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.planted import CellProblem, FirstOrderLeak, UnprofitableChannel
from bothsides.simulate.population import Buyers, Population, Suppliers, step_rates

SEGMENTS = ("SME", "mid-market", "enterprise")
SEGMENT_SHARES = (0.68, 0.24, 0.08)
SEGMENT_VALUE = np.array([0.85, 1.2, 1.9])
COUNTRIES = ("DE", "FR", "NL", "ES", "IT", "PL", "BE", "AT")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerTraits:
    """Per buyer account, in account order."""

    rate: Floats
    start_week: Ints
    """First week in which it may order; NEVER for buyers who never do."""
    segment: Ints
    channel: Ints
    country: Ints
    organization: Ints
    parent: Ints
    """Account index of the head office; -1 for most."""
    internal: Bools
    second_currency: Bools
    anchor: int
    """The planted large buyer; -1 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierTraits:
    """Per supplier account, in account order."""

    attraction: Floats
    sells: Bools
    segment: Ints
    channel: Ints
    country: Ints
    organization: Ints
    internal: Bools
    anchor: int
    """The planted dominant supplier; -1 for none."""


def buyer_traits(plan: MarketPlan, cells: Cells, buyers: Buyers) -> BuyerTraits:
    """Draw what buyers are like; one internal account early on, one anchor where concentration is planted."""
    rng, n = stream(plan.seed, "buyer traits"), len(buyers.cell)
    segment = rng.choice(len(SEGMENTS), n, p=SEGMENT_SHARES)
    rate = rng.gamma(plan.buyers.rate_shape, 1 / plan.buyers.rate_shape, n)
    active = rng.random(n) < _activation(plan, cells)[buyers.cell]
    start = buyers.signup_week + 1 + np.floor(rng.exponential(plan.demand.start_weeks, n)).astype(np.int64)
    internal = _internal(n)
    anchor = _anchor_buyer(plan, cells, buyers, internal)
    if anchor >= 0:
        active[anchor], start[anchor] = True, buyers.signup_week[anchor] + 1
        buyers.closed[anchor], buyers.closed_week[anchor] = -1, NEVER
        segment[anchor] = 2
    second = rng.random(n) < (plan.trade.second_currency_share if plan.trade.second_currency else 0.0)
    second[anchor if anchor >= 0 else slice(0, 0)] = False
    return BuyerTraits(
        rate=np.minimum(rate, 6.0),
        start_week=np.where(active & ~internal, start, NEVER),
        segment=segment,
        channel=_channels(rng, plan, Side.BUYER, n),
        country=rng.choice(len(COUNTRIES), n),
        organization=np.arange(n),
        parent=_branches(rng, plan, cells, buyers, internal),
        internal=internal,
        second_currency=second,
        anchor=anchor,
    )


def supplier_traits(plan: MarketPlan, cells: Cells, population: Population) -> SupplierTraits:
    """Draw what suppliers are like; some belong to a company that also buys."""
    suppliers = population.suppliers
    rng, n = stream(plan.seed, "supplier traits"), len(suppliers.cell)
    attraction = rng.gamma(plan.suppliers.rate_shape, 1 / plan.suppliers.rate_shape, n)
    sells = rng.random(n) < step_rates(plan)["first_sale"]
    internal = _internal(n)
    anchor = _anchor_supplier(plan, cells, suppliers, internal)
    if anchor >= 0:
        sells[anchor] = True
    organization = len(population.buyers.cell) + np.arange(n)
    pairs = min(round(plan.both_sides_share * n), len(population.buyers.cell) - 1)
    if pairs > 0:
        roles = rng.permutation(np.arange(1, n))[:pairs]
        organization[roles] = 1 + rng.permutation(len(population.buyers.cell) - 1)[: len(roles)]
    return SupplierTraits(
        attraction=np.clip(attraction, 0.05, 4.0),
        sells=sells & ~internal,
        segment=rng.choice(len(SEGMENTS), n, p=SEGMENT_SHARES),
        channel=_channels(rng, plan, Side.SUPPLIER, n),
        country=rng.choice(len(COUNTRIES), n),
        organization=organization,
        internal=internal,
        anchor=anchor,
    )


def _internal(n: int) -> Bools:
    internal = np.zeros(n, bool)
    internal[: min(n, 1)] = True
    return internal


def _activation(plan: MarketPlan, cells: Cells) -> Floats:
    rate = np.full(plan.cells, plan.demand.activation)
    leak = plan.problem(FirstOrderLeak)
    if leak:
        rate[cells.region == plan.regions.index(leak.region)] *= leak.activation_factor
    return rate


def _channels(rng: np.random.Generator, plan: MarketPlan, side: Side, n: int) -> Ints:
    shares = np.array([c.buyer_share if side is Side.BUYER else c.supplier_share for c in plan.channels])
    return rng.choice(len(plan.channels), n, p=shares / shares.sum())


def _ordinary(plan: MarketPlan, cells: Cells, category: str) -> Ints:
    troubled = [plan.cell(p.category, p.region) for p in plan.planted if isinstance(p, CellProblem)]
    leak = plan.problem(FirstOrderLeak)
    apart = cells.region == plan.regions.index(leak.region) if leak else np.zeros(plan.cells, bool)
    apart[troubled] = True
    of_category = cells.category == plan.categories.index(category)
    return np.flatnonzero(of_category & ~apart) if (of_category & ~apart).any() else np.flatnonzero(of_category)


def _first(candidates: Bools) -> int:
    return int(np.argmax(candidates)) if candidates.any() else -1


def _anchor_supplier(plan: MarketPlan, cells: Cells, suppliers: Suppliers, internal: Bools) -> int:
    problem = plan.anchored()[0]
    if problem is None:
        return -1
    lasting = (suppliers.live_week < 0) & (suppliers.closed_week == NEVER) & ~internal
    return _first(lasting & np.isin(suppliers.cell, _ordinary(plan, cells, problem.category)))


def _anchor_buyer(plan: MarketPlan, cells: Cells, buyers: Buyers, internal: Bools) -> int:
    problem = plan.anchored()[1]
    if problem is None:
        return -1
    return _first(np.isin(buyers.cell, _ordinary(plan, cells, problem.category)) & ~internal)


def _branches(rng: np.random.Generator, plan: MarketPlan, cells: Cells, buyers: Buyers, internal: Bools) -> Ints:
    """Branches: later buyers of the same category point to an earlier one that is no branch itself."""
    n, parent = len(buyers.cell), np.full(len(buyers.cell), -1)
    branch = (rng.random(n) < plan.branch_share) & ~internal
    for category in range(len(plan.categories)):
        members = np.flatnonzero(cells.category[buyers.cell] == category)
        heads, young = members[~branch[members] & ~internal[members]], members[branch[members]]
        earlier = np.searchsorted(heads, young)
        has_head = earlier > 0
        parent[young[has_head]] = heads[(rng.random(has_head.sum()) * earlier[has_head]).astype(np.int64)]
    return parent


def wasteful_channel(plan: MarketPlan, side: Side) -> int:
    """Index of the planted unprofitable channel of that side; -1 for none."""
    problem = plan.problem(UnprofitableChannel)
    if problem is None or problem.side is not side:
        return -1
    return [channel.name for channel in plan.channels].index(problem.channel)
