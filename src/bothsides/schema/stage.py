"""The stages a lead, a supplier's onboarding, a buyer's first transaction and an order walk through."""

from enum import StrEnum


class LeadStage(StrEnum):
    """The revenue funnel, top first. `sales_qualified` is never abbreviated: it would collide with the language."""

    VISITOR = "visitor"
    LEAD = "lead"
    MQL = "mql"
    SALES_QUALIFIED = "sales_qualified"
    OPPORTUNITY = "opportunity"
    CLOSED_WON = "closed_won"
    CLOSED_LOST = "closed_lost"
    RECYCLED = "recycled"


CLOSED = frozenset({LeadStage.CLOSED_WON, LeadStage.CLOSED_LOST})
"""Stages in which a lead is decided."""
BEFORE_SALES = frozenset({LeadStage.VISITOR, LeadStage.LEAD, LeadStage.RECYCLED})
"""Stages of leads that nobody of sales has: not asked yet, or given back."""


class OnboardingStep(StrEnum):
    """A supplier's way from application to first sale."""

    APPLIED = "applied"
    VERIFIED = "verified"
    CATALOGUE = "catalogue"
    LIVE = "live"
    FIRST_SALE = "first_sale"


class BuyerStep(StrEnum):
    """A buyer's way from first visit to first order."""

    VISIT = "visit"
    SEARCH = "search"
    SUPPLIER_VIEW = "supplier_view"
    CART = "cart"
    RFQ = "rfq"
    ORDER = "order"


class OrderStatus(StrEnum):
    """Booked orders are all of these; completed ones are fulfilled and not cancelled."""

    PLACED = "placed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class QuoteStatus(StrEnum):
    """Where a request for quotation ended; `closed` is past its deadline without a recorded outcome."""

    OPEN = "open"
    CLOSED = "closed"
    AWARDED = "awarded"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"
    REPLIED = "replied"
