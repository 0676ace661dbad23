"""The reason codes that people of the simulated desk write; the demo's agreement signs the same ones."""

from collections.abc import Mapping

from bothsides.schema.side import Side

REJECTED: Mapping[str, float] = {
    "no_budget": 0.2,
    "not_our_category": 0.18,
    "no_authority": 0.14,
    "too_small": 0.14,
    "out_of_region": 0.08,
    "competitor": 0.06,
    "bad_timing": 0.2,
}
REJECTED_PRIZE_DRAW: Mapping[str, float] = {
    "student_or_job_seeker": 0.2,
    "no_buying_need": 0.55,
    "wrong_contact_data": 0.25,
}
UNREACHABLE = "unreachable"

WON: Mapping[Side, Mapping[str, float]] = {
    Side.BUYER: {"range_of_suppliers": 0.35, "price": 0.25, "trust_and_verification": 0.22, "delivery_time": 0.18},
    Side.SUPPLIER: {"access_to_buyers": 0.5, "low_commission": 0.2, "onboarding_help": 0.3},
}
LOST: Mapping[Side, Mapping[str, float]] = {
    Side.BUYER: {
        "price": 0.24,
        "no_matching_supplier": 0.2,
        "stayed_with_supplier": 0.2,
        "procurement_approval": 0.12,
        "missing_integration": 0.08,
        "no_decision": 0.16,
    },
    Side.SUPPLIER: {
        "commission_too_high": 0.28,
        "catalogue_effort": 0.24,
        "too_few_buyers": 0.18,
        "verification_documents": 0.1,
        "no_decision": 0.2,
    },
}
OBJECTIONS: Mapping[Side, Mapping[str, float]] = {
    Side.BUYER: {"price_over_current": 0.34, "who_vets_suppliers": 0.26, "payment_terms": 0.2, "one_more_system": 0.2},
    Side.SUPPLIER: {"commission": 0.4, "price_visibility": 0.25, "time_to_list": 0.2, "payout_delay": 0.15},
}
NONE_RAISED = "none"
"""Written where a lead objected to nothing."""
QUESTIONS: Mapping[Side, tuple[str, ...]] = {
    Side.BUYER: ("how_are_suppliers_checked", "can_i_pay_on_invoice", "does_it_work_with_our_erp"),
    Side.SUPPLIER: ("what_does_it_cost", "does_it_work_with_our_erp"),
}
WORDS: Mapping[str, tuple[str, ...]] = {
    "price_over_current": ("We get M8 bolts for eight cents less.", "Your price plus freight is more than we pay now."),
    "who_vets_suppliers": ("Who tells me these people ship what they show?", "Any certificates I can hand to quality?"),
    "payment_terms": ("We pay at sixty days, always have.", "Card up front does not work for us."),
    "one_more_system": ("I have five portals open already.", "Our buyers live in SAP."),
    "commission": ("Why pay you for customers I have?", "Twelve per cent is my margin."),
    "price_visibility": ("My competitors will read my price list.", "Can I show prices to buyers I choose?"),
    "time_to_list": ("Two thousand lines, who types those in?", "How long until I am live?"),
    "payout_delay": ("When does the money come?", "I cannot wait three weeks for payment."),
}
"""What people literally said, by objection: their words, for those who write the pages."""
EMPTY_CELL = ("Electrical", "EU")
"""Category and region without enough suppliers: buyers there are lost for want of one twice as often."""


def lost_reasons(side: Side, category: str, region: str) -> Mapping[str, float]:
    """The weights of loss reasons for a lead of this side, category and region."""
    weights = dict(LOST[side])
    if side is Side.BUYER and (category, region) == EMPTY_CELL:
        weights["no_matching_supplier"] *= 4
    return weights
