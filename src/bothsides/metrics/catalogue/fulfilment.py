"""Whether suppliers deliver what was ordered, and when they said they would."""

from bothsides.metrics.facts.shipments import FULFILMENT_DAYS
from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.shapes import Median, SurvivalMedian
from bothsides.metrics.value import Unit

_UNITS = ("order_lines.quantity", "shipments.quantity")
_COUNTED = Test("units_ordered", "not null")
_CALLED_OFF = (
    "What the buyer called off, or nobody knows who, is left out; what the supplier called off counts as not delivered."
)


def _due(*tests: Test, column: str | None = None, days: int = FULFILMENT_DAYS) -> Measure:
    return Measure(
        fact="fulfilment",
        on="placed_on",
        aggregate="sum" if column else "count",
        column=column,
        where=tests,
        maturity_days=days,
    )


def _promised(*tests: Test) -> Measure:
    return Measure(fact="shipments", on="promised_on", aggregate="count", where=tests)


def _promise(metric_id: str, label: str, meaning: str, kept: bool, better: Better) -> Metric:
    return Metric(
        id=metric_id,
        needs=("shipments.promised_at", "shipments.delivered_at"),
        row=37,
        family="fulfilment",
        label=label,
        unit=Unit.RATE,
        formula=Ratio(numerator=_promised(Test("on_time", "=", kept)), denominator=_promised(), share=True),
        meaning=meaning,
        side=SideRule.EACH,
        tier=Tier.HEALTH,
        better=better,
        caveat="Dated by the day promised, not by the order. A shipment without a delivery date has not arrived.",
    )


FULFILMENT = (
    Metric(
        id="supplier_fill_rate",
        needs=_UNITS,
        row=37,
        family="fulfilment",
        label="Supplier fill rate",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_due(_COUNTED, column="units_filled"),
            denominator=_due(_COUNTED, column="units_ordered"),
            cluster="account",
        ),
        meaning=f"Units shipped within {FULFILMENT_DAYS} days of the order over units ordered, of orders at least that "
        "old.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.UP,
        window=f"{FULFILMENT_DAYS} days",
        maturity_days=FULFILMENT_DAYS,
        caveat=f"{_CALLED_OFF} Units sent beyond the order do not make up for another order's.",
    ),
    Metric(
        id="complete_order_rate",
        needs=_UNITS,
        row=37,
        family="fulfilment",
        label="Orders shipped in full",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_due(_COUNTED, Test("is_complete", "=", True)),
            denominator=_due(_COUNTED),
            share=True,
        ),
        meaning=f"Share of orders of which every unit was shipped within {FULFILMENT_DAYS} days.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.UP,
        window=f"{FULFILMENT_DAYS} days",
        maturity_days=FULFILMENT_DAYS,
        caveat=_CALLED_OFF,
    ),
    Metric(
        id="split_shipment_rate",
        row=37,
        family="fulfilment",
        label="Orders shipped in parts",
        unit=Unit.RATE,
        formula=Ratio(numerator=_due(Test("parts", ">=", 2)), denominator=_due(Test("parts", ">=", 1)), share=True),
        meaning=f"Share of shipped orders at least {FULFILMENT_DAYS} days old that took more than one shipment.",
        side=SideRule.SUPPLIER,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        maturity_days=FULFILMENT_DAYS,
        window=f"orders at least {FULFILMENT_DAYS} days old",
    ),
    Metric(
        id="shipments",
        row=37,
        family="fulfilment",
        label="Shipments",
        unit=Unit.COUNT,
        formula=Measure(fact="shipments", on="shipped_on", aggregate="count"),
        meaning="Shipments that left a supplier in the period.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    Metric(
        id="units_shipped",
        needs=("shipments.quantity",),
        row=37,
        family="fulfilment",
        label="Units shipped",
        unit=Unit.COUNT,
        formula=Measure(fact="shipments", on="shipped_on", aggregate="sum", column="units"),
        meaning="Units that left a supplier in the period.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    Metric(
        id="deliveries",
        needs=("shipments.delivered_at",),
        row=37,
        family="fulfilment",
        label="Deliveries",
        unit=Unit.COUNT,
        formula=Measure(fact="shipments", on="delivered_on", aggregate="count"),
        meaning="Shipments that arrived in the period.",
        side=SideRule.EACH,
        tier=Tier.LAGGING,
        better=Better.UP,
    ),
    _promise(
        "on_time_rate",
        "Delivered on time",
        "Share of shipments promised for the period that arrived on the day promised or before.",
        True,
        Better.UP,
    ),
    _promise(
        "late_rate",
        "Delivered late",
        "Share of shipments promised for the period that arrived later or not at all.",
        False,
        Better.DOWN,
    ),
    Metric(
        id="promised_days",
        needs=("shipments.promised_at",),
        row=37,
        family="fulfilment",
        label="Days promised",
        unit=Unit.DAYS,
        formula=Median(fact="shipments", on="placed_on", column="promised_days"),
        meaning="Median days from order to the day promised.",
        side=SideRule.EACH,
        tier=Tier.HEALTH,
        better=Better.DOWN,
    ),
    Metric(
        id="ship_days",
        row=37,
        family="fulfilment",
        label="Days to ship",
        unit=Unit.DAYS,
        formula=SurvivalMedian(fact="fulfilment", on="placed_on", days="days_to_ship", never="called_off"),
        meaning="Median days from order to its first shipment, orders not shipped yet censored.",
        side=SideRule.EACH,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        source="Kaplan and Meier 1958",
    ),
    Metric(
        id="delivery_days",
        needs=("shipments.delivered_at",),
        row=37,
        family="fulfilment",
        label="Days to delivery",
        unit=Unit.DAYS,
        formula=SurvivalMedian(fact="fulfilment", on="placed_on", days="days_to_delivery", never="called_off"),
        meaning="Median days from order to the arrival of its last shipment, orders still open censored.",
        side=SideRule.EACH,
        tier=Tier.HEALTH,
        better=Better.DOWN,
        source="Kaplan and Meier 1958",
        caveat="Read beside days promised: the promise of all shipments, the arrival of whole orders.",
    ),
    Metric(
        id="delay_days",
        needs=("shipments.promised_at", "shipments.delivered_at"),
        row=37,
        family="fulfilment",
        label="Delay against the promise",
        unit=Unit.DAYS,
        formula=Median(fact="shipments", on="delivered_on", column="delay_days"),
        meaning="Median days from the day promised to the day of arrival, of what arrived in the period; early is "
        "negative.",
        side=SideRule.EACH,
        tier=Tier.HEALTH,
        better=Better.DOWN,
    ),
)
