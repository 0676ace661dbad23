"""What became of an order once it was placed: its shipments, and whether all of it was sent."""

from bothsides.metrics.fact import Fact

FULFILMENT_DAYS = 30
"""Units sent within this many days of the order count as filled; what comes later does not change the past."""

_DIMENSIONS = ("category", "region", "channel", "deal_size", "segment")

SHIPMENTS = Fact(
    name="shipments",
    grain="one row per shipment that was not cancelled, of an order that stands; by side, one row per party",
    requires=("shipments", "orders"),
    relation="fact_shipments",
    parties="fact_shipment_parties",
    dates={
        "placed_on": "orders",
        "promised_on": "shipments",
        "shipped_on": "shipments",
        "delivered_on": "shipments",
    },
    dimensions=_DIMENSIONS,
    columns=("units", "promised_days", "delay_days", "delivered", "on_time"),
    party_columns={"account": ("buyer", "supplier"), "segment": ("buyer_segment", "supplier_segment")},
    weight="weight",
    known_by=("shipments",),
    later={"*": ("shipments",)},
    builds=(
        """
        CREATE TABLE fact_shipments AS
        SELECT s.shipment_id, b.order_id, b.buyer, b.supplier, b.category, b.region, b.channel, b.deal_size,
               b.buyer_segment, b.supplier_segment, b.weight, b.placed_on, s.promised_on, s.shipped_on, s.delivered_on,
               CAST(s.quantity AS BIGINT) AS units, s.promised_on - b.placed_on AS promised_days,
               s.delivered_on - s.promised_on AS delay_days, s.delivered_on IS NOT NULL AS delivered,
               s.promised_on IS NOT NULL AND s.delivered_on IS NOT NULL AND s.delivered_on <= s.promised_on AS on_time
        FROM {shipments} s JOIN fact_bookings b ON b.order_id = s.order_id
        WHERE s.status <> 'cancelled' AND b.status <> 'cancelled'
        """,
        """
        CREATE VIEW fact_shipment_parties AS
        SELECT 'buyer' AS side, buyer AS account, category, region, channel, deal_size, buyer_segment AS segment,
               weight, placed_on, promised_on, shipped_on, delivered_on, units, promised_days, delay_days, delivered,
               on_time
        FROM fact_shipments
        UNION ALL
        SELECT 'supplier', supplier, category, region, channel, deal_size, supplier_segment,
               weight, placed_on, promised_on, shipped_on, delivered_on, units, promised_days, delay_days, delivered,
               on_time
        FROM fact_shipments
        """,
    ),
)

# What the buyer, the marketplace or nobody in particular called off was not the supplier's to deliver; what the
# supplier called off was. Units are known where the lines say how many were ordered and every shipment how many it
# held.
FULFILMENT = Fact(
    name="fulfilment",
    grain="one row per order that its supplier had to deliver: those that stand and those the supplier called off",
    requires=("shipments", "orders"),
    relation="fact_fulfilment",
    parties="fact_fulfilment_parties",
    dates={"placed_on": "orders"},
    dimensions=_DIMENSIONS,
    columns=("units_ordered", "units_filled", "is_complete", "parts", "days_to_ship", "days_to_delivery", "called_off"),
    party_columns={"account": ("buyer", "supplier"), "segment": ("buyer_segment", "supplier_segment")},
    weight="weight",
    known_by=("shipments",),
    later={"*": ("shipments",)},
    builds=(
        f"""
        CREATE TABLE fact_fulfilment AS
        WITH wanted AS (
            SELECT order_id, sum(quantity) AS units FROM {{order_lines}} GROUP BY order_id
        ),
        called_off AS (SELECT order_id FROM {{orders}} WHERE status = 'cancelled' AND cancelled_by = 'supplier'),
        due AS (
            SELECT b.*, c.order_id IS NOT NULL AS called_off
            FROM fact_bookings b LEFT JOIN called_off c ON c.order_id = b.order_id
            WHERE b.status <> 'cancelled' OR c.order_id IS NOT NULL
        ),
        sent AS (
            SELECT s.order_id, count(*) FILTER (WHERE s.shipped_on IS NOT NULL) AS parts,
                   min(s.shipped_on) AS first_shipped_on,
                   CASE WHEN count(*) = count(s.delivered_on) THEN max(s.delivered_on) END AS delivered_on,
                   count(*) = count(s.quantity) AS is_counted,
                   coalesce(sum(s.quantity) FILTER (WHERE s.shipped_on <= d.placed_on + {FULFILMENT_DAYS}), 0) AS units
            FROM {{shipments}} s JOIN due d ON d.order_id = s.order_id
            WHERE s.status <> 'cancelled' GROUP BY s.order_id
        ),
        measured AS (
            SELECT d.*, coalesce(s.parts, 0) AS parts, s.first_shipped_on, s.delivered_on,
                   CASE WHEN w.units > 0 AND coalesce(s.is_counted, true) THEN w.units END AS units_ordered,
                   CASE WHEN d.called_off THEN 0 ELSE coalesce(s.units, 0) END AS units_sent
            FROM due d LEFT JOIN wanted w ON w.order_id = d.order_id LEFT JOIN sent s ON s.order_id = d.order_id
        )
        SELECT order_id, buyer, supplier, category, region, channel, deal_size, buyer_segment, supplier_segment,
               weight, placed_on, called_off, CAST(units_ordered AS BIGINT) AS units_ordered,
               CAST(CASE WHEN units_ordered IS NOT NULL THEN least(units_ordered, units_sent) END AS BIGINT)
                   AS units_filled,
               units_sent >= units_ordered AS is_complete, parts,
               CASE WHEN NOT called_off THEN first_shipped_on - placed_on END AS days_to_ship,
               CASE WHEN NOT called_off THEN delivered_on - placed_on END AS days_to_delivery
        FROM measured
        """,
        """
        CREATE VIEW fact_fulfilment_parties AS
        SELECT 'buyer' AS side, buyer AS account, category, region, channel, deal_size, buyer_segment AS segment,
               weight, placed_on, called_off, units_ordered, units_filled, is_complete, parts, days_to_ship,
               days_to_delivery
        FROM fact_fulfilment
        UNION ALL
        SELECT 'supplier', supplier, category, region, channel, deal_size, supplier_segment,
               weight, placed_on, called_off, units_ordered, units_filled, is_complete, parts, days_to_ship,
               days_to_delivery
        FROM fact_fulfilment
        """,
    ),
)
