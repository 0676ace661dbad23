"""The dictionary: every metric by id, one family a file."""

from difflib import get_close_matches

from bothsides.metrics.catalogue.acquisition import ACQUISITION
from bothsides.metrics.catalogue.activation import ACTIVATION
from bothsides.metrics.catalogue.attribution import ATTRIBUTION
from bothsides.metrics.catalogue.cohorts import COHORTS
from bothsides.metrics.catalogue.concentration import CONCENTRATION
from bothsides.metrics.catalogue.credit import CREDIT
from bothsides.metrics.catalogue.desk import DESK
from bothsides.metrics.catalogue.fulfilment import FULFILMENT
from bothsides.metrics.catalogue.funnels import FUNNELS
from bothsides.metrics.catalogue.growth import GROWTH
from bothsides.metrics.catalogue.health import HEALTH
from bothsides.metrics.catalogue.hygiene import HYGIENE
from bothsides.metrics.catalogue.liquidity import LIQUIDITY
from bothsides.metrics.catalogue.pipeline import PIPELINE
from bothsides.metrics.catalogue.retention import RETENTION
from bothsides.metrics.catalogue.reviews import REVIEWS
from bothsides.metrics.catalogue.subscriptions import SUBSCRIPTIONS
from bothsides.metrics.catalogue.supply import SUPPLY
from bothsides.metrics.catalogue.take_rate import TAKE_RATE
from bothsides.metrics.catalogue.traffic import TRAFFIC
from bothsides.metrics.catalogue.volume import VOLUME
from bothsides.metrics.metric import Metric

METRICS: dict[str, Metric] = {
    metric.id: metric
    for family in (
        VOLUME,
        GROWTH,
        TAKE_RATE,
        SUBSCRIPTIONS,
        ACQUISITION,
        TRAFFIC,
        ACTIVATION,
        LIQUIDITY,
        SUPPLY,
        FULFILMENT,
        REVIEWS,
        RETENTION,
        CONCENTRATION,
        PIPELINE,
        DESK,
        ATTRIBUTION,
        CREDIT,
        HYGIENE,
        HEALTH,
        FUNNELS,
        COHORTS,
    )
    for metric in family
}

_NEEDS_VARIANT = {
    "ndr": ("ndr_gmv", "ndr_net_revenue", "ndr_subscription", "ndr_mrr"),
    "nrr": ("ndr_gmv", "ndr_net_revenue", "ndr_subscription", "ndr_mrr"),
    "grr": ("grr_gmv", "grr_net_revenue", "grr_mrr"),
    "activation_rate": ("buyer_activation_rate", "supplier_activation_rate"),
    "sql": ("sales_qualified",),
}
"""Words people use that have no single meaning, and the named variants there are."""


def metric(metric_id: str) -> Metric:
    """The metric of that id. Raises KeyError with the variants or near names there are."""
    if metric_id in METRICS:
        return METRICS[metric_id]
    if metric_id in _NEEDS_VARIANT:
        raise KeyError(f"metric {metric_id!r} has more than one meaning: say {' or '.join(_NEEDS_VARIANT[metric_id])}")
    near = get_close_matches(metric_id.casefold(), METRICS, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`bothsides metrics --list` shows them all"
    raise KeyError(f"metric {metric_id!r} is not in the dictionary: {hint}")
