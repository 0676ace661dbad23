"""Every table of the two-sided market, by name."""

from bothsides.schema.table import Table
from bothsides.schema.tables.demand import EVENTS, QUOTES
from bothsides.schema.tables.desk import DESK_TABLES
from bothsides.schema.tables.fulfilment import REVIEWS, SHIPMENTS
from bothsides.schema.tables.ledger import FEES, FX_RATES, ORDER_LINES, ORDERS, REFUNDS
from bothsides.schema.tables.parties import ACCOUNTS, CONTACTS, LISTINGS
from bothsides.schema.tables.pipeline import CAMPAIGNS, LEADS, OPPORTUNITIES, SPEND, STAGE_CHANGES, TOUCHES
from bothsides.schema.tables.pushes import PUSHES
from bothsides.schema.tables.subscriptions import SUBSCRIPTIONS
from bothsides.schema.tables.traffic import VISITS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ACCOUNTS,
        CONTACTS,
        LISTINGS,
        VISITS,
        EVENTS,
        QUOTES,
        ORDERS,
        ORDER_LINES,
        SHIPMENTS,
        REVIEWS,
        SUBSCRIPTIONS,
        FEES,
        REFUNDS,
        CAMPAIGNS,
        LEADS,
        STAGE_CHANGES,
        OPPORTUNITIES,
        TOUCHES,
        SPEND,
        PUSHES,
        FX_RATES,
        *DESK_TABLES,
    )
}


def table(name: str) -> Table:
    """The table of that name. Raises KeyError with the names there are."""
    try:
        return TABLES[name]
    except KeyError:
        raise KeyError(f"table {name!r} is not one of {', '.join(TABLES)}") from None
