"""Everything that is true about a simulated market, as data."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from bothsides.schema.money import minor_units
from bothsides.schema.side import Side
from bothsides.simulate.fit import NO_PREFERENCE, Fit
from bothsides.simulate.planted import (
    BuyerConcentration,
    FirstOrderLeak,
    Planted,
    SupplierConcentration,
    UnprofitableChannel,
)
from bothsides.simulate.tariff import UNCHANGED, Tariff

LEAD_IN_WEEKS = 8
"""Weeks before the first order in which the founding suppliers are recruited."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class SidePlan:
    """What is true about one side of the market."""

    signups: int
    """Expected accounts of the side over the whole plan."""
    elasticity: float
    """% more signups of this side per 1 % more of the other side's stock in the same cell a week before."""
    spend_elasticity: float = 0.3
    """% more signups per 1 % more acquisition spend in the cell and week."""
    threshold: float = 0.0
    """Other-side stock of the cell from which the weekly churn hazard is the lower one."""
    hazard_below: float
    """Weekly churn hazard while the cell's other side is under the threshold."""
    hazard_above: float
    """Weekly churn hazard once it has reached the threshold."""
    rate_shape: float = 2.0
    """Gamma shape of accounts' order rates (buyers) or attraction (suppliers); smaller is more unequal."""
    cost_per_signup: float
    """Marketing, sales or incentive cost of one planned signup on a paid channel, major units."""
    sales_led: float = 0.5
    """Share of signups that came through a lead worked by sales."""

    def __post_init__(self) -> None:
        if self.signups < 1:
            raise ValueError(f"signups {self.signups} of a side must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """Share of suppliers that pass each step, and the median days each takes."""

    verified: float = 0.88
    catalogue: float = 0.86
    live: float = 0.92
    first_sale: float = 0.95
    verified_days: float = 3.0
    catalogue_days: float = 7.0
    live_days: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An acquisition channel of the standard list: its share of signups per side and how it is paid for."""

    name: str
    buyer_share: float
    supplier_share: float
    spend_kind: str | None
    """One of the schema's spend kinds; None for a channel that costs nothing per signup."""


CHANNELS = (
    Channel(name="organic", buyer_share=0.28, supplier_share=0.22, spend_kind=None),
    Channel(name="paid_search", buyer_share=0.24, supplier_share=0.16, spend_kind="marketing"),
    Channel(name="paid_social", buyer_share=0.14, supplier_share=0.10, spend_kind="marketing"),
    Channel(name="trade_show", buyer_share=0.08, supplier_share=0.12, spend_kind="marketing"),
    Channel(name="partner", buyer_share=0.08, supplier_share=0.12, spend_kind="marketing"),
    Channel(name="referral", buyer_share=0.10, supplier_share=0.08, spend_kind="incentive"),
    Channel(name="outbound", buyer_share=0.08, supplier_share=0.20, spend_kind="sales"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """A common shock: log change of both sides' signups and of orders for some weeks from `week` on."""

    week: int
    weeks: int
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How buyers behave."""

    activation: float = 0.78
    """Share of buyers who ever order."""
    start_weeks: float = 1.0
    """Mean weeks from signup to a buyer's readiness to order."""
    expansion: float = 0.004
    """Weekly log growth of a buyer's order rate with its age, up to 78 weeks."""
    loyalty: float = 0.45
    """Share of orders that go to the buyer's preferred supplier."""
    local_share: float = 0.85
    """Share of other orders that stay with suppliers of the buyer's own region."""
    search_to_view: float = 0.8
    view_to_cart: float = 0.75
    cart_to_order: float = 0.62
    fill_rate: float = 0.72
    """Share of requests for quotation that end in an award where supply is plentiful."""
    rfq_share: float = 0.15
    """Share of orders that come from a request for quotation."""
    replies: float = 3.6
    """Mean replies to a request where supply is plentiful."""
    full_supply: float = 0.7
    """Live suppliers of a cell, as a share of an ordinary cell's at half time, that serve every intent."""
    supply_exponent: float = 1.2
    """Below that, intents are served in proportion to supply to this power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What happens to an order."""

    cancelled: float = 0.05
    off_platform: float = 0.03
    refunded: float = 0.04
    completion_days: float = 5.0
    refund_days: float = 14.0
    amount_sigma: float = 0.75
    test_share: float = 0.0005
    second_currency: str | None = "USD"
    second_currency_share: float = 0.03
    second_currency_rate: float = 0.92


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """How suppliers ship: median days promised, share of orders shipped in two parts, share not shipped in full."""

    promised_days: float = 8.5
    split: float = 0.08
    short: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """Share of completed orders whose supplier, and whose buyer, is reviewed; how many for a reward; median days."""

    of_suppliers: float = 0.3
    of_buyers: float = 0.08
    incentivised: float = 0.06
    days: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Who comes to look. Signup rates are per channel and new visitor."""

    signup_rates: tuple[tuple[str, float], ...] = (
        ("organic", 0.05),
        ("paid_search", 0.06),
        ("paid_social", 0.03),
        ("trade_show", 0.2),
        ("partner", 0.15),
        ("referral", 0.18),
        ("outbound", 0.25),
    )
    other_signup_rate: float = 0.08
    visits_before_signup: float = 0.8
    """Mean visits before the one that ends in the signup."""
    deciding_days: float = 5.0
    """Mean days of such a visit before the signup."""
    direct_share: float = 0.7
    """Share of accounts' later visits that come by no paid channel."""

    def signup_rate(self, channel: str) -> float:
        """Share of the channel's new visitors that sign up."""
        return dict(self.signup_rates).get(channel, self.other_signup_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """How leads move: share that reach each next stage, median days in each, median hours to the first touch."""

    mql: float = 0.55
    sales_qualified: float = 0.5
    opportunity: float = 0.65
    closed_won: float = 0.4
    days: tuple[float, float, float, float] = (3.0, 4.0, 9.0, 21.0)
    """Median days lead -> mql -> sales_qualified -> opportunity -> closed."""
    recycled: float = 0.4
    """Share of leads lost before an opportunity that return to marketing."""
    first_touch_hours: float = 7.0
    untouched: float = 0.08
    """Share of MQLs nobody touches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPlan:
    """A market as it truly is: structure, dynamics, prices and the problems planted in it.

    Rates are shares 0-1, hazards are per week, amounts are major units of `currency`. Stocks are, per cell
    (category x region): suppliers live and not closed; buyers signed up and not closed; at the start of the week.
    """

    name: str
    seed: int
    orders: int
    buyers: SidePlan
    suppliers: SidePlan
    currency: str = "EUR"
    start: date = date(2024, 7, 1)
    """A Monday: first day of the first trading week. Founding suppliers sign up in the 8 weeks before."""
    weeks: int = 117
    categories: tuple[str, ...]
    regions: tuple[str, ...]
    order_values: tuple[float, ...]
    """Median order value per category, major units."""
    take_rates: tuple[float, ...]
    """Commission per category, share of order value."""
    cell_sigma: float = 0.2
    """Log standard deviation of cells' ordinary size."""
    founding_share: float = 0.35
    """Share of signups in the launch: suppliers before the first week, buyers decaying over its first quarter."""
    weekly_growth: float = 0.006
    """Weekly log growth of signups before cross-side effects."""
    seasonality: float = 0.08
    """Amplitude of the yearly wave on orders and signups (log)."""
    noise: float = 0.06
    """Standard deviation of the weekly common shock to both sides (log), autocorrelation 0.7."""
    shocks: tuple[Shock, ...] = ()
    cell_noise: float = 0.0
    """Standard deviation of the weekly shock to both sides of one cell (log), autocorrelation 0.9: the confounder."""
    even_arrivals: bool = False
    """Whether signups come at their expected pace, without Poisson luck between cells."""
    push_lift: float = 0.0
    """Log lift of supplier signups in randomly drawn 13-week blocks of cells: an instrument for the elasticity."""
    push_share: float = 0.2
    onboarding: Onboarding = Onboarding()
    onboarding_cost: float = 40.0
    """Onboarding cost of one supplier application, major units."""
    subscriptions: tuple[float, ...] = (39.0, 79.0, 149.0)
    """Monthly supplier plans; suppliers move up a plan about once in 30 months, while live."""
    subscribed_share: float = 0.4
    upgrade_response: float = 0.0
    """Change of the log hazard of moving up a plan per log of (1 + orders of the last 13 weeks); 0 for no effect."""
    paused_share: float = 0.1
    """Share of suppliers' plans that rest for most of one month."""
    channels: tuple[Channel, ...] = CHANNELS
    demand: Demand = Demand()
    trade: Trade = Trade()
    fit: Fit = NO_PREFERENCE
    tariff: Tariff = UNCHANGED
    pipeline: Pipeline = Pipeline()
    fulfilment: Fulfilment = Fulfilment()
    reviews: Reviews = Reviews()
    traffic: Traffic = Traffic()
    both_sides_share: float = 0.06
    """Share of suppliers whose company also has a buyer account."""
    branch_share: float = 0.05
    """Share of buyers that are branches of another buyer."""
    events_per_order: float | None = None
    """Cap on behaviour events per order: whole sessions are sampled to stay under it; None keeps all."""
    order_lines: bool = True
    """Whether orders have lines that name listings."""
    planted: tuple[Planted, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.orders < 1 or self.weeks < 2:
            raise ValueError(f"plan {self.name!r} needs at least 1 order and 2 weeks, not {self.orders}, {self.weeks}")
        if self.start.weekday() != 0:
            raise ValueError(f"start {self.start} is not a Monday")
        for what, values in (("order_values", self.order_values), ("take_rates", self.take_rates)):
            if len(values) != len(self.categories):
                raise ValueError(f"{what} has {len(values)} values for {len(self.categories)} categories")
        for code in (self.currency, self.trade.second_currency or self.currency):
            if minor_units(code) != 2:
                raise ValueError(f"currency {code!r} has no 2 decimals; the simulator writes 2, e.g. EUR, GBP, USD")
        for problem in (*self.planted, *self.tariff.prices, *self.tariff.take_rates):
            self._check(problem)

    def _check(self, problem: object) -> None:
        for attribute, allowed in (
            ("category", self.categories),
            ("region", self.regions),
            ("channel", tuple(channel.name for channel in self.channels)),
        ):
            value = getattr(problem, attribute, None)
            if value is not None and value not in allowed:
                raise ValueError(f"{type(problem).__name__} names {attribute} {value!r}, not one of {allowed}")
        week = getattr(problem, "week", 0)
        if not 0 <= week < self.weeks:
            raise ValueError(
                f"{type(problem).__name__} begins in week {week}, the plan has weeks 0 to {self.weeks - 1}"
            )

    @property
    def end(self) -> date:
        """The last day, a Sunday."""
        return self.start + timedelta(days=7 * self.weeks - 1)

    @property
    def cells(self) -> int:
        """How many cells: categories x regions, region varying fastest."""
        return len(self.categories) * len(self.regions)

    def cell(self, category: str, region: str) -> int:
        """The cell's index."""
        return self.categories.index(category) * len(self.regions) + self.regions.index(region)

    def side(self, side: Side) -> SidePlan:
        """The plan of one side."""
        return self.buyers if side is Side.BUYER else self.suppliers

    def problem(self, kind: type[P]) -> P | None:
        """The planted problem of that kind, if there is one."""
        for problem in self.planted:
            if isinstance(problem, kind):
                return problem
        return None

    def anchored(self) -> tuple[SupplierConcentration | None, BuyerConcentration | None]:
        """The concentration risks, which need an anchor account of their own."""
        return self.problem(SupplierConcentration), self.problem(BuyerConcentration)

    def cart_to_order(self, region: str) -> float:
        """Share of carts in the region that become orders."""
        leak = self.problem(FirstOrderLeak)
        factor = leak.cart_to_order_factor if leak and leak.region == region else 1.0
        return self.demand.cart_to_order * factor

    def channel_cost(self, side: Side, channel: Channel) -> float:
        """Cost of one planned signup of the side on the channel, major units; 0 for a free channel."""
        if channel.spend_kind is None:
            return 0.0
        problem = self.problem(UnprofitableChannel)
        wasteful = problem is not None and (problem.side, problem.channel) == (side, channel.name)
        return self.side(side).cost_per_signup * (problem.cost_factor if problem and wasteful else 1.0)
