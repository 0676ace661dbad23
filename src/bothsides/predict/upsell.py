"""Which suppliers will move to a dearer plan: by how busy they are against what they pay."""

from datetime import date

from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.account_names import account_names
from bothsides.predict.cases import ModelSpec
from bothsides.predict.judging import TOO_SHORT, predicted, refused
from bothsides.predict.logistic import RIDGE
from bothsides.predict.plan_features import PLAN_SIGNALS, PlanMembers
from bothsides.predict.scores import Prediction
from bothsides.predict.validation import time_split
from bothsides.schema import Side, minor_units

HORIZON_MONTHS = 3

UNTRIED = "tried on simulated markets only: no real market's plans were to be had; compare it with what sales knows"

UPSELL = ModelSpec(
    id="upsell-supplier",
    model="upsell",
    side=Side.SUPPLIER,
    label=f"moves to a dearer plan in the next {HORIZON_MONTHS} months",
    horizon_months=HORIZON_MONTHS,
    step_months=HORIZON_MONTHS,
    rule="orders in the last 3 months",
    rule_signal="orders_recent",
    signals=PLAN_SIGNALS,
    ridge=RIDGE,
    notes=(UNTRIED,),
)


def upsell(store: Store, *, as_of: date | None = None) -> Prediction:
    """The chance that a supplier on a paid plan moves up within three months; amounts are what it pays a month.

    Too little data where plans are not recorded, orders are a sample or upgrades are rare.
    """
    known = store.ranges.get("subscriptions")
    orders = store.ranges.get("orders")
    if known is None:
        return refused(UPSELL, "no paid plans are known: the table `subscriptions` is missing", lacks="subscriptions")
    if orders is None:
        return refused(UPSELL, "no orders are known beside the plans: the table `orders` is missing", lacks="orders")
    if store.sampled:
        return refused(UPSELL, "orders are a declared sample: how busy a supplier is cannot be told")
    first, last = max(known[0], orders[0]), min(orders[1], as_of or orders[1])
    if last < first:
        return refused(UPSELL, "no paid plans are recorded by that day")
    with on_day(store, as_of) as then:
        split = time_split(first, last, horizon=HORIZON_MONTHS, step=HORIZON_MONTHS)
        if split is None:
            return refused(UPSELL, TOO_SHORT)
        members = PlanMembers(engine=then.engine, unit=10 ** minor_units(store.currency))
        return predicted(UPSELL, split, members.cases, lambda: account_names(then))
