"""Every fact the metrics read, by name, in the order they are built."""

from bothsides.metrics.fact import Fact
from bothsides.metrics.facts.accounts import ACCOUNT_MONTHS, ACCOUNTS
from bothsides.metrics.facts.attribution import ATTRIBUTION
from bothsides.metrics.facts.credits import ACCOUNT_CREDITS, CREDITED_ORDERS
from bothsides.metrics.facts.demand import EVENTS, LISTINGS, REQUESTS
from bothsides.metrics.facts.desk import CLOCKS, CONTACTS, ROUNDS, VERDICTS
from bothsides.metrics.facts.hygiene import (
    ACCOUNT_RECORDS,
    CONTACT_RECORDS,
    LEAD_RECORDS,
    LEAD_STANDING,
    OPPORTUNITY_RECORDS,
)
from bothsides.metrics.facts.moves import DIM_LEADS, STAGE_MOVES
from bothsides.metrics.facts.orders import BOOKINGS, DIM_ACCOUNTS, FEES, ORDERS, REFUNDS
from bothsides.metrics.facts.pipeline import LEADS, OPPORTUNITIES, SPEND
from bothsides.metrics.facts.replies import REPLIES
from bothsides.metrics.facts.reviews import REVIEWED_ORDERS, REVIEWS
from bothsides.metrics.facts.sales import LISTING_SALES
from bothsides.metrics.facts.shipments import FULFILMENT, SHIPMENTS
from bothsides.metrics.facts.steps import STEPS
from bothsides.metrics.facts.subscriptions import MRR_CHANGES, SUBSCRIPTIONS
from bothsides.metrics.facts.views import CARTS, VIEWS
from bothsides.metrics.facts.visits import VISITORS, VISITS

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        DIM_ACCOUNTS,
        BOOKINGS,
        ORDERS,
        FEES,
        REFUNDS,
        REQUESTS,
        EVENTS,
        LISTINGS,
        REPLIES,
        VIEWS,
        CARTS,
        LISTING_SALES,
        ACCOUNT_CREDITS,
        ACCOUNTS,
        ACCOUNT_MONTHS,
        LEADS,
        OPPORTUNITIES,
        CONTACTS,
        ROUNDS,
        CLOCKS,
        VERDICTS,
        ATTRIBUTION,
        CREDITED_ORDERS,
        ACCOUNT_RECORDS,
        LEAD_RECORDS,
        CONTACT_RECORDS,
        OPPORTUNITY_RECORDS,
        LEAD_STANDING,
        SPEND,
        VISITS,
        VISITORS,
        SHIPMENTS,
        FULFILMENT,
        REVIEWS,
        REVIEWED_ORDERS,
        SUBSCRIPTIONS,
        MRR_CHANGES,
        DIM_LEADS,
        STAGE_MOVES,
        STEPS,
    )
}


def fact(name: str) -> Fact:
    """The fact of that name. Raises KeyError with the names there are."""
    try:
        return FACTS[name]
    except KeyError:
        raise KeyError(f"fact {name!r} is not one of {', '.join(FACTS)}") from None
