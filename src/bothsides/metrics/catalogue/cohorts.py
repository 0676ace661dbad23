"""Whether cohorts come back, and what accounts do from period to period.

`logo_retention` and `ndr_*` compare two fixed years; these follow accounts from their own first day.
"""

from bothsides.metrics.cohorts import Retention, lifecycle, metric_of
from bothsides.schema import Grain

GMV_COHORT = Retention(
    id="gmv_cohort_retention",
    label="GMV cohort retention",
    side=None,
    kind="first_time",
    active="order",
    period=30,
    ages=12,
    span="bounded",
    measure="gmv",
    count="accounts",
    maturity="left_out",
)

ACCOUNT_BOUNDED = Retention(
    id="account_retention",
    label="Account retention, exactly in the period",
    side=None,
    kind="first_time",
    active="order",
    period=30,
    ages=12,
    span="bounded",
    measure="accounts",
    count="accounts",
    maturity="left_out",
)

ACCOUNT_UNBOUNDED = Retention(
    id="account_retention_or_later",
    label="Account retention, in the period or later",
    side=None,
    kind="first_time",
    active="order",
    period=30,
    ages=12,
    span="unbounded",
    measure="accounts",
    count="accounts",
    maturity="left_out",
)

RECURRING = Retention(
    id="recurring_account_retention",
    label="Recurring account retention by calendar month",
    side=None,
    kind="recurring",
    active="order",
    period=Grain.MONTH,
    ages=3,
    span="bounded",
    measure="accounts",
    count="accounts",
    maturity="left_out",
)

COHORTS = (
    metric_of(GMV_COHORT, row=43, source="a16z GMV retention; period 0 is the first full 30 days of each account"),
    metric_of(ACCOUNT_BOUNDED, row=49),
    metric_of(
        ACCOUNT_UNBOUNDED,
        row=49,
        caveat="It grows as long as accounts come back later: cohorts of one age compare only.",
    ),
    metric_of(
        RECURRING, row=49, caveat="An account is in the cohort of every month it ordered in, so cohorts overlap."
    ),
    *lifecycle(),
)
