"""Who buys from whom, when and for how much: the orders, drawn week by week to the plan's exact total."""

from dataclasses import dataclass

import numpy as np

from bothsides.simulate.cells import Cells, Weather
from bothsides.simulate.draws import (
    DAY,
    NEVER,
    WEEK,
    Bools,
    CellOrder,
    CellPicks,
    Floats,
    Ints,
    moments,
    skewed_days,
    stream,
)
from bothsides.simulate.fit import suited
from bothsides.simulate.plan import LEAD_IN_WEEKS, MarketPlan
from bothsides.simulate.planted import FirstOrderLeak, RetentionFall
from bothsides.simulate.population import Population, selling
from bothsides.simulate.response import conversion_factors, price_factors, week_of_order
from bothsides.simulate.traits import SEGMENT_VALUE, BuyerTraits, SupplierTraits

PLACED, COMPLETED, CANCELLED = 0, 1, 2
EXPANDING_WEEKS = 78


@dataclass(frozen=True, slots=True, kw_only=True)
class Society:
    """Everyone on the market and the conditions they meet; what all later rooms draw from."""

    plan: MarketPlan
    cells: Cells
    weather: Weather
    population: Population
    buyers: BuyerTraits
    suppliers: SupplierTraits
    epoch: int

    def common(self, week: int) -> float:
        """Log effect of season and shocks in the trading week."""
        return float(self.weather.common[week + LEAD_IN_WEEKS])

    @property
    def end(self) -> int:
        """Epoch second after the last day."""
        return self.epoch + self.plan.weeks * WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Per trading week and cell: raw buying intent, share of intents that supply can serve, conversion relative to the
    plan's under the tariff; per cell, the cart factor."""

    intent: Floats
    served: Floats
    response: Floats
    cart: Floats
    scale: float
    """Orders per unit of served intent."""

    @property
    def expected_orders(self) -> Floats:
        """Expected orders per week and cell."""
        return self.scale * self.intent * self.served * self.cart * self.response


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The orders in time order; `first_of_week` marks where each week begins."""

    buyer: Ints
    supplier: Ints
    placed: Ints
    completed: Ints
    status: Ints
    amount: Ints
    second_currency: Bools
    from_request: Bools
    off_platform: Bools
    test: Bools
    first_of_week: Ints

    def week(self, week: int) -> slice:
        """The week's orders."""
        return slice(int(self.first_of_week[week]), int(self.first_of_week[week + 1]))


def intents(society: Society, week: int) -> Floats:
    """Each buyer's raw intent to buy in the week, before supply and carts have their say."""
    plan, people, traits = society.plan, society.population.buyers, society.buyers
    age = np.minimum(week - people.signup_week, EXPANDING_WEEKS)
    weather = society.common(week) + society.weather.local[week + LEAD_IN_WEEKS][people.cell]
    intent: Floats = traits.rate * np.exp(plan.demand.expansion * age + weather)
    intent[(traits.start_week > week) | (people.closed_week <= week)] = 0.0
    fall = plan.problem(RetentionFall)
    if fall and week >= plan.weeks - fall.weeks:
        intent *= fall.rate_factor
    problem = plan.anchored()[1]
    if traits.anchor >= 0 and problem and traits.start_week[traits.anchor] <= week:
        intent[traits.anchor] = 0.0
        category = society.cells.category[people.cell]
        others = intent[category == category[traits.anchor]].sum()
        intent[traits.anchor] = others * problem.order_share / (1 - problem.order_share)
    return intent


def conditions(society: Society) -> Conditions:
    """Intent, service and cart factors of every week and cell, and the scale that meets the plan's orders."""
    plan, cells, population = society.plan, society.cells, society.population
    intent = np.zeros((plan.weeks, plan.cells))
    served = np.zeros((plan.weeks, plan.cells))
    supplier_category = cells.category[population.suppliers.cell]
    full = max(plan.demand.full_supply * population.ordinary_supply, 1e-9)
    for week in range(plan.weeks):
        intent[week] = np.bincount(population.buyers.cell, weights=intents(society, week), minlength=plan.cells)
        able = selling(population.suppliers, society.suppliers.sells, week)
        in_category = np.bincount(supplier_category[able], minlength=len(plan.categories))
        share = np.minimum(1.0, np.maximum(population.supplier_stock[week], 0.5) / full) ** plan.demand.supply_exponent
        served[week] = np.where(in_category[cells.category] > 0, share, 0.0)
    leak = plan.problem(FirstOrderLeak)
    cart = np.ones(plan.cells)
    if leak:
        cart[cells.region == plan.regions.index(leak.region)] = leak.cart_to_order_factor
    response = conversion_factors(plan, cells)
    total = float((intent * served * cart * response).sum())
    if total <= 0:
        raise ValueError(f"plan {plan.name!r} is too small: no buyer ever meets a supplier; raise orders or signups")
    return Conditions(intent=intent, served=served, response=response, cart=cart, scale=plan.orders / total)


def trade(society: Society, at: Conditions) -> Orders:
    """Draw the orders: weekly counts, buyers by intent, suppliers by preference or attraction, values, fates."""
    plan = society.plan
    rng, fitting = stream(plan.seed, "orders"), stream(plan.seed, "fit")
    weekly = at.expected_orders.sum(axis=1)
    counts = rng.multinomial(plan.orders, weekly / weekly.sum())
    first = np.concatenate([[0], np.cumsum(counts)])
    buyer, supplier = np.empty(plan.orders, np.int32), np.empty(plan.orders, np.int32)
    placed = np.empty(plan.orders, np.int64)
    by_cell = CellOrder.of(society.population.suppliers.cell, plan.cells)
    preferred = np.full(len(society.population.buyers.cell), -1)
    for week, count in enumerate(counts):
        if count == 0:
            continue
        part = slice(first[week], first[week + 1])
        factors = at.served[week] * at.cart * at.response[week]
        weights = intents(society, week) * factors[society.population.buyers.cell]
        buyer[part] = _draw(rng, weights, int(count))
        supplier[part] = _match(rng, fitting, society, by_cell, preferred=preferred, buyer=buyer[part], week=week)
        placed[part] = moments(rng, society.epoch + week * WEEK, int(count))
    return _fates(rng, society, buyer=buyer, supplier=supplier, placed=placed, first=first)


