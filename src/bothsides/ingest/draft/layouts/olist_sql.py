"""Text-to-text SQL for the Olist files: leads with the seller they became, orders split by seller."""

LEADS_SQL = """\
-- One record per marketing qualified lead, with the seller it became where it was won.
SELECT mqls.mql_id, mqls.first_contact_date, mqls.landing_page_id, mqls.origin, deals.seller_id
FROM mqls
LEFT JOIN deals ON deals.mql_id = mqls.mql_id
"""

_HEAD = """\
-- One record per order and seller: a basket split over two sellers is two orders.
-- Orders without items keep a record with a blank seller, so that they are quarantined and counted, not lost.
-- A price or freight that cannot be read leaves the sum blank, so that the order is quarantined, not shortened.
WITH lines AS (
  SELECT
    items.order_id,
    items.seller_id,
    {category} AS category,
    try_cast(items.price AS DECIMAL(18, 2)) AS price,
    try_cast(items.freight_value AS DECIMAL(18, 2)) AS freight
  FROM items{joins}
),
by_category AS (
  SELECT order_id, seller_id, category, sum(price) AS value FROM lines GROUP BY order_id, seller_id, category
),
ranked AS (
  SELECT
    order_id,
    seller_id,
    category,
    row_number() OVER (PARTITION BY order_id, seller_id ORDER BY value DESC, category) AS place
  FROM by_category
),
sales AS (
  SELECT
    order_id,
    seller_id,
    CASE WHEN count(*) = count(price) THEN CAST(sum(price) AS VARCHAR) END AS amount,
    CASE WHEN count(*) = count(freight) THEN CAST(sum(freight) AS VARCHAR) END AS freight
  FROM lines
  GROUP BY order_id, seller_id
)
SELECT
  orders.order_id,
  sales.seller_id,
  customers.customer_unique_id,
  customers.customer_state,
  orders.order_status,
  orders.order_purchase_timestamp,
  orders.order_delivered_customer_date,
  sales.amount,
  sales.freight,
  ranked.category{weight}
FROM orders
LEFT JOIN customers ON customers.customer_id = orders.customer_id
LEFT JOIN sales ON sales.order_id = orders.order_id
LEFT JOIN ranked ON ranked.order_id = sales.order_id AND ranked.seller_id = sales.seller_id AND ranked.place = 1
"""
_ENGLISH = "coalesce(nullif(translation.product_category_name_english, ''), nullif(products.product_category_name, ''))"
_JOINS = """
  LEFT JOIN products ON products.product_id = items.product_id
  LEFT JOIN translation ON translation.product_category_name = products.product_category_name"""
_WEIGHT = """,
  CASE WHEN orders.order_status = 'delivered' THEN '18.654' ELSE '1' END AS weight"""


def orders_sql(*, categories: bool, weighted: bool) -> str:
    """The SQL of the orders, with English categories where products were given, with weights for the known sample."""
    return _HEAD.format(
        category=_ENGLISH if categories else "NULL",
        joins=_JOINS if categories else "",
        weight=_WEIGHT if weighted else "",
    )
