"""Cohorts: retention with every choice declared, and the lifecycle of accounts from period to period."""

from bothsides.metrics.cohorts.declaration import Retention
from bothsides.metrics.cohorts.lifecycle import Lifecycle
from bothsides.metrics.cohorts.metrics import lifecycle, metric_of
from bothsides.metrics.cohorts.retention import Returned

__all__ = ["Lifecycle", "Retention", "Returned", "lifecycle", "metric_of"]