def _draw(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    cumulative = np.cumsum(weights)
    target = rng.random(n) * np.nextafter(cumulative[-1], 0)
    drawn: Ints = np.searchsorted(cumulative, target, side="right")
    return drawn


def supply_picks(society: Society, by_cell: CellOrder, week: int) -> CellPicks:
    """Suppliers that can sell in the week, weighted by attraction."""
    able = selling(society.population.suppliers, society.suppliers.sells, week)
    return by_cell.weigh(np.where(able, society.suppliers.attraction, 0.0))


def pick_suppliers(rng: np.random.Generator, society: Society, picks: CellPicks, cell: Ints, local: float) -> Ints:
    """A supplier for each cell: of the cell itself with chance `local`, else of the category anywhere."""
    regions = len(society.plan.regions)
    first, last = cell.astype(np.int64), cell.astype(np.int64) + 1
    wide = (rng.random(len(cell)) >= local) | ~picks.has_any(first, last)
    first = np.where(wide, cell // regions * regions, first)
    last = np.where(wide, (cell // regions + 1) * regions, last)
    return picks.pick(rng, first, last)


def _match(
    rng: np.random.Generator,
    fitting: np.random.Generator,
    society: Society,
    by_cell: CellOrder,
    *,
    preferred: Ints,
    buyer: Ints,
    week: int,
) -> Ints:
    plan, people = society.plan, society.population
    picks = supply_picks(society, by_cell, week)
    found = pick_suppliers(rng, society, picks, people.buyers.cell[buyer], plan.demand.local_share)
    found = _suited(fitting, society, picks, buyer, found)
    able = selling(people.suppliers, society.suppliers.sells, week)
    loyal = rng.random(len(buyer)) < plan.demand.loyalty
    unsettled = loyal & ((preferred[buyer] < 0) | ~able[preferred[buyer]])
    preferred[buyer[unsettled]] = found[unsettled]
    chosen = np.where(loyal, preferred[buyer], found)
    problem = plan.anchored()[0]
    if problem and society.suppliers.anchor >= 0:
        category = society.cells.category[people.buyers.cell[buyer]]
        drawn = rng.random(len(buyer)) < problem.order_share
        chosen[drawn & (category == plan.categories.index(problem.category))] = society.suppliers.anchor
    return chosen


def _suited(rng: np.random.Generator, society: Society, picks: CellPicks, buyer: Ints, found: Ints) -> Ints:
    """The suppliers found, redrawn within the cells they came from where they do not suit the buyer."""
    cell = society.population.suppliers.cell[found].astype(np.int64)
    return suited(
        rng,
        society.plan.fit,
        picks,
        first=cell,
        last=cell + 1,
        buyer_country=society.buyers.country[buyer],
        supplier_country=society.suppliers.country,
        found=found,
    )


def _fates(
    rng: np.random.Generator, society: Society, *, buyer: Ints, supplier: Ints, placed: Ints, first: Ints
) -> Orders:
    plan, n = society.plan, len(buyer)
    facts, buyers = plan.trade, society.buyers
    test = rng.random(n) < facts.test_share
    internal = test & (rng.random(n) < 0.5) & (placed > society.population.buyers.signed_up[0] + DAY)
    buyer = np.where(internal, np.int32(0), buyer)
    test |= buyers.organization[buyer] == society.suppliers.organization[supplier]
    completed = placed + skewed_days(rng, facts.completion_days, n)
    status = np.where(completed < society.end, COMPLETED, PLACED).astype(np.int8)
    status[rng.random(n) < facts.cancelled] = CANCELLED
    completed[status != COMPLETED] = -1
    category = society.cells.category[society.population.buyers.cell[buyer]]
    value = np.array(plan.order_values)[category] * np.exp(facts.amount_sigma * rng.standard_normal(n))
    value *= SEGMENT_VALUE[buyers.segment[buyer]]
    if plan.tariff.prices:
        value *= price_factors(plan)[week_of_order(first, n), category]
    second = buyers.second_currency[buyer]
    if facts.second_currency:
        value = np.where(second, value / facts.second_currency_rate, value)
    return Orders(
        buyer=buyer,
        supplier=supplier,
        placed=placed,
        completed=completed,
        status=status,
        amount=np.maximum(np.rint(value * 100), 100).astype(np.int64),
        second_currency=second,
        from_request=rng.random(n) < plan.demand.rfq_share,
        off_platform=rng.random(n) < facts.off_platform,
        test=test,
        first_of_week=first,
    )


def never_ordering(society: Society) -> Bools:
    """Buyers who sign up and never order."""
    never: Bools = (society.buyers.start_week == NEVER) & ~society.buyers.internal
    return never


def curiosity(society: Society, week: int) -> Floats:
    """Who looks: buyers by intent, and newcomers who will never order, for a few weeks after signup."""
    people = society.population.buyers
    weight = intents(society, week)
    dormant = never_ordering(society) & (people.signup_week < week) & (people.closed_week > week)
    weight[dormant] = (society.buyers.rate * np.exp(-(week - people.signup_week) / 4.0))[dormant]
    return weight
