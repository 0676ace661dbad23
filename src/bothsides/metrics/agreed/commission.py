"""The `[commission]` table of agreement/metrics.toml: how much of an order's commission each side is credited."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from bothsides.agreement import checked, load_policy, read_toml
from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.dictionary import Dictionary
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes import Contribution, LifetimeValue, ObservedPayback

SECTION = "commission"
HALF = 0.5

SPLIT = ("ltv", "discounted_ltv", "observed_payback_months", "monthly_contribution")
"""The metrics that hold one side's part of a commission against what that side cost; those made of them follow."""

_AS_THE_HOUSE = "half to each side"


def known_share(share: float) -> float:
    """A share from 0 to 1, such as 0.5. Raises ValueError for any other number."""
    if not 0 <= share <= 1:
        raise ValueError("must be a share from 0 to 1, such as 0.5: the rest is the supplier's")
    return share


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """Who an order's commission is credited to when a side is asked what it brings; both shares make one commission.

    Money is the same whoever is credited with it: net revenue, take rate and fees of the market never change by it.
    """

    buyer: Annotated[float, checked(known_share)]
    """The buyer's share, 0 to 1; the supplier's is the rest."""
    effective_from: date | None = None
    restate: bool = False


def read_commission(path: Path) -> Commission | None:
    """What the file agrees on, None where it says nothing. Raises AgreementError naming every mistake."""
    return load_policy(path, Commission, section=SECTION).policy if SECTION in read_toml(path) else None


def credited_metric(metric: Metric, commission: Commission) -> Metric:
    """The metric with the commission split as agreed, and its words as well."""
    share = commission.buyer
    words = f"{share:.0%} to its buyer and {1 - share:.0%} to its supplier"
    formula = metric.formula
    if isinstance(formula, LifetimeValue | ObservedPayback):
        formula = replace(formula, buyer_share=share)
    else:
        formula = Contribution(buyer_share=share)
    told = metric.meaning.replace(_AS_THE_HOUSE, words)
    said = metric.caveat.replace(_AS_THE_HOUSE, words)
    if words not in told and words not in said:
        told = f"{told} A commission is credited {words}."
    return replace(metric, formula=formula, meaning=told, caveat=said, source=f"{metric.source}; agreed split")


def buyer_share(dictionary: Dictionary, on: date | None = None) -> float:
    """The buyer's share of a commission that lifetime values are credited with, 0 to 1; a half unless agreed."""
    formula = dictionary.metric("ltv", on).formula
    return formula.buyer_share if isinstance(formula, LifetimeValue) else HALF


def is_splittable(metric: Metric) -> bool:
    """Whether the metric still is the house's own way of reckoning, which a split can enter."""
    return metric.formula == METRICS[metric.id].formula or isinstance(
        metric.formula, LifetimeValue | ObservedPayback | Contribution
    )
