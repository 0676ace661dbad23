"""Olist (Brazil): the seller funnel, sellers, and orders of a marketplace, as published on Kaggle."""

from bothsides.ingest.draft.layouts.known import KnownFile, KnownLayout, Roles, accounts, always, fed, files, header
from bothsides.ingest.draft.layouts.olist_sql import LEADS_SQL, orders_sql
from bothsides.ingest.draft.records import ColumnDraft, Reshape, SourceDraft, TableDraft, Unmapped

_SPACE = "olist"
_PUBLISHED_ORDERS = 99_441
_STRATIFIED = (("delivered", 5_172), ("rows", 8_135))
"""The known sample: every order that was not delivered, and 5,172 of the 96,478 delivered ones (weight 18.654)."""

_LEADS = TableDraft(
    name="leads",
    key=("mql_id",),
    columns=(
        always("side", "supplier", "the funnel recruits sellers"),
        fed(
            "account_id",
            "seller_id",
            "the seller a won lead became; 380 of the 842 are in the list of sellers, the others never sold",
            orphans="keep",
        ),
        fed("channel", "origin", "the publisher's words; 'unknown' is one of them, 60 are blank"),
        fed("created_at", "first_contact_date"),
    ),
)
_BECAME_MQL = TableDraft(
    name="stage_changes",
    entities=True,
    id_space="olist-mql",
    key=("mql_id",),
    note="Every lead of the file was already qualified by marketing at its first contact.",
    columns=(
        fed("lead_id", "mql_id", id_space=_SPACE),
        always("stage", "mql"),
        fed("changed_at", "first_contact_date"),
    ),
)
_WON = TableDraft(
    name="stage_changes",
    key=("mql_id",),
    columns=(
        fed("lead_id", "mql_id"),
        always("stage", "closed_won"),
        fed("changed_at", "won_date", "one deal was won 1.2 days before its first contact; it stays as published"),
        fed("owner", "sr_id"),
    ),
)
_ONLY_WON = "known for won deals only: as a category every one of them would convert to 100 %"
_SELLERS = TableDraft(
    name="accounts",
    key=("seller_id",),
    columns=(
        always("side", "supplier"),
        fed("region", "seller_state"),
        always("country", "BR"),
    ),
)
_STATUS = (("delivered", "completed"), ("canceled", "cancelled"), ("unavailable", "cancelled"))


def _orders_table(*, category: bool, sample: bool) -> TableDraft:
    columns: list[ColumnDraft] = [
        fed("buyer_id", "customer_unique_id", "customer_id names an order, customer_unique_id the customer"),
        fed("supplier_id", "seller_id", "orders without items have no seller: they stay in quarantine"),
        fed("placed_at", "order_purchase_timestamp"),
        fed("completed_at", "order_delivered_customer_date"),
        fed(
            "status",
            "order_status",
            "delivered is completed, canceled and unavailable cancelled",
            words=_STATUS,
            other="placed",
        ),
        fed("amount", "amount", "sum of the prices of the seller's items in the order"),
        fed("shipping", "freight", "sum of their freight"),
        fed("region", "customer_state", "the state of the customer"),
    ]
    if category:
        columns.insert(
            7, fed("category", "category", "English name of the category with the greatest value in the order")
        )
    if sample:
        columns.append(fed("sample_weight", "weight", "18.654 for a delivered order, 1 for any other"))
    return TableDraft(name="orders", key=("order_id", "seller_id"), columns=tuple(columns))


def _build(roles: Roles) -> tuple[SourceDraft, ...]:
    sources = []
    if "mqls" in roles:
        sources.append(_leads(roles))
    if "deals" in roles:
        sources.append(_deals(roles))
    if "sellers" in roles:
        sources.append(
            SourceDraft(source="sellers", id_space=_SPACE, files=roles["sellers"][0].files, tables=(_SELLERS,))
        )
    if {"orders", "items", "customers"} <= set(roles):
        sources.append(_orders(roles))
    return tuple(sources)


