"""How to tell that a finding's play worked: one number, which way it should go, and when to look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """A declared measure of success.

    `metric` is a metric of the dictionary or a reading of the diagnosis, read at the finding's place; `weeks` is how
    long the play needs before the number can have moved.
    """

    metric: str
    says: str
    weeks: int


SUCCESS: dict[str, Success] = {
    "supply_short_cell": Success(
        metric="search_to_order",
        says="The share of the cell's searches and requests that are served reaches that of a usual cell.",
        weeks=13,
    ),
    "demand_short_cell": Success(
        metric="cell_buyers",
        says="Buyers of the cell per supplier come back to the usual number, without cutting suppliers.",
        weeks=13,
    ),
    "stalled_cell": Success(
        metric="orders",
        says="The cell has orders every week and buyers who order a second time; else it is closed.",
        weeks=26,
    ),
    "coverage_gap": Success(
        metric="coverage",
        says="The share of the cell's searches and requests that meet a supplier reaches that of a usual cell.",
        weeks=13,
    ),
    "fragile_cell": Success(
        metric="hhi",
        says="No account carries half of the cell's GMV any more, and the cell's GMV did not fall for it.",
        weeks=26,
    ),
    "category_depends_on_one": Success(
        metric="dependent_share",
        says="Fewer buyers do nearly all their trade in the category with the one supplier; GMV holds.",
        weeks=26,
    ),
    "buyer_concentration": Success(
        metric="top_buyer_share",
        says="The share that the largest buyers hold falls because others buy more, not because they buy less.",
        weeks=26,
    ),
    "supplier_concentration": Success(
        metric="top_supplier_share",
        says="The share that the largest suppliers hold falls because others sell more, not because they sell less.",
        weeks=26,
    ),
    "fund_side": Success(
        metric="return_per_spend",
        says="The funded side's stock grows and so do joiners of the other, as much as forecast; its return per unit "
        "of spend, read again after a year, stays above the other side's.",
        weeks=26,
    ),
    "ltv_below_cac": Success(
        metric="ltv_to_cac",
        says="LTV:CAC of the accounts won from now on is above 1, with its interval.",
        weeks=26,
    ),
    "slow_payback": Success(
        metric="cac_payback_months",
        says="CAC payback of the accounts won from now on is below the policy's line.",
        weeks=26,
    ),
    "unprofitable_channel": Success(
        metric="cac",
        says="The side's CAC falls while new transacting accounts a month do not fall by more than the channel won.",
        weeks=8,
    ),
    "onboarding_leak": Success(
        metric="onboarding_rate",
        says="The next signups pass the step as often as elsewhere.",
        weeks=13,
    ),
    "first_transaction_leak": Success(
        metric="buyer_activation_rate",
        says="The next signups pass the step as often as elsewhere.",
        weeks=13,
    ),
    "ndr_leak": Success(
        metric="ndr_gmv",
        says="Net retention on GMV of the same side is above 100 % for two quarters.",
        weeks=26,
    ),
    "thin_cell_spend": Success(
        metric="acquisition_spend",
        says="Spend on the side in the cell waits until its other side is there; new transacting accounts do not fall.",
        weeks=8,
    ),
    "below_threshold_cells": Success(
        metric="logo_retention",
        says="In cells that have been brought across, the other side's accounts leave at the lower weekly share.",
        weeks=26,
    ),
    "buyers_cluster_on_one": Success(
        metric="dependent_share",
        says="Fewer of the category's returning buyers do nearly all their trade with the one supplier; GMV holds.",
        weeks=26,
    ),
    "disintermediation_signal": Success(
        metric="quiet_pair_change",
        says="Pairs of the place that come to know each other from now on order again as often as matched pairs.",
        weeks=39,
    ),
    "accounts_at_risk": Success(
        metric="at_risk_kept",
        says="Of the accounts named at least as many order in the next three months as the evidence asks for: more "
        "than would order if nobody acts, beyond chance.",
        weeks=13,
    ),
}
"""By the kind of finding."""


def success_of(kind: str) -> Success:
    """The measure for a kind of finding. Raises KeyError with the kinds there are."""
    try:
        return SUCCESS[kind]
    except KeyError:
        raise KeyError(f"no measure of success for finding kind {kind!r}; there are {', '.join(SUCCESS)}") from None
