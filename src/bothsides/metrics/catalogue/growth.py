"""How fast the market grows: this period over the last one, and over the same one a year before."""

from typing import Literal

from bothsides.metrics.catalogue.take_rate import ALL_FEES, FEES_RETURNED
from bothsides.metrics.catalogue.volume import ACTIVE, GMV, ORDERS
from bothsides.metrics.measure import Combination, Measure
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Growth
from bothsides.metrics.value import Unit

_NET_REVENUE = Combination(((1, ALL_FEES), (-1, FEES_RETURNED)))
_BACK = {"period": "the period before", "year": "the same period a year before"}


def _growth(
    of: str,
    label: str,
    formula: Measure | Combination,
    row: int,
    back: Literal["period", "year"],
    *,
    constant: bool = False,
    side: SideRule = SideRule.EACH,
) -> Metric:
    what = f"{label[0].upper() + label[1:]}"
    caveat = "Only whole periods are compared; weeks and days with those 52 weeks before." if back == "year" else ""
    if constant:
        caveat = "The period's amounts at the mean daily rate of its base period. " + caveat
    return Metric(
        id=f"{of}_growth{'_yoy' if back == 'year' else ''}{'_constant_currency' if constant else ''}",
        row=row,
        family="growth",
        label=f"{what} growth{', year on year' if back == 'year' else ''}{', constant currency' if constant else ''}",
        unit=Unit.RATE,
        formula=Growth(of=of, formula=formula, back=back, constant=constant),
        meaning=f"{what} of the period over {_BACK[back]}, less one.",
        side=side,
        tier=Tier.LAGGING,
        better=Better.UP,
        window=f"the period against {_BACK[back]}",
        source="Point Nine 2018: GMV growing 100 % a year or more from seed to series A"
        if of == "gmv" and back == "year"
        else "dictionary conventions C3 and C4",
        caveat=caveat.strip() or "Only whole periods are compared.",
    )


GROWTH = (
    _growth("gmv", "GMV", GMV, 1, "period"),
    _growth("gmv", "GMV", GMV, 1, "year"),
    _growth("gmv", "GMV", GMV, 1, "period", constant=True),
    _growth("gmv", "GMV", GMV, 1, "year", constant=True),
    _growth("net_revenue", "net revenue", _NET_REVENUE, 3, "period"),
    _growth("net_revenue", "net revenue", _NET_REVENUE, 3, "year"),
    _growth("net_revenue", "net revenue", _NET_REVENUE, 3, "period", constant=True),
    _growth("net_revenue", "net revenue", _NET_REVENUE, 3, "year", constant=True),
    _growth("orders", "orders", ORDERS, 1, "period"),
    _growth("orders", "orders", ORDERS, 1, "year"),
    _growth("active_accounts", "active accounts", ACTIVE, 28, "period"),
    _growth("active_accounts", "active accounts", ACTIVE, 28, "year"),
)