def _leads(roles: Roles) -> SourceDraft:
    if "deals" not in roles:
        columns = tuple(column for column in _LEADS.columns if column.column != "account_id")
        tables = (TableDraft(name="leads", key=_LEADS.key, columns=columns), _BECAME_MQL)
        return SourceDraft(source="leads", id_space=_SPACE, files=files(roles, "mqls"), tables=tables)
    inputs = (("mqls", files(roles, "mqls")), ("deals", files(roles, "deals")))
    return SourceDraft(
        source="leads",
        id_space=_SPACE,
        files=(),
        tables=(_LEADS, _BECAME_MQL),
        reshape=Reshape(name="leads.sql", sql=LEADS_SQL, inputs=inputs),
        unmapped=(Unmapped(field="business_segment", why=_ONLY_WON),),
    )


def _deals(roles: Roles) -> SourceDraft:
    return SourceDraft(
        source="closed_deals",
        id_space=_SPACE,
        files=files(roles, "deals"),
        tables=(_WON,),
        unmapped=(
            Unmapped(field="seller_id", why="mapping/leads.toml joins it to the lead"),
            Unmapped(field="business_segment", why=_ONLY_WON),
            Unmapped(field="declared_monthly_revenue", why="0 for 797 of the 842 deals"),
        ),
    )


def _orders(roles: Roles) -> SourceDraft:
    categories = "products" in roles and "translation" in roles
    sample = _is_known_sample(roles)
    named = ["orders", "items", "customers"] + (["products", "translation"] if categories else [])
    notes = (
        ["775 orders of the sample have no items, so no seller: they are quarantined with that reason."]
        if sample
        else []
    )
    if not sample and roles["orders"][0].rows < _PUBLISHED_ORDERS:
        notes.append(
            f"The full data set has {_PUBLISHED_ORDERS:,} orders. If this is a sample, write sample = true and feed "
            "sample_weight, or totals are too low."
        )
    return SourceDraft(
        source="orders",
        id_space=_SPACE,
        files=(),
        sample=sample,
        tables=(
            _orders_table(category=categories, sample=sample),
            accounts(
                "buyer",
                "customer_unique_id",
                fed("region", "customer_state"),
                always("country", "BR"),
                note="Customers are found in the orders: the file of customers has one row per order.",
            ),
        ),
        reshape=Reshape(
            name="orders.sql",
            sql=orders_sql(categories=categories, weighted=sample),
            inputs=tuple((role, roles[role][0].files) for role in named),
        ),
        notes=tuple(notes),
    )


def _is_known_sample(roles: Roles) -> bool:
    orders = roles["orders"][0]
    status = orders.column("order_status")
    delivered = dict(status.words).get("delivered") if status else None
    return (("delivered", delivered), ("rows", orders.rows)) == _STRATIFIED


OLIST = KnownLayout(
    name="Olist marketplace and seller funnel (CC BY-NC-SA 4.0)",
    files=(
        KnownFile(role="mqls", header=header("mql_id,first_contact_date,landing_page_id,origin")),
        KnownFile(
            role="deals",
            header=header(
                "mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,lead_type,lead_behaviour_profile,has_company,"
                "has_gtin,average_stock,business_type,declared_product_catalog_size,declared_monthly_revenue"
            ),
        ),
        KnownFile(role="sellers", header=header("seller_id,seller_zip_code_prefix,seller_city,seller_state")),
        KnownFile(
            role="orders",
            header=header(
                "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
                "order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date"
            ),
        ),
        KnownFile(
            role="items",
            header=header("order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"),
        ),
        KnownFile(
            role="customers",
            header=header("customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state"),
        ),
        KnownFile(
            role="products",
            header=header(
                "product_id,product_category_name,product_name_lenght,product_description_lenght,product_photos_qty,"
                "product_weight_g,product_length_cm,product_height_cm,product_width_cm"
            ),
        ),
        KnownFile(role="translation", header=header("product_category_name,product_category_name_english")),
        KnownFile(
            role="payments",
            header=header("order_id,payment_sequential,payment_type,payment_installments,payment_value"),
            unused="payments are the value and freight of the items again, without the seller",
        ),
        KnownFile(
            role="reviews",
            header=header(
                "review_id,order_id,review_score,review_comment_title,review_comment_message,review_creation_date,"
                "review_answer_timestamp"
            ),
            unused="reviews are not part of the schema",
        ),
        KnownFile(
            role="geolocation",
            header=header(
                "geolocation_zip_code_prefix,geolocation_lat,geolocation_lng,geolocation_city,geolocation_state"
            ),
            unused="coordinates of postcodes",
        ),
    ),
    build=_build,
    currency="BRL",
    time_zone="America/Sao_Paulo",
)
