"""Two ready-made markets: one with a planted problem per diagnosis, one that is healthy."""

from bothsides.schema.side import Side
from bothsides.simulate.plan import Demand, MarketPlan, Onboarding, Shock, SidePlan, Trade
from bothsides.simulate.planted import (
    BuyerConcentration,
    DemandShort,
    FirstOrderLeak,
    OnboardingLeak,
    RetentionFall,
    Stalled,
    SupplierConcentration,
    SupplyShort,
    ThinCellSpend,
    UnprofitableChannel,
)

CATEGORIES = ("Fasteners", "Packaging", "Electrical", "Safety equipment", "Cleaning supplies", "Machine parts")
REGIONS = ("North", "East", "South", "West")
ORDER_VALUES = (420.0, 560.0, 780.0, 350.0, 300.0, 1150.0)
TAKE_RATES = (0.10, 0.11, 0.09, 0.12, 0.13, 0.08)
IN_FULL = 200_000
"""Plans with more orders than this keep 2 events per order and no order lines, and fewer of their leads."""


def _lead_share(orders: int) -> float:
    return min(1.0, IN_FULL / orders)


def demo_plan(*, seed: int, orders: int = 20_000) -> MarketPlan:
    """A market of 6 categories and 4 regions over 117 weeks with one planted problem per diagnosis.

    From 20,000 orders up every problem shows in the rows, whatever the seed; smaller cells drown some of them.
    """
    buyers, suppliers = orders // 28, orders // 22
    return MarketPlan(
        name="demo",
        seed=seed,
        orders=orders,
        categories=CATEGORIES,
        regions=REGIONS,
        order_values=ORDER_VALUES,
        take_rates=TAKE_RATES,
        buyers=SidePlan(
            signups=buyers,
            elasticity=0.5,
            threshold=max(2.0, round(suppliers * 0.005)),
            hazard_below=0.012,
            hazard_above=0.003,
            rate_shape=1.8,
            cost_per_signup=150.0,
            sales_led=0.5 * _lead_share(orders),
        ),
        suppliers=SidePlan(
            signups=suppliers,
            elasticity=0.25,
            threshold=max(2.0, round(buyers * 0.008)),
            hazard_below=0.008,
            hazard_above=0.0025,
            rate_shape=5.0,
            cost_per_signup=280.0,
            sales_led=0.6 * _lead_share(orders),
        ),
        cell_sigma=0.12,
        even_arrivals=True,
        founding_share=0.65,
        weekly_growth=0.004,
        demand=Demand(expansion=0.0),
        shocks=(Shock(week=47, weeks=3, size=-0.3),),
        push_lift=0.6,
        events_per_order=None if orders <= IN_FULL else 2.0,
        order_lines=orders <= IN_FULL,
        planted=(
            SupplyShort(category="Electrical", region="South"),
            DemandShort(category="Packaging", region="West"),
            Stalled(category="Cleaning supplies", region="East"),
            ThinCellSpend(category="Safety equipment", region="South"),
            SupplierConcentration(category="Fasteners"),
            BuyerConcentration(category="Fasteners"),
            OnboardingLeak(step="catalogue"),
            FirstOrderLeak(region="North"),
            UnprofitableChannel(side=Side.BUYER, channel="paid_social"),
            RetentionFall(),
        ),
    )


def healthy_plan(*, seed: int, orders: int = 20_000) -> MarketPlan:
    """The same kind of market without a planted problem; from 20,000 orders up its cells are thick enough."""
    buyers, suppliers = orders // 32, orders // 40
    return MarketPlan(
        name="healthy",
        seed=seed,
        orders=orders,
        categories=CATEGORIES,
        regions=REGIONS,
        order_values=ORDER_VALUES,
        take_rates=TAKE_RATES,
        buyers=SidePlan(
            signups=buyers,
            elasticity=0.5,
            threshold=1.0,
            hazard_below=0.004,
            hazard_above=0.0008,
            rate_shape=6.0,
            cost_per_signup=120.0,
            sales_led=0.5 * _lead_share(orders),
        ),
        suppliers=SidePlan(
            signups=suppliers,
            elasticity=0.25,
            threshold=1.0,
            hazard_below=0.004,
            hazard_above=0.0006,
            rate_shape=8.0,
            cost_per_signup=180.0,
            sales_led=0.6 * _lead_share(orders),
        ),
        cell_sigma=0.05,
        even_arrivals=True,
        noise=0.03,
        weekly_growth=0.008,
        seasonality=0.05,
        onboarding=Onboarding(verified=0.92, catalogue=0.92, live=0.94, first_sale=1.0),
        demand=Demand(activation=0.88, start_weeks=0.5, expansion=0.008, loyalty=0.3),
        trade=Trade(amount_sigma=0.55),
        events_per_order=None if orders <= IN_FULL else 2.0,
        order_lines=orders <= IN_FULL,
    )
