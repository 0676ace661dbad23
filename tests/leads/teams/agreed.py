"""A small set of agreed codes for tests of feedback, win and loss, escalation."""

from bothsides.leads.teams.reasons import Means, Reason, ReasonsPolicy
from bothsides.schema import Side

POLICY = ReasonsPolicy(
    reject=(
        Reason(code="too_small", words="Too small to buy here"),
        Reason(code="wrong_number", words="The number does not exist", means=Means.DATA),
        Reason(code="few_products", words="Fewer than five products", sides=(Side.SUPPLIER,)),
        Reason(code="later", words="Not this year", means=Means.TIMING),
        Reason(code="other", words="Something else", means=Means.UNKNOWN, needs_note=True),
    ),
    win=(
        Reason(code="price", words="Better prices", means=Means.MESSAGE),
        Reason(code="choice", words="More suppliers to choose from", means=Means.MESSAGE),
    ),
    loss=(
        Reason(code="no_supplier_near", words="No supplier nearby", means=Means.SUPPLY_GAP, sides=(Side.BUYER,)),
        Reason(code="no_buyers", words="No buyers for it", means=Means.SUPPLY_GAP, sides=(Side.SUPPLIER,)),
        Reason(code="too_dear", words="Fees too high", means=Means.MESSAGE),
        Reason(code="unknown", words="Nobody knows", means=Means.UNKNOWN),
    ),
    objection=(
        Reason(code="payment_terms", words="Payment terms", means=Means.CONTENT),
        Reason(code="integration", words="Does it work with our ERP?", means=Means.CONTENT),
    ),
    question=(Reason(code="delivery_time", words="How long does delivery take?", means=Means.CONTENT),),
)
