"""Funnels over what accounts, leads and visitors did, in the order and within the time declared.

The rates of the families `activation` and `pipeline` ask whether somebody ever did something; these ask whether it
followed.
"""

from datetime import timedelta

from bothsides.metrics.funnels import Absent, Funnel, Step, metrics_of
from bothsides.metrics.funnels.throughput import throughput
from bothsides.metrics.measure import Test
from bothsides.metrics.metric import Tier
from bothsides.schema import Side


def _step(source: str, *, name: str = "", where: tuple[Test, ...] = (), where_absent: Absent = "refuse") -> Step:
    return Step(name=name or source, source=source, where=where, within=None, where_absent=where_absent)


BUYER_PATH = Funnel(
    id="buyer_path",
    label="Buyer path",
    side=Side.BUYER,
    walker="account",
    steps=(_step("search"), _step("supplier_view"), _step("cart_add"), _step("order")),
    entry="any_entry",
    order="ordered",
    window=timedelta(days=7),
    exclusions=(),
    hold="none",
    count="accounts",
    attribution="first_touch",
    denominator="entrants",
    maturity="left_out",
)

SUPPLIER_PATH = Funnel(
    id="supplier_path",
    label="Supplier onboarding path",
    side=Side.SUPPLIER,
    walker="account",
    steps=(
        _step("signup", name="applied"),
        _step("verified", where_absent="leave_out"),
        _step("catalogue", where_absent="leave_out"),
        _step("live", where_absent="leave_out"),
        _step("sale", name="first_sale", where=(Test("completed", "=", 1),)),
    ),
    entry="first_touch",
    order="ordered",
    window=timedelta(days=90),
    exclusions=(),
    hold="none",
    count="accounts",
    attribution="first_touch",
    denominator="previous_step",
    maturity="left_out",
)

RFQ_PATH = Funnel(
    id="rfq_path",
    label="RFQ path",
    side=Side.BUYER,
    walker="account",
    steps=(_step("request"), _step("reply", where_absent="leave_out"), _step("award"), _step("order")),
    entry="any_entry",
    order="ordered",
    window=timedelta(days=90),
    exclusions=(),
    hold="quote",
    count="entries",
    attribution="first_touch",
    denominator="entrants",
    maturity="left_out",
)

_STAGES = (
    _step("mql", where_absent="leave_out"),
    _step("sales_qualified", where_absent="leave_out"),
    _step("opportunity", where_absent="leave_out"),
    _step("closed_won"),
)

SALES_COHORT = Funnel(
    id="sales_cohort",
    label="Sales funnel, cohort view",
    side=None,
    walker="lead",
    steps=(_step("lead"), *_STAGES),
    entry="first_touch",
    order="ordered",
    window=timedelta(days=90),
    exclusions=(),
    hold="none",
    count="leads",
    attribution="first_touch",
    denominator="entrants",
    maturity="left_out",
)

VISITOR_COHORT = Funnel(
    id="visitor_cohort",
    label="Visitor to won, cohort view",
    side=None,
    walker="visitor",
    steps=(_step("site_visit", name="visitor"), _step("lead"), *_STAGES),
    entry="first_touch",
    order="ordered",
    window=timedelta(days=90),
    exclusions=(),
    hold="none",
    count="visitors",
    attribution="first_touch",
    denominator="entrants",
    maturity="left_out",
)

_SKIPPED = "A stage that was skipped counts as reached with the next one; going back takes nothing away here."
_IN_TIME = "What came after the 90 days is not reached here; `lead_to_won_rate` counts a win whenever it came."

FUNNELS = (
    *metrics_of(BUYER_PATH, row=15),
    *metrics_of(SUPPLIER_PATH, row=34),
    *metrics_of(RFQ_PATH, row=16, caveat="Where replies have no rows of their own, the step is left out."),
    *metrics_of(SALES_COHORT, row=55, tier=Tier.LEADING, caveat=f"{_SKIPPED} {_IN_TIME}"),
    *metrics_of(VISITOR_COHORT, row=55, caveat=_SKIPPED),
    *throughput(),
)
